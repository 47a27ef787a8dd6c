//! `muster audit`: who changed what, when and why.

mod export;
mod list;

use clap::{Args, Subcommand};

use super::Outcome;
use super::server::{Server, ServerArgs};
use crate::print::Format;

/// What to read.
#[derive(Debug, Args)]
pub(crate) struct AuditOptions {
    #[command(flatten)]
    pub(super) print: super::PrintArgs,
    #[command(flatten)]
    server: ServerArgs,
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// List what happened, the newest first; `--json` shows before and after.
    List(list::ListArgs),
    /// Write a unit's ledger with its hash chain, for `muster ledger verify FILE`.
    Export(export::ExportArgs),
}

/// Lists entries, or exports all of them.
pub(crate) async fn run(options: AuditOptions, format: Format) -> anyhow::Result<Outcome> {
    let AuditOptions { print: _, server, command } = options;
    let server = Server::connect(&server).await?;
    match command {
        AuditCommand::List(args) => list::run(server, args, format).await?,
        AuditCommand::Export(args) => export::run(&server, args, format).await?,
    }
    Ok(Outcome::Done)
}
