//! Answers as a client reads them. Members that a newer server adds are ignored.

mod acknowledgement;
mod audit;
mod clock;
mod job;
mod levels;
mod plan;
mod request;
mod schedule;
mod webhook;

use std::collections::BTreeMap;

use muster_core::Instant;
use muster_core::rule::Value;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use acknowledgement::Acknowledgement;
pub use audit::{AuditActor, AuditChange, AuditEntry};
pub use clock::{ClockChange, ClockChanges, DoubtfulTime, RuleFlip};
pub use job::{Job, OperationOutcome};
pub use levels::{Site, Sites, SkillStaffing, Staffed, Staffing, TrunkGroup, Trunks};
pub use plan::{AgentPlan, Held, Plan, Preferences, Published, SincePlan};
pub use request::{Availability, Swap, SwapSide, TimeOff, Weekly};
pub use schedule::{Activity, AgentSchedule, AgentWeek, Schedule, ScheduleHead, Segment, Shift};
pub use webhook::{Webhook, WebhookDelivery};

/// An answer, with what its headers say.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<T> {
    /// The body.
    pub value: T,
    /// The HTTP status: 201 when something was made, 200 when it was there.
    pub status: u16,
    /// The tag of the representation.
    pub etag: Option<String>,
    /// The unit's revision.
    pub revision: Option<u64>,
}

pub(super) fn read_time<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
    let text = String::deserialize(from)?;
    crate::time::instant(&text).map_err(serde::de::Error::custom)
}

pub(super) fn write_time<S: Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(at)
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List<T> {
    /// What is on the page.
    pub entities: Vec<T>,
    /// Where the next page starts, when there is one.
    #[serde(default)]
    pub next_cursor: Option<String>,
    /// The revision that all pages show.
    #[serde(default)]
    pub revision: u64,
}

/// A business unit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The zone in which its dates and weeks are counted.
    pub time_zone: String,
    /// The first day of its planning week.
    pub start_day_of_week: String,
    /// The revision that last changed it.
    pub version: u64,
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Agent {
    /// The agent's id.
    pub id: String,
    /// The person's name.
    #[serde(default)]
    pub name: Option<String>,
    /// The person's e-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// The zone the agent's days are counted in.
    pub time_zone: String,
    /// The group the agent belongs to.
    #[serde(default)]
    pub management_unit_id: Option<String>,
    /// The name of the agent's contract.
    #[serde(default)]
    pub contract: Option<String>,
}

/// The link to an agent's calendar.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Calendar {
    /// Whose calendar it is.
    pub agent_id: String,
    /// When the link was made.
    #[serde(deserialize_with = "read_time")]
    pub created_at: Instant,
    /// The link, below the server's address; only when it was just made.
    #[serde(default)]
    pub path: Option<String>,
}

/// The setting of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// What it finds.
    pub kind: String,
    /// How much its findings matter.
    pub severity: String,
    /// Its parameters.
    #[serde(default)]
    pub params: BTreeMap<String, Value>,
}

/// A unit's rules.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rules {
    /// The settings.
    pub rules: Vec<Rule>,
    /// Whether a swap without findings is approved when it is accepted.
    #[serde(default)]
    pub auto_approve: bool,
}
