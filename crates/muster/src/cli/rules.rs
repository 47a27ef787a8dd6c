//! `muster rules`: asking the rules about a roster, without changing anything.

mod check;
mod file;
mod report;
mod served;

use clap::{Args, Subcommand};

use super::Outcome;
use super::server::ServerArgs;
use crate::print::Format;

/// What to do with rules.
#[derive(Debug, Args)]
pub(crate) struct RulesOptions {
    #[command(flatten)]
    pub(super) print: super::PrintArgs,
    #[command(flatten)]
    server: ServerArgs,
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// Check a roster against rules: that of a file, without a server, or that of a unit, which is
    /// only read. Ends with 1 when something blocks or needs an acknowledgement.
    Check(Box<check::CheckOptions>),
}

/// Does one of them.
pub(crate) async fn run(options: RulesOptions, format: Format) -> anyhow::Result<Outcome> {
    let RulesOptions { print: _, server, command } = options;
    match command {
        RulesCommand::Check(options) => check::run(&server, *options, format).await,
    }
}
