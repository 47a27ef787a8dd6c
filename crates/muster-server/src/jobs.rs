//! Jobs: lists of operations that are done in the background, by one node at a time.
//!
//! What is to be done lies in the ledger's plain tables, with how far it is and what came of each
//! operation. Each operation has a key, so that one which is sent again (after a crash, or by a
//! node that stood still and does not know that another one went on) takes effect once and gets
//! its first answer.

mod order;
mod run;

use std::collections::BTreeSet;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use muster_api::ROOT;
use muster_api::bulk::OutcomeView;
use muster_api::job::JobView;
use muster_api::time::At;
use muster_core::id::{JobId, OrganizationId};
use muster_ledger::{JobChange, JobRow, Keyed, KeyedAnswer, PlainWrite, RowChange, WriteError};
use tokio::time::sleep;

use crate::desk::DeskError;
use crate::error::ApiError;
use crate::http::{App, Call};
use crate::leased::Term;
use crate::limits;

pub(crate) use order::{Order, Progress};

/// Takes an order: 202, and where the job is. The same request with the same key finds its job.
pub(crate) async fn begin(app: &App, call: &Call, order: Order) -> Result<Response, ApiError> {
    let id: JobId = app.mint(call);
    let organization = call.caller.organization.clone();
    let now = app.clock().now();
    let row = JobRow {
        organization: organization.clone(),
        id: id.clone(),
        created_at: now,
        request: order.keyed_by(&id).to_bytes(),
        turn: 1,
        progress: Progress::new(order.operations.len()).stored(),
    };
    let keyed = call.command_id().zip(call.key_hash()).map(|(command, request_hash)| {
        let answer = id.as_str().as_bytes().to_vec();
        Keyed { id: command, answer: KeyedAnswer { request_hash, answer, at: now } }
    });
    let request_hash = call.key_hash();
    let write =
        PlainWrite { lease: None, keyed, changes: vec![RowChange::Job(JobChange::Add(row))] };
    let id = match app.units().ledger().write_plain(write).await {
        Ok(()) => id,
        Err(WriteError::Answered(first)) if Some(first.request_hash) == request_hash => {
            let known = String::from_utf8(first.answer).ok().and_then(|id| JobId::parse(&id).ok());
            // The key came with something that was no job.
            known.ok_or(DeskError::KeyReused)?
        }
        Err(WriteError::Answered(_)) => return Err(DeskError::KeyReused.into()),
        // The very job is there: a minted id comes twice only with its key.
        Err(WriteError::Moved) => id,
        Err(WriteError::LeaseLost(name)) => return Err(DeskError::Unavailable(name).into()),
        Err(WriteError::Other(error)) => return Err(error.into()),
    };
    app.wake_jobs();
    let view = found(app, &organization, &id).await?.1;
    let place = HeaderValue::from_str(&format!("{ROOT}/jobs/{id}"));
    let mut response = (axum::http::StatusCode::ACCEPTED, axum::Json(view)).into_response();
    let headers = response.headers_mut();
    headers.extend(place.map(|place| (header::LOCATION, place)));
    if call.is_async() {
        headers.insert("preference-applied", HeaderValue::from_static("respond-async"));
    }
    Ok(response)
}

/// A job, with the order that it came from.
pub(crate) async fn found(
    app: &App,
    organization: &OrganizationId,
    id: &JobId,
) -> Result<(Order, JobView), ApiError> {
    let row = app.units().ledger().find_job(organization, id).await?;
    let row = row.ok_or_else(|| ApiError::unknown("job", id))?;
    let (order, progress) = (Order::of(&row)?, Progress::of(&row)?);
    let mut view = view(app, &row, &order, &progress);
    if order.is_alone() && progress.status.is_over() {
        let mut outcomes = outcomes(app, organization, id, 0, 1).await?;
        view.outcome = outcomes.pop().map(|(_, outcome)| outcome);
    }
    Ok((order, view))
}

