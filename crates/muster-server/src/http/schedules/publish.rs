//! Publishing: plan, publish, revert, and where open drafts stand.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use muster_api::clock_change::ClockChangesView;
use muster_api::conflict::ConflictView;
use muster_api::list::EvaluatedAt;
use muster_api::parse_or_default;
use muster_api::plan::PlanView;
use muster_api::result::{PublishView, SincePlanView};
use muster_api::schedule::{DraftStatusView, Head, ScheduleNewIn};
use muster_api::terms::{PlanToken, RevertIn, TermsIn};
use muster_core::Revision;
use muster_core::acknowledge::{self, Acknowledgement};
use muster_core::clock_change;
use muster_core::command::{Action, Terms};
use muster_core::conflict::Finding;
use muster_core::decide::{Outcome, Rejection, Thing, plan};
use muster_core::diff;
use muster_core::draft::Draft;
use muster_core::event::Event;
use muster_core::id::{AgentId, ScheduleId};

use crate::desk::{Answer, Desk};
use crate::error::ApiError;
use crate::http::query::{Path, id};
use crate::http::schedules::{desk_of, spoken_of, wished};
use crate::http::{App, Call, json, told};

pub(crate) async fn validate(
    State(app): State<App>,
    Path(schedule): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let schedule: ScheduleId = id(&schedule)?;
    let terms = parse_or_default::<TermsIn>(&body)?.terms()?;
    let desk = desk_of(&app, &call, &schedule).await?;
    let roster = desk.head();
    let now = roster.now(app.clock().now());
    let action = Action::Publish { id: schedule.clone(), terms: terms.clone() };
    let command = call.command(action);
    let planned = plan(&roster, &command.actor, &schedule, &terms, now)?;
    let all = planned.agents.values().flat_map(|agent| agent.findings.iter());
    // What is still to be decided comes first: remedies are looked for up to a limit.
    let is_answered = |f: &Finding| acknowledge::covers(&roster, &terms.acknowledge, f);
    let (answered, open): (Vec<_>, Vec<_>) = all.partition(|finding| is_answered(finding));
    let all = open.into_iter().chain(answered);
    let mut views = told::explained(&roster, &command, all, now);
    let at = EvaluatedAt::new(roster.revision(), now);
    let mut view = PlanView::new(&schedule, &planned, at, |finding| ConflictView {
        acknowledged: is_answered(finding),
        ..views.take(finding)
    });
    let edits = roster.draft(&schedule).map(Draft::edits).unwrap_or_default();
    let clocks = clock_change::of_edits(&roster, &edits, &terms);
    view.clock_changes = ClockChangesView::new(&clocks);
    Ok(json(roster.revision(), &view))
}

pub(crate) async fn publish(
    State(app): State<App>,
    Path(schedule): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let schedule: ScheduleId = id(&schedule)?;
    let input: TermsIn = parse_or_default(&body)?;
    let (plan, mut terms) = (input.plan_token, input.terms()?);
    let desk = desk_of(&app, &call, &schedule).await?;
    if let Some(plan) = plan {
        narrow(&desk, &call, plan, &schedule, &mut terms).await?;
    }
    let action = Action::Publish { id: schedule.clone(), terms };
    let answer = app.ask(&desk, &call, action).await?;
    let since = plan.and_then(|plan| since(plan, &schedule, &answer));
    Ok(published(&answer, since))
}

/// Rules that came with a plan cover what it showed, no larger: the same request is planned again
/// on the state that the plan was made on.
async fn narrow(
    desk: &Desk,
    call: &Call,
    token: PlanToken,
    schedule: &ScheduleId,
    terms: &mut Terms,
) -> Result<(), ApiError> {
    if !terms.acknowledge.iter().any(|one| matches!(one, Acknowledgement::Rule(_))) {
        return Ok(());
    }
    let then = desk.at(token.revision).await?;
    let shown = plan(&then, &call.caller.actor, schedule, terms, token.at).ok();
    acknowledge::narrow(&mut terms.acknowledge, &then, shown.as_ref());
    Ok(())
}

/// What has moved between a plan and the state that the publish was decided on.
fn since(plan: PlanToken, schedule: &ScheduleId, answer: &Answer) -> Option<SincePlanView> {
    let Ok(Outcome::Published(done)) = &answer.result else { return None };
    let draft = answer.before.draft(schedule)?;
    let held = done.held.iter().flat_map(|held| &held.agents);
    let all: BTreeSet<&AgentId> = done.published.iter().chain(held).collect();
    let has_moved =
        |agent: &&AgentId| answer.before.agent_week_version(agent, draft.week) > plan.revision;
    Some(SincePlanView {
        revision: plan.revision,
        draft_changed: draft.origin.revision > plan.draft_version,
        drifted: all.into_iter().filter(has_moved).cloned().collect(),
    })
}

