//! What a node is configured with: a table of settings, and where each may be said.
//!
//! A flag goes before the environment, that before a file, and a file before the usual value.

mod check;
mod issuer;
mod kind;
mod plan;
mod settings;
mod sources;

use std::path::Path;

use anyhow::Result;

pub(crate) use check::{ConfigOptions, run};
pub(crate) use plan::{LogForm, Plan, Stop, TracePlan};
pub(crate) use sources::{Flag, Flags, load};

/// Where the ledger lies: as the command line says, the environment, or a file.
pub(crate) fn ledger(
    file: Option<&Path>,
    url: Option<&str>,
) -> Result<muster_ledger::LedgerConfig> {
    let flags = url.map(|url| Flag::new("--ledger", "ledger.url", url));
    Ok(load(file, flags.into_iter().collect())?.plan.ledger)
}
