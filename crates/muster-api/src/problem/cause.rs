//! The entries behind a conflict.

use std::sync::Arc;

use muster_core::Revision;
use muster_core::entry::{Origin, ReferenceKind};
use muster_core::explain::Cause;
use muster_core::id::UnitId;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ROOT;
use crate::time::At;

/// An entry that led to a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CauseView {
    /// The kind of thing it is about.
    #[serde(rename = "type")]
    pub kind: ReferenceKind,
    /// The id of that.
    pub id: Arc<str>,
    /// Where to read about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// Its place in the ledger.
    pub revision: Revision,
    /// Who asked for it.
    pub actor: String,
    /// When.
    pub at: At,
    /// What it did, in a planner's words.
    pub summary: String,
}

impl CauseView {
    /// The cause that an origin of a unit points at.
    #[must_use]
    pub fn of(unit: &UnitId, origin: &Origin) -> Self {
        let (kind, id) = (origin.about.kind, origin.about.id.clone());
        let summary = format!("{} by {}", words(kind), origin.actor);
        Self {
            href: href(Some(unit), kind, &id, origin.revision),
            kind,
            id,
            revision: origin.revision,
            actor: origin.actor.to_string(),
            at: At(origin.at),
            summary,
        }
    }

    /// The same, explained.
    #[must_use]
    pub fn explained(unit: Option<&UnitId>, cause: &Cause) -> Self {
        let Cause { kind, id, revision, actor, at, summary } = cause;
        Self {
            href: href(unit, *kind, id, *revision),
            kind: *kind,
            id: id.clone(),
            revision: *revision,
            actor: actor.to_string(),
            at: At(*at),
            summary: summary.clone(),
        }
    }
}

fn href(
    unit: Option<&UnitId>,
    kind: ReferenceKind,
    id: &str,
    revision: Revision,
) -> Option<String> {
    if id.is_empty() {
        return None;
    }
    match kind {
        ReferenceKind::Unit | ReferenceKind::Agents => None,
        ReferenceKind::Draft => Some(format!("{ROOT}/scheduling/schedules/{id}")),
        ReferenceKind::Publish => {
            Some(format!("{ROOT}/scheduling/schedules/{id}?atRevision={revision}"))
        }
        ReferenceKind::Revert => {
            let (unit, after) = (unit?, revision.0.saturating_sub(1));
            let first = "order=oldest&pageSize=1";
            Some(format!("{ROOT}/audit?businessUnitId={unit}&after={after}&{first}"))
        }
        ReferenceKind::ShiftEdit => Some(format!("{ROOT}/scheduling/shifts/{id}/history")),
        ReferenceKind::Swap => Some(format!("{ROOT}/scheduling/shiftswaps/{id}")),
        ReferenceKind::Availability => Some(format!("{ROOT}/agents/{id}/availability")),
        ReferenceKind::TimeOffRequest => Some(format!("{ROOT}/timeoffrequests/{id}")),
    }
}

fn words(kind: ReferenceKind) -> &'static str {
    match kind {
        ReferenceKind::Unit => "the unit's settings were changed",
        ReferenceKind::Agents => "agents were changed",
        ReferenceKind::Draft => "a draft was edited",
        ReferenceKind::Publish => "a schedule was published",
        ReferenceKind::Revert => "a publish was reverted",
        ReferenceKind::ShiftEdit => "a shift was edited",
        ReferenceKind::Swap => "a swap moved on",
        ReferenceKind::Availability => "an agent said when they can work",
        ReferenceKind::TimeOffRequest => "a time-off request moved on",
    }
}
