//! Replays every answer, accepted or refused, through `decide` in ledger order: each must come out
//! the same, with the same events.

use muster_core::decide::{Rejection, decide};
use muster_server::desk::Noted;

use crate::oracle::history::History;

/// What the replay found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Replay {
    /// Decisions that were replayed.
    pub(crate) decisions: usize,
    /// Of these, refusals of conflicts.
    pub(crate) refusals: usize,
    /// Decisions that came out differently, described.
    pub(crate) differences: Vec<String>,
}

/// Replays what a desk noted.
pub(crate) fn replay(notes: &[Noted], history: &History) -> Replay {
    let mut replay = Replay::default();
    for noted in notes {
        replay.decisions += 1;
        if matches!(noted.result, Err(Rejection::Conflict { .. })) {
            replay.refusals += 1;
        }
        if let Err(difference) = one(noted, history) {
            replay.differences.push(difference);
        }
    }
    replay
}

fn one(noted: &Noted, history: &History) -> Result<(), String> {
    let revision = noted.revision.0;
    let place = || format!("{} at revision {revision}", noted.command.actor);
    let roster =
        history.at(revision).ok_or_else(|| format!("{}: no such state is known", place()))?;
    let again = decide(roster, &noted.command, noted.at);
    let (result, events) = match again {
        Ok(decision) => (Ok(decision.outcome), decision.events),
        Err(rejection) => (Err(rejection), Vec::new()),
    };
    if result != noted.result {
        return Err(format!("{}: was {:?}, is {result:?}", place(), noted.result));
    }
    let noted_events = noted.entry.as_ref().map_or(&[][..], |entry| &entry.events);
    if events != noted_events {
        return Err(format!("{}: the events differ", place()));
    }
    if noted.entry.as_ref().is_some_and(|entry| entry.revision.0 != revision + 1) {
        return Err(format!("{}: its entry is not the next one", place()));
    }
    Ok(())
}
