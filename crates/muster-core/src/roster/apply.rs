//! `Roster::apply`: what entries do to the state. Total: facts are never argued with.

use std::sync::Arc;

use imbl::Vector;
use jiff::civil::Date;

use crate::agent::Agent;
use crate::availability::Availability;
use crate::draft::{Draft, Edits};
use crate::entry::{Entry, Origin};
use crate::event::Event;
use crate::id::{AgentId, AvailabilityId, Revision, ScheduleId, ShiftId, SwapId, TimeOffId};
use crate::instant::{Instant, Interval};
use crate::levels::{self, Day};
use crate::roster::{AgentRecord, Known, Roster, Timeline, Week};
use crate::shift::{AtomValue, Commitment, Shift, ShiftBody};
use crate::swap::{Swap, SwapOffer, SwapState};
use crate::time_off::{TimeOff, TimeOffLimit, TimeOffRequest, TimeOffStatus};

impl Roster {
    /// Moves the state on by one entry.
    pub fn apply(&mut self, entry: &Entry) {
        self.apply_events(&entry.events, &Origin::of(entry));
        self.revision = entry.revision;
        self.at = entry.at;
    }

    /// All that events change.
    pub(crate) fn apply_events(&mut self, events: &[Event], origin: &Origin) {
        let before = levels::is_concerned(self, events).then(|| self.clone());
        events.iter().for_each(|event| self.apply_event(event, origin));
        if let Some(before) = before {
            levels::recount(&before, self, events);
        }
    }

    /// All that an event changes but the counts of [`crate::levels`].
    pub(crate) fn apply_event(&mut self, event: &Event, origin: &Origin) {
        match event {
            Event::UnitPut(unit) => self.unit = Some(known(unit, origin)),
            Event::ManagementUnitPut(unit) => {
                self.management_units.insert(unit.id.clone(), known(unit, origin));
            }
            Event::AgentPut(agent) => self.put_agent(agent, origin),
            Event::AgentLeft(id) => self.agent_left(id, origin),
            Event::ActivityCodePut(code) => {
                self.codes.insert(code.id.clone(), known(code, origin));
            }
            Event::RulesSet(rules) => {
                self.rules = Arc::new(rules.clone());
                self.policy = origin.revision;
            }
            Event::StaffingPut(change) => self.levels.require(change, origin),
            Event::TrunksPut(trunks) => self.levels.trunks = Some(known(trunks, origin)),
            Event::SitesPut(sites) => self.levels.sites = Some(known(sites, origin)),
            Event::WeekOpened { week, id } => self.open_week(*week, id, origin),
            Event::Published { week, .. } => self.change_week(*week, origin.revision, |week| {
                week.publications.push_back(origin.revision);
            }),
            Event::ShiftCreated { id, body } => self.create_shift(id, body, origin),
            Event::ShiftChanged { id, set } => self.change_shift(id, set, origin),
            Event::ShiftDeleted { id } => self.delete_shift(id, origin),
            Event::CommitmentsChanged { agent, removed, added } => {
                self.change_commitments(agent, removed, added, origin);
            }
            Event::DraftCreated { id, week, name, base, edits } => {
                self.create_draft(Draft::empty(id, *week, name, *base, origin), edits);
            }
            Event::DraftEdited { id, put, dropped_shifts, dropped_commitments, base } => self
                .change_draft(id, origin, |draft| {
                    draft.put(put);
                    draft.leave_out(dropped_shifts, dropped_commitments);
                    draft.base = base.unwrap_or(draft.base);
                }),
            Event::DraftClosed { id } => self.close_draft(id, origin),
            Event::DraftDeleted { id } => self.delete_draft(id),
            Event::SwapOffered(offer) => self.offer_swap(offer, origin),
            Event::SwapAccepted { id, agent } => self.change_swap(id, origin, |swap| {
                swap.accepted.push(agent.clone());
            }),
            Event::SwapMatched { id, receiver, terms } => self.change_swap(id, origin, |swap| {
                swap.offer.receiver.clone_from(receiver);
                swap.terms.clone_from(terms);
                swap.state = SwapState::PendingApproval;
            }),
            Event::SwapMoved { id, state } => {
                self.change_swap(id, origin, |swap| swap.state = *state);
            }
            Event::TimeOffRequested(request) => {
                self.put_time_off(request, TimeOffStatus::Pending, origin);
            }
            Event::TimeOffChanged(request) => self.change_time_off(&request.id, origin, |t| {
                t.request = request.clone();
            }),
            Event::TimeOffDecided { id, status } => {
                self.change_time_off(id, origin, |t| {
                    t.status = *status;
                    t.was_approved |= *status == TimeOffStatus::Approved;
                });
            }
            Event::TimeOffLimitPut(limit) => self.put_time_off_limit(limit, origin),
            Event::AvailabilityPut(said) => self.put_availability(known(said, origin)),
            Event::AvailabilityWithdrawn { agent, id } => self.withdraw_availability(agent, id),
            Event::Acknowledged { .. } => self.acknowledgements.take(event, origin),
        }
    }

