//! Time off.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use muster_api::list::{EvaluatedAt, ListView};
use muster_api::terms::VerdictIn;
use muster_api::time_off::{
    LimitView, LimitsIn, TimeOffChange, TimeOffEvaluationView, TimeOffIn, TimeOffQueryIn,
    TimeOffView,
};
use muster_api::{parse, parse_or_default};
use muster_core::command::Action;
use muster_core::decide::{self, Outcome};
use muster_core::id::{TimeOffId, UnitId};
use muster_core::time_off::TimeOff;
use muster_core::{Instant, Interval};
use muster_ledger::SubjectKind;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::{Answer, Desk};
use crate::error::ApiError;
use crate::http::query::{Params, Path, id};
use crate::http::{App, Call, Page, created, document, json, listed, told};

pub(crate) async fn create(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let input: TimeOffIn = parse(&body)?;
    let desk = desk_of_new(&app, &call, &input).await?;
    let request = input.request(&desk.head(), &mut || app.mint(&call))?;
    let own = request.id.clone();
    let answer = app.ask(&desk, &call, Action::RequestTimeOff(request)).await?;
    let is_new = answer.before.time_off(&own).is_none();
    Ok(created(is_new, answer.revision, &view(&desk, &answer, &own)?))
}

async fn desk_of_new(app: &App, call: &Call, input: &TimeOffIn) -> Result<Desk, ApiError> {
    match (&input.business_unit_id, &input.agent_id) {
        (Some(unit), _) => app.desk(call, unit).await,
        (None, Some(agent)) => app.desk_with(call, SubjectKind::Agent, agent).await,
        (None, None) => Err(ApiError::missing("/agentId")),
    }
}

/// What an approval would meet and break, of a known request or of one that could be made.
pub(crate) async fn evaluate(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let input: TimeOffIn = parse(&body)?;
    let desk = match &input.id {
        Some(own) if input.agent_id.is_none() => desk_of(&app, &call, own).await?,
        Some(_) | None => desk_of_new(&app, &call, &input).await?,
    };
    let roster = desk.head();
    let now = roster.now(app.clock().now());
    let known = input.id.as_ref().and_then(|own| roster.time_off(own));
    let request = match known {
        Some(known) => known.request.clone(),
        None => input.request(&roster, &mut || app.mint(&call))?,
    };
    call.caller.may_see([&request.agent])?;
    let findings = decide::evaluate_time_off(&roster, &request, now);
    let at = EvaluatedAt::new(roster.revision(), now);
    let view = TimeOffEvaluationView::new(request.id, told::findings(&findings), at);
    Ok(json(roster.revision(), &view))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LimitsOf {
    /// The unit.
    business_unit_id: UnitId,
}

pub(crate) async fn limits(
    State(app): State<App>,
    call: Call,
    Params(filter): Params<LimitsOf>,
) -> Result<Response, ApiError> {
    let roster = app.desk(&call, &filter.business_unit_id).await?.head();
    let limits = roster.time_off_limits().map(LimitView::from).collect();
    Ok(listed(roster.revision(), &ListView::whole(limits, roster.revision())))
}

pub(crate) async fn put_limits(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let LimitsIn { business_unit_id, limits } = parse(&body)?;
    let unit = business_unit_id.ok_or_else(|| ApiError::missing("/businessUnitId"))?;
    let desk = app.desk(&call, &unit).await?;
    let zone = desk.head().unit().map_or_else(muster_core::Zone::utc, |unit| unit.zone.clone());
    let limits = limits
        .into_iter()
        .enumerate()
        .map(|(n, limit)| limit.limit(&zone).map_err(|bad| bad.within(&format!("/limits/{n}"))));
    let action = Action::PutTimeOffLimits(limits.collect::<Result<_, _>>()?);
    let answer = app.ask(&desk, &call, action).await?;
    let limits = answer.after.time_off_limits().map(LimitView::from).collect();
    Ok(json(answer.revision, &ListView::whole(limits, answer.revision)))
}

/// The request as it stands after an answer.
fn view<'a>(
    desk: &'a Desk,
    answer: &'a Answer,
    own: &TimeOffId,
) -> Result<TimeOffView<'a>, ApiError> {
    let missing = || ApiError::unknown("time-off request", own);
    let known = answer.after.time_off(own).ok_or_else(missing)?;
    let view = TimeOffView::new(&desk.key().unit, &answer.after, known);
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
    match input.agent_ids.as_deref() {
        None | Some([]) => call.caller.may_see([])?,
        Some(agents) => agents.iter().try_for_each(|agent| call.caller.may_see([agent]))?,
    }
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
    let entities = requests.into_iter().map(|t| TimeOffView::new(unit, roster, t)).collect();
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
    call.caller.may_see([&known.request.agent])?;
    let view = TimeOffView::new(&desk.key().unit, &roster, known);
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
    let TimeOffChange { days, paid, paid_min, note } = change;
    let action = Action::ChangeTimeOff { id: own.clone(), days, paid, paid_min, note };
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
