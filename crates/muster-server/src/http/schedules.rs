//! Schedules: live weeks and drafts of them.

mod document;
mod publish;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use muster_api::agent_view::AgentScheduleAnswer;
use muster_api::list::ListView;
use muster_api::parse;
use muster_api::schedule::{
    AgentScheduleIn, ChangeSetIn, DraftedView, Head, ScheduleHeadView, ScheduleIn, ScheduleNewIn,
    ScheduleStatus, StartFrom, StatusIn,
};
use muster_api::time::Bound;
use muster_core::command::Action;
use muster_core::decide::Outcome;
use muster_core::diff::{self, drafted};
use muster_core::draft::Edits;
use muster_core::id::{AgentId, ManagementUnitId, ScheduleId, UnitId};
use muster_core::{Revision, Roster};
use muster_ledger::SubjectKind;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::Desk;
use crate::error::ApiError;
use crate::http::query::{During, Params, Path, id, week_of};
use crate::http::schedules::document::{Which, which};
use crate::http::{App, Call, Page, created, document as tagged, listed, stale, told, withdrawn};
use crate::limits;

pub(crate) use publish::{publish, rebase, revert, status, validate};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    /// The unit.
    business_unit_id: UnitId,
    /// Only this week, by its first day.
    week_date: Option<Date>,
    /// Only what stands there.
    status: Option<StatusIn>,
    /// Most entities on the page.
    #[schemars(range(min = 1, max = limits::PAGE_SIZE))]
    page_size: Option<usize>,
    /// The `nextCursor` of the page before this one.
    cursor: Option<String>,
}

pub(crate) async fn list(
    State(app): State<App>,
    call: Call,
    Params(filter): Params<Filter>,
) -> Result<Response, ApiError> {
    let unit = &filter.business_unit_id;
    let desk = app.desk(&call, unit).await?;
    let page = Page::new(filter.page_size, filter.cursor).open(&desk, &call, app.clock()).await?;
    if let Some((unit, week)) = page.roster.unit().zip(filter.week_date) {
        week_of(unit, week)?;
    }
    let live = page.roster.weeks().map(|week| Head::live(unit, week));
    let drafts = page.roster.drafts().map(|draft| Head::draft(unit, draft));
    let status = |head: &ScheduleHeadView<'_>| match head.status {
        ScheduleStatus::Draft => StatusIn::Draft,
        ScheduleStatus::Published => StatusIn::Published,
        ScheduleStatus::Closed => StatusIn::Closed,
    };
    let wanted = |head: &ScheduleHeadView<'_>| {
        filter.week_date.is_none_or(|week| head.week_date == week)
            && filter.status.is_none_or(|wanted| status(head) == wanted)
    };
    let mut heads: Vec<_> = live.chain(drafts).filter(wanted).collect();
    heads.sort_by(|a, b| a.id.cmp(b.id));
    let (entities, next_cursor) = page.take(heads.into_iter(), |head| head.id.as_str());
    let revision = page.roster.revision();
    Ok(listed(revision, &ListView { entities, next_cursor, revision }))
}

/// The desk of a schedule.
async fn desk_of(app: &App, call: &Call, schedule: &ScheduleId) -> Result<Desk, ApiError> {
    app.desk_with(call, SubjectKind::Schedule, schedule).await
}

pub(crate) async fn create(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let input: ScheduleNewIn = parse(&body)?;
    let desk = app.desk(&call, &input.business_unit_id).await?;
    let schedule: ScheduleId = input.id.clone().unwrap_or_else(|| app.mint(&call));
    if input.publish {
        call.caller.may("wfm:schedule:publish")?;
        return publish::document(&app, &call, &desk, schedule, input).await;
    }
    let (base, edits) = wished(&app, &call, &desk, &input).await?;
    let action = Action::CreateDraft {
        id: schedule.clone(),
        week: input.week_date,
        name: input.name(),
        base: Some(base),
        edits,
    };
    let answer = app.ask(&desk, &call, action).await?;
    let is_new = answer.before.draft(&schedule).is_none();
    let missing = || ApiError::unknown("schedule", &schedule);
    let draft = answer.after.draft(&schedule).ok_or_else(missing)?;
    let head = Head::draft(&desk.key().unit, draft);
    let clock_changes = told::drafted_clocks(&answer, draft);
    Ok(created(is_new, answer.revision, &DraftedView { head, clock_changes }))
}

