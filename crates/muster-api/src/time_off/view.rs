//! Time off as it is answered.

use std::sync::Arc;

use jiff::civil::Date;
use muster_core::conflict::Severity;
use muster_core::decide::{Waiting, waiting};
use muster_core::id::{ActivityCodeId, AgentId, TimeOffId, TimeOffLimitId, UnitId};
use muster_core::instant::Interval;
use muster_core::time_off::{Days, TimeOff, TimeOffRequest, TimeOffStatus};
use muster_core::{Revision, Roster, effective};
use schemars::JsonSchema;
use serde::Serialize;

use crate::conflict::ConflictView;
use crate::list::EvaluatedAt;
use crate::time::At;

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IntervalView {
    /// The first instant inside.
    pub start: At,
    /// The first instant after.
    pub end: At,
}

impl From<Interval> for IntervalView {
    fn from(interval: Interval) -> Self {
        Self { start: At(interval.start()), end: At(interval.end()) }
    }
}

/// What a request on the waitlist waits for.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaitingView {
    /// The limit that has no place.
    pub limit_id: TimeOffLimitId,
    /// 1 for the request that comes next.
    pub position: usize,
    /// How many places are missing
    pub missing: i64,
    /// from here
    pub start: At,
    /// to here.
    pub end: At,
}

impl From<Waiting> for WaitingView {
    fn from(Waiting { position, limit, during, missing }: Waiting) -> Self {
        let (start, end) = (At(during.start()), At(during.end()));
        Self { limit_id: limit, position, missing, start, end }
    }
}

/// The paid minutes of the shifts below, whether or not the time off is paid.
fn masked_paid_minutes(roster: &Roster, request: &TimeOffRequest) -> i64 {
    let Some(hull) = request.hull() else { return 0 };
    let worked = effective::planned(roster, &request.agent, hull);
    let paid = worked.iter().filter(|segment| segment.paid);
    paid.map(|segment| request.overlap_min(segment.interval)).sum()
}

/// A time-off request.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimeOffView<'a> {
    /// Its id.
    pub id: &'a TimeOffId,
    /// The unit the agent is in.
    pub business_unit_id: &'a UnitId,
    /// Who wants to be off.
    pub agent_id: &'a AgentId,
    /// What kind of time off it is.
    pub activity_code_id: &'a ActivityCodeId,
    /// Where it stands.
    pub status: TimeOffStatus,
    /// Whole civil days in the agent's zone, where those were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_days: Option<&'a [Date]>,
    /// From this instant, where part of a day was asked for,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<At>,
    /// to this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<At>,
    /// The stretches of time it covers.
    pub intervals: Vec<IntervalView>,
    /// Whether it is paid.
    pub paid: bool,
    /// How many minutes are paid, where somebody has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_minutes: Option<u32>,
    /// The paid minutes of the shifts that it masks, or would mask.
    pub masked_paid_minutes: i64,
    /// A remark.
    pub note: Option<&'a Arc<str>>,
    /// What has to happen before it has its places, for one on the waitlist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waitlist: Vec<WaitingView>,
    /// What it masks or breaks, where the rules were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<ConflictView>>,
    /// When it was asked for.
    pub created_at: At,
    /// The revision that last changed it.
    pub version: Revision,
    /// When that was.
    pub last_updated: At,
}

impl<'a> TimeOffView<'a> {
    /// A request of a unit.
    #[must_use]
    pub fn new(unit: &'a UnitId, roster: &Roster, time_off: &'a TimeOff) -> Self {
        let request = &time_off.request;
        let (full_days, partial) = match &request.days {
            Days::FullDays(days) => (Some(days.as_slice()), None),
            Days::Partial(interval) => (None, Some(*interval)),
        };
        Self {
            id: &request.id,
            business_unit_id: unit,
            agent_id: &request.agent,
            activity_code_id: &request.code,
            status: time_off.status,
            full_days,
            start: partial.map(|interval| At(interval.start())),
            end: partial.map(|interval| At(interval.end())),
            intervals: request.intervals.iter().copied().map(IntervalView::from).collect(),
            paid: request.paid,
            paid_minutes: request.paid_min,
            masked_paid_minutes: masked_paid_minutes(roster, request),
            waitlist: waiting(roster, time_off).into_iter().map(WaitingView::from).collect(),
            note: request.note.as_ref(),
            findings: None,
            created_at: At(time_off.asked.at),
            version: time_off.origin.revision,
            last_updated: At(time_off.origin.at),
        }
    }

    /// The same, with what it masks or breaks.
    #[must_use]
    pub fn with_findings(mut self, findings: Vec<ConflictView>) -> Self {
        self.findings = Some(findings);
        self
    }
}

/// What an approval would meet and break.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimeOffEvaluationView {
    /// The request; of one that was not asked for yet, an id that it could have.
    pub id: TimeOffId,
    /// Whether it could be approved as it is, with nothing that somebody has to answer for.
    pub clean: bool,
    /// What it meets, masks and breaks.
    pub findings: Vec<ConflictView>,
    /// The state it was looked at.
    pub evaluated_at: EvaluatedAt,
}

impl TimeOffEvaluationView {
    /// What was found for a request.
    #[must_use]
    pub fn new(id: TimeOffId, findings: Vec<ConflictView>, at: EvaluatedAt) -> Self {
        let clean = findings.iter().all(|finding| finding.severity < Severity::Ack);
        Self { id, clean, findings, evaluated_at: at }
    }
}
