//! `muster bench edits`: swap decisions from many clients on one unit, each durable when answered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::{JoinHandle, JoinSet};

use crate::bench::setting::Setting;
use crate::bench::stats::{Figure, Samples};
use crate::bench::{Figures, note};
use crate::demo::centre::Centre;
use crate::demo::side::Role;
use crate::demo::side::muster::Muster;

/// What is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct EditsOptions {
    /// Sizes of the unit
    #[arg(long, value_delimiter = ',', default_value = "50,500,5000")]
    agents: Vec<usize>,
    /// Clients at the same time
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Swaps decided at each size, at least
    #[arg(long, default_value_t = 20_000)]
    swaps: usize,
}

pub(super) async fn run(options: &EditsOptions) -> Result<Figures> {
    let mut figures = Figures::new();
    for agents in &options.agents {
        note(&format!("swap decisions among {agents} agents"));
        let setting = Setting::new(*agents).await?;
        figures.extend(measure(&setting, options).await?);
        setting.running.server.stop().await;
    }
    Ok(figures)
}

/// Two shifts that change hands and back again.
struct Pair {
    agents: [String; 2],
    shifts: [String; 2],
}

async fn measure(setting: &Setting, options: &EditsOptions) -> Result<Figures> {
    let (mut asks, mut decisions) = (Phase::default(), Phase::default());
    let mut round = 0;
    while decisions.count < options.swaps {
        let swaps = Swaps::of_round(&setting.centre, round);
        ensure!(!swaps.approves.is_empty(), "nobody can swap with anybody");
        for requests in [swaps.offers, swaps.accepts] {
            asks.add(sent(&setting.muster, Method::POST, requests, options.clients).await?);
        }
        let approves = sent(&setting.muster, Method::POST, swaps.approves, options.clients);
        decisions.add(approves.await?);
        round += 1;
    }
    let (agents, history) = (setting.centre.agents.len(), setting.revision().await?);
    let figure = |what: &str, phase: Phase| {
        let over = phase.over;
        let figure = phase.samples.figure(what, agents, Some(over));
        Figure { history, clients: options.clients, ..figure }
    };
    Ok(vec![figure("swap decision", decisions), figure("swap offer, acceptance", asks)])
}

pub(super) type Requests = Vec<(String, Value)>;

/// Every shift that can be swapped, swapped once.
pub(super) struct Swaps {
    pub(super) offers: Requests,
    pub(super) accepts: Requests,
    pub(super) approves: Requests,
}

impl Swaps {
    pub(super) fn of_round(centre: &Centre, round: usize) -> Self {
        let mut swaps = Self { offers: Vec::new(), accepts: Vec::new(), approves: Vec::new() };
        for (n, pair) in pairs(centre).iter().enumerate() {
            let id = format!("swap-{}-{round}-{n}", centre.unit);
            // What was swapped last round is swapped back.
            let (a, b) = if round.is_multiple_of(2) { (0, 1) } else { (1, 0) };
            let side = |agent: usize, shift: usize| {
                let (agent, shift) = (&pair.agents[agent], &pair.shifts[shift]);
                json!({ "agentId": agent, "shiftId": shift })
            };
            let (initiator, receiver) = (side(a, 0), side(b, 1));
            let path = "/scheduling/shiftswaps";
            swaps.accepts.push((format!("{path}/{id}/accept"), receiver.clone()));
            swaps.approves.push((format!("{path}/{id}/approve"), json!({})));
            let offer = json!({ "id": id, "initiator": initiator, "receiver": receiver });
            swaps.offers.push((path.to_owned(), offer));
        }
        swaps
    }
}

/// Offers and accepts a round of swaps; answers the decisions that remain.
pub(super) async fn prepared(setting: &Setting, round: usize, clients: usize) -> Result<Requests> {
    let swaps = Swaps::of_round(&setting.centre, round);
    sent(&setting.muster, Method::POST, swaps.offers, clients).await?;
    sent(&setting.muster, Method::POST, swaps.accepts, clients).await?;
    Ok(swaps.approves)
}

/// Agents of one pattern who work the same day, two and two.
fn pairs(centre: &Centre) -> Vec<Pair> {
    let mut waiting: BTreeMap<_, (String, String)> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (agent, week) in centre.agents.iter().zip(&centre.weeks) {
        for shift in &week.shifts {
            let key = (agent.pattern, agent.is_part_time, shift.start);
            match waiting.remove(&key) {
                Some((other, theirs)) => pairs.push(Pair {
                    agents: [other, agent.id.clone()],
                    shifts: [theirs, shift.id.clone()],
                }),
                None => {
                    waiting.insert(key, (agent.id.clone(), shift.id.clone()));
                }
            }
        }
    }
    pairs
}

