//! `muster serve`: a server until somebody stops it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use muster_server::clock::Clock;
use muster_server::{Config, Server};
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::{Outcome, config};
use crate::print::{self, Format};

/// Where a server listens if nobody says.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// How long open connections may take to end.
const STOP: Duration = Duration::from_secs(10);

/// How to serve.
#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    pub(super) print: super::PrintArgs,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The ledger; it is made if it is not there.
    #[arg(long, value_name = "URL")]
    ledger: Option<String>,
    /// A file that says more; what is said on the command line goes before it.
    #[arg(long, value_name = "FILE", env = "MUSTER_CONFIG")]
    config: Option<PathBuf>,
}

/// Serves until Ctrl-C or SIGTERM.
pub(crate) async fn run(options: ServeOptions, format: Format) -> anyhow::Result<Outcome> {
    let ServeOptions { print: _, listen, ledger, config } = options;
    let file = config::read(config.as_deref())?;
    let listen = listen.or(file.listen).unwrap_or(LISTEN);
    let config = file.ledger(ledger.as_deref())?;
    let ledger = config.shown_url();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    // Before it is said to be there: who stops it then is heard.
    let mut stop = Stop::listen()?;
    let config = Config {
        listen,
        ledger: config,
        clock: Clock::machine(),
        notes: None,
        settings: muster_server::Settings::default(),
    };
    let server = Server::start(config).await?;
    let url = format!("http://{}", server.addr());
    format.answer(&json!({ "listening": url, "ledger": ledger }), || {
        format!(
            "muster {} listens on {url}, ledger {ledger}\n\
             make a client of it: muster client create NAME --scope wfm:admin --ledger {ledger}",
            env!("CARGO_PKG_VERSION")
        )
    });
    stop.asked().await;
    print::remark("muster: stopping, once what was accepted is answered (again: stop now)");
    tokio::select! {
        () = server.stop() => {}
        () = tokio::time::sleep(STOP) => print::remark("muster: cut the connections still open"),
        () = stop.asked() => {}
    }
    Ok(Outcome::Done)
}

/// What asks a process to stop.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn listen() -> std::io::Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
