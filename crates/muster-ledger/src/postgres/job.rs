//! Jobs.

use muster_core::id::{JobId, OrganizationId};
use muster_core::instant::Instant;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::Postgres;
use super::fault::corrupt;
use super::pool::{self, Param};
use super::read::get;
use super::write::{changed, number, stored};
use crate::error::LedgerError;
use crate::job::{JobChange, JobProgress, JobRow};

const JOB: &str = "select created_at, request, turn, is_open, progress from job
    where organization = $1 and id = $2";

const OPEN: &str = "select organization, id from job where is_open
    order by created_at, organization, id limit $1";

const OUTCOMES: &str = "select number, body from job_outcome
    where organization = $1 and job = $2 and number >= $3 order by number limit $4";

const ADD: &str = "insert into job (organization, id, created_at, request, turn, is_open, progress)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (organization, id) do nothing returning 1";

const MOVE: &str = "update job set is_open = $4, progress = $5, turn = turn + 1
    where organization = $1 and id = $2 and turn = $3 returning 1";

const KEEP: &str = "insert into job_outcome (organization, job, number, body)
    select $1, $2, number, body from unnest($3::bigint[], $4::bytea[]) as t (number, body)
    on conflict (organization, job, number) do nothing";

const FORGET_OUTCOMES: &str = "delete from job_outcome using job
    where job.organization = job_outcome.organization and job.id = job_outcome.job
        and job.created_at < $1";

const FORGET: &str = "delete from job where created_at < $1";

impl Postgres {
    pub(crate) async fn find_job(
        &self,
        organization: &OrganizationId,
        id: &JobId,
    ) -> Result<Option<JobRow>, LedgerError> {
        let params: [Param<'_>; 2] =
            [(&organization.as_str(), Type::TEXT), (&id.as_str(), Type::TEXT)];
        let job = |row: &Row| {
            Ok(JobRow {
                organization: organization.clone(),
                id: id.clone(),
                created_at: Instant::from_ms(get(row, 0)?),
                request: get(row, 1)?,
                turn: number(row, 2)?,
                progress: JobProgress { is_open: get(row, 3)?, more: get(row, 4)? },
            })
        };
        self.read(JOB, &params).await?.first().map(job).transpose()
    }

    pub(crate) async fn open_jobs(
        &self,
        limit: usize,
    ) -> Result<Vec<(OrganizationId, JobId)>, LedgerError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let open = |row: &Row| {
            let organization = OrganizationId::parse(get(row, 0)?).map_err(corrupt)?;
            Ok((organization, JobId::parse(get(row, 1)?).map_err(corrupt)?))
        };
        self.read(OPEN, &[(&limit, Type::INT8)]).await?.iter().map(open).collect()
    }

    pub(crate) async fn job_outcomes(
        &self,
        organization: &OrganizationId,
        id: &JobId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, LedgerError> {
        let from = stored(from)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let params: [Param<'_>; 4] = [
            (&organization.as_str(), Type::TEXT),
            (&id.as_str(), Type::TEXT),
            (&from, Type::INT8),
            (&limit, Type::INT8),
        ];
        let outcome = |row: &Row| Ok((number(row, 0)?, get(row, 1)?));
        self.read(OUTCOMES, &params).await?.iter().map(outcome).collect()
    }
}

/// Makes a change, unless it expects something that is not so.
pub(super) async fn change(db: &mut pool::Lease, change: &JobChange) -> Result<bool, LedgerError> {
    match change {
        JobChange::Add(row) => {
            let JobRow { organization, id, created_at, request, turn, progress } = row;
            let params: [Param<'_>; 7] = [
                (&organization.as_str(), Type::TEXT),
                (&id.as_str(), Type::TEXT),
                (&created_at.ms(), Type::INT8),
                (request, Type::BYTEA),
                (&stored(*turn)?, Type::INT8),
                (&progress.is_open, Type::BOOL),
                (&progress.more, Type::BYTEA),
            ];
            changed(db, ADD, &params).await
        }
        JobChange::Move { organization, id, turn, progress } => {
            let params: [Param<'_>; 5] = [
                (&organization.as_str(), Type::TEXT),
                (&id.as_str(), Type::TEXT),
                (&stored(*turn)?, Type::INT8),
                (&progress.is_open, Type::BOOL),
                (&progress.more, Type::BYTEA),
            ];
            changed(db, MOVE, &params).await
        }
        JobChange::Keep { organization, id, outcomes } => {
            let numbers = outcomes.iter().map(|(number, _)| stored(*number));
            let numbers: Vec<i64> = numbers.collect::<Result<_, _>>()?;
            let bodies: Vec<&[u8]> = outcomes.iter().map(|(_, body)| body.as_slice()).collect();
            let params: [Param<'_>; 4] = [
                (&organization.as_str(), Type::TEXT),
                (&id.as_str(), Type::TEXT),
                (&numbers, Type::INT8_ARRAY),
                (&bodies, Type::BYTEA_ARRAY),
            ];
            changed(db, KEEP, &params).await?;
            Ok(true)
        }
        JobChange::Forget(before) => {
            changed(db, FORGET_OUTCOMES, &[(&before.ms(), Type::INT8)]).await?;
            changed(db, FORGET, &[(&before.ms(), Type::INT8)]).await?;
            Ok(true)
        }
    }
}
