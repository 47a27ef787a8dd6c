//! Who may do what: clients, their secrets, signed tokens, scopes.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use muster_core::Instant;
use muster_core::entry::Actor;
use muster_core::id::{AgentId, ClientId, OrganizationId};
use muster_ledger::{ClientRow, Ledger, LedgerError};
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::limits;

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
    /// The token does not reach that far.
    #[error("the token lacks scope {0}")]
    Scope(&'static str),
    /// The token is an agent's, and this is about somebody else or for planners.
    #[error("the token is agent {0}'s and reaches only what is {0}'s own")]
    NotOwn(AgentId),
    /// A scope was asked for that the client does not have, or nobody has.
    #[error("scope {0:?} is not the client's")]
    NotItsScope(String),
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Who is calling, and what they may do.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The organization the token belongs to.
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

/// A fresh client: the only time its secret is seen.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewClient {
    /// Its id.
    pub client_id: ClientId,
    /// Its secret.
    pub client_secret: String,
}

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: String,
    org: String,
    scope: String,
    /// The agent whose own things the token reaches; everybody's, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent: Option<AgentId>,
    iat: u64,
    exp: u64,
}

/// An access token, as OAuth answers it.
#[derive(Debug, Clone, Serialize)]
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
}

/// What a client asks of a token.
#[derive(Debug, Clone, Default)]
pub struct Narrowed<'a> {
    /// Only these of the client's scopes; all, when absent.
    pub scope: Option<&'a str>,
    /// Only what is this agent's own: for programs that agents use themselves.
    pub agent: Option<AgentId>,
}

/// Checks clients and tokens.
#[derive(Clone)]
pub struct Access {
    ledger: Ledger,
    clock: Clock,
    signing: Arc<(EncodingKey, DecodingKey, String)>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Access")
    }
}

/// Memory-hard enough for secrets of 256 random bits, cheap enough for a login a second.
fn argon2() -> Argon2<'static> {
    let params = Params::new(8 * 1_024, 1, 1, None).expect("the parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Makes a client and stores it with its secret hashed.
///
/// # Errors
/// [`AccessError::NotItsScope`] for a scope that does not exist, [`AccessError::Ledger`] when the
/// client cannot be stored.
pub async fn create_client(
    ledger: &Ledger,
    clock: &Clock,
    organization: &OrganizationId,
    name: &str,
    scope: &str,
) -> Result<NewClient, AccessError> {
    if let Some(unknown) = scope.split_whitespace().find(|scope| !SCOPES.contains(scope)) {
        return Err(AccessError::NotItsScope(unknown.to_owned()));
    }
    let client_id = client_id(name);
    let client_secret = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let hash = argon2().hash_password(client_secret.as_bytes()).expect("secrets can be hashed");
    let row = ClientRow {
        organization: organization.clone(),
        id: client_id.clone(),
        name: name.to_owned(),
        secret_hash: hash.to_string(),
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

impl Access {
    /// Reads the signing key from storage, or makes it.
    ///
    /// # Errors
    /// [`LedgerError`] when the key can be neither read nor stored.
    pub async fn open(ledger: Ledger, clock: Clock) -> Result<Self, LedgerError> {
        let key = ledger.signing_key(rand::random(), clock.now()).await?;
        let signing = Arc::new((
            EncodingKey::from_secret(&key.secret),
            DecodingKey::from_secret(&key.secret),
            key.id.to_string(),
        ));
        Ok(Self { ledger, clock, signing })
    }

    /// Exchanges a client's id and secret for a token.
    ///
    /// # Errors
    /// [`AccessError::BadClient`] after the same work whether or not the client exists;
    /// [`AccessError::NotItsScope`] when more is asked for than the client has.
    pub async fn token(
        &self,
        client: &str,
        secret: &str,
        narrowed: Narrowed<'_>,
    ) -> Result<Token, AccessError> {
        let row = match ClientId::parse(client) {
            Ok(id) => self.ledger.find_client(&id).await?,
            Err(_) => None,
        };
        let row = row.filter(|row| row.revoked_at.is_none());
        let hash = row.as_ref().map(|row| row.secret_hash.clone());
        let secret = secret.to_owned();
        let check = tokio::task::spawn_blocking(move || is_secret(hash.as_deref(), &secret));
        let is_right = check.await.unwrap_or(false);
        let row = row.filter(|_| is_right).ok_or(AccessError::BadClient)?;
        let scope = narrowed.scope.unwrap_or(&row.scopes);
        let known: BTreeSet<&str> = row.scopes.split_whitespace().collect();
        if let Some(other) = scope.split_whitespace().find(|scope| !known.contains(scope)) {
            return Err(AccessError::NotItsScope(other.to_owned()));
        }
        Ok(self.sign(&row, scope, narrowed.agent))
    }

    fn sign(&self, row: &ClientRow, scope: &str, agent: Option<AgentId>) -> Token {
        let now = seconds(self.clock.now());
        let claims = Claims {
            sub: row.id.to_string(),
            org: row.organization.to_string(),
            scope: scope.to_owned(),
            agent,
            iat: now,
            exp: now + limits::TOKEN_SECONDS,
        };
        let header = Header { kid: Some(self.signing.2.clone()), ..Header::default() };
        Token {
            access_token: jsonwebtoken::encode(&header, &claims, &self.signing.0)
                .expect("claims are plain data"),
            token_type: "bearer",
            expires_in: limits::TOKEN_SECONDS,
            scope: claims.scope,
            agent: claims.agent,
        }
    }

    /// Who a bearer token speaks for.
    ///
    /// # Errors
    /// [`AccessError::BadToken`] or [`AccessError::Expired`].
    pub fn caller(&self, token: &str) -> Result<Caller, AccessError> {
        // Expiry is checked below, against the server's clock.
        let validation = Validation {
            validate_exp: false,
            required_spec_claims: std::iter::empty::<String>().collect(),
            ..Validation::default()
        };
        let claims = jsonwebtoken::decode::<Claims>(token, &self.signing.1, &validation)
            .map_err(|_| AccessError::BadToken)?
            .claims;
        if claims.exp <= seconds(self.clock.now()) {
            return Err(AccessError::Expired);
        }
        let organization = OrganizationId::parse(&claims.org).map_err(|_| AccessError::BadToken)?;
        let client = ClientId::parse(&claims.sub).map_err(|_| AccessError::BadToken)?;
        let scopes = claims.scope.split_whitespace().map(str::to_owned).collect();
        let actor = Actor { client, agent: claims.agent };
        Ok(Caller { organization, actor, scopes: Arc::new(scopes) })
    }
}

fn seconds(at: Instant) -> u64 {
    u64::try_from(at.ms() / 1_000).unwrap_or(0)
}

/// Verifies a secret; against a hash of nothing where there is no client, so that it takes as long.
fn is_secret(hash: Option<&str>, secret: &str) -> bool {
    static NOBODY: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let nobody = || {
        let hash = argon2().hash_password(b"nobody").expect("secrets can be hashed");
        hash.to_string()
    };
    let hash = hash.unwrap_or_else(|| NOBODY.get_or_init(nobody));
    let parsed = PasswordHash::new(hash);
    parsed.is_ok_and(|parsed| argon2().verify_password(secret.as_bytes(), &parsed).is_ok())
}
