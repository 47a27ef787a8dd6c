//! Time off.

mod limit;
mod view;

use std::sync::Arc;

use jiff::civil::Date;
use muster_core::id::{ActivityCodeId, AgentId, TimeOffId, UnitId};
use muster_core::instant::Interval;
use muster_core::time_off::{Days, TimeOffRequest, TimeOffStatus};
use muster_core::{Roster, Zone, limits};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::ReadOnly;
use crate::input::{BadInput, Long, double};
use crate::time::{Bound, TimeIn};

pub use limit::{LimitIn, LimitView, LimitsIn};
pub use view::{IntervalView, TimeOffEvaluationView, TimeOffView};

/// `POST /timeoffrequests`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TimeOffIn {
    /// Its id, if the client chooses it.
    pub id: Option<TimeOffId>,
    /// The unit the agent is in.
    pub business_unit_id: Option<UnitId>,
    /// Who wants to be off.
    pub agent_id: Option<AgentId>,
    /// What kind of time off it is; `TimeOff`, when absent.
    pub activity_code_id: Option<ActivityCodeId>,
    /// Whole civil days in the agent's zone, or
    #[schemars(length(max = limits::TIME_OFF_DAYS))]
    pub full_days: Option<Vec<Date>>,
    /// from this instant
    pub start: Option<TimeIn>,
    /// to this one.
    pub end: Option<TimeIn>,
    /// Whether it is paid; as its code says, when absent.
    pub paid: Option<bool>,
    /// How many minutes are paid; `null` when nobody says.
    #[serde(deserialize_with = "double")]
    pub paid_minutes: Option<Option<u32>>,
    /// A remark; `null` for none.
    #[serde(deserialize_with = "double")]
    pub note: Option<Option<Long>>,
    #[serde(rename = "status")]
    _status: ReadOnly,
    #[serde(rename = "intervals")]
    _intervals: ReadOnly,
    #[serde(rename = "version")]
    _version: ReadOnly,
    #[serde(rename = "lastUpdated")]
    _last_updated: ReadOnly,
    #[serde(rename = "createdAt")]
    _created_at: ReadOnly,
    #[serde(rename = "findings")]
    _findings: ReadOnly,
    #[serde(rename = "waitlist")]
    _waitlist: ReadOnly,
    #[serde(rename = "maskedPaidMinutes")]
    _masked_paid_minutes: ReadOnly,
}

/// What a change of an undecided request sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimeOffChange {
    /// Other days.
    pub days: Option<Days>,
    /// Paid or not.
    pub paid: Option<bool>,
    /// How many minutes are paid, or that nobody says.
    pub paid_min: Option<Option<u32>>,
    /// Another remark, or none.
    pub note: Option<Option<Arc<str>>>,
}

impl TimeOffIn {
    /// The core's request.
    ///
    /// # Errors
    /// [`BadInput`] names the field that cannot be.
    pub fn request(
        self,
        roster: &Roster,
        mint: &mut dyn FnMut() -> TimeOffId,
    ) -> Result<TimeOffRequest, BadInput> {
        let agent = self.agent_id.clone().ok_or_else(|| BadInput::missing("/agentId"))?;
        let zone = zone(roster, &agent)?;
        let days = self.days(&zone)?.ok_or_else(|| BadInput::missing("/fullDays"))?;
        let code = self.activity_code_id.unwrap_or_else(|| {
            ActivityCodeId::parse("TimeOff").expect("names of categories are ids")
        });
        let known = roster.code(&code).ok_or_else(|| {
            BadInput::invalid("/activityCodeId", &code, "is not an activity code of this unit")
        })?;
        Ok(TimeOffRequest {
            id: self.id.unwrap_or_else(mint),
            agent,
            code,
            intervals: days.intervals(&zone),
            days,
            paid: self.paid.unwrap_or(known.paid),
            paid_min: self.paid_minutes.flatten(),
            note: self.note.flatten().map(|note| note.0),
        })
    }

