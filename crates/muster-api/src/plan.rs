//! What a publish would do: `POST /scheduling/schedules/{id}/validate`.

use muster_core::Revision;
use muster_core::conflict::{Finding, Kind};
use muster_core::decide::{Plan, PlanOutcome};
use muster_core::id::{AgentId, ScheduleId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::clock_change::ClockChangesView;
use crate::conflict::ConflictView;
use crate::list::EvaluatedAt;
use crate::terms::PlanToken;

/// What would happen to one agent.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentPlanView {
    /// The agent.
    pub agent_id: AgentId,
    /// What would happen.
    pub outcome: PlanOutcome,
    /// The agents it stands or falls with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tied_to: Vec<AgentId>,
    /// What was found, worst first.
    pub findings: Vec<ConflictView>,
}

/// How many agents have which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SummaryView {
    /// All of them.
    pub agents: usize,
    /// Everything is live already.
    pub unchanged: usize,
    /// Nobody else has touched it.
    pub fast_forward: usize,
    /// It meets somebody else's edits, and both live.
    pub merged: usize,
    /// Somebody must acknowledge something.
    pub needs_ack: usize,
    /// It cannot go live as it is.
    pub blocked: usize,
}

impl SummaryView {
    fn count(&mut self, outcome: PlanOutcome) {
        self.agents += 1;
        let counter = match outcome {
            PlanOutcome::Unchanged => &mut self.unchanged,
            PlanOutcome::FastForward => &mut self.fast_forward,
            PlanOutcome::Merged => &mut self.merged,
            PlanOutcome::NeedsAck => &mut self.needs_ack,
            PlanOutcome::Blocked => &mut self.blocked,
        };
        *counter += 1;
    }
}

/// How far what agents would like is not kept, by the shifts that the draft touches. It holds
/// nothing up; two plans for one week are told apart by it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreferencesView {
    /// How many times a shift would go against a preference.
    pub violated: usize,
    /// How many of these the draft brings, or makes worse.
    pub newly_violated: usize,
    /// By how many minutes in all.
    pub minutes: i64,
}

impl PreferencesView {
    fn count(&mut self, finding: &Finding) {
        if finding.kind == Kind::PreferenceViolated {
            self.violated += 1;
            self.newly_violated += usize::from(!finding.standing);
            self.minutes += finding.magnitude;
        }
    }
}

/// A plan.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
    /// The schedule.
    pub schedule_id: ScheduleId,
    /// The revision it was planned on.
    pub revision: Revision,
    /// How many agents have which outcome.
    pub summary: SummaryView,
    /// How far what agents would like is not kept.
    pub preferences: PreferencesView,
    /// What would happen, by agent.
    pub agents: Vec<AgentPlanView>,
    /// The people who would be told.
    pub notified: Vec<AgentId>,
    /// Names the plan; a publish may send it.
    pub plan_token: PlanToken,
    /// What clock changes do to the shifts that would be made or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_changes: Option<ClockChangesView>,
    /// The state it was looked at.
    pub evaluated_at: EvaluatedAt,
}

impl PlanView {
    /// A plan, with its findings as `view` shows them.
    #[must_use]
    pub fn new(
        id: &ScheduleId,
        plan: &Plan,
        at: EvaluatedAt,
        mut view: impl FnMut(&Finding) -> ConflictView,
    ) -> Self {
        let mut summary = SummaryView::default();
        let mut preferences = PreferencesView::default();
        let mut agents = Vec::with_capacity(plan.agents.len());
        for (agent, planned) in &plan.agents {
            summary.count(planned.outcome);
            planned.findings.iter().for_each(|finding| preferences.count(finding));
            agents.push(AgentPlanView {
                agent_id: agent.clone(),
                outcome: planned.outcome,
                tied_to: planned.tied.clone(),
                findings: planned.findings.iter().map(&mut view).collect(),
            });
        }
        let told = plan.agents.iter().filter(|(_, planned)| planned.changed);
        Self {
            schedule_id: id.clone(),
            revision: plan.revision,
            summary,
            preferences,
            agents,
            notified: told.map(|(agent, _)| agent.clone()).collect(),
            plan_token: PlanToken::from(plan),
            clock_changes: None,
            evaluated_at: at,
        }
    }
}

#[cfg(test)]
mod tests;
