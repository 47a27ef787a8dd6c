//! Commands that stand or fall together. Edits of shifts that follow each other are weighed as one,
//! so that an exchange of two shifts is no clash halfway; each gets an entry of its own.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::command::{Action, Command, Mode, Terms};
use crate::decide::schedule::weeks_of;
use crate::decide::{Decision, Outcome, Published, Rejection, decide, expected, own};
use crate::draft::Edits;
use crate::event::Event;
use crate::id::{AgentId, ShiftId};
use crate::instant::Instant;
use crate::roster::Roster;

/// How many of some commands are decided as one: edits of different shifts; else the first alone.
#[must_use]
pub fn decided_as_one(commands: &[&Command]) -> usize {
    let (mut shifts, mut agents) = (BTreeSet::new(), BTreeSet::new());
    let mut joined = 0;
    for (edits, _) in commands.iter().map_while(|command| joinable(command)) {
        let own: BTreeSet<_> = edits.commitments.iter().map(|edit| &edit.agent).collect();
        let is_new = edits.shifts.iter().all(|edit| shifts.insert(&edit.id));
        if !is_new || !own.is_disjoint(&agents) {
            break;
        }
        agents.extend(own);
        joined += 1;
    }
    joined.max(1)
}

/// An edit of which nothing but all of it is wanted.
fn joinable(command: &Command) -> Option<(&Edits, &Terms)> {
    let Action::EditShifts { edits, terms } = &command.action else { return None };
    terms.only.is_none().then_some((edits, terms))
}

/// Decides commands as one, of which [`decided_as_one`] says that they can be: what each comes to,
/// in order. All of each or nothing of it; the caller drops all when one is refused.
///
/// # Errors
/// Each that is refused: [`Rejection`], the same for edits that were weighed as one.
#[must_use]
pub fn decide_as_one(
    roster: &Roster,
    commands: &[&Command],
    now: Instant,
) -> Vec<Result<Decision, Rejection>> {
    let [first, _, ..] = commands else {
        return commands.iter().map(|command| decide(roster, &whole(command), now)).collect();
    };
    for (n, command) in commands.iter().enumerate() {
        if let Err(refused) = own::check(roster, command) {
            return alone(commands.len(), n, &refused);
        }
    }
    let joined = Command::new(first.actor.clone(), joined(commands));
    match decide(roster, &joined, now) {
        Err(refused) => vec![Err(refused); commands.len()],
        Ok(decision) => parts(roster, commands, &decision)
            .into_iter()
            .zip(commands)
            .map(|(part, command)| expected::check(roster, command, Ok(part)))
            .collect(),
    }
}

/// A refusal of one; for the others it does not matter what they come to.
fn alone(len: usize, at: usize, refused: &Rejection) -> Vec<Result<Decision, Rejection>> {
    let empty = || Decision::new(crate::entry::ReferenceKind::ShiftEdit, &"", Outcome::Done);
    (0..len).map(|n| if n == at { Err(refused.clone()) } else { Ok(empty()) }).collect()
}

/// The same command, all or nothing.
fn whole(command: &Command) -> Cow<'_, Command> {
    let action = command.action.with_terms(|terms| terms.mode = Mode::Atomic);
    match action {
        Some(action) => Cow::Owned(Command { action, ..command.clone() }),
        None => Cow::Borrowed(command),
    }
}

fn joined(commands: &[&Command]) -> Action {
    let (mut edits, mut all) = (Edits::default(), Terms::default());
    all.mode = Mode::Atomic;
    for (own, terms) in commands.iter().filter_map(|command| joinable(command)) {
        edits.shifts.extend(own.shifts.iter().cloned());
        edits.commitments.extend(own.commitments.iter().cloned());
        all.acknowledge.extend(terms.acknowledge.iter().cloned());
        all.resolutions.extend(terms.resolutions.iter().cloned());
        all.suspects.extend(terms.suspects.iter().cloned());
        all.reason = all.reason.or_else(|| terms.reason.clone());
    }
    all.acknowledge.dedup();
    Action::EditShifts { edits: edits.normalized(), terms: all }
}

/// What each command has in a decision of all: the events about its shifts; the first what comes
/// before, the last what follows from all.
fn parts(roster: &Roster, commands: &[&Command], decision: &Decision) -> Vec<Decision> {
    let mut of_shift: BTreeMap<&ShiftId, usize> = BTreeMap::new();
    let mut of_agent: BTreeMap<&AgentId, usize> = BTreeMap::new();
    for (n, (edits, _)) in commands.iter().filter_map(|command| joinable(command)).enumerate() {
        of_shift.extend(edits.shifts.iter().map(|edit| (&edit.id, n)));
        of_agent.extend(edits.commitments.iter().map(|edit| (&edit.agent, n)));
    }
    let last = commands.len() - 1;
    let mut events: Vec<Vec<Event>> = vec![Vec::new(); commands.len()];
    for event in &decision.events {
        let place = if let Event::WeekOpened { .. } = event {
            Some(0)
        } else if let Event::CommitmentsChanged { agent, .. } = event {
            of_agent.get(agent).copied()
        } else {
            shift_of(event).and_then(|id| of_shift.get(id).copied())
        };
        events[place.unwrap_or(last)].push(event.clone());
    }
    let part = |(command, events): (&&Command, Vec<Event>)| {
        let (edits, terms) = joinable(command)?;
        let about = edits.shifts.first().map(|edit| edit.id.to_string()).unwrap_or_default();
        let outcome = outcome(roster, edits, &decision.outcome);
        let part = Decision::new(decision.about.kind, &about, outcome);
        Some(part.with(events).because(terms.reason.as_ref()))
    };
    commands.iter().zip(events).filter_map(part).collect()
}

fn shift_of(event: &Event) -> Option<&ShiftId> {
    if let Event::ShiftCreated { id, .. }
    | Event::ShiftChanged { id, .. }
    | Event::ShiftDeleted { id } = event
    {
        return Some(id);
    }
    None
}

/// What is told to one of them: of the agents that it speaks of, and of nobody in particular.
fn outcome(roster: &Roster, edits: &Edits, all: &Outcome) -> Outcome {
    let Outcome::Edited(all) = all else { return all.clone() };
    let bodies = edits.shifts.iter().flat_map(|edit| edit.base.iter().chain(&edit.draft));
    let live = edits.shifts.iter().filter_map(|edit| Some(&roster.shift(&edit.id)?.body));
    let owners = bodies.map(|body| &body.owner).chain(live.map(|body| &body.owner));
    let agents: BTreeSet<_> =
        owners.chain(edits.commitments.iter().map(|edit| &edit.agent)).collect();
    let of = |list: &[AgentId]| list.iter().filter(|a| agents.contains(a)).cloned().collect();
    let warnings = all.warnings.iter();
    Outcome::Edited(Published {
        weeks: weeks_of(roster, edits),
        draft: None,
        published: of(&all.published),
        merged: of(&all.merged),
        changed: of(&all.changed),
        held: Vec::new(),
        warnings: warnings
            .filter(|found| found.agent.as_ref().is_none_or(|agent| agents.contains(agent)))
            .cloned()
            .collect(),
    })
}
