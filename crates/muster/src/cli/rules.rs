//! `muster rules`: asking the rules about a roster, and setting what laws ask for.

mod check;
mod file;
mod packs;
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
    /// List the packs of rules that come with Muster; with a name, print it as the API takes it.
    Packs {
        /// The pack.
        pack: Option<String>,
    },
    /// Set the rules of a pack in a unit, beside those it has.
    Apply {
        /// The pack.
        pack: String,
        /// The business unit.
        #[arg(long, value_parser = super::server::id)]
        unit: String,
    },
}

/// Does one of them.
pub(crate) async fn run(options: RulesOptions, format: Format) -> anyhow::Result<Outcome> {
    let RulesOptions { print: _, server, command } = options;
    match command {
        RulesCommand::Check(options) => check::run(&server, *options, format).await,
        RulesCommand::Packs { pack } => packs::show(pack.as_deref(), format),
        RulesCommand::Apply { pack, unit } => packs::apply(&server, &pack, &unit, format).await,
    }
}
