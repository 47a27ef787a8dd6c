//! One agent's schedule: shifts, time off, and what the two come to.

use jiff::civil::Date;
use muster_core::activity::Category;
use muster_core::effective::Segment;
use muster_core::id::{ActivityCodeId, AgentId, ShiftId, TimeOffId, UnitId};
use muster_core::instant::Interval;
use muster_core::time_off::TimeOff;
use muster_core::{Revision, Roster};
use schemars::JsonSchema;
use serde::Serialize;

use crate::shift::ShiftView;
use crate::time::At;
use crate::time_off::TimeOffView;

/// What an agent does during a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SegmentView {
    /// Its first instant.
    pub start: At,
    /// The first instant after it.
    pub end: At,
    /// What it is spent on.
    pub activity_code_id: ActivityCodeId,
    /// The category of that.
    pub category: Category,
    /// Whether it is paid.
    pub paid: bool,
    /// The shift it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift_id: Option<ShiftId>,
    /// The approved request it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_off_id: Option<TimeOffId>,
}

impl SegmentView {
    /// What an agent does during a stretch of time, as it is answered.
    #[must_use]
    pub fn of(roster: &Roster, segment: Segment) -> Self {
        let code = roster.code(&segment.code);
        Self {
            start: At(segment.interval.start()),
            end: At(segment.interval.end()),
            category: code.map_or(Category::OnQueueWork, |code| code.category),
            activity_code_id: segment.code,
            paid: segment.paid,
            shift_id: segment.shift,
            time_off_id: segment.time_off,
        }
    }
}

/// What an agent does within a stretch of time: shifts, with approved time off on top.
#[must_use]
pub fn effective(roster: &Roster, agent: &AgentId, during: Interval) -> Vec<SegmentView> {
    let segments = muster_core::effective::effective(roster, agent, during).into_iter();
    segments.map(|segment| SegmentView::of(roster, segment)).collect()
}

/// `GET /scheduling/agents/{agentId}/schedule`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentScheduleAnswer<'a> {
    /// The agent.
    pub agent_id: &'a AgentId,
    /// The zone the agent's days are counted in.
    pub time_zone: &'a str,
    /// The revision that last changed what is shown.
    pub schedule_version: Revision,
    /// Always `SCHEDULED`: what is shown is scheduled, not what happens.
    pub state: &'static str,
    /// The live shifts that share time with the stretch asked about.
    pub shifts: Vec<ShiftView<'a>>,
    /// The requests that do, whatever became of them.
    pub time_off: Vec<TimeOffView<'a>>,
    /// What the two come to.
    pub effective: Vec<SegmentView>,
}

impl<'a> AgentScheduleAnswer<'a> {
    /// An agent's schedule during a stretch of time; nothing for an agent nobody knows.
    #[must_use]
    pub fn new(roster: &'a Roster, agent: &AgentId, during: Interval) -> Option<Self> {
        let record = &roster.agent(agent)?.agent;
        let unit: &UnitId = &roster.unit()?.id;
        let shifts: Vec<_> = roster.shifts_of(&record.id, during).collect();
        let touches = |t: &&TimeOff| t.request.intervals.iter().any(|i| i.overlaps(during));
        let time_off: Vec<_> = roster.time_off_of(&record.id).filter(touches).collect();
        // What others ask for is no part of this agent's schedule.
        let view = |t| TimeOffView { waitlist: Vec::new(), ..TimeOffView::new(unit, roster, t) };
        Some(Self {
            agent_id: &record.id,
            time_zone: record.zone.name(),
            schedule_version: version(roster, agent, during, &time_off),
            state: "SCHEDULED",
            shifts: shifts.into_iter().map(|shift| ShiftView::new(roster, shift)).collect(),
            time_off: time_off.into_iter().map(view).collect(),
            effective: effective(roster, agent, during),
        })
    }
}

fn version(roster: &Roster, agent: &AgentId, during: Interval, time_off: &[&TimeOff]) -> Revision {
    let shown = roster.shifts_of(agent, during).map(muster_core::shift::Shift::version);
    let requests = time_off.iter().map(|t| t.origin.revision);
    let weeks = weeks(roster, during).into_iter().map(|w| roster.agent_week_version(agent, w));
    shown.chain(requests).chain(weeks).max().unwrap_or_default()
}

fn weeks(roster: &Roster, during: Interval) -> Vec<Date> {
    let Some(unit) = roster.unit() else { return Vec::new() };
    let known = roster.weeks().map(|week| week.first);
    known.filter(|first| unit.week(*first).is_some_and(|week| week.overlaps(during))).collect()
}

#[cfg(test)]
mod tests;
