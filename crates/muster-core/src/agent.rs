//! Agents and their skills. Names and e-mail addresses are kept outside the ledger.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{AgentId, ManagementUnitId};
use crate::zone::Zone;

/// A person who is scheduled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The agent's id.
    pub id: AgentId,
    /// The group the agent belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub management_unit: Option<ManagementUnitId>,
    /// The zone the agent's days are counted in.
    pub zone: Zone,
    /// What the agent can do, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<Skill>,
    /// The name of the agent's contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<Arc<str>>,
    /// The last day on which the agent is a minor; nothing for adults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minor_until: Option<Date>,
}

/// A skill, certificate or language, valid on civil days in the agent's zone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skill {
    /// Its name.
    pub name: Arc<str>,
    /// The first day it is valid; always, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Date>,
    /// The last day it is valid; always, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
}

impl Agent {
    /// Whether the agent holds a skill on every day from `first` to `last`.
    #[must_use]
    pub fn has_skill(&self, name: &str, first: Date, last: Date) -> bool {
        self.skills.iter().any(|skill| {
            &*skill.name == name
                && skill.valid_from.is_none_or(|from| from <= first)
                && skill.valid_until.is_none_or(|until| last <= until)
        })
    }
}
