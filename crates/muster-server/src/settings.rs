//! How a node behaves towards the network: everything that is configured and is not about where it
//! listens or where its ledger lies.

use std::path::PathBuf;
use std::time::Duration;

use crate::access::Issuer;
use crate::admission::Admission;
use crate::limits;
use crate::trace::Traces;
use crate::webhooks::Reach;

/// All of it; the usual values by default.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// How much is let in.
    pub admission: Admission,
    /// How long and how large connections and requests may be.
    pub bounds: Bounds,
    /// The certificate that connections are encrypted with; they are not when there is none.
    pub tls: Option<TlsFiles>,
    /// Outside issuers whose tokens are taken.
    pub issuers: Vec<Issuer>,
    /// Whether every request is logged.
    pub access_log: AccessLog,
    /// Who is told of spans; nobody when there is none.
    pub traces: Option<Traces>,
    /// Where webhooks may be sent.
    pub webhooks: Reach,
}

/// Whether every request is logged, as a line of level info.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AccessLog {
    /// It is; of those for a node's health some.
    #[default]
    On,
    /// None is.
    Off,
}

/// How long and how large connections and requests may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Most connections at once.
    pub connections: usize,
    /// Largest head of a request, in bytes.
    pub head_bytes: usize,
    /// Longest path and query, in bytes.
    pub url_bytes: usize,
    /// How long a new connection may take until the head of its first request is there.
    pub head_time: Duration,
    /// How long a connection may take until the head of its next request is there.
    pub idle_time: Duration,
    /// How long the body of a request may take.
    pub body_time: Duration,
    /// How long a request may take to be answered.
    pub request_time: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: limits::CONNECTIONS,
            head_bytes: limits::HEAD_BYTES,
            url_bytes: limits::URL_BYTES,
            head_time: limits::HEAD_TIME,
            idle_time: limits::IDLE_TIME,
            body_time: limits::BODY_TIME,
            request_time: limits::REQUEST_TIME,
        }
    }
}

/// Where a certificate and its key lie, as PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those that lead from it to one that clients trust.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}
