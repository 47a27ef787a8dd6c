//! Plans and publishes as a client reads them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ClockChanges;
use crate::client::ConflictIn;

/// What would happen to one agent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentPlan {
    /// The agent.
    pub agent_id: String,
    /// `unchanged`, `fast_forward`, `merged`, `needs_ack` or `blocked`.
    pub outcome: String,
    /// The agents it stands or falls with.
    #[serde(default)]
    pub tied_to: Vec<String>,
    /// What was found, worst first.
    #[serde(default)]
    pub findings: Vec<ConflictIn>,
}

/// How far what agents would like is not kept, by the shifts that a draft touches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Preferences {
    /// How many times a shift would go against a preference.
    pub violated: usize,
    /// How many of these the draft brings, or makes worse.
    pub newly_violated: usize,
    /// By how many minutes in all.
    pub minutes: u64,
}

/// What a publish would do.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The schedule.
    pub schedule_id: String,
    /// The revision it was planned on.
    pub revision: u64,
    /// How many agents have which outcome.
    #[serde(default)]
    pub summary: BTreeMap<String, u64>,
    /// How far what agents would like is not kept.
    #[serde(default)]
    pub preferences: Preferences,
    /// What would happen, by agent.
    pub agents: Vec<AgentPlan>,
    /// The people who would be told.
    #[serde(default)]
    pub notified: Vec<String>,
    /// What clock changes do to the shifts that would be made or changed.
    #[serde(default)]
    pub clock_changes: Option<ClockChanges>,
    /// Names the plan; a publish may send it.
    pub plan_token: String,
}

/// An agent that is held back, and why.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// The agent.
    pub agent_id: String,
    /// The agents it stands or falls with.
    #[serde(default)]
    pub tied_to: Vec<String>,
    /// What clashes.
    #[serde(default)]
    pub conflicts: Vec<ConflictIn>,
}

/// What a publish or a revert did.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    /// `PUBLISHED` or `PARTIAL`.
    pub status: String,
    /// The live schedule.
    pub id: String,
    /// The revision at which it went live.
    pub revision: u64,
    /// Agents that went live or were so already.
    pub published: Vec<String>,
    /// Of these, agents whose edits met somebody else's.
    #[serde(default)]
    pub merged: Vec<String>,
    /// Of these, agents whose shifts changed.
    #[serde(default)]
    pub notified: Vec<String>,
    /// What is held back.
    #[serde(default)]
    pub held: Vec<Held>,
    /// Findings that stop nothing.
    #[serde(default)]
    pub warnings: Vec<ConflictIn>,
    /// What clock changes do to the shifts that were made or changed.
    #[serde(default)]
    pub clock_changes: Option<ClockChanges>,
    /// The draft that keeps what is held.
    #[serde(default)]
    pub draft_id: Option<String>,
    /// What has moved since the plan that the publish named.
    #[serde(default)]
    pub since_plan: Option<SincePlan>,
}

/// What has moved between a plan and the publish.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SincePlan {
    /// The revision that was planned on.
    pub revision: u64,
    /// Whether the draft itself was edited since.
    pub draft_changed: bool,
    /// The agents whose live week has changed since.
    #[serde(default)]
    pub drifted: Vec<String>,
}
