//! The values that clash, spelled as the fields of a shift.

use muster_core::shift::AtomValue;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::shift::ActivityView;
use crate::time::At;

/// An atom's value, as the fields of a shift that hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtomView(pub AtomValue);

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
