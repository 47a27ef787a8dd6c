//! Times of pure functions, to the nanosecond: what is decided on paper takes microseconds.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::oracle::percentile;

/// How long something took, each time.
#[derive(Debug, Clone, Default)]
pub(super) struct Timed(Vec<u64>);

/// What is said of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cost {
    pub(super) samples: usize,
    pub(super) best_us: f64,
    pub(super) median_us: f64,
    pub(super) p99_us: f64,
}

impl Timed {
    /// Does something once more, and takes the time.
    pub(super) fn time<T>(&mut self, what: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = std::hint::black_box(what());
        self.add(began.elapsed());
        done
    }

    /// Adds a time that was taken.
    pub(super) fn add(&mut self, took: Duration) {
        self.0.push(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    /// The cost it comes to.
    pub(super) fn cost(mut self) -> Cost {
        self.0.sort_unstable();
        Cost {
            samples: self.0.len(),
            best_us: us(self.0.first().copied().unwrap_or_default()),
            median_us: us(percentile(&self.0, 50)),
            p99_us: us(percentile(&self.0, 99)),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "durations are far below 2^53 ns")]
fn us(ns: u64) -> f64 {
    ns as f64 / 1_000.0
}

/// A cost in the unit that suits it.
pub(super) fn told(us: f64) -> String {
    if us < 1_000.0 { format!("{us:.1} µs") } else { format!("{:.2} ms", us / 1_000.0) }
}
