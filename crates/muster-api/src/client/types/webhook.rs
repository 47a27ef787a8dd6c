//! Webhooks as a client reads them.

use muster_core::Instant;
use serde::Deserialize;

use super::read_time;

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// The unit whose events it gets.
    pub business_unit_id: String,
    /// Where they are sent.
    pub url: String,
    /// Which types of events; all, when empty.
    #[serde(default)]
    pub event_types: Vec<String>,
    /// About which agents; all, when empty.
    #[serde(default)]
    pub agent_ids: Vec<String>,
    /// What it is signed with; only when it was just made.
    #[serde(default)]
    pub secret: Option<String>,
    /// All events up to this one were taken, or not wanted.
    pub cursor: String,
    /// `ACTIVE`, `FAILING` or `DISABLED`.
    pub status: String,
    /// Why it is disabled or failing.
    #[serde(default)]
    pub reason: Option<String>,
    /// When it is tried again.
    #[serde(default)]
    pub next_try_at: Option<String>,
    /// What was sent last.
    #[serde(default)]
    pub last_delivery: Option<WebhookDelivery>,
}

/// Something that was sent, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDelivery {
    /// The event's cursor, or what it is called where it is no event of the feed.
    pub event_id: String,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which try it was, from 1 on.
    pub attempt: u32,
    /// When it was sent.
    #[serde(deserialize_with = "read_time")]
    pub at: Instant,
    /// How long the answer took, in milliseconds.
    pub duration_ms: u64,
    /// Whether it was taken.
    pub taken: bool,
    /// What the receiver answered.
    #[serde(default)]
    pub status: Option<u16>,
    /// Why there is no answer.
    #[serde(default)]
    pub error: Option<String>,
}
