//! Which of an open draft's agents could go live: a plan without its findings, kept and brought up
//! to date by what entries touch.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::change::{self, Component, part};
use crate::command::Terms;
use crate::conflict::Kind;
use crate::draft::Draft;
use crate::entry::{Actor, Entry};
use crate::feed::touch::{Pair, Touch};
use crate::id::{AgentId, ScheduleId};
use crate::instant::Instant;
use crate::roster::Roster;

/// Which of an open draft's agents are held, as a publish without acknowledgements would see it.
#[derive(Debug, Clone)]
pub struct Readiness {
    roster: Roster,
    draft: Arc<Draft>,
    groups: BTreeMap<AgentId, Arc<Group>>,
}

/// Agents that stand or fall together.
#[derive(Debug)]
struct Group {
    agents: BTreeSet<AgentId>,
    is_held: bool,
}

impl Readiness {
    /// Weighs the whole draft; nothing, when there is no such draft, or it is closed.
    #[must_use]
    pub fn of(roster: &Roster, draft: &ScheduleId, now: Instant) -> Option<Self> {
        let draft = roster.open_draft(draft)?;
        let actor = Actor::onlooker();
        let terms = Terms::default();
        let components = change::weigh(roster, &actor, &draft.edits(), &terms, roster.now(now));
        let (roster, draft) = (roster.clone(), draft.clone());
        Some(Self { roster, draft, groups: groups(components).collect() })
    }

    /// The same after some entries, each with the state it led to: only what they touch is weighed
    /// again, unless the unit has rules that one agent's change, or time alone, may turn for all.
    #[must_use]
    pub fn after(&self, steps: &[(&Entry, &Roster)], now: Instant) -> Option<Self> {
        let head = steps.last().map_or(&self.roster, |(_, roster)| *roster);
        let is_still = steps.is_empty() && !reads_clock(head);
        if is_still {
            return Some(self.clone());
        }
        let is = head.open_draft(&self.draft.id)?;
        let touched = if reads_clock(head) || asks_all(head) {
            None
        } else {
            let pair = Pair { before: &self.roster, after: head };
            self.touch(steps).agents_in(pair, &self.draft, is)
        };
        match touched {
            None => Self::of(head, &self.draft.id, now),
            Some(agents) => Some(self.reweighed(head, is, agents, now)),
        }
    }

    fn touch(&self, steps: &[(&Entry, &Roster)]) -> Touch {
        let mut touch = Touch::default();
        let mut before = &self.roster;
        for (entry, after) in steps {
            touch.add(Pair { before, after }, entry);
            before = after;
        }
        touch
    }

    /// With agents weighed again, and those that stand or fall with them.
    fn reweighed(
        &self,
        head: &Roster,
        draft: &Arc<Draft>,
        mut agents: BTreeSet<AgentId>,
        now: Instant,
    ) -> Self {
        // Who is tied by a trade of several need not have a shift that the draft speaks of.
        let known = agents.iter().filter_map(|agent| self.groups.get(agent));
        let tied: Vec<AgentId> = known.flat_map(|group| group.agents.iter().cloned()).collect();
        agents.extend(tied);
        let components = loop {
            let edits = part::edits_of(head, draft, &agents);
            let components = part::weigh(head, &edits, head.now(now));
            let count = agents.len();
            agents.extend(components.iter().flat_map(|component| component.agents.iter().cloned()));
            if agents.len() == count {
                break components;
            }
        };
        let mut all = self.groups.clone();
        agents.iter().for_each(|agent| drop(all.remove(agent)));
        all.extend(groups(components));
        Self { roster: head.clone(), draft: draft.clone(), groups: all }
    }

    /// The state it is of.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The draft, as it is there.
    #[must_use]
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The draft's agents, sorted, and whether each is held.
    pub fn agents(&self) -> impl Iterator<Item = (&AgentId, bool)> {
        self.groups.iter().map(|(agent, group)| (agent, group.is_held))
    }
}

fn groups(components: Vec<Component>) -> impl Iterator<Item = (AgentId, Arc<Group>)> {
    components.into_iter().flat_map(|component| {
        let is_held = !component.gating.is_empty();
        let group = Arc::new(Group { agents: component.agents, is_held });
        let agents: Vec<AgentId> = group.agents.iter().cloned().collect();
        agents.into_iter().map(move |agent| (agent, group.clone()))
    })
}

/// Whether time alone may hold an agent back.
fn reads_clock(roster: &Roster) -> bool {
    roster.rules().may_hold(Kind::NoticeShort)
}

/// Whether what is asked of all agents together may hold them back.
fn asks_all(roster: &Roster) -> bool {
    let kinds = [Kind::StaffingBelowMinimum, Kind::TrunkCapacityExceeded, Kind::SiteSeatsExceeded];
    roster.levels.is_watching() && kinds.into_iter().any(|kind| roster.rules().may_hold(kind))
}
