//! Signed tokens: what is handed out to clients, and what comes back.
//!
//! A node keeps what tokens are checked against and reads it again every
//! [`limits::TRUST_SECONDS`]: so long does it take until every node knows that a client was revoked
//! or that keys were dropped. A key it has not heard of yet makes it look at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use muster_core::Instant;
use muster_core::entry::Actor;
use muster_core::id::{AgentId, ClientId, OrganizationId};
use muster_ledger::{ClientRow, Ledger, LedgerError, Trust};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::outside::{Issuer, IssuerError, Outside};
use super::secrets::Logins;
use super::{AccessError, Bearer, Caller, Narrowed, Token, one_of};
use crate::clock::Clock;
use crate::limits;
use crate::metrics::Metrics;

/// Why tokens cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The keys can be neither read nor stored.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// An issuer cannot be asked, as it is configured.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
}

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: ClientId,
    org: OrganizationId,
    /// Further organizations: requests name the one they are about.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    also: BTreeSet<OrganizationId>,
    scope: String,
    /// The agent whose own things the token reaches; everybody's, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent: Option<AgentId>,
    iat: u64,
    exp: u64,
}

/// Checks clients and tokens.
#[derive(Clone)]
pub struct Access {
    ledger: Ledger,
    clock: Clock,
    known: Arc<RwLock<Arc<Known>>>,
    /// Held by the one that reads anew; the others go on with what is known.
    reading: Arc<Mutex<()>>,
    logins: Arc<Logins>,
    outside: Outside,
}

/// What tokens are checked against, as it was read.
struct Known {
    at: Instant,
    signing: EncodingKey,
    /// The id of the key that signs.
    newest: String,
    keys: BTreeMap<String, DecodingKey>,
    revoked: BTreeSet<ClientId>,
}

impl Known {
    fn new(trust: &Trust, at: Instant) -> Option<Self> {
        let newest = trust.keys.last()?;
        let key = |secret: &[u8; 32]| DecodingKey::from_secret(secret);
        Some(Self {
            at,
            signing: EncodingKey::from_secret(&newest.secret),
            newest: newest.id.to_string(),
            keys: trust.keys.iter().map(|k| (k.id.to_string(), key(&k.secret))).collect(),
            revoked: trust.revoked.iter().cloned().collect(),
        })
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Access")
    }
}

impl Access {
    /// Reads the signing keys from storage; makes the first. Tokens of issuers are taken too.
    ///
    /// # Errors
    /// [`OpenError`] when keys can be neither read nor stored, or an issuer cannot be asked at all.
    pub async fn open(
        ledger: Ledger,
        clock: Clock,
        metrics: &Metrics,
        issuers: &[Issuer],
    ) -> Result<Self, OpenError> {
        let outside = Outside::new(issuers, &clock)?;
        ledger.signing_key(rand::random(), clock.now()).await?;
        let known = read(&ledger, clock.now()).await?;
        let known = Arc::new(RwLock::new(Arc::new(known)));
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let logins = Arc::new(Logins::new(limits::LOGINS, cores, metrics.login_work()));
        Ok(Self { ledger, clock, known, reading: Arc::default(), logins, outside })
    }

