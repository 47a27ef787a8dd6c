//! Schedules and shifts as a client reads them.

use std::collections::{BTreeMap, BTreeSet};

use muster_core::Instant;
use serde::{Deserialize, Serialize};

use super::{Held, TimeOff, read_time, write_time};
use crate::client::ConflictIn;

/// An activity of a shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// What it is spent on.
    pub activity_code_id: String,
    /// Elapsed minutes after the shift's start.
    pub offset_minutes: u32,
    /// Elapsed length in minutes.
    pub length_minutes: u32,
    /// Whether it is paid.
    pub paid: bool,
}

/// A shift. It can be sent back as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shift {
    /// Its id.
    pub id: String,
    /// Who works it.
    pub agent_id: String,
    /// Its first instant.
    #[serde(deserialize_with = "read_time", serialize_with = "write_time")]
    pub start: Instant,
    /// Its elapsed length in minutes.
    pub length_minutes: u32,
    /// The zone it was entered with.
    pub time_zone: String,
    /// What is not on-queue work.
    pub activities: Vec<Activity>,
    /// All of it but unpaid activities.
    pub paid_minutes: i64,
    /// Its ids in other systems, by system.
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
    /// A remark.
    #[serde(default)]
    pub note: Option<String>,
    /// Labels.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// Where it is worked.
    #[serde(default)]
    pub site: Option<String>,
    /// The work plan it came from.
    #[serde(default)]
    pub work_plan: Option<String>,
    /// The revision that last changed it.
    pub version: u64,
}

/// One agent's week. It can be sent back as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentWeek {
    /// The agent.
    pub agent_id: String,
    /// The revision that last changed the agent's week.
    #[serde(default)]
    pub version: u64,
    /// The agent's shifts.
    pub shifts: Vec<Shift>,
}

/// A schedule without its content.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleHead {
    /// Its id.
    pub id: String,
    /// The unit.
    pub business_unit_id: String,
    /// The week's first day.
    pub week_date: jiff::civil::Date,
    /// What people call it.
    #[serde(default)]
    pub name: Option<String>,
    /// `DRAFT`, `PUBLISHED` or `CLOSED`.
    pub status: String,
    /// The revision that last changed it.
    pub schedule_version: u64,
    /// The revision its content starts from.
    pub base_revision: u64,
    /// The revision at which the last of it went live.
    #[serde(default)]
    pub published_as: Option<u64>,
}

/// A schedule. It can be sent back as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// Its id.
    pub id: String,
    /// The unit.
    pub business_unit_id: String,
    /// The week's first day.
    pub week_date: jiff::civil::Date,
    /// `DRAFT`, `PUBLISHED` or `CLOSED`.
    pub status: String,
    /// The revision that last changed it; what a write of it starts from.
    pub schedule_version: u64,
    /// The agents' weeks.
    #[serde(default)]
    pub agent_schedules: Vec<AgentWeek>,
    /// Where the next page starts, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// After a write: whether the edits met somebody else's.
    #[serde(default)]
    pub merged: bool,
    /// After a write: what was held back.
    #[serde(default, skip_serializing)]
    pub held: Vec<Held>,
    /// After a write: findings that stop nothing.
    #[serde(default, skip_serializing)]
    pub warnings: Vec<ConflictIn>,
}

/// What an agent does during a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Segment {
    /// Its first instant.
    #[serde(deserialize_with = "read_time")]
    pub start: Instant,
    /// The first instant after it.
    #[serde(deserialize_with = "read_time")]
    pub end: Instant,
    /// What it is spent on.
    pub activity_code_id: String,
    /// The category of that.
    pub category: String,
    /// Whether it is paid.
    pub paid: bool,
    /// The shift it is part of.
    #[serde(default)]
    pub shift_id: Option<String>,
    /// The approved request it is part of.
    #[serde(default)]
    pub time_off_id: Option<String>,
}

/// One agent's schedule.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentSchedule {
    /// The agent.
    pub agent_id: String,
    /// The zone the agent's days are counted in.
    pub time_zone: String,
    /// The revision that last changed what is shown.
    pub schedule_version: u64,
    /// The live shifts.
    pub shifts: Vec<Shift>,
    /// The requests.
    #[serde(default)]
    pub time_off: Vec<TimeOff>,
    /// What the two come to.
    #[serde(default)]
    pub effective: Vec<Segment>,
}
