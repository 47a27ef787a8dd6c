//! What a unit asks of all agents together, as a client reads it.

use muster_core::Instant;
use serde::Deserialize;

use super::read_time;

/// As many agents required, and as many there, in a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Staffed {
    /// From this quarter hour
    #[serde(deserialize_with = "read_time")]
    pub start: Instant,
    /// to this one.
    #[serde(deserialize_with = "read_time")]
    pub end: Instant,
    /// How many are required.
    pub agents: u32,
    /// How many are on the queue.
    pub present: u32,
    /// How many that is too few.
    pub missing: u32,
}

/// The agents with a skill who are needed, and those who are there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SkillStaffing {
    /// The skill; everybody counts, when absent.
    #[serde(default)]
    pub skill: Option<String>,
    /// When and how many.
    pub intervals: Vec<Staffed>,
}

/// The required staff of a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Staffing {
    /// By skill, everybody first.
    pub staffing: Vec<SkillStaffing>,
    /// The revision that last changed what is required.
    pub version: u64,
}

/// Lines that agents on the queue share.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrunkGroup {
    /// Its id.
    pub id: String,
    /// How many agents may be on the queue at once.
    pub capacity: u32,
    /// Who uses it: agents with one of these skills; all, when there is none.
    #[serde(default)]
    pub skills: Vec<String>,
    /// Of these, agents of one of these management units; all, when there is none.
    #[serde(default)]
    pub management_unit_ids: Vec<String>,
}

/// A unit's trunk groups.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trunks {
    /// The groups.
    pub trunks: Vec<TrunkGroup>,
    /// The revision that last changed them.
    pub version: u64,
}

/// A place with seats.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Site {
    /// Its name, as the `site` of shifts spells it.
    pub id: String,
    /// How many agents may be there at once.
    pub seats: u32,
}

/// A unit's sites.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sites {
    /// The sites.
    pub sites: Vec<Site>,
    /// The revision that last changed them.
    pub version: u64,
}
