//! Real time: what agents do, against what is scheduled. Apart from schedules: nothing here is
//! ever a reason to refuse a change of them.

use muster_core::Revision;
use muster_core::id::{AgentId, SessionId, UnitId};
use muster_core::instant::Instant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent_view::SegmentView;
use crate::input::Short;
use crate::time::{At, TimeIn};

/// One change of what an agent does.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdherenceEventIn {
    /// The agent.
    pub agent_id: AgentId,
    /// When.
    pub at: TimeIn,
    /// The state the agent is in from then on, in the sending system's words.
    pub state: Short,
    /// The session it happened in.
    #[serde(default)]
    pub session_id: Option<Short>,
}

/// `POST /adherence/events`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdherenceEventsIn {
    /// The unit, when the agents' is not meant.
    #[serde(default)]
    pub business_unit_id: Option<UnitId>,
    /// What happened, in any order.
    pub events: Vec<AdherenceEventIn>,
}

/// `POST /agents/{id}/sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionIn {
    /// Its id, if the client chooses it.
    #[serde(default)]
    pub session_id: Option<SessionId>,
    /// What kind of session.
    #[serde(default)]
    pub kind: Option<Short>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView<'a> {
    /// Its id.
    pub session_id: &'a str,
    /// The agent.
    pub agent_id: &'a AgentId,
    /// What kind of session.
    pub kind: Option<&'a str>,
    /// When it was opened.
    pub opened_at: At,
}

/// What an agent does, against what is scheduled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdherenceView<'a> {
    /// The agent.
    pub agent_id: &'a AgentId,
    /// What is scheduled now; nothing outside shifts.
    pub scheduled: Option<SegmentView>,
    /// The latest state, if one was told.
    pub state: Option<&'a str>,
    /// Since when.
    pub state_since: Option<At>,
    /// Whether the two fit; nothing when no state was told.
    pub in_adherence: Option<bool>,
    /// The agent's open sessions.
    pub sessions: Vec<SessionView<'a>>,
    /// The schedule revision used: never older than the last publish that was answered.
    pub schedule_revision: Revision,
}

impl AdherenceEventIn {
    /// When it happened; a wall time is read in the agent's zone.
    ///
    /// # Errors
    /// [`crate::BadInput`] when a wall time names no single instant.
    pub fn at(&self, zone: &muster_core::Zone, pointer: &str) -> Result<Instant, crate::BadInput> {
        self.at.resolve(zone, &format!("{pointer}/at"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    #[test]
    fn events_name_agent_time_and_state() {
        let body = br#"{"events":[{"agentId":"ana","at":"2026-03-30T07:00:00.250+02:00",
            "state":"Available"}]}"#;
        let parsed: AdherenceEventsIn = parse(body).unwrap();
        let event = &parsed.events[0];
        let at = event.at(&muster_core::Zone::utc(), "/events/0").unwrap();
        assert_eq!(at.to_string(), "2026-03-30T05:00:00.25Z");
        assert_eq!(&*event.state.0, "Available");
    }

    #[test]
    fn a_session_may_leave_everything_to_the_server() {
        let parsed: SessionIn = parse(b"{}").unwrap();
        assert_eq!(parsed, SessionIn { session_id: None, kind: None });
    }
}
