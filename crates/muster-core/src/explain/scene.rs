//! A command and the state that it was refused on, arranged for looking at a part of it.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::change::part::agents_of;
use crate::change::{self, Component};
use crate::command::{Action, Command, Terms};
use crate::conflict::Fingerprint;
use crate::draft::{Edits, ShiftEdit};
use crate::id::{AgentId, ShiftId};
use crate::instant::Instant;
use crate::limits;
use crate::merge;
use crate::roster::Roster;
use crate::shift::ShiftBody;

/// A command and the state it was refused on.
pub(crate) struct Scene<'a> {
    pub(super) roster: &'a Roster,
    pub(super) command: &'a Command,
    pub(super) now: Instant,
    /// What the command wants of shifts, if it is such a command.
    pub(super) edits: Edits,
    /// Where in them each shift is edited.
    places: BTreeMap<ShiftId, usize>,
    /// Which of them speak of each agent, or share an id of another system with one that does.
    by_agent: BTreeMap<AgentId, Vec<usize>>,
    /// What all edits come to, each component by itself, once somebody asked.
    components: OnceCell<Vec<Component>>,
    /// What stops the command, as far as that has to be asked of all agents together.
    pub(super) gates: OnceCell<Vec<Fingerprint>>,
    /// How many shifts were weighed together with others again.
    balanced: Cell<usize>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(roster: &'a Roster, command: &'a Command, now: Instant) -> Self {
        let edits = edits(roster, &command.action);
        let all = edits.shifts.iter().enumerate();
        let places = all.map(|(n, edit)| (edit.id.clone(), n)).collect();
        let by_agent = by_agent(roster, &edits);
        let (components, gates, balanced) = (OnceCell::new(), OnceCell::new(), Cell::new(0));
        Self { roster, command, now, edits, places, by_agent, components, gates, balanced }
    }

    /// Everything that the command comes to, if all agents together are to be asked once more: what
    /// one agent's edits come to depends on those of others then. Nothing once it was asked often.
    pub(super) fn everybody(&self) -> Option<&[Component]> {
        let cost = self.balanced.get() + self.edits.shifts.len();
        if !self.roster.levels.is_watching() || cost > limits::BALANCED_SHIFTS {
            return None;
        }
        self.balanced.set(cost);
        Some(self.components.get_or_init(|| {
            let terms = self.terms().cloned().unwrap_or_default();
            change::alone(self.roster, &self.command.actor, &self.edits, &terms, self.now)
        }))
    }

    /// A direct edit, of those who are meant alone.
    pub(super) fn direct(&self) -> Option<(Edits, Terms)> {
        let Action::EditShifts { edits, terms } = &self.command.action else { return None };
        let own = |only: &Vec<AgentId>| self.part(&self.tied(only.iter().cloned().collect()));
        let edits = terms.only.as_ref().map_or_else(|| edits.clone(), own);
        Some((edits, Terms { only: None, ..terms.clone() }))
    }

    pub(super) fn terms(&self) -> Option<&'a Terms> {
        self.command.action.terms()
    }

    /// The edit that the command makes of a shift, if it does.
    pub(super) fn edit(&self, id: &ShiftId) -> Option<&ShiftEdit> {
        self.places.get(id).map(|n| &self.edits.shifts[*n])
    }

    /// What a shift would be if the command went through; nothing while its values clash.
    pub(super) fn merged(&self, id: &ShiftId) -> Option<Arc<ShiftBody>> {
        let live = self.roster.shift(id).map(|shift| shift.body.clone());
        let Some(edit) = self.edit(id) else { return live };
        let resolved = self.terms().map(Terms::resolved).unwrap_or_default();
        let merged = merge::shift(edit, live.as_deref(), &resolved);
        merged.clashes.is_empty().then(|| merged.change.applied(live.as_deref()))?
    }

    /// The agents that stand or fall with some.
    pub(super) fn tied(&self, mut agents: BTreeSet<AgentId>) -> BTreeSet<AgentId> {
        let mut queue: Vec<AgentId> = agents.iter().cloned().collect();
        let mut seen = BTreeSet::new();
        while let Some(agent) = queue.pop() {
            for n in self.by_agent.get(&agent).into_iter().flatten().filter(|n| seen.insert(**n)) {
                for other in agents_of(self.roster, &self.edits.shifts[*n]) {
                    if agents.insert(other.clone()) {
                        queue.push(other);
                    }
                }
            }
        }
        agents
    }

    /// What the command wants of some agents who are tied to nobody else.
    pub(super) fn part(&self, agents: &BTreeSet<AgentId>) -> Edits {
        let places = agents.iter().filter_map(|agent| self.by_agent.get(agent)).flatten();
        let places: BTreeSet<&usize> = places.collect();
        let own = self.edits.commitments.iter().filter(|edit| agents.contains(&edit.agent));
        Edits {
            shifts: places.into_iter().map(|n| self.edits.shifts[*n].clone()).collect(),
            commitments: own.cloned().collect(),
        }
    }
}

/// What a change of shifts wants of them.
pub(super) fn edits(roster: &Roster, action: &Action) -> Edits {
    if let Action::Publish { id, .. } = action {
        return roster.draft(id).map(|draft| draft.edits()).unwrap_or_default();
    }
    if let Action::PublishDocument { edits, .. }
    | Action::EditShifts { edits, .. }
    | Action::Revert { edits, .. } = action
    {
        return edits.clone();
    }
    Edits::default()
}

fn by_agent(roster: &Roster, edits: &Edits) -> BTreeMap<AgentId, Vec<usize>> {
    let mut by_agent: BTreeMap<AgentId, Vec<usize>> = BTreeMap::new();
    for (n, edit) in edits.shifts.iter().enumerate() {
        for agent in agents_of(roster, edit) {
            by_agent.entry(agent).or_default().push(n);
        }
    }
    for sharing in sharing_external_ids(roster, edits) {
        let agents = sharing.iter().flat_map(|n| agents_of(roster, &edits.shifts[*n]));
        for agent in agents.collect::<BTreeSet<_>>() {
            by_agent.entry(agent).or_default().extend(&sharing);
        }
    }
    by_agent
}

/// Edits that take or give up the same id of another system.
fn sharing_external_ids(roster: &Roster, edits: &Edits) -> Vec<Vec<usize>> {
    let mut places: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (n, edit) in edits.shifts.iter().enumerate() {
        let live = roster.shift(&edit.id).map(|shift| &*shift.body);
        let bodies = [edit.base.as_deref(), edit.draft.as_deref(), live];
        let all = bodies.map(|body| body.map(|body| &body.external_ids));
        if all.iter().any(|ids| *ids != all[0]) {
            let ids: BTreeSet<_> = all.into_iter().flatten().flatten().collect();
            ids.into_iter().for_each(|id| places.entry(id).or_default().push(n));
        }
    }
    places.into_values().filter(|places| places.len() > 1).collect()
}
