//! What entries changed, as a client reads it.

use muster_core::Instant;
use serde::Deserialize;
use serde_json::Value;

use super::read_time;

/// Who asked for an entry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditActor {
    /// The API client.
    pub client_id: String,
    /// The agent who acted, where agents act for themselves.
    #[serde(default)]
    pub agent_id: Option<String>,
}

/// An entry, and what it changed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Its place in the unit's ledger.
    pub revision: u64,
    /// When it was decided.
    #[serde(deserialize_with = "read_time")]
    pub at: Instant,
    /// Who asked for it.
    pub actor: AuditActor,
    /// What it is about: `{type, id}`.
    pub about: Value,
    /// Why, in the actor's words.
    #[serde(default)]
    pub reason: Option<String>,
    /// How many things it changed.
    pub change_count: usize,
    /// The things it changed that were asked for, as many as a page has room for.
    pub changes: Vec<AuditChange>,
}

/// Something that an entry changed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AuditChange {
    /// What kind of thing it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What it was; null where it was not there.
    pub before: Value,
    /// What it is; null where it is gone.
    pub after: Value,
    /// Of a shift, the parts that changed: `{atom, before, after}`.
    #[serde(default)]
    pub atoms: Vec<Value>,
}
