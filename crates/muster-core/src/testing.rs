//! The language of the tests: rosters and commands as text, read and printed by the same code.
//!
//! ```text
//! site Europe/Berlin                  week 2026-03-16 unless it says otherwise
//! ana  mon 09:00-17:00 phone   12:00-12:30 lunch   +vip note=call_back
//! ben  mon 22:00-06:00 chat    # crosses midnight
//! ben  tue 22:00-06:00 id=night [540]
//! cleo off mon..tue approved
//! cleo cannot weekly wed 18:00-00:00
//! cleo own wed 10:00-11:00 meeting
//! cleo is skill=french zone=Asia/Singapore
//! rule REST_TIME_SHORT ack minRestMinutes=600
//! staff mon 09:00-17:00 2 french; tue 09:00-17:00 3 french
//! trunks eu 20 skill=french group=north; us 5
//! seats lyon 12; lille 3
//! > edit ana mon 10:00-18:00
//! > @3 draft d1 ana mon 09:00-17:00; delete night
//! > publish(ack) d1
//! > together edit ana tue 09:00-17:00 & edit delete ana-mon
//! ```
//!
//! A line is one entry of the ledger. A shift is called after its agent and day (`ana-mon`, then
//! `ana-mon-2`) unless it has an `id=`. Wall times are those of the site; `02:30*` is the second
//! time that 02:30 comes in a night, `[540]` a length in minutes that the clock does not tell.

mod answer;
mod availability;
#[cfg(test)]
pub(crate) mod check;
mod fixture;
mod levels;
mod line;
mod print;
mod script;
mod sound;

use std::sync::Arc;

use crate::command::{Action, Command};
use crate::conflict::{Finding, Fingerprint};
use crate::decide::{Decision, Rejection, decide, decide_as_one, decided_as_one};
use crate::entry::{Actor, Entry, Reference, ReferenceKind};
use crate::event::Event;
use crate::id::{AgentId, ClientId, CommandId, Revision};
use crate::instant::Instant;
use crate::roster::Roster;
use crate::shift::Shift;
use crate::zone::Zone;

pub use line::{Clock, ShiftLine};
pub use print::{edits_text, facts};
pub use sound::{blurred, unsound, worsened};

/// A unit with its whole past, a clock that is set by hand, and the commands sent to it.
#[derive(Clone)]
pub struct World {
    past: Vec<Roster>,
    entries: Vec<Entry>,
    /// How wall times are read and printed.
    pub clock: Clock,
    /// What the clock shows.
    pub now: Instant,
    acknowledged: Vec<Fingerprint>,
}

