//! `muster bench publish`: a plan and a publish of a week, and how their cost grows.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use reqwest::Method;
use serde_json::json;

use crate::bench::setting::Setting;
use crate::bench::stats::{Figure, Samples};
use crate::bench::{Figures, edits, note};
use crate::demo::side::Role;

/// What is measured, and how often.
#[derive(Debug, Clone, Args)]
pub(crate) struct PublishOptions {
    /// Sizes of the unit; every agent changes
    #[arg(long, value_delimiter = ',', default_value = "50,500,5000")]
    agents: Vec<usize>,
    /// Agents that change, in a unit of the largest size
    #[arg(long, value_delimiter = ',', default_value = "1,50,500")]
    changed: Vec<usize>,
    /// Lengths of the history, in entries, in a unit of 500 agents
    #[arg(long, value_delimiter = ',', default_value = "1000,10000,100000")]
    history: Vec<u64>,
    /// How often each is measured
    #[arg(long, default_value_t = 15)]
    rounds: usize,
}

pub(super) async fn run(options: &PublishOptions) -> Result<Figures> {
    let mut figures = Figures::new();
    for agents in &options.agents {
        let setting = Setting::new(*agents).await?;
        note(&format!("publish of all of {agents} agents"));
        let mut drafts = Drafts::default();
        figures.extend(measure(&setting, &mut drafts, *agents, options.rounds).await?);
        note(&format!("publish of all of {agents} agents while swaps are decided"));
        figures.extend(beside_swaps(&setting, &mut drafts, options.rounds.div_ceil(3)).await?);
        setting.running.server.stop().await;
    }
    if let Some(agents) = options.agents.iter().max().filter(|_| !options.changed.is_empty()) {
        let setting = Setting::new(*agents).await?;
        let mut drafts = Drafts::default();
        for changed in options.changed.iter().filter(|changed| *changed < agents) {
            note(&format!("publish of {changed} of {agents} agents"));
            figures.extend(measure(&setting, &mut drafts, *changed, options.rounds).await?);
        }
        setting.running.server.stop().await;
    }
    if !options.history.is_empty() {
        let setting = Setting::new(500).await?;
        let mut drafts = Drafts::default();
        for history in &options.history {
            note(&format!("a history of {history} entries"));
            edits::lengthen_history(&setting, *history).await?;
            figures.extend(measure(&setting, &mut drafts, 500, options.rounds).await?);
        }
        setting.running.server.stop().await;
    }
    Ok(figures)
}

/// Makes drafts of which each changes what the one before it set.
#[derive(Default)]
struct Drafts(usize);

impl Drafts {
    /// A draft that changes so many agents; answers its path.
    async fn make(&mut self, setting: &Setting, changed: usize) -> Result<String> {
        let offset = if self.0.is_multiple_of(2) { 105 } else { 150 };
        self.0 += 1;
        let weeks = setting.centre.weeks.iter().take(changed);
        let edits: Vec<_> = weeks
            .flat_map(|week| week.shifts.clone())
            .map(|mut shift| {
                if let Some(activity) = shift.activity("Break", 0) {
                    activity.offset_minutes = offset;
                }
                // Who works it is not spoken of: shifts may have changed hands.
                json!({ "op": "update", "shiftId": shift.id, "activities": shift.activities })
            })
            .collect();
        let body = json!({
            "businessUnitId": setting.centre.unit,
            "weekDate": setting.centre.week,
            "edits": edits,
        });
        let draft = setting.muster.send(Role::Publisher, Method::POST, "/schedules", &body).await?;
        let id = draft["id"].as_str().context("the draft has no id")?;
        Ok(format!("/scheduling/schedules/{id}"))
    }
}

/// Publishes a draft; answers how many agents it changed.
async fn publish(setting: &Setting, path: &str, samples: &mut Samples) -> Result<usize> {
    let path = format!("{path}/publish");
    let began = Instant::now();
    let done = setting.muster.send(Role::Publisher, Method::POST, &path, &json!({})).await?;
    samples.take(began);
    Ok(done["notified"].as_array().map_or(0, Vec::len))
}

/// Plans and publishes drafts that change so many agents.
async fn measure(
    setting: &Setting,
    drafts: &mut Drafts,
    changed: usize,
    rounds: usize,
) -> Result<Figures> {
    let (mut plans, mut publishes) = (Samples::default(), Samples::default());
    for _ in 0..rounds {
        let path = drafts.make(setting, changed).await?;
        let began = Instant::now();
        let validate = format!("{path}/validate");
        setting.muster.send(Role::Publisher, Method::POST, &validate, &json!({})).await?;
        plans.take(began);
        let published = publish(setting, &path, &mut publishes).await?;
        ensure!(published == changed, "{published} of {changed} agents were published");
    }
    let agents = setting.centre.agents.len();
    let figures = [plans.figure("plan", agents, None), publishes.figure("publish", agents, None)];
    let history = setting.revision().await?;
    Ok(figures.map(|figure| Figure { changed: Some(changed), history, ..figure }).into())
}

/// Publishes everybody again and again while swaps of the same week are decided one by one.
async fn beside_swaps(setting: &Setting, drafts: &mut Drafts, rounds: usize) -> Result<Figures> {
    const CLIENTS: usize = 4;
    let (mut publishes, mut swaps) = (Samples::default(), Samples::default());
    let agents = setting.centre.agents.len();
    for round in 0..rounds {
        let decisions = edits::prepared(setting, round, 64).await?;
        let path = drafts.make(setting, agents).await?;
        // Swaps are decided before, during and after the publish.
        let decided = edits::sent_until(&setting.muster, decisions, CLIENTS);
        let (stop, decided) = decided;
        tokio::time::sleep(Duration::from_millis(100)).await;
        publish(setting, &path, &mut publishes).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.store(true, Ordering::Relaxed);
        swaps.extend(decided.await.context("the swaps ended badly")??.samples);
    }
    let history = setting.revision().await?;
    let publishes = publishes.figure("publish beside swaps", agents, None);
    let swaps = swaps.figure("swap decision beside a publish", agents, None);
    Ok(vec![
        Figure { changed: Some(agents), history, ..publishes },
        Figure { clients: CLIENTS, history, ..swaps },
    ])
}