    /// Exchanges a client's id and secret for a token.
    ///
    /// # Errors
    /// [`AccessError::BadClient`] after the same work whether or not the client exists;
    /// [`AccessError::NotItsScope`] when more is asked for than the client has;
    /// [`AccessError::Busy`] when too many log in at once.
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
        let is_right = self.logins.is_secret(hash, secret.to_owned()).await?;
        let row = row.filter(|_| is_right).ok_or(AccessError::BadClient)?;
        let scope = narrowed.scope.unwrap_or(&row.scopes);
        let known: BTreeSet<&str> = row.scopes.split_whitespace().collect();
        if let Some(other) = scope.split_whitespace().find(|scope| !known.contains(scope)) {
            return Err(AccessError::NotItsScope(other.to_owned()));
        }
        let organizations = granted(&row, &narrowed)?;
        let known = self.known_since(limits::TRUST_SECONDS).await;
        let now = seconds(self.clock.now());
        Ok(sign(&known, row.id, organizations, scope.to_owned(), narrowed.agent, now))
    }

    /// Who a bearer token speaks for, in the organization that the request names.
    ///
    /// # Errors
    /// [`AccessError`] that says what is wrong with the token, [`AccessError::WhichOrganization`]
    /// when it is of several and none is named, [`AccessError::NotItsOrganization`] when it is not
    /// of the one that is.
    pub async fn caller(&self, token: &str, named: Option<&str>) -> Result<Caller, AccessError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| AccessError::BadToken)?;
        // Ours are; those of others never.
        let bearer = match header.alg {
            Algorithm::HS256 => self.own(token, header.kid).await?,
            _ => self.outside.bearer(token, &header).await?,
        };
        bearer.caller(named)
    }

    /// What a token of our own says.
    async fn own(&self, token: &str, key: Option<String>) -> Result<Bearer, AccessError> {
        let key = key.ok_or(AccessError::BadToken)?;
        let mut known = self.known_since(limits::TRUST_SECONDS).await;
        if !known.keys.contains_key(&key) {
            known = self.known_since(limits::NEW_KEY_SECONDS).await;
        }
        let claims = claims(known.keys.get(&key).ok_or(AccessError::BadToken)?, token)?;
        if claims.exp <= seconds(self.clock.now()) {
            return Err(AccessError::Expired);
        }
        let Claims { sub: client, org, also: mut organizations, scope, agent, .. } = claims;
        if known.revoked.contains(&client) {
            return Err(AccessError::Revoked);
        }
        organizations.insert(org);
        let scopes = scope.split_whitespace().map(str::to_owned).collect();
        Ok(Bearer { organizations, actor: Actor { client, agent }, scopes: Arc::new(scopes) })
    }

    /// Whether a client was revoked, as far as it has been heard of here.
    pub async fn is_revoked(&self, client: &ClientId) -> bool {
        self.known_since(limits::TRUST_SECONDS).await.revoked.contains(client)
    }

    /// What is known, read anew by one of those who ask when it is that old. While storage does not
    /// answer, what was known holds.
    async fn known_since(&self, seconds: i64) -> Arc<Known> {
        let now = self.clock.now();
        let known = self.known();
        if now.ms() - known.at.ms() < seconds * 1_000 {
            return known;
        }
        let Ok(_reading) = self.reading.try_lock() else { return known };
        match read(&self.ledger, now).await {
            Ok(fresh) => {
                let fresh = Arc::new(fresh);
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                known.clone_from(&fresh);
                fresh
            }
            Err(error) => {
                tracing::warn!(%error, "signing keys and revoked clients not read");
                known
            }
        }
    }

    fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The keys, and who was revoked while tokens from before may still hold.
async fn read(ledger: &Ledger, now: Instant) -> Result<Known, LedgerError> {
    let lifetime_ms = i64::try_from(limits::TOKEN_SECONDS * 1_000).unwrap_or(i64::MAX);
    let trust = ledger.trust(Instant::from_ms(now.ms() - lifetime_ms)).await?;
    let missing = || LedgerError::Corrupt("there is no signing key".into());
    Known::new(&trust, now).ok_or_else(missing)
}

/// The organizations that a token is of: the one that is asked for, or all. An agent is of one.
fn granted(
    row: &ClientRow,
    narrowed: &Narrowed<'_>,
) -> Result<BTreeSet<OrganizationId>, AccessError> {
    let mut all = row.also.clone();
    all.insert(row.organization.clone());
    if narrowed.organization.is_none() && narrowed.agent.is_none() {
        return Ok(all);
    }
    Ok([one_of(&all, narrowed.organization, "organization")?.clone()].into())
}

fn sign(
    known: &Known,
    sub: ClientId,
    mut organizations: BTreeSet<OrganizationId>,
    scope: String,
    agent: Option<AgentId>,
    now: u64,
) -> Token {
    let several = if organizations.len() > 1 { organizations.clone() } else { BTreeSet::new() };
    let org = organizations.pop_first().expect("a client has an organization");
    let exp = now + limits::TOKEN_SECONDS;
    let claims = Claims { sub, org, also: organizations, scope, agent, iat: now, exp };
    let header = Header { kid: Some(known.newest.clone()), ..Header::default() };
    Token {
        access_token: jsonwebtoken::encode(&header, &claims, &known.signing)
            .expect("claims are plain data"),
        token_type: "bearer",
        expires_in: limits::TOKEN_SECONDS,
        scope: claims.scope,
        agent: claims.agent,
        organizations: several,
    }
}

fn claims(key: &DecodingKey, token: &str) -> Result<Claims, AccessError> {
    // Whether it has expired is asked of the server's clock.
    let validation = Validation {
        validate_exp: false,
        required_spec_claims: std::iter::empty::<String>().collect(),
        ..Validation::default()
    };
    let decoded = jsonwebtoken::decode::<Claims>(token, key, &validation);
    Ok(decoded.map_err(|_| AccessError::BadToken)?.claims)
}

fn seconds(at: Instant) -> u64 {
    u64::try_from(at.ms() / 1_000).unwrap_or(0)
}
