//! Where a ledger lies and how it is reached.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use muster_core::id::{OrganizationId, UnitId};

use crate::error::LedgerError;
use crate::limits;
use crate::subject::UnitKey;

/// Where a ledger lies and how it is reached. Only `url` matters to SQLite.
#[derive(Clone)]
pub struct LedgerConfig {
    /// The ledger, or its home if some of its units lie elsewhere: profiles, clients and the
    /// signing key lie there.
    pub url: String,
    /// Where to listen for what other nodes did: the same database, reached without a pooler. If
    /// it is given, other nodes are also told what this one did. All nodes should agree.
    pub listen: Option<String>,
    /// Most connections to each cluster.
    pub connections: usize,
    /// How long until it is time to look whether another node moved a unit.
    pub poll: Duration,
    /// The units that lie in other PostgreSQL clusters. The same on every node: a unit that two
    /// nodes look for in two places would have two ledgers.
    ///
    /// Ids are unique per organization within one cluster, because they are claimed in the
    /// append's transaction. Of an organization whose units are spread over several, two clusters
    /// may give the same id to two units, and
    /// [`find_subject`](crate::Ledger::find_subject) answers with the one it meets first. Map
    /// whole organizations.
    pub elsewhere: Vec<Elsewhere>,
}

/// Units that lie in another cluster.
#[derive(Clone)]
pub struct Elsewhere {
    /// Which units.
    pub units: UnitPattern,
    /// The cluster.
    pub url: String,
    /// Where to listen for what other nodes did there.
    pub listen: Option<String>,
}

/// Units of a map: `organization` or `organization/unit`. The latter goes before the former.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitPattern {
    /// The organization.
    pub organization: OrganizationId,
    /// One of its units, or all of them.
    pub unit: Option<UnitId>,
}

impl LedgerConfig {
    /// The ledger at a URL, with nothing else said.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            listen: None,
            connections: limits::CONNECTIONS,
            poll: limits::POLL,
            elsewhere: Vec::new(),
        }
    }

    /// Whether every URL in it is one that a ledger may lie at; nothing is opened.
    ///
    /// # Errors
    /// [`LedgerError::UnsupportedUrl`] or [`LedgerError::BadUrl`] of the first that is not.
    pub fn check(&self) -> Result<(), LedgerError> {
        crate::url::parse(&self.url)?;
        let elsewhere = self.elsewhere.iter().flat_map(|e| [Some(&e.url), e.listen.as_ref()]);
        let clusters = [self.listen.as_ref()].into_iter().chain(elsewhere).flatten();
        clusters.map(String::as_str).try_for_each(|url| crate::url::postgres(url).map(|_| ()))
    }

    /// The URL as it may be shown: without its password.
    #[must_use]
    pub fn shown_url(&self) -> String {
        crate::url::shown(&self.url)
    }
}

impl UnitPattern {
    /// How well it fits a unit: not at all, as all of its organization, or as this very one.
    pub(crate) fn fits(&self, key: &UnitKey) -> Option<u8> {
        let Self { organization, unit } = self;
        match unit {
            _ if *organization != key.organization => None,
            None => Some(1),
            Some(unit) => (*unit == key.unit).then_some(2),
        }
    }
}

impl FromStr for UnitPattern {
    type Err = LedgerError;

    /// # Errors
    /// [`LedgerError::BadUrl`], for want of a closer one, when it is no pattern.
    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let bad = |error| LedgerError::BadUrl { why: format!("units {text:?}: {error}") };
        let (organization, unit) = match text.split_once('/') {
            Some((organization, unit)) => (organization, Some(unit)),
            None => (text, None),
        };
        Ok(Self {
            organization: OrganizationId::parse(organization).map_err(bad)?,
            unit: unit.map(UnitId::parse).transpose().map_err(bad)?,
        })
    }
}

impl fmt::Debug for LedgerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url: _, listen: _, connections, poll, elsewhere } = self;
        f.debug_struct("LedgerConfig")
            .field("connections", connections)
            .field("poll", poll)
            .field("elsewhere", elsewhere)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { units, url: _, listen: _ } = self;
        f.debug_struct("Elsewhere").field("units", units).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_an_organization_or_one_of_its_units() {
        let key = |organization, unit| UnitKey {
            organization: OrganizationId::parse(organization).unwrap(),
            unit: UnitId::parse(unit).unwrap(),
        };
        let [all, one] = ["acme", "acme/u1"].map(|text| text.parse::<UnitPattern>().unwrap());
        assert_eq!(
            [all.fits(&key("acme", "u1")), one.fits(&key("acme", "u1"))],
            [Some(1), Some(2)]
        );
        assert_eq!([all.fits(&key("acme", "u2")), one.fits(&key("acme", "u2"))], [Some(1), None]);
        assert_eq!([all.fits(&key("zeta", "u1")), one.fits(&key("zeta", "u1"))], [None, None]);
        for bad in ["", "acme/", "/u1", "acme/u 1"] {
            assert!(bad.parse::<UnitPattern>().is_err(), "{bad}");
        }
    }

    #[test]
    fn passwords_do_not_show() {
        let mut config = LedgerConfig::new("postgres://ana:secret@one/muster");
        let url = "postgres://ana:secret@two/muster".to_owned();
        let units = "acme".parse().unwrap();
        config.elsewhere.push(Elsewhere { units, url, listen: None });
        let shown = format!("{config:?}");
        assert!(shown.contains("acme") && !shown.contains("secret"), "{shown}");
    }
}
