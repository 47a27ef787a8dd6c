//! `muster bench load`: many units in one server, all published; memory; a cold start.

use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde_json::json;

use crate::bench::cold::{Cold, peak_mib};
use crate::bench::setting::{make_unit, plain_centre};
use crate::bench::stats::{Figure, Samples, ms};
use crate::bench::version_store::client::since_us;
use crate::bench::{Figures, note};
use crate::demo::centre::Centre;
use crate::demo::server::{Noting, Running};
use crate::demo::side::Role;
use crate::demo::side::muster::Muster;

/// What is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct LoadOptions {
    /// How many units
    #[arg(long, default_value_t = 20)]
    units: usize,
    /// Agents in each
    #[arg(long, default_value_t = 5_000)]
    agents: usize,
}

pub(super) async fn run(options: &LoadOptions) -> Result<Figures> {
    let running = Running::start(Noting::Nothing).await?;
    let mut samples = Samples::default();
    let mut paths = Vec::new();
    for n in 0..options.units {
        note(&format!("unit {} of {}", n + 1, options.units));
        let centre = numbered(plain_centre(&format!("unit-{n:02}"), options.agents)?, n);
        let muster = Muster::new(&running.url, running.tokens.clone(), &centre.unit);
        make_unit(&muster, &centre).await?;
        let to = centre.week.checked_add(jiff::Span::new().days(7))?;
        let agent = centre.agents.first().context("a unit has no agents")?;
        let path = format!("/scheduling/agents/{}/schedule", agent.id);
        paths.push(format!("{path}?from={}&to={to}", centre.week));
        samples.extend(publish(&muster, &centre).await?);
    }
    let peak = peak_mib()?;
    let disk_mib = running.disk_bytes()? / 1024 / 1024;
    let total_us: u64 = samples.sum_us();
    let agents = options.units * options.agents;
    let mut published = samples.figure("publish of one unit", options.agents, None);
    published.note = format!(
        "all {} units: {} ms; ledger {disk_mib} MiB; peak of client and server {peak} MiB",
        options.units,
        ms(total_us),
    );
    note("cold start in a process of its own");
    let cold = cold_start(running, &paths).await?;
    let figure = |what: &str, value_ms: f64, note: String| Figure {
        what: what.to_owned(),
        agents,
        clients: 1,
        samples: 1,
        median_ms: value_ms,
        p99_ms: value_ms,
        note,
        ..Figure::default()
    };
    let memory = format!("memory of the process afterwards {} MiB", cold.memory_mib);
    Ok(vec![
        published,
        figure("cold start to the first answer", cold.first_ms, String::new()),
        figure("cold start until every unit answered", cold.all_ms, memory),
    ])
}

/// Ids are unique in an organization: each unit's agents and shifts get its number.
pub(super) fn numbered(mut centre: Centre, n: usize) -> Centre {
    for agent in &mut centre.agents {
        agent.id = format!("{}-u{n}", agent.id);
    }
    for week in &mut centre.weeks {
        week.agent_id = format!("{}-u{n}", week.agent_id);
        for shift in &mut week.shifts {
            shift.agent_id.clone_from(&week.agent_id);
            shift.id = format!("{}-u{n}", shift.id);
        }
    }
    centre
}

/// A draft of everything, published: the publish alone is timed.
async fn publish(muster: &Muster, centre: &Centre) -> Result<Samples> {
    let body = json!({
        "businessUnitId": centre.unit,
        "weekDate": centre.week,
        "from": "empty",
        "agentSchedules": centre.weeks,
    });
    let post = reqwest::Method::POST;
    let draft = muster.send(Role::Publisher, post.clone(), "/schedules", &body).await?;
    let id = draft["id"].as_str().context("the draft has no id")?;
    let path = format!("/scheduling/schedules/{id}/publish");
    let began = Instant::now();
    let done = muster.send(Role::Publisher, post, &path, &json!({})).await?;
    let mut samples = Samples::default();
    samples.take(began);
    let published = done["notified"].as_array().map_or(0, Vec::len);
    ensure!(published == centre.agents.len(), "{published} agents were published");
    Ok(samples)
}

/// Stops the server, and has another process start on its ledger and answer.
async fn cold_start(running: Running, paths: &[String]) -> Result<Cold> {
    let Running { server, ledger, tokens, folder, .. } = running;
    server.stop().await;
    let token = tokens.get(&Role::Planner(0)).context("a planner has no token")?.clone();
    let mut child = std::process::Command::new(std::env::current_exe().context("find myself")?);
    child.args(["bench", "cold", "--ledger", &ledger]).args(paths);
    child.env("MUSTER_BENCH_TOKEN", token).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let began = Instant::now();
    let output = tokio::task::spawn_blocking(move || child.spawn()?.wait_with_output()).await??;
    let whole_us = since_us(began);
    ensure!(output.status.success(), "the cold start failed after {} ms", ms(whole_us));
    drop(folder);
    serde_json::from_slice(&output.stdout).context("read what the cold start measured")
}
