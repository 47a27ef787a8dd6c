//! The state of one business unit. Held in persistent maps: a snapshot is a clone, a clone is a
//! few pointers, and a change costs what it changes.

mod acknowledged;
mod apply;
mod image;
mod timeline;

use std::borrow::Cow;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use jiff::civil::Date;

use crate::activity::{ActivityCode, BoundTo, Category};
use crate::agent::Agent;
use crate::availability::Availability;
use crate::draft::Draft;
use crate::entry::Origin;
use crate::id::{
    ActivityCodeId, AgentId, AvailabilityId, ManagementUnitId, Revision, ScheduleId, ShiftId,
    SwapId, TimeOffId, TimeOffLimitId,
};
use crate::instant::{Instant, Interval};
use crate::levels::{Day, Levels};
use crate::rule::RuleSet;
use crate::shift::{Activity, Atom, Commitment, Shift, ShiftBody};
use crate::swap::Swap;
use crate::time_off::{TimeOff, TimeOffLimit};
use crate::unit::{BusinessUnit, ManagementUnit};

pub use acknowledged::Acknowledged;
pub use image::Image;
pub(crate) use timeline::{Timeline, overlay};

/// A value and the entry that last changed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known<T> {
    /// The value.
    pub value: T,
    /// The entry that last changed it.
    pub origin: Origin,
}

/// An agent in this unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRecord {
    /// The agent.
    pub agent: Agent,
    /// Whether the agent went to another unit; the past stays here.
    pub left: bool,
    /// The entry that last changed it.
    pub origin: Origin,
}

/// The live schedule of a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week {
    /// Its first day.
    pub first: Date,
    /// The id of its schedule, which never changes.
    pub id: ScheduleId,
    /// The revision that last changed it.
    pub version: Revision,
    /// The publishes that made it, oldest first.
    pub publications: imbl::Vector<Revision>,
}

/// A shift that was deleted, kept so that causes can be told; or one that an agent has no longer,
/// kept so that whoever was told of it can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// What it was.
    pub body: Arc<ShiftBody>,
    /// The entry that deleted it or gave it away.
    pub origin: Origin,
}

/// The state of one business unit as of a revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    pub(crate) revision: Revision,
    pub(crate) at: Instant,
    pub(crate) unit: Option<Arc<Known<BusinessUnit>>>,
    pub(crate) policy: Revision,
    pub(crate) rules: Arc<RuleSet>,
    pub(crate) management_units: OrdMap<ManagementUnitId, Arc<Known<ManagementUnit>>>,
    pub(crate) codes: OrdMap<ActivityCodeId, Arc<Known<ActivityCode>>>,
    pub(crate) agents: OrdMap<AgentId, Arc<AgentRecord>>,
    pub(crate) timelines: OrdMap<AgentId, Arc<Timeline>>,
    pub(crate) shifts: OrdMap<ShiftId, Arc<Shift>>,
    pub(crate) gone: OrdMap<ShiftId, Arc<Gone>>,
    pub(crate) external: OrdMap<(Arc<str>, Arc<str>), ShiftId>,
    pub(crate) weeks: OrdMap<Date, Arc<Week>>,
    pub(crate) schedules: OrdMap<ScheduleId, Date>,
    pub(crate) drafts: OrdMap<ScheduleId, Arc<Draft>>,
    pub(crate) open_drafts: OrdSet<ScheduleId>,
    pub(crate) time_off: OrdMap<TimeOffId, Arc<TimeOff>>,
    /// Active requests by the days that they touch.
    pub(crate) time_off_days: OrdSet<(Day, TimeOffId)>,
    pub(crate) time_off_limits: OrdMap<TimeOffLimitId, Arc<Known<TimeOffLimit>>>,
    pub(crate) swaps: OrdMap<SwapId, Arc<Swap>>,
    pub(crate) open_swaps: OrdSet<(ShiftId, SwapId)>,
    pub(crate) levels: Levels,
    pub(crate) expiring: OrdSet<(Instant, SwapId)>,
    pub(crate) acknowledgements: acknowledged::Acknowledgements,
}

