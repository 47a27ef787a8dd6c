//! What a unit asks of all agents together: required staff, trunk groups, sites.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use muster_api::levels::{SitesIn, SitesView, StaffingIn, StaffingView, TrunksIn, TrunksView};
use muster_api::parse;
use muster_core::command::Action;
use muster_core::id::UnitId;
use muster_core::{Interval, Revision, Roster, limits};

use crate::error::ApiError;
use crate::http::query::{During, Params, Path, id};
use crate::http::{App, Call, document};

fn shown_staffing(
    call: &Call,
    unit: &UnitId,
    (roster, revision): (&Roster, Revision),
    during: Interval,
) -> Response {
    let view = StaffingView::new(unit, roster.levels(), during);
    document(call, revision, view.version, &view)
}

pub(crate) async fn staffing(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
    Params(asked): Params<During>,
) -> Result<Response, ApiError> {
    let unit: UnitId = id(&unit)?;
    let desk = app.desk(&call, &unit).await?;
    let roster = call.roster(&desk).await?;
    let during = asked.interval(&app, &roster, limits::STAFFING_SHOWN_DAYS)?;
    Ok(shown_staffing(&call, &unit, (&roster, roster.revision()), during))
}

pub(crate) async fn put_staffing(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let unit: UnitId = id(&unit)?;
    let desk = app.desk(&call, &unit).await?;
    let input: StaffingIn = parse(&body)?;
    let head = desk.head();
    let known = head.unit().ok_or_else(|| ApiError::unknown("business unit", &unit))?;
    let change = input.change(&known.zone)?;
    let during = change.during;
    let answer = app.ask(&desk, &call, Action::PutStaffing(change)).await?;
    // What is long is shown from its beginning.
    let end = during.end().min(during.start().plus_days(limits::STAFFING_SHOWN_DAYS));
    let shown = Interval::new(during.start(), end).unwrap_or(during);
    Ok(shown_staffing(&call, &unit, (&answer.after, answer.revision), shown))
}

pub(crate) async fn trunks(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let unit: UnitId = id(&unit)?;
    let roster = app.desk(&call, &unit).await?.head();
    Ok(shown_trunks(&call, &unit, &roster, roster.revision()))
}

fn shown_trunks(call: &Call, unit: &UnitId, roster: &Roster, revision: Revision) -> Response {
    let view = TrunksView::new(unit, roster.levels());
    document(call, revision, view.version, &view)
}

pub(crate) async fn put_trunks(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let unit: UnitId = id(&unit)?;
    let desk = app.desk(&call, &unit).await?;
    let input: TrunksIn = parse(&body)?;
    let answer = app.ask(&desk, &call, Action::PutTrunks(input.groups())).await?;
    Ok(shown_trunks(&call, &unit, &answer.after, answer.revision))
}

pub(crate) async fn sites(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let unit: UnitId = id(&unit)?;
    let roster = app.desk(&call, &unit).await?.head();
    Ok(shown_sites(&call, &unit, &roster, roster.revision()))
}

fn shown_sites(call: &Call, unit: &UnitId, roster: &Roster, revision: Revision) -> Response {
    let view = SitesView::new(unit, roster.levels());
    document(call, revision, view.version, &view)
}

pub(crate) async fn put_sites(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let unit: UnitId = id(&unit)?;
    let desk = app.desk(&call, &unit).await?;
    let input: SitesIn = parse(&body)?;
    let answer = app.ask(&desk, &call, Action::PutSites(input.sites())).await?;
    Ok(shown_sites(&call, &unit, &answer.after, answer.revision))
}
