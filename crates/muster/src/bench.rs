//! Measurements: `muster bench`, and a comparison store that works as the field does today.

mod cold;
mod edits;
mod ledger;
mod load;
mod nodes;
mod publish;
mod reads;
mod setting;
mod stats;
pub(crate) mod version_store;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};

use crate::bench::stats::Figure;
use crate::print;

/// What `muster bench` is called with.
#[derive(Debug, Clone, Args)]
pub(crate) struct BenchOptions {
    /// What is measured
    #[command(subcommand)]
    pub(crate) scenario: Scenario,
    /// Write the figures to this file
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// What can be measured. Everything is durable before it is answered. Unless it says otherwise, it
/// goes over HTTP to a server on `SQLite` in this process, which shares its cores with the clients.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Scenario {
    /// Plan and publish a week, by size of the unit, by changed agents, by length of the history
    Publish(publish::PublishOptions),
    /// Swap decisions from many clients on one unit
    Edits(edits::EditsOptions),
    /// Reading an agent's week
    Reads(reads::ReadsOptions),
    /// Many units: publish all of them, memory, cold start
    Load(load::LoadOptions),
    /// Storage alone: appends, reads, verify, export and import
    Ledger(ledger::LedgerOptions),
    /// Single edits on nodes over one `PostgreSQL`, beside version columns and row locks on it
    Nodes(nodes::NodesOptions),
    /// The second half of `load`, in a process of its own
    #[command(hide = true)]
    Cold(cold::ColdOptions),
}

/// Measures a scenario.
///
/// # Errors
/// When the server does not start or refuses what must go through.
pub(crate) async fn run(options: BenchOptions) -> Result<()> {
    let figures = match &options.scenario {
        Scenario::Publish(options) => publish::run(options).await?,
        Scenario::Edits(options) => edits::run(options).await?,
        Scenario::Reads(options) => reads::run(options).await?,
        Scenario::Load(options) => load::run(options).await?,
        Scenario::Ledger(options) => ledger::run(options).await?,
        Scenario::Nodes(options) => nodes::run(options).await?,
        Scenario::Cold(options) => return cold::run(options).await,
    };
    print::out(&stats::table(&figures));
    if let Some(file) = &options.json {
        let text = serde_json::to_string_pretty(&figures).context("write the figures")?;
        std::fs::write(file, text + "\n").with_context(|| format!("write {}", file.display()))?;
    }
    Ok(())
}

/// Says what is going on, for whoever waits.
fn note(text: &str) {
    print::out(&format!("… {text}"));
}

type Figures = Vec<Figure>;
