//! `muster bench ledger`: what storage alone can do, without deciding and without HTTP.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use muster_core::Zone;
use muster_core::entry::{Actor, Entry, FORMAT, Reference, ReferenceKind};
use muster_core::event::Event;
use muster_core::id::{ClientId, CommandId, OrganizationId, Revision, ScheduleId, UnitId};
use muster_ledger::rival::Scratch;
use muster_ledger::{Ledger, NewEntry, Role, Selection, Source, UnitKey, encode, export, import};
use tokio::task::JoinSet;

use crate::bench::stats::{Figure, Samples};
use crate::bench::{Figures, note};

/// What is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct LedgerOptions {
    /// A `PostgreSQL` server on which a database may be made; without one, SQLite alone is measured
    #[arg(long, value_name = "URL", env = "MUSTER_BENCH_POSTGRES")]
    postgres: Option<String>,
    /// Entries in each measurement
    #[arg(long, default_value_t = 40_000)]
    entries: u64,
    /// Units that are appended to side by side
    #[arg(long, default_value_t = 20)]
    units: usize,
}

/// Entries in one append of a busy desk.
const BATCH: u64 = 64;
/// Appends of a single entry: each waits for the disk.
const SINGLE: u64 = 2_000;
/// Entries read at once.
const PAGE: usize = 512;

pub(super) async fn run(options: &LedgerOptions) -> Result<Figures> {
    let folder = tempfile::tempdir().context("make a temporary folder")?;
    let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let mut figures = measured("SQLite", &url("one.db"), options).await?;
    let file = folder.path().join("ledger.jsonl");
    figures.extend(moved(&url("one.db"), &url("two.db"), "SQLite", &file).await?);
    if let Some(server) = &options.postgres {
        let scratch = Scratch::create(server, "muster_bench").await?;
        figures.extend(measured("PostgreSQL", scratch.url(), options).await?);
        scratch.remove().await?;
        let scratch = Scratch::create(server, "muster_bench").await?;
        let file = folder.path().join("again.jsonl");
        figures.extend(moved(&url("one.db"), scratch.url(), "PostgreSQL", &file).await?);
        scratch.remove().await?;
    }
    Ok(figures)
}

/// An engine, from the first append to the last check.
async fn measured(engine: &str, url: &str, options: &LedgerOptions) -> Result<Figures> {
    let ledger = Ledger::open(url, Role::Serve).await?;
    note(&format!("{engine}: one entry at a time"));
    let mut figures = vec![appended(&ledger, engine, 1, SINGLE, 1).await?];
    note(&format!("{engine}: {BATCH} entries at a time"));
    figures.push(appended(&ledger, engine, 1, options.entries, BATCH).await?);
    let units = options.units;
    figures.push(appended(&ledger, engine, units, options.entries, BATCH).await?);
    note(&format!("{engine}: reading"));
    figures.push(read(&ledger, engine, options.entries).await?);
    let began = Instant::now();
    let report = ledger.verify(|_| ()).await?;
    ensure!(report.is_sound(), "the ledger is damaged: {:?}", report.damages);
    figures.push(rate(&format!("{engine}: verify"), report.entries, began));
    Ok(figures)
}

fn key(unit: &str) -> Result<UnitKey> {
    Ok(UnitKey { organization: OrganizationId::parse("bench")?, unit: UnitId::parse(unit)? })
}

/// Appends so many entries at a time, to so many units side by side.
async fn appended(
    ledger: &Ledger,
    engine: &str,
    units: usize,
    entries: u64,
    batch: u64,
) -> Result<Figure> {
    let mut keys = Vec::new();
    for nth in 0..units {
        let key = key(&format!("unit-{units}-{batch}-{nth}"))?;
        ledger.create_unit(&key.organization, &key.unit).await?;
        keys.push(key);
    }
    let mut tasks = JoinSet::new();
    let began = Instant::now();
    for key in keys {
        tasks.spawn(one_unit(ledger.clone(), key, entries / units as u64, batch));
    }
    let mut samples = Samples::default();
    while let Some(done) = tasks.join_next().await {
        samples.extend(done.context("a task ended badly")??);
    }
    let what = format!("{engine}: append of {batch} to {units} unit(s)");
    let figure = samples.figure(&what, 0, None);
    Ok(Figure { per_second: rate("", entries, began).per_second, clients: units, ..figure })
}

async fn one_unit(ledger: Ledger, key: UnitKey, entries: u64, batch: u64) -> Result<Samples> {
    let mut samples = Samples::default();
    let mut after = Revision::ZERO;
    while after.0 < entries {
        let new: Vec<_> = (1..=batch).map(|n| edit(&key, after.0 + n)).collect::<Result<_>>()?;
        let began = Instant::now();
        after = ledger.append(&key, after, new).await?.head;
        samples.take(began);
    }
    Ok(samples)
}

/// An entry about as large as a single edit's, by a command that nobody sent.
fn edit(key: &UnitKey, revision: u64) -> Result<NewEntry> {
    let id = format!("{:016x}-{}", revision.wrapping_mul(0x9e37_79b9_7f4a_7c15), key.unit);
    let events = (0..8).map(|_| Ok(Event::DraftDeleted { id: ScheduleId::parse(&id)? }));
    let entry = Entry {
        revision: Revision(revision),
        at: muster_core::Instant::from_ms(1_774_872_000_000 + i64::try_from(revision)?),
        actor: Actor { client: ClientId::parse("bench")?, agent: None },
        command: CommandId::parse(&id)?,
        policy: Revision(1),
        zones: Zone::release().into(),
        about: Reference { kind: ReferenceKind::Draft, id: id.as_str().into() },
        reason: None,
        events: events.collect::<Result<_>>()?,
    };
    Ok(NewEntry {
        at: entry.at,
        format: FORMAT,
        command: entry.command.clone(),
        request_hash: [7; 32],
        answer: [b"[", b"7,".repeat(150).as_slice(), b"7]"].concat(),
        body: encode(&entry),
        subjects: Vec::new(),
    })
}

async fn read(ledger: &Ledger, engine: &str, entries: u64) -> Result<Figure> {
    let key = key(&format!("unit-1-{BATCH}-0"))?;
    let began = Instant::now();
    let mut after = Revision::ZERO;
    loop {
        let page = ledger.entries_after(&key, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.revision;
    }
    ensure!(after.0 >= entries, "only {after} entries were read");
    Ok(rate(&format!("{engine}: read, {PAGE} at a time, hashes checked"), after.0, began))
}

/// Exports one ledger and imports it into another.
async fn moved(from: &str, to: &str, engine: &str, file: &std::path::Path) -> Result<Figures> {
    note(&format!("export from SQLite, import into {engine}"));
    let began = Instant::now();
    let source = Source::ledger(Ledger::open(from, Role::Read).await?, Selection::default());
    export(source.await?, file, |_| ()).await?;
    let entries = Ledger::open(from, Role::Read).await?.stats().await?.entries;
    let exported = rate("SQLite: export", entries, began);
    let began = Instant::now();
    let source = Source::file(file, Selection::default())?;
    import(&Ledger::open(to, Role::Serve).await?, source, |_| ()).await?;
    Ok(vec![exported, rate(&format!("{engine}: import"), entries, began)])
}

/// How many of something were done since a moment.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn rate(what: &str, count: u64, began: Instant) -> Figure {
    let seconds = began.elapsed().as_secs_f64();
    Figure {
        what: what.to_owned(),
        clients: 1,
        samples: usize::try_from(count).unwrap_or_default(),
        per_second: Some((count as f64 / seconds.max(1e-9)).round()),
        ..Figure::default()
    }
}
