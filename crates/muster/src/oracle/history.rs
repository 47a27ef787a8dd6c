//! The states that a server was in, by version.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use muster_core::command::{Action, Command};
use muster_core::decide::decide;
use muster_core::draft::{Edits, ShiftEdit};
use muster_core::entry::{Actor, Entry};
use muster_core::id::{ClientId, CommandId, ShiftId};
use muster_core::{Instant, Roster, diff};

use crate::demo::week::AgentWeek;
use crate::oracle::log::edits_between;

/// All states, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    states: BTreeMap<u64, Roster>,
}

impl History {
    /// The states that a ledger's entries lead through.
    pub(crate) fn of_entries<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut roster = Roster::default();
        let mut states = BTreeMap::from([(0, roster.clone())]);
        for entry in entries {
            roster.apply(entry);
            states.insert(entry.revision.0, roster.clone());
        }
        Self { states }
    }

    /// The states that documents lead through, each put over the one before it. `ground` knows
    /// the unit, its agents and its rules.
    pub(crate) fn of_puts(ground: &Roster, puts: &[Vec<AgentWeek>]) -> Result<Self> {
        let mut weeks: BTreeMap<String, AgentWeek> = BTreeMap::new();
        let mut roster = ground.clone();
        let mut states = BTreeMap::from([(0, roster.clone())]);
        for (put, version) in puts.iter().zip(1..) {
            let before: Vec<AgentWeek> =
                put.iter().filter_map(|week| weeks.get(&week.agent_id).cloned()).collect();
            let edits = edits_between(&before, put)?;
            roster = diff::applied(&roster, &Edits { shifts: edits, commitments: Vec::new() });
            states.insert(version, roster.clone());
            weeks.extend(put.iter().map(|week| (week.agent_id.clone(), week.clone())));
        }
        Ok(Self { states })
    }

    /// The state of a version.
    pub(crate) fn at(&self, version: u64) -> Option<&Roster> {
        self.states.get(&version)
    }

    /// The last state.
    pub(crate) fn last(&self) -> Option<&Roster> {
        self.states.last_key_value().map(|(_, roster)| roster)
    }

    /// All states with their versions, oldest first.
    pub(crate) fn states(&self) -> impl Iterator<Item = (u64, &Roster)> {
        self.states.iter().map(|(version, roster)| (*version, roster))
    }
}

/// A state in which these things have been decided, one after another.
pub(crate) fn ground(actions: Vec<Action>, now: Instant) -> Result<Roster> {
    let mut roster = Roster::default();
    for (n, action) in actions.into_iter().enumerate() {
        let actor = Actor { client: ClientId::parse("oracle")?, agent: None };
        let command = Command::new(actor, action);
        let decision = decide(&roster, &command, now).context("lay the ground")?;
        let id = CommandId::parse(&format!("ground-{n}"))?;
        if let Some(entry) = decision.entry(&roster, &command, &id, now) {
            roster.apply(&entry);
        }
    }
    Ok(roster)
}

/// Edits as the core takes them.
pub(crate) fn as_edits(shifts: &[ShiftEdit]) -> Edits {
    Edits { shifts: shifts.to_vec(), commitments: Vec::new() }.normalized()
}

/// The body of a shift in a state.
pub(crate) fn body<'a>(
    roster: &'a Roster,
    id: &ShiftId,
) -> Option<&'a Arc<muster_core::shift::ShiftBody>> {
    roster.shift(id).map(|shift| &shift.body)
}
