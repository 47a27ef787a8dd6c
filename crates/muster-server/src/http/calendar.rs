//! Agents' calendars: the secret link to one, and what it leads to.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use muster_api::calendar::{CalendarIn, CalendarView, feed};
use muster_api::time::At;
use muster_api::{etag, parse_or_default};
use muster_core::id::AgentId;
use muster_ledger::{CalendarLink, Hash, SubjectKind};
use sha2::{Digest, Sha256};

use crate::error::ApiError;
use crate::http::query::{Path, id};
use crate::http::reply::has_tag;
use crate::http::{App, Call, created, json, withdrawn};

/// How a link ends, so that programs know by its name what it leads to.
const ENDING: &str = ".ics";

/// What a link's secret is, and what is stored of it. 256 random bits need no slow hash.
fn secret(bytes: [u8; 32]) -> (String, Hash) {
    (URL_SAFE_NO_PAD.encode(bytes), Sha256::digest(bytes).into())
}

/// The hash of a secret that a path names, if it may be one of ours.
fn known(file: &str) -> Option<Hash> {
    let bytes = URL_SAFE_NO_PAD.decode(file.strip_suffix(ENDING)?).ok()?;
    let bytes: [u8; 32] = bytes.try_into().ok()?;
    Some(Sha256::digest(bytes).into())
}

pub(crate) async fn make(
    State(app): State<App>,
    Path(agent): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let agent: AgentId = id(&agent)?;
    let CalendarIn { rotate } = parse_or_default(&body)?;
    let desk = app.desk_with(&call, SubjectKind::Agent, &agent).await?;
    let (secret, token_hash) = secret(rand::random());
    let link = CalendarLink {
        organization: call.caller.organization.clone(),
        agent,
        token_hash,
        created_at: app.clock().now(),
        revoked_at: None,
    };
    let stands = app.units().ledger().put_calendar(link, rotate).await?;
    let is_new = stands.token_hash == token_hash;
    let path = is_new.then(|| format!("/calendar/{secret}{ENDING}"));
    let mut response = created(is_new, desk.head().revision(), &view(&stands, path));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn view(link: &CalendarLink, path: Option<String>) -> CalendarView<'_> {
    CalendarView { agent_id: &link.agent, created_at: At(link.created_at), path }
}

pub(crate) async fn show(
    State(app): State<App>,
    Path(agent): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let agent: AgentId = id(&agent)?;
    let desk = app.desk_with(&call, SubjectKind::Agent, &agent).await?;
    let link = app.units().ledger().calendar_of(&call.caller.organization, &agent).await?;
    let link = link.filter(|link| link.revoked_at.is_none());
    let link = link.ok_or_else(|| ApiError::unknown("calendar of agent", &agent))?;
    Ok(json(desk.head().revision(), &view(&link, None)))
}

pub(crate) async fn revoke(
    State(app): State<App>,
    Path(agent): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let agent: AgentId = id(&agent)?;
    let desk = app.desk_with(&call, SubjectKind::Agent, &agent).await?;
    let (ledger, organization) = (app.units().ledger(), &call.caller.organization);
    ledger.revoke_calendar(organization, &agent, app.clock().now()).await?;
    Ok(withdrawn(desk.head().revision()))
}

/// What a link leads to. Whoever has it may read; of links that lead nowhere nothing is told, not
/// even whether they once did.
pub(crate) async fn read(
    State(app): State<App>,
    file: Result<Path<String>, ApiError>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path(file) = file.map_err(|_| ApiError::no_route())?;
    let text = shown(&app, &file).await?.ok_or_else(ApiError::no_route)?;
    let tag = etag::of_bytes(text.as_bytes());
    let has_it = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let (status, body) = match has_it.is_some_and(|known| has_tag(known, &tag)) {
        true => (StatusCode::NOT_MODIFIED, Body::empty()),
        false => (StatusCode::OK, Body::from(text)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let calendar = HeaderValue::from_static("text/calendar; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, calendar);
    // Nobody but the reader keeps it, and not without asking whether it is still the same.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

async fn shown(app: &App, file: &str) -> Result<Option<String>, ApiError> {
    let Some(token_hash) = known(file) else { return Ok(None) };
    let link = app.units().ledger().find_calendar(&token_hash).await?;
    let Some(link) = link.filter(|link| link.revoked_at.is_none()) else { return Ok(None) };
    let CalendarLink { organization, agent, .. } = &link;
    let desk = app.units().desk_with(organization, SubjectKind::Agent, agent.as_str()).await?;
    let head = desk.map(|desk| desk.head());
    Ok(head.and_then(|head| feed(&head, organization, agent, app.clock().now())))
}
