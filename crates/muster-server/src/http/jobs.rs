//! Jobs: how far they are, what their operations came to, and an end to them.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use muster_api::job::JobView;
use muster_api::list::ListView;
use muster_core::id::JobId;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::time::sleep;

use crate::error::ApiError;
use crate::http::query::{Params, Path, id};
use crate::http::{App, Call, json, listed};
use crate::{jobs, limits};

/// A job that the caller may see: its client's own, or any for who administers.
async fn own(app: &App, call: &Call, job: &JobId) -> Result<JobView, ApiError> {
    let (order, view) = jobs::found(app, &call.caller.organization, job).await?;
    let is_own = order.caller.actor == call.caller.actor;
    let is_admin = call.caller.actor.agent.is_none() && call.caller.may("wfm:admin").is_ok();
    if is_own || is_admin { Ok(view) } else { Err(ApiError::unknown("job", job)) }
}

pub(crate) async fn show(
    State(app): State<App>,
    Path(job): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let view = own(&app, &call, &id(&job)?).await?;
    Ok(json(view.revision, &view))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Part {
    /// Most entities on the page.
    #[schemars(range(min = 1, max = limits::PAGE_SIZE))]
    page_size: Option<usize>,
    /// The `nextCursor` of the page before this one.
    cursor: Option<String>,
}

/// The outcomes there are, in the order of the operations. Where operations stand or fall in
/// groups, later ones may come first, and a page may get more of them later.
pub(crate) async fn results(
    State(app): State<App>,
    Path(job): Path<String>,
    call: Call,
    Params(part): Params<Part>,
) -> Result<Response, ApiError> {
    let job: JobId = id(&job)?;
    let view = own(&app, &call, &job).await?;
    let size = part.page_size.unwrap_or(limits::PAGE_SIZE);
    if size == 0 || size > limits::PAGE_SIZE {
        let problem = format!("is not within 1..={}", limits::PAGE_SIZE);
        return Err(ApiError::bad_input("pageSize", &size.to_string(), &problem));
    }
    let from = match &part.cursor {
        None => 0,
        Some(text) => text
            .parse()
            .map_err(|_| ApiError::bad_input("cursor", text, "is not a cursor of this list"))?,
    };
    let organization = &call.caller.organization;
    let mut outcomes = jobs::outcomes(&app, organization, &job, from, size + 1).await?;
    let next = outcomes.get(size).map(|(place, _)| place.to_string());
    outcomes.truncate(size);
    let entities = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
    let revision = view.revision;
    Ok(listed(revision, &ListView { entities, next_cursor: next, revision }))
}

/// A stream of events, each with the job as it is; it ends when the job is over.
pub(crate) async fn progress(
    State(app): State<App>,
    Path(job): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let job: JobId = id(&job)?;
    let first = own(&app, &call, &job).await?;
    let state = (Some(first), None::<JobView>);
    let events = stream::unfold(state, move |(ready, told)| {
        let (app, call, job) = (app.clone(), call.clone(), job.clone());
        async move {
            if told.as_ref().is_some_and(|told| told.status.is_over()) {
                return None;
            }
            let view = match ready {
                Some(view) => view,
                None => moved(&app, &call, &job, told.as_ref()?).await?,
            };
            let event = Event::default().event("progress").json_data(&view).ok()?;
            Some((Ok::<_, Infallible>(event), (None, Some(view))))
        }
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(limits::BOOKMARK)).into_response())
}

/// The job when it is no longer as it was told.
async fn moved(app: &App, call: &Call, job: &JobId, told: &JobView) -> Option<JobView> {
    loop {
        tokio::select! {
            () = app.closed() => return None,
            () = sleep(limits::JOB_TOLD) => {}
        }
        let view = own(app, call, job).await.ok()?;
        if (view.status, view.counts) != (told.status, told.counts) {
            return Some(view);
        }
    }
}

pub(crate) async fn cancel(
    State(app): State<App>,
    Path(job): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let job: JobId = id(&job)?;
    own(&app, &call, &job).await?;
    jobs::cancel(&app, &call.caller.organization, &job).await?;
    let view = own(&app, &call, &job).await?;
    Ok(json(view.revision, &view))
}
