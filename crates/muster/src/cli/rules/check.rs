//! `muster rules check`: what do the rules say about a roster?

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;
use muster_api::rules::RulesIn;

use super::file::{self, FileArgs};
use super::served;
use crate::cli::Outcome;
use crate::cli::server::{self, Server, ServerArgs};
use crate::local::Local;
use crate::print::Format;

/// Which roster, and which rules.
#[derive(Debug, Args)]
pub(super) struct CheckOptions {
    /// A schedule CSV of NICE CXone WFM, or a plain CSV; docs/FILES.md describes both.
    #[arg(required_unless_present = "unit")]
    file: Option<PathBuf>,
    /// Instead of a file: the live schedule of a business unit, as the server has it.
    #[arg(long, value_parser = server::id, conflicts_with_all = ["file", "FileArgs"])]
    unit: Option<String>,
    /// Rules as JSON, the body of PUT /businessunits/{id}/rules: on top of the unit's, or of those
    /// that a fresh unit has.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    #[command(flatten)]
    file_args: FileArgs,
}

/// Reads the roster and the rules, asks, and says what was found.
pub(super) async fn run(
    server: &ServerArgs,
    options: CheckOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let CheckOptions { file, unit, rules, file_args } = options;
    let mut report = match (unit, file) {
        (Some(unit), _) => served::read(Server::connect(server).await?, &unit).await?,
        (None, Some(file)) => file::read(&file, &file_args)?,
        (None, None) => return Err(anyhow!("name a file, or a unit")),
    };
    if let Some(file) = rules {
        set(&mut report.local, &file)?;
    }
    let findings = report.local.findings();
    format.answer(&report.json(&findings), || report.text(&findings));
    Ok(if report.is_clean(&findings) { Outcome::Done } else { Outcome::Bad })
}

/// Sets the rules of a file.
fn set(local: &mut Local, file: &Path) -> anyhow::Result<()> {
    let path = file.display();
    let bytes = std::fs::read(file).with_context(|| format!("read {path}"))?;
    // What is wrong with the whole has no pointer before it.
    let wrong = |error: &dyn std::fmt::Display| {
        anyhow!("{path}: {}", error.to_string().trim_start_matches(": "))
    };
    let rules = muster_api::parse::<RulesIn>(&bytes).map_err(|bad| wrong(&bad))?;
    let change = rules.change(local.roster().rules()).map_err(|bad| wrong(&bad))?;
    local.set_rules(change).map_err(|rejection| wrong(&rejection))
}
