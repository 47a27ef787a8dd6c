//! Who may do what: clients, their secrets, signed tokens, scopes.

mod outside;
mod secrets;
mod tokens;

pub use outside::{Issuer, IssuerError, Roles};
pub use tokens::{Access, OpenError};

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use muster_core::entry::Actor;
use muster_core::id::{AgentId, ClientId, OrganizationId};
use muster_ledger::{ClientRow, Ledger, LedgerError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;

/// Every scope there is.
pub const SCOPES: &[&str] = &[
    "wfm:schedule:read",
    "wfm:schedule:write",
    "wfm:schedule:publish",
    "wfm:shift:read",
    "wfm:shift:write",
    "wfm:swap:read",
    "wfm:swap:write",
    "wfm:swap:approve",
    "wfm:timeoff:read",
    "wfm:timeoff:write",
    "wfm:timeoff:approve",
    "wfm:agent:read",
    "wfm:agent:write",
    "wfm:unit:read",
    "wfm:unit:write",
    "wfm:rule:read",
    "wfm:rule:write",
    "wfm:adherence:read",
    "wfm:adherence:write",
    "wfm:event:read",
    "wfm:event:write",
    "wfm:audit:read",
    "wfm:conflict:acknowledge",
    "wfm:admin",
];

/// Why access is refused.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The client does not exist, is revoked, or the secret is wrong. Which, is not told.
    #[error("client id or secret is wrong")]
    BadClient,
    /// There is no token.
    #[error("a bearer token is missing")]
    NoToken,
    /// The token is not one of ours.
    #[error("the token is not valid")]
    BadToken,
    /// The token was one of ours.
    #[error("the token has expired")]
    Expired,
    /// The client of the token was revoked.
    #[error("the token's client was revoked")]
    Revoked,
    /// The token is of an outside issuer, which signed it, but it is not for here or not for now.
    #[error("the token {0}")]
    Unfit(&'static str),
    /// The token is of an outside issuer whose keys cannot be had now.
    #[error("the token's issuer does not answer now")]
    IssuerSilent,
    /// The token is of several organizations; where to name one of them.
    #[error("several organizations are granted: name the one that this is about in {0}")]
    WhichOrganization(&'static str),
    /// The organization that was named is none of the token's. Whether it exists is not told.
    #[error("organization {0:?} is not granted")]
    NotItsOrganization(String),
    /// The token does not reach that far.
    #[error("the token lacks scope {0}")]
    Scope(&'static str),
    /// The token is an agent's, and this is about somebody else or for planners.
    #[error("the token is agent {0}'s and reaches only what is {0}'s own")]
    NotOwn(AgentId),
    /// A scope was asked for that the client does not have, or nobody has.
    #[error("scope {0:?} is not the client's")]
    NotItsScope(String),
    /// As many log in now as can be checked.
    #[error("too many clients log in at once")]
    Busy,
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Who is calling, and what they may do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Caller {
    /// The organization the request is about: the token's, or the one of them that it names.
    pub organization: OrganizationId,
    /// Who acts.
    pub actor: Actor,
    scopes: Arc<BTreeSet<String>>,
}

impl Caller {
    /// Whether the token reaches a scope. `wfm:admin` reaches all.
    ///
    /// # Errors
    /// [`AccessError::Scope`] names the scope that is missing.
    pub fn may(&self, scope: &'static str) -> Result<(), AccessError> {
        let has = |scope: &str| self.scopes.contains(scope);
        if has(scope) || has("wfm:admin") { Ok(()) } else { Err(AccessError::Scope(scope)) }
    }

    /// Whether the token reaches what is about some agents, if anybody is named. One that is no
    /// agent's reaches everybody.
    ///
    /// # Errors
    /// [`AccessError::NotOwn`] when it is an agent's and they are others.
    pub fn may_see<'a>(
        &self,
        agents: impl IntoIterator<Item = &'a AgentId>,
    ) -> Result<(), AccessError> {
        let Some(own) = &self.actor.agent else { return Ok(()) };
        match agents.into_iter().any(|agent| agent == own) {
            true => Ok(()),
            false => Err(AccessError::NotOwn(own.clone())),
        }
    }
}

/// What a token says, before it is known which of its organizations a request is about.
#[derive(Debug)]
struct Bearer {
    organizations: BTreeSet<OrganizationId>,
    actor: Actor,
    scopes: Arc<BTreeSet<String>>,
}

/// The header that names one of a token's organizations.
pub const ORGANIZATION: &str = "Muster-Organization";

impl Bearer {
    /// The caller of a request that names an organization, or none.
    fn caller(self, named: Option<&str>) -> Result<Caller, AccessError> {
        let Self { organizations, actor, scopes } = self;
        let organization = one_of(&organizations, named, ORGANIZATION)?.clone();
        Ok(Caller { organization, actor, scopes })
    }
}

/// The organization that is named, or the only one; `place` is where it could be named.
fn one_of<'a>(
    organizations: &'a BTreeSet<OrganizationId>,
    named: Option<&str>,
    place: &'static str,
) -> Result<&'a OrganizationId, AccessError> {
    match named {
        Some(named) => {
            let found = organizations.iter().find(|organization| organization.as_str() == named);
            found.ok_or_else(|| AccessError::NotItsOrganization(named.to_owned()))
        }
        None if organizations.len() > 1 => Err(AccessError::WhichOrganization(place)),
        None => organizations.first().ok_or(AccessError::BadToken),
    }
}

/// A fresh client: the only time its secret is seen.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewClient {
    /// Its id.
    pub client_id: ClientId,
    /// Its secret.
    pub client_secret: String,
}