    fn put_time_off_limit(&mut self, limit: &TimeOffLimit, origin: &Origin) {
        match limit.places.is_empty() {
            true => drop(self.time_off_limits.remove(&limit.id)),
            false => drop(self.time_off_limits.insert(limit.id.clone(), known(limit, origin))),
        }
    }

    pub(super) fn put_availability(&mut self, said: Arc<Known<Availability>>) {
        let timeline = self.timeline(&said.value.agent);
        timeline.availability.insert(said.value.id.clone(), said);
    }

    /// Whoever said nothing else and never had a shift is then as if nothing had been said.
    fn withdraw_availability(&mut self, agent: &AgentId, id: &AvailabilityId) {
        let timeline = self.timeline(agent);
        timeline.availability.remove(id);
        if *timeline == Timeline::default() {
            self.timelines.remove(agent);
        }
    }

    fn put_agent(&mut self, agent: &Agent, origin: &Origin) {
        let record = AgentRecord { agent: agent.clone(), left: false, origin: origin.clone() };
        self.agents.insert(agent.id.clone(), Arc::new(record));
    }

    fn agent_left(&mut self, id: &AgentId, origin: &Origin) {
        if let Some(record) = self.agents.get_mut(id) {
            let record = Arc::make_mut(record);
            record.left = true;
            record.origin = origin.clone();
        }
    }

    fn open_week(&mut self, first: Date, id: &ScheduleId, origin: &Origin) {
        let version = origin.revision;
        let week = Week { first, id: id.clone(), version, publications: Vector::new() };
        self.weeks.insert(first, Arc::new(week));
        self.schedules.insert(id.clone(), first);
    }

    fn change_week(&mut self, first: Date, at: Revision, change: impl FnOnce(&mut Week)) {
        if let Some(week) = self.weeks.get_mut(&first) {
            let week = Arc::make_mut(week);
            week.version = at;
            change(week);
        }
    }

    /// Remembers that an agent's week, and with it the unit's, has changed.
    fn touch(&mut self, agent: &AgentId, at: Instant, revision: Revision) {
        let Some(first) = self.unit().map(|unit| unit.week_of(at)) else { return };
        self.timeline(agent).weeks.insert(first, revision);
        if self.weeks.get(&first).is_some_and(|week| week.version != revision) {
            self.change_week(first, revision, |_| {});
        }
    }

    pub(super) fn timeline(&mut self, agent: &AgentId) -> &mut Timeline {
        Arc::make_mut(self.timelines.entry(agent.clone()).or_default())
    }

    fn create_shift(&mut self, id: &ShiftId, body: &Arc<ShiftBody>, origin: &Origin) {
        let origins = std::array::from_fn(|_| origin.clone());
        let shift = Shift { id: id.clone(), body: body.clone(), origins };
        self.gone.remove(id);
        self.insert_shift(Arc::new(shift), origin.revision);
    }

    fn change_shift(&mut self, id: &ShiftId, set: &[AtomValue], origin: &Origin) {
        let Some(old) = self.remove_shift(id, origin.revision) else { return };
        let mut shift = (*old).clone();
        let body = Arc::make_mut(&mut shift.body);
        for value in set {
            shift.origins[value.atom() as usize] = origin.clone();
            body.set(value.clone());
        }
        if shift.body.owner != old.body.owner {
            self.timeline(&old.body.owner).lose(&old, origin);
        }
        self.insert_shift(Arc::new(shift), origin.revision);
    }

    fn delete_shift(&mut self, id: &ShiftId, origin: &Origin) {
        let Some(old) = self.remove_shift(id, origin.revision) else { return };
        let gone = self.timeline(&old.body.owner).lose(&old, origin);
        self.gone.insert(id.clone(), gone);
    }

    pub(super) fn insert_shift(&mut self, shift: Arc<Shift>, revision: Revision) {
        let (owner, start) = (&shift.body.owner, shift.body.span.start);
        let timeline = self.timeline(owner);
        timeline.lost.remove(&shift.id);
        timeline.shifts.insert((start, shift.id.clone()), shift.clone());
        self.touch(owner, start, revision);
        for (system, id) in &shift.body.external_ids {
            self.external.insert((system.clone(), id.clone()), shift.id.clone());
        }
        self.shifts.insert(shift.id.clone(), shift);
    }

    fn remove_shift(&mut self, id: &ShiftId, revision: Revision) -> Option<Arc<Shift>> {
        let shift = self.shifts.remove(id)?;
        let (owner, start) = (&shift.body.owner, shift.body.span.start);
        self.timeline(owner).shifts.remove(&(start, id.clone()));
        self.touch(owner, start, revision);
        for (system, external) in &shift.body.external_ids {
            // Another shift may have taken it over earlier in the same entry.
            let key = (system.clone(), external.clone());
            if self.external.get(&key) == Some(id) {
                self.external.remove(&key);
            }
        }
        Some(shift)
    }

