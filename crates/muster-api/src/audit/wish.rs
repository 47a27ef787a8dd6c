//! What drafts want, as the audit shows it: what they saw, and what it is to be.

use std::sync::Arc;

use muster_core::draft::{CommitmentEdit, ShiftEdit};
use muster_core::id::AgentId;
use muster_core::shift::{ExternalIds, ShiftBody, Tags};
use schemars::JsonSchema;
use serde::Serialize;

use crate::conflict::CommitmentView;
use crate::shift::ActivityView;
use crate::time::At;

/// What a draft wants of one shift.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DraftShiftView<'a> {
    /// What the shift was when it was wanted; `null` for a new one.
    pub base: Option<WantedShiftView<'a>>,
    /// What it is to be; `null` where it is to go.
    pub wanted: Option<WantedShiftView<'a>>,
}

impl<'a> From<&'a ShiftEdit> for DraftShiftView<'a> {
    fn from(ShiftEdit { id: _, base, draft }: &'a ShiftEdit) -> Self {
        let view = |body: &'a Option<Arc<ShiftBody>>| body.as_deref().map(WantedShiftView::from);
        Self { base: view(base), wanted: view(draft) }
    }
}

/// A shift as a draft sees it: only what is its own.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WantedShiftView<'a> {
    /// Who works it.
    pub agent_id: &'a AgentId,
    /// Its first instant.
    pub start: At,
    /// Its elapsed length in minutes.
    pub length_minutes: u32,
    /// The zone it was entered with.
    pub time_zone: &'a str,
    /// What is not on-queue work, without what the agent does on their own.
    pub activities: Vec<ActivityView<'a>>,
    /// Its ids in other systems, by system.
    pub external_ids: &'a ExternalIds,
    /// A remark.
    pub note: Option<&'a Arc<str>>,
    /// Labels.
    pub tags: &'a Tags,
    /// Where it is worked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<&'a Arc<str>>,
    /// The work plan it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_plan: Option<&'a Arc<str>>,
}

impl<'a> From<&'a ShiftBody> for WantedShiftView<'a> {
    fn from(body: &'a ShiftBody) -> Self {
        let ShiftBody { owner, span, activities, site, work_plan, external_ids, note, tags } = body;
        Self {
            agent_id: owner,
            start: At(span.start),
            length_minutes: span.length_min,
            time_zone: span.zone.name(),
            activities: activities.iter().map(ActivityView::from).collect(),
            external_ids,
            note: note.as_ref(),
            tags,
            site: site.as_ref(),
            work_plan: work_plan.as_ref(),
        }
    }
}

/// What a draft wants of an agent's own activities in a stretch of time.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DraftCommitmentsView {
    /// The stretch begins here
    pub start: At,
    /// and ends here.
    pub end: At,
    /// What they were when it was wanted.
    pub base: Vec<CommitmentView>,
    /// What they are to be.
    pub wanted: Vec<CommitmentView>,
}

impl From<&CommitmentEdit> for DraftCommitmentsView {
    fn from(CommitmentEdit { agent: _, within, base, draft }: &CommitmentEdit) -> Self {
        Self {
            start: At(within.start()),
            end: At(within.end()),
            base: base.iter().map(CommitmentView::from).collect(),
            wanted: draft.iter().map(CommitmentView::from).collect(),
        }
    }
}
