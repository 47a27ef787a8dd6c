//! Many writes in one request: what a client may send, and what is answered.

use muster_core::Revision;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::input::{BadInput, Short, parse};

/// Which operations of a bulk stand or fall together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Atomicity {
    /// Each for itself.
    #[default]
    Item,
    /// Those that are tied by an agent, a shift, a swap or a request.
    Component,
    /// All of them.
    All,
}

/// How an operation writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// As `POST` alone would.
    Post,
    /// As `PUT` alone would.
    Put,
    /// As `PATCH` alone would.
    Patch,
    /// As `DELETE` alone would.
    Delete,
}

impl Method {
    /// Its name in HTTP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// One write, as it would be sent alone.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperationIn {
    /// What its outcome is called; its place in the list, from 0, when absent. With the request's
    /// `Idempotency-Key` `k`, its own key is `k#id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Short>,
    /// How it writes.
    pub method: Method,
    /// Where, from `/api/v2/wfm` on, with it or without.
    pub path: String,
    /// Its `If-Match`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_match: Option<String>,
    /// Its body, as it would be sent alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    pub body: Option<Box<RawValue>>,
}

/// Many writes in one request.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BulkIn {
    /// The writes, in order.
    pub operations: Vec<OperationIn>,
    /// Which of them stand or fall together.
    #[serde(default)]
    pub atomicity: Atomicity,
}

/// Reads operations that stand on a line each.
///
/// # Errors
/// [`BadInput`] names the field and the value that cannot be; the first part of its pointer is the
/// line, from 0.
pub fn operations_by_line(bytes: &[u8]) -> Result<Vec<OperationIn>, BadInput> {
    let lines = bytes.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.iter().all(u8::is_ascii_whitespace));
    let read = |(n, line)| parse(line).map_err(|bad: BadInput| bad.within(&format!("/{n}")));
    lines.enumerate().map(read).collect()
}

/// What one operation came to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeView {
    /// What the operation is called.
    pub id: String,
    /// The status that it would have been answered with alone.
    pub status_code: u16,
    /// The revision that shows it, or at which it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// The tag of what it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// What it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    pub body: Option<Box<RawValue>>,
    /// Why it was refused, with its conflicts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    pub problem: Option<Box<RawValue>>,
}

impl OutcomeView {
    /// Whether it was done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.status_code < 400
    }
}

/// What all operations came to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkView {
    /// An outcome for each operation, in the request's order.
    pub entities: Vec<OutcomeView>,
    /// How many were done.
    pub succeeded: usize,
    /// How many were refused.
    pub failed: usize,
    /// The newest revision that one of them shows.
    pub revision: Revision,
}

impl BulkView {
    /// Counts outcomes.
    #[must_use]
    pub fn new(entities: Vec<OutcomeView>) -> Self {
        let succeeded = entities.iter().filter(|outcome| outcome.is_done()).count();
        let failed = entities.len() - succeeded;
        let revision = entities.iter().filter_map(|outcome| outcome.revision).max();
        Self { entities, succeeded, failed, revision: revision.unwrap_or_default() }
    }
}
