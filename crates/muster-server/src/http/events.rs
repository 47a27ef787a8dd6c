//! The event feed of a unit: as JSON pages, or as a stream of server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event as Sse, KeepAlive, Sse as Stream};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use muster_api::event::{Cursor, EventData, EventView, EventsView};
use muster_api::time::At;
use muster_core::Revision;
use muster_core::feed::FeedEvent;
use muster_core::id::{AgentId, UnitId};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::access::Caller;
use crate::desk::{Desk, DeskError};
use crate::error::ApiError;
use crate::feed::{Told, after};
use crate::http::query::Params;
use crate::http::{App, Call, json};
use crate::limits;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    /// The unit.
    business_unit_id: UnitId,
    /// The cursor after which to read; the head, when absent. `Last-Event-ID` comes before it.
    #[schemars(regex(pattern = "^[0-9]{1,18}(-[0-9]{1,9})?$"))]
    after: Option<String>,
    /// Only what is about this agent.
    agent_id: Option<AgentId>,
    /// Only these types of events, separated by commas.
    types: Option<String>,
    /// How long a read as JSON waits for something to happen, in seconds.
    #[schemars(range(max = 86_400))]
    wait_seconds: Option<u64>,
}

/// What one reader is told.
struct Wanted {
    filter: Filter,
    /// Whether the reader may see drafts: agents may not, nor who may not read schedules.
    sees_drafts: bool,
}

impl Wanted {
    fn new(filter: Filter, call: &Call) -> Self {
        let Caller { actor, .. } = &call.caller;
        let sees_drafts = actor.agent.is_none() && call.caller.may("wfm:schedule:read").is_ok();
        Self { filter, sees_drafts }
    }

    fn wants(&self, event: &FeedEvent) -> bool {
        (self.sees_drafts || !event.is_of_draft()) && self.filter.wants(event)
    }
}

impl Filter {
    fn wants(&self, event: &FeedEvent) -> bool {
        let kind = event.kind();
        let of_type = |types: &String| types.split(',').any(|wanted| wanted.trim() == kind);
        self.types.as_ref().is_none_or(of_type)
            && self.agent_id.as_ref().is_none_or(|agent| event.is_about(agent))
    }
}

/// Where a reader starts: after its cursor, or at the head.
fn start(desk: &Desk, headers: &HeaderMap, filter: &Filter) -> Result<Cursor, ApiError> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let text = last.map(str::to_owned).or_else(|| filter.after.clone());
    match text {
        None => Ok(Cursor { revision: desk.head().revision(), index: u32::MAX }),
        Some(text) => {
            text.parse().map_err(|error: String| ApiError::bad_input("after", &text, &error))
        }
    }
}

pub(crate) async fn feed(
    State(app): State<App>,
    call: Call,
    headers: HeaderMap,
    Params(filter): Params<Filter>,
) -> Result<Response, ApiError> {
    let desk = app.desk(&call, &filter.business_unit_id).await?;
    let cursor = start(&desk, &headers, &filter)?;
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let streams = accepts.is_some_and(|accepts| accepts.contains("text/event-stream"));
    let first = after(&desk, cursor).await.map_err(|error| gone(&desk, error))?;
    if streams {
        return Ok(streamed(app, desk, Wanted::new(filter, &call), cursor, first));
    }
    let first = if first.is_empty() {
        let wait = Duration::from_secs(filter.wait_seconds.unwrap_or(0)).min(limits::POLL_WAIT);
        let next = Revision(cursor.revision.0.saturating_add(1));
        tokio::select! {
            _ = desk.reached(next, wait) => {}
            () = app.closed() => {}
        }
        after(&desk, cursor).await.map_err(|error| gone(&desk, error))?
    } else {
        first
    };
    let (unit, wanted) = (&desk.key().unit, Wanted::new(filter, &call));
    let mut entities = Vec::new();
    let mut next = cursor;
    for told in &first {
        entities.extend(views(unit, &wanted, cursor, told));
        next = Cursor { revision: told.revision, index: u32::MAX };
    }
    let revision = desk.head().revision();
    let next_cursor = next.revision.to_string();
    Ok(json(revision, &EventsView { entities, next_cursor, revision }))
}

fn gone(desk: &Desk, error: DeskError) -> ApiError {
    match error {
        DeskError::BaseExpired(_) => {
            let unit = &desk.key().unit;
            ApiError::feed_gone(&format!("/api/v2/wfm/schedules?businessUnitId={unit}"))
        }
        other => other.into(),
    }
}

fn views<'a>(
    unit: &'a UnitId,
    wanted: &'a Wanted,
    cursor: Cursor,
    told: &'a Told,
) -> impl Iterator<Item = EventView<'a>> {
    let places = told.events.iter().zip(0_u32..);
    let after =
        places.filter(move |(_, index)| Cursor { revision: told.revision, index: *index } > cursor);
    after.filter(|(event, _)| wanted.wants(event)).map(move |(event, index)| EventView {
        id: Cursor { revision: told.revision, index }.to_string(),
        kind: event.kind(),
        business_unit_id: unit,
        revision: told.revision,
        at: At(told.at),
        agent_id: event.agent(),
        data: EventData::new(unit, event),
    })
}

/// What a stream still has to send, and how it goes on.
struct Reader {
    app: App,
    desk: Desk,
    wanted: Wanted,
    cursor: Cursor,
    told: Vec<Told>,
    ready: std::collections::VecDeque<Sse>,
}

fn streamed(app: App, desk: Desk, wanted: Wanted, cursor: Cursor, told: Vec<Told>) -> Response {
    let ready = std::collections::VecDeque::new();
    let reader = Reader { app, desk, wanted, cursor, told, ready };
    let events = stream::unfold(reader, |mut reader| async move {
        let event = reader.next().await?;
        Some((Ok::<_, Infallible>(event), reader))
    });
    let alive = KeepAlive::new().interval(limits::BOOKMARK).text("bookmark");
    Stream::new(events).keep_alive(alive).into_response()
}

impl Reader {
    /// The next event; waits for it. `None` ends the stream: the client resumes by its cursor.
    async fn next(&mut self) -> Option<Sse> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.told.is_empty() {
                let mut changes = self.desk.changes();
                let seen = self.cursor.revision;
                tokio::select! {
                    changed = changes.wait_for(|head| *head > seen) => drop(changed.ok()?),
                    () = self.app.closed() => return None,
                }
                self.told = after(&self.desk, self.cursor).await.ok()?;
                let (now, metrics) = (self.app.clock().now(), self.app.units().metrics());
                for told in &self.told {
                    let lag = u64::try_from(now.ms() - told.at.ms()).unwrap_or(0);
                    metrics.feed_lag(Duration::from_millis(lag));
                }
            }
            for told in std::mem::take(&mut self.told) {
                let unit = &self.desk.key().unit;
                let views = views(unit, &self.wanted, self.cursor, &told);
                self.ready.extend(views.filter_map(|view| {
                    let sse = Sse::default().id(view.id.clone()).event(view.kind);
                    sse.json_data(&view).ok()
                }));
                self.cursor = Cursor { revision: told.revision, index: u32::MAX };
            }
        }
    }
}
