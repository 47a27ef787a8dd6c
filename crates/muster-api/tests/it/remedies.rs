//! A remedy as it is written down is the very command that was tried.

use std::cell::RefCell;
use std::collections::BTreeMap;

use muster_api::remedy::{Request, request};
use muster_core::command::{Action, Command};
use muster_core::conflict::{Finding, Severity};
use muster_core::decide::{Decision, Outcome, Rejection};
use muster_core::explain::{explain, rest};
use muster_core::id::AgentId;
use muster_core::merge::{self, Resolutions};
use muster_core::shift::ShiftBody;
use muster_core::testing::{World, by};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use crate::generate::strict_fixture;
use crate::sent::taken;
use crate::steps::{Step, step};

/// How often each remedy was written down and read.
type Tally = BTreeMap<&'static str, usize>;

fn held(answer: &Result<Decision, Rejection>) -> Vec<Finding> {
    let found = match answer {
        Err(Rejection::Conflict { findings }) => findings.clone(),
        Ok(Decision { outcome: Outcome::Published(done) | Outcome::Edited(done), .. }) => {
            done.held.iter().flat_map(|held| held.findings.iter().cloned()).collect()
        }
        Ok(_) | Err(_) => Vec::new(),
    };
    let mut held: Vec<Finding> =
        found.into_iter().filter(|finding| finding.severity >= Severity::Ack).collect();
    held.sort_by_cached_key(Finding::sort_key);
    held.dedup();
    held
}

/// Sends a command, and reads every remedy of what it meets back from what is written down.
fn send(world: &mut World, action: Action, tally: &mut Tally) -> Result<(), TestCaseError> {
    let answer = world.run(&action);
    let findings = held(&answer);
    let command = by(None, action);
    let command: Command = match answer {
        Ok(Decision { outcome, .. }) => rest(&command, &outcome),
        Err(_) => command,
    };
    for explained in explain(world.head(), &command, &findings, world.now) {
        for remedy in explained.remedies {
            let written = request(&remedy.action, world.head());
            let Some(written) = written else {
                let is_unsayable = is_unsayable(world, &remedy.action);
                prop_assert!(is_unsayable, "cannot be written down: {remedy:#?}");
                continue;
            };
            *tally.entry(remedy.id).or_default() += 1;
            check(world, &remedy.action, &written)?;
        }
    }
    Ok(())
}

/// Values that clash with what is live are no change set from what is live; and no change set says
/// that an activity ends after its shift, or that one of the agent's own lies outside of all.
fn is_unsayable(world: &World, action: &Action) -> bool {
    let (edits, terms) = match action {
        Action::EditShifts { edits, terms } => (edits, terms.resolved()),
        Action::EditDraft { edits, .. } | Action::PublishDocument { edits, .. } => {
            (edits, Resolutions::new())
        }
        _ => return false,
    };
    let is_own = has_own(world, action);
    is_own
        || edits.shifts.iter().any(|edit| {
            let live = world.head().shift(&edit.id).map(|shift| &*shift.body);
            let merged = merge::shift(edit, live, &terms);
            let sticks_out = |body: &ShiftBody| {
                let mut ends = body.activities.iter().map(|a| a.offset_min + a.length_min);
                ends.any(|end| end > body.span.length_min)
            };
            !merged.clashes.is_empty()
                || edit.draft.as_deref().is_some_and(sticks_out)
                || merged.change.applied(live).as_deref().is_some_and(sticks_out)
        })
}

/// What was read is what was meant: the same command or, where edits say the same otherwise, one
/// that comes to the same.
fn check(world: &World, meant: &Action, written: &Request) -> Result<(), TestCaseError> {
    let read = taken(world, written);
    let read = read.map_err(|bad| TestCaseError::fail(format!("{bad}: {written:#?}")))?;
    if read == *meant {
        return Ok(());
    }
    let is_edit = matches!(
        meant,
        Action::EditShifts { .. } | Action::EditDraft { .. } | Action::PublishDocument { .. }
    );
    prop_assert!(is_edit, "{meant:#?}\nis read as {read:#?}");
    let told = format!("{written:#?}\n{meant:#?}\nis read as {read:#?}");
    let (mut one, mut other) = (world.clone(), world.clone());
    let (one_answer, other_answer) = (one.run(meant), other.run(&read));
    // Who was merged with, and what was live already, is not the same from another base.
    let is_decided = matches!(other_answer, Ok(_) | Err(Rejection::Conflict { .. }));
    prop_assert!(is_decided, "{}: {:?}", told, other_answer);
    if has_own(world, meant) {
        // A shift that goes takes the agent's own activities in it along, as a client says it.
        return Ok(());
    }
    prop_assert_eq!(held(&one_answer), held(&other_answer), "{}", told);
    prop_assert_eq!(one.facts(), other.facts(), "{}", told);
    Ok(())
}

/// Whether an agent that edits speak of has activities of its own.
fn has_own(world: &World, action: &Action) -> bool {
    let edits = match action {
        Action::EditShifts { edits, .. }
        | Action::EditDraft { edits, .. }
        | Action::PublishDocument { edits, .. } => edits,
        _ => return false,
    };
    let bodies = edits.shifts.iter().flat_map(|edit| edit.base.iter().chain(&edit.draft));
    let mut agents = bodies.map(|body| &body.owner);
    let own = |agent: &AgentId| {
        world.head().commitments_of(agent, crate::generate::all_time()).next().is_some()
    };
    !edits.commitments.is_empty() || agents.any(own)
}

fn play(text: &str, steps: &[Step], tally: &mut Tally) -> Result<(), TestCaseError> {
    let mut world = World::of(text);
    for step in steps {
        step.tick(&mut world);
        if let Some(action) = step.action(&world) {
            send(&mut world, action, tally)?;
        }
    }
    Ok(())
}

#[test]
fn every_remedy_is_read_as_it_was_meant() {
    let cases = ProptestConfig::default().cases * 4;
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let tally = RefCell::new(Tally::new());
    let sequence = (strict_fixture(), vec(step(4), 1..12));
    let outcome = TestRunner::new_with_rng(config, rng)
        .run(&sequence, |(text, steps)| play(&text, &steps, &mut tally.borrow_mut()));
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
    let tally = tally.into_inner();
    assert!(cases < 1_000 || tally.len() >= 12, "{tally:?}");
}
