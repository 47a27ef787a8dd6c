//! What a job is to do, and how far it is, as they are stored.

use axum::body::Bytes;
use axum::http::request::Parts;
use muster_api::bulk::{Atomicity, OutcomeView};
use muster_api::job::{Counts, JobStatus};
use muster_core::id::JobId;
use muster_core::{Instant, Revision};
use muster_ledger::{JobChange, JobProgress, JobRow, RowChange};
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::desk::DeskError;
use crate::error::ApiError;
use crate::http::Call;
use crate::http::bulk::{Keys, Operation};
use crate::trace::Context;

/// What is to be done, and for whom.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    pub(crate) caller: Caller,
    /// The key of the request; minted for one without.
    key: Option<String>,
    /// Whether it is a single request that is to be answered later.
    is_alone: bool,
    pub(crate) atomicity: Atomicity,
    pub(crate) operations: Vec<Operation>,
    /// What the request is called in logs.
    pub(crate) context: String,
}

impl Order {
    /// A list of operations.
    pub(crate) fn of_bulk(call: &Call, atomicity: Atomicity, operations: &[Operation]) -> Self {
        Self {
            caller: call.caller.clone(),
            key: call.key().map(str::to_owned),
            is_alone: false,
            atomicity,
            operations: operations.to_vec(),
            context: Context::current_id(),
        }
    }

    /// A request that came alone.
    pub(crate) fn of_request(call: &Call, parts: &Parts, body: &Bytes) -> Result<Self, ApiError> {
        let operation = Operation::alone(&parts.method, &parts.uri, &parts.headers, body)?;
        let order = Self::of_bulk(call, Atomicity::Item, &[operation]);
        Ok(Self { is_alone: true, ..order })
    }

    /// The same, whose operations take effect once.
    pub(super) fn keyed_by(&self, id: &JobId) -> Self {
        let minted = || format!("job {id}");
        Self { key: Some(self.key.clone().unwrap_or_else(minted)), ..self.clone() }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("orders are plain data")
    }

    pub(super) fn of(row: &JobRow) -> Result<Self, DeskError> {
        serde_json::from_slice(&row.request).map_err(|error| unreadable(row, &error))
    }

    pub(super) fn keys(&self) -> Keys {
        match (&self.key, self.is_alone) {
            (None, _) => Keys::None,
            (Some(key), true) => Keys::Same(key.clone()),
            (Some(key), false) => Keys::Each(key.clone()),
        }
    }

    pub(super) fn is_alone(&self) -> bool {
        self.is_alone
    }
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Progress {
    pub(crate) status: JobStatus,
    pub(crate) counts: Counts,
    #[serde(default)]
    pub(crate) problem: Option<String>,
    #[serde(default)]
    pub(crate) started_at: Option<Instant>,
    #[serde(default)]
    pub(crate) finished_at: Option<Instant>,
    #[serde(default)]
    pub(crate) revision: Revision,
    /// Somebody asked that it goes no further.
    #[serde(default)]
    pub(crate) is_canceled: bool,
}

impl Progress {
    pub(super) fn new(total: usize) -> Self {
        Self {
            status: JobStatus::Queued,
            counts: Counts { total, ..Counts::default() },
            problem: None,
            started_at: None,
            finished_at: None,
            revision: Revision::ZERO,
            is_canceled: false,
        }
    }

    pub(super) fn of(row: &JobRow) -> Result<Self, DeskError> {
        serde_json::from_slice(&row.progress.more).map_err(|error| unreadable(row, &error))
    }

    pub(super) fn stored(&self) -> JobProgress {
        let more = serde_json::to_vec(self).expect("progress is plain data");
        JobProgress { is_open: !self.status.is_over(), more }
    }

    /// The change that makes it a job's progress.
    pub(super) fn moving(&self, row: &JobRow) -> RowChange {
        let (organization, id) = (row.organization.clone(), row.id.clone());
        let (turn, progress) = (row.turn, self.stored());
        RowChange::Job(JobChange::Move { organization, id, turn, progress })
    }

    /// Counts outcomes.
    pub(super) fn count(&mut self, outcomes: &[OutcomeView]) {
        let succeeded = outcomes.iter().filter(|outcome| outcome.is_done()).count();
        self.counts.done += outcomes.len();
        self.counts.succeeded += succeeded;
        self.counts.failed += outcomes.len() - succeeded;
        let newest = outcomes.iter().filter_map(|outcome| outcome.revision).max();
        self.revision = self.revision.max(newest.unwrap_or_default());
    }
}

fn unreadable(row: &JobRow, error: &serde_json::Error) -> DeskError {
    DeskError::Unavailable(format!("job {} cannot be read: {error}", row.id))
}
