//! Time off: a request, and once approved an overlay that masks the shifts below it.

mod limit;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::entry::Origin;
use crate::id::{ActivityCodeId, AgentId, TimeOffId};
use crate::instant::Interval;
use crate::zone::Zone;

pub use limit::{Places, TimeOffLimit};

/// When an agent wants to be off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Days {
    /// Whole civil days in the agent's zone; 23, 24 or 25 hours each.
    FullDays(Vec<Date>),
    /// Part of a day, or several.
    Partial(Interval),
}

/// What an agent asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeOffRequest {
    /// Its id.
    pub id: TimeOffId,
    /// Who wants to be off.
    pub agent: AgentId,
    /// What kind of time off it is.
    pub code: ActivityCodeId,
    /// When.
    pub days: Days,
    /// The stretches of time it covers, sorted and disjoint, resolved when it was asked.
    pub intervals: Vec<Interval>,
    /// Whether it is paid.
    pub paid: bool,
    /// How many minutes are paid, where somebody has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_min: Option<u32>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Arc<str>>,
}

/// Where a request stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TimeOffStatus {
    /// Waiting for a decision; it holds its place.
    Pending,
    /// Waiting for a place: as many are off as may be.
    Waitlisted,
    /// Granted: it masks the agent's shifts.
    Approved,
    /// Refused.
    Denied,
    /// Withdrawn.
    Canceled,
}

impl TimeOffStatus {
    /// Its name, as the API spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Waitlisted => "WAITLISTED",
            Self::Approved => "APPROVED",
            Self::Denied => "DENIED",
            Self::Canceled => "CANCELED",
        }
    }

    /// Whether it takes, or may take, the agent's time.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::Waitlisted | Self::Approved)
    }

    /// Whether it counts against the limits.
    #[must_use]
    pub fn holds_a_place(self) -> bool {
        matches!(self, Self::Pending | Self::Approved)
    }
}

/// A request and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeOff {
    /// What was asked.
    pub request: TimeOffRequest,
    /// Where it stands.
    pub status: TimeOffStatus,
    /// Whether it was ever granted, whatever became of it.
    pub was_approved: bool,
    /// The entry that last changed it.
    pub origin: Origin,
    /// The entry that first asked for it.
    pub asked: Origin,
}

impl TimeOffRequest {
    /// From its first to its last instant.
    #[must_use]
    pub fn hull(&self) -> Option<Interval> {
        hull(&self.intervals)
    }

    /// The minutes it shares with a stretch of time.
    #[must_use]
    pub fn overlap_min(&self, with: Interval) -> i64 {
        self.intervals.iter().filter_map(|i| i.intersection(with)).map(Interval::minutes).sum()
    }
}

/// From the first to the last instant of stretches of time that are sorted.
pub(crate) fn hull(intervals: &[Interval]) -> Option<Interval> {
    Interval::new(intervals.first()?.start(), intervals.last()?.end())
}

impl Days {
    /// The stretches of time that are meant, sorted and disjoint; touching days are joined.
    #[must_use]
    pub fn intervals(&self, zone: &Zone) -> Vec<Interval> {
        let days = match self {
            Self::Partial(interval) => return vec![*interval],
            Self::FullDays(days) => days,
        };
        let days: BTreeSet<Date> = days.iter().copied().collect();
        let mut joined: Vec<Interval> = Vec::new();
        for day in days.into_iter().filter_map(|day| zone.day(day)) {
            match joined.last_mut() {
                Some(last) if last.end() == day.start() => {
                    *last = Interval::new(last.start(), day.end()).unwrap_or(*last);
                }
                _ => joined.push(day),
            }
        }
        joined
    }
}
