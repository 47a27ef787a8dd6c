//! What the outside is told: a pure function of the roster before, an entry, and the roster after,
//! so that every node derives the same events at the same cursor.

mod drafts;
pub(crate) mod touch;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use crate::effective::{effective, on_queue};
use crate::entry::Entry;
use crate::event::Event;
use crate::id::{AgentId, ScheduleId, ShiftId, SwapId, TimeOffId};
use crate::instant::{Instant, Interval};
use crate::roster::Roster;
use crate::shift::ShiftBody;
use crate::swap::SwapState;
use crate::time_off::TimeOffStatus;

pub use drafts::{DraftConflict, DraftConflicts};

/// All types that an event of the feed may have.
pub const KINDS: [&str; 18] = [
    "schedule.published",
    "shift.changed",
    "swap.offered",
    "swap.accepted",
    "swap.approved",
    "swap.denied",
    "swap.canceled",
    "swap.expired",
    "swap.invalidated",
    "timeoff.requested",
    "timeoff.waitlisted",
    "timeoff.changed",
    "timeoff.approved",
    "timeoff.denied",
    "timeoff.canceled",
    "availability.changed",
    "draft.conflict.opened",
    "draft.conflict.closed",
];

/// One event of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedEvent {
    /// `schedule.published`
    SchedulePublished {
        /// The week.
        week: Date,
        /// The live schedule.
        schedule: ScheduleId,
        /// The draft it came from.
        draft: Option<ScheduleId>,
        /// The agents that went live.
        agents: Vec<AgentId>,
    },
    /// `shift.changed`
    ShiftChanged {
        /// The shift.
        id: ShiftId,
        /// What it was.
        before: Option<Arc<ShiftBody>>,
        /// What it is.
        after: Option<Arc<ShiftBody>>,
    },
    /// `swap.offered`, `swap.accepted`, `swap.approved` and so on.
    Swap {
        /// The swap.
        id: SwapId,
        /// Where it stands now.
        state: SwapState,
        /// Its agents.
        agents: Vec<AgentId>,
    },
    /// `timeoff.requested`, `timeoff.approved` and so on.
    TimeOff {
        /// The request.
        id: TimeOffId,
        /// Where it stands now.
        status: TimeOffStatus,
        /// Its agent.
        agent: AgentId,
        /// Whether it was decided, rather than asked or changed.
        decided: bool,
    },
    /// `availability.changed`, for routing engines.
    AvailabilityChanged {
        /// The agent.
        agent: AgentId,
        /// The civil days, in the unit's zone, that changed.
        days: Vec<Date>,
        /// When the agent is on the queue on these days.
        on_queue: Vec<Interval>,
    },
    /// `draft.conflict.opened`: they hold the agent's edits now, or are worse or better than they
    /// were.
    DraftConflictOpened(DraftConflicts),
    /// `draft.conflict.closed`: they hold nobody any more.
    DraftConflictClosed(DraftConflicts),
}

impl FeedEvent {
    /// Its type, as the API spells it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SchedulePublished { .. } => "schedule.published",
            Self::ShiftChanged { .. } => "shift.changed",
            Self::Swap { state, .. } => match state {
                SwapState::PendingPartner => "swap.offered",
                SwapState::PendingApproval => "swap.accepted",
                SwapState::Approved => "swap.approved",
                SwapState::Denied => "swap.denied",
                SwapState::Canceled => "swap.canceled",
                SwapState::Expired => "swap.expired",
                SwapState::Invalidated => "swap.invalidated",
            },
            Self::TimeOff { status, decided, .. } => match (status, decided) {
                (TimeOffStatus::Pending, _) => "timeoff.requested",
                (TimeOffStatus::Waitlisted, true) => "timeoff.waitlisted",
                (_, false) => "timeoff.changed",
                (TimeOffStatus::Approved, true) => "timeoff.approved",
                (TimeOffStatus::Denied, true) => "timeoff.denied",
                (TimeOffStatus::Canceled, true) => "timeoff.canceled",
            },
            Self::AvailabilityChanged { .. } => "availability.changed",
            Self::DraftConflictOpened(_) => "draft.conflict.opened",
            Self::DraftConflictClosed(_) => "draft.conflict.closed",
        }
    }
}

/// The events of one entry, in order: what happened, whose availability it changed, and what it
/// does to open drafts.
#[must_use]
pub fn events(before: &Roster, entry: &Entry, after: &Roster) -> Vec<FeedEvent> {
    let mut told: Vec<FeedEvent> =
        entry.events.iter().filter_map(|event| told(before, event, after)).collect();
    told.extend(availability(before, entry, after));
    told.extend(drafts::events(before, entry, after));
    told
}

