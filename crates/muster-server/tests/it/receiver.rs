//! A receiver of webhooks, that answers as it is told and remembers what it got.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Something that came.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
    pub(crate) body: Value,
    /// What was answered.
    pub(crate) status: u16,
}

impl Got {
    pub(crate) fn event(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        &self.headers[name]
    }

    pub(crate) fn is_taken(&self) -> bool {
        self.status < 300
    }

    /// How many of its signatures a secret makes, by somebody else's implementation.
    pub(crate) fn signed_by(&self, secret: &str) -> usize {
        let timestamp = self.header("webhook-timestamp").parse().unwrap();
        let id = self.header("webhook-id");
        let signed =
            Webhook::new(secret).unwrap().sign(id, timestamp, self.text.as_bytes()).unwrap();
        self.header("webhook-signature").split(' ').filter(|one| *one == signed).count()
    }
}

type Rule = Box<dyn FnMut(&Value) -> Response + Send>;

struct Inner {
    rule: Mutex<Rule>,
    got: watch::Sender<Vec<Got>>,
}

/// It listens until it is dropped.
pub(crate) struct Receiver {
    inner: Arc<Inner>,
    pub(crate) url: String,
    task: JoinHandle<()>,
}

/// An answer with a status and nothing else.
pub(crate) fn status(code: u16) -> Response {
    Response::builder().status(code).body(Body::empty()).unwrap()
}

async fn receive(
    State(inner): State<Arc<Inner>>,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let body: Value = serde_json::from_str(&text).unwrap();
    let answer = (*inner.rule.lock().unwrap())(&body);
    let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        (name.to_string(), value.to_str().unwrap().to_owned())
    };
    let headers = headers.iter().map(header).collect();
    let (status, path) = (answer.status().as_u16(), uri.path().to_owned());
    inner.got.send_modify(|all| all.push(Got { path, headers, text, body, status }));
    answer
}

impl Receiver {
    /// One that takes everything.
    pub(crate) async fn start() -> Self {
        let rule: Mutex<Rule> = Mutex::new(Box::new(|_| status(204)));
        let inner = Arc::new(Inner { rule, got: watch::Sender::new(Vec::new()) });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().fallback(receive).with_state(inner.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { inner, url, task }
    }

    /// What it answers from now on.
    pub(crate) fn answers(&self, rule: impl FnMut(&Value) -> Response + Send + 'static) {
        *self.inner.rule.lock().unwrap() = Box::new(rule);
    }

    /// Everything that came.
    pub(crate) fn all(&self) -> Vec<Got> {
        self.inner.got.borrow().clone()
    }

    /// Everything that came, once it is enough.
    #[track_caller]
    pub(crate) fn until(&self, enough: impl Fn(&[Got]) -> bool) -> impl Future<Output = Vec<Got>> {
        let mut got = self.inner.got.subscribe();
        let place = std::panic::Location::caller();
        async move {
            let waited = tokio::time::timeout(Duration::from_secs(30), async {
                got.wait_for(|all| enough(all)).await.unwrap().clone()
            });
            let Ok(all) = waited.await else { panic!("not enough came: {place}") };
            all
        }
    }

    /// What came, once there are so many.
    pub(crate) async fn first(&self, count: usize) -> Vec<Got> {
        self.until(|all| all.len() >= count).await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}
