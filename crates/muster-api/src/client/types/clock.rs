//! What clock changes do to shifts, as a client reads it.

use muster_core::Instant;
use serde::Deserialize;

use super::read_time;

/// What clock changes do to the shifts that a command touches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ClockChanges {
    /// Shifts that are not as long as they look.
    pub shifts: Vec<ClockChange>,
    /// Starts and ends that could be taken for others.
    pub times: Vec<DoubtfulTime>,
    /// Rules that say something else than they would by the clock on the wall.
    pub rules: Vec<RuleFlip>,
}

/// A shift that is not as long as the clock on the wall shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockChange {
    /// The shift.
    pub shift_id: String,
    /// Who works it.
    pub agent_id: String,
    /// Its first instant.
    #[serde(deserialize_with = "read_time")]
    pub start: Instant,
    /// The first instant after it.
    #[serde(deserialize_with = "read_time")]
    pub end: Instant,
    /// How long the agent's clock shows it to be.
    pub wall_minutes: i64,
    /// How long it is.
    pub elapsed_minutes: i64,
    /// By how many minutes it is longer than it looks.
    pub clock_change_minutes: i64,
    /// The agent's zone.
    pub time_zone: String,
    /// `skipped` or `twice`, where a midnight is.
    #[serde(default)]
    pub midnight: Option<String>,
}

/// A start or an end that could be taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoubtfulTime {
    /// The shift.
    pub shift_id: String,
    /// Whose it is.
    pub agent_id: String,
    /// The activity in it; absent for the shift itself.
    #[serde(default)]
    pub activity_code_id: Option<String>,
    /// Which end of it: `start` or `end`.
    pub edge: String,
    /// What is meant, for people.
    pub message: String,
}

/// A rule that says something else than it would by the clock on the wall.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleFlip {
    /// What is true: `violated`, or `kept`.
    pub verdict: String,
    /// What the rule finds, or would find.
    pub kind: String,
    /// Whose week it is in.
    #[serde(default)]
    pub agent_id: Option<String>,
    /// The same for people.
    pub message: String,
}
