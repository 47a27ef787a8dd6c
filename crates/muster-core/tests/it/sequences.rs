//! Long sequences of commands, with everything that always holds checked after every entry.

use muster_core::command::Action;
use muster_core::conflict::Severity;
use muster_core::decide::{Decision, Outcome};
use muster_core::event::Event;
use muster_core::shift::Atom;
use muster_core::swap::SwapState;
use muster_core::testing::{World, blurred, unsound, worsened};
use muster_core::{Roster, entry::Entry};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use crate::answers::badly_kept;
use crate::draft_feed::DraftFeed;
use crate::generate::{all_time, asking_fixture, fixture, shifts};
use crate::oracle::broken_promises;
use crate::steps::{Step, is_whole, step};

fn sequence(swaps: u32) -> impl Strategy<Value = (String, Vec<Step>)> {
    (fixture(), vec(step(swaps), 1..40))
}

/// The same where much is asked of all agents together.
fn asking(swaps: u32) -> impl Strategy<Value = (String, Vec<Step>)> {
    (asking_fixture(), vec(step(swaps), 1..40))
}

/// Seven times as many as of other cases: 1,792 of each kind, or as `PROPTEST_CASES` says.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig { cases: default.cases * 7, failure_persistence: None, ..default }
}

fn play(text: &str, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut world = World::of(text);
    let mut drafts = DraftFeed::default();
    for step in steps {
        step.tick(&mut world);
        let Some(action) = step.action(&world) else { continue };
        let before = world.head().clone();
        let decided = world.decide(&action);
        let answer = world.run(&action);
        prop_assert_eq!(&decided, &answer, "decided twice");
        let Ok(decision) = &answer else {
            prop_assert_eq!(world.head(), &before, "a refusal changes nothing");
            continue;
        };
        if decision.events.is_empty() {
            prop_assert_eq!(world.head(), &before);
            continue;
        }
        check(&world, &before, &action, decision)?;
        drafts.read(&before, world.entries().last().expect("something happened"), world.head())?;
        // Now and then: between two looks there is one entry, or there are several.
        if !world.entries().len().is_multiple_of(3) {
            drafts.catch_up(&world)?;
        }
        if is_whole(&answer)
            && action.terms().is_some()
            && !matches!(action, Action::Publish { .. })
        {
            let again = world.decide(&action);
            let events = again.as_ref().map(|again| again.events.clone());
            prop_assert_eq!(events, Ok(vec![]), "the same again: {:?}", action);
        }
    }
    prop_assert_eq!(blurred(world.head()), None);
    let mut replayed = Roster::default();
    for entry in world.entries() {
        let (before, entry) = (replayed.clone(), round_trip(entry)?);
        replayed.apply(&entry);
        drafts.told_again(&before, &entry, &replayed)?;
    }
    prop_assert_eq!(&replayed, world.head(), "replayed from the first entry");
    Ok(())
}

fn round_trip(entry: &Entry) -> Result<Entry, TestCaseError> {
    let json = serde_json::to_string(entry).expect("entries are plain data");
    let back: Entry = serde_json::from_str(&json).expect("what was written is read");
    prop_assert_eq!(&back, entry);
    Ok(back)
}

fn check(
    world: &World,
    before: &Roster,
    action: &Action,
    decision: &Decision,
) -> Result<(), TestCaseError> {
    let after = world.head();
    prop_assert_eq!(unsound(after), Vec::<String>::new());
    prop_assert_eq!(broken_promises(before, action, decision, after), Vec::<String>::new());
    prop_assert_eq!(badly_kept(before, action, decision, after), Vec::<String>::new());
    no_overlaps(after)?;
    no_level_gets_worse(before, decision, after)?;
    swaps_conserve(before, decision, after)
}

/// What blocks is never made worse by a command that places shifts, whatever part of it goes live.
fn no_level_gets_worse(
    before: &Roster,
    decision: &Decision,
    after: &Roster,
) -> Result<(), TestCaseError> {
    let places = |event: &Event| {
        matches!(
            event,
            Event::ShiftCreated { .. }
                | Event::ShiftChanged { .. }
                | Event::ShiftDeleted { .. }
                | Event::CommitmentsChanged { .. }
        )
    };
    if !decision.events.iter().any(places) {
        return Ok(());
    }
    for worse in worsened(before, after) {
        let severity = before.rules().severity(worse.0);
        prop_assert!(severity < Severity::Block, "{:?}", worse);
    }
    Ok(())
}

