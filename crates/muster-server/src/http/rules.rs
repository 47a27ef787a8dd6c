//! A unit's rules.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use muster_api::parse;
use muster_api::rules::{RulesIn, RulesView};
use muster_core::Roster;
use muster_core::command::Action;
use muster_core::id::UnitId;

use crate::error::ApiError;
use crate::http::query::{Path, id};
use crate::http::{App, Call, document};

pub(crate) async fn show(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let unit: UnitId = id(&unit)?;
    let roster = app.desk(&call, &unit).await?.head();
    let view = RulesView::new(&unit, roster.rules(), roster.policy());
    Ok(document(&call, roster.revision(), roster.policy(), &view))
}

pub(crate) async fn set(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let unit: UnitId = id(&unit)?;
    let desk = app.desk(&call, &unit).await?;
    let input: RulesIn = parse(&body)?;
    let make = |head: &Roster| Ok(Action::SetRules(input.clone().change(head.rules())?));
    let answer = app.put(&desk, &call, make).await?;
    let view = RulesView::new(&unit, answer.after.rules(), answer.after.policy());
    Ok(document(&call, answer.revision, answer.after.policy(), &view))
}
