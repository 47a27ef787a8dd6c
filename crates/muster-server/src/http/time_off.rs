//! Time off.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use muster_api::list::ListView;
use muster_api::terms::VerdictIn;
use muster_api::time_off::{TimeOffIn, TimeOffQueryIn, TimeOffView};
use muster_api::{parse, parse_or_default};
use muster_core::command::Action;
use muster_core::decide::Outcome;
use muster_core::id::TimeOffId;
use muster_core::time_off::TimeOff;
use muster_core::{Instant, Interval};
use muster_ledger::SubjectKind;

use crate::desk::{Answer, Desk};
use crate::error::ApiError;
use crate::http::query::id;
use crate::http::{App, Call, Page, created, document, json, listed, told};

pub(crate) async fn create(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let input: TimeOffIn = parse(&body)?;
    let desk = match (&input.business_unit_id, &input.agent_id) {
        (Some(unit), _) => app.desk(&call, unit).await?,
        (None, Some(agent)) => app.desk_with(&call, SubjectKind::Agent, agent).await?,
        (None, None) => return Err(ApiError::missing("/agentId")),
    };
    let request = input.request(&desk.head(), &mut || app.mint(&call))?;
    let own = request.id.clone();
    let answer = app.ask(&desk, &call, Action::RequestTimeOff(request)).await?;
    let is_new = answer.before.time_off(&own).is_none();
    Ok(created(is_new, answer.revision, &view(&desk, &answer, &own)?))
}

/// The request as it stands after an answer.
fn view<'a>(
    desk: &'a Desk,
    answer: &'a Answer,
    own: &TimeOffId,
) -> Result<TimeOffView<'a>, ApiError> {
    let missing = || ApiError::unknown("time-off request", own);
    let known = answer.after.time_off(own).ok_or_else(missing)?;
    let view = TimeOffView::new(&desk.key().unit, known);
    Ok(match &answer.result {
        Ok(Outcome::TimeOff { findings, .. }) => view.with_findings(told::findings(findings)),
        _ => view,
    })
}

pub(crate) async fn query(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let input: TimeOffQueryIn = parse(&body)?;
    let missing = || ApiError::missing("/businessUnitId");
    let desk = app.desk(&call, input.business_unit_id.as_ref().ok_or_else(missing)?).await?;
    let size = input.page_size.map(|size| usize::try_from(size).unwrap_or(usize::MAX));
    let page = Page::new(size, input.cursor.clone()).open(&desk, &call, app.clock()).await?;
    let roster = &page.roster;
    let zone = roster.unit().map(|unit| unit.zone.clone()).unwrap_or_else(muster_core::Zone::utc);
    let from = input.from.map_or(Instant::MIN, |bound| bound.instant(&zone));
    let to = input.to.map_or(Instant::MAX, |bound| bound.instant(&zone));
    let late = || ApiError::bad_input("/to", &to.to_string(), "is not after from");
    let during = Interval::new(from, to).ok_or_else(late)?;
    let wanted = |time_off: &&TimeOff| {
        let request = &time_off.request;
        input.agent_ids.as_ref().is_none_or(|agents| agents.contains(&request.agent))
            && input.statuses.as_ref().is_none_or(|all| all.contains(&time_off.status))
            && request.intervals.iter().any(|interval| interval.overlaps(during))
    };
    let requests = roster.all_time_off().filter(wanted);
    let (requests, next_cursor) = page.take(requests, |t| t.request.id.as_str());
    let unit = &desk.key().unit;
    let entities = requests.into_iter().map(|t| TimeOffView::new(unit, t)).collect();
    let revision = roster.revision();
    Ok(listed(revision, &ListView::<TimeOffView<'_>> { entities, next_cursor, revision }))
}

async fn desk_of(app: &App, call: &Call, own: &TimeOffId) -> Result<Desk, ApiError> {
    app.desk_with(call, SubjectKind::TimeOff, own).await
}

pub(crate) async fn show(
    State(app): State<App>,
    Path(own): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let own: TimeOffId = id(&own)?;
    let desk = desk_of(&app, &call, &own).await?;
    let roster = desk.head();
    let missing = || ApiError::unknown("time-off request", &own);
    let known = roster.time_off(&own).ok_or_else(missing)?;
    let view = TimeOffView::new(&desk.key().unit, known);
    Ok(document(&call, roster.revision(), known.origin.revision, &view))
}

/// Asks for something to be done to a request, and answers how it stands then.
async fn done(
    app: &App,
    call: &Call,
    own: TimeOffId,
    action: Action,
) -> Result<Response, ApiError> {
    let desk = desk_of(app, call, &own).await?;
    let answer = app.ask(&desk, call, action).await?;
    Ok(json(answer.revision, &view(&desk, &answer, &own)?))
}

pub(crate) async fn change(
    State(app): State<App>,
    Path(own): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let own: TimeOffId = id(&own)?;
    let head = desk_of(&app, &call, &own).await?.head();
    let missing = || ApiError::unknown("time-off request", &own);
    let known = head.time_off(&own).ok_or_else(missing)?;
    let change = parse::<TimeOffIn>(&body)?.change(&head, &known.request)?;
    let (days, paid, note) = (change.days, change.paid, change.note);
    let action = Action::ChangeTimeOff { id: own.clone(), days, paid, note };
    done(&app, &call, own, action).await
}

pub(crate) async fn approve(
    State(app): State<App>,
    Path(own): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let own: TimeOffId = id(&own)?;
    let verdict = parse_or_default::<VerdictIn>(&body)?.verdict()?;
    done(&app, &call, own.clone(), Action::ApproveTimeOff { id: own, verdict }).await
}

pub(crate) async fn deny(
    State(app): State<App>,
    Path(own): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let own: TimeOffId = id(&own)?;
    let verdict = parse_or_default::<VerdictIn>(&body)?.verdict()?;
    done(&app, &call, own.clone(), Action::DenyTimeOff { id: own, verdict }).await
}

pub(crate) async fn cancel(
    State(app): State<App>,
    Path(own): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let own: TimeOffId = id(&own)?;
    done(&app, &call, own.clone(), Action::CancelTimeOff(own)).await
}
