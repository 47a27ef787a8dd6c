//! Limits: how many of a group may be off at a time.

use serde::{Deserialize, Serialize};

use crate::id::{ActivityCodeId, ManagementUnitId, TimeOffLimitId};
use crate::instant::Interval;
use crate::roster::Roster;
use crate::time_off::TimeOffRequest;

/// A stretch of time, and how many may be off in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Places {
    /// When.
    pub during: Interval,
    /// How many agents may be off at some time in it.
    pub agents: u32,
}

/// How many of a group may be off, stretch by stretch. Times that no stretch names are not limited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeOffLimit {
    /// Its id.
    pub id: TimeOffLimitId,
    /// Whose time off counts; everybody's, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<ManagementUnitId>,
    /// What kinds of time off count; all, when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<ActivityCodeId>,
    /// The stretches, sorted and disjoint.
    pub places: Vec<Places>,
}

impl TimeOffLimit {
    /// Whether a request counts: by its agent's group, and by its code.
    #[must_use]
    pub fn speaks_of(&self, roster: &Roster, request: &TimeOffRequest) -> bool {
        let agent = || roster.agent(&request.agent).map(|record| &record.agent);
        let is_member = |group| agent().is_some_and(|a| a.management_unit.as_ref() == Some(group));
        self.group.as_ref().is_none_or(is_member)
            && (self.codes.is_empty() || self.codes.contains(&request.code))
    }

    /// The stretches that share time with a request.
    pub fn places_of(&self, request: &TimeOffRequest) -> impl Iterator<Item = &Places> {
        let hull = request.hull();
        let from =
            self.places.partition_point(|p| hull.is_some_and(|h| p.during.end() <= h.start()));
        let within = move |p: &&Places| hull.is_some_and(|h| p.during.start() < h.end());
        let meets = |p: &&Places| request.intervals.iter().any(|i| i.overlaps(p.during));
        self.places[from..].iter().take_while(within).filter(meets)
    }
}
