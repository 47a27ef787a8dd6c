//! `muster bench api`: reads and single edits over HTTP, the client in a process of its own beside
//! the server, and what each layer costs in CPU time.

mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::{Args, ValueEnum};
use serde_json::json;
use tokio::task::JoinSet;

use crate::bench::api::wire::{Wire, request};
use crate::bench::node::Node;
use crate::bench::setting::{make_unit, plain_centre, publish_week};
use crate::bench::stats::{Figure, Samples};
use crate::bench::{Figures, cpu, nodes, note};
use crate::demo::centre::Centre;
use crate::demo::side::Role;
use crate::demo::side::muster::Muster;

/// What is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct ApiOptions {
    /// Agents in the unit
    #[arg(long, default_value_t = 500)]
    agents: usize,
    /// Connections at the same time
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Requests of each kind
    #[arg(long, default_value_t = 100_000)]
    requests: usize,
    /// How often everything is measured, one after the other; the round in the middle is told
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only this kind of request
    #[arg(long, value_enum)]
    only: Option<Kind>,
}

/// A kind of request; each line of the table adds a layer to one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Health,
    Refused,
    Unit,
    Week,
    KnownWeek,
    Edit,
    KeyedEdit,
    Unchanged,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Health => "GET /healthz: HTTP alone",
            Self::Refused => "a bad token: a refusal",
            Self::Unit => "GET a unit: access, limits, a small answer",
            Self::Week => "GET an agent's week",
            Self::KnownWeek => "the same, already known: 304",
            Self::Edit => "PATCH a shift",
            Self::KeyedEdit => "PATCH a shift, with a key",
            Self::Unchanged => "PATCH a shift to what it is",
        }
    }

    /// What it is answered.
    fn status(self) -> u16 {
        match self {
            Self::Refused => 401,
            Self::KnownWeek => 304,
            Self::Health
            | Self::Unit
            | Self::Week
            | Self::Edit
            | Self::KeyedEdit
            | Self::Unchanged => 200,
        }
    }
}

pub(super) async fn run(options: &ApiOptions) -> Result<Figures> {
    let folder = tempfile::tempdir().context("make a temporary folder")?;
    let ledger = format!("sqlite:{}", folder.path().join("muster.db").display());
    let setting = Setting::new(&ledger, options).await?;
    let kinds = Kind::value_variants();
    let is_asked = |kind: &Kind| options.only.is_none_or(|only| only == *kind);
    let mut rounds: Vec<Vec<Figure>> = vec![Vec::new(); kinds.len()];
    for round in 0..options.rounds {
        for (kind, figures) in kinds.iter().zip(&mut rounds).filter(|(kind, _)| is_asked(kind)) {
            note(&format!("round {} of {}: {}", round + 1, options.rounds, kind.name()));
            figures.push(setting.measured(*kind, round, options).await?);
        }
    }
    setting.node.stop().await?;
    Ok(rounds.into_iter().filter_map(nodes::median).collect())
}

struct Setting {
    node: Node,
    /// Host and port.
    address: String,
    token: String,
    centre: Centre,
}

impl Setting {
    async fn new(ledger: &str, options: &ApiOptions) -> Result<Self> {
        let node = Node::start(ledger).await?;
        let tokens = nodes::tokens(ledger, &node.url).await?;
        let token = tokens.get(&Role::Publisher).context("there is no token")?.clone();
        let centre = plain_centre("bench", options.agents)?;
        let muster = Muster::new(&node.url, tokens, &centre.unit);
        make_unit(&muster, &centre).await?;
        publish_week(&muster, &centre, &centre.weeks).await?;
        let address = node.url.trim_start_matches("http://").to_owned();
        Ok(Self { node, address, token, centre })
    }

    /// The tag of every agent's week as it is now.
    async fn tags(&self) -> Result<Vec<String>> {
        let mut wire = Wire::open(&self.address).await?;
        let mut tags = Vec::with_capacity(self.centre.agents.len());
        for n in 0..self.centre.agents.len() {
            wire.send(&self.request(Kind::Week, 0, n, &[])).await?;
            let text = wire.text();
            let tag = text.lines().find_map(|line| line.strip_prefix("etag: "));
            tags.push(tag.context("a week has no tag")?.to_owned());
        }
        Ok(tags)
    }

