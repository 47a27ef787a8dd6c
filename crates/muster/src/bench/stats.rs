//! Samples, and what is said of them: median, 99th percentile, and the size they were taken at.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::bench::version_store::client::since_us;
use crate::oracle::percentile;

/// One line of the table.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) what: String,
    /// Agents in the unit.
    pub(crate) agents: usize,
    /// Entries in the unit's ledger.
    pub(crate) history: u64,
    /// Agents that each publish changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) changed: Option<usize>,
    /// Clients at the same time.
    pub(crate) clients: usize,
    pub(crate) samples: usize,
    pub(crate) median_ms: f64,
    pub(crate) p99_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) per_second: Option<f64>,
    /// Figures of another kind, such as memory.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) note: String,
}

/// Durations in microseconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples(Vec<u64>);

impl Samples {
    /// Takes the time since a moment.
    pub(crate) fn take(&mut self, since: Instant) {
        self.0.push(since_us(since));
    }

    /// Takes samples of others.
    pub(crate) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// All of them together.
    pub(crate) fn sum_us(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The figure they make, over a stretch of time if several clients shared it.
    pub(crate) fn figure(mut self, what: &str, agents: usize, over: Option<Duration>) -> Figure {
        self.0.sort_unstable();
        Figure {
            what: what.to_owned(),
            agents,
            clients: 1,
            samples: self.0.len(),
            median_ms: ms(percentile(&self.0, 50)),
            p99_ms: ms(percentile(&self.0, 99)),
            per_second: over.map(|over| per_second(self.0.len(), over)),
            ..Figure::default()
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "durations are far below 2^53 µs")]
pub(crate) fn ms(us: u64) -> f64 {
    (us as f64 / 10.0).round() / 100.0
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn per_second(count: usize, over: Duration) -> f64 {
    (count as f64 / over.as_secs_f64().max(1e-9)).round()
}

/// The table, as it stands in docs/PERFORMANCE.md.
pub(crate) fn table(figures: &[Figure]) -> String {
    let mut lines = vec![
        "| what | agents | history | changed | clients | samples | median | p99 | per second |"
            .to_owned(),
        "|---|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    lines.extend(figures.iter().map(|f| {
        let changed = f.changed.map_or("–".to_owned(), |changed| changed.to_string());
        let rate = f.per_second.map_or("–".to_owned(), |rate| format!("{rate:.0}"));
        let agents = if f.agents == 0 { "–".to_owned() } else { f.agents.to_string() };
        let note = if f.note.is_empty() { String::new() } else { format!(" ({})", f.note) };
        format!(
            "| {}{note} | {agents} | {} | {changed} | {} | {} | {:.2} ms | {:.2} ms | {rate} |",
            f.what, f.history, f.clients, f.samples, f.median_ms, f.p99_ms
        )
    }));
    lines.join("\n")
}