fn view(app: &App, row: &JobRow, order: &Order, progress: &Progress) -> JobView {
    let counts = progress.counts;
    let left = counts.total - counts.done;
    let eta = |started: muster_core::Instant| {
        let took_ms = app.clock().now().ms() - started.ms();
        let (done, left) = (i64::try_from(counts.done).ok()?, i64::try_from(left).ok()?);
        (done > 0).then(|| (took_ms * left / done + 999) / 1_000)
    };
    let eta_seconds = progress.started_at.filter(|_| !progress.status.is_over()).and_then(eta);
    JobView {
        id: row.id.clone(),
        status: progress.status,
        atomicity: order.atomicity,
        counts,
        percent: u8::try_from(100 * counts.done / counts.total.max(1)).unwrap_or(100),
        eta_seconds,
        problem: progress.problem.clone(),
        created_at: At(row.created_at),
        started_at: progress.started_at.map(At),
        finished_at: progress.finished_at.map(At),
        expires_at: At(row.created_at.plus_days(limits::JOB_DAYS)),
        results: format!("{ROOT}/jobs/{}/results", row.id),
        outcome: None,
        revision: progress.revision,
    }
}

/// What operations came to, from a place on.
pub(crate) async fn outcomes(
    app: &App,
    organization: &OrganizationId,
    id: &JobId,
    from: u64,
    limit: usize,
) -> Result<Vec<(u64, OutcomeView)>, ApiError> {
    let stored = app.units().ledger().job_outcomes(organization, id, from, limit).await?;
    let read = |(place, body): (u64, Vec<u8>)| {
        serde_json::from_slice(&body).map(|outcome| (place, outcome)).map_err(|error| {
            let why = format!("an outcome of job {id} cannot be read: {error}");
            DeskError::Unavailable(why).into()
        })
    };
    stored.into_iter().map(read).collect()
}

/// Asks that a job goes no further; what is under way gets its outcomes.
pub(crate) async fn cancel(
    app: &App,
    organization: &OrganizationId,
    id: &JobId,
) -> Result<(), ApiError> {
    loop {
        let row = app.units().ledger().find_job(organization, id).await?;
        let row = row.ok_or_else(|| ApiError::unknown("job", id))?;
        let mut progress = Progress::of(&row)?;
        if progress.status.is_over() || progress.is_canceled {
            return Ok(());
        }
        progress.is_canceled = true;
        let write = PlainWrite::of(vec![progress.moving(&row)]);
        match app.units().ledger().write_plain(write).await {
            Ok(()) => {
                app.wake_jobs();
                return Ok(());
            }
            // It got on meanwhile.
            Err(WriteError::Moved) => {}
            Err(WriteError::Other(error)) => return Err(error.into()),
            Err(WriteError::Answered(_) | WriteError::LeaseLost(_)) => {
                unreachable!("this write has neither key nor lease")
            }
        }
    }
}

/// Does what there is to be done, for as long as the term lasts.
pub(crate) async fn work(app: App, term: Term) {
    let mut running = FuturesUnordered::new();
    let mut known = BTreeSet::new();
    // Beside the jobs, never instead of them: one that is not polled may hold what it waits for.
    let mut looking = Box::pin(open(&app));
    loop {
        tokio::select! {
            Some(key) = running.next(), if !running.is_empty() => {
                known.remove(&key);
                app.wake_jobs();
            }
            open_jobs = &mut looking => {
                for key in open_jobs {
                    let has_room = term.holds() && running.len() < limits::JOBS_AT_ONCE;
                    if has_room && known.insert(key.clone()) {
                        let (app, term) = (app.clone(), term.clone());
                        running.push(async move {
                            run::job(&app, &term, &key.0, &key.1).await;
                            key
                        });
                    }
                }
                looking.set(open(&app));
            }
        }
    }
}

/// After a moment, or when somebody says that there may be some, the jobs that are open.
async fn open(app: &App) -> Vec<(OrganizationId, JobId)> {
    tokio::select! {
        () = app.jobs_wanted() => {}
        () = sleep(limits::JOB_LOOK) => {}
    }
    let open = app.units().ledger().open_jobs(2 * limits::JOBS_AT_ONCE).await;
    let open = open.inspect_err(|error| tracing::warn!(%error, "jobs not looked for"));
    open.unwrap_or_default()
}
