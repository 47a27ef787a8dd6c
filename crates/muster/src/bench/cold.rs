//! A cold start, in a process of its own: open a ledger, serve, and answer one read in each unit.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use muster_ledger::{LedgerConfig, LedgerError};
use muster_server::clock::Clock;
use muster_server::{Config, Server, StartError};
use serde::{Deserialize, Serialize};

use crate::bench::stats::ms;
use crate::bench::version_store::client::since_us;
use crate::print;

/// What is started on, and what is read.
#[derive(Debug, Clone, Args)]
pub(crate) struct ColdOptions {
    /// The ledger
    #[arg(long)]
    ledger: String,
    /// A token for the reads
    #[arg(long, env = "MUSTER_BENCH_TOKEN", hide_env_values = true)]
    token: String,
    /// What is read, one after another
    paths: Vec<String>,
}

/// What was measured.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cold {
    pub(crate) first_ms: f64,
    pub(crate) all_ms: f64,
    pub(crate) memory_mib: u64,
}

pub(super) async fn run(options: &ColdOptions) -> Result<()> {
    let (began, server) = start(&options.ledger).await?;
    let client = reqwest::Client::new();
    let mut first_us = None;
    for path in &options.paths {
        let url = format!("http://{}/api/v2/wfm{path}", server.addr());
        let answer = client.get(url).bearer_auth(&options.token).send().await?;
        answer.error_for_status()?.bytes().await?;
        first_us.get_or_insert(since_us(began));
    }
    let all_ms = ms(since_us(began));
    let first_ms = ms(first_us.unwrap_or_default());
    let cold = Cold { first_ms, all_ms, memory_mib: memory_mib("VmRSS:")? };
    print::out(&serde_json::to_string(&cold)?);
    server.stop().await;
    Ok(())
}

/// Starts a server, as soon as the process before has let go of the ledger.
async fn start(ledger: &str) -> Result<(Instant, Server)> {
    const TRIES: u32 = 40;
    const PAUSE: Duration = Duration::from_millis(250);
    let config = Config {
        listen: ([127, 0, 0, 1], 0).into(),
        ledger: LedgerConfig::new(ledger),
        clock: Clock::machine(),
        notes: None,
        settings: muster_server::Settings::default(),
    };
    for _ in 0..TRIES {
        let began = Instant::now();
        match Server::start(config.clone()).await {
            Ok(server) => return Ok((began, server)),
            Err(StartError::Ledger(LedgerError::Locked { .. })) => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error).context("start a server"),
        }
    }
    bail!("the ledger stayed locked")
}

/// The most memory that this process ever held.
pub(crate) fn peak_mib() -> Result<u64> {
    memory_mib("VmHWM:")
}

fn memory_mib(field: &str) -> Result<u64> {
    let text = std::fs::read_to_string("/proc/self/status").context("read /proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|rest| rest.split_whitespace().next());
    let kib: u64 = kib.context("the kernel does not tell")?.parse().context("read a size")?;
    Ok(kib / 1024)
}
