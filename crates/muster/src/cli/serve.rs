//! `muster serve`: a server until somebody stops it.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use muster_server::clock::Clock;
use muster_server::{Config, Server};
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;
use tracing_subscriber::EnvFilter;

use super::config::{self, Flag, Flags, LogForm, Plan};
use super::traces::Exporter;
use super::{Outcome, PrintArgs};
use crate::print::{self, Format};

/// How to serve. What is not said here is looked for in the environment, then in the file:
/// `muster config check` shows all settings.
#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    #[command(flatten)]
    pub(super) print: PrintArgs,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The ledger; it is made if it is not there.
    #[arg(long, value_name = "URL")]
    ledger: Option<String>,
    /// The certificate that connections are encrypted with, as PEM.
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<String>,
    /// Its private key, as PEM.
    #[arg(long, value_name = "FILE")]
    tls_key: Option<String>,
    /// How log lines look: text or json.
    #[arg(long, value_name = "FORM")]
    log_format: Option<String>,
    /// How long to take requests after being not ready.
    #[arg(long, value_name = "SECONDS")]
    drain: Option<String>,
    /// How long open requests may take to end.
    #[arg(long, value_name = "SECONDS")]
    shutdown_timeout: Option<String>,
    /// Any setting, by its name in a file.
    #[arg(long, value_name = "NAME=VALUE", value_parser = Flag::set)]
    set: Vec<Flag>,
    /// A file that says more.
    #[arg(long, value_name = "FILE", env = "MUSTER_CONFIG")]
    config: Option<PathBuf>,
    /// What webhooks may reach though it is inside: networks such as 10.1.0.0/16, addresses, and
    /// hosts by their names, with commas between.
    #[arg(long, value_name = "WHERE")]
    webhook_allow: Option<String>,
}

impl ServeOptions {
    fn flags(self) -> Flags {
        let said = [
            ("--listen", "listen", self.listen),
            ("--ledger", "ledger.url", self.ledger),
            ("--tls-cert", "tls.cert", self.tls_cert),
            ("--tls-key", "tls.key", self.tls_key),
            ("--webhook-allow", "webhooks.allow", self.webhook_allow),
            ("--log-format", "log.format", self.log_format),
            ("--drain", "stop.drain-seconds", self.drain),
            ("--shutdown-timeout", "stop.timeout-seconds", self.shutdown_timeout),
        ];
        let said = said.into_iter().filter_map(|(flag, name, text)| Some((flag, name, text?)));
        let said = said.map(|(flag, name, text)| Flag::new(flag, name, &text));
        self.set.into_iter().chain(said).collect()
    }
}

/// Serves until Ctrl-C or SIGTERM.
pub(crate) async fn run(options: ServeOptions, format: Format) -> Result<Outcome> {
    let file = options.config.clone();
    let mut plan = config::load(file.as_deref(), options.flags())?.plan;
    log(&plan);
    let exporter = Exporter::start(&plan.traces);
    plan.settings.traces = exporter.as_ref().map(|exporter| exporter.traces(plan.traces.ratio));
    // Before it is said to be there: who stops it then is heard.
    let mut signals = Signals::listen()?;
    let (ledger, secure) = (plan.ledger.shown_url(), plan.settings.tls.is_some());
    let server = Server::start(Config {
        listen: plan.listen,
        ledger: plan.ledger,
        clock: Clock::machine(),
        notes: None,
        settings: plan.settings,
    });
    let server = server.await?;
    let url = format!("{}://{}", if secure { "https" } else { "http" }, server.addr());
    format.answer(&json!({ "listening": url, "ledger": ledger }), || {
        format!(
            "muster {} listens on {url}, ledger {ledger}\n\
             make a client of it: muster client create NAME --scope wfm:admin --ledger {ledger}",
            env!("CARGO_PKG_VERSION")
        )
    });
    while let Asked::Reload = signals.next().await {
        match server.reload_tls() {
            Ok(()) => tracing::info!("certificate read again"),
            Err(error) => tracing::error!(%error, "certificate not read again; the old one stays"),
        }
    }
    let config::Stop { drain, timeout } = plan.stop;
    print::remark("muster: stopping, once what was accepted is answered (again: stop now)");
    server.drain();
    tokio::select! {
        () = sleep(drain) => {}
        () = signals.stop() => return Ok(cut()),
    }
    tokio::select! {
        () = async {
            server.stop().await;
            if let Some(exporter) = exporter {
                exporter.finish().await;
            }
        } => Ok(Outcome::Done),
        () = sleep(timeout) => Ok(cut()),
        () = signals.stop() => Ok(cut()),
    }
}

/// The end of a server that has not answered everything.
fn cut() -> Outcome {
    print::remark("muster: cut the connections still open");
    Outcome::Bad
}

/// Has log lines written to standard error.
fn log(plan: &Plan) {
    let filter = EnvFilter::new(&plan.log.level);
    let stderr = std::io::stderr;
    // A file is to be read without escapes for colours in it.
    let lines = tracing_subscriber::fmt().with_ansi(stderr().is_terminal());
    let lines = lines.with_env_filter(filter).with_writer(stderr);
    match plan.log.form {
        LogForm::Text => lines.init(),
        LogForm::Json => lines.json().flatten_event(true).with_span_list(false).init(),
    }
}

/// What a process is asked from outside.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Stop,
    Reload,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.interrupt.recv() => Asked::Stop,
            _ = self.terminate.recv() => Asked::Stop,
            _ = self.hangup.recv() => Asked::Reload,
        }
    }

    async fn stop(&mut self) {
        while self.next().await != Asked::Stop {}
    }
}
