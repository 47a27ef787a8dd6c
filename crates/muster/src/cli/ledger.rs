//! `muster ledger`: looking after a ledger.

mod backup;
mod moving;
mod restore;
mod stats;
mod verify;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use muster_core::id::{IdError, OrganizationId, UnitId};
use muster_ledger::{Ledger, LedgerConfig, Role, UnitKey};

use super::{Outcome, config};
use crate::print::Format;

/// Which ledger.
#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    /// The ledger; `sqlite:muster.db` if nothing says otherwise.
    #[arg(long, global = true, value_name = "URL")]
    ledger: Option<String>,
    /// The file that a server of it is configured with; what is said on the command line goes
    /// before it.
    #[arg(long, global = true, value_name = "FILE", env = "MUSTER_CONFIG")]
    config: Option<PathBuf>,
}

impl LedgerArgs {
    /// Where the ledger lies.
    pub(crate) fn place(&self) -> anyhow::Result<Place> {
        Ok(Place::new(config::ledger(self.config.as_deref(), self.ledger.as_deref())?))
    }
}

/// Where a ledger lies.
#[derive(Debug)]
pub(crate) struct Place(LedgerConfig);

impl Place {
    pub(crate) fn new(config: LedgerConfig) -> Self {
        Self(config)
    }

    /// Opens a ledger beside whoever serves from it. Opening one that is not there would make it.
    pub(crate) async fn existing(&self) -> anyhow::Result<Ledger> {
        self.open_existing(Role::Beside).await
    }

    /// Opens a ledger to read it, beside whoever serves from it.
    async fn reading(&self) -> anyhow::Result<Ledger> {
        self.open_existing(Role::Read).await
    }

    async fn open_existing(&self, role: Role) -> anyhow::Result<Ledger> {
        if !Ledger::is_there(&self.0.url).await? {
            anyhow::bail!("there is no ledger {}", self.shown());
        }
        self.open(role).await
    }

    /// Opens a ledger, and makes it if it is not there.
    pub(crate) async fn open(&self, role: Role) -> anyhow::Result<Ledger> {
        Ok(Ledger::open_with(&self.0, role).await?)
    }

    /// The ledger as it may be shown.
    fn shown(&self) -> String {
        self.0.shown_url()
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
    Verify(verify::VerifyOptions),
    /// Write units, profiles and clients to a file that any engine can import; works beside a
    /// running server.
    Export(moving::ExportOptions),
    /// Take over what an export holds, with the same revisions and hashes.
    Import(moving::ImportOptions),
    /// Copy a SQLite ledger, whoever writes to it meanwhile.
    Backup(backup::BackupOptions),
    /// Bring units back from a backup, an export or a ledger, as they are there or as they were.
    Restore(restore::RestoreOptions),
    /// How much there is, and where each unit stands; works beside a running server.
    Stats,
    /// Bring the tables to this release, as `serve` does when it starts.
    Migrate,
}

/// Looks after a ledger.
pub(crate) async fn run(options: LedgerOptions, format: Format) -> anyhow::Result<Outcome> {
    let LedgerOptions { print: _, ledger, command } = options;
    let ledger = ledger.place()?;
    match command {
        LedgerCommand::Verify(options) => verify::run(&ledger, &options, format).await,
        LedgerCommand::Export(options) => moving::export(&ledger, options, format).await,
        LedgerCommand::Import(options) => moving::import(&ledger, &options, format).await,
        LedgerCommand::Backup(options) => backup::run(&ledger, &options, format).await,
        LedgerCommand::Restore(options) => restore::run(&ledger, options, format).await,
        LedgerCommand::Stats => stats::stats(&ledger, format).await,
        LedgerCommand::Migrate => stats::migrate(&ledger, format).await,
    }
}

/// A unit as `ORGANIZATION/UNIT`, or `UNIT` of the organization `default`.
fn unit_key(text: &str) -> Result<UnitKey, IdError> {
    let (organization, unit) = text.split_once('/').unwrap_or(("default", text));
    let organization = OrganizationId::parse(organization)?;
    Ok(UnitKey { organization, unit: UnitId::parse(unit)? })
}
