//! The repository's own chores: what is checked before a change is merged, and how.
//!
//! Nothing here is part of the product. Start reading at [`steps`], the list that
//! `cargo xtask test` works through.
#![expect(clippy::print_stdout, reason = "a command line tool reports on standard output")]

mod arrows;
mod cargo;
mod debian;
mod issuer;
mod licences;
mod metadata;
mod mutants;
mod mutate;
mod postgres;
mod schemathesis;
mod steps;
mod tidy;
mod tree;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The repository's own chores")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run every check, in the order CI does
    #[command(visible_alias = "ci")]
    Test,
    /// Format, and apply what clippy can repair
    Fix,
    /// Run the text checks alone: columns, file sizes, documents
    Tidy,
    /// Rewrite the files that are made from others
    Gen,
    /// Run the long tests, release build
    Soak {
        /// How long, in minutes
        #[arg(long, default_value_t = 10)]
        minutes: u32,
        /// The seed that reproduces a run
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Kill, pause and cut off real nodes and databases under load, release build
    Faults {
        /// How long, in minutes
        #[arg(long, default_value_t = 30)]
        minutes: u32,
        /// The seed that the first round begins with
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Run a command with a throwaway PostgreSQL, as the tests are run
    Postgres {
        /// The command and its arguments, after `--`
        #[arg(required = true, last = true)]
        command: Vec<String>,
    },
    /// Ask a live server for what its document allows and for what it does not
    Schemathesis {
        /// How many requests, at least
        #[arg(long, default_value_t = 50_000)]
        requests: u32,
        /// The seed that reproduces a run
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Break the source in known ways and see that a test fails each time
    Mutants {
        /// Only the mutants whose name contains this
        #[arg(long)]
        only: Option<String>,
    },
}

fn main() -> Result<()> {
    match Cli::parse().chore {
        Chore::Test => steps::test(),
        Chore::Fix => steps::fix(),
        Chore::Tidy => tidy::run(),
        Chore::Gen => tree::write(),
        Chore::Soak { minutes, seed } => steps::soak(minutes, seed),
        Chore::Faults { minutes, seed } => steps::faults(minutes, seed),
        Chore::Postgres { command } => postgres::run_with(&command),
        Chore::Schemathesis { requests, seed } => schemathesis::soak(requests, seed),
        Chore::Mutants { only } => mutate::run(mutants::MUTANTS, only.as_deref()),
    }
}
