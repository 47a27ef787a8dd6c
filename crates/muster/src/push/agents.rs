//! Which agent a file means.

use std::collections::BTreeMap;

use muster_core::zone::Zone;
use serde::Deserialize;

use super::error;
use crate::roster_file::{FileError, Format, RosterFile};

/// What must be known of an agent.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Agent {
    /// The agent's id.
    pub(crate) id: String,
    /// The person's e-mail address; in other systems often the username.
    #[serde(default)]
    pub(crate) email: Option<String>,
    /// The zone the agent's days are counted in.
    #[serde(rename = "timeZone")]
    pub(crate) zone: Zone,
    /// Whether the agent went to another unit.
    #[serde(default)]
    pub(crate) left: bool,
}

/// The agents of a unit, by what files call them.
#[derive(Debug, Default)]
pub(crate) struct Agents {
    by_id: BTreeMap<String, Agent>,
    /// The id by e-mail address in lower case; none for one that several agents have.
    by_email: BTreeMap<String, Option<String>>,
}

impl Agents {
    /// The agents that can be scheduled: those that left cannot.
    pub(crate) fn new(all: Vec<Agent>) -> Self {
        let mut agents = Self::default();
        for agent in all.into_iter().filter(|agent| !agent.left) {
            if let Some(email) = agent.email.as_deref().map(str::to_lowercase) {
                let one = (!agents.by_email.contains_key(&email)).then(|| agent.id.clone());
                agents.by_email.insert(email, one);
            }
            agents.by_id.insert(agent.id.clone(), agent);
        }
        agents
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The agent of an id, else of an e-mail address, however it is capitalized.
    pub(crate) fn find(&self, name: &str) -> Option<&Agent> {
        self.by_id.get(name).or_else(|| {
            let id = self.by_email.get(&name.to_lowercase())?.as_ref()?;
            self.by_id.get(id)
        })
    }

    /// An agent must go by one name in a file: what belongs together is found by it.
    pub(super) fn two_names(&self, file: &RosterFile) -> Vec<FileError> {
        let mut named: BTreeMap<&str, (&str, u64)> = BTreeMap::new();
        let mut errors = Vec::new();
        let mut shifts: Vec<_> = file.shifts.iter().collect();
        shifts.sort_by_key(|shift| shift.line);
        for shift in shifts {
            let Some(agent) = self.find(&shift.agent) else { continue };
            let (name, line) = *named.entry(&agent.id).or_insert((&shift.agent, shift.line));
            if name != shift.agent {
                let column = match file.format {
                    Format::Cxone => "*Username",
                    Format::Plain => "agent",
                };
                let problem = format!("is {name:?} of line {line}: give an agent one name");
                errors.push(error(shift.line, column, &shift.agent, problem));
            }
        }
        errors
    }
}
