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
use tokio::sync::{Mutex, Semaphore};

use super::{AccessError, Caller, Narrowed, Token, is_secret};
use crate::clock::Clock;
use crate::limits;

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

/// Checks clients and tokens.
#[derive(Clone)]
pub struct Access {
    ledger: Ledger,
    clock: Clock,
    known: Arc<RwLock<Arc<Known>>>,
    /// Held by the one that reads anew; the others go on with what is known.
    reading: Arc<Mutex<()>>,
    logins: Arc<Logins>,
}

/// Those who log in: verifying a secret is meant to be expensive, so only so many are at it at
/// once, and only so many wait for that.
#[derive(Debug)]
struct Logins {
    all: Semaphore,
    verifying: Semaphore,
}

impl Logins {
    fn new(all: usize, verifying: usize) -> Self {
        Self { all: Semaphore::new(all), verifying: Semaphore::new(verifying) }
    }

    /// Does one piece of that work, as soon as it is its turn.
    async fn verify(
        &self,
        work: impl FnOnce() -> bool + Send + 'static,
    ) -> Result<bool, AccessError> {
        let _one = self.all.try_acquire().map_err(|_| AccessError::Busy)?;
        let _turn = self.verifying.acquire().await.map_err(|_| AccessError::Busy)?;
        Ok(tokio::task::spawn_blocking(work).await.unwrap_or(false))
    }
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
    /// Reads the signing keys from storage; makes the first.
    ///
    /// # Errors
    /// [`LedgerError`] when they can be neither read nor stored.
    pub async fn open(ledger: Ledger, clock: Clock) -> Result<Self, LedgerError> {
        ledger.signing_key(rand::random(), clock.now()).await?;
        let known = read(&ledger, clock.now()).await?;
        let known = Arc::new(RwLock::new(Arc::new(known)));
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let logins = Arc::new(Logins::new(limits::LOGINS, cores));
        Ok(Self { ledger, clock, known, reading: Arc::default(), logins })
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
        let secret = secret.to_owned();
        let is_right = self.logins.verify(move || is_secret(hash.as_deref(), &secret)).await?;
        let row = row.filter(|_| is_right).ok_or(AccessError::BadClient)?;
        let scope = narrowed.scope.unwrap_or(&row.scopes);
        let known: BTreeSet<&str> = row.scopes.split_whitespace().collect();
        if let Some(other) = scope.split_whitespace().find(|scope| !known.contains(scope)) {
            return Err(AccessError::NotItsScope(other.to_owned()));
        }
        let known = self.known_since(limits::TRUST_SECONDS).await;
        Ok(sign(&known, &row, scope, narrowed.agent, seconds(self.clock.now())))
    }

    /// Who a bearer token speaks for.
    ///
    /// # Errors
    /// [`AccessError::BadToken`], [`AccessError::Expired`] or [`AccessError::Revoked`].
    pub async fn caller(&self, token: &str) -> Result<Caller, AccessError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| AccessError::BadToken)?;
        let key = header.kid.filter(|_| header.alg == Algorithm::HS256);
        let key = key.ok_or(AccessError::BadToken)?;
        let mut known = self.known_since(limits::TRUST_SECONDS).await;
        if !known.keys.contains_key(&key) {
            known = self.known_since(limits::NEW_KEY_SECONDS).await;
        }
        let claims = claims(known.keys.get(&key).ok_or(AccessError::BadToken)?, token)?;
        if claims.exp <= seconds(self.clock.now()) {
            return Err(AccessError::Expired);
        }
        let organization = OrganizationId::parse(&claims.org).map_err(|_| AccessError::BadToken)?;
        let client = ClientId::parse(&claims.sub).map_err(|_| AccessError::BadToken)?;
        if known.revoked.contains(&client) {
            return Err(AccessError::Revoked);
        }
        let scopes = claims.scope.split_whitespace().map(str::to_owned).collect();
        let actor = Actor { client, agent: claims.agent };
        Ok(Caller { organization, actor, scopes: Arc::new(scopes) })
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

fn sign(known: &Known, row: &ClientRow, scope: &str, agent: Option<AgentId>, now: u64) -> Token {
    let claims = Claims {
        sub: row.id.to_string(),
        org: row.organization.to_string(),
        scope: scope.to_owned(),
        agent,
        iat: now,
        exp: now + limits::TOKEN_SECONDS,
    };
    let header = Header { kid: Some(known.newest.clone()), ..Header::default() };
    Token {
        access_token: jsonwebtoken::encode(&header, &claims, &known.signing)
            .expect("claims are plain data"),
        token_type: "bearer",
        expires_in: limits::TOKEN_SECONDS,
        scope: claims.scope,
        agent: claims.agent,
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn only_so_many_secrets_are_verified_at_once_and_only_so_many_wait() {
        let logins = Arc::new(Logins::new(2, 1));
        let (at_it, is_at_it) = mpsc::channel();
        let (go_on, goes_on) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let logins = logins.clone();
            async move {
                let work = move || {
                    at_it.send(()).unwrap();
                    goes_on.recv().is_ok()
                };
                logins.verify(work).await
            }
        });
        tokio::task::spawn_blocking(move || is_at_it.recv().unwrap()).await.unwrap();
        let mut second = Box::pin(logins.verify(|| true));
        let now = futures_util::future::poll_immediate(&mut second).await;
        assert!(now.is_none(), "it waits for the first");
        assert!(matches!(logins.verify(|| true).await, Err(AccessError::Busy)));
        go_on.send(()).unwrap();
        assert!(first.await.unwrap().unwrap());
        assert!(second.await.unwrap());
    }
}
