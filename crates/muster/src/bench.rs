//! Measurements: `muster bench`, and a comparison store that works as the field does today.

mod api;
mod cold;
mod cpu;
mod edits;
mod ledger;
mod load;
mod node;
mod nodes;
mod paper;
mod publish;
mod reads;
mod rules;
mod setting;
mod stats;
mod swaps;
mod timed;
pub(crate) mod version_store;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use serde::Serialize;

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
    /// Reads and single edits over HTTP, and what each layer of the server costs
    Api(api::ApiOptions),
    /// Reading an agent's week
    Reads(reads::ReadsOptions),
    /// Many units: publish all of them, memory, cold start
    Load(load::LoadOptions),
    /// Storage alone: appends, reads, verify, export and import
    Ledger(ledger::LedgerOptions),
    /// Single edits on nodes over one `PostgreSQL`, beside version columns and row locks on it
    Nodes(nodes::NodesOptions),
    /// What the rules cost over a week, rule by rule, without a server
    Rules(rules::RulesOptions),
    /// What deciding and explaining a swap, an edit and time off cost, by size of the unit, without
    /// a server
    Swaps(swaps::SwapsOptions),
    /// The second half of `load`, in a process of its own
    #[command(hide = true)]
    Cold(cold::ColdOptions),
}

/// Measures a scenario.
///
/// # Errors
/// When the server does not start or refuses what must go through.
pub(crate) async fn run(options: BenchOptions) -> Result<()> {
    let told = match &options.scenario {
        Scenario::Publish(options) => Told::of(&publish::run(options).await?)?,
        Scenario::Edits(options) => Told::of(&edits::run(options).await?)?,
        Scenario::Api(options) => Told::of(&api::run(options).await?)?,
        Scenario::Reads(options) => Told::of(&reads::run(options).await?)?,
        Scenario::Load(options) => Told::of(&load::run(options).await?)?,
        Scenario::Ledger(options) => Told::of(&ledger::run(options).await?)?,
        Scenario::Nodes(options) => Told::of(&nodes::run(options).await?)?,
        Scenario::Rules(options) => rules::run(options)?,
        Scenario::Swaps(options) => swaps::run(options)?,
        Scenario::Cold(options) => return cold::run(options).await,
    };
    print::out(&told.table);
    if let Some(file) = &options.json {
        let text = told.json + "\n";
        std::fs::write(file, text).with_context(|| format!("write {}", file.display()))?;
    }
    Ok(())
}

/// What was measured.
struct Told {
    table: String,
    json: String,
}

impl Told {
    fn new(table: String, lines: &impl Serialize) -> Result<Self> {
        let json = serde_json::to_string_pretty(lines).context("write the figures")?;
        Ok(Self { table, json })
    }

    fn of(figures: &Figures) -> Result<Self> {
        Self::new(stats::table(figures), figures)
    }
}

/// Says what is going on, for whoever waits.
fn note(text: &str) {
    print::out(&format!("… {text}"));
}

type Figures = Vec<Figure>;
