//! Who changed what, when and why: the entries of a unit's ledger with what they changed.

mod export;
mod place;
mod walk;
mod wanted;

use axum::extract::State;
use axum::response::Response;
use muster_api::audit::EntryView;
use muster_api::list::ListView;
use muster_api::time::Bound;
use muster_core::Revision;
use muster_core::id::{AgentId, ShiftId, SwapId, UnitId};
use muster_ledger::SubjectKind;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::Desk;
use crate::error::ApiError;
use crate::http::query::{Params, Path, id};
use crate::http::{App, Call, listed};
use crate::limits;

use place::{Order, Stretch};
use walk::Walk;
use wanted::{Entity, Wanted};

pub(crate) use export::{Of, export};

/// Which entries, and which of their changes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    /// The unit; that of the first id below which has one, when absent.
    business_unit_id: Option<UnitId>,
    /// Only what is about this shift.
    shift_id: Option<ShiftId>,
    /// Only what is about this swap.
    swap_id: Option<SwapId>,
    /// Only what is about this agent.
    agent_id: Option<AgentId>,
    /// Only changes of things of this kind, `shift`, or of one of them, `shift/ID`.
    #[schemars(schema_with = "wanted::schema")]
    entity: Option<String>,
    /// Only what this client or agent did.
    actor: Option<String>,
    /// Only what changed after this revision.
    after: Option<Revision>,
    /// From this civil day or instant on.
    #[schemars(with = "Option<Bound>")]
    from: Option<String>,
    /// Before this civil day or instant.
    #[schemars(with = "Option<Bound>")]
    to: Option<String>,
    /// Which entries come first.
    order: Option<Order>,
    /// Most entities on the page.
    #[schemars(range(min = 1, max = limits::PAGE_SIZE))]
    page_size: Option<usize>,
    /// The `nextCursor` of the page before this one.
    cursor: Option<String>,
}

/// Which entries of one shift.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HistoryFilter {
    /// Only what changed after this revision.
    after: Option<Revision>,
    /// From this civil day or instant on.
    #[schemars(with = "Option<Bound>")]
    from: Option<String>,
    /// Before this civil day or instant.
    #[schemars(with = "Option<Bound>")]
    to: Option<String>,
    /// Which entries come first.
    order: Option<Order>,
    /// Most entities on the page.
    #[schemars(range(min = 1, max = limits::PAGE_SIZE))]
    page_size: Option<usize>,
    /// The `nextCursor` of the page before this one.
    cursor: Option<String>,
}

/// The entries of a unit, the newest first.
pub(crate) async fn list(
    State(app): State<App>,
    call: Call,
    Params(filter): Params<Filter>,
) -> Result<Response, ApiError> {
    let Filter { business_unit_id, shift_id, swap_id, agent_id, entity, actor, .. } = filter;
    let entity = entity.as_deref().map(Entity::parse).transpose()?;
    let wanted = Wanted { shift: shift_id, swap: swap_id, agent: agent_id, entity, actor };
    let desk = match &business_unit_id {
        Some(unit) => app.desk(&call, unit).await?,
        None => {
            let (kind, id) = wanted.subject().ok_or_else(|| ApiError::missing("businessUnitId"))?;
            app.desk_with(&call, kind, &id).await?
        }
    };
    let Filter { after, from, to, page_size, cursor, .. } = filter;
    let order = filter.order.unwrap_or(Order::Newest);
    let stretch = Stretch { after, from, to, order, page_size, cursor };
    answer(&desk, &call, wanted, &stretch).await
}

/// The entries that made, changed or deleted a shift, the oldest first.
pub(crate) async fn history(
    State(app): State<App>,
    Path(shift): Path<String>,
    call: Call,
    Params(filter): Params<HistoryFilter>,
) -> Result<Response, ApiError> {
    let shift: ShiftId = id(&shift)?;
    let desk = app.desk_with(&call, SubjectKind::Shift, &shift).await?;
    let HistoryFilter { after, from, to, order, page_size, cursor } = filter;
    let order = order.unwrap_or(Order::Oldest);
    let stretch = Stretch { after, from, to, order, page_size, cursor };
    answer(&desk, &call, Wanted::shift_alone(shift), &stretch).await
}

async fn answer(
    desk: &Desk,
    call: &Call,
    wanted: Wanted,
    stretch: &Stretch,
) -> Result<Response, ApiError> {
    let place = stretch.open(desk, call, &wanted).await?;
    let revision = place.revision;
    let (found, next_cursor) = Walk::new(desk, wanted, place).page().await?;
    let unit = &desk.key().unit;
    let entities: Vec<EntryView<'_>> = found.iter().map(|found| found.view(unit)).collect();
    Ok(listed(revision, &ListView { entities, next_cursor, revision }))
}
