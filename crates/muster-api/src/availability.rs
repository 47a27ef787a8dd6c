//! What agents say of when they can, or would like to, work.

use std::sync::Arc;

use jiff::civil::{Date, Time};
use muster_core::availability::{Availability, Says, Weekly, When};
use muster_core::id::{AgentId, AvailabilityId};
use muster_core::roster::Known;
use muster_core::time_off::Days;
use muster_core::unit::DayOfWeek;
use muster_core::{Revision, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ReadOnly;
use crate::conflict::ConflictView;
use crate::input::{BadInput, Long};
use crate::time::{At, TimeIn};
use crate::time_off::days;
use crate::unit::same_id;

/// The same hours of some days of every week, in the agent's zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct WeeklyIn {
    /// On these days; on all of them, when absent.
    pub days_of_week: Option<Vec<DayOfWeek>>,
    /// From this time of day, `18:00`,
    pub from: Option<String>,
    /// to this one, on the day after when it is not later: `24:00` is the end of the day. The
    /// whole day, when both are absent.
    pub to: Option<String>,
    /// The first day of all; from ever, when absent.
    pub valid_from: Option<Date>,
    /// The last day of all; for ever, when absent.
    pub valid_until: Option<Date>,
}

/// `PUT /agents/{agentId}/availability/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AvailabilityIn {
    /// Its id; beside a path it may come again.
    pub id: Option<AvailabilityId>,
    /// Who says it; the path names the agent.
    pub agent_id: Option<AgentId>,
    /// What.
    pub says: Option<Says>,
    /// Whole civil days in the agent's zone, or
    pub full_days: Option<Vec<Date>>,
    /// from this instant
    pub start: Option<TimeIn>,
    /// to this one, or
    pub end: Option<TimeIn>,
    /// every week.
    pub weekly: Option<WeeklyIn>,
    /// A remark.
    pub note: Option<Long>,
    #[serde(rename = "version")]
    _version: ReadOnly,
    #[serde(rename = "lastUpdated")]
    _last_updated: ReadOnly,
    #[serde(rename = "findings")]
    _findings: ReadOnly,
}

impl AvailabilityIn {
    /// What is said, by the agent and under the id that the path names.
    ///
    /// # Errors
    /// [`BadInput`] names the field that cannot be.
    pub fn availability(
        self,
        agent: AgentId,
        id: AvailabilityId,
        zone: &Zone,
    ) -> Result<Availability, BadInput> {
        same_id(self.id.as_ref(), &id)?;
        if let Some(other) = self.agent_id.as_ref().filter(|other| **other != agent) {
            let problem = format!("is not {agent}, which the path names");
            return Err(BadInput::invalid("/agentId", other, problem));
        }
        let says = self.says.ok_or_else(|| BadInput::missing("/says"))?;
        let once = days(self.full_days.as_deref(), self.start.as_ref(), self.end.as_ref(), zone)?;
        let when = match (once, self.weekly) {
            (Some(days), None) => When::On(days),
            (None, Some(weekly)) => When::Weekly(weekly.weekly()?),
            (None, None) => return Err(BadInput::missing("/weekly")),
            (Some(_), Some(_)) => {
                let problem = "cannot stand beside fullDays, start or end: send one or the other";
                return Err(BadInput::invalid("/weekly", &"a pattern", problem));
            }
        };
        Ok(Availability { id, agent, says, when, note: self.note.map(|note| note.0) })
    }
}

const EVERY_DAY: [DayOfWeek; 7] = [
    DayOfWeek::Monday,
    DayOfWeek::Tuesday,
    DayOfWeek::Wednesday,
    DayOfWeek::Thursday,
    DayOfWeek::Friday,
    DayOfWeek::Saturday,
    DayOfWeek::Sunday,
];

impl WeeklyIn {
    fn weekly(self) -> Result<Weekly, BadInput> {
        let hours = match (&self.from, &self.to) {
            (None, None) => None,
            (Some(from), Some(to)) => Some((time(from, "/weekly/from")?, time(to, "/weekly/to")?)),
            (Some(_), None) => return Err(BadInput::missing("/weekly/to")),
            (None, Some(_)) => return Err(BadInput::missing("/weekly/from")),
        };
        let days = self.days_of_week.unwrap_or_else(|| EVERY_DAY.to_vec()).into_iter().collect();
        Ok(Weekly { days, hours, first: self.valid_from, last: self.valid_until })
    }
}

/// `18:00`, or `24:00` for the midnight at the end of the day.
fn time(text: &str, pointer: &str) -> Result<Time, BadInput> {
    if text == "24:00" && pointer.ends_with("to") {
        return Ok(Time::midnight());
    }
    let wrong = || BadInput::invalid(pointer, &text, "is not a time of day such as 18:00");
    (text.len() == 5).then(|| text.parse().ok()).flatten().ok_or_else(wrong)
}

/// A weekly pattern as it is answered.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WeeklyView {
    /// On these days.
    pub days_of_week: Vec<DayOfWeek>,
    /// From this time of day; both are absent where whole days are meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// To this one, on the day after when it is not later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The first day of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// The last day of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
}

impl From<&Weekly> for WeeklyView {
    fn from(weekly: &Weekly) -> Self {
        let Weekly { days, hours, first, last } = weekly;
        let text = |time: Time| time.strftime("%H:%M").to_string();
        Self {
            days_of_week: days.iter().copied().collect(),
            from: hours.map(|(from, _)| text(from)),
            to: hours.map(|(_, to)| text(to)),
            valid_from: *first,
            valid_until: *last,
        }
    }
}

/// Something that an agent says of when they can work.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AvailabilityView<'a> {
    /// Its id, among what this agent says.
    pub id: &'a AvailabilityId,
    /// Who says it.
    pub agent_id: &'a AgentId,
    /// What.
    pub says: Says,
    /// Whole civil days in the agent's zone, where those are meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_days: Option<&'a [Date]>,
    /// From this instant, where one stretch of time is meant,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<At>,
    /// to this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<At>,
    /// Every week, where that is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekly: Option<WeeklyView>,
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'a Arc<str>>,
    /// The agent's work from now on that is against it, where somebody has just said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<ConflictView>>,
    /// The revision that last changed it.
    pub version: Revision,
    /// When that was.
    pub last_updated: At,
}

impl<'a> From<&'a Known<Availability>> for AvailabilityView<'a> {
    fn from(known: &'a Known<Availability>) -> Self {
        let Availability { id, agent, says, when, note } = &known.value;
        let (full_days, partial, weekly) = match when {
            When::On(Days::FullDays(days)) => (Some(days.as_slice()), None, None),
            When::On(Days::Partial(interval)) => (None, Some(*interval), None),
            When::Weekly(weekly) => (None, None, Some(weekly)),
        };
        Self {
            id,
            agent_id: agent,
            says: *says,
            full_days,
            start: partial.map(|interval| At(interval.start())),
            end: partial.map(|interval| At(interval.end())),
            weekly: weekly.map(WeeklyView::from),
            note: note.as_ref(),
            findings: None,
            version: known.origin.revision,
            last_updated: At(known.origin.at),
        }
    }
}

impl AvailabilityView<'_> {
    /// The same, with the agent's work that is against it.
    #[must_use]
    pub fn with_findings(mut self, findings: Vec<ConflictView>) -> Self {
        self.findings = Some(findings);
        self
    }
}

#[cfg(test)]
mod tests;
