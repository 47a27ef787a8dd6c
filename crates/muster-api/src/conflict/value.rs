//! The values that clash, spelled as the fields of a shift.

use std::borrow::Cow;

use muster_core::id::AgentId;
use muster_core::shift::{AtomValue, ExternalIds, Tags};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::shift::ActivityView;
use crate::time::At;

/// An atom's value, as the fields of a shift that hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtomView(pub AtomValue);

/// The members of [`AtomView`]: those of one atom are there.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is asked for")]
struct AtomFields {
    /// Whether the shift is there.
    exists: Option<bool>,
    /// Who works it.
    agent_id: Option<AgentId>,
    /// Its first instant.
    start: Option<At>,
    /// Its elapsed length in minutes.
    length_minutes: Option<u32>,
    /// The zone it was entered with.
    time_zone: Option<String>,
    /// What is not on-queue work.
    activities: Option<Vec<ActivityView<'static>>>,
    /// Where it is worked.
    site: Option<String>,
    /// The work plan it came from.
    work_plan: Option<String>,
    /// Its ids in other systems, by system.
    external_ids: Option<ExternalIds>,
    /// A remark.
    note: Option<String>,
    /// Labels.
    tags: Option<Tags>,
}

impl JsonSchema for AtomView {
    fn schema_name() -> Cow<'static, str> {
        "AtomView".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = AtomFields::json_schema(generator);
        schema.remove("required");
        let about = "A part of a shift, as the fields of a shift that hold it.";
        schema.insert("description".to_owned(), about.into());
        schema
    }
}

impl Serialize for AtomView {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        match &self.0 {
            AtomValue::Exists(exists) => map.serialize_entry("exists", exists)?,
            AtomValue::Owner(agent) => map.serialize_entry("agentId", agent)?,
            AtomValue::Span(span) => {
                map.serialize_entry("start", &At(span.start))?;
                map.serialize_entry("lengthMinutes", &span.length_min)?;
                map.serialize_entry("timeZone", span.zone.name())?;
            }
            AtomValue::Activities(activities) => {
                let all = activities.iter().map(ActivityView::from);
                map.serialize_entry("activities", &all.collect::<Vec<_>>())?;
            }
            AtomValue::Site(site) => map.serialize_entry("site", site)?,
            AtomValue::WorkPlan(plan) => map.serialize_entry("workPlan", plan)?,
            AtomValue::ExternalIds(ids) => map.serialize_entry("externalIds", ids)?,
            AtomValue::Note(note) => map.serialize_entry("note", note)?,
            AtomValue::Tags(tags) => map.serialize_entry("tags", tags)?,
        }
        map.end()
    }
}
