//! One agent's schedule: shifts, time off, and what the two come to.

use jiff::civil::Date;
use muster_core::activity::Category;
use muster_core::id::{ActivityCodeId, AgentId, ShiftId, TimeOffId, UnitId};
use muster_core::instant::{Instant, Interval};
use muster_core::shift::Shift;
use muster_core::time_off::{TimeOff, TimeOffStatus};
use muster_core::{Revision, Roster};
use serde::Serialize;

use crate::list::EvaluatedAt;
use crate::shift::ShiftView;
use crate::time::At;
use crate::time_off::TimeOffView;

/// What an agent does during a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// Whether it holds an instant.
    #[must_use]
    pub fn contains(&self, at: Instant) -> bool {
        self.start.0 <= at && at < self.end.0
    }
}

/// What an agent does in a stretch of time: shifts with on-queue time filled in, the agent's own
/// activities over them, and approved time off over everything. Sorted, disjoint, and cut to the
/// stretch asked about.
#[must_use]
pub fn effective(roster: &Roster, agent: &AgentId, during: Interval) -> Vec<SegmentView> {
    let mut segments = Vec::new();
    for shift in roster.shifts_of(agent, during) {
        lay(&mut segments, shift_segments(roster, shift));
    }
    for time_off in roster.time_off_of(agent) {
        if time_off.status == TimeOffStatus::Approved {
            lay(&mut segments, time_off_segments(roster, time_off, during));
        }
    }
    segments.iter_mut().for_each(|segment| {
        segment.start.0 = segment.start.0.max(during.start());
        segment.end.0 = segment.end.0.min(during.end());
    });
    segments.retain(|segment| segment.start < segment.end);
    segments
}

fn shift_segments(roster: &Roster, shift: &Shift) -> Vec<SegmentView> {
    let (start, end) = (shift.body.span.start, shift.body.span.end());
    let piece = |from, to, code: ActivityCodeId, paid| SegmentView {
        start: At(from),
        end: At(to),
        category: category(roster, &code),
        activity_code_id: code,
        paid,
        shift_id: Some(shift.id.clone()),
        time_off_id: None,
    };
    let on_queue = Category::OnQueueWork.default_code().id;
    let mut segments = Vec::new();
    let mut at = start;
    for activity in roster.activities(&shift.body) {
        let from = start.plus_min(i64::from(activity.offset_min)).min(end);
        let to = from.plus_min(i64::from(activity.length_min)).min(end);
        if at < from {
            segments.push(piece(at, from, on_queue.clone(), true));
        }
        segments.push(piece(from, to, activity.code, activity.paid));
        at = to;
    }
    if at < end {
        segments.push(piece(at, end, on_queue, true));
    }
    segments
}

fn time_off_segments(roster: &Roster, time_off: &TimeOff, during: Interval) -> Vec<SegmentView> {
    let request = &time_off.request;
    let inside = request.intervals.iter().filter_map(|interval| interval.intersection(during));
    let segments = inside.map(|interval| SegmentView {
        start: At(interval.start()),
        end: At(interval.end()),
        category: category(roster, &request.code),
        activity_code_id: request.code.clone(),
        paid: request.paid,
        shift_id: None,
        time_off_id: Some(request.id.clone()),
    });
    segments.collect()
}

fn category(roster: &Roster, code: &ActivityCodeId) -> Category {
    roster.code(code).map_or(Category::OnQueueWork, |code| code.category)
}

/// Lays segments that belong together over those below, cutting what they cover.
fn lay(below: &mut Vec<SegmentView>, top: Vec<SegmentView>) {
    let (Some(first), Some(last)) = (top.first(), top.last()) else { return };
    let untouched = below.partition_point(|segment| segment.end <= first.start);
    if below.len() > untouched {
        let (from, to) = (first.start, last.end);
        let after = below.split_off(untouched);
        for segment in after {
            cut(below, segment, &top, from, to);
        }
    }
    below.extend(top);
    below.sort_by_key(|segment| segment.start);
}

/// What is left of a segment between the pieces of `top`.
fn cut(left: &mut Vec<SegmentView>, segment: SegmentView, top: &[SegmentView], from: At, to: At) {
    if segment.start >= to || segment.end <= from {
        left.push(segment);
        return;
    }
    let mut at = segment.start;
    for piece in top.iter().filter(|p| p.start < segment.end && segment.start < p.end) {
        if at < piece.start {
            left.push(SegmentView { start: at, end: piece.start, ..segment.clone() });
        }
        at = at.max(piece.end);
    }
    if at < segment.end {
        left.push(SegmentView { start: at, ..segment });
    }
}

/// `GET /scheduling/agents/{agentId}/schedule`.
#[derive(Debug, Clone, Serialize)]
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
    /// The state it was looked at.
    pub evaluated_at: EvaluatedAt,
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
        Some(Self {
            agent_id: &record.id,
            time_zone: record.zone.name(),
            schedule_version: version(roster, agent, during, &time_off),
            state: "SCHEDULED",
            shifts: shifts.into_iter().map(|shift| ShiftView::new(roster, shift)).collect(),
            time_off: time_off.into_iter().map(|t| TimeOffView::new(unit, t)).collect(),
            effective: effective(roster, agent, during),
            evaluated_at: EvaluatedAt::new(roster.revision(), roster.at()),
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
