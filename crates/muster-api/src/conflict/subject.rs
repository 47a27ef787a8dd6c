//! What findings are about.

use std::borrow::Cow;
use std::sync::Arc;

use muster_core::conflict::Subject;
use muster_core::id::{ActivityCodeId, AvailabilityId, ShiftId, SwapId, TimeOffId, TrunkGroupId};
use muster_core::shift::{Atom, Commitment};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use crate::time::At;

/// An activity that belongs to an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommitmentView {
    /// Its first instant.
    pub start: At,
    /// Its elapsed length in minutes.
    pub length_minutes: u32,
    /// What it is spent on.
    pub activity_code_id: ActivityCodeId,
    /// Whether it is paid.
    pub paid: bool,
}

impl From<&Commitment> for CommitmentView {
    fn from(commitment: &Commitment) -> Self {
        Self {
            start: At(commitment.start),
            length_minutes: commitment.length_min,
            activity_code_id: commitment.code.clone(),
            paid: commitment.paid,
        }
    }
}

/// An id in another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExternalIdView {
    /// The system.
    pub system: Arc<str>,
    /// The id there.
    pub id: Arc<str>,
}

/// What a finding is about: of each kind of thing, the first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubjectView {
    /// A shift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift_id: Option<ShiftId>,
    /// Which part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub atom: Option<Atom>,
    /// A time-off request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_off_id: Option<TimeOffId>,
    /// A swap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swap_id: Option<SwapId>,
    /// A skill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill: Option<Arc<str>>,
    /// An activity of the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity: Option<CommitmentView>,
    /// An id in another system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalIdView>,
    /// A group of trunks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trunk_group_id: Option<TrunkGroupId>,
    /// A site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<Arc<str>>,
    /// Something the agent says of when they can work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_id: Option<AvailabilityId>,
}

impl SubjectView {
    /// Of each kind of thing the first.
    #[must_use]
    pub fn first(subjects: &[Subject], atom: Option<Atom>) -> Self {
        let mut view = Self { atom, ..Self::default() };
        for subject in subjects {
            view.take(subject);
        }
        view
    }

    fn take(&mut self, subject: &Subject) {
        match subject {
            Subject::Shift(id) => drop(self.shift_id.get_or_insert_with(|| id.clone())),
            Subject::TimeOff(id) => drop(self.time_off_id.get_or_insert_with(|| id.clone())),
            Subject::Swap(id) => drop(self.swap_id.get_or_insert_with(|| id.clone())),
            Subject::Skill(name) => drop(self.skill.get_or_insert_with(|| name.clone())),
            Subject::Commitment(commitment) => {
                self.activity.get_or_insert_with(|| CommitmentView::from(commitment));
            }
            Subject::ExternalId(system, id) => {
                let (system, id) = (system.clone(), id.clone());
                self.external_id.get_or_insert(ExternalIdView { system, id });
            }
            Subject::Trunk(id) => drop(self.trunk_group_id.get_or_insert_with(|| id.clone())),
            Subject::Site(id) => drop(self.site.get_or_insert_with(|| id.clone())),
            Subject::Availability(id) => {
                self.availability_id.get_or_insert_with(|| id.clone());
            }
        }
    }
}

/// All that a finding is about, each thing as a member of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubjectsView(pub Vec<Subject>);

impl JsonSchema for SubjectsView {
    fn schema_name() -> Cow<'static, str> {
        "SubjectsView".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Vec<SubjectView>>()
    }
}

impl Serialize for SubjectsView {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.0.len()))?;
        for subject in &self.0 {
            let mut view = SubjectView::default();
            view.take(subject);
            list.serialize_element(&view)?;
        }
        list.end()
    }
}
