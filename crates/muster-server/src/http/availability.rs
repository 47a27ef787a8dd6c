//! What agents say of when they can, or would like to, work.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use muster_api::availability::{AvailabilityIn, AvailabilityView};
use muster_api::list::ListView;
use muster_api::parse;
use muster_core::Roster;
use muster_core::availability::{Availability, Says};
use muster_core::command::Action;
use muster_core::decide::Outcome;
use muster_core::id::{AgentId, AvailabilityId, UnitId};
use muster_core::roster::Known;
use muster_ledger::SubjectKind;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::Desk;
use crate::error::ApiError;
use crate::http::query::{Params, Path, id};
use crate::http::{App, Call, Page, created, document, listed, told, withdrawn};
use crate::limits;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    /// Only what is about this agent.
    agent_id: Option<AgentId>,
    /// Only what says this.
    says: Option<Says>,
    /// Most entities on the page.
    #[schemars(range(min = 1, max = limits::PAGE_SIZE))]
    page_size: Option<usize>,
    /// The `nextCursor` of the page before this one.
    cursor: Option<String>,
}

/// What everybody in a unit says, by agent and id.
pub(crate) async fn list(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
    Params(filter): Params<Filter>,
) -> Result<Response, ApiError> {
    let unit: UnitId = id(&unit)?;
    let desk = app.desk(&call, &unit).await?;
    let page = Page::new(filter.page_size, filter.cursor).open(&desk, &call, app.clock()).await?;
    let is_meant = |said: &&Known<Availability>| {
        filter.agent_id.as_ref().is_none_or(|agent| *agent == said.value.agent)
            && filter.says.is_none_or(|says| says == said.value.says)
    };
    let roster = &page.roster;
    let agents = roster.agents().map(|record| &record.agent.id);
    let all = agents.flat_map(|agent| roster.availability_of(agent)).filter(is_meant);
    // A space sorts before whatever ids are made of.
    let keyed = all.map(|said| (format!("{} {}", said.value.agent, said.value.id), said));
    let (said, next_cursor) = page.take(keyed, |(key, _)| key);
    let entities: Vec<_> = said.iter().map(|(_, said)| AvailabilityView::from(*said)).collect();
    let revision = roster.revision();
    Ok(listed(revision, &ListView { entities, next_cursor, revision }))
}

/// What one agent says, by id.
pub(crate) async fn list_own(
    State(app): State<App>,
    Path(agent): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let agent: AgentId = id(&agent)?;
    let roster = desk_of(&app, &call, &agent).await?.head();
    let said = roster.availability_of(&agent).map(AvailabilityView::from).collect();
    Ok(listed(roster.revision(), &ListView::whole(said, roster.revision())))
}

async fn desk_of(app: &App, call: &Call, agent: &AgentId) -> Result<Desk, ApiError> {
    app.desk_with(call, SubjectKind::Agent, agent).await
}

fn known<'a>(
    roster: &'a Roster,
    agent: &AgentId,
    own: &AvailabilityId,
) -> Result<&'a Known<Availability>, ApiError> {
    roster.availability(agent, own).ok_or_else(|| ApiError::unknown("availability", own))
}

pub(crate) async fn show(
    State(app): State<App>,
    Path((agent, own)): Path<(String, String)>,
    call: Call,
) -> Result<Response, ApiError> {
    let (agent, own) = (id(&agent)?, id(&own)?);
    let roster = desk_of(&app, &call, &agent).await?.head();
    let said = known(&roster, &agent, &own)?;
    Ok(document(&call, roster.revision(), said.origin.revision, &AvailabilityView::from(said)))
}

pub(crate) async fn put(
    State(app): State<App>,
    Path((agent, own)): Path<(String, String)>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (agent, own): (AgentId, AvailabilityId) = (id(&agent)?, id(&own)?);
    let desk = desk_of(&app, &call, &agent).await?;
    let head = desk.head();
    let record = head.agent(&agent).ok_or_else(|| ApiError::unknown("agent", &agent))?;
    let input: AvailabilityIn = parse(&body)?;
    let said = input.availability(agent.clone(), own.clone(), &record.agent.zone)?;
    let answer = app.ask(&desk, &call, Action::PutAvailability(said)).await?;
    let is_new = answer.before.availability(&agent, &own).is_none();
    let mut view = AvailabilityView::from(known(&answer.after, &agent, &own)?);
    if let Ok(Outcome::Availability { findings }) = &answer.result {
        view = view.with_findings(told::findings(findings));
    }
    Ok(created(is_new, answer.revision, &view))
}

pub(crate) async fn withdraw(
    State(app): State<App>,
    Path((agent, own)): Path<(String, String)>,
    call: Call,
) -> Result<Response, ApiError> {
    let (agent, id): (AgentId, AvailabilityId) = (id(&agent)?, id(&own)?);
    let desk = desk_of(&app, &call, &agent).await?;
    let answer = app.ask(&desk, &call, Action::WithdrawAvailability { agent, id }).await?;
    Ok(withdrawn(answer.revision))
}
