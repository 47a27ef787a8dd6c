//! Refusals: `application/problem+json`.

mod cause;
mod code;
mod render;

use std::time::Duration;

use muster_core::Revision;
use muster_core::id::AgentId;
use schemars::JsonSchema;
use serde::Serialize;

use crate::conflict::ConflictView;
use crate::remedy::RemedyView;
use crate::time::At;

pub use cause::CauseView;
pub use code::Code;

/// Whether sending a request again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RetryClass {
    /// Send it again with its base: it will be merged.
    Merge,
    /// Read again: the ground moved under the intent.
    Rebase,
    /// Send it again later.
    Wait,
    /// The state conflicts: use a remedy.
    Never,
}

/// Whether, and when, sending a request again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Retry {
    /// Whether it can.
    pub class: RetryClass,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u64>,
}

impl From<RetryClass> for Retry {
    fn from(class: RetryClass) -> Self {
        Self { class, after_ms: None }
    }
}

/// A field or thing that a refusal is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// What is wrong with it.
    pub error_code: String,
    /// The field, as a JSON pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_name: Option<String>,
    /// The thing, or the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
}

/// A refusal.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Names the sort of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The sort of problem, in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// This problem, in words.
    pub detail: String,
    /// The sort of problem, for programs.
    pub code: Code,
    /// The same as `detail`, under the name clients in the field read.
    pub message: String,
    /// Names the request in logs.
    pub context_id: String,
    /// The fields and things it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// Whether sending the request again can help.
    pub retry: Retry,
    /// The version the target has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_version: Option<Revision>,
    /// The tag the target has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_etag: Option<String>,
    /// The agents whose version must be named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agent_ids: Vec<AgentId>,
    /// The earlier instant that a wall time may mean,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earlier: Option<At>,
    /// and the later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub later: Option<At>,
    /// What clashes, worst first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<ConflictView>,
    /// What changed meanwhile, by whom.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<CauseView>,
    /// Requests that resolve it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<RemedyView>,
    /// The scope that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl Problem {
    /// A refusal with a code's title, status and class of retry.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            kind: code.uri(),
            title: code.title().to_owned(),
            status: code.status(),
            message: detail.clone(),
            detail,
            code,
            context_id: String::new(),
            details: Vec::new(),
            retry: code.retry().into(),
            current_version: None,
            current_etag: None,
            agent_ids: Vec::new(),
            earlier: None,
            later: None,
            conflicts: Vec::new(),
            causes: Vec::new(),
            remedies: Vec::new(),
            scope: None,
        }
    }

    /// With the name the request has in logs.
    #[must_use]
    pub fn context(mut self, id: impl Into<String>) -> Self {
        self.context_id = id.into();
        self
    }

    /// With the version the target has now.
    #[must_use]
    pub fn version(mut self, version: Revision) -> Self {
        self.current_version = Some(version);
        self
    }

    /// With a field or thing it is about.
    #[must_use]
    pub fn about(mut self, field: Option<String>, entity: Option<String>) -> Self {
        let error_code = self.code.name().to_owned();
        self.details.push(Detail { error_code, field_name: field, entity_id: entity });
        self
    }

    /// With when to send it again.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        let after_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.retry = Retry { class: RetryClass::Wait, after_ms: Some(after_ms) };
        self
    }

    /// With conflicts that carry causes and remedies.
    #[must_use]
    pub fn conflicts(mut self, conflicts: Vec<ConflictView>) -> Self {
        self.conflicts = conflicts;
        self
    }

    /// With how many agents the request was about: the title then counts those in conflict.
    #[must_use]
    pub fn of_agents(mut self, all: usize) -> Self {
        let agents: std::collections::BTreeSet<_> =
            self.conflicts.iter().filter_map(|conflict| conflict.agent_id.as_ref()).collect();
        if all > 1 && !agents.is_empty() {
            self.title = match agents.len() {
                1 => format!("1 of {all} agents needs a decision"),
                count => format!("{count} of {all} agents need a decision"),
            };
        }
        self
    }
}

#[cfg(test)]
mod tests;
