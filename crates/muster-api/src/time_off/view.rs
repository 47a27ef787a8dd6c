//! Time off as it is answered.

use std::sync::Arc;

use jiff::civil::Date;
use muster_core::Revision;
use muster_core::id::{ActivityCodeId, AgentId, TimeOffId, UnitId};
use muster_core::instant::Interval;
use muster_core::time_off::{Days, TimeOff, TimeOffStatus};
use serde::Serialize;

use crate::conflict::ConflictView;
use crate::time::At;

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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

/// A time-off request.
#[derive(Debug, Clone, Serialize)]
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
    /// A remark.
    pub note: Option<&'a Arc<str>>,
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
    pub fn new(unit: &'a UnitId, time_off: &'a TimeOff) -> Self {
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
