//! One request to a receiver, and what came of it.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER, USER_AGENT};
use axum::http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use muster_core::Instant;
use tokio::time::{self, timeout};
use tower::service_fn;
use tower::util::BoxCloneSyncService;

use super::guard::Reach;
use crate::limits;

/// What is sent: the body, and the headers that Standard Webhooks asks for.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    /// The same for each try.
    pub(crate) id: String,
    /// Seconds since 1970.
    pub(crate) timestamp: String,
    pub(crate) signatures: String,
    pub(crate) body: Vec<u8>,
}

/// What came of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// What the receiver answered.
    pub(crate) status: Option<u16>,
    /// Why there is no answer.
    pub(crate) error: Option<String>,
    /// When the receiver wants to be asked again at the earliest.
    pub(crate) not_before: Option<Instant>,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Outcome {
    /// Whether the receiver has it now.
    pub(crate) fn is_taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Whether the receiver never wants anything again.
    pub(crate) fn is_gone(&self) -> bool {
        self.status == Some(StatusCode::GONE.as_u16())
    }

    /// It in a few words.
    pub(crate) fn told(&self) -> String {
        match (self.status, &self.error) {
            (Some(status), _) => format!("the receiver answered {status}"),
            (None, Some(error)) => error.clone(),
            (None, None) => "nothing came back".to_owned(),
        }
    }

    fn failed(error: String) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}

type Lookup = BoxCloneSyncService<Name, std::vec::IntoIter<SocketAddr>, io::Error>;
type Connector = HttpConnector<Lookup>;
type Secure = Client<HttpsConnector<Connector>, Full<Bytes>>;

/// Sends to receivers that may be reached. A cheap handle.
#[derive(Debug, Clone)]
pub(crate) struct Post(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    reach: Reach,
    plain: Client<Connector, Full<Bytes>>,
    secure: OnceLock<Result<Secure, String>>,
}

impl Post {
    pub(crate) fn new(reach: Reach) -> Self {
        let plain = client(connector(&reach, true));
        Self(Arc::new(Inner { reach, plain, secure: OnceLock::new() }))
    }

    /// Where it may be sent.
    pub(crate) fn reach(&self) -> &Reach {
        &self.0.reach
    }

    /// Sends, and waits for the answer.
    pub(crate) async fn send(&self, url: &str, envelope: &Envelope, now: Instant) -> Outcome {
        let begun = time::Instant::now();
        let outcome = self.ask(url, envelope, now).await;
        let outcome = outcome.unwrap_or_else(Outcome::failed);
        Outcome { took: begun.elapsed(), ..outcome }
    }

    async fn ask(&self, url: &str, envelope: &Envelope, now: Instant) -> Result<Outcome, String> {
        // Checked each time: what is allowed may be something else since it was made. A host that
        // is an address is not looked up by the client.
        let url = self.0.reach.check(url).map_err(|error| format!("the URL {error}"))?;
        let Envelope { id, timestamp, signatures, body } = envelope;
        let request = Request::post(url.as_str())
            .header(CONTENT_TYPE, "application/cloudevents+json; charset=utf-8")
            .header(USER_AGENT, concat!("muster/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signatures)
            .body(Full::from(body.clone()))
            .map_err(|error| format!("the URL cannot be asked: {error}"))?;
        let asked = async {
            let answer = match url.scheme() {
                "http" => self.0.plain.request(request).await,
                _ => self.secure()?.request(request).await,
            };
            let answer = answer.map_err(|error| told(&error))?;
            let outcome = Outcome {
                status: Some(answer.status().as_u16()),
                not_before: not_before(answer.headers(), now),
                ..Outcome::default()
            };
            Ok::<_, String>((outcome, answer.into_body()))
        };
        let (outcome, rest) = match timeout(limits::WEBHOOK_TIMEOUT, asked).await {
            Ok(answered) => answered?,
            Err(_) => return Err("there was no answer in time".to_owned()),
        };
        // It has been answered, whatever comes of the rest.
        let _ = timeout(limits::WEBHOOK_CONNECT, finish(rest)).await;
        Ok(outcome)
    }

    /// The client for TLS, once the roots of trust of this machine are read.
    fn secure(&self) -> Result<&Secure, String> {
        let made = self.0.secure.get_or_init(|| {
            let roots = HttpsConnectorBuilder::new()
                .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
                .map_err(|error| format!("no root of trust is to be had: {error}"))?;
            let connector = connector(&self.0.reach, false);
            Ok(client(roots.https_only().enable_http1().wrap_connector(connector)))
        });
        made.as_ref().map_err(Clone::clone)
    }
}

/// A client that keeps connections, follows no redirect and knows no proxy.
fn client<C: Connect + Clone>(connector: C) -> Client<C, Full<Bytes>> {
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(limits::WEBHOOK_IDLE)
        .build(connector)
}

/// Connects only to addresses that may be reached.
fn connector(reach: &Reach, is_plain: bool) -> Connector {
    let reach = reach.clone();
    let lookup: Lookup = BoxCloneSyncService::new(service_fn(move |name: Name| {
        let reach = reach.clone();
        async move { Ok(reach.resolve(name.as_str(), is_plain).await?.into_iter()) }
    }));
    let mut connector = HttpConnector::new_with_resolver(lookup);
    connector.enforce_http(is_plain);
    connector.set_connect_timeout(Some(limits::WEBHOOK_CONNECT));
    connector
}

/// Reads what is left of a small answer, so that the connection can be used again; no more.
async fn finish(mut rest: Incoming) {
    let mut read = 0;
    while let Some(Ok(frame)) = rest.frame().await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > limits::WEBHOOK_ANSWER {
            return;
        }
    }
}

/// What went wrong, down to what began it.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// `Retry-After`, as seconds or as a date.
fn not_before(headers: &HeaderMap, now: Instant) -> Option<Instant> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Instant::from_ms(now.ms() + i64::from(seconds) * 1_000));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Instant::from_timestamp(date))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_says_when_it_wants_to_be_asked_again() {
        let now = Instant::from_ms(1_445_412_420_000);
        let at = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            not_before(&headers, now)
        };
        assert_eq!(at("120"), Some(now.plus_min(2)));
        assert_eq!(at("Wed, 21 Oct 2015 07:28:00 GMT"), Some(now.plus_min(1)));
        assert_eq!(at("soon"), None);
    }
}
