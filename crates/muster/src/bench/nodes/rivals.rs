//! The rivals, measured on the same server: as many clients, as many swaps among as many agents,
//! straight in SQL, without a server in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result};
use muster_ledger::rival::{self, Rival, Scratch, Trade, Way};
use tokio::task::JoinSet;

use crate::bench::Figures;
use crate::bench::cpu;
use crate::bench::nodes::{NodesOptions, Used};
use crate::bench::note;
use crate::bench::stats::{Figure, Samples};

/// Shifts of an agent's week.
const SHIFTS: i64 = 5;

/// Both ways, one after the other.
pub(super) async fn measured(options: &NodesOptions) -> Result<Figures> {
    let mut figures = Figures::new();
    for (way, what) in [
        (Way::VersionColumns, "version columns, straight SQL"),
        (Way::RowLocks, "row locks in order, straight SQL"),
    ] {
        note(what);
        figures.push(one(options, way, what).await?);
    }
    Ok(figures)
}

/// The process of the server that a database is on.
pub(super) async fn server(scratch: &Scratch) -> Result<u32> {
    let held = scratch.backend().await?;
    cpu::parent(held.pid()).context("the server is not on this machine")
}

async fn one(options: &NodesOptions, way: Way, what: &str) -> Result<Figure> {
    let scratch = Scratch::create(&options.postgres, "muster_bench").await?;
    let server = server(&scratch).await?;
    let agents = i64::try_from(options.agents).context("count agents")?;
    let shifts: Vec<(i64, i64)> = (0..agents * SHIFTS).map(|id| (id, id / SHIFTS)).collect();
    rival::prepare(&scratch, &shifts).await?;
    let mut rivals = Vec::new();
    for nth in 0..options.clients {
        rivals.push(Rival::connect(&scratch, way, nth).await?);
    }
    let before = used(server)?;
    let (samples, tries, over) = decided(rivals, options.edits, options.agents).await?;
    let used = used(server)?.minus(before);
    scratch.remove().await?;
    let count = samples.count();
    let figure = samples.figure(what, options.agents, Some(over));
    let note = format!("{}; tries {tries}", used.per_edit_of_rival(count));
    Ok(Figure { clients: options.clients, note, ..figure })
}

fn used(server: u32) -> Result<Used> {
    Ok(Used {
        client: cpu::of(std::process::id())?,
        postgres: cpu::of_family(server)?,
        ..Used::default()
    })
}

/// Swaps neighbours' shifts of the same day, round after round, back and forth.
async fn decided(
    rivals: Vec<Rival>,
    edits: usize,
    agents: usize,
) -> Result<(Samples, u64, std::time::Duration)> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    let began = Instant::now();
    for mut rival in rivals {
        let next = next.clone();
        tasks.spawn(async move {
            let (mut samples, mut tries) = (Samples::default(), 0_u64);
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= edits {
                    return Ok::<_, anyhow::Error>((samples, tries));
                }
                let began = Instant::now();
                tries += u64::from(rival.decide(&format!("swap-{n}"), trade(n, agents)?).await?);
                samples.take(began);
            }
        });
    }
    let (mut samples, mut tries) = (Samples::default(), 0);
    while let Some(ended) = tasks.join_next().await {
        let (own, tried) = ended.context("a client ended badly")??;
        samples.extend(own);
        tries += tried;
    }
    Ok((samples, tries, began.elapsed()))
}

/// The `n`th swap: every shift once, then every shift back.
fn trade(n: usize, agents: usize) -> Result<Trade> {
    let pairs = agents / 2 * usize::try_from(SHIFTS)?;
    let (round, n) = (n / pairs, n % pairs);
    let (pair, day) = (i64::try_from(n)? / SHIFTS, i64::try_from(n)? % SHIFTS);
    let (a, b) = (2 * pair, 2 * pair + 1);
    let (theirs, others) = (a * SHIFTS + day, b * SHIFTS + day);
    // What was swapped in the last round belongs to the other one now.
    let (owner, other) = if round.is_multiple_of(2) { (a, b) } else { (b, a) };
    Ok(Trade { gives: (owner, theirs), receives: (other, others) })
}
