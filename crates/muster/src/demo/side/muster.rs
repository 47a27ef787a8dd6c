//! The rush against Muster: every wish is one request, with the base it started from.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use muster_core::id::AgentId;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::bench::version_store::client::since_us;
use crate::demo::script::{SwapPlan, TimeOffPlan};
use crate::demo::side::{Role, Side, SwapStep, Told};
use crate::demo::week::{AgentWeek, Document, Shift};
use crate::oracle::log::{Answer, Attempt};

/// How often a request is sent that the server had no time for.
const TRIES: u32 = 5;

/// Muster as a server in the rush.
#[derive(Clone)]
pub(crate) struct Muster {
    http: reqwest::Client,
    url: String,
    tokens: BTreeMap<Role, String>,
    began: Instant,
    pub(crate) unit: String,
    pub(crate) live: String,
    pub(crate) draft: String,
}

impl Muster {
    /// A server at an address; what is logged is timed from `began`.
    pub(crate) fn new(url: &str, tokens: BTreeMap<Role, String>, unit: &str) -> Self {
        Self {
            http: reqwest::Client::new(),
            url: format!("{url}/api/v2/wfm"),
            tokens,
            began: Instant::now(),
            unit: unit.to_owned(),
            live: String::new(),
            draft: String::new(),
        }
    }

    /// The same, timed from another moment.
    pub(crate) fn since(self, began: Instant) -> Self {
        Self { began, ..self }
    }

    pub(crate) fn request(&self, role: Role, method: Method, path: &str) -> RequestBuilder {
        let token = self.tokens.get(&role).map(String::as_str).unwrap_or_default();
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(token)
    }

    /// Sends what must succeed, and reads the answer.
    pub(crate) async fn send(
        &self,
        role: Role,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value> {
        let what = format!("{method} {path}");
        let request = self.request(role, method.clone(), path);
        let request = if method == Method::GET { request } else { request.json(body) };
        let answer = request.send().await.with_context(|| format!("send {what}"))?;
        let status = answer.status();
        let text = answer.text().await.with_context(|| format!("read the answer to {what}"))?;
        if !status.is_success() {
            bail!("{what} was answered {status}: {}", text.chars().take(600).collect::<String>());
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).with_context(|| format!("read the answer to {what}"))
    }

    /// Sends a wish. It is sent again only when the server had no time for it.
    async fn wish(&self, role: Role, method: Method, path: &str, body: &Value, key: &str) -> Told {
        let mut told = Told::default();
        for _ in 0..TRIES {
            told.requests += 1;
            let request = self.request(role, method.clone(), path).json(body);
            let (answer, conflicts, pause) =
                match request.header("Idempotency-Key", key).send().await {
                    Ok(response) => read_answer(response).await,
                    Err(error) => {
                        let text = error.to_string();
                        (
                            Answer::Failed { status: 0, text },
                            Vec::new(),
                            Some(Duration::from_millis(100)),
                        )
                    }
                };
            told.attempts.push(Attempt { answered_us: since_us(self.began), answer });
            told.conflicts = conflicts;
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => break,
            }
        }
        told
    }
}

/// What an answer says, what clashes, and how long to wait if there was no time for it.
async fn read_answer(response: reqwest::Response) -> (Answer, Vec<Value>, Option<Duration>) {
    let status = response.status();
    let headers = response.headers().clone();
    let number = |name: &str| headers.get(name)?.to_str().ok()?.parse::<u64>().ok();
    let revision = number("muster-revision");
    let text = response.text().await.unwrap_or_default();
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    if status.is_success() {
        let held = list(&body["held"]);
        let ids = held.iter().filter_map(|held| held["agentId"].as_str());
        let ids: BTreeSet<AgentId> = ids.filter_map(|id| AgentId::parse(id).ok()).collect();
        let conflicts = held.iter().flat_map(|held| list(&held["conflicts"])).collect();
        let version = revision.unwrap_or_default();
        return (Answer::Accepted { version, held: ids }, conflicts, None);
    }
    let evaluated = body["evaluatedAt"]["revision"].as_u64();
    if status == StatusCode::CONFLICT
        && let Some(version) = evaluated.or(revision)
    {
        return (Answer::Refused { version }, list(&body["conflicts"]), None);
    }
    let is_busy =
        [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&status);
    let pause = is_busy.then(|| Duration::from_secs(number("retry-after").unwrap_or(1)));
    let text = text.chars().take(600).collect();
    (Answer::Failed { status: status.as_u16(), text }, Vec::new(), pause)
}

