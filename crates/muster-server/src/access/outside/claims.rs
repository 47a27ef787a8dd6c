//! What an outside token says, and what that means here.

use std::collections::BTreeSet;
use std::sync::Arc;

use muster_core::Instant;
use muster_core::entry::Actor;
use muster_core::id::{AgentId, ClientId, OrganizationId};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{Issuer, Roles};
use crate::access::{AccessError, Bearer, SCOPES};
use crate::limits;

/// Its claims.
#[derive(Debug, Deserialize)]
pub(super) struct Claims(Map<String, Value>);

/// The claims that name the program a token was issued to, as issuers spell it.
const PROGRAM: &[&str] = &["azp", "client_id", "appid"];
/// Most characters of a program's name in a client's id.
const PROGRAM_LEN: usize = 31;

impl Claims {
    /// Who acts, where, and what they may, of a token whose signature is right.
    pub(super) fn bearer(&self, issuer: &Issuer, now: Instant) -> Result<Bearer, AccessError> {
        self.holds(now)?;
        let is_for = |audience: &&str| *audience == issuer.audience;
        if !texts(self.get("aud")).iter().any(is_for) {
            return Err(AccessError::Unfit("is for another audience"));
        }
        // Bound to a key that its bearer would have to prove to have.
        if self.get("cnf").is_some() {
            return Err(AccessError::Unfit("is no bearer token"));
        }
        let subject = self.get("sub").and_then(Value::as_str).filter(|sub| !sub.is_empty());
        let subject = subject.ok_or(AccessError::Unfit("names no subject"))?;
        let agent = self.agent(issuer)?;
        let organizations = self.organizations(issuer)?;
        if agent.is_some() && organizations.len() > 1 {
            return Err(AccessError::Unfit("is an agent's, and of several organizations"));
        }
        let scopes = Arc::new(self.scopes(issuer));
        let actor = Actor { client: self.client(issuer, subject), agent };
        Ok(Bearer { organizations, actor, scopes })
    }

    /// Whether it holds now, give or take what clocks differ by.
    fn holds(&self, now: Instant) -> Result<(), AccessError> {
        let (now, leeway) = (seconds(now), limits::ISSUER_LEEWAY_SECONDS);
        let expires = self.get("exp").and_then(Value::as_f64);
        if expires.ok_or(AccessError::Unfit("does not say when it expires"))? + leeway <= now {
            return Err(AccessError::Expired);
        }
        match self.get("nbf").map(Value::as_f64) {
            Some(Some(begins)) if begins - leeway > now => {
                Err(AccessError::Unfit("is not valid yet"))
            }
            Some(None) => Err(AccessError::BadToken),
            Some(Some(_)) | None => Ok(()),
        }
    }

    /// The organizations it is of.
    fn organizations(&self, issuer: &Issuer) -> Result<BTreeSet<OrganizationId>, AccessError> {
        let may = &issuer.organizations;
        let Some(claim) = &issuer.organization_claim else { return Ok(may.clone()) };
        let said = texts(self.get(claim)).into_iter().map(OrganizationId::parse);
        let said: BTreeSet<OrganizationId> = said.flatten().collect();
        let its: BTreeSet<_> =
            said.into_iter().filter(|said| may.is_empty() || may.contains(said)).collect();
        match its.is_empty() {
            true => Err(AccessError::Unfit("is of no organization")),
            false => Ok(its),
        }
    }

    fn agent(&self, issuer: &Issuer) -> Result<Option<AgentId>, AccessError> {
        let named = issuer.agent_claim.as_ref().and_then(|claim| self.get(claim));
        let agent = named.map(|named| AgentId::parse(named.as_str().unwrap_or_default()));
        agent.transpose().map_err(|_| AccessError::Unfit("names an agent whose id is none"))
    }

    fn scopes(&self, issuer: &Issuer) -> BTreeSet<String> {
        let said = issuer.scope_claims.iter().flat_map(|claim| texts(self.get(claim)));
        let said = said.flat_map(str::split_whitespace);
        let mut scopes: BTreeSet<String> =
            said.filter(|scope| SCOPES.contains(scope)).map(str::to_owned).collect();
        if let Some(Roles { claim, scopes: of_role }) = &issuer.roles {
            let roles = texts(self.get(claim)).into_iter();
            scopes.extend(roles.filter_map(|role| of_role.get(role)).flatten().cloned());
        }
        scopes
    }

    /// The id of whoever acts: the program, so that people recognize it, and a digest of issuer and
    /// subject, which may hold anything. No id of a client of ours has a colon.
    fn client(&self, issuer: &Issuer, subject: &str) -> ClientId {
        let program = PROGRAM.iter().find_map(|claim| self.get(claim)?.as_str());
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let program: String =
            program.unwrap_or("oidc").chars().map(plain).take(PROGRAM_LEN).collect();
        let mut hash = Sha256::new();
        for part in [issuer.url.as_str(), subject] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest: String = hash.finalize()[..16].iter().map(|b| format!("{b:02x}")).collect();
        ClientId::parse(&format!("{program}:{digest}")).expect("it has what ids have")
    }

    /// A claim by its name, or by the path to it.
    fn get(&self, name: &str) -> Option<&Value> {
        within(&self.0, name)
    }
}

fn within<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    // Names of claims may be URLs, with dots.
    claims.get(name).or_else(|| {
        let dots = name.match_indices('.');
        dots.filter_map(|(at, _)| Some((claims.get(&name[..at])?.as_object()?, &name[at + 1..])))
            .find_map(|(inner, rest)| within(inner, rest))
    })
}

/// One text, or a list of them.
fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(_) | None => Vec::new(),
    }
}

/// Seconds since 1970.
fn seconds(at: Instant) -> f64 {
    at.ms() as f64 / 1_000.0
}
