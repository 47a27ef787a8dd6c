//! Who is let in now: how much each token, each organization and each address may ask, and how many
//! requests a node handles at once. All of it is counted by each node for itself.

mod address;
mod buckets;
mod headers;

pub use buckets::Rate;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use muster_core::entry::Actor;

use crate::access::Caller;
use crate::limits;
use crate::metrics::Metrics;

use buckets::{Buckets, Left, Wait};
use headers::Names;

/// How much is let in.
#[derive(Debug, Clone, PartialEq)]
pub struct Admission {
    /// What one token, a client's or an agent's, may ask.
    pub token: Rate,
    /// What all tokens of one organization may ask together.
    pub organization: Rate,
    /// How often one address may fail to log in.
    pub login: Rate,
    /// Most requests that are handled at once; without a limit when it is 0.
    pub in_flight: usize,
    /// How many proxies stand in front: the address of a client is the one that the farthest of
    /// them has added to `X-Forwarded-For`.
    pub proxies: usize,
}

impl Default for Admission {
    fn default() -> Self {
        Self {
            token: limits::TOKEN_RATE,
            organization: limits::ORGANIZATION_RATE,
            login: limits::LOGIN_RATE,
            in_flight: limits::IN_FLIGHT,
            proxies: 0,
        }
    }
}

impl Admission {
    /// Everything is let in: for measuring, where a few clients stand for many.
    #[must_use]
    pub fn unlimited() -> Self {
        let none = Rate { per_second: 0.0, burst: 0 };
        Self { token: none, organization: none, login: none, in_flight: 0, proxies: 0 }
    }
}

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotNow {
    /// One token asks too much.
    #[error("the token has made more requests than it may")]
    Token(Duration),
    /// An organization asks too much.
    #[error("the organization has made more requests than it may")]
    Organization(Duration),
    /// Too many logins from one address failed.
    #[error("too many logins from this address have failed")]
    Login(Duration),
    /// The node has as much to do as it can.
    #[error("the node handles as many requests as it can")]
    InFlight,
}

/// The counters of a node: a cheap handle.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Inner>);

struct Inner {
    tokens: Option<Buckets>,
    organizations: Option<Buckets>,
    logins: Option<Buckets>,
    names: Names,
    in_flight: usize,
    proxies: usize,
    metrics: Metrics,
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gate")
    }
}

/// What is left to a caller, of the token's requests and of the organization's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quota {
    token: Option<Left>,
    organization: Option<Left>,
}

/// A request that is being handled; it counts until this is dropped.
#[derive(Debug)]
pub(crate) struct Slot(Gate);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.0.metrics.in_flight().dec();
    }
}

impl Gate {
    pub(crate) fn new(admission: &Admission, metrics: Metrics) -> Self {
        let tokens = Buckets::new(admission.token);
        let organizations = Buckets::new(admission.organization);
        let rate = |buckets: &Option<Buckets>| buckets.as_ref().map(|buckets| buckets.rate);
        let names = Names::new(rate(&tokens), rate(&organizations));
        Self(Arc::new(Inner {
            names,
            tokens,
            organizations,
            logins: Buckets::new(admission.login),
            in_flight: admission.in_flight,
            proxies: admission.proxies,
            metrics,
        }))
    }

    /// Counts a request of a caller; says what is left, and whether it is let in.
    pub(crate) fn ask(&self, caller: &Caller) -> (Quota, Result<(), NotNow>) {
        let Actor { client, agent } = &caller.actor;
        let token = take(self.0.tokens.as_ref(), &(&caller.organization, client, agent));
        let token = match token {
            Ok(left) => left,
            Err(Wait(wait)) => {
                self.0.metrics.limited("token");
                let token = Some(Left { remaining: 0, full_in: wait });
                return (Quota { token, organization: None }, Err(NotNow::Token(wait)));
            }
        };
        match take(self.0.organizations.as_ref(), &caller.organization) {
            Ok(organization) => (Quota { token, organization }, Ok(())),
            Err(Wait(wait)) => {
                self.0.metrics.limited("organization");
                let organization = Some(Left { remaining: 0, full_in: wait });
                (Quota { token, organization }, Err(NotNow::Organization(wait)))
            }
        }
    }

    /// Says in an answer what is left to the caller.
    pub(crate) fn tell(&self, quota: Quota, headers: &mut HeaderMap) {
        self.0.names.tell(quota, headers);
    }

    /// Counts a try to log in as one that failed.
    pub(crate) fn login(&self, address: IpAddr) -> Result<(), NotNow> {
        match take(self.0.logins.as_ref(), &address::network(address)) {
            Ok(_) => Ok(()),
            Err(Wait(wait)) => {
                self.0.metrics.limited("login");
                Err(NotNow::Login(wait))
            }
        }
    }

    /// Takes back that a login failed: it did not.
    pub(crate) fn logged_in(&self, address: IpAddr) {
        if let Some(logins) = &self.0.logins {
            logins.put_back(&address::network(address));
        }
    }

    /// Whose request it is, by address: that of the connection, or what the proxies say.
    pub(crate) fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        address::of(peer, headers, self.0.proxies)
    }

    /// Has a request count among those that are handled now.
    pub(crate) fn slot(&self) -> Result<Slot, NotNow> {
        let before = usize::try_from(self.0.metrics.in_flight().inc()).unwrap_or(0);
        // Given back when it is dropped, also if it is one too many.
        let slot = Slot(self.clone());
        if self.0.in_flight > 0 && before >= self.0.in_flight {
            self.0.metrics.shed("in_flight");
            return Err(NotNow::InFlight);
        }
        Ok(slot)
    }
}

fn take(buckets: Option<&Buckets>, whose: &impl std::hash::Hash) -> Result<Option<Left>, Wait> {
    buckets.map(|buckets| buckets.take(whose)).transpose()
}
