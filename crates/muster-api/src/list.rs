//! Lists, and the revision they show.

use muster_core::{Instant, Revision};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::At;

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ListOf{T}")]
pub struct ListView<T> {
    /// What is on the page.
    pub entities: Vec<T>,
    /// Where the next page starts, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// The revision that all pages of this listing show.
    pub revision: Revision,
}

impl<T> ListView<T> {
    /// The only page of a list.
    #[must_use]
    pub fn whole(entities: Vec<T>, revision: Revision) -> Self {
        Self { entities, next_cursor: None, revision }
    }
}

/// The state that something was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EvaluatedAt {
    /// The revision.
    pub revision: Revision,
    /// The time.
    pub at: At,
}

impl EvaluatedAt {
    /// A revision at a time.
    #[must_use]
    pub fn new(revision: Revision, at: Instant) -> Self {
        Self { revision, at: At(at) }
    }
}
