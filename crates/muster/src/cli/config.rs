//! The configuration file: where a node listens, and where its ledger lies.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use muster_ledger::{Elsewhere, LedgerConfig};
use muster_server::webhooks::{Allowed, Reach};
use serde::Deserialize;

/// The ledger if nobody says which.
pub(crate) const LEDGER: &str = "sqlite:muster.db";

/// What a file says; what is left out has its usual value.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ConfigFile {
    /// Where a server listens.
    pub(crate) listen: Option<SocketAddr>,
    #[serde(default)]
    ledger: LedgerSection,
    #[serde(default)]
    webhooks: WebhooksSection,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WebhooksSection {
    #[serde(default)]
    allow: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct LedgerSection {
    url: Option<String>,
    listen_url: Option<String>,
    connections: Option<usize>,
    poll_ms: Option<u64>,
    #[serde(default)]
    elsewhere: Vec<ElsewhereSection>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ElsewhereSection {
    units: Vec<String>,
    url: String,
    listen_url: Option<String>,
}

/// Reads a file; without one, nothing is said.
pub(crate) fn read(file: Option<&Path>) -> Result<ConfigFile> {
    let Some(file) = file else { return Ok(ConfigFile::default()) };
    let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    parsed(&text).with_context(|| format!("in {}", file.display()))
}

fn parsed(text: &str) -> Result<ConfigFile> {
    Ok(toml::from_str(text)?)
}

impl ConfigFile {
    /// Where webhooks may be sent: what the file allows, and what the command line does.
    pub(crate) fn webhooks(&self, said: Vec<Allowed>) -> Result<Reach> {
        let allow = self.webhooks.allow.iter().map(|text| text.parse::<Allowed>());
        let allow: Result<Vec<Allowed>, String> = allow.chain(said.into_iter().map(Ok)).collect();
        Ok(Reach::new(allow.map_err(|problem| anyhow!("in webhooks.allow: {problem}"))?))
    }

    /// Where the ledger lies: as the command line says, or else the file.
    pub(crate) fn ledger(self, url: Option<&str>) -> Result<LedgerConfig> {
        let LedgerSection { url: said, listen_url, connections, poll_ms, elsewhere } = self.ledger;
        let mut config = LedgerConfig::new(url.or(said.as_deref()).unwrap_or(LEDGER));
        config.listen = listen_url;
        config.connections = connections.unwrap_or(config.connections);
        config.poll = poll_ms.map_or(config.poll, Duration::from_millis);
        for ElsewhereSection { units, url, listen_url } in elsewhere {
            for units in units {
                let (url, listen) = (url.clone(), listen_url.clone());
                config.elsewhere.push(Elsewhere { units: units.parse()?, url, listen });
            }
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = r#"
        listen = "0.0.0.0:8080"
        [ledger]
        url = "postgres://muster@db1,db2/muster?target_session_attrs=read-write"
        listen-url = "postgres://muster@db1/muster"
        connections = 24
        poll-ms = 100
        [[ledger.elsewhere]]
        units = ["acme", "globex/emea"]
        url = "postgres://muster@db3/muster"
    "#;

    #[test]
    fn a_file_says_all_there_is_to_say() {
        let file = parsed(FULL).unwrap();
        assert_eq!(file.listen, Some("0.0.0.0:8080".parse().unwrap()));
        let ledger = file.ledger(None).unwrap();
        assert!(ledger.url.contains("db1,db2"));
        assert_eq!((ledger.connections, ledger.poll), (24, Duration::from_millis(100)));
        assert_eq!(ledger.elsewhere.len(), 2);
        assert_eq!(ledger.elsewhere[1].units, "globex/emea".parse().unwrap());
    }

    #[test]
    fn the_command_line_goes_before_the_file() {
        let ledger = parsed(FULL).unwrap().ledger(Some("sqlite:other.db")).unwrap();
        assert_eq!(ledger.url, "sqlite:other.db");
        assert_eq!(ConfigFile::default().ledger(None).unwrap().url, LEDGER);
    }

    #[test]
    fn what_nobody_knows_is_named() {
        let error = parsed("[ledger]\ncolour = 'red'").unwrap_err().to_string();
        assert!(error.contains("colour") && error.contains("line 2"), "{error}");
        let file = parsed("[[ledger.elsewhere]]\nunits = ['a/b/c']\nurl = 'postgres://x/y'");
        let error = file.unwrap().ledger(None).unwrap_err().to_string();
        assert!(error.contains("a/b/c"), "{error}");
    }
}
