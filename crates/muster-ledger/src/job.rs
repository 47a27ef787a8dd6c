//! Jobs as they are stored. What their requests, progress and outcomes say is opaque here.

use muster_core::id::{JobId, OrganizationId};
use muster_core::instant::Instant;

/// Something that is done in the background for a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Its id, unique within the organization.
    pub id: JobId,
    /// When it was asked for.
    pub created_at: Instant,
    /// What is to be done, and for whom.
    pub request: Vec<u8>,
    /// How often its progress was changed, from 1 on.
    pub turn: u64,
    /// How far it is.
    pub progress: JobProgress,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobProgress {
    /// Whether something is left to be done.
    pub is_open: bool,
    /// What else there is to say.
    pub more: Vec<u8>,
}

/// A change of jobs, as part of a write to plain tables. Where it expects something that is not
/// so, the whole write is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobChange {
    /// Adds a job that is not there.
    Add(JobRow),
    /// Replaces how far a job is, if it is at a turn; it gets the next one.
    Move {
        /// The organization it belongs to.
        organization: OrganizationId,
        /// The job.
        id: JobId,
        /// The turn.
        turn: u64,
        /// How far it is.
        progress: JobProgress,
    },
    /// Keeps what operations came to, by their place. What was kept for a place before stays.
    Keep {
        /// The organization the job belongs to.
        organization: OrganizationId,
        /// The job.
        id: JobId,
        /// The outcomes.
        outcomes: Vec<(u64, Vec<u8>)>,
    },
    /// Drops the jobs that were asked for before an instant, with their outcomes.
    Forget(Instant),
}
