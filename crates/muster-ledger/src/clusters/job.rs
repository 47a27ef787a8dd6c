//! Jobs: at home.

use muster_core::id::{JobId, OrganizationId};

use super::Clusters;
use crate::error::LedgerError;
use crate::job::JobRow;

impl Clusters {
    pub(crate) async fn find_job(
        &self,
        organization: &OrganizationId,
        id: &JobId,
    ) -> Result<Option<JobRow>, LedgerError> {
        self.home().find_job(organization, id).await
    }

    pub(crate) async fn open_jobs(
        &self,
        limit: usize,
    ) -> Result<Vec<(OrganizationId, JobId)>, LedgerError> {
        self.home().open_jobs(limit).await
    }

    pub(crate) async fn job_outcomes(
        &self,
        organization: &OrganizationId,
        id: &JobId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, LedgerError> {
        self.home().job_outcomes(organization, id, from, limit).await
    }
}
