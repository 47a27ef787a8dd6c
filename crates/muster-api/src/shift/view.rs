//! Shifts as they are answered.

use std::borrow::Cow;
use std::sync::Arc;

use muster_core::id::{ActivityCodeId, AgentId, ShiftId};
use muster_core::shift::{Activity, ExternalIds, Shift, ShiftBody, Tags};
use muster_core::{Revision, Roster};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use crate::clock_change::ClockChangesView;
use crate::conflict::ConflictView;
use crate::time::At;

/// An activity of a shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView<'a> {
    /// What it is spent on.
    pub activity_code_id: &'a ActivityCodeId,
    /// Elapsed minutes after the shift's start.
    pub offset_minutes: u32,
    /// Elapsed length in minutes.
    pub length_minutes: u32,
    /// Whether it is paid.
    pub paid: bool,
}

impl<'a> From<&'a Activity> for ActivityView<'a> {
    fn from(activity: &'a Activity) -> Self {
        Self {
            activity_code_id: &activity.code,
            offset_minutes: activity.offset_min,
            length_minutes: activity.length_min,
            paid: activity.paid,
        }
    }
}

/// A shift's activities as they are lived. Documents hold many shifts: where none of the agent's
/// own activities lies in a shift, its own are borrowed.
#[derive(Debug, Clone)]
pub struct ActivitiesView<'a>(Cow<'a, [Activity]>);

impl<'a> ActivitiesView<'a> {
    /// The activities of a shift of a roster.
    #[must_use]
    pub fn new(roster: &Roster, body: &'a ShiftBody) -> Self {
        Self(roster.activities(body))
    }

    fn unpaid_min(&self) -> i64 {
        let unpaid = self.0.iter().filter(|activity| !activity.paid);
        unpaid.map(|activity| i64::from(activity.length_min)).sum()
    }
}

impl JsonSchema for ActivitiesView<'_> {
    fn schema_name() -> Cow<'static, str> {
        "ActivitiesView".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Vec<ActivityView<'_>>>()
    }
}

impl Serialize for ActivitiesView<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(ActivityView::from))
    }
}

/// A shift.
#[derive(Debug, Clone, Serialize, JsonSchema)]
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
    pub activities: ActivitiesView<'a>,
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
        let activities = ActivitiesView::new(roster, body);
        let newest = shift.newest();
        Self {
            id: &shift.id,
            agent_id: &body.owner,
            start: At(body.span.start),
            length_minutes: body.span.length_min,
            time_zone: body.span.zone.name(),
            paid_minutes: i64::from(body.span.length_min) - activities.unpaid_min(),
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

/// The answer to a new shift.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MadeShiftView<'a> {
    /// The shift.
    #[serde(flatten)]
    pub shift: ShiftView<'a>,
    /// What clock changes do to the shift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_changes: Option<ClockChangesView>,
}

/// The answer to a write of one shift: the shift as it is now, and what the write met.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WrittenShiftView<'a> {
    /// The shift.
    #[serde(flatten)]
    pub shift: ShiftView<'a>,
    /// Whether the write met somebody else's.
    pub merged: bool,
    /// Findings that stop nothing.
    pub findings: Vec<ConflictView>,
    /// What clock changes do to the shift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_changes: Option<ClockChangesView>,
}