fn told(before: &Roster, event: &Event, after: &Roster) -> Option<FeedEvent> {
    let shift = |id: &ShiftId| {
        let body = |roster: &Roster| roster.shift(id).map(|shift| shift.body.clone());
        Some(FeedEvent::ShiftChanged { id: id.clone(), before: body(before), after: body(after) })
    };
    let swap = |id: &SwapId| {
        let swap = after.swap(id)?;
        let agents = swap.offer.agents().cloned().collect();
        Some(FeedEvent::Swap { id: id.clone(), state: swap.state, agents })
    };
    let time_off = |id: &TimeOffId, decided| {
        let time_off = after.time_off(id)?;
        let agent = time_off.request.agent.clone();
        Some(FeedEvent::TimeOff { id: id.clone(), status: time_off.status, agent, decided })
    };
    match event {
        Event::Published { week, draft, agents } => Some(FeedEvent::SchedulePublished {
            week: *week,
            schedule: after.week(*week)?.id.clone(),
            draft: draft.clone(),
            agents: agents.clone(),
        }),
        Event::ShiftCreated { id, .. }
        | Event::ShiftChanged { id, .. }
        | Event::ShiftDeleted { id } => shift(id),
        Event::SwapOffered(offer) => swap(&offer.id),
        Event::SwapAccepted { id, .. }
        | Event::SwapMatched { id, .. }
        | Event::SwapMoved { id, .. } => swap(id),
        Event::TimeOffRequested(request) | Event::TimeOffChanged(request) => {
            time_off(&request.id, false)
        }
        Event::TimeOffDecided { id, .. } => time_off(id, true),
        Event::UnitPut(_)
        | Event::ManagementUnitPut(_)
        | Event::AgentPut(_)
        | Event::AgentLeft(_)
        | Event::ActivityCodePut(_)
        | Event::RulesSet(_)
        | Event::StaffingPut(_)
        | Event::TrunksPut(_)
        | Event::SitesPut(_)
        | Event::TimeOffLimitPut(_)
        | Event::WeekOpened { .. }
        | Event::CommitmentsChanged { .. }
        | Event::DraftCreated { .. }
        | Event::DraftEdited { .. }
        | Event::DraftClosed { .. }
        | Event::DraftDeleted { .. }
        | Event::AvailabilityPut(_)
        | Event::AvailabilityWithdrawn { .. }
        | Event::Acknowledged { .. } => None,
    }
}

fn availability(before: &Roster, entry: &Entry, after: &Roster) -> Vec<FeedEvent> {
    let Some(unit) = after.unit() else { return Vec::new() };
    let mut days: BTreeMap<AgentId, BTreeSet<Date>> = BTreeMap::new();
    for (agent, interval) in entry.events.iter().flat_map(|event| places(before, event, after)) {
        let last = Instant::from_ms(interval.end().ms() - 1);
        let (first, last) = (unit.zone.date(interval.start()), unit.zone.date(last));
        let span = first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last);
        days.entry(agent).or_default().extend(span);
    }
    days.into_iter()
        .map(|(agent, days)| {
            let on_queue = days
                .iter()
                .filter_map(|day| unit.zone.day(*day))
                .flat_map(|day| on_queue_within(after, &agent, day))
                .collect();
            FeedEvent::AvailabilityChanged { agent, days: days.into_iter().collect(), on_queue }
        })
        .collect()
}

fn on_queue_within(roster: &Roster, agent: &AgentId, day: Interval) -> Vec<Interval> {
    let queue = on_queue();
    let segments = effective(roster, agent, day).into_iter();
    segments.filter(|segment| segment.code == queue).map(|segment| segment.interval).collect()
}

/// Whose time an event is about, and which.
fn places(before: &Roster, event: &Event, after: &Roster) -> Vec<(AgentId, Interval)> {
    if let Event::ShiftCreated { id, .. }
    | Event::ShiftChanged { id, .. }
    | Event::ShiftDeleted { id } = event
    {
        let shifts = [before.shift(id), after.shift(id)].into_iter().flatten();
        return shifts.map(|shift| (shift.body.owner.clone(), shift.interval())).collect();
    }
    if let Event::CommitmentsChanged { agent, removed, added } = event {
        let all = removed.iter().chain(added);
        let intervals = all.filter_map(|c| Interval::new(c.start, c.end()));
        return intervals.map(|interval| (agent.clone(), interval)).collect();
    }
    if let Event::TimeOffDecided { id, .. } = event {
        let requests = [before.time_off(id), after.time_off(id)].into_iter().flatten();
        let approved = requests.filter(|t| t.status == TimeOffStatus::Approved);
        let intervals = approved.flat_map(|t| {
            t.request.intervals.iter().map(|interval| (t.request.agent.clone(), *interval))
        });
        return intervals.collect();
    }
    Vec::new()
}

impl FeedEvent {
    /// The one agent it is about, if it is about one.
    #[must_use]
    pub fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::ShiftChanged { before, after, .. } => {
                after.as_ref().or(before.as_ref()).map(|body| &body.owner)
            }
            Self::TimeOff { agent, .. } | Self::AvailabilityChanged { agent, .. } => Some(agent),
            Self::DraftConflictOpened(of) | Self::DraftConflictClosed(of) => Some(&of.agent),
            Self::SchedulePublished { .. } | Self::Swap { .. } => None,
        }
    }

    /// Everybody it is about.
    pub fn agents(&self) -> impl Iterator<Item = &AgentId> {
        let (some, shifts): (&[AgentId], _) = match self {
            Self::ShiftChanged { before, after, .. } => (&[], [before.as_ref(), after.as_ref()]),
            Self::TimeOff { agent, .. } | Self::AvailabilityChanged { agent, .. } => {
                (std::slice::from_ref(agent), [None, None])
            }
            Self::DraftConflictOpened(of) | Self::DraftConflictClosed(of) => {
                (std::slice::from_ref(&of.agent), [None, None])
            }
            Self::SchedulePublished { agents, .. } | Self::Swap { agents, .. } => {
                (agents, [None, None])
            }
        };
        some.iter().chain(shifts.into_iter().flatten().map(|body| &body.owner))
    }

    /// Whether an agent is among those it is about.
    #[must_use]
    pub fn is_about(&self, who: &AgentId) -> bool {
        self.agents().any(|agent| agent == who)
    }

    /// Whether it is about a draft, which not everybody may see.
    #[must_use]
    pub fn is_of_draft(&self) -> bool {
        matches!(self, Self::DraftConflictOpened(_) | Self::DraftConflictClosed(_))
    }
}
