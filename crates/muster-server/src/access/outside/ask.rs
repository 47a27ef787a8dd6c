//! Asking an issuer for its keys.

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, crypto};

use super::Issuer;
use super::jwk::{Key, Set};
use crate::limits;

/// Why an issuer's keys are not known.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// It may not be asked there.
    #[error("{0:?} is not the https:// URL of an issuer; http:// is for loopback, where allowed")]
    Url(String),
    /// Its certificates cannot be read.
    #[error("cannot read certificates to trust from {path}: {source}", path = path.display())]
    Ca {
        /// The file.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// There are no certificates to trust.
    #[error("there are no certificates that could be trusted: {0}")]
    Trust(std::io::Error),
    /// TLS cannot be spoken with them.
    #[error("TLS cannot be spoken: {0}")]
    Tls(#[from] rustls::Error),
    /// It cannot be reached.
    #[error("{url} does not answer: {why}")]
    Silent {
        /// What was asked.
        url: String,
        /// What came instead.
        why: String,
    },
    /// It answers something else.
    #[error("{url} answers {status} instead of 200")]
    Status {
        /// What was asked.
        url: String,
        /// What it answered.
        status: StatusCode,
    },
    /// It answers something that is not understood.
    #[error("{url} answers something else than {what}: {why}")]
    Other {
        /// What was asked.
        url: String,
        /// What should be there.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

/// Where an issuer tells of itself, below its URL.
const DISCOVERY: &str = ".well-known/openid-configuration";

/// What it tells.
#[derive(Debug, Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

/// Asks one issuer.
#[derive(Debug)]
pub(super) struct Asker {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    issuer: String,
    allow_http: bool,
}

impl Asker {
    pub(super) fn new(issuer: &Issuer) -> Result<Self, IssuerError> {
        let Issuer { url, ca, allow_http, .. } = issuer;
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        let is_http = may_ask(url, *allow_http)?.scheme_str() == Some("http");
        let tls = trusting(ca.as_ref(), is_http)?;
        let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
        let https = https.enable_http1().wrap_connector(http);
        // It is asked every few minutes.
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(https);
        Ok(Self { client, issuer: url.clone(), allow_http: *allow_http })
    }

    /// The keys that can be used.
    pub(super) async fn keys(&self) -> Result<Vec<Key>, IssuerError> {
        let url = format!("{}/{DISCOVERY}", self.issuer.trim_end_matches('/'));
        let Discovery { issuer, jwks_uri } = self.get(&url, "a provider's configuration").await?;
        if issuer != self.issuer {
            let why = format!("it is of issuer {issuer:?}");
            return Err(IssuerError::Other { url, what: "that of the issuer", why });
        }
        let set: Set = self.get(&jwks_uri, "a set of keys").await?;
        Ok(set.usable())
    }

    async fn get<T: DeserializeOwned>(
        &self,
        url: &str,
        what: &'static str,
    ) -> Result<T, IssuerError> {
        let uri = may_ask(url, self.allow_http)?;
        let silent = |why: String| IssuerError::Silent { url: url.to_owned(), why };
        let answer = async {
            let request = Request::get(uri).header(header::ACCEPT, "application/json");
            let request = request.body(Empty::new()).map_err(|error| silent(error.to_string()))?;
            let answer = self.client.request(request).await;
            let answer = answer.map_err(|error| silent(told(&error)))?;
            if answer.status() != StatusCode::OK {
                let (url, status) = (url.to_owned(), answer.status());
                return Err(IssuerError::Status { url, status });
            }
            let body = Limited::new(answer.into_body(), limits::ISSUER_BYTES);
            let body = body.collect().await.map_err(|error| silent(error.to_string()))?;
            Ok(body.to_bytes())
        };
        let answer = tokio::time::timeout(limits::ISSUER_WAIT, answer).await;
        let late = || silent(format!("nothing within {:?}", limits::ISSUER_WAIT));
        let body = answer.unwrap_or_else(|_| Err(late()))?;
        serde_json::from_slice(&body).map_err(|error| {
            let (url, why) = (url.to_owned(), error.to_string());
            IssuerError::Other { url, what, why }
        })
    }
}

/// An error with what it came of.
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", told(source)),
        None => error.to_string(),
    }
}

/// A URL that may be asked: with TLS, or on this machine where that is allowed.
fn may_ask(url: &str, allow_http: bool) -> Result<Uri, IssuerError> {
    let bad = || IssuerError::Url(url.to_owned());
    let uri: Uri = url.parse().map_err(|_| bad())?;
    let host = uri.host().ok_or_else(bad)?;
    let is_here = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if allow_http && is_here => Ok(uri),
        Some(_) | None => Err(bad()),
    }
}

/// TLS that trusts the certificates of a file, or those of the system.
fn trusting(ca: Option<&PathBuf>, is_http: bool) -> Result<ClientConfig, IssuerError> {
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions()?;
    let mut roots = RootCertStore::empty();
    let config = match ca {
        Some(path) => {
            let unread = |source| IssuerError::Ca { path: path.clone(), source };
            for cert in CertificateDer::pem_file_iter(path).map_err(unread)? {
                roots.add(cert.map_err(unread)?)?;
            }
            config.with_root_certificates(roots)
        }
        None if is_http => config.with_root_certificates(roots),
        None => config.with_native_roots().map_err(IssuerError::Trust)?,
    };
    Ok(config.with_no_client_auth())
}
