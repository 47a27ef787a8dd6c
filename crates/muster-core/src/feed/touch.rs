//! What entries touch that drafts may be about.

use std::collections::BTreeSet;

use crate::availability::Availability;
use crate::change::part;
use crate::draft::{Draft, ExternalId};
use crate::entry::Entry;
use crate::event::Event;
use crate::id::{AgentId, ScheduleId, ShiftId};
use crate::roster::Roster;

/// Agents whose time, data or edits entries changed.
#[derive(Debug, Default)]
pub(crate) struct Touch {
    /// They changed what holds for all agents.
    is_everybody: bool,
    agents: BTreeSet<AgentId>,
    shifts: BTreeSet<ShiftId>,
    external: BTreeSet<ExternalId>,
    /// The drafts that they made, closed or threw away.
    made: BTreeSet<ScheduleId>,
    edited: BTreeSet<ScheduleId>,
}

/// A state, and a later one.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) before: &'a Roster,
    pub(crate) after: &'a Roster,
}

impl Pair<'_> {
    fn both(&self) -> [&Roster; 2] {
        [self.before, self.after]
    }
}

impl Touch {
    /// And what an entry touches.
    pub(crate) fn add(&mut self, pair: Pair<'_>, entry: &Entry) {
        entry.events.iter().for_each(|event| self.add_event(pair, event));
    }

    /// The agents whose time, data or edits were changed; nothing, when what holds for all was.
    pub(crate) fn agents(&self) -> Option<&BTreeSet<AgentId>> {
        (!self.is_everybody).then_some(&self.agents)
    }

    /// The shifts that were changed, or what a draft wants of them.
    pub(crate) fn shifts(&self) -> &BTreeSet<ShiftId> {
        &self.shifts
    }

    /// The drafts that were made, edited, closed or thrown away.
    pub(crate) fn drafts(&self) -> impl Iterator<Item = &ScheduleId> {
        self.made.union(&self.edited)
    }

    fn add_event(&mut self, pair: Pair<'_>, event: &Event) {
        match event {
            Event::ShiftCreated { id, .. }
            | Event::ShiftChanged { id, .. }
            | Event::ShiftDeleted { id } => self.add_shift(pair, id),
            Event::CommitmentsChanged { agent, .. }
            | Event::AgentLeft(agent)
            | Event::AvailabilityPut(Availability { agent, .. })
            | Event::AvailabilityWithdrawn { agent, .. } => {
                self.agents.insert(agent.clone());
            }
            Event::AgentPut(agent) => drop(self.agents.insert(agent.id.clone())),
            Event::TimeOffRequested(request) | Event::TimeOffChanged(request) => {
                self.agents.insert(request.agent.clone());
            }
            Event::TimeOffDecided { id, .. } => {
                let time_off = pair.after.time_off(id);
                self.agents.extend(time_off.map(|time_off| time_off.request.agent.clone()));
            }
            Event::DraftCreated { id, .. }
            | Event::DraftClosed { id }
            | Event::DraftDeleted { id } => drop(self.made.insert(id.clone())),
            Event::DraftEdited { id, put, dropped_shifts, dropped_commitments, .. } => {
                self.edited.insert(id.clone());
                let put_shifts = put.shifts.iter().map(|edit| &edit.id);
                self.shifts.extend(put_shifts.chain(dropped_shifts).cloned());
                let put_own = put.commitments.iter().map(|edit| &edit.agent);
                self.agents.extend(put_own.chain(dropped_commitments).cloned());
            }
            // Whether a week that was never opened is empty, nobody can say: rules ask.
            Event::UnitPut(_)
            | Event::ActivityCodePut(_)
            | Event::RulesSet(_)
            | Event::WeekOpened { .. } => self.is_everybody = true,
            // Of these, nothing is read that is told about one agent.
            Event::ManagementUnitPut(_)
            | Event::StaffingPut(_)
            | Event::TrunksPut(_)
            | Event::SitesPut(_)
            | Event::TimeOffLimitPut(_)
            | Event::Published { .. }
            | Event::SwapOffered(_)
            | Event::SwapAccepted { .. }
            | Event::SwapMatched { .. }
            | Event::SwapMoved { .. }
            | Event::Acknowledged { .. } => {}
        }
    }

    fn add_shift(&mut self, pair: Pair<'_>, id: &ShiftId) {
        self.shifts.insert(id.clone());
        let bodies = pair.both().map(|roster| roster.shift(id).map(|shift| &shift.body));
        self.agents.extend(bodies.into_iter().flatten().map(|body| body.owner.clone()));
        let [was, is] = bodies.map(|body| body.map(|body| &body.external_ids));
        if was != is {
            let keys = was.into_iter().chain(is).flatten();
            self.external.extend(keys.map(|(system, id)| (system.clone(), id.clone())));
        }
    }

    /// The agents about whom something else may be found in a draft than before the entry;
    /// nothing, when that is so for all of them.
    pub(crate) fn agents_in(
        &self,
        pair: Pair<'_>,
        was: &Draft,
        is: &Draft,
    ) -> Option<BTreeSet<AgentId>> {
        if self.is_everybody || self.made.contains(&is.id) {
            return None;
        }
        let drafts = [(pair.before, was), (pair.after, is)];
        let mut shifts = self.shifts.clone();
        let mut external = self.external.clone();
        for (roster, draft) in drafts {
            let edits = self.shifts.iter().filter_map(|id| draft.shifts.get(id));
            external.extend(edits.flat_map(|edit| part::external_ids(roster, edit)));
        }
        for (roster, draft) in drafts {
            let sharing = external.iter().flat_map(|key| part::sharing(roster, draft, key));
            shifts.extend(sharing);
        }
        let mut agents = self.agents.clone();
        for (roster, draft) in drafts {
            let edits = shifts.iter().filter_map(|id| draft.shifts.get(id));
            agents.extend(edits.flat_map(|edit| part::agents_of(roster, edit)));
        }
        Some(agents)
    }
}
