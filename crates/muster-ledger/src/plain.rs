//! What is kept beside the ledgers in plain tables: none of it is a schedule fact.

use std::collections::BTreeSet;
use std::fmt;

use muster_core::id::{AgentId, ClientId, IdError, OrganizationId};
use muster_core::instant::Instant;

use crate::entry::Hash;

/// Who an agent is. Kept outside the chain, so that a person can be forgotten.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    /// The agent.
    pub agent: AgentId,
    /// The person's name.
    pub name: String,
    /// The person's e-mail address.
    pub email: Option<String>,
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { agent, name: _, email: _ } = self;
        f.debug_struct("Profile").field("agent", agent).finish_non_exhaustive()
    }
}

/// A client of the API.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientRow {
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Further organizations that it is granted.
    pub also: BTreeSet<OrganizationId>,
    /// Its id, unique across organizations.
    pub id: ClientId,
    /// What people call it.
    pub name: String,
    /// The hash of its secret, in the form of the function that made it.
    pub secret_hash: String,
    /// What it may do, as the server spells it.
    pub scopes: String,
    /// When it was created.
    pub created_at: Instant,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Instant>,
}

impl ClientRow {
    /// The further organizations as a column holds them.
    pub(crate) fn also_text(&self) -> String {
        let also: Vec<&str> = self.also.iter().map(OrganizationId::as_str).collect();
        also.join(" ")
    }

    /// What a column holds.
    pub(crate) fn also_of(text: &str) -> Result<BTreeSet<OrganizationId>, IdError> {
        text.split_whitespace().map(OrganizationId::parse).collect()
    }
}

impl fmt::Debug for ClientRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { organization, also, id, name, secret_hash: _, scopes, created_at, revoked_at } =
            self;
        f.debug_struct("ClientRow")
            .field("organization", organization)
            .field("also", also)
            .field("id", id)
            .field("name", name)
            .field("scopes", scopes)
            .field("created_at", created_at)
            .field("revoked_at", revoked_at)
            .finish_non_exhaustive()
    }
}

/// The secret link to an agent's calendar. An agent has one at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarLink {
    /// The organization the agent belongs to.
    pub organization: OrganizationId,
    /// The agent.
    pub agent: AgentId,
    /// The SHA-256 of the secret, which is stored nowhere.
    pub token_hash: Hash,
    /// When it was made.
    pub created_at: Instant,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Instant>,
}

/// The key that signs access tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its number; a later key has a larger one.
    pub id: u64,
    /// The secret.
    pub secret: [u8; 32],
}

/// What tokens are checked against.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// The keys that tokens may be signed with, the newest last.
    pub keys: Vec<SigningKey>,
    /// The clients whose tokens no longer hold.
    pub revoked: Vec<ClientId>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, secret: _ } = self;
        f.debug_struct("SigningKey").field("id", id).finish_non_exhaustive()
    }
}
