//! `muster ledger`: looking after a ledger file.

use clap::{Args, Subcommand};
use muster_ledger::{Damage, Ledger, Role, VerifyReport};
use serde_json::{Value, json};

use super::Outcome;
use crate::print::{Bar, Format};

/// Which ledger.
#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    /// The ledger.
    #[arg(long, default_value = "sqlite:muster.db", global = true, value_name = "URL")]
    pub(crate) ledger: String,
}

impl LedgerArgs {
    /// Opens a ledger beside whoever serves from it. Opening one that is not there would make it.
    pub(crate) async fn existing(&self) -> anyhow::Result<Ledger> {
        let url = &self.ledger;
        if !Ledger::is_there(url).await? {
            anyhow::bail!("there is no ledger {url}");
        }
        Ok(Ledger::open(url, Role::Beside).await?)
    }
}

/// What to do with a ledger.
#[derive(Debug, Args)]
pub(crate) struct LedgerOptions {
    #[command(flatten)]
    pub(super) print: super::PrintArgs,
    #[command(flatten)]
    ledger: LedgerArgs,
    #[command(subcommand)]
    command: LedgerCommand,
}

#[derive(Debug, Subcommand)]
enum LedgerCommand {
    /// Read every entry and check the chain of hashes; works beside a running server.
    Verify,
}

/// Looks after a ledger.
pub(crate) async fn run(options: LedgerOptions, format: Format) -> anyhow::Result<Outcome> {
    let LedgerOptions { print: _, ledger, command: LedgerCommand::Verify } = options;
    let opened = ledger.existing().await?;
    let bar = Bar::new("entries");
    let report =
        opened.verify(|progress| bar.set(progress.entries, progress.entries_total)).await?;
    drop(bar);
    format.answer(&shown(&ledger.ledger, &report), || told(&ledger.ledger, &report));
    Ok(if report.damages.is_empty() { Outcome::Done } else { Outcome::Bad })
}

fn shown(url: &str, report: &VerifyReport) -> Value {
    let damages = report.damages.iter().map(|damage| {
        let Damage { unit, revision, kind: _ } = damage;
        json!({
            "organizationId": unit.organization,
            "businessUnitId": unit.unit,
            "revision": revision,
            "message": damage.to_string(),
        })
    });
    json!({
        "ledger": url,
        "units": report.units,
        "entries": report.entries,
        "damages": damages.collect::<Vec<_>>(),
    })
}

fn told(url: &str, report: &VerifyReport) -> String {
    let VerifyReport { units, entries, damages } = report;
    let mut text = format!("ledger {url}: entries {entries}, units {units}\n");
    if damages.is_empty() {
        text += "every entry is there, every hash is right, every head is the last entry\n";
    }
    for damage in damages {
        text += &format!("DAMAGED  {damage}; what comes before it can be trusted\n");
    }
    text
}
