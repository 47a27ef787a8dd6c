//! A unit in memory, made of what a file or a server says. The rules are asked about it; nothing of
//! it is kept.

use std::sync::Arc;

use jiff::civil::Date;
use muster_core::command::{Action, Command};
use muster_core::conflict::Finding;
use muster_core::decide::{Rejection, decide};
use muster_core::diff::{self, WeekDoc};
use muster_core::entry::{Actor, Entry, Reference, ReferenceKind};
use muster_core::event::Event;
use muster_core::id::{ClientId, CommandId, ScheduleId, ShiftId};
use muster_core::instant::{Instant, Interval};
use muster_core::roster::Roster;
use muster_core::rule::{self, RulesChange};
use muster_core::unit::BusinessUnit;
use muster_core::zone::Zone;

/// A unit in memory.
#[derive(Debug)]
pub(crate) struct Local {
    roster: Roster,
}

impl Local {
    /// A unit without agents, with the rules of a fresh one.
    pub(crate) fn new(unit: BusinessUnit) -> Self {
        let mut local = Self { roster: Roster::default() };
        local.happen(vec![Event::UnitPut(unit)]);
        local
    }

    /// What it is now.
    pub(crate) fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Writes facts, whatever the rules say.
    pub(crate) fn happen(&mut self, events: Vec<Event>) {
        let revision = self.roster.revision().next();
        let id = format!("local-{}", revision.0);
        self.roster.apply(&Entry {
            revision,
            at: Instant::MIN,
            actor: actor(),
            command: CommandId::parse(&id).expect("letters, a dash and a number"),
            policy: self.roster.policy(),
            zones: Zone::release().into(),
            about: Reference { kind: ReferenceKind::Unit, id: Arc::from(id) },
            reason: None,
            events,
        });
    }

    /// Sets rules, as the server would.
    pub(crate) fn set_rules(&mut self, change: RulesChange) -> Result<(), Rejection> {
        let command = Command::new(actor(), Action::SetRules(change));
        let decision = decide(&self.roster, &command, Instant::MIN)?;
        self.happen(decision.events);
        Ok(())
    }

    /// Writes whole weeks of agents, whatever the rules say.
    pub(crate) fn put_week(&mut self, first: Date, docs: &[WeekDoc]) -> Result<(), Rejection> {
        let mut minted = 0;
        let mut mint = || {
            minted += 1;
            ShiftId::parse(&format!("shift-{first}-{minted}")).expect("a date and a number")
        };
        let edits = diff::week(&self.roster, first, docs, &mut mint)?;
        if self.roster.week(first).is_none() {
            let id = ScheduleId::parse(&format!("week-{first}")).expect("a date");
            self.happen(vec![Event::WeekOpened { week: first, id }]);
        }
        self.roster = diff::applied(&self.roster, &edits);
        Ok(())
    }

    /// What the rules find in all the weeks there are, worst first.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        self.weeks().map(|weeks| found(&self.roster, weeks)).unwrap_or_default()
    }

    /// From the beginning of the first week to the end of the last.
    fn weeks(&self) -> Option<Interval> {
        let unit = self.roster.unit()?;
        let firsts = || self.roster.weeks().map(|week| week.first);
        let (first, last) = (unit.week(firsts().min()?)?, unit.week(firsts().max()?)?);
        Interval::new(first.start(), last.end())
    }
}

/// What the rules find in a stretch of time, worst first.
pub(crate) fn found(roster: &Roster, during: Interval) -> Vec<Finding> {
    let agents = roster.agents().map(|record| &record.agent.id);
    let mut found: Vec<Finding> =
        agents.flat_map(|agent| rule::findings(roster, agent, during)).collect();
    found.sort_by_cached_key(Finding::sort_key);
    found
}

fn actor() -> Actor {
    Actor { client: ClientId::parse("local").expect("five letters"), agent: None }
}
