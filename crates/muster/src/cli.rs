//! The command line: what it takes, and what its end means.
//!
//! Each group of commands is a file below `cli/`. Those that talk to a server do so through
//! [`server::Server`] and the public API alone. Exit codes: 0 done, 1 failed, 2 usage, 3 conflicts
//! need a decision.

mod agent;
mod audit;
mod client;
mod clock;
mod config;
mod failure;
mod findings;
mod job;
mod ledger;
mod remedy;
mod rules;
mod schedule;
mod serve;
mod server;
mod swap;
mod table;
mod terms;
mod timeoff;
mod traces;
mod unit;
mod webhook;
mod when;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};

use crate::print::Format;

/// Workforce-management schedules that many people and programs change at the same time.
#[derive(Debug, Parser)]
#[command(name = "muster", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// How a command prints. Not an argument of the program: `demo` and `bench` write JSON to a file.
#[derive(Debug, Clone, Copy, Args)]
struct PrintArgs {
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A Monday rush, end to end, beside a document store.
    Demo(crate::demo::DemoOptions),
    /// Run a server.
    Serve(serve::ServeOptions),
    /// Look at what a server would be configured with.
    Config(config::ConfigOptions),
    /// Make, list and revoke clients of the API; works beside a running server.
    Client(client::ClientOptions),
    /// Look at schedules, plan and publish them, and push them from files.
    Schedule(schedule::ScheduleOptions),
    /// Ask the rules about a roster file, or about what is live.
    Rules(rules::RulesOptions),
    /// Look at shift swaps and decide them.
    Swap(swap::SwapOptions),
    /// Look at time-off requests and decide them.
    Timeoff(timeoff::TimeOffOptions),
    /// Look at business units and make them.
    Unit(unit::UnitOptions),
    /// Look at agents and import them.
    Agent(agent::AgentOptions),
    /// Send many writes of a file, and see how far they are.
    Job(job::JobOptions),
    /// Read who changed what, when and why.
    Audit(audit::AuditOptions),
    /// Have events sent to other programs, and see what came of it.
    Webhook(webhook::WebhookOptions),
    /// Look after a ledger file.
    Ledger(ledger::LedgerOptions),
    /// Measure.
    Bench(crate::bench::BenchOptions),
}

impl Command {
    fn format(&self) -> Format {
        let print = match self {
            Self::Serve(options) => options.print,
            Self::Config(options) => options.print,
            Self::Client(options) => options.print,
            Self::Schedule(options) => options.print,
            Self::Rules(options) => options.print,
            Self::Swap(options) => options.print,
            Self::Timeoff(options) => options.print,
            Self::Unit(options) => options.print,
            Self::Agent(options) => options.print,
            Self::Audit(options) => options.print,
            Self::Webhook(options) => options.print,
            Self::Job(options) => options.print,
            Self::Ledger(options) => options.print,
            Self::Demo(_) | Self::Bench(_) => PrintArgs { json: false },
        };
        if print.json { Format::Json } else { Format::Text }
    }
}

/// How a command ended that did not fail on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is done.
    Done,
    /// It was looked at, and it is bad.
    Bad,
    /// Conflicts need a decision.
    NeedsDecision,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::Bad => Self::from(1),
            Outcome::NeedsDecision => Self::from(3),
        }
    }
}

/// Reads the command line, does what it says, and answers with the exit code.
pub(crate) fn main() -> ExitCode {
    let Cli { command } = Cli::parse();
    let format = command.format();
    match tokio_run(run(command, format)) {
        Ok(outcome) => outcome.into(),
        Err(error) => failure::report(&error, format),
    }
}

fn tokio_run<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("start the runtime")?.block_on(work)
}

async fn run(command: Command, format: Format) -> anyhow::Result<Outcome> {
    match command {
        Command::Demo(options) => crate::demo::run(options).await.map(|()| Outcome::Done),
        Command::Serve(options) => serve::run(options, format).await,
        Command::Config(options) => config::run(options, format).await,
        Command::Client(options) => client::run(options, format).await,
        Command::Schedule(options) => schedule::run(options, format).await,
        Command::Rules(options) => rules::run(options, format).await,
        Command::Swap(options) => swap::run(options, format).await,
        Command::Timeoff(options) => timeoff::run(options, format).await,
        Command::Unit(options) => unit::run(options, format).await,
        Command::Agent(options) => agent::run(options, format).await,
        Command::Audit(options) => audit::run(options, format).await,
        Command::Webhook(options) => webhook::run(options, format).await,
        Command::Job(options) => job::run(options, format).await,
        Command::Ledger(options) => ledger::run(options, format).await,
        Command::Bench(options) => crate::bench::run(options).await.map(|()| Outcome::Done),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }
}