impl Side for Muster {
    async fn read(&self, role: Role, agents: &[String]) -> Result<Document> {
        let mut path = format!("/scheduling/schedules/{}", self.live);
        for (n, agent) in agents.iter().enumerate() {
            path += if n == 0 { "?" } else { "&" };
            path += &format!("agentId={agent}");
        }
        let answer =
            self.request(role, Method::GET, &path).send().await.context("read the week")?;
        answer.error_for_status()?.json().await.context("read the week's document")
    }

    async fn swap(&self, step: SwapStep, plan: &SwapPlan) -> Told {
        let swaps = "/scheduling/shiftswaps";
        let (path, body) = match step {
            SwapStep::Offer => {
                let body = json!({
                    "id": plan.id,
                    "initiator": { "agentId": plan.initiator, "shiftId": plan.gives.id },
                    "receiver": { "agentId": plan.receiver, "shiftId": plan.gets.id },
                });
                (swaps.to_owned(), body)
            }
            SwapStep::Accept => {
                let body = json!({ "agentId": plan.receiver, "shiftId": plan.gets.id });
                (format!("{swaps}/{}/accept", plan.id), body)
            }
            SwapStep::Approve => (format!("{swaps}/{}/approve", plan.id), json!({})),
        };
        let key = format!("{}-{step:?}", plan.id);
        self.wish(Role::Approver, Method::POST, &path, &body, &key).await
    }

    async fn ask_time_off(&self, plan: &TimeOffPlan) -> Result<()> {
        let body = json!({
            "id": plan.id,
            "agentId": plan.agent,
            "activityCodeId": "TimeOff",
            "fullDays": [plan.day],
        });
        self.send(Role::Approver, Method::POST, "/timeoffrequests", &body).await.map(|_| ())
    }

    async fn decide_time_off(&self, plan: &TimeOffPlan) -> Told {
        let verb = if plan.is_granted { "approve" } else { "deny" };
        let path = format!("/timeoffrequests/{}/{verb}", plan.id);
        self.wish(Role::Approver, Method::POST, &path, &json!({}), &plan.id).await
    }

    async fn edit(&self, role: Role, read: &Document, week: &AgentWeek, shift: &Shift) -> Told {
        let before = week.shifts.iter().find(|known| known.id == shift.id);
        let edit = before.map(|before| changed(before, shift));
        let body = json!({ "baseVersion": read.schedule_version, "edits": [edit] });
        let path = format!("/scheduling/schedules/{}", self.live);
        let key = format!("edit-{}-{}", shift.id, since_us(self.began));
        self.wish(role, Method::PATCH, &path, &body, &key).await
    }

    async fn push(&self, document: Document) -> Told {
        let key = format!("push-{}-{}", document.schedule_version, since_us(self.began));
        let path = format!("/scheduling/schedules/{}", self.live);
        let Ok(mut body) = serde_json::to_value(&document) else { return Told::default() };
        // Whoever is clean goes live, as with any bulk of agents.
        body["mode"] = json!("perAgent");
        self.wish(Role::Engine, Method::PUT, &path, &body, &key).await
    }

    async fn publish(&self) -> Told {
        let path = format!("/scheduling/schedules/{}/publish", self.draft);
        let body = json!({ "reason": "weekly publish" });
        self.wish(Role::Publisher, Method::POST, &path, &body, "weekly-publish").await
    }

    async fn open_session(&self, agent: &str) -> Result<()> {
        let path = format!("/agents/{agent}/sessions");
        let body = json!({ "sessionId": format!("desktop-{agent}"), "kind": "desktop-script" });
        self.send(Role::Bridge, Method::POST, &path, &body).await.map(|_| ())
    }

    async fn tell_states(&self, agents: &[String], state: &str) -> Result<()> {
        let now = muster_server::clock::Clock::machine().now().to_string();
        let event = |agent: &String| {
            let session = format!("desktop-{agent}");
            json!({ "agentId": agent, "at": now, "state": state, "sessionId": session })
        };
        let events: Vec<Value> = agents.iter().map(event).collect();
        let body = json!({ "businessUnitId": self.unit, "events": events });
        self.send(Role::Bridge, Method::POST, "/adherence/events", &body).await.map(|_| ())
    }
}

/// The member of a change set that says what differs.
fn changed(before: &Shift, after: &Shift) -> Value {
    let mut edit = json!({ "op": "update", "shiftId": after.id });
    if before.start != after.start {
        edit["start"] = json!(after.start);
        edit["lengthMinutes"] = json!(after.length_minutes);
    }
    if before.activities != after.activities {
        edit["activities"] = json!(after.activities);
    }
    if before.tags != after.tags {
        edit["tags"] = json!(after.tags);
    }
    if before.note != after.note {
        edit["note"] = json!(after.note);
    }
    edit
}
