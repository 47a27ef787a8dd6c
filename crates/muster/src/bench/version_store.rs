//! A document store as the field has it today, to measure against: **one version per schedule,
//! refuse on mismatch, no rules.** It is a fair one: in memory behind a mutex, bodies parsed
//! outside of it, no disk, and agents that a write does not list are left alone, so that a small
//! edit sends a small body. Swaps and time-off requests are records of their own that know
//! nothing of the schedule; whoever approves a swap exchanges the shifts in the document.
//!
//! It keeps every write, so that the oracle can rebuild every version.

pub(crate) mod client;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::demo::week::{AgentWeek, Document};

/// Largest body: a week of 5,000 agents is about 20 MB.
const BODY_BYTES: usize = 64 * 1024 * 1024;

/// The store.
#[derive(Clone, Default)]
pub(crate) struct VersionStore(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    token: String,
    version: u64,
    weeks: BTreeMap<String, Arc<AgentWeek>>,
    puts: Vec<Arc<Vec<AgentWeek>>>,
    records: BTreeMap<String, &'static str>,
    sessions: usize,
    states: usize,
}

/// A store that answers HTTP.
pub(crate) struct Serving {
    pub(crate) store: VersionStore,
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl VersionStore {
    /// Serves an empty store on a free port, for whoever has the token.
    pub(crate) async fn serve(token: &str) -> Result<Serving> {
        let store = Self::default();
        token.clone_into(&mut store.lock().token);
        let listener = TcpListener::bind("127.0.0.1:0").await.context("listen on a free port")?;
        let address = listener.local_addr().context("find out the port")?;
        let router = store.router();
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the comparison store stopped");
            }
        });
        Ok(Serving { store, address, task })
    }

    /// Everything that was ever put, oldest first; the first put is version 1.
    pub(crate) fn puts(&self) -> Vec<Arc<Vec<AgentWeek>>> {
        self.lock().puts.clone()
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/schedule", get(read).put(write))
            .route("/records/{id}/{status}", post(record))
            .route("/sessions", post(session))
            .route("/states", post(states))
            .layer(middleware::from_fn_with_state(self.clone(), admit))
            .layer(DefaultBodyLimit::max(BODY_BYTES))
            .with_state(self.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compares the version, and puts the listed weeks; the current version when it differs.
    fn put(&self, read_at: u64, weeks: Vec<AgentWeek>) -> Result<u64, u64> {
        let weeks = Arc::new(weeks);
        let shared: Vec<_> =
            weeks.iter().map(|week| (week.agent_id.clone(), Arc::new(week.clone()))).collect();
        let mut inner = self.lock();
        if inner.version != read_at {
            return Err(inner.version);
        }
        inner.weeks.extend(shared);
        inner.puts.push(weeks);
        inner.version += 1;
        Ok(inner.version)
    }
}

async fn admit(State(store): State<VersionStore>, request: Request, next: Next) -> Response {
    let wanted = format!("Bearer {}", store.lock().token);
    let sent = request.headers().get(header::AUTHORIZATION);
    if sent.and_then(|value| value.to_str().ok()) != Some(wanted.as_str()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    /// Agents, separated by commas; everybody when absent.
    agent_ids: Option<String>,
}

async fn read(State(store): State<VersionStore>, Query(wanted): Query<Wanted>) -> Response {
    let (schedule_version, weeks): (u64, Vec<Arc<AgentWeek>>) = {
        let inner = store.lock();
        let weeks = match &wanted.agent_ids {
            None => inner.weeks.values().cloned().collect(),
            Some(ids) => ids.split(',').filter_map(|id| inner.weeks.get(id)).cloned().collect(),
        };
        (inner.version, weeks)
    };
    Json(json!({ "scheduleVersion": schedule_version, "agentSchedules": weeks })).into_response()
}

async fn write(State(store): State<VersionStore>, Json(document): Json<Document>) -> Response {
    match store.put(document.schedule_version, document.agent_schedules) {
        Ok(version) => Json(json!({ "scheduleVersion": version })).into_response(),
        Err(current) => {
            let body = json!({
                "code": "VERSION_MISMATCH",
                "message": "the schedule was modified since last read",
                "currentVersion": current,
            });
            (StatusCode::CONFLICT, Json(body)).into_response()
        }
    }
}

/// Swaps and requests: a record and its status, and nothing that looks at the schedule.
async fn record(
    State(store): State<VersionStore>,
    Path((id, status)): Path<(String, String)>,
) -> Response {
    const STATUSES: [&str; 5] = ["offered", "accepted", "approved", "requested", "denied"];
    let Some(status) = STATUSES.into_iter().find(|known| *known == status) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    store.lock().records.insert(id.clone(), status);
    Json(json!({ "id": id, "status": status })).into_response()
}

async fn session(State(store): State<VersionStore>, Json(_): Json<Value>) -> StatusCode {
    store.lock().sessions += 1;
    StatusCode::CREATED
}

#[derive(Deserialize)]
struct Told {
    events: Vec<Value>,
}

async fn states(State(store): State<VersionStore>, Json(told): Json<Told>) -> StatusCode {
    store.lock().states += told.events.len();
    StatusCode::ACCEPTED
}

#[cfg(test)]
mod tests;