    /// What `PATCH` sets; the agent and the kind of time off stay as they are.
    ///
    /// # Errors
    /// [`BadInput`] names the field that cannot be.
    pub fn change(
        self,
        roster: &Roster,
        known: &TimeOffRequest,
    ) -> Result<TimeOffChange, BadInput> {
        if let Some(other) = self.agent_id.as_ref().filter(|agent| **agent != known.agent) {
            let problem = format!("is not {}, and a request keeps its agent", known.agent);
            return Err(BadInput::invalid("/agentId", other, problem));
        }
        if let Some(other) = self.activity_code_id.as_ref().filter(|code| **code != known.code) {
            let problem = format!("is not {}, and a request keeps its code", known.code);
            return Err(BadInput::invalid("/activityCodeId", other, problem));
        }
        let days = self.days(&zone(roster, &known.agent)?)?;
        let note = self.note.map(|note| note.map(|note| note.0));
        Ok(TimeOffChange { days, paid: self.paid, paid_min: self.paid_minutes, note })
    }

    fn days(&self, zone: &Zone) -> Result<Option<Days>, BadInput> {
        days(self.full_days.as_deref(), self.start.as_ref(), self.end.as_ref(), zone)
    }
}

/// Whole days, or a stretch of time, or nothing of both.
pub(crate) fn days(
    full: Option<&[Date]>,
    start: Option<&TimeIn>,
    end: Option<&TimeIn>,
    zone: &Zone,
) -> Result<Option<Days>, BadInput> {
    match (full, start, end) {
        (None, None, None) => Ok(None),
        (Some(days), None, None) => full_days(days, zone).map(Some),
        (None, Some(start), Some(end)) => {
            let start = start.resolve(zone, "/start")?;
            let end = end.resolve(zone, "/end")?;
            let interval = Interval::new(start, end).ok_or_else(|| {
                BadInput::invalid("/end", &end, format!("is not after the start, {start}"))
            })?;
            Ok(Some(Days::Partial(interval)))
        }
        (None, Some(_), None) => Err(BadInput::missing("/end")),
        (None, None, Some(_)) => Err(BadInput::missing("/start")),
        (Some(_), Some(_), _) => Err(both("/start")),
        (Some(_), _, Some(_)) => Err(both("/end")),
    }
}

fn both(pointer: &str) -> BadInput {
    BadInput::invalid(pointer, &"a time", "cannot stand beside fullDays: send one or the other")
}

fn full_days(days: &[Date], zone: &Zone) -> Result<Days, BadInput> {
    if days.is_empty() || days.len() > limits::TIME_OFF_DAYS {
        let problem = format!("days are not within 1..={}", limits::TIME_OFF_DAYS);
        return Err(BadInput::invalid("/fullDays", &days.len(), problem));
    }
    if let Some(n) = days.iter().position(|day| zone.day(*day).is_none()) {
        let problem = format!("is no day in {zone}");
        return Err(BadInput::invalid(format!("/fullDays/{n}"), &days[n], problem));
    }
    let mut days = days.to_vec();
    days.sort_unstable();
    days.dedup();
    Ok(Days::FullDays(days))
}

fn zone(roster: &Roster, agent: &AgentId) -> Result<Zone, BadInput> {
    let known = roster.agent(agent).map(|record| record.agent.zone.clone());
    known.ok_or_else(|| BadInput::invalid("/agentId", agent, "is not an agent of this unit"))
}

/// `POST /timeoffrequests/query`; all of it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TimeOffQueryIn {
    /// The unit.
    pub business_unit_id: Option<UnitId>,
    /// Whose requests; everybody's, when absent.
    pub agent_ids: Option<Vec<AgentId>>,
    /// Requests that take time after this.
    pub from: Option<Bound>,
    /// Requests that take time before this.
    pub to: Option<Bound>,
    /// Where they stand; anywhere, when absent.
    pub statuses: Option<Vec<TimeOffStatus>>,
    /// How many to a page.
    pub page_size: Option<u32>,
    /// Where the page starts.
    pub cursor: Option<String>,
}

#[cfg(test)]
mod tests;
