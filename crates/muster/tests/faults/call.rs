//! Asking until there is a definite answer: of any node, always with the same key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::dice::Dice;
use crate::history::{Answer, Ask, Attempts, Op, Recorder};
use crate::node::Credentials;
use crate::wish::Wish;

/// How long a client waits for one answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);
/// How long it waits before it tries again.
const PAUSE: Duration = Duration::from_millis(20);

/// Where the nodes listen; nothing for one that is not there.
pub(crate) type Addresses = watch::Receiver<Vec<Option<String>>>;

/// What all clients share.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) http: reqwest::Client,
    pub(crate) nodes: Addresses,
    pub(crate) token: String,
    pub(crate) recorder: Arc<Recorder>,
    /// Whoever has no answer yet gives up.
    pub(crate) is_over: Arc<AtomicBool>,
}

/// How one attempt ended.
enum Attempt {
    Answered(Box<Answer>),
    NotSent,
    Lost,
    Unavailable,
}

impl Line {
    /// A line to some nodes, with a token of theirs.
    pub(crate) async fn open(
        nodes: Addresses,
        credentials: &Credentials,
        recorder: Arc<Recorder>,
    ) -> Self {
        let http = reqwest::Client::new();
        let Credentials { id, secret } = credentials;
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let url = nodes.borrow().iter().flatten().next().unwrap().clone();
        let ask = http.post(format!("{url}/oauth/token")).body(form);
        let ask = ask.header("content-type", "application/x-www-form-urlencoded");
        let answer = ask.send().await.unwrap().error_for_status().unwrap();
        let answer: Value = answer.json().await.unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { http, nodes, token, recorder, is_over: Arc::default() }
    }

    /// Asks until there is a definite answer, and takes it down; nothing when it gave up. Some
    /// give up at once.
    pub(crate) async fn ask(
        &self,
        dice: &mut Dice,
        (client, unit): (usize, &str),
        ask: Ask,
        wish: Wish,
    ) -> Option<Answer> {
        let invoked = self.recorder.now();
        let mut attempts = Attempts::default();
        let answer = loop {
            if self.is_over.load(Ordering::SeqCst) {
                break None;
            }
            let (node, url) = self.any_node(dice).await;
            match self.attempt(node, &url, &ask).await {
                Attempt::Answered(answer) => break Some(*answer),
                Attempt::NotSent => attempts.not_sent += 1,
                Attempt::Lost => attempts.lost += 1,
                Attempt::Unavailable => attempts.unavailable += 1,
            }
            if attempts.lost > 0 && dice.once_in(40) {
                break None;
            }
            sleep(PAUSE).await;
        };
        let (unit, told) = (unit.to_owned(), answer.clone());
        self.recorder.note(Op { client, unit, ask, wish, invoked, answer, attempts });
        told
    }

    /// A node that is there, once there is one.
    async fn any_node(&self, dice: &mut Dice) -> (usize, String) {
        let mut nodes = self.nodes.clone();
        let wait = nodes.wait_for(|nodes| nodes.iter().any(Option::is_some));
        let nodes = timeout(Duration::from_secs(60), wait).await.expect("a node within 60 s");
        let nodes = nodes.expect("the stage stands for as long as there are clients").clone();
        let there = nodes.into_iter().enumerate();
        let there: Vec<_> = there.filter_map(|(node, url)| Some((node, url?))).collect();
        dice.pick(&there).clone()
    }

    async fn attempt(&self, node: usize, url: &str, ask: &Ask) -> Attempt {
        let sent = self.recorder.now();
        match self.send(url, ask, PATIENCE).await {
            Ok(response) if matches!(response.status().as_u16(), 429 | 503) => {
                assert!(response.headers().contains_key("retry-after"), "{response:?}");
                Attempt::Unavailable
            }
            Ok(response) => {
                let status = response.status().as_u16();
                let revision = response.headers().get("muster-revision");
                let revision = revision.map(|value| value.to_str().unwrap().parse().unwrap());
                let Ok(bytes) = response.bytes().await else { return Attempt::Lost };
                let body = serde_json::from_slice(&bytes).unwrap_or_default();
                let at = self.recorder.now();
                Attempt::Answered(Box::new(Answer { sent, at, node, status, revision, body }))
            }
            Err(error) if error.is_connect() => Attempt::NotSent,
            Err(_) => Attempt::Lost,
        }
    }

    /// Sends it once.
    pub(crate) async fn send(
        &self,
        url: &str,
        ask: &Ask,
        patience: Duration,
    ) -> reqwest::Result<reqwest::Response> {
        let Ask { method, path, body, key } = ask;
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, format!("{url}/api/v2/wfm{path}"));
        request = request.bearer_auth(&self.token).timeout(patience);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if !body.is_null() {
            request = request.json(body);
        }
        request.send().await
    }
}

/// What came of asking once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Once {
    pub(crate) status: u16,
    /// After which time to ask again.
    pub(crate) retry_after: Option<u64>,
    pub(crate) took: Duration,
}

impl Line {
    /// Asks a node once, and waits long for what it says.
    pub(crate) async fn ask_once(&self, node: usize, unit: &str, ask: Ask, wish: Wish) -> Once {
        let url = self.nodes.borrow()[node].clone().unwrap();
        let invoked = self.recorder.now();
        let response = self.send(&url, &ask, Duration::from_secs(60)).await.unwrap();
        let header = |name: &str| response.headers().get(name)?.to_str().ok()?.parse().ok();
        let (revision, retry_after) = (header("muster-revision"), header("retry-after"));
        let status = response.status().as_u16();
        let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
        let at = self.recorder.now();
        let answer = Answer { sent: invoked, at, node, status, revision, body };
        let is_definite = status != 503;
        let attempts = Attempts { unavailable: u64::from(!is_definite), ..Attempts::default() };
        let answer = is_definite.then_some(answer);
        let (client, unit) = (usize::MAX, unit.to_owned());
        self.recorder.note(Op { client, unit, ask, wish, invoked, answer, attempts });
        Once { status, retry_after, took: at - invoked }
    }

    /// What a node says of itself.
    pub(crate) async fn ready(&self, node: usize) -> u16 {
        let url = self.nodes.borrow()[node].clone().unwrap();
        let ask = self.http.get(format!("{url}/readyz")).timeout(Duration::from_secs(60));
        ask.send().await.unwrap().status().as_u16()
    }
}
