//! Business units and management units.

use std::sync::Arc;

use jiff::civil::{Date, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{ManagementUnitId, UnitId};
use crate::instant::{Instant, Interval};
use crate::zone::Zone;

/// The top planning container: its zone decides dates and weeks, its ledger holds everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessUnit {
    /// Its id.
    pub id: UnitId,
    /// What people call it.
    pub name: Arc<str>,
    /// The zone in which its dates and weeks are counted.
    pub zone: Zone,
    /// The first day of its planning week.
    pub first_day: DayOfWeek,
}

impl BusinessUnit {
    /// The week that an instant belongs to, named by its first day.
    #[must_use]
    pub fn week_of(&self, at: Instant) -> Date {
        Zone::week_of(self.zone.date(at), self.first_day.into())
    }

    /// A week as elapsed time: 168 hours, but 167 or 169 when the clocks change.
    #[must_use]
    pub fn week(&self, first: Date) -> Option<Interval> {
        let last = Zone::days_after(first, 6)?;
        self.zone.days(first, last)
    }
}

/// A day of the week.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "PascalCase")]
pub enum DayOfWeek {
    /// ISO 8601's choice.
    #[default]
    Monday,
    #[expect(missing_docs, reason = "days name themselves")]
    Tuesday,
    #[expect(missing_docs, reason = "days name themselves")]
    Wednesday,
    #[expect(missing_docs, reason = "days name themselves")]
    Thursday,
    #[expect(missing_docs, reason = "days name themselves")]
    Friday,
    #[expect(missing_docs, reason = "days name themselves")]
    Saturday,
    #[expect(missing_docs, reason = "days name themselves")]
    Sunday,
}

impl From<DayOfWeek> for Weekday {
    fn from(day: DayOfWeek) -> Self {
        match day {
            DayOfWeek::Monday => Self::Monday,
            DayOfWeek::Tuesday => Self::Tuesday,
            DayOfWeek::Wednesday => Self::Wednesday,
            DayOfWeek::Thursday => Self::Thursday,
            DayOfWeek::Friday => Self::Friday,
            DayOfWeek::Saturday => Self::Saturday,
            DayOfWeek::Sunday => Self::Sunday,
        }
    }
}

impl From<Weekday> for DayOfWeek {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}

/// A group of agents inside a business unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagementUnit {
    /// Its id.
    pub id: ManagementUnitId,
    /// What people call it.
    pub name: Arc<str>,
}