impl Roster {
    /// The revision this is the state of.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The unit's time: that of the last entry.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.at
    }

    /// The unit's time as of a clock reading: it never runs backwards.
    #[must_use]
    pub fn now(&self, clock: Instant) -> Instant {
        clock.max(self.at)
    }

    /// The unit, once it was made.
    #[must_use]
    pub fn unit(&self) -> Option<&BusinessUnit> {
        self.unit.as_deref().map(|known| &known.value)
    }

    /// The revision that last changed the unit's own data.
    #[must_use]
    pub fn unit_version(&self) -> Revision {
        self.unit.as_deref().map_or(Revision::ZERO, |known| known.origin.revision)
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// The revision that last changed the rules.
    #[must_use]
    pub fn policy(&self) -> Revision {
        self.policy
    }

    /// What is asked of all agents together, and how many there are.
    #[must_use]
    pub fn levels(&self) -> &Levels {
        &self.levels
    }

    /// A management unit.
    #[must_use]
    pub fn management_unit(&self, id: &ManagementUnitId) -> Option<&Known<ManagementUnit>> {
        self.management_units.get(id).map(|known| &**known)
    }

    /// All management units, by id.
    pub fn management_units(&self) -> impl Iterator<Item = &Known<ManagementUnit>> {
        self.management_units.values().map(|known| &**known)
    }

    /// An activity code: one of the unit's, or the default of a category.
    #[must_use]
    pub fn code(&self, id: &ActivityCodeId) -> Option<ActivityCode> {
        self.codes
            .get(id)
            .map(|known| known.value.clone())
            .or_else(|| Category::named(id.as_str()).map(Category::default_code))
    }

    /// The category of an activity code.
    pub(crate) fn category(&self, id: &ActivityCodeId) -> Option<Category> {
        match self.codes.get(id) {
            Some(known) => Some(known.value.category),
            None => Category::named(id.as_str()),
        }
    }

    /// Whether an activity of this code counts as work for the labour rules.
    pub(crate) fn counts_as_work(&self, id: &ActivityCodeId) -> bool {
        match self.codes.get(id) {
            Some(known) => known.value.counts_as_work,
            None => Category::named(id.as_str()).is_some_and(Category::counts_as_work),
        }
    }

    /// All activity codes, the defaults included, by id.
    #[must_use]
    pub fn codes(&self) -> Vec<ActivityCode> {
        let defaults = Category::ALL.into_iter().map(Category::default_code);
        let own = self.codes.values().map(|known| known.value.clone());
        let all: std::collections::BTreeMap<_, _> =
            defaults.chain(own).map(|code| (code.id.clone(), code)).collect();
        all.into_values().collect()
    }

    /// Whether an activity of this code stays with the agent rather than with the shift.
    #[must_use]
    pub fn is_agent_bound(&self, id: &ActivityCodeId) -> bool {
        self.code(id).is_some_and(|code| code.bound_to == BoundTo::Agent)
    }

    /// An agent, also one who left.
    #[must_use]
    pub fn agent(&self, id: &AgentId) -> Option<&AgentRecord> {
        self.agents.get(id).map(|record| &**record)
    }

    /// All agents who have not left, by id.
    pub fn agents(&self) -> impl Iterator<Item = &AgentRecord> {
        self.agents.values().map(|record| &**record).filter(|record| !record.left)
    }

    /// A live shift.
    #[must_use]
    pub fn shift(&self, id: &ShiftId) -> Option<&Shift> {
        self.shifts.get(id).map(|shift| &**shift)
    }

    /// How many live shifts there are.
    #[must_use]
    pub fn shift_count(&self) -> u64 {
        self.shifts.len() as u64
    }

    /// All live shifts, by id.
    pub fn shifts(&self) -> impl Iterator<Item = &Shift> {
        self.shifts.values().map(|shift| &**shift)
    }

    /// The entry that last changed a part of a shift: any of it, of whether it exists; or that
    /// deleted it.
    #[must_use]
    pub fn last_change(&self, id: &ShiftId, atom: Atom) -> Option<&Origin> {
        match (self.shift(id), atom) {
            (Some(shift), Atom::Exists) => Some(shift.newest()),
            (Some(shift), atom) => Some(shift.origin(atom)),
            (None, _) => self.gone(id).map(|gone| &gone.origin),
        }
    }

    /// A deleted shift.
    #[must_use]
    pub fn gone(&self, id: &ShiftId) -> Option<&Gone> {
        self.gone.get(id).map(|gone| &**gone)
    }

    /// The shifts that an agent had and has no longer, deleted or given away, whose time then
    /// shares some with a stretch; by id. Those of long ago are forgotten.
    pub fn lost_by(
        &self,
        agent: &AgentId,
        during: Interval,
    ) -> impl Iterator<Item = (&ShiftId, &Gone)> {
        let lost = self.timelines.get(agent).into_iter().flat_map(|t| t.lost.iter());
        lost.filter(move |(_, gone)| gone.body.interval().overlaps(during))
            .map(|(id, gone)| (id, &**gone))
    }

    /// The shift that another system knows by this id.
    #[must_use]
    pub fn shift_by_external_id(&self, system: &str, id: &str) -> Option<&ShiftId> {
        self.external.get(&(Arc::from(system), Arc::from(id)))
    }

    /// An agent's live shifts that share time with a stretch, by start.
    pub fn shifts_of(
        &self,
        agent: &AgentId,
        during: Interval,
    ) -> impl DoubleEndedIterator<Item = &Shift> {
        self.timelines.get(agent).into_iter().flat_map(move |t| t.shifts_during(during))
    }

    /// An agent's live shifts that start within a stretch, by start.
    pub fn shifts_starting(
        &self,
        agent: &AgentId,
        during: Interval,
    ) -> impl DoubleEndedIterator<Item = &Shift> {
        self.timelines.get(agent).into_iter().flat_map(move |t| t.shifts_starting(during))
    }

    /// All time-off requests of an agent, by first instant.
    pub fn time_off_of(&self, agent: &AgentId) -> impl DoubleEndedIterator<Item = &TimeOff> {
        self.timelines.get(agent).into_iter().flat_map(|t| t.time_off.values().map(|t| &**t))
    }

    /// An agent's own activities that share time with a stretch, by start.
    pub fn commitments_of(
        &self,
        agent: &AgentId,
        during: Interval,
    ) -> impl Iterator<Item = &Commitment> {
        self.timelines.get(agent).into_iter().flat_map(move |t| t.commitments_during(during))
    }

    /// The entry that last put something into a stretch of time that is an agent's own, or took it
    /// away. Those of long ago are forgotten.
    #[must_use]
    pub fn commitments_changed(&self, agent: &AgentId, during: Interval) -> Option<&Origin> {
        self.timelines.get(agent)?.commitments_changed(during)
    }

    /// What an agent says of when they can work, by id.
    pub fn availability_of(&self, agent: &AgentId) -> impl Iterator<Item = &Known<Availability>> {
        let timeline = self.timelines.get(agent).into_iter();
        timeline.flat_map(|timeline| timeline.availability.values().map(|known| &**known))
    }

    /// Something that an agent says.
    #[must_use]
    pub fn availability(
        &self,
        agent: &AgentId,
        id: &AvailabilityId,
    ) -> Option<&Known<Availability>> {
        self.timelines.get(agent)?.availability.get(id).map(|known| &**known)
    }

    /// A time-off request.
    #[must_use]
    pub fn time_off(&self, id: &TimeOffId) -> Option<&TimeOff> {
        self.time_off.get(id).map(|t| &**t)
    }

    /// All time-off requests, by id.
    pub fn all_time_off(&self) -> impl Iterator<Item = &TimeOff> {
        self.time_off.values().map(|t| &**t)
    }

    /// The active requests that share time with a stretch, in no order that means anything.
    pub fn time_off_during(&self, during: Interval) -> impl Iterator<Item = &TimeOff> {
        let first = Day::of(during.start());
        let last = Day::all(during).last().unwrap_or(first);
        let from = (first, TimeOffId::first());
        let touching = self.time_off_days.range(from..).take_while(move |(day, _)| *day <= last);
        // A request of several days is found on each of them, and counts on the first.
        let once = touching.filter_map(move |(day, id)| {
            let time_off = self.time_off(id)?;
            let starts = Day::of(time_off.request.hull()?.start());
            (*day == starts.max(first)).then_some(time_off)
        });
        once.filter(move |t| t.request.intervals.iter().any(|i| i.overlaps(during)))
    }

    /// A limit on time off.
    #[must_use]
    pub fn time_off_limit(&self, id: &TimeOffLimitId) -> Option<&Known<TimeOffLimit>> {
        self.time_off_limits.get(id).map(|limit| &**limit)
    }

    /// All limits on time off, by id.
    pub fn time_off_limits(&self) -> impl Iterator<Item = &Known<TimeOffLimit>> {
        self.time_off_limits.values().map(|limit| &**limit)
    }

    /// A swap.
    #[must_use]
    pub fn swap(&self, id: &SwapId) -> Option<&Swap> {
        self.swaps.get(id).map(|swap| &**swap)
    }

    /// All swaps, by id.
    pub fn swaps(&self) -> impl Iterator<Item = &Swap> {
        self.swaps.values().map(|swap| &**swap)
    }

    /// The undecided swaps that name a shift, by id.
    pub fn open_swaps_of(&self, shift: &ShiftId) -> impl Iterator<Item = &Swap> {
        let from = (shift.clone(), SwapId::first());
        let shift = shift.clone();
        self.open_swaps
            .range(from..)
            .take_while(move |(of, _)| *of == shift)
            .filter_map(|(_, id)| self.swap(id))
    }

    /// The undecided swaps whose offers have run out, the first to do so first.
    pub fn run_out_swaps(&self, now: Instant) -> impl Iterator<Item = &SwapId> {
        self.expiring.iter().take_while(move |(end, _)| *end <= now).map(|(_, id)| id)
    }

    /// When the next offer of an undecided swap runs out, or has run out.
    #[must_use]
    pub fn next_run_out(&self) -> Option<Instant> {
        self.expiring.iter().next().map(|(end, _)| *end)
    }

    /// What somebody answered for and may still matter, in no order that means anything.
    pub fn acknowledged(&self) -> impl Iterator<Item = &Acknowledged> {
        self.acknowledgements.all()
    }

    /// A week in which something happened.
    #[must_use]
    pub fn week(&self, first: Date) -> Option<&Week> {
        self.weeks.get(&first).map(|week| &**week)
    }

    /// All weeks in which something happened, oldest first.
    pub fn weeks(&self) -> impl Iterator<Item = &Week> {
        self.weeks.values().map(|week| &**week)
    }

    /// The week that a live schedule's id names.
    #[must_use]
    pub fn week_by_id(&self, id: &ScheduleId) -> Option<&Week> {
        self.schedules.get(id).and_then(|first| self.week(*first))
    }

    /// A draft.
    #[must_use]
    pub fn draft(&self, id: &ScheduleId) -> Option<&Draft> {
        self.drafts.get(id).map(|draft| &**draft)
    }

    /// All drafts, by id.
    pub fn drafts(&self) -> impl Iterator<Item = &Draft> {
        self.drafts.values().map(|draft| &**draft)
    }

    /// A draft that is not closed.
    pub(crate) fn open_draft(&self, id: &ScheduleId) -> Option<&Arc<Draft>> {
        self.drafts.get(id).filter(|draft| draft.is_open())
    }

    /// The drafts that are not closed, by id.
    pub fn open_drafts(&self) -> impl Iterator<Item = &Draft> {
        self.open_drafts.iter().filter_map(|id| self.draft(id))
    }

    /// The revision that last changed the shifts an agent has in a week.
    #[must_use]
    pub fn agent_week_version(&self, agent: &AgentId, week: Date) -> Revision {
        let timeline = self.timelines.get(agent);
        timeline.and_then(|t| t.weeks.get(&week)).copied().unwrap_or_default()
    }

    /// A shift's activities as they are lived: the shift's own, with the agent's on top.
    #[must_use]
    pub fn activities<'a>(&self, body: &'a ShiftBody) -> Cow<'a, [Activity]> {
        match self.timelines.get(&body.owner) {
            Some(timeline) => timeline.activities(body),
            None => Cow::Borrowed(&body.activities),
        }
    }

    /// Paid minutes of a shift: all of it but unpaid activities. Derived, never stored.
    #[must_use]
    pub fn paid_min(&self, body: &ShiftBody) -> i64 {
        let activities = self.activities(body);
        let unpaid = activities.iter().filter(|a| !a.paid).map(|a| i64::from(a.length_min));
        i64::from(body.span.length_min) - unpaid.sum::<i64>()
    }
}