    /// The nth request of a kind in a round.
    fn request(&self, kind: Kind, round: usize, n: usize, tags: &[String]) -> Vec<u8> {
        let root = "/api/v2/wfm";
        let authorization = format!("Bearer {}", self.token);
        let access = ("authorization", authorization.as_str());
        let agent = n % self.centre.agents.len();
        let week = || {
            let (from, id) = (self.centre.week, &self.centre.agents[agent].id);
            let to = from.saturating_add(jiff::Span::new().days(7));
            format!("{root}/scheduling/agents/{id}/schedule?from={from}&to={to}")
        };
        let shift = || {
            let shifts = &self.centre.weeks[agent].shifts;
            let id = &shifts[n / self.centre.agents.len() % shifts.len()].id;
            format!("{root}/scheduling/shifts/{id}")
        };
        let site = |text: String| json!({ "site": text }).to_string();
        match kind {
            Kind::Health => request("GET", "/healthz", &[], None),
            Kind::Refused => {
                let bad = ("authorization", "Bearer nonsense");
                request("GET", &format!("{root}/businessunits/{}", self.centre.unit), &[bad], None)
            }
            Kind::Unit => {
                let path = format!("{root}/businessunits/{}", self.centre.unit);
                request("GET", &path, &[access], None)
            }
            Kind::Week => request("GET", &week(), &[access], None),
            Kind::KnownWeek => {
                let known = ("if-none-match", tags[agent].as_str());
                request("GET", &week(), &[access, known], None)
            }
            Kind::Edit => {
                let body = site(format!("room {round}-{n}"));
                request("PATCH", &shift(), &[access], Some(&body))
            }
            Kind::KeyedEdit => {
                let key = format!("bench-{round}-{n}");
                let body = site(format!("hall {round}-{n}"));
                request("PATCH", &shift(), &[access, ("idempotency-key", &key)], Some(&body))
            }
            // Every shift of the centre has it from the start.
            Kind::Unchanged => {
                let body = json!({ "tags": ["skill:voice"] }).to_string();
                request("PATCH", &shift(), &[access], Some(&body))
            }
        }
    }

    async fn measured(&self, kind: Kind, round: usize, options: &ApiOptions) -> Result<Figure> {
        let tags = self.tags().await?;
        let requests: Arc<[Vec<u8>]> =
            (0..options.requests).map(|n| self.request(kind, round, n, &tags)).collect();
        let before = self.used().await?;
        let (samples, over) = sent(&self.address, requests, kind.status(), options.clients).await?;
        let used = self.used().await?.minus(before);
        let figure = samples.figure(kind.name(), self.centre.agents.len(), Some(over));
        Ok(Figure { clients: options.clients, note: used.each(options.requests), ..figure })
    }

    async fn used(&self) -> Result<Used> {
        let counted = self.node.counted().await?;
        Ok(Used {
            client: cpu::of(std::process::id())?,
            server: cpu::of(self.node.pid()?)?,
            decide: counted.decide,
            appends: counted.appends,
        })
    }
}

/// What was used up to a moment: seconds of CPU, and appends.
#[derive(Debug, Clone, Copy)]
struct Used {
    client: f64,
    server: f64,
    decide: f64,
    appends: f64,
}

impl Used {
    fn minus(self, other: Self) -> Self {
        Self {
            client: self.client - other.client,
            server: self.server - other.server,
            decide: self.decide - other.decide,
            appends: self.appends - other.appends,
        }
    }

    /// Microseconds of CPU for one request.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn each(self, requests: usize) -> String {
        let us = |seconds: f64| seconds * 1e6 / requests as f64;
        let mut text =
            format!("CPU µs each: server {:.1}, client {:.1}", us(self.server), us(self.client));
        if self.decide > 0.0 {
            let together = requests as f64 / self.appends.max(1.0);
            text += &format!("; deciding {:.1}, {together:.1} per append", us(self.decide));
        }
        text
    }
}

/// Sends requests over so many connections, each with one on its way at a time.
async fn sent(
    address: &str,
    requests: Arc<[Vec<u8>]>,
    status: u16,
    clients: usize,
) -> Result<(Samples, Duration)> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut wires = Vec::with_capacity(clients);
    for _ in 0..clients {
        wires.push(Wire::open(address).await?);
    }
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for mut wire in wires {
        let (requests, next) = (requests.clone(), next.clone());
        tasks.spawn(async move {
            let mut samples = Samples::default();
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let began = Instant::now();
                let answered = wire.send(request).await?;
                samples.take(began);
                ensure!(answered == status, "answered {answered}: {}", wire.text());
            }
            Ok::<_, anyhow::Error>(samples)
        });
    }
    let mut samples = Samples::default();
    while let Some(ended) = tasks.join_next().await {
        samples.extend(ended.context("a client ended badly")??);
    }
    Ok((samples, began.elapsed()))
}
