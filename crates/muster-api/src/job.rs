//! Jobs: what is done in the background, and how far it is.

use muster_core::Revision;
use muster_core::id::JobId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bulk::{Atomicity, OutcomeView};
use crate::time::At;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum JobStatus {
    /// Nobody has begun yet.
    Queued,
    /// It is being done.
    Running,
    /// Every operation has its outcome.
    Done,
    /// It was canceled: the operations without an outcome are not done.
    Canceled,
    /// It could not go on: the operations without an outcome are not done.
    Failed,
}

impl JobStatus {
    /// Whether nothing is left to be done.
    #[must_use]
    pub fn is_over(self) -> bool {
        match self {
            Self::Queued | Self::Running => false,
            Self::Done | Self::Canceled | Self::Failed => true,
        }
    }
}

/// How many of a job's operations came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// All of them.
    pub total: usize,
    /// Those that have an outcome.
    pub done: usize,
    /// Of these, how many took effect.
    pub succeeded: usize,
    /// Of these, how many were refused.
    pub failed: usize,
}

/// A job.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Its id.
    pub id: JobId,
    /// Where it stands.
    pub status: JobStatus,
    /// Which of its operations stand or fall together.
    pub atomicity: Atomicity,
    /// How many of them came to what.
    #[serde(flatten)]
    pub counts: Counts,
    /// How much of it is done, in percent.
    pub percent: u8,
    /// How long it will still take, in seconds, as far as can be told from what is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eta_seconds: Option<i64>,
    /// Why it could not go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// When it was asked for.
    pub created_at: At,
    /// When somebody began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<At>,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<At>,
    /// Until when it and its results are kept.
    pub expires_at: At,
    /// Where the outcomes of its operations are.
    pub results: String,
    /// The outcome, where a single request was to be answered later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeView>,
    /// The newest revision that one of its outcomes shows.
    pub revision: Revision,
}
