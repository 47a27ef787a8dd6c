//! Agents. What they are called is kept beside the ledger.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use muster_api::agent::{AgentIn, AgentView, AgentsIn, Profile};
use muster_api::list::ListView;
use muster_api::parse;
use muster_core::agent::Agent;
use muster_core::command::Action;
use muster_core::decide::decide;
use muster_core::id::{AgentId, ManagementUnitId, OrganizationId, UnitId};
use muster_core::roster::AgentRecord;
use muster_core::{Roster, limits};
use muster_ledger::SubjectKind;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::{Answer, Desk};
use crate::error::ApiError;
use crate::http::query::{Params, Path, id};
use crate::http::{App, Call, Page, created, document, listed};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    /// The unit.
    business_unit_id: UnitId,
    /// Only agents of this management unit.
    management_unit_id: Option<ManagementUnitId>,
    /// Most entities on the page.
    #[schemars(range(min = 1, max = crate::limits::PAGE_SIZE))]
    page_size: Option<usize>,
    /// The `nextCursor` of the page before this one.
    cursor: Option<String>,
}

type Names = BTreeMap<AgentId, (String, Option<String>)>;

async fn names<'a>(
    app: &App,
    organization: &OrganizationId,
    agents: impl Iterator<Item = &'a AgentId>,
) -> Result<Names, ApiError> {
    let agents: Vec<AgentId> = agents.cloned().collect();
    let profiles = app.units().ledger().profiles(organization, &agents).await?;
    Ok(profiles.into_iter().map(|p| (p.agent, (p.name, p.email))).collect())
}

fn view<'a>(unit: &'a UnitId, record: &'a AgentRecord, names: &'a Names) -> AgentView<'a> {
    let known = names.get(&record.agent.id);
    let name = known.map(|(name, _)| name.as_str()).filter(|name| !name.is_empty());
    let email = known.and_then(|(_, email)| email.as_deref());
    AgentView::new(unit, record, name, email)
}

pub(crate) async fn list(
    State(app): State<App>,
    call: Call,
    Params(filter): Params<Filter>,
) -> Result<Response, ApiError> {
    let desk = app.desk(&call, &filter.business_unit_id).await?;
    let page = Page::new(filter.page_size, filter.cursor).open(&desk, &call, app.clock()).await?;
    let wanted = |record: &&AgentRecord| {
        let own = record.agent.management_unit.as_ref();
        filter.management_unit_id.as_ref().is_none_or(|unit| own == Some(unit))
    };
    let agents = page.roster.agents().filter(wanted);
    let (agents, next_cursor) = page.take(agents, |record| record.agent.id.as_str());
    let ids = agents.iter().map(|record| &record.agent.id);
    let names = names(&app, &call.caller.organization, ids).await?;
    let revision = page.roster.revision();
    let entities =
        agents.iter().map(|r| view(&filter.business_unit_id, r, &names)).collect::<Vec<_>>();
    Ok(listed(revision, &ListView { entities, next_cursor, revision }))
}

pub(crate) async fn show(
    State(app): State<App>,
    Path(agent): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let agent: AgentId = id(&agent)?;
    let desk = app.desk_with(&call, SubjectKind::Agent, &agent).await?;
    let roster = desk.head();
    let record = roster.agent(&agent).ok_or_else(|| ApiError::unknown("agent", &agent))?;
    let names = names(&app, &call.caller.organization, [&agent].into_iter()).await?;
    let view = view(&desk.key().unit, record, &names);
    Ok(document(&call, roster.revision(), record.origin.revision, &view))
}

pub(crate) async fn put(
    State(app): State<App>,
    Path(agent): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let agent: AgentId = id(&agent)?;
    let input: AgentIn = parse(&body)?;
    let desk = match &input.business_unit_id {
        Some(unit) => app.desk(&call, unit).await?,
        None => app.desk_with(&call, SubjectKind::Agent, &agent).await?,
    };
    leave_other(&app, &call, &agent, &desk, &input).await?;
    let answer = put_all(&app, &call, &desk, vec![(agent.clone(), input, String::new())]).await?;
    let is_new = answer.before.agent(&agent).is_none();
    let missing = || ApiError::unknown("agent", &agent);
    let record = answer.after.agent(&agent).ok_or_else(missing)?;
    let names = names(&app, &call.caller.organization, [&agent].into_iter()).await?;
    Ok(created(is_new, answer.revision, &view(&desk.key().unit, record, &names)))
}

