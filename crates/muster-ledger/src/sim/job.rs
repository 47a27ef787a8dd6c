//! Jobs.

use muster_core::id::{JobId, OrganizationId};

use super::node::Node;
use crate::error::LedgerError;
use crate::job::JobRow;

impl Node {
    pub(crate) async fn find_job(
        &self,
        organization: &OrganizationId,
        id: &JobId,
    ) -> Result<Option<JobRow>, LedgerError> {
        let key = (organization.clone(), id.clone());
        self.read(|db| Ok(db.find_job(&key))).await
    }

    pub(crate) async fn open_jobs(
        &self,
        limit: usize,
    ) -> Result<Vec<(OrganizationId, JobId)>, LedgerError> {
        self.read(|db| Ok(db.open_jobs(limit))).await
    }

    pub(crate) async fn job_outcomes(
        &self,
        organization: &OrganizationId,
        id: &JobId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, LedgerError> {
        let key = (organization.clone(), id.clone());
        self.read(|db| Ok(db.job_outcomes(&key, from, limit))).await
    }
}