/// The answer to whatever went live.
fn published(answer: &Answer, since: Option<SincePlanView>) -> Response {
    let (Ok(Outcome::Published(done)) | Ok(Outcome::Edited(done))) = &answer.result else {
        return json(answer.revision, &());
    };
    let live = done.weeks.first().and_then(|week| answer.after.week(*week));
    let live = live.map(|week| week.id.clone()).or_else(|| done.draft.clone());
    let live = live.unwrap_or_else(|| ScheduleId::parse("none").expect("it is an id"));
    let at = EvaluatedAt::new(answer.revision, answer.at);
    let held = done.held.iter().flat_map(|held| &held.findings);
    let all = held.chain(&done.warnings);
    let mut views = told::answered(answer, all);
    let mut view = PublishView::new(&live, done, at, |finding| views.take(finding));
    view.since_plan = since;
    view.clock_changes = told::clocks(answer);
    json(answer.revision, &view)
}

/// `POST /schedules` with `publish: true`.
pub(super) async fn document(
    app: &App,
    call: &Call,
    desk: &Desk,
    schedule: ScheduleId,
    input: ScheduleNewIn,
) -> Result<Response, ApiError> {
    let (_, edits) = wished(app, call, desk, &input).await?;
    let listed = input.agent_schedules.iter().flatten().map(|week| week.agent_id.clone());
    let agents: BTreeSet<AgentId> = listed.chain(spoken_of(&edits)).collect();
    let action = Action::PublishDocument {
        id: schedule,
        week: input.week_date,
        name: input.name(),
        base: input.base_revision,
        edits,
        agents: agents.into_iter().collect(),
        terms: input.terms()?,
    };
    let answer = app.ask(desk, call, action).await?;
    Ok(published(&answer, None))
}

pub(crate) async fn revert(
    State(app): State<App>,
    Path(schedule): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let schedule: ScheduleId = id(&schedule)?;
    let input: RevertIn = parse_or_default(&body)?;
    let desk = desk_of(&app, &call, &schedule).await?;
    let (week, publication) = publication(&desk, &schedule, input.revision).await?;
    let before = desk.at(Revision(publication.0.saturating_sub(1))).await?;
    let edits = diff::inverse(&before, &desk.at(publication).await?);
    let terms = input.terms()?;
    let action = Action::Revert { week, publication, edits, terms };
    let answer = app.ask(&desk, &call, action).await?;
    Ok(published(&answer, None))
}

/// The publish that is meant: of a live week its last one, of a draft its last one, too.
async fn publication(
    desk: &Desk,
    schedule: &ScheduleId,
    asked: Option<Revision>,
) -> Result<(jiff::civil::Date, Revision), ApiError> {
    let head = desk.head();
    let nothing = || Rejection::NotNow {
        what: Thing::Schedule,
        id: schedule.to_string(),
        problem: "has published nothing".to_owned(),
    };
    if let Some(week) = head.week_by_id(schedule) {
        let last = asked.or_else(|| week.publications.last().copied());
        return Ok((week.first, last.ok_or_else(nothing)?));
    }
    let draft = head.draft(schedule).ok_or_else(|| ApiError::unknown("schedule", schedule))?;
    if let Some(asked) = asked {
        return Ok((draft.week, asked));
    }
    // A draft of which a part is held has gone live as well, without being closed.
    let all = head.week(draft.week).map(|week| week.publications.clone()).unwrap_or_default();
    for publication in all.into_iter().rev() {
        if is_of(desk, publication, schedule).await? {
            return Ok((draft.week, publication));
        }
    }
    Err(nothing().into())
}

/// Whether a publication is one of a draft.
async fn is_of(desk: &Desk, publication: Revision, id: &ScheduleId) -> Result<bool, ApiError> {
    let moment = desk.moment_with_entry(publication).await?;
    let events = moment.entry.iter().flat_map(|entry| &entry.events);
    let mut drafts = events.filter_map(|event| {
        let Event::Published { draft, .. } = event else { return None };
        draft.as_ref()
    });
    Ok(drafts.any(|draft| draft == id))
}

pub(crate) async fn rebase(
    State(app): State<App>,
    Path(schedule): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let schedule: ScheduleId = id(&schedule)?;
    let desk = desk_of(&app, &call, &schedule).await?;
    let answer = app.ask(&desk, &call, Action::RebaseDraft(schedule.clone())).await?;
    let missing = || ApiError::unknown("schedule", &schedule);
    let draft = answer.after.draft(&schedule).ok_or_else(missing)?;
    Ok(json(answer.revision, &Head::draft(&desk.key().unit, draft)))
}

pub(crate) async fn status(
    State(app): State<App>,
    Path(schedule): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let schedule: ScheduleId = id(&schedule)?;
    let desk = desk_of(&app, &call, &schedule).await?;
    let roster = desk.head();
    let missing = || ApiError::unknown("schedule", &schedule);
    roster.draft(&schedule).ok_or_else(missing)?;
    let view = match desk.readiness(&schedule).await? {
        Some(ready) => DraftStatusView::open(&ready),
        None => DraftStatusView::closed(&schedule, roster.revision()),
    };
    Ok(json(view.revision, &view))
}
