//! The field's client: on a refusal it fetches the document again, puts **its own body** with the
//! new version, and retries with jittered back-off.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rand::RngExt as _;
use rand::rngs::StdRng;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::demo::week::{AgentWeek, Document};
use crate::oracle::log::{Answer, Attempt};

/// How often a put is tried before the client gives up.
const TRIES: u32 = 40;
const FIRST_PAUSE_MS: u64 = 50;
const LONGEST_PAUSE_MS: u64 = 2_000;

/// A client with its token.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
    began: Instant,
    dice: Arc<Mutex<StdRng>>,
}

impl Client {
    /// A client of the store at an address; what it logs is timed from `began`.
    pub(crate) fn new(url: String, token: &str, began: Instant, dice: StdRng) -> Self {
        let dice = Arc::new(Mutex::new(dice));
        Self { http: reqwest::Client::new(), url, token: token.to_owned(), began, dice }
    }

    fn with_token(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.token)
    }

    /// Reads the weeks of some agents, or of everybody.
    pub(crate) async fn read(&self, agents: &[String]) -> Result<Document> {
        let mut url = format!("{}/schedule", self.url);
        if !agents.is_empty() {
            url = format!("{url}?agentIds={}", agents.join(","));
        }
        let answer = self.with_token(self.http.get(url)).send().await.context("read")?;
        answer.error_for_status()?.json().await.context("read the document")
    }

    /// Writes a record's status.
    pub(crate) async fn record(&self, id: &str, status: &str) -> Result<()> {
        self.post(&format!("records/{id}/{status}"), &json!({})).await
    }

    /// Posts something that is only stored.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<()> {
        let request = self.http.post(format!("{}/{path}", self.url)).json(body);
        self.with_token(request).send().await.context("post")?.error_for_status()?;
        Ok(())
    }

    /// Puts a body until it is taken. Answers all tries, and how many requests it took.
    pub(crate) async fn put(&self, weeks: Vec<AgentWeek>, read_at: u64) -> (Vec<Attempt>, u32) {
        let agents: Vec<String> = weeks.iter().map(|week| week.agent_id.clone()).collect();
        let mut document = Document { schedule_version: read_at, agent_schedules: weeks };
        let (mut attempts, mut requests) = (Vec::new(), 0);
        for nth in 0..TRIES {
            if nth > 0 {
                self.pause(nth).await;
                requests += 1;
                match self.read(&agents).await {
                    Ok(fresh) => document.schedule_version = fresh.schedule_version,
                    Err(error) => {
                        attempts.push(self.attempt(failed(&error)));
                        continue;
                    }
                }
            }
            requests += 1;
            let answer = self.put_once(&document).await.unwrap_or_else(|error| failed(&error));
            let is_taken = matches!(answer, Answer::Accepted { .. });
            attempts.push(self.attempt(answer));
            if is_taken {
                break;
            }
        }
        (attempts, requests)
    }

    async fn put_once(&self, document: &Document) -> Result<Answer> {
        let request = self.http.put(format!("{}/schedule", self.url)).json(document);
        let answer = self.with_token(request).send().await.context("put")?;
        let status = answer.status();
        let body: Value = answer.json().await.context("read the answer")?;
        let version = |name: &str| body[name].as_u64().context("read the version");
        match status {
            StatusCode::OK => {
                let held = Default::default();
                Ok(Answer::Accepted { version: version("scheduleVersion")?, held })
            }
            StatusCode::CONFLICT => Ok(Answer::Refused { version: version("currentVersion")? }),
            _ => Ok(Answer::Failed { status: status.as_u16(), text: body.to_string() }),
        }
    }

    fn attempt(&self, answer: Answer) -> Attempt {
        Attempt { answered_us: since_us(self.began), answer }
    }

    async fn pause(&self, nth: u32) {
        let longest_ms = (FIRST_PAUSE_MS << nth.min(6)).min(LONGEST_PAUSE_MS);
        let pause_ms = self.dice.lock().await.random_range(longest_ms / 4..=longest_ms);
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
    }
}

fn failed(error: &anyhow::Error) -> Answer {
    Answer::Failed { status: 0, text: format!("{error:#}") }
}

/// Microseconds since a moment.
pub(crate) fn since_us(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX)
}
