//! Management units.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use muster_api::list::ListView;
use muster_api::parse;
use muster_api::unit::{ManagementUnitIn, ManagementUnitView};
use muster_core::Roster;
use muster_core::command::Action;
use muster_core::decide::{Rejection, Thing};
use muster_core::id::{ManagementUnitId, UnitId};
use muster_ledger::SubjectKind;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::ApiError;
use crate::http::query::{Params, Path, id};
use crate::http::{App, Call, Page, created, document, listed};
use crate::limits;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    /// The unit.
    business_unit_id: UnitId,
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
    let desk = app.desk(&call, &filter.business_unit_id).await?;
    let page = Page::new(filter.page_size, filter.cursor).open(&desk, &call, app.clock()).await?;
    let units = page.roster.management_units();
    let (units, next_cursor) = page.take(units, |known| known.value.id.as_str());
    let view = |known| ManagementUnitView::new(&filter.business_unit_id, known);
    let entities = units.into_iter().map(view).collect();
    let revision = page.roster.revision();
    Ok(listed(revision, &ListView { entities, next_cursor, revision }))
}

fn known<'a>(
    roster: &'a Roster,
    id: &ManagementUnitId,
) -> Result<ManagementUnitView<'a>, ApiError> {
    let found = roster.unit().zip(roster.management_unit(id));
    let view = found.map(|(unit, known)| ManagementUnitView::new(&unit.id, known));
    view.ok_or_else(|| ApiError::unknown("management unit", id))
}

pub(crate) async fn create(
    State(app): State<App>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let input: ManagementUnitIn = parse(&body)?;
    let missing = || ApiError::missing("/businessUnitId");
    let desk = app.desk(&call, input.business_unit_id.as_ref().ok_or_else(missing)?).await?;
    let own: ManagementUnitId = input.id.clone().unwrap_or_else(|| app.mint(&call));
    let unit = input.management_unit(own.clone(), None)?;
    let is_replay = app.is_replay(&desk, &call).await?;
    let make = |head: &Roster| {
        if !is_replay && head.management_unit(&own).is_some_and(|known| known.value != unit) {
            let what = Thing::ManagementUnit;
            return Err(Rejection::Taken { what, id: own.to_string() }.into());
        }
        Ok(Action::PutManagementUnit(unit.clone()))
    };
    let answer = app.put(&desk, &call, make).await?;
    let is_new = answer.before.management_unit(&own).is_none();
    Ok(created(is_new, answer.revision, &known(&answer.after, &own)?))
}

pub(crate) async fn show(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
) -> Result<Response, ApiError> {
    let own = id(&unit)?;
    let roster = app.desk_with(&call, SubjectKind::ManagementUnit, &own).await?.head();
    let view = known(&roster, &own)?;
    Ok(document(&call, roster.revision(), view.version, &view))
}

pub(crate) async fn change(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
    body: Bytes,
) -> Result<Response, ApiError> {
    let own: ManagementUnitId = id(&unit)?;
    let desk = app.desk_with(&call, SubjectKind::ManagementUnit, &own).await?;
    let input: ManagementUnitIn = parse(&body)?;
    let make = |head: &Roster| {
        let before = head.management_unit(&own).map(|known| &known.value);
        let changed = input.clone().management_unit(own.clone(), before)?;
        Ok(Action::PutManagementUnit(changed))
    };
    let answer = app.put(&desk, &call, make).await?;
    let view = known(&answer.after, &own)?;
    Ok(document(&call, answer.revision, view.version, &view))
}
