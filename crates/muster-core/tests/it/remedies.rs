//! Remedies are followed as a client would follow them: what they promise comes true.

use std::cell::RefCell;
use std::collections::BTreeMap;

use muster_core::Roster;
use muster_core::acknowledge::covers;
use muster_core::command::{Action, Command};
use muster_core::conflict::{Finding, Fingerprint, Kind};
use muster_core::decide::{Decision, Outcome, Rejection, decide};
use muster_core::explain::{Explained, Remedy, Way, explain_rest, rest};
use muster_core::swap::{SwapOffer, SwapState};
use muster_core::testing::{World, by};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use crate::generate::{agent, strict_fixture};
use crate::remedy_scenes::{OF_SWAPS, page};
use crate::steps::{Step, step};

/// How often each remedy of each kind was followed.
pub(crate) type Tally = BTreeMap<(Kind, &'static str), usize>;

/// What holds a command back, beyond what it answers for.
fn holding(roster: &Roster, action: &Action, answer: &Result<Decision, Rejection>) -> Vec<Finding> {
    let found = match answer {
        Err(Rejection::Conflict { findings }) => findings.clone(),
        Ok(Decision { outcome: Outcome::Published(done) | Outcome::Edited(done), .. }) => {
            done.held.iter().flat_map(|held| held.findings.iter().cloned()).collect()
        }
        Ok(_) | Err(_) => Vec::new(),
    };
    found.into_iter().filter(|found| !covers(roster, action.acknowledged(), found)).collect()
}

fn is_covered(finding: &Finding, by: &[Fingerprint]) -> bool {
    by.iter().any(|known| known.covers(&finding.fingerprint()))
}

/// Sends a command, explains what holds it back, and follows every remedy: of a refusal on the
/// state it was decided on, else on the one it led to.
pub(crate) fn follow(
    world: &mut World,
    command: &Command,
    tally: &mut Tally,
) -> Result<Vec<Explained>, TestCaseError> {
    let was = world.head().clone();
    let answer = world.run_as(command.actor.agent.clone(), &command.action);
    let held = holding(&was, &command.action, &answer);
    let left = match answer {
        Ok(Decision { outcome, .. }) => rest(command, &outcome),
        Err(_) => command.clone(),
    };
    let explained = explain_rest((&was, command), (world.head(), &left), &held, world.now);
    let command = left;
    // What went live in part may meet other findings when the rest of it is sent again.
    let again = decide(world.head(), &command, world.now);
    let mut before = held.clone();
    before.extend(holding(world.head(), &command.action, &again));
    for Explained { finding, remedies, .. } in &explained {
        for remedy in remedies {
            *tally.entry((finding.kind, remedy.id)).or_default() += 1;
            if let Err(problem) = followed(world, &command, &before, finding, remedy) {
                let told = format!("{problem}\n{finding:?}\n{remedy:#?}\n{command:#?}");
                return Err(TestCaseError::fail(told));
            }
        }
    }
    Ok(explained)
}

fn followed(
    world: &World,
    command: &Command,
    before: &[Finding],
    finding: &Finding,
    remedy: &Remedy,
) -> Result<(), String> {
    let mut world = world.clone();
    let agent = command.actor.agent.clone();
    let done = world.run_as(agent.clone(), &remedy.action);
    if !matches!(done, Ok(_) | Err(Rejection::Conflict { .. })) {
        return Err(format!("is refused: {done:?}"));
    }
    let after = match remedy.way {
        Way::Itself => holding(world.head(), &remedy.action, &done),
        Way::First => {
            let decision = done.map_err(|refusal| format!("does not come first: {refusal}"))?;
            if decision.events.is_empty() {
                return Err("does nothing".to_owned());
            }
            let again = world.run_as(agent, &command.action);
            if !matches!(again, Ok(_) | Err(Rejection::Conflict { .. })) {
                return Err(format!("leaves a command that is refused: {again:?}"));
            }
            holding(world.head(), &command.action, &again)
        }
        Way::Instead => {
            let decision = done.map_err(|refusal| format!("is no way out: {refusal}"))?;
            return is_way_out(&mut world, &remedy.action, &decision);
        }
    };
    let key = finding.fingerprint().key();
    if let Some(still) = after.iter().find(|found| found.fingerprint().key() == key) {
        return Err(format!("leaves it: {still:?}"));
    }
    let known: Vec<Fingerprint> = before.iter().map(Finding::fingerprint).collect();
    match after.iter().find(|found| !is_covered(found, &known)) {
        None => Ok(()),
        Some(worse) => Err(format!("brings {worse:?}")),
    }
}

/// What came in place of the command has happened; a swap that was offered can be approved.
fn is_way_out(world: &mut World, action: &Action, done: &Decision) -> Result<(), String> {
    let is_out = match (action, &done.outcome) {
        (Action::OfferSwap(offer), Outcome::Swap { .. }) => return agreed(world, offer),
        (Action::DenySwap { .. }, Outcome::Swap { state, .. }) => *state == SwapState::Denied,
        (_, Outcome::Swap { state, .. }) => *state == SwapState::Canceled,
        (Action::RequestTimeOff(_), Outcome::TimeOff { status, .. }) => status.is_active(),
        (_, Outcome::TimeOff { status, .. }) => !status.is_active(),
        _ => false,
    };
    if is_out { Ok(()) } else { Err(format!("ends in {:?}", done.outcome)) }
}

/// Everybody accepts, and a planner approves.
fn agreed(world: &mut World, offer: &SwapOffer) -> Result<(), String> {
    let id = offer.id.clone();
    if offer.agents().count() < 2 {
        return Ok(());
    }
    for agent in offer.agents().skip(1) {
        let (id, agent) = (id.clone(), agent.clone());
        let accept = Action::AcceptSwap { id, agent: agent.clone(), shift: None };
        world.run(&accept).map_err(|refusal| format!("{agent} cannot accept: {refusal:?}"))?;
    }
    world.send(&format!("approve(ack) {id}"));
    let state = world.head().swap(&id).map(|swap| swap.state);
    if state == Some(SwapState::Approved) { Ok(()) } else { Err(format!("ends as {state:?}")) }
}

fn play(text: &str, steps: &[Step], tally: &mut Tally) -> Result<(), TestCaseError> {
    let mut world = World::of(text);
    for (n, step) in steps.iter().enumerate() {
        step.tick(&mut world);
        let Some(action) = step.action(&world) else { continue };
        // Now and then an agent edits.
        let is_own = n % 5 == 4 && matches!(step, Step::Edit { .. });
        let who = is_own.then(|| agent(world.head(), 0));
        follow(&mut world, &by(who, action), tally)?;
    }
    Ok(())
}

fn sequence() -> impl Strategy<Value = (String, Vec<Step>)> {
    (strict_fixture(), vec(step(4), 1..10))
}

/// Plays so many sequences, always the same ones for a seed.
fn play_all(seed: u64, cases: u32) -> Tally {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let tally = RefCell::new(Tally::new());
    let outcome = TestRunner::new_with_rng(config, rng)
        .run(&sequence(), |(text, steps)| play(&text, &steps, &mut tally.borrow_mut()));
    outcome.unwrap_or_else(|failure| panic!("seed {seed}: {failure}"));
    tally.into_inner()
}

/// What is offered stands in docs/ERRORS.md.
fn check_documented(tally: &Tally) {
    let page = page();
    for (kind, id) in tally.keys() {
        let is_told = OF_SWAPS.contains(id) || page[kind.name()].remedies.contains(*id);
        assert!(is_told, "docs/ERRORS.md says nothing of {id} for {}", kind.name());
    }
}

/// How many of the remedies that docs/ERRORS.md lists were followed.
fn reached(tally: &Tally) -> usize {
    tally.keys().filter(|(_, id)| !OF_SWAPS.contains(id)).count()
}

/// Twenty times as many as of other cases: 5,120 unless `PROPTEST_CASES` says otherwise. The scenes
/// reach every remedy; these reach most of them, in company.
#[test]
fn every_remedy_that_is_offered_does_what_it_says() {
    let cases = ProptestConfig::default().cases * 20;
    let tally = play_all(0, cases);
    check_documented(&tally);
    let listed: usize = page().values().map(|row| row.remedies.len()).sum();
    let reached = reached(&tally);
    assert!(cases < 5_000 || reached * 5 >= listed * 4, "{reached} of {listed}: {tally:?}");
}

/// The same for as long as `MUSTER_SOAK_MINUTES` says, from `MUSTER_SOAK_SEED` on.
#[test]
#[expect(clippy::print_stdout, reason = "how far it came is told")]
#[ignore = "as long as it is told to last; `cargo xtask soak` runs it"]
fn soak_every_remedy_that_is_offered_does_what_it_says() {
    let number = |name: &str, or: u64| std::env::var(name).map_or(or, |text| text.parse().unwrap());
    let (minutes, seed) = (number("MUSTER_SOAK_MINUTES", 1), number("MUSTER_SOAK_SEED", 0));
    let start = std::time::Instant::now();
    let (mut played, mut followed) = (0, 0);
    for round in seed.. {
        let tally = play_all(round, 256);
        check_documented(&tally);
        (played, followed) = (played + 256, followed + tally.values().sum::<usize>());
        if start.elapsed().as_secs() >= minutes * 60 {
            break;
        }
    }
    println!("{followed} remedies followed in {played} sequences");
}
