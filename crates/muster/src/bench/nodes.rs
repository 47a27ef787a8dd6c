//! `muster bench nodes`: single edits over HTTP on one node and on two over one `PostgreSQL`, and
//! the same edits as SQL on the same server, the way the field makes them.

mod rivals;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;
use muster_core::id::OrganizationId;
use muster_ledger::rival::Scratch;
use muster_ledger::{Ledger, Role as LedgerRole};
use muster_server::access::{self, SCOPES};
use muster_server::clock::Clock;
use reqwest::Method;
use serde_json::Value;

use crate::bench::cpu;
use crate::bench::edits::{Phase, Requests, Swaps, sent_to};
use crate::bench::load::numbered;
use crate::bench::node::{Counted, Node};
use crate::bench::setting::{make_unit, plain_centre, publish_week};
use crate::bench::stats::Figure;
use crate::bench::{Figures, note};
use crate::demo::centre::Centre;
use crate::demo::server::ORGANIZATION;
use crate::demo::side::Role;
use crate::demo::side::muster::Muster;

/// What is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct NodesOptions {
    /// A `PostgreSQL` server on this machine, on which databases may be made
    #[arg(long, value_name = "URL", env = "MUSTER_BENCH_POSTGRES")]
    postgres: String,
    /// Agents in all units together
    #[arg(long, default_value_t = 1_000)]
    agents: usize,
    /// Clients at the same time
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Edits in each measurement, at least
    #[arg(long, default_value_t = 10_000)]
    edits: usize,
    /// How often everything is measured, one after the other
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// How many nodes serve how many units.
#[derive(Debug, Clone, Copy)]
struct Case {
    nodes: usize,
    units: usize,
}

const CASES: [Case; 4] = [
    Case { nodes: 1, units: 1 },
    Case { nodes: 1, units: 20 },
    Case { nodes: 2, units: 1 },
    Case { nodes: 2, units: 20 },
];

pub(super) async fn run(options: &NodesOptions) -> Result<Figures> {
    let mut all: BTreeMap<usize, Vec<Figure>> = BTreeMap::new();
    for round in 1..=options.rounds {
        note(&format!("round {round} of {}", options.rounds));
        for (n, case) in CASES.into_iter().enumerate() {
            let figure = measured(options, case).await?;
            all.entry(n).or_default().push(figure);
        }
        for (n, figure) in rivals::measured(options).await?.into_iter().enumerate() {
            all.entry(CASES.len() + n).or_default().push(figure);
        }
    }
    Ok(all.into_values().filter_map(median).collect())
}

/// The round in the middle.
pub(super) fn median(mut rounds: Vec<Figure>) -> Option<Figure> {
    rounds.sort_by(|a, b| a.per_second.unwrap_or(0.0).total_cmp(&b.per_second.unwrap_or(0.0)));
    let middle = rounds.len() / 2;
    rounds.into_iter().nth(middle)
}

/// Nodes over a database of their own, and units with a published week.
struct Setting {
    scratch: Scratch,
    /// The process of the database server.
    server: u32,
    nodes: Vec<Node>,
    musters: Vec<Muster>,
    centres: Vec<Centre>,
}

async fn measured(options: &NodesOptions, case: Case) -> Result<Figure> {
    let Case { nodes, units } = case;
    note(&format!("{nodes} nodes, {units} units"));
    let setting = Setting::new(options, case).await?;
    let mut decisions = Phase::default();
    let mut used = Used::default();
    let mut round = 0;
    while decisions.count < options.edits {
        let (mut asks, mut approves) = (Vec::new(), Vec::new());
        for centre in &setting.centres {
            let swaps = Swaps::of_round(centre, round);
            asks.push([swaps.offers, swaps.accepts]);
            approves.push(swaps.approves);
        }
        for [offers, accepts] in asks {
            for requests in [offers, accepts] {
                sent_to(&setting.musters, Method::POST, requests, options.clients).await?;
            }
        }
        let before = setting.used().await?;
        let approves = woven(approves);
        decisions.add(sent_to(&setting.musters, Method::POST, approves, options.clients).await?);
        used = used.plus(setting.used().await?.minus(before));
        round += 1;
    }
    let what = format!("swap decision, {nodes} node(s), {units} unit(s)");
    let over = decisions.over;
    let count = decisions.count;
    let figure = decisions.samples.figure(&what, options.agents, Some(over));
    setting.end().await?;
    Ok(Figure { clients: options.clients, note: used.per_edit(count, over), ..figure })
}

/// One of each in turn, so that all units are busy at the same time.
fn woven(units: Vec<Requests>) -> Requests {
    let longest = units.iter().map(Vec::len).max().unwrap_or_default();
    let mut units: Vec<_> = units.into_iter().map(Vec::into_iter).collect();
    (0..longest)
        .flat_map(|_| units.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>())
        .collect()
}

