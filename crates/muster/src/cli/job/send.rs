//! `muster job send` and `muster job wait`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use muster_api::bulk::{Atomicity, BulkIn, operations_by_line};
use muster_api::client::Job;
use muster_api::{BadInput, parse};

use super::{path, shown};
use crate::cli::Outcome;
use crate::cli::server::Server;
use crate::print::{Bar, Format};

/// How often the server is asked how far it is.
const LOOK: Duration = Duration::from_millis(250);

/// Which operations of a file stand or fall together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Together {
    /// Each for itself.
    Item,
    /// Those that are tied by an agent, a shift, a swap or a request.
    Component,
    /// All of them.
    All,
}

impl From<Together> for Atomicity {
    fn from(together: Together) -> Self {
        match together {
            Together::Item => Self::Item,
            Together::Component => Self::Component,
            Together::All => Self::All,
        }
    }
}

/// What is sent.
#[derive(Debug, Args)]
pub(super) struct SendArgs {
    /// Operations as docs/BULK.md describes them: a JSON object, or one operation on each line.
    file: PathBuf,
    /// Which of them stand or fall together; as the file says if not given.
    #[arg(long, value_enum)]
    atomicity: Option<Together>,
    /// A key: sent again with it, nothing happens twice.
    #[arg(long)]
    key: Option<String>,
    /// Do not wait until they are done.
    #[arg(long)]
    no_wait: bool,
}

/// Sends the operations of a file.
pub(super) async fn run(
    server: &Server,
    args: SendArgs,
    format: Format,
) -> anyhow::Result<Outcome> {
    let SendArgs { file, atomicity, key, no_wait } = args;
    let bytes = std::fs::read(&file).with_context(|| format!("read {}", file.display()))?;
    let mut bulk = read(&bytes).with_context(|| format!("read {}", file.display()))?;
    bulk.atomicity = atomicity.map_or(bulk.atomicity, Atomicity::from);
    let begun = server.later(key.as_deref()).post::<Job>("/bulk", &bulk).await?;
    if no_wait {
        return shown(server, &begun.value, begun.json, format).await;
    }
    wait(server, &begun.value.id, format).await
}

/// A whole document, or operations on a line each.
fn read(bytes: &[u8]) -> Result<BulkIn, BadInput> {
    match parse::<BulkIn>(bytes) {
        Ok(bulk) => Ok(bulk),
        Err(whole) => match operations_by_line(bytes) {
            Ok(operations) => Ok(BulkIn { operations, atomicity: Atomicity::Item }),
            // What begins like the document is one that has something wrong in it.
            Err(_) if is_document(bytes) => Err(whole),
            Err(line) => Err(line),
        },
    }
}

fn is_document(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(bytes)
        .is_ok_and(|value| value.get("operations").is_some())
}

/// Waits until a job is over, and says what came of it.
pub(super) async fn wait(server: &Server, id: &str, format: Format) -> anyhow::Result<Outcome> {
    let bar = Bar::new("operations");
    let job = loop {
        let job = server.get::<Job>(&path(id), &[]).await?;
        bar.set(job.value.counts.done as u64, job.value.counts.total as u64);
        if job.value.status.is_over() {
            break job;
        }
        tokio::time::sleep(LOOK).await;
    };
    drop(bar);
    shown(server, &job.value, job.json, format).await
}
