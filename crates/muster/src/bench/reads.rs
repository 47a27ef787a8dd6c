//! `muster bench reads`: an agent's week, from one client and from many.

use anyhow::Result;
use clap::Args;
use reqwest::Method;
use serde_json::Value;

use crate::bench::edits::sent;
use crate::bench::setting::Setting;
use crate::bench::stats::Figure;
use crate::bench::{Figures, note};

/// What is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReadsOptions {
    /// Sizes of the unit
    #[arg(long, value_delimiter = ',', default_value = "50,500,5000")]
    agents: Vec<usize>,
    /// Clients at the same time
    #[arg(long, value_delimiter = ',', default_value = "1,64")]
    clients: Vec<usize>,
    /// Reads at each size
    #[arg(long, default_value_t = 20_000)]
    reads: usize,
}

pub(super) async fn run(options: &ReadsOptions) -> Result<Figures> {
    let mut figures = Figures::new();
    for agents in &options.agents {
        let setting = Setting::new(*agents).await?;
        let centre = &setting.centre;
        let (from, to) = (centre.week, centre.week.checked_add(jiff::Span::new().days(7))?);
        for clients in &options.clients {
            note(&format!("reads in a unit of {agents} agents, {clients} clients"));
            let path = |n: usize| {
                let agent = &centre.agents[n % centre.agents.len()].id;
                let path = format!("/scheduling/agents/{agent}/schedule?from={from}&to={to}");
                (path, Value::Null)
            };
            let requests = (0..options.reads).map(path).collect();
            let phase = sent(&setting.muster, Method::GET, requests, *clients).await?;
            let figure = phase.samples.figure("agent's week", *agents, Some(phase.over));
            let history = setting.revision().await?;
            figures.push(Figure { clients: *clients, history, ..figure });
        }
        setting.running.server.stop().await;
    }
    Ok(figures)
}
