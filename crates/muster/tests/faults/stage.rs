//! Nodes on one ledger, clients, and the reckoning when they are done.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use muster_core::entry::Entry;
use muster_core::id::{OrganizationId, Revision};
use muster_ledger::{Ledger, Role, UnitKey, decode};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::call::Line;
use crate::check;
use crate::dice::Dice;
use crate::history::{Op, Recorder};
use crate::load::{Client, UNITS, furnish};
use crate::node::{Credentials, Node, breakages};
use crate::replayed;
use crate::report::Report;

/// How long a client may take to get the answer it still waits for when the run is over.
const GRACE: Duration = Duration::from_secs(60);

/// How long a fault goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// How often something is done to a process.
    pub(crate) times: usize,
    /// Accepted edits between two such times: at least so many, and less than so many.
    pub(crate) apart: (usize, usize),
    pub(crate) clients: usize,
    /// Most accepted edits that are asked for again afterwards, spread over the run.
    pub(crate) replays: usize,
}

/// What every run of the tests takes the time for.
pub(crate) const SHORT: Size = Size { times: 3, apart: (60, 160), clients: 8, replays: 100 };

/// Where the ledger of each node is, and where it can be read when all is over.
pub(crate) struct Stage {
    folder: TempDir,
    pub(crate) seed: u64,
    pub(crate) dice: Dice,
    /// The ledger as each node reaches it.
    ledgers: Vec<String>,
    nodes: Vec<Option<Node>>,
    addresses: watch::Sender<Vec<Option<String>>>,
    credentials: Credentials,
    pub(crate) line: Line,
    clients: JoinSet<()>,
    replays: usize,
    is_over: watch::Sender<bool>,
    pub(crate) report: Report,
}

