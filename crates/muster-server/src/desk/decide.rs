//! Deciding a batch: one command after another on a working copy of the head.

use std::sync::Arc;

use muster_core::command::{Action, Command};
use muster_core::decide::{Decision, Outcome, Rejection, decide, decide_as_one, decided_as_one};
use muster_core::entry::{Entry, FORMAT};
use muster_core::{Instant, Roster};
use muster_ledger::{Hash, NewEntry, encode, subjects};

use crate::desk::batch::Asked;
use crate::desk::{Ask, State};

/// A command decided, not yet answered.
pub(super) struct Decided {
    /// Why its result counts for nothing.
    pub(super) void: Option<Void>,
    pub(super) result: Result<Outcome, Rejection>,
    pub(super) before: Roster,
    pub(super) after: Roster,
    pub(super) at: Instant,
    pub(super) entry: Option<Arc<Entry>>,
    /// The request's hash and the outcome as bytes, for whoever sends the same key again.
    stored: Option<(Hash, Vec<u8>)>,
}

/// Why what a command came to counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Void {
    /// It was not decided: the record is no longer the one it was made from.
    Moved,
    /// One with which it stands or falls fell, or it did itself: on a state that never was.
    Fallen,
}

impl Decided {
    /// Of a command that comes to nothing.
    fn unchanged(roster: &Roster, at: Instant) -> Self {
        let (before, after) = (roster.clone(), roster.clone());
        let (void, entry, stored) = (None, None, None);
        Self { void, result: Ok(Outcome::Done), before, after, at, entry, stored }
    }

    fn stands(&self) -> bool {
        self.void.is_none() && self.result.is_ok()
    }

    /// Falls with others: what it did is undone.
    fn fall(&mut self, ground: &Roster) {
        self.void.get_or_insert(Void::Fallen);
        self.after = ground.clone();
        (self.entry, self.stored) = (None, None);
    }
}

/// Decides a batch on the head, each command on what the ones before it left.
pub(super) fn all(state: &State, batch: &[Asked]) -> Vec<Decided> {
    let begun = tokio::time::Instant::now();
    let mut working = state.head.load().roster.clone();
    let mut decided = Vec::with_capacity(batch.len());
    for group in batch.chunk_by(Asked::is_tied) {
        decided.extend(together(state, group, &mut working));
    }
    state.metrics.decided(decided.len(), begun.elapsed());
    decided
}

/// Decides commands that stand or fall together.
fn together(state: &State, group: &[Asked], working: &mut Roster) -> Vec<Decided> {
    if let [asked] = group {
        return vec![one(state, &asked.ask, working)];
    }
    let ground = working.clone();
    let at = ground.now(state.clock.now());
    let mut decided = Vec::with_capacity(group.len());
    let mut rest: Vec<&Command> = group.iter().map(|asked| &asked.ask.command).collect();
    while !rest.is_empty() {
        let run: Vec<_> = rest.drain(..decided_as_one(&rest)).collect();
        let before = working.clone();
        let first = decided.len();
        for (asked, result) in group[first..].iter().zip(decide_as_one(&before, &run, at)) {
            let mut item = carried_out(&asked.ask, result, working, at);
            if has_moved(&asked.ask, &before) {
                item.void = Some(Void::Moved);
            }
            item.before = before.clone();
            decided.push(item);
        }
    }
    if !decided.iter().all(Decided::stands) {
        decided.iter_mut().for_each(|item| item.fall(&ground));
        *working = ground;
    }
    decided
}

fn one(state: &State, ask: &Ask, working: &mut Roster) -> Decided {
    let at = working.now(state.clock.now());
    if has_moved(ask, working) {
        let moved = Decided::unchanged(working, at);
        return Decided { void: Some(Void::Moved), ..moved };
    }
    let result = decide(working, &ask.command, at);
    carried_out(ask, result, working, at)
}

/// What a command came to, its entry applied.
fn carried_out(
    ask: &Ask,
    result: Result<Decision, Rejection>,
    working: &mut Roster,
    at: Instant,
) -> Decided {
    let mut decided = Decided::unchanged(working, at);
    match result {
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

fn has_moved(ask: &Ask, now: &Roster) -> bool {
    ask.ground.as_ref().is_some_and(|ground| differs(ground, now, &ask.command.action))
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
