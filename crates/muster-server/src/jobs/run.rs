//! Doing a job: lot by lot, what each operation came to kept with how far the job is.

use std::collections::BTreeSet;

use muster_api::bulk::{Atomicity, OutcomeView};
use muster_api::job::JobStatus;
use muster_core::id::{JobId, OrganizationId};
use muster_ledger::{JobChange, JobRow, LedgerError, PlainWrite, RowChange, WriteError};
use tokio::time::sleep;
use tracing::Instrument as _;

use super::{Order, Progress};
use crate::desk::DeskError;
use crate::http::App;
use crate::http::bulk::{Bulk, stretches};
use crate::leased::Term;
use crate::limits;
use crate::trace::Context;

/// Why a job is not gone on with here.
enum Stop {
    /// Somebody else has the work, or there is nothing to be done.
    Elsewhere,
    /// Storage does not answer: it is tried again later.
    Later(DeskError),
}

impl From<LedgerError> for Stop {
    fn from(error: LedgerError) -> Self {
        Self::Later(error.into())
    }
}

impl From<DeskError> for Stop {
    fn from(error: DeskError) -> Self {
        Self::Later(error)
    }
}

/// Does a job until it is over, or until it cannot go on here and now.
pub(super) async fn job(app: &App, term: &Term, organization: &OrganizationId, id: &JobId) {
    match Job::load(app, term, organization, id).await {
        Err(Stop::Elsewhere) => {}
        Err(Stop::Later(error)) => {
            tracing::warn!(job = id.as_str(), %error, "job not gone on with");
            sleep(limits::JOB_AGAIN).await;
        }
        Ok(job) => {
            // As the request that asked for it.
            let context = Context::after(&job.order.context);
            let span = tracing::error_span!("job", request.id = context.id(), job = id.as_str());
            if let Err(Stop::Later(error)) = context.scope(job.run()).instrument(span).await {
                tracing::warn!(job = id.as_str(), %error, "job not gone on with");
                sleep(limits::JOB_AGAIN).await;
            }
        }
    }
}

struct Job<'a> {
    app: &'a App,
    term: &'a Term,
    row: JobRow,
    order: Order,
    progress: Progress,
    /// The places of the operations without an outcome.
    left: BTreeSet<usize>,
}

impl<'a> Job<'a> {
    async fn load(
        app: &'a App,
        term: &'a Term,
        organization: &OrganizationId,
        id: &JobId,
    ) -> Result<Self, Stop> {
        let ledger = app.units().ledger();
        let row = ledger.find_job(organization, id).await?.ok_or(Stop::Elsewhere)?;
        let (order, progress) = (Order::of(&row)?, Progress::of(&row)?);
        let mut left: BTreeSet<usize> = (0..order.operations.len()).collect();
        let mut from = 0;
        loop {
            let page = ledger.job_outcomes(organization, id, from, limits::JOB_LOT).await?;
            let Some((last, _)) = page.last() else { break };
            from = last + 1;
            for (place, _) in &page {
                left.remove(&usize::try_from(*place).unwrap_or(usize::MAX));
            }
        }
        Ok(Self { app, term, row, order, progress, left })
    }

    async fn run(mut self) -> Result<(), Stop> {
        while !self.progress.status.is_over() {
            if self.progress.is_canceled {
                self.finish(JobStatus::Canceled, None).await?;
            } else if self.app.access().is_revoked(&self.order.caller.actor.client).await {
                let problem = "the client was revoked".to_owned();
                self.finish(JobStatus::Failed, Some(problem)).await?;
            } else if self.left.is_empty() {
                self.finish(JobStatus::Done, None).await?;
            } else {
                self.one_lot().await?;
            }
        }
        Ok(())
    }

