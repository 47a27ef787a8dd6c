//! Limits on time off: `PUT /timeofflimits` and `GET /timeofflimits`.

use jiff::civil::Date;
use muster_core::id::{ActivityCodeId, ManagementUnitId, TimeOffLimitId, UnitId};
use muster_core::instant::Interval;
use muster_core::roster::Known;
use muster_core::time_off::{Places, TimeOffLimit};
use muster_core::{Revision, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ReadOnly;
use crate::input::BadInput;
use crate::time::{At, TimeIn};

/// How many may be off at some time in a stretch.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IntervalLimitIn {
    /// From this instant
    pub start: TimeIn,
    /// to this one
    pub end: TimeIn,
    /// so many agents at most.
    pub max_agents: u32,
}

/// How many may be off on a civil day of the unit's zone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DayLimitIn {
    /// The day.
    pub date: Date,
    /// So many agents at most.
    pub max_agents: u32,
}

/// A limit.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitIn {
    /// Its id.
    pub id: TimeOffLimitId,
    /// Whose time off counts; everybody's, when absent.
    #[serde(default)]
    pub management_unit_id: Option<ManagementUnitId>,
    /// What kinds of time off count; all, when empty.
    #[serde(default)]
    pub activity_code_ids: Vec<ActivityCodeId>,
    /// Stretches of time.
    #[serde(default)]
    pub intervals: Vec<IntervalLimitIn>,
    /// Civil days in the unit's zone.
    #[serde(default)]
    pub days: Vec<DayLimitIn>,
    #[serde(default, rename = "version")]
    _version: ReadOnly,
    #[serde(default, rename = "lastUpdated")]
    _last_updated: ReadOnly,
}

/// `PUT /timeofflimits`: sets the limits it lists; one without intervals and days is taken away.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LimitsIn {
    /// The unit.
    pub business_unit_id: Option<UnitId>,
    /// The limits.
    pub limits: Vec<LimitIn>,
}

impl LimitIn {
    /// The core's limit; the unit's zone says what its days are.
    ///
    /// # Errors
    /// [`BadInput`] names the stretch of time that cannot be.
    pub fn limit(self, zone: &Zone) -> Result<TimeOffLimit, BadInput> {
        let mut places = Vec::with_capacity(self.intervals.len() + self.days.len());
        for (n, IntervalLimitIn { start, end, max_agents }) in
            self.intervals.into_iter().enumerate()
        {
            let start = start.resolve(zone, &format!("/intervals/{n}/start"))?;
            let end = end.resolve(zone, &format!("/intervals/{n}/end"))?;
            let during = Interval::new(start, end).ok_or_else(|| {
                let problem = format!("is not after the start, {start}");
                BadInput::invalid(format!("/intervals/{n}/end"), &end, problem)
            })?;
            places.push(Places { during, agents: max_agents });
        }
        for (n, DayLimitIn { date, max_agents }) in self.days.into_iter().enumerate() {
            let during = zone.day(date).ok_or_else(|| {
                BadInput::invalid(format!("/days/{n}/date"), &date, format!("is no day in {zone}"))
            })?;
            places.push(Places { during, agents: max_agents });
        }
        places.sort_unstable();
        Ok(TimeOffLimit {
            id: self.id,
            group: self.management_unit_id,
            codes: self.activity_code_ids,
            places,
        })
    }
}

/// How many may be off at some time in a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntervalLimitView {
    /// From this instant
    pub start: At,
    /// to this one
    pub end: At,
    /// so many agents at most.
    pub max_agents: u32,
}

/// A limit.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LimitView<'a> {
    /// Its id.
    pub id: &'a TimeOffLimitId,
    /// Whose time off counts; everybody's, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub management_unit_id: Option<&'a ManagementUnitId>,
    /// What kinds of time off count; all, when empty.
    pub activity_code_ids: &'a [ActivityCodeId],
    /// The stretches, sorted.
    pub intervals: Vec<IntervalLimitView>,
    /// The revision that last changed it.
    pub version: Revision,
    /// When that was.
    pub last_updated: At,
}

impl<'a> From<&'a Known<TimeOffLimit>> for LimitView<'a> {
    fn from(known: &'a Known<TimeOffLimit>) -> Self {
        let TimeOffLimit { id, group, codes, places } = &known.value;
        let interval = |places: &Places| IntervalLimitView {
            start: At(places.during.start()),
            end: At(places.during.end()),
            max_agents: places.agents,
        };
        Self {
            id,
            management_unit_id: group.as_ref(),
            activity_code_ids: codes,
            intervals: places.iter().map(interval).collect(),
            version: known.origin.revision,
            last_updated: At(known.origin.at),
        }
    }
}
