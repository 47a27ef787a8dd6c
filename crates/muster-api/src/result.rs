//! What a publish or an edit did.

use jiff::civil::Date;
use muster_core::Revision;
use muster_core::conflict::Finding;
use muster_core::decide::{Held, Published};
use muster_core::id::{AgentId, ScheduleId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::clock_change::ClockChangesView;
use crate::conflict::ConflictView;
use crate::list::EvaluatedAt;

/// An agent that is held back, and why.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldView {
    /// The agent.
    pub agent_id: AgentId,
    /// The agents it stands or falls with: theirs may be the conflicts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tied_to: Vec<AgentId>,
    /// What clashes, worst first: the agent's own, and those of nobody in particular.
    pub conflicts: Vec<ConflictView>,
}

impl HeldView {
    /// One for each agent of each group that is held, in the order of the groups.
    #[must_use]
    pub fn all(held: &[Held], mut view: impl FnMut(&Finding) -> ConflictView) -> Vec<Self> {
        let mut all = Vec::new();
        for group in held {
            for agent in &group.agents {
                let own = group
                    .findings
                    .iter()
                    .filter(|f| f.agent.as_ref().is_none_or(|whose| whose == agent));
                let tied = group.agents.iter().filter(|other| *other != agent);
                all.push(Self {
                    agent_id: agent.clone(),
                    tied_to: tied.cloned().collect(),
                    conflicts: own.map(&mut view).collect(),
                });
            }
        }
        all
    }
}

/// Whether all of it went live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PublishStatus {
    /// All of it.
    Published,
    /// Some agents are held back.
    Partial,
}

/// The answer to a publish or a revert.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishView {
    /// Whether all of it went live.
    pub status: PublishStatus,
    /// The live schedule.
    pub id: ScheduleId,
    /// The weeks it touched.
    pub weeks: Vec<Date>,
    /// The revision at which it went live.
    pub revision: Revision,
    /// Agents that went live or were so already.
    pub published: Vec<AgentId>,
    /// Of these, agents whose edits met somebody else's.
    pub merged: Vec<AgentId>,
    /// Of these, agents whose shifts changed: the people who are told.
    pub notified: Vec<AgentId>,
    /// What is held back, and why.
    pub held: Vec<HeldView>,
    /// Findings of what went live that stop nothing.
    pub warnings: Vec<ConflictView>,
    /// What clock changes do to the shifts that were made or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_changes: Option<ClockChangesView>,
    /// The draft that keeps what is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft_id: Option<ScheduleId>,
    /// The state it was decided on.
    pub evaluated_at: EvaluatedAt,
    /// What has moved since the plan that somebody looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_plan: Option<SincePlanView>,
}

impl PublishView {
    /// What a publish did, with its findings as `view` shows them. `live` is the live schedule.
    #[must_use]
    pub fn new(
        live: &ScheduleId,
        published: &Published,
        at: EvaluatedAt,
        mut view: impl FnMut(&Finding) -> ConflictView,
    ) -> Self {
        let is_partial = !published.held.is_empty();
        Self {
            status: if is_partial { PublishStatus::Partial } else { PublishStatus::Published },
            id: live.clone(),
            weeks: published.weeks.clone(),
            revision: at.revision,
            published: published.published.clone(),
            merged: published.merged.clone(),
            notified: published.changed.clone(),
            held: HeldView::all(&published.held, &mut view),
            warnings: published.warnings.iter().map(view).collect(),
            clock_changes: None,
            draft_id: published.draft.clone(),
            evaluated_at: at,
            since_plan: None,
        }
    }
}

/// What has moved between a plan and the publish: it was merged again, and never refused for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SincePlanView {
    /// The revision that was planned on.
    pub revision: Revision,
    /// Whether the draft itself was edited since.
    pub draft_changed: bool,
    /// The agents whose live week has changed since.
    pub drifted: Vec<AgentId>,
}

#[cfg(test)]
mod tests;
