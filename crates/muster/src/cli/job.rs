//! `muster job`: many writes of a file, done in the background; and how far they are.

mod send;
mod told;

use clap::{Args, Subcommand};
use muster_api::client::{Job, OperationOutcome};
use serde_json::{Value, json};

use super::Outcome;
use super::server::{self, Server, ServerArgs};
use crate::print::Format;

/// What to do with jobs.
#[derive(Debug, Args)]
pub(crate) struct JobOptions {
    #[command(flatten)]
    pub(super) print: super::PrintArgs,
    #[command(flatten)]
    server: ServerArgs,
    #[command(subcommand)]
    command: JobCommand,
}

#[derive(Debug, Subcommand)]
enum JobCommand {
    /// Send the operations of a file, as JSON or on a line each, and wait until they are done.
    Send(send::SendArgs),
    /// Show where a job stands, and what was refused.
    Show(JobArgs),
    /// Wait until a job is over.
    Wait(JobArgs),
    /// Have a job go no further; what it did stays done.
    Cancel(JobArgs),
}

/// Which job.
#[derive(Debug, Args)]
struct JobArgs {
    /// The job.
    #[arg(value_parser = server::id)]
    id: String,
}

/// Sends operations, or looks after a job.
pub(crate) async fn run(options: JobOptions, format: Format) -> anyhow::Result<Outcome> {
    let JobOptions { print: _, server, command } = options;
    let server = Server::connect(&server).await?;
    match command {
        JobCommand::Send(args) => send::run(&server, args, format).await,
        JobCommand::Show(JobArgs { id }) => {
            let job = server.get::<Job>(&path(&id), &[]).await?;
            shown(&server, &job.value, job.json, format).await
        }
        JobCommand::Wait(JobArgs { id }) => send::wait(&server, &id, format).await,
        JobCommand::Cancel(JobArgs { id }) => {
            let cancel = format!("{}/cancel", path(&id));
            let job = server.post::<Job>(&cancel, &json!({})).await?;
            shown(&server, &job.value, job.json, format).await
        }
    }
}

fn path(id: &str) -> String {
    format!("/jobs/{id}")
}

/// Says where a job stands, with what it has refused so far.
async fn shown(server: &Server, job: &Job, json: Value, format: Format) -> anyhow::Result<Outcome> {
    let results = format!("{}/results", path(&job.id));
    let outcomes = server.list::<OperationOutcome>(&results, &[]).await?;
    format.answer(&json!({ "job": json, "results": outcomes.json }), || {
        told::text(job, &outcomes.value)
    });
    Ok(told::outcome(job, &outcomes.value))
}
