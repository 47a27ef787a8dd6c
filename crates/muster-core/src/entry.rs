//! Ledger entries: what has happened, by whom, when; and origins, which point back at them.

use std::ops::Deref;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::id::{AgentId, ClientId, CommandId, Revision};
use crate::instant::Instant;

/// The version of the form that entries are written in today.
pub const FORMAT: u16 = 1;

/// Who asked for a command.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Actor {
    /// The API client.
    pub client: ClientId,
    /// The agent who acts, where agents act for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
}

impl Actor {
    /// A planner without a name: for what is looked at and never written.
    pub(crate) fn onlooker() -> Self {
        Self { client: ClientId::first(), agent: None }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.agent {
            Some(agent) => agent.fmt(f),
            None => self.client.fmt(f),
        }
    }
}

/// What an entry is about, in the planner's terms: the reference that causes carry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// The kind of thing.
    pub kind: ReferenceKind,
    /// Its id.
    pub id: Arc<str>,
}

/// The kinds of things that entries are about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceKind {
    /// The unit's own data: rules, codes, management units.
    Unit,
    /// Agents joined, changed or left.
    Agents,
    /// A draft was made or edited.
    Draft,
    /// A draft or document was published.
    Publish,
    /// A publish was reverted.
    Revert,
    /// The live week was edited.
    ShiftEdit,
    /// A swap moved on.
    Swap,
    /// A time-off request moved on.
    TimeOffRequest,
    /// An agent said when they can work.
    Availability,
}

impl ReferenceKind {
    /// Its name, as causes spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Agents => "agents",
            Self::Draft => "draft",
            Self::Publish => "publish",
            Self::Revert => "revert",
            Self::ShiftEdit => "shift_edit",
            Self::Swap => "swap",
            Self::TimeOffRequest => "time_off_request",
            Self::Availability => "availability",
        }
    }
}

/// One entry of a unit's ledger: one accepted command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the ledger.
    pub revision: Revision,
    /// The unit's time: never before the entry before it.
    pub at: Instant,
    /// Who asked.
    pub actor: Actor,
    /// The command it came from.
    pub command: CommandId,
    /// The revision that last changed the unit's rules when it was decided.
    pub policy: Revision,
    /// The release of the time zone data it was decided with.
    pub zones: Arc<str>,
    /// What it is about.
    pub about: Reference,
    /// Why, in the actor's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
    /// What happened.
    pub events: Vec<Event>,
}

/// What is remembered of an entry by the values it set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// The entry's place in the ledger.
    pub revision: Revision,
    /// The entry's time.
    pub at: Instant,
    /// Who asked for it.
    pub actor: Actor,
    /// What it was about.
    pub about: Reference,
}

/// A pointer to the entry that last changed a value; shared by all values the entry set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(Arc<Source>);

impl Origin {
    /// The origin that values set by this entry have.
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        Self::from(Source {
            revision: entry.revision,
            at: entry.at,
            actor: entry.actor.clone(),
            about: entry.about.clone(),
        })
    }
}

impl From<Source> for Origin {
    fn from(source: Source) -> Self {
        Self(Arc::new(source))
    }
}

impl Deref for Origin {
    type Target = Source;
    fn deref(&self) -> &Source {
        &self.0
    }
}
