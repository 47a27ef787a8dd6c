//! Activity codes.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use muster_api::activity::{ActivityCodeIn, ActivityCodeView};
use muster_api::list::ListView;
use muster_api::parse;
use muster_core::Roster;
use muster_core::command::Action;
use muster_core::id::{ActivityCodeId, UnitId};
use muster_ledger::SubjectKind;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::ApiError;
use crate::http::query::{Params, Path, id};
use crate::http::{App, Call, created, listed};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    /// The unit.
    business_unit_id: UnitId,
}

pub(crate) async fn list(
    State(app): State<App>,
    call: Call,
    Params(filter): Params<Filter>,
) -> Result<Response, ApiError> {
    let roster = app.desk(&call, &filter.business_unit_id).await?.head();
    let view = |code| ActivityCodeView::new(&filter.business_unit_id, code);
    let codes = roster.codes().into_iter().map(view).collect();
    Ok(listed(roster.revision(), &ListView::whole(codes, roster.revision())))
}

pub(crate) async fn put(
    State(app): State<App>,
    Path(code): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let code_id: ActivityCodeId = id(&code)?;
    let input: ActivityCodeIn = parse(&body)?;
    let desk = match &input.business_unit_id {
        Some(unit) => app.desk(&call, unit).await?,
        None => app.desk_with(&call, SubjectKind::ActivityCode, &code_id).await?,
    };
    let make =
        |head: &Roster| Ok(Action::PutActivityCode(input.clone().code(code_id.clone(), head)?));
    let answer = app.put(&desk, &call, make).await?;
    let is_new = answer.before.code(&code_id).is_none();
    let missing = || ApiError::unknown("activity code", &code_id);
    let code = answer.after.code(&code_id).ok_or_else(missing)?;
    let view = ActivityCodeView::new(&desk.key().unit, code);
    Ok(created(is_new, answer.revision, &view))
}
