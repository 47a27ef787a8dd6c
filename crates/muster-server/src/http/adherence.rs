//! Real time over HTTP: states and sessions in, adherence out. Schedules are only read here, from
//! the head; nothing here is on a command's way.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use muster_api::adherence::{AdherenceEventsIn, AdherenceView, SessionIn, SessionView};
use muster_api::agent_view::SegmentView;
use muster_api::list::ListView;
use muster_api::parse;
use muster_api::time::At;
use muster_core::activity::Category;
use muster_core::effective::effective_at;
use muster_core::id::{AgentId, UnitId};
use muster_core::roster::AgentRecord;
use muster_core::{Instant, Revision, Roster, Zone};
use muster_ledger::SubjectKind;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::error::ApiError;
use crate::http::query::{Params, Path, id};
use crate::http::{App, Call, Page, created, json as answer, listed};
use crate::limits;
use crate::realtime::{AgentState, Session};

pub(crate) async fn report(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let input: AdherenceEventsIn = parse(&body)?;
    if input.events.len() > limits::STATE_EVENTS {
        let problem = format!("events are more than {}", limits::STATE_EVENTS);
        return Err(ApiError::bad_input("/events", &input.events.len().to_string(), &problem));
    }
    let zone = Zone::utc();
    let mut states = Vec::with_capacity(input.events.len());
    for (n, event) in input.events.into_iter().enumerate() {
        let at = event.at(&zone, &format!("/events/{n}"))?;
        let session = event.session_id.map(|session| session.0.to_string());
        let state = AgentState { at, state: event.state.0.to_string(), session };
        states.push((event.agent_id, state));
    }
    let accepted = states.len();
    for (agent, state) in states {
        app.realtime().report(&call.caller.organization, agent, state);
    }
    Ok((StatusCode::ACCEPTED, axum::Json(json!({ "accepted": accepted }))).into_response())
}

/// An agent of the caller's organization, and the revision it is known at.
async fn known(app: &App, call: &Call, agent: &AgentId) -> Result<Revision, ApiError> {
    let desk = app.desk_with(call, SubjectKind::Agent, agent).await?;
    Ok(desk.head().revision())
}

fn session_view<'a>(agent: &'a AgentId, id: &'a str, session: &'a Session) -> SessionView<'a> {
    let kind = Some(session.kind.as_str()).filter(|kind| !kind.is_empty());
    SessionView { session_id: id, agent_id: agent, kind, opened_at: At(session.opened_at) }
}

pub(crate) async fn open_session(
    State(app): State<App>,
    Path(agent): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let agent: AgentId = id(&agent)?;
    let revision = known(&app, &call, &agent).await?;
    let input: SessionIn = if body.is_empty() { parse(b"{}")? } else { parse(&body)? };
    let own = input.session_id.map_or_else(|| app.clock().id(), |own| own.to_string());
    let kind = input.kind.map(|kind| kind.0.to_string()).unwrap_or_default();
    let session = Session { kind, opened_at: app.clock().now() };
    let organization = &call.caller.organization;
    let opened = app.realtime().open(organization, agent.clone(), own.clone(), session.clone());
    let open = opened.map_err(|full| ApiError::bad_input("/sessionId", &own, &full.to_string()))?;
    let view = session_view(&agent, &own, open.as_ref().unwrap_or(&session));
    Ok(created(open.is_none(), revision, &view))
}

pub(crate) async fn sessions(
    State(app): State<App>,
    Path(agent): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let agent: AgentId = id(&agent)?;
    let revision = known(&app, &call, &agent).await?;
    let sessions = app.realtime().sessions(&call.caller.organization, &agent);
    let views = sessions.iter().map(|(own, session)| session_view(&agent, own, session));
    Ok(listed(revision, &ListView::whole(views.collect(), revision)))
}

pub(crate) async fn close_session(
    State(app): State<App>,
    Path((agent, session)): Path<(String, String)>,
    call: Call,
) -> Result<Response, ApiError> {
    let agent: AgentId = id(&agent)?;
    known(&app, &call, &agent).await?;
    if app.realtime().close(&call.caller.organization, &agent, &session) {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(ApiError::unknown("session", &session))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    /// The unit.
    business_unit_id: UnitId,
    /// Only what is about this agent.
    agent_id: Option<AgentId>,
    /// Most entities on the page.
    #[schemars(range(min = 1, max = limits::PAGE_SIZE))]
    page_size: Option<usize>,
    /// The `nextCursor` of the page before this one.
    cursor: Option<String>,
}

pub(crate) async fn show(
    State(app): State<App>,
    call: Call,
    Params(filter): Params<Filter>,
) -> Result<Response, ApiError> {
    let desk = app.desk(&call, &filter.business_unit_id).await?;
    let page = Page::new(filter.page_size, filter.cursor).open(&desk, &call, app.clock()).await?;
    let roster = &page.roster;
    let wanted = |record: &&AgentRecord| {
        filter.agent_id.as_ref().is_none_or(|agent| record.agent.id == *agent)
    };
    let agents = roster.agents().filter(wanted);
    let (agents, next_cursor) = page.take(agents, |record| record.agent.id.as_str());
    let now = app.clock().now();
    let organization = &call.caller.organization;
    let presence: Vec<_> = agents
        .iter()
        .map(|record| {
            let agent = &record.agent.id;
            let realtime = app.realtime();
            (agent, realtime.latest(organization, agent), realtime.sessions(organization, agent))
        })
        .collect();
    let entities: Vec<_> = presence
        .iter()
        .map(|(agent, state, open)| adherence(roster, agent, state.as_ref(), open, now))
        .collect();
    let revision = roster.revision();
    Ok(answer(revision, &ListView { entities, next_cursor, revision }))
}

fn adherence<'a>(
    roster: &Roster,
    agent: &'a AgentId,
    state: Option<&'a AgentState>,
    sessions: &'a [(String, Session)],
    now: Instant,
) -> AdherenceView<'a> {
    let scheduled = effective_at(roster, agent, now).map(|s| SegmentView::of(roster, s));
    let in_adherence = state.and_then(|state| {
        let shown = category_of(roster, &state.state)?;
        Some(shown == scheduled.as_ref().map(|segment| segment.category))
    });
    AdherenceView {
        agent_id: agent,
        in_adherence,
        scheduled,
        state: state.map(|state| state.state.as_str()),
        state_since: state.map(|state| At(state.at)),
        sessions: sessions.iter().map(|(own, s)| session_view(agent, own, s)).collect(),
        schedule_revision: roster.revision(),
    }
}

/// What a reported state means: the category of an activity, or (inner `None`) being away.
/// States are named after categories, activity codes, or as routing engines call them; what
/// nobody knows says nothing about adherence.
fn category_of(roster: &Roster, state: &str) -> Option<Option<Category>> {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
    };
    let state = plain(state);
    let code = roster
        .codes()
        .into_iter()
        .find(|code| plain(code.id.as_str()) == state || plain(&code.name) == state);
    if let Some(code) = code {
        return Some(Some(code.category));
    }
    match state.as_str() {
        "available" | "onqueue" | "interacting" | "idle" | "communicating" => {
            Some(Some(Category::OnQueueWork))
        }
        "lunch" => Some(Some(Category::Meal)),
        "offline" | "loggedout" | "away" => Some(None),
        _ => None,
    }
}
