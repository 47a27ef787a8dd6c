//! The oracle: every decision of a concurrent run is made again, on the state and at the time it
//! was made, and must come out the same; and nothing that was accepted is missing afterwards.

use std::collections::BTreeMap;

use muster_core::Roster;
use muster_core::command::{Action, Mode};
use muster_core::decide::decide;
use muster_core::draft::ShiftEdit;
use muster_core::entry::Entry;
use muster_core::id::AgentId;
use muster_core::merge::{self, Change};
use muster_server::desk::Noted;

use crate::rush::{self, Acknowledged};

/// All states that entries lead through, by revision.
pub(crate) fn states(entries: &[Entry]) -> Vec<Roster> {
    let mut states = vec![Roster::default()];
    for entry in entries {
        let mut roster = states.last().unwrap().clone();
        assert_eq!(entry.revision, roster.revision().next());
        assert!(entry.at >= roster.at(), "the time of {} runs backwards", entry.revision);
        roster.apply(entry);
        states.push(roster);
    }
    states
}

/// Checks a run of a server that was not killed: every entry was noted, once.
pub(crate) fn check(entries: &[Entry], notes: &[Noted]) -> Vec<Roster> {
    let states = states(entries);
    check_notes(&states, entries, notes);
    let mut made: Vec<u64> =
        notes.iter().filter_map(|n| Some(n.entry.as_ref()?.revision.0)).collect();
    made.sort_unstable();
    let all: Vec<u64> = entries.iter().map(|entry| entry.revision.0).collect();
    assert_eq!(made, all, "every entry is the answer to one command");
    check_bookings(&states);
    states
}

/// Decides every noted command again.
pub(crate) fn check_notes(states: &[Roster], entries: &[Entry], notes: &[Noted]) {
    for noted in notes {
        let place = usize::try_from(noted.revision.0).unwrap();
        let what = || format!("{:?} at {}", noted.command, noted.revision);
        let again = decide(&states[place], &noted.command, noted.at);
        let (result, events) = match again {
            Ok(decision) => (Ok(decision.outcome), decision.events),
            Err(rejection) => (Err(rejection), Vec::new()),
        };
        assert_eq!(result, noted.result, "{}", what());
        let noted_events = noted.entry.as_ref().map_or(&[][..], |entry| &entry.events);
        assert_eq!(events, noted_events, "{}", what());
        if let Some(entry) = &noted.entry {
            assert_eq!(**entry, entries[place], "{}", what());
            check_took_effect(noted, &states[place + 1]);
        }
    }
}

/// Independently of `decide`: an accepted edit that stands or falls as one is there, whole, in
/// the state that it led to.
fn check_took_effect(noted: &Noted, after: &Roster) {
    let Action::EditShifts { edits, terms } = &noted.command.action else { return };
    if terms.mode != Mode::Atomic {
        return;
    }
    for edit in &edits.shifts {
        let live = after.shift(&edit.id).map(|shift| &*shift.body);
        let merged = merge::shift(edit, live, &terms.resolved());
        let is_there = matches!(merged.change, Change::None) && merged.clashes.is_empty();
        assert!(is_there || is_creation(edit, after), "{edit:?} was accepted and is not there");
    }
}

/// What was created without a base is there as it was asked for.
fn is_creation(edit: &ShiftEdit, after: &Roster) -> bool {
    let live = after.shift(&edit.id).map(|shift| &shift.body);
    edit.base.is_none() && live == edit.draft.as_ref()
}

/// Nobody is ever in two places.
fn check_bookings(states: &[Roster]) {
    for roster in states {
        let mut booked: BTreeMap<&AgentId, Vec<_>> = BTreeMap::new();
        for shift in roster.shifts() {
            booked.entry(&shift.body.owner).or_default().push(shift.interval());
        }
        for (agent, mut shifts) in booked {
            shifts.sort();
            let clash = shifts.windows(2).find(|pair| pair[0].overlaps(pair[1]));
            assert_eq!(clash, None, "{agent} at revision {}", roster.revision());
        }
    }
}

/// What a client was told is what the ledger says of that revision.
fn check_acknowledged(states: &[Roster], acknowledged: &[Acknowledged]) {
    assert!(acknowledged.len() > 20, "only {} edits were accepted", acknowledged.len());
    for told in acknowledged {
        let roster = &states[usize::try_from(told.revision).unwrap()];
        let shift = roster.shifts().find(|shift| shift.id.as_str() == told.shift);
        let tags = &shift.unwrap().body.tags;
        assert!(tags.iter().any(|tag| **tag == *told.tag), "{told:?}: {tags:?}");
    }
}

async fn holds(seed: u64, clients: usize, steps: usize) {
    let rush = rush::run(seed, clients, steps).await;
    let states = check(&rush.entries, &rush.notes);
    check_acknowledged(&states, &rush.acknowledged);
    let refused = rush.notes.iter().filter(|noted| noted.result.is_err()).count();
    assert!(refused > 0, "nothing was refused: there was no rush");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_of_a_rush_comes_out_the_same_again() {
    holds(1, 8, 60).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_rush_comes_out_the_same_too() {
    holds(20_260_406, 12, 40).await;
}

/// `MUSTER_SOAK_MINUTES` says how long, `MUSTER_SOAK_SEED` where to begin.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as it is told to"]
async fn soak_rushes_one_after_another() {
    let number =
        |name: &str, usual| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let minutes: u64 = number("MUSTER_SOAK_MINUTES", 1);
    let seed: u64 = number("MUSTER_SOAK_SEED", 1);
    let begun = std::time::Instant::now();
    let mut rounds = 0;
    while begun.elapsed().as_secs() < minutes * 60 {
        let round = seed.wrapping_add(rounds);
        let task = tokio::spawn(holds(round, 16, 150));
        assert!(task.await.is_ok(), "seed {round} fails: run it with MUSTER_SOAK_SEED={round}");
        rounds += 1;
    }
    assert!(rounds > 0);
}
