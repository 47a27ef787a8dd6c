//! Deciding a batch: one command after another on a working copy of the head.

use std::sync::Arc;

use muster_core::Roster;
use muster_core::command::Action;
use muster_core::decide::{Outcome, Rejection, decide};
use muster_core::entry::{Entry, FORMAT};
use muster_ledger::{Hash, NewEntry, encode, subjects};
use tokio::time::Instant;

use crate::desk::batch::Asked;
use crate::desk::{Ask, State};

/// A command decided, not yet answered.
pub(super) struct Decided {
    /// It was not decided: the record is no longer the one it was made from.
    pub(super) has_moved: bool,
    pub(super) result: Result<Outcome, Rejection>,
    pub(super) before: Roster,
    pub(super) after: Roster,
    pub(super) at: muster_core::Instant,
    pub(super) entry: Option<Arc<Entry>>,
    /// The request's hash and the outcome as bytes, for whoever sends the same key again.
    stored: Option<(Hash, Vec<u8>)>,
}

/// Decides a batch on the head, each command on what the ones before it left.
pub(super) fn all(state: &State, batch: &[Asked]) -> Vec<Decided> {
    let begun = Instant::now();
    let mut working = state.head.load().roster.clone();
    let decided: Vec<_> = batch.iter().map(|(ask, _)| one(state, ask, &mut working)).collect();
    state.metrics.decided(decided.len(), begun.elapsed());
    decided
}

fn one(state: &State, ask: &Ask, working: &mut Roster) -> Decided {
    let before = working.clone();
    let at = before.now(state.clock.now());
    let has_moved =
        ask.ground.as_ref().is_some_and(|ground| differs(ground, working, &ask.command.action));
    let mut decided = Decided {
        has_moved,
        result: Ok(Outcome::Done),
        before,
        after: working.clone(),
        at,
        entry: None,
        stored: None,
    };
    if has_moved {
        return decided;
    }
    match decide(working, &ask.command, at) {
        Err(rejection) => decided.result = Err(rejection),
        Ok(decision) => {
            decided.entry = decision.entry(working, &ask.command, &ask.id, at).map(Arc::new);
            if let Some(entry) = &decided.entry {
                working.apply(entry);
                decided.after = working.clone();
                let answer = serde_json::to_vec(&decision.outcome).expect("outcomes are data");
                decided.stored = Some((ask.keyed.unwrap_or_default(), answer));
            }
            decided.result = Ok(decision.outcome);
        }
    }
    decided
}

/// Whether the record that a command puts differs between two states.
fn differs(ground: &Roster, now: &Roster, action: &Action) -> bool {
    match action {
        Action::PutUnit(_) => ground.unit() != now.unit(),
        Action::PutManagementUnit(unit) => {
            let known = |roster: &Roster| roster.management_unit(&unit.id).cloned();
            known(ground) != known(now)
        }
        Action::PutAgents(agents) => {
            agents.iter().any(|agent| ground.agent(&agent.id) != now.agent(&agent.id))
        }
        Action::PutActivityCode(code) => ground.code(&code.id) != now.code(&code.id),
        Action::SetRules(_) => ground.rules() != now.rules(),
        // These name what they start from themselves, or put it whole.
        Action::AgentLeaves(_)
        | Action::PutStaffing(_)
        | Action::PutTrunks(_)
        | Action::PutSites(_)
        | Action::CreateDraft { .. }
        | Action::EditDraft { .. }
        | Action::RebaseDraft(_)
        | Action::DeleteDraft(_)
        | Action::Publish { .. }
        | Action::PublishDocument { .. }
        | Action::EditShifts { .. }
        | Action::Revert { .. }
        | Action::OfferSwap(_)
        | Action::AcceptSwap { .. }
        | Action::DeclineSwap { .. }
        | Action::CancelSwap(_)
        | Action::RevertSwap { .. }
        | Action::ExpireSwaps
        | Action::ApproveSwap { .. }
        | Action::DenySwap { .. }
        | Action::PutTimeOffLimits(_)
        | Action::RequestTimeOff(_)
        | Action::ChangeTimeOff { .. }
        | Action::ApproveTimeOff { .. }
        | Action::DenyTimeOff { .. }
        | Action::CancelTimeOff(_)
        | Action::PutAvailability(_)
        | Action::WithdrawAvailability { .. } => false,
    }
}

/// The entries to append: those of commands that change something.
pub(super) fn entries(decided: &[Decided]) -> Vec<NewEntry> {
    decided.iter().filter_map(new_entry).collect()
}

fn new_entry(decided: &Decided) -> Option<NewEntry> {
    let entry = decided.entry.as_ref()?;
    let (request_hash, answer) = decided.stored.clone()?;
    Some(NewEntry {
        at: entry.at,
        format: FORMAT,
        command: entry.command.clone(),
        request_hash,
        answer,
        body: encode(entry),
        subjects: subjects(&entry.events),
    })
}