/// Requests that were sent at the same time.
#[derive(Default)]
pub(super) struct Phase {
    pub(super) samples: Samples,
    pub(super) over: Duration,
    pub(super) count: usize,
}

impl Phase {
    pub(super) fn add(&mut self, other: Self) {
        self.samples.extend(other.samples);
        self.over += other.over;
        self.count += other.count;
    }
}

/// Sends requests from so many clients, each with one on its way at a time.
pub(super) async fn sent(
    muster: &Muster,
    method: Method,
    requests: Requests,
    clients: usize,
) -> Result<Phase> {
    send(vec![muster.clone()], method, requests, clients, Arc::default()).await
}

/// As [`sent`], to several nodes: each client keeps to one of them.
pub(super) async fn sent_to(
    nodes: &[Muster],
    method: Method,
    requests: Requests,
    clients: usize,
) -> Result<Phase> {
    send(nodes.to_vec(), method, requests, clients, Arc::default()).await
}

/// Sends decisions until it is told to stop; those that remain are sent then, untimed.
pub(super) fn sent_until(
    muster: &Muster,
    requests: Requests,
    clients: usize,
) -> (Arc<AtomicBool>, JoinHandle<Result<Phase>>) {
    let stop = Arc::new(AtomicBool::new(false));
    let (nodes, until) = (vec![muster.clone()], stop.clone());
    let task = tokio::spawn(async move {
        let phase = send(nodes.clone(), Method::POST, requests.clone(), clients, until).await?;
        let rest = requests[phase.count..].to_vec();
        send(nodes, Method::POST, rest, 64, Arc::default()).await?;
        Ok(phase)
    });
    (stop, task)
}

async fn send(
    nodes: Vec<Muster>,
    method: Method,
    requests: Requests,
    clients: usize,
    stop: Arc<AtomicBool>,
) -> Result<Phase> {
    let requests = Arc::new(requests);
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for muster in nodes.iter().cycle().take(clients) {
        let (muster, requests, next) = (muster.clone(), requests.clone(), next.clone());
        let (method, stop) = (method.clone(), stop.clone());
        tasks.spawn(async move {
            let mut samples = Samples::default();
            while !stop.load(Ordering::Relaxed)
                && let Some((path, body)) = requests.get(next.fetch_add(1, Ordering::Relaxed))
            {
                let began = Instant::now();
                one(&muster, &method, path, body).await?;
                samples.take(began);
            }
            Ok::<_, anyhow::Error>(samples)
        });
    }
    let mut samples = Samples::default();
    while let Some(ended) = tasks.join_next().await {
        samples.extend(ended.context("a client ended badly")??);
    }
    let count = samples.count();
    Ok(Phase { samples, over: began.elapsed(), count })
}

async fn one(muster: &Muster, method: &Method, path: &str, body: &Value) -> Result<()> {
    let request = muster.request(Role::Approver, method.clone(), path);
    let request = if *method == Method::GET { request } else { request.json(body) };
    let answer = request.send().await.with_context(|| format!("send {method} {path}"))?;
    let status = answer.status();
    let bytes = answer.bytes().await.context("read an answer")?;
    if !status.is_success() {
        bail!("{path} was answered {status}: {}", String::from_utf8_lossy(&bytes));
    }
    Ok(())
}

/// Edits single shifts until the unit's history is so many entries long.
pub(super) async fn lengthen_history(setting: &Setting, entries: u64) -> Result<()> {
    const CLIENTS: usize = 64;
    const STEP: usize = 10_000;
    let shifts: Vec<&str> = setting
        .centre
        .weeks
        .iter()
        .flat_map(|week| &week.shifts)
        .map(|shift| shift.id.as_str())
        .collect();
    loop {
        let missing = entries.saturating_sub(setting.revision().await?);
        if missing == 0 {
            return Ok(());
        }
        let count = usize::try_from(missing).unwrap_or(STEP).min(STEP);
        let request = |n: usize| {
            let path = format!("/scheduling/shifts/{}", shifts[n % shifts.len()]);
            (path, json!({ "site": format!("room {missing}-{n}") }))
        };
        let requests = (0..count).map(request).collect();
        sent(&setting.muster, Method::PATCH, requests, CLIENTS).await?;
    }
}