impl World {
    /// Reads a fixture, and sends the commands in it, which have to be accepted.
    ///
    /// # Panics
    /// When a line cannot be read or a command is refused.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut world = Self::empty();
        for line in lines(text) {
            match line.strip_prefix('>') {
                None => fixture::take(&mut world, line),
                Some(command) => {
                    let answer = script::send(&mut world, command.trim());
                    assert!(!answer.starts_with("refused"), "{line}: {answer}");
                }
            }
        }
        world
    }

    /// Reads a fixture, sends the commands in it, and prints what is answered.
    #[must_use]
    pub fn play(text: &str) -> String {
        let mut world = Self::empty();
        let mut told = String::new();
        for line in lines(text) {
            match line.strip_prefix('>') {
                None => fixture::take(&mut world, line),
                Some(command) => {
                    let command = command.trim();
                    told += &format!("> {command}\n{}\n", script::send(&mut world, command));
                }
            }
        }
        told
    }

    fn empty() -> Self {
        let clock = Clock::default();
        let now = clock.zone.start_of_day(clock.week).plus_days(-3);
        let past = vec![Roster::default()];
        Self { past, entries: Vec::new(), clock, now, acknowledged: Vec::new() }
    }

    /// Sends one command line and prints what is answered.
    pub fn send(&mut self, line: &str) -> String {
        script::send(self, line)
    }

    /// The action that a command line stands for.
    #[must_use]
    pub fn action(&self, line: &str) -> Action {
        script::action(self, line)
    }

    /// The state now.
    #[must_use]
    pub fn head(&self) -> &Roster {
        self.past.last().expect("the past begins with nothing")
    }

    /// The state as of a revision.
    ///
    /// # Panics
    /// When there is no such revision yet.
    #[must_use]
    pub fn at(&self, revision: Revision) -> &Roster {
        let place = usize::try_from(revision.0).unwrap_or(usize::MAX);
        self.past.get(place).expect("the revision is in the past")
    }

    /// Everything that happened.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All live shifts, by id, those of agents who left too.
    pub fn shifts(roster: &Roster) -> impl Iterator<Item = &Shift> {
        roster.shifts.values().map(|shift| &**shift)
    }

    /// The state now, without provenance, as text.
    #[must_use]
    pub fn facts(&self) -> String {
        facts(self.head(), self.clock.week)
    }

    /// Decides an action without carrying it out.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn decide(&self, action: &Action) -> Result<Decision, Rejection> {
        decide(self.head(), &by(None, action.clone()), self.now)
    }

    /// Decides an action and carries it out.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn run(&mut self, action: &Action) -> Result<Decision, Rejection> {
        self.run_as(None, action)
    }

    /// Decides an action of an agent, or of a planner, and carries it out.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn run_as(
        &mut self,
        agent: Option<AgentId>,
        action: &Action,
    ) -> Result<Decision, Rejection> {
        let command = by(agent, action.clone());
        let decision = decide(self.head(), &command, self.now)?;
        self.carry_out(&command, &decision);
        Ok(decision)
    }

    /// Has what a command came to happen.
    pub fn carry_out(&mut self, command: &Command, decision: &Decision) {
        let id = CommandId::parse(&format!("c{}", self.entries.len())).expect("an id");
        if let Some(entry) = decision.entry(self.head(), command, &id, self.now) {
            self.append(entry);
        }
    }

    /// Decides commands that stand or fall together, and carries them out unless one is refused;
    /// says what each comes to, and the revision after it.
    fn run_together(&mut self, commands: &[Command]) -> Vec<(Self, Result<Decision, Rejection>)> {
        let ground = self.clone();
        let mut told = Vec::new();
        let mut rest: Vec<&Command> = commands.iter().collect();
        while !rest.is_empty() {
            let run: Vec<_> = rest.drain(..decided_as_one(&rest)).collect();
            for (command, answer) in run.iter().zip(decide_as_one(self.head(), &run, self.now)) {
                if let Ok(decision) = &answer {
                    self.carry_out(command, decision);
                }
                told.push((self.clone(), answer));
            }
        }
        if told.iter().any(|(_, answer)| answer.is_err()) {
            *self = ground;
        }
        told
    }

    /// Writes facts that no command would have led to.
    pub fn happen(&mut self, kind: ReferenceKind, id: &str, events: Vec<Event>) {
        let head = self.head();
        let entry = Entry {
            revision: head.revision().next(),
            at: head.now(self.now),
            actor: actor(None),
            command: CommandId::parse(&format!("c{}", self.entries.len())).expect("an id"),
            policy: head.policy(),
            zones: Zone::release().into(),
            about: Reference { kind, id: Arc::from(id) },
            reason: None,
            events,
        };
        self.append(entry);
    }

    fn append(&mut self, entry: Entry) {
        let mut next = self.head().clone();
        next.apply(&entry);
        self.past.push(next);
        self.entries.push(entry);
    }

    /// What the findings of an answer are, a refusal's or a held agent's.
    #[must_use]
    pub fn findings(answer: &Result<Decision, Rejection>) -> Vec<Finding> {
        answer::findings(answer)
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    let bare = text.lines().map(|line| line.split_once("# ").map_or(line, |(bare, _)| bare).trim());
    bare.filter(|line| !line.is_empty())
}

fn actor(agent: Option<AgentId>) -> Actor {
    Actor { client: ClientId::parse("planner").expect("an id"), agent }
}

/// A command of an agent, or of a planner.
#[must_use]
pub fn by(agent: Option<AgentId>, action: Action) -> Command {
    Command::new(actor(agent), action)
}
