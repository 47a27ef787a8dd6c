//! What a unit asks of all agents together: required staff, trunk groups, sites.

use std::sync::Arc;

use muster_core::id::{ManagementUnitId, TrunkGroupId, UnitId};
use muster_core::levels::{
    Capacities, Levels, Need, Site, SkillStaffing, Staffed, StaffingChange, TrunkGroup,
};
use muster_core::roster::Known;
use muster_core::{Interval, Revision, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ReadOnly;
use crate::input::{BadInput, Short};
use crate::time::{At, TimeIn};

/// So many agents in a stretch of time.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NeedIn {
    /// From this quarter hour
    pub start: TimeIn,
    /// to this one.
    pub end: TimeIn,
    /// How many.
    #[schemars(range(max = muster_core::limits::LEVEL))]
    pub agents: u32,
    #[serde(default, rename = "present")]
    _present: ReadOnly,
    #[serde(default, rename = "missing")]
    _missing: ReadOnly,
}

/// The agents with a skill who are needed on the queue.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SkillStaffingIn {
    /// The skill; everybody counts, when absent.
    #[serde(default)]
    pub skill: Option<Short>,
    /// When and how many; nothing is required in between.
    pub intervals: Vec<NeedIn>,
}

/// `PUT /businessunits/{id}/staffing`: sets the skills it lists, from `from` to `to`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StaffingIn {
    /// From this quarter hour
    pub from: TimeIn,
    /// to this one.
    pub to: TimeIn,
    /// By skill.
    pub staffing: Vec<SkillStaffingIn>,
    #[serde(default, rename = "businessUnitId")]
    _business_unit_id: ReadOnly,
    #[serde(default, rename = "version")]
    _version: ReadOnly,
}

fn span(
    zone: &Zone,
    place: &str,
    (start, end): (&TimeIn, &TimeIn),
    (first, last): (&str, &str),
) -> Result<Interval, BadInput> {
    let (from, until) = (format!("{place}/{first}"), format!("{place}/{last}"));
    let (start, end) = (start.resolve(zone, &from)?, end.resolve(zone, &until)?);
    let wrong = || BadInput::invalid(until, &end, format!("is not after {first}"));
    Interval::new(start, end).ok_or_else(wrong)
}

impl StaffingIn {
    /// What is required now; wall times are those of the unit's zone.
    ///
    /// # Errors
    /// [`BadInput`] names the time that cannot be.
    pub fn change(self, zone: &Zone) -> Result<StaffingChange, BadInput> {
        let during = span(zone, "", (&self.from, &self.to), ("from", "to"))?;
        let mut skills = Vec::with_capacity(self.staffing.len());
        for (n, staffing) in self.staffing.into_iter().enumerate() {
            let mut needs = Vec::with_capacity(staffing.intervals.len());
            for (m, need) in staffing.intervals.into_iter().enumerate() {
                let place = format!("/staffing/{n}/intervals/{m}");
                let during = span(zone, &place, (&need.start, &need.end), ("start", "end"))?;
                needs.push(Need { during, agents: need.agents });
            }
            skills.push(SkillStaffing { skill: staffing.skill.map(|skill| skill.0), needs });
        }
        Ok(StaffingChange { during, skills })
    }
}

/// As many agents required, and as many there, in a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaffedView {
    /// From this quarter hour
    pub start: At,
    /// to this one.
    pub end: At,
    /// How many are required.
    pub agents: u32,
    /// How many are on the queue.
    pub present: u32,
    /// How many that is too few.
    pub missing: u32,
}

impl From<&Staffed> for StaffedView {
    fn from(staffed: &Staffed) -> Self {
        let Staffed { during, required, present } = staffed;
        Self {
            start: At(during.start()),
            end: At(during.end()),
            agents: *required,
            present: *present,
            missing: required.saturating_sub(*present),
        }
    }
}

/// The agents with a skill who are needed, and those who are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SkillStaffingView {
    /// The skill; everybody counts, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill: Option<Arc<str>>,
    /// When and how many, where any are required.
    pub intervals: Vec<StaffedView>,
}

/// The required staff of a stretch of time, and how many agents there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaffingView<'a> {
    /// The unit.
    pub business_unit_id: &'a UnitId,
    /// From here
    pub from: At,
    /// to here.
    pub to: At,
    /// By skill, everybody first.
    pub staffing: Vec<SkillStaffingView>,
    /// The revision that last changed what is required.
    pub version: Revision,
}

impl<'a> StaffingView<'a> {
    /// The required staff of a stretch of time.
    #[must_use]
    pub fn new(unit: &'a UnitId, levels: &Levels, during: Interval) -> Self {
        let view = |(skill, stretches): (Option<Arc<str>>, Vec<Staffed>)| SkillStaffingView {
            skill,
            intervals: stretches.iter().map(StaffedView::from).collect(),
        };
        Self {
            business_unit_id: unit,
            from: At(during.start()),
            to: At(during.end()),
            staffing: levels.staffing(during).into_iter().map(view).collect(),
            version: levels.required_version(),
        }
    }
}

