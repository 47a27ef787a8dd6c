//! Agents, their skills, and who they are.

use std::sync::Arc;

use jiff::civil::Date;
use muster_core::agent::{Agent, Skill};
use muster_core::id::{AgentId, ManagementUnitId, UnitId};
use muster_core::roster::AgentRecord;
use muster_core::unit::BusinessUnit;
use muster_core::{Revision, Zone, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ReadOnly;
use crate::input::{BadInput, Short, double};
use crate::time::At;
use crate::unit::same_id;

/// A skill, valid on civil days in the agent's zone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SkillIn {
    /// Its name.
    pub name: Short,
    /// The first day it is valid; always, when absent.
    #[serde(default)]
    pub valid_from: Option<Date>,
    /// The last day it is valid; always, when absent.
    #[serde(default)]
    pub valid_until: Option<Date>,
}

/// `PUT /agents/{id}`, and a member of `POST /agents/bulk`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AgentIn {
    /// The agent's id; beside a path it may come again.
    pub id: Option<AgentId>,
    /// The person's name.
    pub name: Option<Short>,
    /// The person's e-mail address; `null` for none.
    #[serde(deserialize_with = "double")]
    pub email: Option<Option<Short>>,
    /// The group the agent belongs to; `null` for none.
    #[serde(deserialize_with = "double")]
    pub management_unit_id: Option<Option<ManagementUnitId>>,
    /// The unit the agent belongs to.
    pub business_unit_id: Option<UnitId>,
    /// The zone the agent's days are counted in; the unit's, when absent.
    pub time_zone: Option<Zone>,
    /// What the agent can do.
    #[schemars(length(max = limits::SKILLS))]
    pub skills: Option<Vec<SkillIn>>,
    /// The name of the agent's contract; `null` for none.
    #[serde(deserialize_with = "double")]
    pub contract: Option<Option<Short>>,
    /// The last day on which the agent is a minor; `null` for an adult.
    #[serde(deserialize_with = "double")]
    pub minor_until: Option<Option<Date>>,
    #[serde(rename = "version")]
    _version: ReadOnly,
    #[serde(rename = "lastUpdated")]
    _last_updated: ReadOnly,
    #[serde(rename = "left")]
    _left: ReadOnly,
}

/// Who an agent is: what is absent stays as it was. Kept apart from schedules, so that a person
/// can be forgotten.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    /// The agent.
    pub agent: AgentId,
    /// The person's name.
    pub name: Option<Arc<str>>,
    /// The person's e-mail address, or none.
    pub email: Option<Option<Arc<str>>>,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { agent, name: _, email: _ } = self;
        f.debug_struct("Profile").field("agent", agent).finish_non_exhaustive()
    }
}

impl AgentIn {
    /// The agent that is meant, and who that is; what is absent is as it was. `pointer` is where
    /// it stands in the request.
    ///
    /// # Errors
    /// [`BadInput`] when the body names another agent, or a skill's days end before they start.
    pub fn agent(
        self,
        id: AgentId,
        unit: &BusinessUnit,
        known: Option<&Agent>,
        pointer: &str,
    ) -> Result<(Agent, Profile), BadInput> {
        same_id(self.id.as_ref(), &id).map_err(|bad| bad.within(pointer))?;
        let skills = match self.skills {
            Some(skills) => checked(skills, pointer)?,
            None => known.map(|agent| agent.skills.clone()).unwrap_or_default(),
        };
        let known_zone = known.map(|agent| &agent.zone);
        let profile = Profile {
            agent: id.clone(),
            name: self.name.map(|name| name.0),
            email: self.email.map(|email| email.map(|email| email.0)),
        };
        let agent = Agent {
            id,
            management_unit: self
                .management_unit_id
                .unwrap_or_else(|| known.and_then(|agent| agent.management_unit.clone())),
            zone: self.time_zone.unwrap_or_else(|| known_zone.unwrap_or(&unit.zone).clone()),
            skills,
            contract: match self.contract {
                Some(contract) => contract.map(|contract| contract.0),
                None => known.and_then(|agent| agent.contract.clone()),
            },
            minor_until: self
                .minor_until
                .unwrap_or_else(|| known.and_then(|agent| agent.minor_until)),
        };
        Ok((agent, profile))
    }
}