impl Setting {
    async fn new(options: &NodesOptions, case: Case) -> Result<Self> {
        let scratch = Scratch::create(&options.postgres, "muster_bench").await?;
        let server = rivals::server(&scratch).await?;
        let mut nodes = Vec::new();
        for _ in 0..case.nodes {
            nodes.push(Node::start(scratch.url()).await?);
        }
        let tokens = tokens(scratch.url(), &nodes[0].url).await?;
        let mut centres = Vec::new();
        for n in 0..case.units {
            let centre = plain_centre(&format!("unit-{n:02}"), options.agents / case.units)?;
            let centre = numbered(centre, n);
            let muster = Muster::new(&nodes[0].url, tokens.clone(), &centre.unit);
            make_unit(&muster, &centre).await?;
            publish_week(&muster, &centre, &centre.weeks).await?;
            centres.push(centre);
        }
        let muster = |node: &Node| Muster::new(&node.url, tokens.clone(), "");
        let musters = nodes.iter().map(muster).collect();
        Ok(Self { scratch, server, nodes, musters, centres })
    }

    async fn used(&self) -> Result<Used> {
        let mut used = Used {
            client: cpu::of(std::process::id())?,
            postgres: cpu::of_family(self.server)?,
            ..Used::default()
        };
        for node in &self.nodes {
            used.nodes += cpu::of(node.pid()?)?;
            let Counted { decide, appends, behind } = node.counted().await?;
            used.counted.decide += decide;
            used.counted.appends += appends;
            used.counted.behind += behind;
        }
        Ok(used)
    }

    async fn end(self) -> Result<()> {
        for node in self.nodes {
            node.stop().await?;
        }
        Ok(self.scratch.remove().await?)
    }
}

/// A token that every node takes, for all that is done here.
pub(super) async fn tokens(ledger: &str, url: &str) -> Result<BTreeMap<Role, String>> {
    let ledger = Ledger::open(ledger, LedgerRole::Beside).await?;
    let organization = OrganizationId::parse(ORGANIZATION)?;
    let clock = Clock::machine();
    let scope = SCOPES.join(" ");
    let client =
        access::create_client(&ledger, &clock, &organization, Default::default(), "bench", &scope)
            .await?;
    let request = reqwest::Client::new()
        .post(format!("{url}/oauth/token"))
        .basic_auth(client.client_id, Some(client.client_secret))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials");
    let answer: Value = request.send().await?.error_for_status()?.json().await?;
    let token = answer["access_token"].as_str().context("the answer has no token")?;
    let roles = [Role::Planner(0), Role::Publisher, Role::Approver];
    Ok(roles.into_iter().map(|role| (role, token.to_owned())).collect())
}

/// Seconds of CPU.
#[derive(Debug, Clone, Copy, Default)]
struct Used {
    client: f64,
    nodes: f64,
    postgres: f64,
    counted: Counted,
}

impl Used {
    fn plus(self, other: Self) -> Self {
        self.with(other, |a, b| a + b)
    }

    fn minus(self, other: Self) -> Self {
        self.with(other, |a, b| a - b)
    }

    fn with(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let (a, b) = (self.counted, other.counted);
        Self {
            client: f(self.client, other.client),
            nodes: f(self.nodes, other.nodes),
            postgres: f(self.postgres, other.postgres),
            counted: Counted {
                decide: f(a.decide, b.decide),
                appends: f(a.appends, b.appends),
                behind: f(a.behind, b.behind),
            },
        }
    }

    /// The same, where there is nothing between the client and the database.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn per_edit_of_rival(self, edits: usize) -> String {
        let us = |seconds: f64| seconds * 1e6 / edits as f64;
        format!(
            "CPU µs per edit: client {:.0}, PostgreSQL {:.0}",
            us(self.client),
            us(self.postgres)
        )
    }

    /// Microseconds of CPU for one edit, by layer.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn per_edit(self, edits: usize, over: Duration) -> String {
        let us = |seconds: f64| seconds * 1e6 / edits as f64;
        let Counted { decide, appends, behind } = self.counted;
        format!(
            "CPU µs per edit: client {:.0}, deciding {:.0}, rest of the node {:.0}, PostgreSQL \
             {:.0}; edits per append {:.1}, behind {:.1} %; {:.1} s",
            us(self.client),
            us(decide),
            us(self.nodes - decide),
            us(self.postgres),
            edits as f64 / (appends - behind).max(1.0),
            100.0 * behind / appends.max(1.0),
            over.as_secs_f64(),
        )
    }
}
