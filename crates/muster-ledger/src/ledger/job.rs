//! Jobs.

use muster_core::id::{JobId, OrganizationId};

use super::{Engine, Ledger};
use crate::error::LedgerError;
use crate::job::JobRow;

impl Ledger {
    /// A job of an organization.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn find_job(
        &self,
        organization: &OrganizationId,
        id: &JobId,
    ) -> Result<Option<JobRow>, LedgerError> {
        on_engine!(self, engine => engine.find_job(organization, id).await)
    }

    /// The jobs of all organizations in which something is left to be done, the oldest first; at
    /// most `limit`.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn open_jobs(
        &self,
        limit: usize,
    ) -> Result<Vec<(OrganizationId, JobId)>, LedgerError> {
        on_engine!(self, engine => engine.open_jobs(limit).await)
    }

    /// What the operations of a job came to, by their place, from a place on; at most `limit`.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn job_outcomes(
        &self,
        organization: &OrganizationId,
        id: &JobId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, LedgerError> {
        on_engine!(self, engine => engine.job_outcomes(organization, id, from, limit).await)
    }
}