    /// Sends some operations and keeps what they came to.
    async fn one_lot(&mut self) -> Result<(), Stop> {
        if self.progress.started_at.is_none() {
            self.progress.started_at = Some(self.app.clock().now());
            self.progress.status = JobStatus::Running;
            self.keep(Vec::new()).await?;
        }
        let places = self.places().await?;
        let lot: Vec<_> = places.iter().map(|n| self.order.operations[*n].clone()).collect();
        let bulk = Bulk::new(self.app, &self.order.caller, self.order.keys());
        let outcomes = bulk.run(&lot, self.order.atomicity).await?;
        if outcomes.iter().any(is_passing) {
            // What took effect gets its first answer again.
            sleep(limits::JOB_AGAIN).await;
            return Ok(());
        }
        self.keep(places.into_iter().zip(outcomes).collect()).await
    }

    /// The places of the next operations: those that stand or fall together are not torn apart.
    async fn places(&self) -> Result<Vec<usize>, DeskError> {
        match self.order.atomicity {
            Atomicity::Item => Ok(self.left.iter().copied().take(limits::JOB_LOT).collect()),
            Atomicity::All => Ok(self.left.iter().copied().collect()),
            Atomicity::Component => {
                let left: Vec<usize> = self.left.iter().copied().collect();
                let operations: Vec<_> =
                    left.iter().map(|n| self.order.operations[*n].clone()).collect();
                let organization = &self.order.caller.organization;
                let stretches = stretches(self.app.units(), organization, &operations).await?;
                let mut places = Vec::new();
                for group in stretches.into_iter().flatten() {
                    if !places.is_empty() && places.len() + group.len() > limits::JOB_LOT {
                        break;
                    }
                    places.extend(group.into_iter().map(|n| left[n]));
                }
                places.sort_unstable();
                Ok(places)
            }
        }
    }

    async fn finish(&mut self, status: JobStatus, problem: Option<String>) -> Result<(), Stop> {
        self.progress.status = status;
        self.progress.problem = problem;
        self.progress.finished_at = Some(self.app.clock().now());
        self.keep(Vec::new()).await
    }

    /// Keeps what operations came to, and how far that is. Nobody else does so at the same time:
    /// they would not have the lease.
    async fn keep(&mut self, outcomes: Vec<(usize, OutcomeView)>) -> Result<(), Stop> {
        let (places, views): (Vec<usize>, Vec<OutcomeView>) = outcomes.into_iter().unzip();
        let mut progress = self.progress.clone();
        progress.count(&views);
        let body = |(place, view): (&usize, &OutcomeView)| {
            let body = serde_json::to_vec(view).expect("outcomes are plain data");
            (*place as u64, body)
        };
        let outcomes: Vec<_> = places.iter().zip(&views).map(body).collect();
        loop {
            let (organization, id) = (self.row.organization.clone(), self.row.id.clone());
            let kept = JobChange::Keep { organization, id, outcomes: outcomes.clone() };
            let changes = vec![RowChange::Job(kept), progress.moving(&self.row)];
            let write = PlainWrite::under(self.term.lease(), changes);
            match self.app.units().ledger().write_plain(write).await {
                Ok(()) => {
                    self.row.turn += 1;
                    break;
                }
                Err(WriteError::Moved) => {}
                Err(WriteError::LeaseLost(_) | WriteError::Answered(_)) => {
                    return Err(Stop::Elsewhere);
                }
                Err(WriteError::Other(error)) => {
                    tracing::debug!(job = self.row.id.as_str(), %error, "progress not kept");
                    sleep(limits::JOB_AGAIN).await;
                }
            }
            // Somebody asked to cancel it, or this very write was made.
            let row = self.app.units().ledger().find_job(&self.row.organization, &self.row.id);
            let row = row.await?.ok_or(Stop::Elsewhere)?;
            let known = Progress::of(&row)?;
            progress.is_canceled |= known.is_canceled;
            self.row = row;
            if known == progress {
                break;
            }
        }
        self.progress = progress;
        for place in places {
            self.left.remove(&place);
        }
        Ok(())
    }
}

/// Whether an operation could not be decided now: it is sent again.
fn is_passing(outcome: &OutcomeView) -> bool {
    matches!(outcome.status_code, 429 | 500 | 503)
}