/// Moving is two entries: the agent leaves one unit, and then joins the other; but only one that
/// takes it.
async fn leave_other(
    app: &App,
    call: &Call,
    agent: &AgentId,
    desk: &Desk,
    input: &AgentIn,
) -> Result<(), ApiError> {
    let organization = &call.caller.organization;
    let known = app.units().desk_with(organization, SubjectKind::Agent, agent.as_str()).await?;
    let Some(other) = known.filter(|other| other.key() != desk.key()) else { return Ok(()) };
    if call.stage.is_some() {
        return Err(ApiError::cross_unit("agent", agent));
    }
    let head = desk.head();
    let unit = head.unit().ok_or_else(|| ApiError::unknown("business unit", &desk.key().unit))?;
    let known = head.agent(agent).map(|record| &record.agent);
    let (joining, _) = input.clone().agent(agent.clone(), unit, known, "")?;
    decide(&head, &call.command(Action::PutAgents(vec![joining])), app.clock().now())?;
    app.ask(&other, call, Action::AgentLeaves(agent.clone())).await?;
    Ok(())
}

/// Agents first, profiles after: a name without an agent would be nobody's.
async fn put_all(
    app: &App,
    call: &Call,
    desk: &Desk,
    inputs: Vec<(AgentId, AgentIn, String)>,
) -> Result<Answer, ApiError> {
    let make = |head: &Roster| Ok(Action::PutAgents(all(desk, head, &inputs)?.0));
    let answer = app.put(desk, call, make).await?;
    let (_, profiles) = all(desk, &answer.before, &inputs)?;
    store(app, &call.caller.organization, profiles).await?;
    Ok(answer)
}

/// The agents that are meant, and who they are, by what is known of them.
fn all(
    desk: &Desk,
    head: &Roster,
    inputs: &[(AgentId, AgentIn, String)],
) -> Result<(Vec<Agent>, Vec<Profile>), ApiError> {
    let unit = head.unit().ok_or_else(|| ApiError::unknown("business unit", &desk.key().unit))?;
    let mut agents = Vec::with_capacity(inputs.len());
    let mut profiles = Vec::with_capacity(inputs.len());
    for (agent, input, pointer) in inputs {
        let known = head.agent(agent).map(|record| &record.agent);
        let (agent, profile) = input.clone().agent(agent.clone(), unit, known, pointer)?;
        agents.push(agent);
        profiles.push(profile);
    }
    Ok((agents, profiles))
}

/// What is absent in a profile stays as it was.
async fn store(
    app: &App,
    organization: &OrganizationId,
    profiles: Vec<Profile>,
) -> Result<(), ApiError> {
    let said: Vec<Profile> =
        profiles.into_iter().filter(|p| p.name.is_some() || p.email.is_some()).collect();
    let known = names(app, organization, said.iter().map(|profile| &profile.agent)).await?;
    let rows = said.into_iter().map(|profile| {
        let (name, email) = known.get(&profile.agent).cloned().unwrap_or_default();
        muster_ledger::Profile {
            name: profile.name.map_or(name, |name| name.to_string()),
            email: profile.email.map_or(email, |email| email.map(|email| email.to_string())),
            agent: profile.agent,
        }
    });
    Ok(app.units().ledger().put_profiles(organization, rows.collect()).await?)
}

pub(crate) async fn bulk(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let AgentsIn { agents } = parse(&body)?;
    if agents.is_empty() || agents.len() > limits::BULK_AGENTS {
        let problem = format!("agents are not within 1..={}", limits::BULK_AGENTS);
        return Err(ApiError::bad_input("/agents", &agents.len().to_string(), &problem));
    }
    let mut inputs = Vec::with_capacity(agents.len());
    let mut unit: Option<UnitId> = None;
    for (n, input) in agents.into_iter().enumerate() {
        let pointer = format!("/agents/{n}");
        let agent = input.id.clone().unwrap_or_else(|| app.mint(&call));
        let own = input.business_unit_id.clone();
        match (&unit, own) {
            (_, None) => return Err(ApiError::missing(&format!("{pointer}/businessUnitId"))),
            (None, own) => unit = own,
            (Some(unit), Some(own)) if *unit == own => {}
            (Some(_), Some(own)) => return Err(ApiError::cross_unit("business unit", &own)),
        }
        inputs.push((agent, input, pointer));
    }
    let unit = unit.ok_or_else(|| ApiError::missing("/agents/0/businessUnitId"))?;
    let ids: Vec<AgentId> = inputs.iter().map(|(agent, ..)| agent.clone()).collect();
    let desk = app.desk(&call, &unit).await?;
    let answer = put_all(&app, &call, &desk, inputs).await?;
    let names = names(&app, &call.caller.organization, ids.iter()).await?;
    let view = views(&answer.after, &unit, &ids, &names);
    Ok(listed(answer.revision, &ListView::whole(view, answer.revision)))
}

fn views<'a>(
    roster: &'a Roster,
    unit: &'a UnitId,
    agents: &[AgentId],
    names: &'a Names,
) -> Vec<AgentView<'a>> {
    let records = agents.iter().filter_map(|agent| roster.agent(agent));
    records.map(|record| view(unit, record, names)).collect()
}
