//! What somebody answered for, as a client reads it.

use muster_core::Instant;
use serde::Deserialize;
use serde_json::Value;

use super::read_time;
use crate::client::ConflictIn;

/// A finding that somebody answered for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Acknowledgement {
    /// The finding as it was.
    #[serde(flatten)]
    pub finding: ConflictIn,
    /// Who answered for it.
    pub acknowledged_by: String,
    /// When.
    #[serde(deserialize_with = "read_time")]
    pub at: Instant,
    /// The entry that it let pass.
    pub revision: u64,
    /// What that entry is about: `{type, id}`.
    pub about: Value,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
    /// The rule that covered it, if one did.
    #[serde(default)]
    pub by_rule: Option<Value>,
    /// Whether the finding is there, no larger than it was, where that can be told.
    #[serde(default)]
    pub stands: Option<bool>,
}
