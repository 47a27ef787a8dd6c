//! Shifts as they are answered.

use std::sync::Arc;

use muster_core::id::{ActivityCodeId, AgentId, ShiftId};
use muster_core::shift::{Activity, ExternalIds, Shift, Tags};
use muster_core::{Revision, Roster};
use serde::Serialize;

use crate::conflict::ConflictView;
use crate::time::At;

/// An activity of a shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    /// What it is spent on.
    pub activity_code_id: ActivityCodeId,
    /// Elapsed minutes after the shift's start.
    pub offset_minutes: u32,
    /// Elapsed length in minutes.
    pub length_minutes: u32,
    /// Whether it is paid.
    pub paid: bool,
}

impl From<Activity> for ActivityView {
    fn from(activity: Activity) -> Self {
        Self {
            activity_code_id: activity.code,
            offset_minutes: activity.offset_min,
            length_minutes: activity.length_min,
            paid: activity.paid,
        }
    }
}

/// A shift.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShiftView<'a> {
    /// Its id.
    pub id: &'a ShiftId,
    /// Who works it.
    pub agent_id: &'a AgentId,
    /// Its first instant.
    pub start: At,
    /// Its elapsed length in minutes.
    pub length_minutes: u32,
    /// The zone it was entered with.
    pub time_zone: &'a str,
    /// What is not on-queue work, the agent's own activities on top; sorted.
    pub activities: Vec<ActivityView>,
    /// All of it but unpaid activities.
    pub paid_minutes: i64,
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
    /// The revision that last changed it.
    pub version: Revision,
    /// When that was.
    pub last_updated: At,
}

impl<'a> ShiftView<'a> {
    /// A shift of a roster.
    #[must_use]
    pub fn new(roster: &Roster, shift: &'a Shift) -> Self {
        let body = &shift.body;
        let activities: Vec<ActivityView> =
            roster.activities(body).into_iter().map(ActivityView::from).collect();
        let unpaid = activities.iter().filter(|a| !a.paid).map(|a| i64::from(a.length_minutes));
        let newest = shift.newest();
        Self {
            id: &shift.id,
            agent_id: &body.owner,
            start: At(body.span.start),
            length_minutes: body.span.length_min,
            time_zone: body.span.zone.name(),
            paid_minutes: i64::from(body.span.length_min) - unpaid.sum::<i64>(),
            activities,
            external_ids: &body.external_ids,
            note: body.note.as_ref(),
            tags: &body.tags,
            site: body.site.as_ref(),
            work_plan: body.work_plan.as_ref(),
            version: newest.revision,
            last_updated: At(newest.at),
        }
    }
}

/// The answer to a write of one shift: the shift as it is now, and what the write met.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WrittenShiftView<'a> {
    /// The shift.
    #[serde(flatten)]
    pub shift: ShiftView<'a>,
    /// Whether the write met somebody else's.
    pub merged: bool,
    /// Findings that stop nothing.
    pub findings: Vec<ConflictView>,
}