/// What a new schedule wants, and the revision that its wishes start from.
async fn wished(
    app: &App,
    call: &Call,
    desk: &Desk,
    input: &ScheduleNewIn,
) -> Result<(Revision, Edits), ApiError> {
    let ground = crate::http::base(desk, input.base_revision).await?;
    let mut mint = || app.mint(call);
    if let Some(weeks) = &input.agent_schedules {
        let docs = AgentScheduleIn::docs(weeks.clone(), &ground)?;
        let edits = diff::week(&ground, input.week_date, &docs, &mut mint)?;
        return Ok((ground.revision(), edits));
    }
    if let Some(members) = &input.edits {
        let edits = ChangeSetIn::edits(members.clone(), &ground, &mut mint)?;
        return Ok((ground.revision(), edits));
    }
    if let Some(StartFrom::Schedule(other)) = &input.from {
        match which(&ground, other)? {
            Which::Draft(draft) => return Ok((draft.base, draft.edits())),
            // A draft shows what is live where it wants nothing else.
            Which::Live(_) => {}
        }
    }
    Ok((ground.revision(), Edits::default()))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Part {
    /// Only what is about this agent.
    agent_id: Option<AgentId>,
    /// Only agents of this management unit.
    management_unit_id: Option<ManagementUnitId>,
    /// Most entities on the page.
    #[schemars(range(min = 1, max = limits::PAGE_SIZE))]
    page_size: Option<usize>,
    /// The `nextCursor` of the page before this one.
    cursor: Option<String>,
}

pub(crate) async fn show(
    State(app): State<App>,
    Path(schedule): Path<String>,
    call: Call,
    Params(part): Params<Part>,
) -> Result<Response, ApiError> {
    let schedule: ScheduleId = id(&schedule)?;
    let desk = desk_of(&app, &call, &schedule).await?;
    let page = Page::new(part.page_size, part.cursor.clone());
    let page = page.open(&desk, &call, app.clock()).await?;
    let which = which(&page.roster, &schedule)?;
    let ground = ground(&desk, &page.roster, &which).await?;
    let view = document::page(&desk.key().unit, &page, &which, &ground, &part);
    let version = document::version(&which, &ground, &part);
    Ok(tagged(&call, page.roster.revision(), version, &view))
}

/// The roster that a schedule shows: the live one, or a draft's base with the draft on it.
async fn ground(desk: &Desk, roster: &Roster, which: &Which<'_>) -> Result<Roster, ApiError> {
    match which {
        Which::Live(_) => Ok(roster.clone()),
        Which::Draft(draft) => Ok(drafted(&desk.at(draft.base).await?, draft)),
    }
}

pub(crate) async fn put(
    State(app): State<App>,
    Path(schedule): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let schedule: ScheduleId = id(&schedule)?;
    let input: ScheduleIn = parse(&body)?;
    let desk = desk_of(&app, &call, &schedule).await?;
    let token = input.schedule_version.or(call.if_match);
    let token = token.ok_or_else(|| no_token(&desk.head(), &schedule))?;
    let read = desk.at(token).await?;
    let which = which(&read, &schedule)?;
    let ground = ground(&desk, &read, &which).await?;
    let mut terms = input.terms()?;
    let week = which.week();
    let docs = AgentScheduleIn::docs(input.agent_schedules, &ground)?;
    let agents: Vec<AgentId> = docs.iter().map(|doc| doc.agent.clone()).collect();
    let edits = diff::week(&ground, week, &docs, &mut || app.mint(&call))?;
    if let Which::Live(_) = which {
        let actor = &call.caller.actor;
        terms.suspects = stale::suspects(&app, &desk, actor, &ground, &edits).await;
    }
    let action = which.edited(edits, terms);
    let answer = app.ask(&desk, &call.of_weeks(week, &agents), action).await?;
    document::edited(&desk, &schedule, &answer, Some(&agents), Some(token)).await
}

fn no_token(head: &Roster, schedule: &ScheduleId) -> ApiError {
    let version = which(head, schedule).map(|which| which.version()).unwrap_or_default();
    ApiError::needs_token(version)
}

pub(crate) async fn change(
    State(app): State<App>,
    Path(schedule): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let schedule: ScheduleId = id(&schedule)?;
    let input: ChangeSetIn = parse(&body)?;
    let desk = desk_of(&app, &call, &schedule).await?;
    let token = input.base_version.or(call.if_match);
    let read = crate::http::base(&desk, token).await?;
    let which = which(&read, &schedule)?;
    let ground = ground(&desk, &read, &which).await?;
    let terms = input.terms()?;
    let edits = ChangeSetIn::edits(input.edits, &ground, &mut || app.mint(&call))?;
    let agents: Vec<AgentId> = spoken_of(&edits);
    let call = call.of_weeks(which.week(), &agents);
    let action = which.edited(edits, terms);
    let answer = app.ask(&desk, &call, action).await?;
    document::edited(&desk, &schedule, &answer, Some(&agents), token).await
}

/// The agents that edits speak of, sorted.
pub(crate) fn spoken_of(edits: &Edits) -> Vec<AgentId> {
    let bodies = edits.shifts.iter().flat_map(|edit| edit.base.iter().chain(&edit.draft));
    let own = edits.commitments.iter().map(|edit| &edit.agent);
    let mut agents: Vec<AgentId> = bodies.map(|body| &body.owner).chain(own).cloned().collect();
    agents.sort();
    agents.dedup();
    agents
}

pub(crate) async fn delete(
    State(app): State<App>,
    Path(schedule): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let schedule: ScheduleId = id(&schedule)?;
    let desk = desk_of(&app, &call, &schedule).await?;
    if desk.head().week_by_id(&schedule).is_some() {
        let problem = "is the live week: only drafts can be deleted";
        return Err(ApiError::bad_input("id", schedule.as_str(), problem));
    }
    let answer = app.ask(&desk, &call, Action::DeleteDraft(schedule)).await?;
    debug_assert_eq!(answer.result, Ok(Outcome::Done));
    Ok(withdrawn(answer.revision))
}

/// Stretches of one agent's time that a query may ask for, in days.
const MOST_DAYS: i64 = 400;

/// When, and in which unit: who moved still has shifts where they were published.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OfAgent {
    /// The unit that the agent is in now, when absent.
    business_unit_id: Option<UnitId>,
    /// From this civil day or instant on.
    #[schemars(with = "Option<Bound>")]
    from: Option<String>,
    /// Before this civil day or instant.
    #[schemars(with = "Option<Bound>")]
    to: Option<String>,
}

pub(crate) async fn agent_view(
    State(app): State<App>,
    Path(agent): Path<String>,
    call: Call,
    Params(asked): Params<OfAgent>,
) -> Result<Response, ApiError> {
    let agent: AgentId = id(&agent)?;
    let OfAgent { business_unit_id, from, to } = asked;
    let desk = match &business_unit_id {
        Some(unit) => app.desk(&call, unit).await?,
        None => app.desk_with(&call, SubjectKind::Agent, &agent).await?,
    };
    let roster = call.roster(&desk).await?;
    let during = During { from, to }.interval(&app, &roster, MOST_DAYS)?;
    let view = AgentScheduleAnswer::new(&roster, &agent, during);
    let view = view.ok_or_else(|| ApiError::unknown("agent", &agent))?;
    Ok(tagged(&call, roster.revision(), view.schedule_version, &view))
}
