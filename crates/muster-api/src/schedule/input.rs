//! Schedules as clients write them.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;
use muster_core::acknowledge::Acknowledgement;
use muster_core::command::{Mode, Resolution, Terms};
use muster_core::diff::WeekDoc;
use muster_core::id::{AgentId, ScheduleId, UnitId};
use muster_core::{Revision, Roster};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::ReadOnly;
use crate::input::{BadInput, Long, Short};
use crate::shift::{Edited, Listed, ShiftIn};
use crate::terms::TermsIn;

/// One agent's whole week.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgentScheduleIn {
    /// The agent.
    pub agent_id: AgentId,
    /// All the agent's shifts that start in the week.
    #[serde(default)]
    #[schemars(with = "Vec<Listed>")]
    pub shifts: Vec<ShiftIn>,
    #[serde(default, rename = "version")]
    _version: ReadOnly,
}

impl AgentScheduleIn {
    /// The core's documents, in the order of the request.
    ///
    /// # Errors
    /// [`BadInput`] names the field that cannot be.
    pub fn docs(all: Vec<Self>, ground: &Roster) -> Result<Vec<WeekDoc>, BadInput> {
        let mut docs = Vec::with_capacity(all.len());
        for (n, week) in all.into_iter().enumerate() {
            let agent = week.agent_id;
            let mut shifts = Vec::with_capacity(week.shifts.len());
            for (m, shift) in week.shifts.into_iter().enumerate() {
                let pointer = format!("/agentSchedules/{n}/shifts/{m}");
                shifts.push(shift.listed_doc(ground, &agent, &pointer)?);
            }
            docs.push(WeekDoc { agent, shifts });
        }
        Ok(docs)
    }
}

/// What a new draft starts from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StartFrom {
    /// Nothing is wanted yet.
    #[default]
    Empty,
    /// What is live now.
    Published,
    /// Another schedule's wishes.
    Schedule(ScheduleId),
}

impl JsonSchema for StartFrom {
    fn schema_name() -> Cow<'static, str> {
        "StartFrom".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What a new draft starts from: nothing, what is live now, or another \
                            schedule's wishes.",
            "anyOf": [
                { "type": "string", "enum": ["empty", "published"] },
                generator.subschema_for::<ScheduleId>(),
            ],
            "examples": ["published"],
        })
    }
}

impl<'de> Deserialize<'de> for StartFrom {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Ok(match text.as_str() {
            "empty" => Self::Empty,
            "published" => Self::Published,
            _ => Self::Schedule(ScheduleId::parse(&text).map_err(serde::de::Error::custom)?),
        })
    }
}

/// `POST /schedules`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleNewIn {
    /// Its id, if the client chooses it.
    #[serde(default)]
    pub id: Option<ScheduleId>,
    /// The unit.
    pub business_unit_id: UnitId,
    /// The week's first day.
    pub week_date: Date,
    /// What people call it.
    #[serde(default)]
    pub name: Option<Short>,
    /// What a draft starts from.
    #[serde(default)]
    pub from: Option<StartFrom>,
    /// Whole weeks of the agents that are listed.
    #[serde(default)]
    pub agent_schedules: Option<Vec<AgentScheduleIn>>,
    /// Instead of whole weeks: a change set's edits.
    #[serde(default)]
    #[schemars(with = "Option<Vec<Edited>>")]
    pub edits: Option<Vec<ShiftIn>>,
    /// Whether it goes live in the same step.
    #[serde(default)]
    pub publish: bool,
    /// The revision the content starts from.
    #[serde(default)]
    pub base_revision: Option<Revision>,
    /// When publishing: whether it stands or falls as one.
    #[serde(default)]
    pub mode: Mode,
    /// When publishing: findings that somebody answers for.
    #[serde(default)]
    #[schemars(length(max = muster_core::limits::ACKNOWLEDGEMENTS))]
    pub acknowledge: Vec<Acknowledgement>,
    /// When publishing: decisions about clashes.
    #[serde(default)]
    pub resolutions: Vec<Resolution>,
    /// When publishing: only these agents, and those tied to them.
    #[serde(default)]
    pub agent_ids: Option<Vec<AgentId>>,
    /// Why.
    #[serde(default)]
    pub reason: Option<Long>,
    #[serde(default, rename = "status")]
    _status: ReadOnly,
    #[serde(default, rename = "scheduleVersion")]
    _schedule_version: ReadOnly,
    #[serde(default, rename = "publishedAs")]
    _published_as: ReadOnly,
    #[serde(default, rename = "lastUpdated")]
    _last_updated: ReadOnly,
    #[serde(default, rename = "nextCursor")]
    _next_cursor: ReadOnly,
    #[serde(default, rename = "clockChanges")]
    _clock_changes: ReadOnly,
}

