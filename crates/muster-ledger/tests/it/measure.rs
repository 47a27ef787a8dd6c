//! Measurements, run by hand:
//! `cargo test --release -p muster-ledger --test it -- --ignored --nocapture measure::`

use std::time::Instant;

use muster_core::id::Revision;
use muster_ledger::{Ledger, NewEntry, SubjectKind};
use tokio::task::JoinSet;

use crate::engine::{Engine, Postgres, Sqlite};
use crate::given::{all_entries, claim, entry, entry_with, unit};

const TASKS: usize = 64;
const APPENDS: u64 = 800;

#[expect(clippy::print_stdout, reason = "a measurement is for whoever runs it")]
fn report(line: &str) {
    println!("{line}");
}

/// An entry as a single edit makes one.
fn edit(id: &str) -> NewEntry {
    NewEntry { body: vec![7; 500], answer: vec![8; 300], ..entry(id) }
}

async fn with_units(ledger: &Ledger, count: usize) {
    for nth in 0..count {
        let unit = unit("acme", &format!("u{nth}"));
        ledger.create_unit(&unit.organization, &unit.unit).await.unwrap();
    }
}

/// 64 tasks with a unit each, one entry at a time.
async fn appends(ledger: &Ledger) {
    let mut tasks = JoinSet::new();
    let began = Instant::now();
    for nth in 0..TASKS {
        let (ledger, unit) = (ledger.clone(), unit("acme", &format!("u{nth}")));
        tasks.spawn(async move {
            let mut worst = 0;
            for after in 0..APPENDS {
                let began = Instant::now();
                let shift = vec![claim(SubjectKind::Shift, &format!("shift-{nth}-{after}"))];
                let id = format!("{:016x}{:016x}", (after * 7_919) % 104_729, nth);
                let edit = NewEntry { subjects: shift, ..edit(&id) };
                ledger.append(&unit, Revision(after), vec![edit]).await.unwrap();
                worst = worst.max(began.elapsed().as_micros());
            }
            worst
        });
    }
    let worst = tasks.join_all().await.into_iter().max().unwrap();
    let count = TASKS as f64 * APPENDS as f64;
    let per_second = count / began.elapsed().as_secs_f64();
    report(&format!("{TASKS} tasks: {per_second:.0} appends/s, worst {worst} us"));
}

/// One unit, 64 entries at a time, as its desk would.
async fn batches(ledger: &Ledger) {
    let unit = unit("acme", "u64");
    let began = Instant::now();
    let mut after = Revision::ZERO;
    for round in 0..APPENDS {
        let batch = (0..TASKS).map(|nth| edit(&format!("{:x}-{round}-{nth}", nth * 7_919)));
        after = ledger.append(&unit, after, batch.collect()).await.unwrap().head;
    }
    let per_second = after.0 as f64 / began.elapsed().as_secs_f64();
    report(&format!("one desk, {TASKS} at a time: {per_second:.0} entries/s"));
}

/// A publish of 5,000 agents.
async fn publish(ledger: &Ledger) {
    let unit = unit("acme", "u65");
    for after in 0..5 {
        let shift = |nth: u64| format!("019d3a{:08x}-{nth:08x}", nth * 2_654_435_761 % 0xffff_ffff);
        let claims = (0..25_000).map(|nth| claim(SubjectKind::Shift, &shift(nth + after * 25_000)));
        let entry = entry_with(&format!("publish-{after}"), claims.collect());
        let entry = NewEntry { body: vec![7; 15 << 20], answer: vec![8; 100 << 10], ..entry };
        let began = Instant::now();
        ledger.append(&unit, Revision(after), vec![entry]).await.unwrap();
        report(&format!("15 MB with 25,000 claims: {} ms", began.elapsed().as_millis()));
    }
}

/// Every entry of every unit, a page at a time.
async fn read(ledger: &Ledger) {
    let (began, mut count) = (Instant::now(), 0);
    for unit in ledger.units().await.unwrap() {
        count += all_entries(ledger, &unit).await.len();
    }
    report(&format!("reading {count} entries: {} ms", began.elapsed().as_millis()));
}

async fn verify(ledger: &Ledger) {
    let began = Instant::now();
    let found = ledger.verify(|_| ()).await.unwrap();
    assert_eq!(found.damages, []);
    let per_second = found.entries as f64 / began.elapsed().as_secs_f64();
    report(&format!("verify: {} entries, {per_second:.0} entries/s", found.entries));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn on_sqlite() {
    appends_and_verify_per_second(&Sqlite::fresh().await).await;
}

/// Wants `cargo xtask postgres -- ` in front.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn on_postgres() {
    appends_and_verify_per_second(&Postgres::fresh().await).await;
}

async fn appends_and_verify_per_second(engine: &impl Engine) {
    let ledger = engine.serve().await;
    with_units(&ledger, 66).await;
    appends(&ledger).await;
    batches(&ledger).await;
    read(&ledger).await;
    verify(&ledger).await;
    publish(&ledger).await;
    drop(ledger);
    let began = Instant::now();
    let ledger = engine.serve().await;
    report(&format!("opened again in {} ms", began.elapsed().as_millis()));
    report(&format!("{:?}", ledger.stats().await.unwrap()));
}
