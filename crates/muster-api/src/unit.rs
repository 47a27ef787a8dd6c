//! Business units and management units.

use std::sync::Arc;

use muster_core::id::{ManagementUnitId, UnitId};
use muster_core::roster::Known;
use muster_core::unit::{BusinessUnit, DayOfWeek, ManagementUnit};
use muster_core::{Revision, Roster, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ReadOnly;
use crate::input::{BadInput, Short};
use crate::time::At;

/// `POST /businessunits`, `PATCH /businessunits/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UnitIn {
    /// Its id, if the client chooses it.
    pub id: Option<UnitId>,
    /// What people call it.
    pub name: Option<Short>,
    /// The zone in which its dates and weeks are counted.
    pub time_zone: Option<Zone>,
    /// The first day of its planning week.
    pub start_day_of_week: Option<DayOfWeek>,
    #[serde(rename = "version")]
    _version: ReadOnly,
    #[serde(rename = "lastUpdated")]
    _last_updated: ReadOnly,
}

impl UnitIn {
    /// The unit that is meant; what is absent is as it was.
    ///
    /// # Errors
    /// [`BadInput`] when a new unit has no name or zone, or the body names another one.
    pub fn unit(self, id: UnitId, known: Option<&BusinessUnit>) -> Result<BusinessUnit, BadInput> {
        same_id(self.id.as_ref(), &id)?;
        let name = self.name.map(|name| name.0).or(known.map(|unit| unit.name.clone()));
        let zone = self.time_zone.or(known.map(|unit| unit.zone.clone()));
        let first_day = self.start_day_of_week.or(known.map(|unit| unit.first_day));
        Ok(BusinessUnit {
            id,
            name: name.ok_or_else(|| BadInput::missing("/name"))?,
            zone: zone.ok_or_else(|| BadInput::missing("/timeZone"))?,
            first_day: first_day.unwrap_or_default(),
        })
    }
}

/// A record's id stands in the path: in the body it may come again, but not differ.
pub(crate) fn same_id<I: PartialEq + ToString>(said: Option<&I>, id: &I) -> Result<(), BadInput> {
    match said.filter(|said| *said != id) {
        None => Ok(()),
        Some(said) => {
            let problem = format!("is not {}, which the path names", id.to_string());
            Err(BadInput::invalid("/id", said, problem))
        }
    }
}

/// A business unit.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnitView<'a> {
    /// Its id.
    pub id: &'a UnitId,
    /// What people call it.
    pub name: &'a str,
    /// The zone in which its dates and weeks are counted.
    pub time_zone: &'a str,
    /// The first day of its planning week.
    pub start_day_of_week: DayOfWeek,
    /// The revision that last changed it.
    pub version: Revision,
}

impl<'a> UnitView<'a> {
    /// The unit of a roster, once it was made.
    #[must_use]
    pub fn new(roster: &'a Roster) -> Option<Self> {
        let unit = roster.unit()?;
        Some(Self {
            id: &unit.id,
            name: &unit.name,
            time_zone: unit.zone.name(),
            start_day_of_week: unit.first_day,
            version: roster.unit_version(),
        })
    }
}

/// `POST /managementunits`, `PATCH /managementunits/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ManagementUnitIn {
    /// Its id, if the client chooses it.
    pub id: Option<ManagementUnitId>,
    /// The unit it is part of.
    pub business_unit_id: Option<UnitId>,
    /// What people call it.
    pub name: Option<Short>,
    #[serde(rename = "version")]
    _version: ReadOnly,
    #[serde(rename = "lastUpdated")]
    _last_updated: ReadOnly,
}

impl ManagementUnitIn {
    /// The management unit that is meant; what is absent is as it was.
    ///
    /// # Errors
    /// [`BadInput`] when a new one has no name, or the body names another one.
    pub fn management_unit(
        self,
        id: ManagementUnitId,
        known: Option<&ManagementUnit>,
    ) -> Result<ManagementUnit, BadInput> {
        same_id(self.id.as_ref(), &id)?;
        let name: Option<Arc<str>> =
            self.name.map(|name| name.0).or(known.map(|unit| unit.name.clone()));
        Ok(ManagementUnit { id, name: name.ok_or_else(|| BadInput::missing("/name"))? })
    }
}

/// A management unit.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagementUnitView<'a> {
    /// Its id.
    pub id: &'a ManagementUnitId,
    /// The unit it is part of.
    pub business_unit_id: &'a UnitId,
    /// What people call it.
    pub name: &'a str,
    /// The revision that last changed it.
    pub version: Revision,
    /// When that was.
    pub last_updated: At,
}

impl<'a> ManagementUnitView<'a> {
    /// A management unit of a unit.
    #[must_use]
    pub fn new(unit: &'a UnitId, known: &'a Known<ManagementUnit>) -> Self {
        Self {
            id: &known.value.id,
            business_unit_id: unit,
            name: &known.value.name,
            version: known.origin.revision,
            last_updated: At(known.origin.at),
        }
    }
}

#[cfg(test)]
mod tests;