impl ScheduleNewIn {
    /// The core's terms.
    ///
    /// # Errors
    /// [`BadInput`] when an acknowledgement says too little, or there are more than are taken.
    pub fn terms(&self) -> Result<Terms, BadInput> {
        let terms = TermsIn {
            mode: self.mode,
            acknowledge: self.acknowledge.clone(),
            resolutions: self.resolutions.clone(),
            agent_ids: self.agent_ids.clone(),
            reason: self.reason.clone(),
            ..TermsIn::default()
        };
        terms.terms()
    }

    /// What people call it; the week, when nothing was said.
    #[must_use]
    pub fn name(&self) -> Arc<str> {
        let week = || Arc::from(format!("week of {}", self.week_date));
        self.name.as_ref().map_or_else(week, |name| name.0.clone())
    }
}

/// `PUT /scheduling/schedules/{id}`: each listed agent's week is complete.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleIn {
    /// The version that the client had read: its base.
    #[serde(default)]
    pub schedule_version: Option<Revision>,
    /// Whole weeks of the agents that are listed.
    pub agent_schedules: Vec<AgentScheduleIn>,
    /// Whether it stands or falls as one; it does, when nothing is said: 200 means all of it.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// Findings that somebody answers for.
    #[serde(default)]
    pub acknowledge: Vec<Acknowledgement>,
    /// Decisions about clashes.
    #[serde(default)]
    pub resolutions: Vec<Resolution>,
    /// Why.
    #[serde(default)]
    pub reason: Option<Long>,
    #[serde(default, rename = "id")]
    _id: ReadOnly,
    #[serde(default, rename = "businessUnitId")]
    _business_unit_id: ReadOnly,
    #[serde(default, rename = "weekDate")]
    _week_date: ReadOnly,
    #[serde(default, rename = "name")]
    _name: ReadOnly,
    #[serde(default, rename = "status")]
    _status: ReadOnly,
    #[serde(default, rename = "baseRevision")]
    _base_revision: ReadOnly,
    #[serde(default, rename = "publishedAs")]
    _published_as: ReadOnly,
    #[serde(default, rename = "lastUpdated")]
    _last_updated: ReadOnly,
    #[serde(default, rename = "nextCursor")]
    _next_cursor: ReadOnly,
    #[serde(default, rename = "clockChanges")]
    _clock_changes: ReadOnly,
    #[serde(default, rename = "merged")]
    _merged: ReadOnly,
    #[serde(default, rename = "mergedAgents")]
    _merged_agents: ReadOnly,
    #[serde(default, rename = "held")]
    _held: ReadOnly,
    #[serde(default, rename = "warnings")]
    _warnings: ReadOnly,
    #[serde(default, rename = "revision")]
    _revision: ReadOnly,
}

impl ScheduleIn {
    /// The core's terms.
    ///
    /// # Errors
    /// [`BadInput`] when an acknowledgement says too little, or there are more than are taken.
    pub fn terms(&self) -> Result<Terms, BadInput> {
        let terms = TermsIn {
            mode: self.mode.unwrap_or(Mode::Atomic),
            acknowledge: self.acknowledge.clone(),
            resolutions: self.resolutions.clone(),
            reason: self.reason.clone(),
            ..TermsIn::default()
        };
        terms.terms()
    }
}

/// Where schedules stand, as a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatusIn {
    /// Open drafts.
    Draft,
    /// Live weeks.
    Published,
    /// Drafts of which everything went live.
    Closed,
}
