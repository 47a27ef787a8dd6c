//! `muster demo`: a contact centre of 500 seats on a Monday morning, over real HTTP, twice: on
//! Muster, and on a document store that works as the field does today. An oracle measures both.

pub(crate) mod centre;
mod conflicts;
pub(crate) mod progress;
mod report;
pub(crate) mod runs;
pub(crate) mod rush;
pub(crate) mod script;
pub(crate) mod server;
pub(crate) mod side;
pub(crate) mod week;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::demo::centre::Centre;
use crate::demo::report::{Figures, Report};
use crate::demo::script::Script;
use crate::print;

/// What `muster demo` is called with.
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoOptions {
    /// How many agents the centre has
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(10..=5_000))]
    pub(crate) agents: u32,
    /// The same seed gives the same centre and the same rush
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How long the rush lasts, in seconds
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(2..=600))]
    pub(crate) seconds: u64,
    /// Write the figures to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Leave the server running afterwards, and say how to look around
    #[arg(long)]
    pub(crate) keep: bool,
}

/// Runs the demo.
///
/// # Errors
/// When a server does not start, the rush cannot be played, or the oracle finds that Muster broke
/// a promise.
pub(crate) async fn run(options: DemoOptions) -> Result<()> {
    let now = muster_server::clock::Clock::machine().now();
    let week = centre::coming_week(now)?;
    let centre = Centre::new("chicago", options.agents as usize, options.seed, week)?;
    let script = Script::new(&centre, options.seed, options.seconds * 1_000);
    let shifts: usize = centre.weeks.iter().map(|week| week.shifts.len()).sum();
    print::out(&format!(
        "A centre of {} agents in {}, week of {week}: {shifts} shifts. {} edits in {} s.",
        options.agents,
        centre::ZONE,
        script.edits(),
        options.seconds,
    ));
    let muster = runs::muster(&centre, &script).await?;
    let versions = runs::versions(&centre, &script).await?;

    print::out("");
    print::out(&report::table(&muster.measured, &versions));
    print::out("");
    print::out(&format!(
        "Replayed: {} decisions of Muster in ledger order, {} refusals among them; {} came out \
         differently.",
        muster.replay.decisions,
        muster.replay.refusals,
        muster.replay.differences.len(),
    ));
    show_conflicts(&muster, &centre);
    if let Some(file) = &options.json {
        let figures = |measured| Figures::new(centre.agents.len(), shifts, measured);
        let report =
            Report { muster: figures(&muster.measured), version_tokens: figures(&versions) };
        let text = serde_json::to_string_pretty(&report).context("write the figures")?;
        std::fs::write(file, text + "\n").with_context(|| format!("write {}", file.display()))?;
        print::out(&format!("\nThe figures are in {}.", file.display()));
    }
    let broken = muster.broken_promises();
    if options.keep {
        runs::keep(muster).await?;
    } else {
        muster.running.server.stop().await;
    }
    if !broken.is_empty() {
        bail!("Muster broke a promise: {}", broken.join("; "));
    }
    Ok(())
}

fn show_conflicts(muster: &runs::MusterRun, centre: &Centre) {
    let shown = conflicts::shown(&muster.measured.log.intents, centre, &muster.running.names);
    if shown.is_empty() {
        return;
    }
    print::out("\nTrue conflicts, as a planner sees them (one of each kind):");
    for conflict in shown {
        print::out("");
        print::out(&conflict);
    }
}

#[cfg(test)]
mod tests;
