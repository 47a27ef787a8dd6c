//! What is configured.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use muster_ledger::LedgerConfig;
use muster_server::{Settings, TlsFiles};

use super::issuer::IssuerPlan;

/// The ledger if nobody says which.
const LEDGER: &str = "sqlite:muster.db";
/// Where a server listens if nobody says.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// What is logged if nobody says: what happens here, and what goes wrong elsewhere.
const LOG: &str = "warn,muster=info,muster_ledger=info,muster_server=info";
/// How long open requests may take to end.
const STOP: Duration = Duration::from_secs(10);

/// Everything that a node is configured with.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) listen: SocketAddr,
    pub(crate) ledger: LedgerConfig,
    pub(crate) settings: Settings,
    pub(crate) tls: Tls,
    pub(crate) issuer: IssuerPlan,
    pub(crate) log: Log,
    pub(crate) traces: TracePlan,
    pub(crate) stop: Stop,
}

/// Where the certificate lies. Both are said, or neither.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tls {
    pub(crate) cert: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
}

/// What is logged, and how.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) form: LogForm,
    pub(crate) level: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogForm {
    /// For people.
    Text,
    /// For programs: each a JSON object.
    Json,
}

/// Where spans are sent.
#[derive(Debug, Clone)]
pub(crate) struct TracePlan {
    /// A collector that takes OTLP over HTTP; nothing is traced without one.
    pub(crate) url: Option<String>,
    /// The part of requests that is traced, of those whose caller has not decided it.
    pub(crate) ratio: f64,
}

/// How a node stops.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    /// How long it still takes requests, after it has said that it is not ready.
    pub(crate) drain: Duration,
    /// How long open requests may take to end.
    pub(crate) timeout: Duration,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            listen: LISTEN,
            ledger: LedgerConfig::new(LEDGER),
            settings: Settings::default(),
            tls: Tls::default(),
            issuer: IssuerPlan::default(),
            log: Log { form: LogForm::Text, level: LOG.to_owned() },
            traces: TracePlan { url: None, ratio: 1.0 },
            stop: Stop { drain: Duration::ZERO, timeout: STOP },
        }
    }
}

impl Plan {
    /// The certificate, if there is one.
    ///
    /// # Errors
    /// What is missing, when only half of it is said.
    pub(crate) fn tls_files(&self) -> Result<Option<TlsFiles>, &'static str> {
        match (&self.tls.cert, &self.tls.key) {
            (Some(cert), Some(key)) => Ok(Some(TlsFiles { cert: cert.clone(), key: key.clone() })),
            (None, None) => Ok(None),
            (Some(_), None) => Err("tls.cert is set, and tls.key is not: set both, or neither"),
            (None, Some(_)) => Err("tls.key is set, and tls.cert is not: set both, or neither"),
        }
    }
}
