//! `muster config check`: what holds, where each setting was said, and whether it can be used.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::settings::SETTINGS;
use super::sources::{Effective, Flag, Source, load};
use crate::cli::ledger::Place;
use crate::cli::{Outcome, PrintArgs};
use crate::print::Format;

/// What a server would be configured with.
#[derive(Debug, Args)]
pub(crate) struct ConfigOptions {
    #[command(flatten)]
    pub(crate) print: PrintArgs,
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print every setting and where it was said; fail when one cannot be used.
    Check(CheckOptions),
}

#[derive(Debug, Args)]
struct CheckOptions {
    /// The file that a server is configured with.
    #[arg(long, value_name = "FILE", env = "MUSTER_CONFIG")]
    config: Option<PathBuf>,
    /// One setting, as `serve --set` takes it.
    #[arg(long, value_name = "NAME=VALUE", value_parser = Flag::set)]
    set: Vec<Flag>,
    /// Open the ledger too, beside whoever serves from it, and ask issuers for their keys.
    #[arg(long)]
    connect: bool,
}

/// Checks a configuration.
pub(crate) async fn run(options: ConfigOptions, format: Format) -> Result<Outcome> {
    let ConfigCommand::Check(CheckOptions { config, set, connect }) = options.command;
    let effective = load(config.as_deref(), set)?;
    if let Some(files) = &effective.plan.settings.tls {
        files.check()?;
    }
    effective.plan.ledger.check().context("ledger")?;
    for issuer in &effective.plan.settings.issuers {
        issuer.check().context("issuer")?;
    }
    if connect {
        let url = effective.plan.ledger.shown_url();
        Place::new(effective.plan.ledger.clone()).existing().await.context(url)?;
        for issuer in &effective.plan.settings.issuers {
            let keys = issuer.keys().await.context("issuer")?;
            if keys == 0 {
                bail!("issuer {} has no key that tokens could be checked with", issuer.url);
            }
        }
    }
    let rows = effective.rows();
    format.answer(&shown_as_json(&rows), || shown_as_text(&rows));
    Ok(Outcome::Done)
}

/// A setting as it is shown.
struct Row {
    name: &'static str,
    what: &'static str,
    value: Option<String>,
    source: Source,
}

impl Effective {
    fn rows(&self) -> Vec<Row> {
        let row = |setting: &super::settings::Setting| Row {
            name: setting.name,
            what: setting.what,
            value: (setting.show)(&self.plan),
            source: self.sources.get(setting.name).cloned().unwrap_or(Source::Usual),
        };
        SETTINGS.iter().map(row).collect()
    }
}

fn shown_as_json(rows: &[Row]) -> Value {
    let row = |row: &Row| {
        let Row { name, what, value, source } = row;
        json!({ "name": name, "value": value, "source": source.to_string(), "what": what })
    };
    rows.iter().map(row).collect()
}

fn shown_as_text(rows: &[Row]) -> String {
    let name = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let line = |row: &Row| {
        let value = row.value.as_deref().unwrap_or("-");
        format!("{:name$}  {value}  ({})\n", row.name, row.source)
    };
    rows.iter().map(line).collect()
}