/// The unit began without overlaps and nobody relaxes the rule, so there never are any.
fn no_overlaps(roster: &Roster) -> Result<(), TestCaseError> {
    for record in roster.agents() {
        let own: Vec<_> = roster.shifts_of(&record.agent.id, all_time()).collect();
        for pair in own.windows(2) {
            prop_assert!(!pair[0].interval().overlaps(pair[1].interval()), "{:?}", pair);
        }
    }
    Ok(())
}

/// A swap moves owners and nothing else: as many shifts of each agent change hands as come back.
fn swaps_conserve(
    before: &Roster,
    decision: &Decision,
    after: &Roster,
) -> Result<(), TestCaseError> {
    let Outcome::Swap { id, state, .. } = &decision.outcome else { return Ok(()) };
    let ids = |roster: &Roster| -> Vec<_> { shifts(roster).iter().map(|s| s.id.clone()).collect() };
    prop_assert_eq!(ids(before), ids(after));
    for event in &decision.events {
        if let Event::ShiftChanged { set, .. } = event {
            prop_assert!(set.iter().all(|value| value.atom() == Atom::Owner));
        }
    }
    let was_approved = before.swap(id).is_some_and(|swap| swap.state == SwapState::Approved);
    let is_back = *state == SwapState::Canceled && was_approved;
    if *state != SwapState::Approved && !is_back {
        prop_assert_eq!(owners(before), owners(after));
        return Ok(());
    }
    let swap = after.swap(id).expect("it was decided");
    let mut expected = owners(before);
    for (shift, from, to) in swap.offer.moves() {
        let (from, to) = if is_back { (to, from) } else { (from, to) };
        let place = expected.iter_mut().find(|(id, _)| id == shift.as_str());
        // What is given back may have been deleted since.
        let Some(place) = place else {
            prop_assert!(is_back, "the shift was there");
            continue;
        };
        // What somebody has given back before stays where it is.
        if is_back && place.1 == to.as_str() {
            continue;
        }
        prop_assert_eq!(&place.1, from.as_str());
        place.1 = to.to_string();
    }
    prop_assert_eq!(owners(after), expected);
    Ok(())
}

fn owners(roster: &Roster) -> Vec<(String, String)> {
    let all = shifts(roster);
    all.iter().map(|shift| (shift.id.to_string(), shift.body.owner.to_string())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: config().cases / 3, ..config() })]

    #[test]
    fn whatever_is_asked_of_all_together_the_counts_are_those_of_the_shifts(
        (text, steps) in asking(3),
    ) {
        play(&text, &steps)?;
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_is_planned_in_whatever_order_the_unit_stays_sound((text, steps) in sequence(2)) {
        play(&text, &steps)?;
    }

    #[test]
    fn whatever_is_swapped_in_whatever_order_the_unit_stays_sound((text, steps) in sequence(8)) {
        play(&text, &steps)?;
    }
}

/// The same for as long as `MUSTER_SOAK_MINUTES` says, from `MUSTER_SOAK_SEED` on.
#[test]
#[expect(clippy::print_stdout, reason = "how far it came is told")]
#[ignore = "as long as it is told to last; `cargo xtask soak` runs it"]
fn soak_whatever_is_asked_the_unit_stays_sound() {
    let number = |name: &str, or: u64| std::env::var(name).map_or(or, |text| text.parse().unwrap());
    let (minutes, seed) = (number("MUSTER_SOAK_MINUTES", 1), number("MUSTER_SOAK_SEED", 0));
    let start = std::time::Instant::now();
    let mut played = 0_u64;
    for round in seed.. {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&round.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let config =
            ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() };
        let mut runner = TestRunner::new_with_rng(config, rng);
        let outcome = runner.run(&sequence(4), |(text, steps)| play(&text, &steps));
        assert!(outcome.is_ok(), "round with seed {round}: {}", outcome.unwrap_err());
        played += 256;
        if start.elapsed().as_secs() >= minutes * 60 {
            break;
        }
    }
    println!("{played} sequences played");
}
