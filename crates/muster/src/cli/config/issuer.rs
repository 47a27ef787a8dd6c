//! An outside issuer of tokens, as it is configured: `[issuer]`, and each `[[issuer.more]]`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use muster_core::id::OrganizationId;
use muster_server::access::{Issuer, Roles, SCOPES};
use serde::Deserialize;

/// What is said of one. Nothing is, without a URL.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct IssuerPlan {
    pub(super) url: Option<String>,
    pub(super) audience: Option<String>,
    /// Names with spaces between them.
    pub(super) organization: Option<String>,
    pub(super) organization_claim: Option<String>,
    /// Names with spaces between them.
    pub(super) scope_claim: String,
    pub(super) roles_claim: Option<String>,
    /// `ROLE=SCOPE SCOPE; ROLE=SCOPE`.
    pub(super) roles: Option<String>,
    pub(super) agent_claim: Option<String>,
    pub(super) ca: Option<PathBuf>,
    pub(super) allow_http: bool,
}

impl Default for IssuerPlan {
    fn default() -> Self {
        Self {
            url: None,
            audience: None,
            organization: None,
            organization_claim: None,
            scope_claim: "scope scp".to_owned(),
            roles_claim: None,
            roles: None,
            agent_claim: None,
            ca: None,
            allow_http: false,
        }
    }
}

impl IssuerPlan {
    /// The issuer, if there is one.
    ///
    /// # Errors
    /// What is missing, or cannot be used.
    pub(super) fn issuer(&self) -> Result<Option<Issuer>, String> {
        let Some(url) = self.url.clone() else {
            let is_said = self.audience.is_some() || self.organization.is_some();
            let is_said = is_said || self.organization_claim.is_some() || self.roles.is_some();
            return match is_said {
                true => Err("issuer.url is not set, and more of the issuer is: set it".to_owned()),
                false => Ok(None),
            };
        };
        let audience = self.audience.clone();
        let audience = audience
            .ok_or("issuer.audience is not set: set what the issuer puts into `aud` for Muster")?;
        let organizations = self.organizations()?;
        if organizations.is_empty() && self.organization_claim.is_none() {
            let missing = "issuer.organization is not set, nor issuer.organization-claim: set one";
            return Err(missing.to_owned());
        }
        Ok(Some(Issuer {
            url,
            audience,
            organizations,
            organization_claim: self.organization_claim.clone(),
            scope_claims: self.scope_claim.split_whitespace().map(str::to_owned).collect(),
            roles: self.roles()?,
            agent_claim: self.agent_claim.clone(),
            ca: self.ca.clone(),
            allow_http: self.allow_http,
        }))
    }

    fn organizations(&self) -> Result<BTreeSet<OrganizationId>, String> {
        let names = self.organization.as_deref().unwrap_or_default().split_whitespace();
        let read = |name| {
            OrganizationId::parse(name)
                .map_err(|error| format!("issuer.organization = {name:?}: {error}"))
        };
        names.map(read).collect()
    }

    fn roles(&self) -> Result<Option<Roles>, String> {
        let (claim, roles) = match (&self.roles_claim, &self.roles) {
            (Some(claim), Some(roles)) => (claim.clone(), roles),
            (None, None) => return Ok(None),
            (Some(_), None) => {
                return Err("issuer.roles-claim is set, and issuer.roles is not".to_owned());
            }
            (None, Some(_)) => {
                return Err("issuer.roles is set, and issuer.roles-claim is not".to_owned());
            }
        };
        let scopes = roles.split(';').filter(|role| !role.trim().is_empty()).map(role);
        Ok(Some(Roles { claim, scopes: scopes.collect::<Result<BTreeMap<_, _>, _>>()? }))
    }
}

/// A role and its scopes.
fn role(text: &str) -> Result<(String, BTreeSet<String>), String> {
    let (role, scopes) = text
        .split_once('=')
        .ok_or_else(|| format!("issuer.roles: {text:?} is not ROLE=SCOPE SCOPE"))?;
    if let Some(other) = scopes.split_whitespace().find(|scope| !SCOPES.contains(scope)) {
        return Err(format!("issuer.roles: there is no scope {other:?}"));
    }
    let scopes = scopes.split_whitespace().map(str::to_owned).collect();
    Ok((role.trim().to_owned(), scopes))
}
