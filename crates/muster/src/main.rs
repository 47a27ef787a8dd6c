//! The binary.

mod bench;
mod demo;
mod oracle;
#[cfg_attr(not(test), expect(dead_code, reason = "called by schedule push"))]
mod roster_file;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "muster", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A Monday rush, end to end, beside a document store
    Demo(demo::DemoOptions),
    /// Measurements
    Bench(bench::BenchOptions),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Demo(options) => demo::run(options).await,
        Command::Bench(options) => bench::run(options).await,
    }
}
