//! A cold start, in a process of its own: open a ledger, serve, and answer one read in each unit.

use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::Args;
use muster_server::clock::Clock;
use muster_server::{Config, Server};
use serde::{Deserialize, Serialize};

use crate::bench::stats::ms;
use crate::bench::version_store::client::since_us;
use crate::demo::out;

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
    let began = Instant::now();
    let config = Config {
        listen: ([127, 0, 0, 1], 0).into(),
        ledger: options.ledger.clone(),
        clock: Clock::machine(),
        notes: None,
    };
    let server = Server::start(config).await.context("start a server")?;
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
    out::line(&serde_json::to_string(&cold)?);
    server.stop().await;
    Ok(())
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