fn checked(skills: Vec<SkillIn>, pointer: &str) -> Result<Vec<Skill>, BadInput> {
    if skills.len() > limits::SKILLS {
        let problem = format!("are more skills than {}", limits::SKILLS);
        return Err(BadInput::invalid(format!("{pointer}/skills"), &skills.len(), problem));
    }
    let mut all = Vec::with_capacity(skills.len());
    for (n, skill) in skills.into_iter().enumerate() {
        let SkillIn { name, valid_from, valid_until } = skill;
        if let (Some(from), Some(until)) = (valid_from, valid_until)
            && until < from
        {
            let pointer = format!("{pointer}/skills/{n}/validUntil");
            return Err(BadInput::invalid(pointer, &until, format!("is before {from}")));
        }
        all.push(Skill { name: name.0, valid_from, valid_until });
    }
    all.sort();
    all.dedup();
    Ok(all)
}

/// `POST /agents/bulk`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgentsIn {
    /// The agents.
    #[schemars(length(min = 1, max = limits::BULK_AGENTS))]
    pub agents: Vec<AgentIn>,
}

/// A skill as it is answered.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SkillView<'a> {
    /// Its name.
    pub name: &'a str,
    /// The first day it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// The last day it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
}

/// An agent.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentView<'a> {
    /// The agent's id.
    pub id: &'a AgentId,
    /// The person's name.
    pub name: Option<&'a str>,
    /// The person's e-mail address.
    pub email: Option<&'a str>,
    /// What the unit's ledger knows.
    #[serde(flatten)]
    pub known: AgentFactsView<'a>,
}

/// What the unit's ledger knows of an agent: not who it is.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentFactsView<'a> {
    /// The group the agent belongs to.
    pub management_unit_id: Option<&'a ManagementUnitId>,
    /// The unit the agent belongs to.
    pub business_unit_id: &'a UnitId,
    /// The zone the agent's days are counted in.
    pub time_zone: &'a str,
    /// What the agent can do, by name.
    pub skills: Vec<SkillView<'a>>,
    /// The name of the agent's contract.
    pub contract: Option<&'a str>,
    /// The last day on which the agent is a minor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minor_until: Option<Date>,
    /// Whether the agent went to another unit.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
    /// The revision that last changed the agent.
    pub version: Revision,
    /// When that was.
    pub last_updated: At,
}

impl<'a> AgentView<'a> {
    /// An agent of a unit, with the name and address kept elsewhere.
    #[must_use]
    pub fn new(
        unit: &'a UnitId,
        record: &'a AgentRecord,
        name: Option<&'a str>,
        email: Option<&'a str>,
    ) -> Self {
        let known = AgentFactsView::new(unit, record);
        Self { id: &record.agent.id, name, email, known }
    }
}

impl<'a> AgentFactsView<'a> {
    /// An agent of a unit.
    #[must_use]
    pub fn new(unit: &'a UnitId, record: &'a AgentRecord) -> Self {
        let Agent { id: _, management_unit, zone, skills, contract, minor_until } = &record.agent;
        let skill = |skill: &'a Skill| SkillView {
            name: &skill.name,
            valid_from: skill.valid_from,
            valid_until: skill.valid_until,
        };
        Self {
            management_unit_id: management_unit.as_ref(),
            business_unit_id: unit,
            time_zone: zone.name(),
            skills: skills.iter().map(skill).collect(),
            contract: contract.as_deref(),
            minor_until: *minor_until,
            left: record.left,
            version: record.origin.revision,
            last_updated: At(record.origin.at),
        }
    }
}

#[cfg(test)]
mod tests;