/// Lines that agents on the queue share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrunkGroupDoc {
    /// Its id.
    pub id: TrunkGroupId,
    /// How many agents may be on the queue at once.
    #[schemars(range(max = muster_core::limits::LEVEL))]
    pub capacity: u32,
    /// Who uses it: agents with one of these skills; all, when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<Short>,
    /// Of these, agents of one of these management units; all, when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub management_unit_ids: Vec<ManagementUnitId>,
}

/// `PUT /businessunits/{id}/trunks`: all the groups there are.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrunksIn {
    /// The groups.
    #[schemars(length(max = muster_core::limits::CAPACITIES))]
    pub trunks: Vec<TrunkGroupDoc>,
    #[serde(default, rename = "businessUnitId")]
    _business_unit_id: ReadOnly,
    #[serde(default, rename = "since")]
    _since: ReadOnly,
    #[serde(default, rename = "version")]
    _version: ReadOnly,
}

impl TrunksIn {
    /// The core's groups.
    #[must_use]
    pub fn groups(self) -> Vec<TrunkGroup> {
        let group = |doc: TrunkGroupDoc| TrunkGroup {
            id: doc.id,
            capacity: doc.capacity,
            skills: doc.skills.into_iter().map(|skill| skill.0).collect(),
            management_units: doc.management_unit_ids,
        };
        self.trunks.into_iter().map(group).collect()
    }
}

/// A unit's trunk groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrunksView<'a> {
    /// The unit.
    pub business_unit_id: &'a UnitId,
    /// The groups, by id.
    pub trunks: Vec<TrunkGroupDoc>,
    /// From when on they are watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<At>,
    /// The revision that last changed them.
    pub version: Revision,
}

fn since<T>(known: Option<&Known<Capacities<T>>>) -> Option<At> {
    known.map(|known| At(known.value.since.start()))
}

fn version<T>(known: Option<&Known<Capacities<T>>>) -> Revision {
    known.map_or(Revision::ZERO, |known| known.origin.revision)
}

impl<'a> TrunksView<'a> {
    /// A unit's trunk groups.
    #[must_use]
    pub fn new(unit: &'a UnitId, levels: &Levels) -> Self {
        let known = levels.trunks();
        let doc = |group: &TrunkGroup| {
            let TrunkGroup { id, capacity, skills, management_units } = group;
            TrunkGroupDoc {
                id: id.clone(),
                capacity: *capacity,
                skills: skills.iter().cloned().map(Short).collect(),
                management_unit_ids: management_units.clone(),
            }
        };
        Self {
            business_unit_id: unit,
            trunks: known.iter().flat_map(|known| &known.value.all).map(doc).collect(),
            since: since(known),
            version: version(known),
        }
    }
}

/// A place with seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SiteDoc {
    /// Its name, as the `site` of shifts spells it.
    pub id: Short,
    /// How many agents may be there at once.
    #[schemars(range(max = muster_core::limits::LEVEL))]
    pub seats: u32,
}

/// `PUT /businessunits/{id}/sites`: all the sites whose seats count.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SitesIn {
    /// The sites.
    #[schemars(length(max = muster_core::limits::CAPACITIES))]
    pub sites: Vec<SiteDoc>,
    #[serde(default, rename = "businessUnitId")]
    _business_unit_id: ReadOnly,
    #[serde(default, rename = "since")]
    _since: ReadOnly,
    #[serde(default, rename = "version")]
    _version: ReadOnly,
}

impl SitesIn {
    /// The core's sites.
    #[must_use]
    pub fn sites(self) -> Vec<Site> {
        self.sites.into_iter().map(|doc| Site { id: doc.id.0, seats: doc.seats }).collect()
    }
}

/// A unit's sites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SitesView<'a> {
    /// The unit.
    pub business_unit_id: &'a UnitId,
    /// The sites, by name.
    pub sites: Vec<SiteDoc>,
    /// From when on they are watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<At>,
    /// The revision that last changed them.
    pub version: Revision,
}

impl<'a> SitesView<'a> {
    /// A unit's sites.
    #[must_use]
    pub fn new(unit: &'a UnitId, levels: &Levels) -> Self {
        let known = levels.sites();
        let doc = |site: &Site| SiteDoc { id: Short(site.id.clone()), seats: site.seats };
        Self {
            business_unit_id: unit,
            sites: known.iter().flat_map(|known| &known.value.all).map(doc).collect(),
            since: since(known),
            version: version(known),
        }
    }
}

#[cfg(test)]
mod tests;
