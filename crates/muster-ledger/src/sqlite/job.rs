//! Jobs.

use muster_core::id::{JobId, OrganizationId};
use muster_core::instant::Instant;
use rusqlite::{Connection, params};

use super::Sqlite;
use super::fault::corrupt;
use super::read::text;
use crate::error::LedgerError;
use crate::job::{JobChange, JobProgress, JobRow};

impl Sqlite {
    pub(crate) async fn find_job(
        &self,
        organization: &OrganizationId,
        id: &JobId,
    ) -> Result<Option<JobRow>, LedgerError> {
        let (organization, id) = (organization.clone(), id.clone());
        let find = move |db: &Connection| {
            let mut select = db.prepare_cached(
                "select created_at, request, turn, is_open, progress from job
                 where organization = ?1 and id = ?2",
            )?;
            let mut rows = select.query([organization.as_str(), id.as_str()])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            let created_at = Instant::from_ms(row.get(0)?);
            let (request, turn) = (row.get(1)?, row.get(2)?);
            let progress = JobProgress { is_open: row.get(3)?, more: row.get(4)? };
            drop(rows);
            Ok(Some(JobRow { organization, id, created_at, request, turn, progress }))
        };
        self.read(find).await
    }

    pub(crate) async fn open_jobs(
        &self,
        limit: usize,
    ) -> Result<Vec<(OrganizationId, JobId)>, LedgerError> {
        let list = move |db: &Connection| {
            let mut select = db.prepare_cached(
                "select organization, id from job where is_open = 1
                 order by created_at, organization, id limit ?1",
            )?;
            let mut rows = select.query([limit])?;
            let mut open = Vec::new();
            while let Some(row) = rows.next()? {
                let organization = OrganizationId::parse(text(row, 0)?).map_err(corrupt)?;
                open.push((organization, JobId::parse(text(row, 1)?).map_err(corrupt)?));
            }
            Ok(open)
        };
        self.read(list).await
    }

    pub(crate) async fn job_outcomes(
        &self,
        organization: &OrganizationId,
        id: &JobId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, LedgerError> {
        let (organization, id) = (organization.clone(), id.clone());
        let list = move |db: &Connection| {
            let mut select = db.prepare_cached(
                "select number, body from job_outcome
                 where organization = ?1 and job = ?2 and number >= ?3
                 order by number limit ?4",
            )?;
            let params = params![organization.as_str(), id.as_str(), from, limit];
            let outcomes = select.query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(outcomes.collect::<Result<_, _>>()?)
        };
        self.read(list).await
    }
}

/// Makes a change, unless it expects something that is not so.
pub(super) fn change(db: &Connection, change: &JobChange) -> Result<usize, rusqlite::Error> {
    match change {
        JobChange::Add(row) => {
            let JobRow { organization, id, created_at, request, turn, progress } = row;
            db.prepare_cached(
                "insert into job (organization, id, created_at, request, turn, is_open, progress)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7) on conflict (organization, id) do nothing",
            )?
            .execute(params![
                organization.as_str(),
                id.as_str(),
                created_at.ms(),
                request,
                turn,
                progress.is_open,
                progress.more
            ])
        }
        JobChange::Move { organization, id, turn, progress } => db
            .prepare_cached(
                "update job set is_open = ?4, progress = ?5, turn = turn + 1
                 where organization = ?1 and id = ?2 and turn = ?3",
            )?
            .execute(params![
                organization.as_str(),
                id.as_str(),
                turn,
                progress.is_open,
                progress.more
            ]),
        JobChange::Keep { organization, id, outcomes } => {
            let mut insert = db.prepare_cached(
                "insert into job_outcome (organization, job, number, body) values (?1, ?2, ?3, ?4)
                 on conflict (organization, job, number) do nothing",
            )?;
            for (number, body) in outcomes {
                insert.execute(params![organization.as_str(), id.as_str(), number, body])?;
            }
            Ok(1)
        }
        JobChange::Forget(before) => {
            db.prepare_cached(
                "delete from job_outcome where (organization, job) in
                     (select organization, id from job where created_at < ?1)",
            )?
            .execute([before.ms()])?;
            db.prepare_cached("delete from job where created_at < ?1")?.execute([before.ms()])?;
            Ok(1)
        }
    }
}
