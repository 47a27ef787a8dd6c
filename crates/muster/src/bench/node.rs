//! A node as a process of its own: `muster serve`, and what it says of itself.

use std::process::Stdio;

use anyhow::{Context as _, Result};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A running node; it ends with this.
pub(super) struct Node {
    child: Child,
    pub(super) url: String,
}

/// What a node has counted so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counted {
    /// Seconds spent deciding.
    pub(super) decide: f64,
    /// Appends.
    pub(super) appends: f64,
    /// Appends that were behind another node.
    pub(super) behind: f64,
}

impl Node {
    /// Starts a node on a ledger, on a free port.
    pub(super) async fn start(ledger: &str) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe().context("find myself")?);
        command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--ledger", ledger]);
        // Requests are counted and told as ever; one client may make as many as it can.
        for limit in ["token-per-second", "token-burst"] {
            command.arg(format!("--set=limits.{limit}=1000000"));
            command.arg(format!("--set=limits.{}=1000000", limit.replace("token", "organization")));
        }
        command.arg("--set=log.access=false");
        command.stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("start a node")?;
        let out = child.stdout.take().context("the node has no output")?;
        let mut lines = BufReader::new(out).lines();
        let mut said = String::new();
        let told: Value = loop {
            said += &lines.next_line().await?.context("the node ended")?;
            match serde_json::from_str(&said) {
                Err(error) if error.is_eof() => {}
                told => break told.context("read what the node says")?,
            }
        };
        let url = told["listening"].as_str().context("the node does not say where")?.to_owned();
        Ok(Self { child, url })
    }

    /// Its process.
    pub(super) fn pid(&self) -> Result<u32> {
        self.child.id().context("the node has ended")
    }

    /// Reads its measures.
    pub(super) async fn counted(&self) -> Result<Counted> {
        let text = reqwest::get(format!("{}/metrics", self.url)).await?.text().await?;
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.map_or(Ok(0.0), str::parse::<f64>).with_context(|| format!("read {name}"))
        };
        Ok(Counted {
            decide: value("muster_decide_seconds_sum")?,
            appends: value("muster_append_seconds_count")?,
            behind: value("muster_appends_total{outcome=\"behind\"}")?,
        })
    }

    /// Stops it, and waits until it is gone.
    pub(super) async fn stop(mut self) -> Result<()> {
        self.child.start_kill().context("stop a node")?;
        self.child.wait().await.context("wait for a node")?;
        Ok(())
    }
}