    fn change_commitments(
        &mut self,
        agent: &AgentId,
        removed: &[Commitment],
        added: &[Commitment],
        origin: &Origin,
    ) {
        let timeline = self.timeline(agent);
        removed.iter().for_each(|c| drop(timeline.commitments.remove(c)));
        added.iter().for_each(|c| drop(timeline.commitments.insert(c.clone())));
        timeline.committed = Some(origin.clone());
        for Commitment { start, length_min, .. } in removed.iter().chain(added) {
            timeline.recommitted.insert((*start, *length_min), origin.clone());
        }
        for commitment in removed.iter().chain(added) {
            self.touch(agent, commitment.start, origin.revision);
        }
    }

    fn create_draft(&mut self, mut draft: Draft, edits: &Edits) {
        draft.put(edits);
        self.insert_draft(draft);
    }

    pub(super) fn insert_draft(&mut self, draft: Draft) {
        if draft.is_open() {
            self.open_drafts.insert(draft.id.clone());
        }
        self.drafts.insert(draft.id.clone(), Arc::new(draft));
    }

    fn close_draft(&mut self, id: &ScheduleId, origin: &Origin) {
        self.open_drafts.remove(id);
        self.change_draft(id, origin, |draft| draft.close(origin.revision));
    }

    fn delete_draft(&mut self, id: &ScheduleId) {
        self.open_drafts.remove(id);
        self.drafts.remove(id);
    }

    fn change_draft(&mut self, id: &ScheduleId, origin: &Origin, change: impl FnOnce(&mut Draft)) {
        if let Some(draft) = self.drafts.get_mut(id) {
            let draft = Arc::make_mut(draft);
            change(draft);
            draft.origin = origin.clone();
        }
    }

    fn offer_swap(&mut self, offer: &SwapOffer, origin: &Origin) {
        let swap = Swap {
            offer: offer.clone(),
            state: SwapState::PendingPartner,
            accepted: Vec::new(),
            terms: Vec::new(),
            origin: origin.clone(),
            offered: origin.clone(),
        };
        self.put_swap(swap);
    }

    fn change_swap(&mut self, id: &SwapId, origin: &Origin, change: impl FnOnce(&mut Swap)) {
        let Some(mut swap) = self.swap(id).cloned() else { return };
        change(&mut swap);
        swap.origin = origin.clone();
        self.put_swap(swap);
    }

    /// Open swaps are found by their shifts and by when they run out; decided ones are not.
    pub(super) fn put_swap(&mut self, swap: Swap) {
        if let Some(end) = swap.offer.expires_at {
            let key = (end, swap.offer.id.clone());
            match swap.state.is_open() {
                true => drop(self.expiring.insert(key)),
                false => drop(self.expiring.remove(&key)),
            }
        }
        for shift in swap.offer.shifts() {
            let key = (shift.clone(), swap.offer.id.clone());
            if swap.state.is_open() {
                self.open_swaps.insert(key);
            } else {
                self.open_swaps.remove(&key);
            }
        }
        self.swaps.insert(swap.offer.id.clone(), Arc::new(swap));
    }

    fn put_time_off(&mut self, request: &TimeOffRequest, status: TimeOffStatus, origin: &Origin) {
        let (origin, asked) = (origin.clone(), origin.clone());
        let was_approved = status == TimeOffStatus::Approved;
        let request = request.clone();
        self.insert_time_off(TimeOff { request, status, was_approved, origin, asked });
    }

    fn change_time_off(
        &mut self,
        id: &TimeOffId,
        origin: &Origin,
        change: impl FnOnce(&mut TimeOff),
    ) {
        let Some(mut time_off) = self.time_off(id).cloned() else { return };
        for day in days_touched(&time_off) {
            self.time_off_days.remove(&(day, id.clone()));
        }
        let old = time_off_key(&time_off.request);
        self.timeline(&time_off.request.agent).time_off.remove(&old);
        change(&mut time_off);
        time_off.origin = origin.clone();
        self.insert_time_off(time_off);
    }

    pub(super) fn insert_time_off(&mut self, time_off: TimeOff) {
        let time_off = Arc::new(time_off);
        let request = &time_off.request;
        for day in days_touched(&time_off) {
            self.time_off_days.insert((day, request.id.clone()));
        }
        let key = time_off_key(request);
        self.timeline(&request.agent).time_off.insert(key, time_off.clone());
        self.time_off.insert(request.id.clone(), time_off);
    }
}

/// The days on which an active request is found.
fn days_touched(time_off: &TimeOff) -> impl Iterator<Item = Day> + use<> {
    let hull = time_off.request.hull().filter(|_| time_off.status.is_active());
    hull.into_iter().flat_map(Day::all)
}

fn time_off_key(request: &TimeOffRequest) -> (Instant, TimeOffId) {
    (request.hull().map_or(Instant::MIN, Interval::start), request.id.clone())
}

fn known<T: Clone>(value: &T, origin: &Origin) -> Arc<Known<T>> {
    Arc::new(Known { value: value.clone(), origin: origin.clone() })
}
