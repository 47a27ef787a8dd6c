//! Where a draft stands: `GET /scheduling/schedules/{id}/status`.

use muster_core::Revision;
use muster_core::decide::Readiness;
use muster_core::id::{AgentId, ScheduleId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::schedule::ScheduleStatus;

/// Where a draft stands against what is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftStatusView {
    /// The draft.
    pub id: ScheduleId,
    /// Whether it is open; of one that is closed, nothing is listed.
    pub status: ScheduleStatus,
    /// The revision it was looked at.
    pub revision: Revision,
    /// How many agents its edits speak of.
    pub agents: usize,
    /// Agents whose live week has changed since the base.
    pub behind: Vec<AgentId>,
    /// Of these, agents whose edits merge.
    pub mergeable: Vec<AgentId>,
    /// Agents whose edits are held.
    pub in_conflict: Vec<AgentId>,
}

impl DraftStatusView {
    /// Of a draft in which nothing is left.
    #[must_use]
    pub fn closed(id: &ScheduleId, revision: Revision) -> Self {
        Self {
            id: id.clone(),
            status: ScheduleStatus::Closed,
            revision,
            agents: 0,
            behind: Vec::new(),
            mergeable: Vec::new(),
            in_conflict: Vec::new(),
        }
    }

    /// Of a draft that is open.
    #[must_use]
    pub fn open(ready: &Readiness) -> Self {
        let (roster, draft) = (ready.roster(), ready.draft());
        let mut view =
            Self { status: ScheduleStatus::Draft, ..Self::closed(&draft.id, roster.revision()) };
        for (agent, is_held) in ready.agents() {
            view.agents += 1;
            let is_behind = roster.agent_week_version(agent, draft.week) > draft.base;
            view.behind.extend(is_behind.then(|| agent.clone()));
            view.mergeable.extend((is_behind && !is_held).then(|| agent.clone()));
            view.in_conflict.extend(is_held.then(|| agent.clone()));
        }
        view
    }
}
