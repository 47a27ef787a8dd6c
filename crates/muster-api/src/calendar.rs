//! An agent's calendar: the secret link to it, and what it shows, as RFC 5545 has it.
//!
//! The feed follows from the state alone: the same state and day give the same bytes, so that a tag
//! of the bytes tells calendar programs whether anything changed.

mod event;
mod feed;
mod text;
mod zone;

use muster_core::id::AgentId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::At;

pub use feed::feed;

/// How often calendar programs are asked to read the feed again, as RFC 5545 writes durations.
pub const REFRESH: &str = "PT1H";

/// `POST /agents/{agentId}/calendar`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CalendarIn {
    /// Whether the link that stands is revoked and another one made.
    pub rotate: bool,
}

/// The link to an agent's calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalendarView<'a> {
    /// Whose calendar it is.
    pub agent_id: &'a AgentId,
    /// When the link was made.
    pub created_at: At,
    /// The link, below the server's address. It is the secret: it is answered once, to whoever had
    /// it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}
