//! Business units.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use muster_api::list::ListView;
use muster_api::parse;
use muster_api::unit::{UnitIn, UnitView};
use muster_core::command::Action;
use muster_core::decide::Rejection;
use muster_core::decide::Thing;
use muster_core::id::UnitId;
use muster_core::{Revision, Roster};
use muster_ledger::UnitKey;

use crate::error::ApiError;
use crate::http::query::{Path, id};
use crate::http::{App, Call, created, document, json};

pub(crate) async fn list(State(app): State<App>, call: Call) -> Result<Response, ApiError> {
    let mut rosters = Vec::new();
    for unit in app.units().list(&call.caller.organization).await? {
        rosters.push(app.desk(&call, &unit).await?.head());
    }
    let units = rosters.iter().filter_map(UnitView::new).collect();
    // A list over units has no revision of its own.
    Ok(json(Revision::ZERO, &ListView::whole(units, Revision::ZERO)))
}

pub(crate) async fn create(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let input: UnitIn = parse(&body)?;
    let unit_id: UnitId = input.id.clone().unwrap_or_else(|| app.mint(&call));
    let unit = input.unit(unit_id, None)?;
    let unit_id = unit.id.clone();
    let organization = call.caller.organization.clone();
    let desk = app.units().desk_of_new(&UnitKey { organization, unit: unit_id.clone() }).await?;
    let is_replay = app.is_replay(&desk, &call).await?;
    let make = |head: &Roster| {
        if !is_replay && head.unit().is_some_and(|known| *known != unit) {
            return Err(Rejection::Taken { what: Thing::Unit, id: unit_id.to_string() }.into());
        }
        Ok(Action::PutUnit(unit.clone()))
    };
    let answer = app.put(&desk, &call, make).await?;
    let is_new = answer.before.unit().is_none();
    let view = UnitView::new(&answer.after);
    Ok(created(is_new, answer.revision, &view))
}

pub(crate) async fn show(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let roster = app.desk(&call, &id(&unit)?).await?.head();
    let view = UnitView::new(&roster).ok_or_else(|| ApiError::unknown("business unit", &unit))?;
    Ok(document(&call, roster.revision(), roster.unit_version(), &view))
}

pub(crate) async fn change(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let unit_id: UnitId = id(&unit)?;
    let desk = app.desk(&call, &unit_id).await?;
    let input: UnitIn = parse(&body)?;
    let make =
        |head: &Roster| Ok(Action::PutUnit(input.clone().unit(unit_id.clone(), head.unit())?));
    let answer = app.put(&desk, &call, make).await?;
    let version = answer.after.unit_version();
    Ok(document(&call, answer.revision, version, &UnitView::new(&answer.after)))
}
