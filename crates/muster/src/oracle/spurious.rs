//! Refusals that should not have been: on the state that decided them, the wish was possible.

use std::collections::BTreeSet;

use muster_core::command::{Action, Command, Mode, Terms};
use muster_core::decide::{Outcome, decide};
use muster_core::entry::Actor;
use muster_core::id::{AgentId, ClientId, SwapId, TimeOffId};
use muster_core::{Instant, Roster};

use crate::oracle::history::{History, as_edits};
use crate::oracle::log::{Answer, Intent, Kind};

/// How many of a wish's refusals were wrong, and whether somebody was held back for nothing.
pub(super) fn count(intent: &Intent, history: &History) -> usize {
    let refused = refusals(intent).filter(|version| is_possible(intent, history, *version)).count();
    refused + usize::from(is_wrongly_held(intent, history))
}

/// Whether a part that was held back could have gone through, on the state before the version in
/// which the rest of it is.
fn is_wrongly_held(intent: &Intent, history: &History) -> bool {
    let Some(Answer::Accepted { version, held }) = intent.answer() else { return false };
    let before = version.checked_sub(1).and_then(|version| history.at(version));
    let Some(before) = before.filter(|_| !held.is_empty()) else { return false };
    let outcome = decided(before, edit(intent));
    let Some(Outcome::Edited(again)) = outcome else { return true };
    let again: BTreeSet<&AgentId> = again.held.iter().flat_map(|held| &held.agents).collect();
    held.iter().any(|agent| !again.contains(agent))
}

/// Whether a true conflict stopped a wish, or held a part of it back.
pub(super) fn is_truly_stopped(intent: &Intent, history: &History) -> bool {
    let stopped = refusals(intent).any(|version| !is_possible(intent, history, version));
    let held =
        |answer: &Answer| matches!(answer, Answer::Accepted { held, .. } if !held.is_empty());
    stopped || intent.answer().is_some_and(held)
}

fn refusals(intent: &Intent) -> impl Iterator<Item = u64> {
    intent.attempts.iter().filter_map(|attempt| match attempt.answer {
        Answer::Refused { version } => Some(version),
        Answer::Accepted { .. } | Answer::Failed { .. } => None,
    })
}

/// Whether a wish merges into a state without a clash and breaks no rule there.
fn is_possible(intent: &Intent, history: &History, version: u64) -> bool {
    let Some(roster) = history.at(version) else { return false };
    match (intent.kind, &intent.subject) {
        (Kind::Swap, Some(id)) => match SwapId::parse(id) {
            Ok(id) if roster.swap(&id).is_some() => {
                let accept = acceptance(roster, &id);
                let verdict = Default::default();
                let action = accept.unwrap_or(Action::ApproveSwap { id, verdict });
                is_accepted(roster, action)
            }
            Ok(_) | Err(_) => is_edit_possible(roster, intent),
        },
        (Kind::TimeOff, Some(id)) => TimeOffId::parse(id).is_ok_and(|id| {
            let verdict = Default::default();
            is_accepted(roster, Action::ApproveTimeOff { id, verdict })
        }),
        (Kind::Swap | Kind::TimeOff | Kind::Edit | Kind::Push | Kind::Publish, _) => {
            is_edit_possible(roster, intent)
        }
    }
}

/// What the other agent says, while the swap waits for that.
fn acceptance(roster: &Roster, id: &SwapId) -> Option<Action> {
    let swap = roster.swap(id)?;
    let receiver = swap.offer.receiver.clone()?;
    (swap.state == muster_core::swap::SwapState::PendingPartner).then(|| Action::AcceptSwap {
        id: id.clone(),
        agent: receiver.agent,
        shift: receiver.shift,
    })
}

fn is_edit_possible(roster: &Roster, intent: &Intent) -> bool {
    is_accepted(roster, edit(intent))
}

fn edit(intent: &Intent) -> Action {
    let terms = Terms { mode: Mode::PerAgent, ..Terms::default() };
    Action::EditShifts { edits: as_edits(&intent.edits), terms }
}

fn is_accepted(roster: &Roster, action: Action) -> bool {
    decided(roster, action).is_some()
}

fn decided(roster: &Roster, action: Action) -> Option<Outcome> {
    let client = ClientId::parse("oracle").ok()?;
    let command = Command::new(Actor { client, agent: None }, action);
    decide(roster, &command, roster.now(Instant::MIN)).ok().map(|decision| decision.outcome)
}
