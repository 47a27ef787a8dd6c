//! Swaps and time off as a client reads them.

use serde::Deserialize;
use serde_json::Value;

use super::ClockChanges;
use crate::client::ConflictIn;

/// One side of a swap.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SwapSide {
    /// Who gives.
    pub agent_id: String,
    /// The shift that is given.
    #[serde(default)]
    pub shift_id: Option<String>,
}

/// A swap.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Swap {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub status: String,
    /// Who offers, and which shift.
    pub initiator: SwapSide,
    /// To whom it is offered.
    #[serde(default)]
    pub receiver: Option<SwapSide>,
    /// What the rules say about it.
    #[serde(default)]
    pub findings: Vec<ConflictIn>,
    /// What clock changes do to its shifts, in the zones of those who get them.
    #[serde(default)]
    pub clock_changes: Option<ClockChanges>,
    /// The revision that last changed it.
    pub version: u64,
}

/// Something an agent says of when they can, or would like to, work.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Availability {
    /// Its id, among what this agent says.
    pub id: String,
    /// Who says it.
    pub agent_id: String,
    /// What.
    pub says: String,
    /// Whole civil days in the agent's zone, where those are meant.
    #[serde(default)]
    pub full_days: Option<Vec<jiff::civil::Date>>,
    /// From this instant, where one stretch of time is meant,
    #[serde(default)]
    pub start: Option<String>,
    /// to this one.
    #[serde(default)]
    pub end: Option<String>,
    /// Every week, where that is meant.
    #[serde(default)]
    pub weekly: Option<Weekly>,
    /// A remark.
    #[serde(default)]
    pub note: Option<String>,
    /// The agent's work that is against it.
    #[serde(default)]
    pub findings: Vec<ConflictIn>,
    /// The revision that last changed it.
    pub version: u64,
}

/// The same hours of some days of every week, in the agent's zone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Weekly {
    /// On these days.
    pub days_of_week: Vec<String>,
    /// From this time of day; both are absent where whole days are meant.
    #[serde(default)]
    pub from: Option<String>,
    /// To this one.
    #[serde(default)]
    pub to: Option<String>,
    /// The first day of all.
    #[serde(default)]
    pub valid_from: Option<jiff::civil::Date>,
    /// The last day of all.
    #[serde(default)]
    pub valid_until: Option<jiff::civil::Date>,
}

/// A time-off request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeOff {
    /// Its id.
    pub id: String,
    /// Who wants to be off.
    pub agent_id: String,
    /// What kind of time off it is.
    pub activity_code_id: String,
    /// Where it stands.
    pub status: String,
    /// Whole civil days in the agent's zone.
    #[serde(default)]
    pub full_days: Option<Vec<jiff::civil::Date>>,
    /// The stretches of time it covers.
    #[serde(default)]
    pub intervals: Vec<Value>,
    /// Whether it is paid.
    pub paid: bool,
    /// A remark.
    #[serde(default)]
    pub note: Option<String>,
    /// What it masks or breaks.
    #[serde(default)]
    pub findings: Vec<ConflictIn>,
    /// The revision that last changed it.
    pub version: u64,
}