/// An access token, as OAuth answers it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Token {
    /// The signed token.
    pub access_token: String,
    /// `bearer`.
    pub token_type: &'static str,
    /// How long it is good for, in seconds.
    pub expires_in: u64,
    /// The scopes it reaches, separated by spaces.
    pub scope: String,
    /// The agent whose own things it reaches; everybody's, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// The organizations it reaches, when there are several: requests name one of them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub organizations: BTreeSet<OrganizationId>,
}

/// What a client asks of a token.
#[derive(Debug, Clone, Default)]
pub struct Narrowed<'a> {
    /// Only these of the client's scopes; all, when absent.
    pub scope: Option<&'a str>,
    /// Only what is this agent's own: for programs that agents use themselves.
    pub agent: Option<AgentId>,
    /// Only this one of the client's organizations; all, when absent.
    pub organization: Option<&'a str>,
}

/// Makes a client of an organization, and of others also, and stores it with its secret hashed.
///
/// # Errors
/// [`AccessError::NotItsScope`] for a scope that does not exist, [`AccessError::Ledger`] when the
/// client cannot be stored.
pub async fn create_client(
    ledger: &Ledger,
    clock: &Clock,
    organization: &OrganizationId,
    also: BTreeSet<OrganizationId>,
    name: &str,
    scope: &str,
) -> Result<NewClient, AccessError> {
    if let Some(unknown) = scope.split_whitespace().find(|scope| !SCOPES.contains(scope)) {
        return Err(AccessError::NotItsScope(unknown.to_owned()));
    }
    let client_id = client_id(name);
    let client_secret = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let row = ClientRow {
        organization: organization.clone(),
        also,
        id: client_id.clone(),
        name: name.to_owned(),
        secret_hash: secrets::hashed(&client_secret),
        scopes: scope.split_whitespace().collect::<Vec<_>>().join(" "),
        created_at: clock.now(),
        revoked_at: None,
    };
    ledger.put_client(row).await?;
    Ok(NewClient { client_id, client_secret })
}

/// A client's id: its name, so that people recognize it in causes, and eight random digits.
fn client_id(name: &str) -> ClientId {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = name.chars().map(plain).take(48).collect();
    let id = format!("{}-{:08x}", name.trim_matches('-'), rand::random::<u32>());
    ClientId::parse(id.trim_start_matches('-')).expect("it has only letters, digits and dashes")
}
