//! Jobs and outcomes, as a client reads them.

use serde::Deserialize;
use serde_json::Value;

use crate::job::{Counts, JobStatus};

/// What is done in the background.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub status: JobStatus,
    /// How many operations came to what.
    #[serde(flatten)]
    pub counts: Counts,
    /// How long it will still take, in seconds, as far as can be told.
    #[serde(default)]
    pub eta_seconds: Option<i64>,
    /// Why it could not go on.
    #[serde(default)]
    pub problem: Option<String>,
}

/// What one operation came to.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationOutcome {
    /// What the operation is called.
    pub id: String,
    /// The status it would have been answered with alone.
    pub status_code: u16,
    /// Why it was refused.
    #[serde(default)]
    pub problem: Value,
}