impl Stage {
    /// A SQLite ledger and its only node.
    pub(crate) async fn on_file(seed: u64) -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("muster.db");
        let ledger = format!("sqlite:{}", file.display());
        Self::open(folder, vec![ledger], seed).await
    }

    /// Nodes on one database, each of which it reaches at an address.
    pub(crate) async fn on_postgres(ledgers: Vec<String>, seed: u64) -> Self {
        Self::open(TempDir::new().unwrap(), ledgers, seed).await
    }

    async fn open(folder: TempDir, ledgers: Vec<String>, seed: u64) -> Self {
        let credentials = Credentials::create(folder.path(), &ledgers[0]);
        let nodes: Vec<_> = ledgers
            .iter()
            .enumerate()
            .map(|(n, ledger)| Some(Node::start(folder.path(), &name(n), ledger)))
            .collect();
        let urls = nodes.iter().map(|node| node.as_ref().map(|node| node.url.clone()));
        let addresses = watch::Sender::new(urls.collect());
        let recorder = Arc::new(Recorder::new());
        let line = Line::open(addresses.subscribe(), &credentials, recorder).await;
        furnish(&line).await;
        let (clients, is_over) = (JoinSet::new(), watch::Sender::new(false));
        let (dice, report) = (Dice::new(seed), Report::default());
        Self {
            folder,
            seed,
            dice,
            ledgers,
            nodes,
            addresses,
            credentials,
            line,
            clients,
            replays: SHORT.replays,
            is_over,
            report,
        }
    }

    /// Lets clients loose.
    pub(crate) fn rush(&mut self, size: Size) {
        self.replays = size.replays;
        for n in 0..size.clients {
            let client = Client::new(n, self.seed, self.line.clone());
            self.clients.spawn(client.run(self.is_over.subscribe()));
        }
    }

    /// Waits until some more edits are accepted.
    pub(crate) async fn goes_on(&mut self, size: Size) {
        let count = self.dice.between(size.apart.0, size.apart.1);
        self.more(count).await;
    }

    /// Waits until so many more edits are accepted. A client that fails ends the run at once.
    pub(crate) async fn more(&mut self, count: usize) {
        let recorder = self.line.recorder.clone();
        tokio::select! {
            () = recorder.more(count) => {}
            Some(ended) = self.clients.join_next() => {
                ended.unwrap();
                panic!("a client ended before it was told to");
            }
        }
    }

    /// As `kill -9` of a node, which is then started anew.
    pub(crate) fn kill(&mut self, n: usize) {
        if let Some(node) = &mut self.nodes[n] {
            node.kill();
        }
        self.report.kills += 1;
        let node = Node::start(self.folder.path(), &name(n), &self.ledgers[n]);
        self.addresses.send_modify(|urls| urls[n] = Some(node.url.clone()));
        self.nodes[n] = Some(node);
    }

    pub(crate) fn any_node(&mut self) -> usize {
        self.dice.below(self.nodes.len())
    }

    pub(crate) fn node(&self, n: usize) -> &Node {
        self.nodes[n].as_ref().expect("a node that was killed is started anew at once")
    }

    /// What everybody was told, in so far as it is known by now.
    pub(crate) async fn quiet(&mut self) -> Vec<Op> {
        self.is_over.send_replace(true);
        if tokio::time::timeout(GRACE, ended(&mut self.clients)).await.is_err() {
            self.line.is_over.store(true, Ordering::SeqCst);
            ended(&mut self.clients).await;
        }
        self.line.recorder.take()
    }

    /// Ends the run and checks it: `ledger` is where it can be read now.
    pub(crate) async fn reckon(mut self, ledger: &str) -> Report {
        let ops = self.quiet().await;
        self.reckon_of(ledger, &ops).await
    }

    /// As [`Stage::reckon`], of a run that is quiet already.
    pub(crate) async fn reckon_of(mut self, ledger: &str, ops: &[Op]) -> Report {
        self.nodes.drain(..).flatten().for_each(Node::stop);
        let before = self.entries(ledger).await;
        let mut faults = Vec::new();
        for (unit, entries) in &before {
            faults.extend(check::faults(unit, entries, ops, &self.credentials.id));
        }
        let mut faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let fresh = Node::start(self.folder.path(), "fresh", ledger);
        let accepted: Vec<&Op> =
            ops.iter().filter(|op| has_entry(op, &before, self.id())).collect();
        let accepted = spread(accepted, self.replays);
        let (replayed, different) = replayed::all(&self.line, &fresh.url, &accepted).await;
        faults.extend(different);
        fresh.stop();
        if self.entries(ledger).await != before {
            faults.push("what was asked again left something new in the ledger".to_owned());
        }
        let names = (0..self.ledgers.len()).map(name).chain(["fresh".to_owned()]);
        faults.extend(names.flat_map(|name| breakages(self.folder.path(), &name)));
        if !faults.is_empty() {
            let (count, shown) = (faults.len(), faults.iter().take(12));
            let shown: Vec<&str> = shown.map(String::as_str).collect();
            panic!("seed {}: {count} faults\n{}", self.seed, shown.join("\n"));
        }
        let mut report = Report { replayed, ..Report::of(ops) };
        report.add(&self.report);
        report
    }

    /// The ledger as the first node reaches it.
    pub(crate) fn ledger(&self) -> String {
        self.ledgers[0].clone()
    }

    /// The id of the client that all keys belong to.
    pub(crate) fn id(&self) -> &str {
        &self.credentials.id
    }

    /// All entries of all units; the chain is whole.
    pub(crate) async fn entries(&self, ledger: &str) -> Vec<(&'static str, Vec<Entry>)> {
        let ledger = Ledger::open(ledger, Role::Beside).await.unwrap();
        assert_eq!(ledger.verify(|_| ()).await.unwrap().damages, []);
        let mut all = Vec::new();
        for unit in UNITS {
            let organization = OrganizationId::parse("default").unwrap();
            let key = UnitKey { organization, unit: unit.parse().unwrap() };
            all.push((unit, entries_of(&ledger, &key).await));
        }
        all
    }
}

/// Waits for all clients to end, as they should.
async fn ended(clients: &mut JoinSet<()>) {
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
}

/// At most so many of some, from all over.
fn spread<T>(all: Vec<T>, most: usize) -> Vec<T> {
    let step = all.len().div_ceil(most).max(1);
    all.into_iter().step_by(step).collect()
}

fn name(n: usize) -> String {
    format!("node-{n}")
}

fn has_entry(op: &Op, entries: &[(&str, Vec<Entry>)], client: &str) -> bool {
    let Some(revision) = op.answer.as_ref().and_then(|answer| answer.revision) else {
        return false;
    };
    let Some(command) = op.command(client).filter(|_| op.is_accepted()) else { return false };
    let Some((_, entries)) = entries.iter().find(|(unit, _)| *unit == op.unit) else {
        return false;
    };
    let place = usize::try_from(revision).unwrap().checked_sub(1);
    place.and_then(|n| entries.get(n)).is_some_and(|entry| entry.command.as_str() == command)
}

async fn entries_of(ledger: &Ledger, unit: &UnitKey) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let after = entries.last().map_or(Revision::ZERO, |entry| entry.revision);
        let page = ledger.entries_after(unit, after, 1_000).await.unwrap();
        if page.is_empty() {
            return entries;
        }
        entries.extend(page.iter().map(|stored| decode(stored.format, &stored.body).unwrap()));
    }
}
