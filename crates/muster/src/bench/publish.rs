//! `muster bench publish`: a plan and a publish of a week, and how their cost grows.

use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::Args;
use reqwest::Method;
use serde_json::json;

use crate::bench::setting::Setting;
use crate::bench::stats::Samples;
use crate::bench::{Figures, edits, note};
use crate::demo::side::Role;
use crate::demo::week::AgentWeek;

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
        figures.extend(measure(&setting, *agents, options.rounds).await?);
        setting.running.server.stop().await;
    }
    if let Some(agents) = options.agents.iter().max().filter(|_| !options.changed.is_empty()) {
        let setting = Setting::new(*agents).await?;
        for changed in options.changed.iter().filter(|changed| *changed < agents) {
            note(&format!("publish of {changed} of {agents} agents"));
            figures.extend(measure(&setting, *changed, options.rounds).await?);
        }
        setting.running.server.stop().await;
    }
    if !options.history.is_empty() {
        let setting = Setting::new(500).await?;
        for history in &options.history {
            note(&format!("a history of {history} entries"));
            edits::lengthen_history(&setting, *history).await?;
            figures.extend(measure(&setting, 500, options.rounds).await?);
        }
        setting.running.server.stop().await;
    }
    Ok(figures)
}

/// Plans and publishes drafts that change so many agents, each undoing the one before.
async fn measure(setting: &Setting, changed: usize, rounds: usize) -> Result<Figures> {
    let (mut plans, mut publishes) = (Samples::default(), Samples::default());
    for round in 0..rounds {
        let weeks = &setting.centre.weeks[..changed.min(setting.centre.weeks.len())];
        let weeks: Vec<AgentWeek> = weeks.iter().map(|week| variant(week, round)).collect();
        let draft = make_draft(setting, &weeks).await?;
        let path = format!("/scheduling/schedules/{draft}");
        let post = Method::POST;
        let began = Instant::now();
        let validate = format!("{path}/validate");
        setting.muster.send(Role::Publisher, post.clone(), &validate, &json!({})).await?;
        plans.take(began);
        let began = Instant::now();
        let publish = format!("{path}/publish");
        let done = setting.muster.send(Role::Publisher, post, &publish, &json!({})).await?;
        publishes.take(began);
        let published = done["notified"].as_array().map_or(0, Vec::len);
        anyhow::ensure!(published == changed, "{published} of {changed} agents were published");
    }
    let history = setting.revision().await?;
    let agents = setting.centre.agents.len();
    let mut figures = vec![plans.figure("plan", agents, None)];
    figures.push(publishes.figure("publish", agents, None));
    for figure in &mut figures {
        figure.changed = Some(changed);
        figure.history = history;
    }
    Ok(figures)
}

/// Every shift's first activity ends at another minute in each round.
fn variant(week: &AgentWeek, round: usize) -> AgentWeek {
    let mut week = week.clone();
    for shift in &mut week.shifts {
        if let Some(activity) = shift.activity("Break", 0) {
            activity.offset_minutes = if round.is_multiple_of(2) { 105 } else { 150 };
        }
    }
    week
}

async fn make_draft(setting: &Setting, weeks: &[AgentWeek]) -> Result<String> {
    let body = json!({
        "businessUnitId": setting.centre.unit,
        "weekDate": setting.centre.week,
        "from": "published",
        "agentSchedules": weeks,
    });
    let draft = setting.muster.send(Role::Publisher, Method::POST, "/schedules", &body).await?;
    Ok(draft["id"].as_str().context("the draft has no id")?.to_owned())
}
