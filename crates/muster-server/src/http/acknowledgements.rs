//! What somebody answered for.

use axum::extract::State;
use axum::response::Response;
use muster_api::acknowledgement::AcknowledgementView;
use muster_api::list::ListView;
use muster_api::time::Bound;
use muster_core::conflict::Kind;
use muster_core::id::{AgentId, UnitId};
use muster_core::roster::Acknowledged;
use muster_core::{Instant, Interval, Zone};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::ApiError;
use crate::http::query::{Params, Path, bound, id};
use crate::http::{App, Call, Page, listed};
use crate::limits;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    /// Only what is about this agent.
    agent_id: Option<AgentId>,
    /// Only findings of this kind.
    kind: Option<Kind>,
    /// From this civil day or instant on.
    #[schemars(with = "Option<Bound>")]
    from: Option<String>,
    /// Before this civil day or instant.
    #[schemars(with = "Option<Bound>")]
    to: Option<String>,
    /// Most entities on the page.
    #[schemars(range(min = 1, max = limits::PAGE_SIZE))]
    page_size: Option<usize>,
    /// The `nextCursor` of the page before this one.
    cursor: Option<String>,
}

impl Filter {
    fn during(&self, zone: &Zone) -> Result<Interval, ApiError> {
        let from = bound("from", self.from.as_deref(), zone)?.unwrap_or(Instant::MIN);
        let to = bound("to", self.to.as_deref(), zone)?.unwrap_or(Instant::MAX);
        let late = || ApiError::bad_input("to", &to.to_string(), "is not after from");
        Interval::new(from, to).ok_or_else(late)
    }

    fn is_met(&self, one: &Acknowledged, during: Interval) -> bool {
        let finding = &one.finding;
        // What has no time of its own is found by when it was answered for.
        let is_then = match finding.interval {
            Some(interval) => interval.overlaps(during),
            None => during.contains(one.origin.at),
        };
        is_then
            && self.kind.is_none_or(|kind| finding.kind == kind)
            && self.agent_id.as_ref().is_none_or(|agent| finding.agent.as_ref() == Some(agent))
    }
}

/// The last word on each finding, the newest first.
pub(crate) async fn list(
    State(app): State<App>,
    Path(unit): Path<String>,
    call: Call,
    Params(filter): Params<Filter>,
) -> Result<Response, ApiError> {
    let unit: UnitId = id(&unit)?;
    let desk = app.desk(&call, &unit).await?;
    let page = Page::new(filter.page_size, filter.cursor.clone());
    let page = page.open(&desk, &call, app.clock()).await?;
    let zone = page.roster.unit().map_or_else(Zone::utc, |unit| unit.zone.clone());
    let during = filter.during(&zone)?;
    let met = page.roster.acknowledged().filter(|one| filter.is_met(one, during));
    let mut all: Vec<(String, &Acknowledged)> = met.map(|one| (place(one), one)).collect();
    all.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let (taken, next_cursor) = page.take(all.into_iter(), |(place, _)| place.as_str());
    let view = |(_, one): (String, &Acknowledged)| AcknowledgementView::new(one, &page.roster);
    let entities: Vec<_> = taken.into_iter().map(view).collect();
    let revision = page.roster.revision();
    Ok(listed(revision, &ListView { entities, next_cursor, revision }))
}

/// Sorts newer entries first, and those of one entry by their findings.
fn place(one: &Acknowledged) -> String {
    let Acknowledged { fingerprint, origin, .. } = one;
    format!("{:020}.{:016x}", u64::MAX - origin.revision.0, fingerprint.key())
}
