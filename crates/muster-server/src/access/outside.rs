//! Tokens of outside OpenID Connect issuers: which are taken, and what they say here.
//!
//! An issuer says at `/.well-known/openid-configuration` where its keys are. They are kept, and
//! asked for again when they are old or when a token names one that is not among them.

mod ask;
mod claims;
mod jwk;
mod keys;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jsonwebtoken::{Algorithm, Header, Validation};
use muster_core::id::OrganizationId;
use serde::Deserialize;

pub use ask::IssuerError;

use super::{AccessError, Bearer};
use crate::clock::Clock;
use ask::Asker;
use claims::Claims;
use keys::Keys;

/// An outside issuer, and what its tokens' claims mean here.
///
/// A claim is named as it stands in a token, or as a path with dots to what lies within one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Its URL, as it stands in `iss`.
    pub url: String,
    /// Who its tokens are for, in `aud`.
    pub audience: String,
    /// The organizations that its tokens may be of; any, when there are none and a claim says it.
    pub organizations: BTreeSet<OrganizationId>,
    /// The claim that says which organizations a token is of; all of those, when absent.
    pub organization_claim: Option<String>,
    /// The claims that hold scopes, as a list or a text with spaces. What is no scope of ours
    /// does not count.
    pub scope_claims: Vec<String>,
    /// What roles, or groups, bring along.
    pub roles: Option<Roles>,
    /// The claim that names the agent whose own things a token reaches; everybody's without it.
    pub agent_claim: Option<String>,
    /// The certificates to trust when it is asked, as PEM; those of the system, when absent.
    pub ca: Option<PathBuf>,
    /// Whether it may be asked without TLS, on this machine.
    pub allow_http: bool,
}

/// Scopes by role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    /// The claim that holds roles, as a list or one text.
    pub claim: String,
    /// The scopes of each.
    pub scopes: BTreeMap<String, BTreeSet<String>>,
}

impl Issuer {
    /// Whether it could be asked, as it is configured.
    ///
    /// # Errors
    /// [`IssuerError`] when not.
    pub fn check(&self) -> Result<(), IssuerError> {
        Asker::new(self).map(|_| ())
    }

    /// Asks for its keys now; says how many of them can be used.
    ///
    /// # Errors
    /// [`IssuerError`] when it cannot be asked, or answers something else.
    pub async fn keys(&self) -> Result<usize, IssuerError> {
        Ok(Asker::new(self)?.keys().await?.len())
    }
}

/// The algorithms that outside tokens may be signed with: none with a shared secret.
const ALGORITHMS: &[Algorithm] =
    &[Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];

/// Checks tokens of all issuers.
#[derive(Debug, Clone)]
pub(super) struct Outside {
    issuers: Arc<[(Issuer, Keys)]>,
    clock: Clock,
}

/// Who says to have issued a token.
#[derive(Debug, Deserialize)]
struct Unchecked {
    iss: String,
}

impl Outside {
    pub(super) fn new(issuers: &[Issuer], clock: &Clock) -> Result<Self, IssuerError> {
        let with_keys = issuers
            .iter()
            .map(|issuer| Ok((issuer.clone(), Keys::new(Asker::new(issuer)?, clock.clone()))));
        let issuers = with_keys.collect::<Result<_, IssuerError>>()?;
        Ok(Self { issuers, clock: clock.clone() })
    }

    /// What a token says, once it is known to be its issuer's, for here and for now.
    pub(super) async fn bearer(&self, token: &str, header: &Header) -> Result<Bearer, AccessError> {
        if self.issuers.is_empty() || !ALGORITHMS.contains(&header.alg) || !is_plain(header) {
            return Err(AccessError::BadToken);
        }
        let bad = |_| AccessError::BadToken;
        let Unchecked { iss } =
            jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(bad)?;
        let (issuer, keys) = self
            .issuers
            .iter()
            .find(|(issuer, _)| issuer.url == iss)
            .ok_or(AccessError::BadToken)?;
        let key = keys.find(header.kid.as_deref(), header.alg).await?;
        // What it says is checked by the server's clock, with reasons.
        let mut validation = Validation::new(header.alg);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let decoded = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(bad)?;
        decoded.claims.bearer(issuer, self.clock.now())
    }
}

/// Whether it is an access token as far as its header says, and asks for nothing beyond.
fn is_plain(header: &Header) -> bool {
    let typ = header.typ.as_deref().unwrap_or("JWT").to_ascii_lowercase();
    let typ = typ.strip_prefix("application/").unwrap_or(&typ);
    matches!(typ, "jwt" | "at+jwt") && header.crit.is_none()
}
