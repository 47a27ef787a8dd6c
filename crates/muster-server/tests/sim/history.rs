//! One history: clients, nodes and weather of a seed, and what must be true in the end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use muster_core::command::{Action, Command};
use muster_core::id::CommandId;
use muster_core::roster::Image;
use muster_core::{Revision, Roster};
use muster_ledger::sim::Sim;
use muster_ledger::{Ledger, Snapshot};
use muster_server::desk::{Ask, SNAPSHOT_FORMAT};
use tokio::time::Instant;

use crate::check::{self, Past};
use crate::client::Client;
use crate::cluster::{Cluster, NODES};
use crate::counts::Counts;
use crate::dice::Dice;
use crate::faults;
use crate::network::Network;
use crate::record::Record;
use crate::setting::{actor, keys, setting};
use crate::weather::Weather;

/// How a history ended: the hash of each unit, and what was counted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) hashes: [[u8; 32]; 2],
    pub(crate) counts: Counts,
}

/// Runs the history of a seed; when it fails, runs it again and shows what happened.
pub(crate) fn run(seed: u64) -> End {
    let outcome = catch_unwind(AssertUnwindSafe(|| played(seed, &Record::default())));
    outcome.unwrap_or_else(|_| {
        let record = Record::traced();
        let again = catch_unwind(AssertUnwindSafe(|| played(seed, &record)));
        let trace = record.get().trace.take().unwrap_or_default().join("\n");
        let again = if again.is_err() { "again" } else { "not again!" };
        panic!("{trace}\nseed {seed} fails, and {again}: see above; MUSTER_SIM_SEED={seed}");
    })
}

/// Runs the history of a seed and answers with its trace as well.
pub(crate) fn traced(seed: u64) -> (End, Vec<String>) {
    let record = Record::traced();
    let end = played(seed, &record);
    let trace = record.get().trace.take();
    (end, trace.unwrap_or_default())
}

fn played(seed: u64, record: &Record) -> End {
    // Made once, by a runtime of its own.
    setting();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let hashes = runtime.block_on(history(seed, record));
    let mut inner = record.get();
    inner.count_answers();
    End { hashes, counts: inner.counts.clone() }
}

async fn history(seed: u64, record: &Record) -> [[u8; 32]; 2] {
    let mut dice = Dice::of(seed, 0);
    let weather = Weather::of(&mut dice);
    record.tell(|| format!("{weather:?}"));
    let sim = setting().sim.copy();
    let begun = Instant::now();
    if record.get().trace.is_some() {
        let record = record.clone();
        record.get().clock = Some(begun);
        sim.set_witness(Box::new(move |line| record.tell(|| line)));
    }
    let cluster = Cluster::start(sim.clone(), record.clone());
    let way = Dice::of(seed, 4);
    let network = Network::new(cluster.clone(), record.clone(), weather.clone(), way);
    let mut clients = tokio::task::JoinSet::new();
    for name in 0..3 + dice.below(3) {
        let own = Dice::of(seed, 100 + name as u64);
        let client = Client::new(name, own, network.clone());
        clients.spawn(client.run(2 + dice.below(5), weather.clone()));
    }
    let stored =
        tokio::spawn(snapshots(sim.clone(), record.clone(), Dice::of(seed, 5), weather.lasts));
    faults::rage(sim.clone(), cluster.clone(), weather, record.clone(), seed).await;
    let all = async {
        while let Some(done) = clients.join_next().await {
            done.unwrap();
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(900), all).await;
    assert!(ended.is_ok(), "some clients have no answer yet");
    stored.await.unwrap();
    // Until everybody runs and everything that is late has arrived.
    cluster.go_on();
    tokio::time::sleep(Duration::from_secs(12)).await;
    sim.set_fates(None);
    sim.tally().into_iter().for_each(|(what, n)| record.get().counts.count(what, n));
    let hashes = settled(&Ledger::simulated(&sim.node("looks")), &cluster, record).await;
    let virtual_ms = u64::try_from(begun.elapsed().as_millis()).unwrap();
    record.get().counts.count("virtual ms", virtual_ms);
    hashes
}

/// Snapshots are too far apart for so short a history: some are made by hand.
async fn snapshots(sim: Sim, record: Record, mut dice: Dice, lasts: Duration) {
    for _ in 0..dice.below(3) {
        tokio::time::sleep(dice.up_to(u64::try_from(lasts.as_millis()).unwrap())).await;
        let ledger = Ledger::simulated(&sim.node("stores"));
        let key = &keys()[0];
        let Ok(entries) = ledger.entries_after(key, Revision::ZERO, usize::MAX).await else {
            continue;
        };
        let mut roster = Roster::default();
        for stored in entries {
            roster.apply(&muster_ledger::decode(stored.format, &stored.body).unwrap());
        }
        let image = Image::of(&roster);
        let body = serde_json::to_vec(&image).unwrap();
        let (revision, hash) = (roster.revision(), image.hash());
        let snapshot = Snapshot { revision, format: SNAPSHOT_FORMAT, hash, body };
        if ledger.put_snapshot(key, snapshot).await.is_ok() {
            record.count("snapshot stored");
        }
    }
}

/// Checks the history, and that all nodes come to what a replay comes to.
async fn settled(ledger: &Ledger, cluster: &Cluster, record: &Record) -> [[u8; 32]; 2] {
    let report = ledger.verify(|_| ()).await.unwrap();
    assert_eq!(report.damages, []);
    let pasts = [Past::read(ledger, 0).await, Past::read(ledger, 1).await];
    let late = check::all(&pasts, &record.get());
    record.get().counts.count("answers: refused, but an earlier sending took effect", late);
    let mut hashes = [[0; 32]; 2];
    for (past, hash) in pasts.iter().zip(&mut hashes) {
        let head = past.states.last().unwrap();
        *hash = Image::of(head).hash();
        for place in 0..NODES {
            let process = cluster.process(place).expect("all were started again");
            let desk = process.units.desk(&past.key).await.unwrap().expect("the unit");
            let action = Action::CancelSwap("nothing".parse().unwrap());
            let command = Command::new(actor("looks"), action);
            let id = CommandId::parse(&format!("look-{place}")).unwrap();
            let answer = desk.ask(Ask { command, id, keyed: None, ground: None }).await.unwrap();
            assert_eq!(answer.revision, head.revision(), "n{place} decides on an old state");
            // Equal states have equal hashes; those from a snapshot may have forgotten something.
            let own = desk.head();
            let is_same = own == *head || Image::of(&own).hash() == *hash;
            assert!(is_same, "n{place} has another state than a replay");
        }
    }
    hashes
}
