//! When a desk takes no more: before what waits for it waits so long that nobody wants the answer.
//!
//! A queue is good for a burst; one that does not get shorter is only delay. It is the *shortest*
//! wait that tells them apart: in a burst somebody soon waits only shortly, in a standing queue
//! nobody does. As long as every command of every batch has waited longer than a target, over an
//! interval, the desk refuses new ones; what is queued already is still decided. It takes them
//! again as soon as somebody has waited less, or nobody waits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::limits;
use crate::metrics::Metrics;

/// Looks at how long commands wait for one desk.
#[derive(Debug)]
pub(super) struct Shedder {
    target: Duration,
    /// Since when every command has waited longer than the target.
    late_since: Mutex<Option<Instant>>,
    sheds: AtomicBool,
    metrics: Metrics,
}

impl Shedder {
    /// Of a desk for which commands may wait that long.
    pub(super) fn new(target: Duration, metrics: Metrics) -> Self {
        let (late_since, sheds) = Default::default();
        Self { target, late_since, sheds, metrics }
    }

    /// Whether a command is refused now.
    pub(super) fn sheds(&self) -> bool {
        let sheds = self.sheds.load(Ordering::Relaxed);
        if sheds {
            self.metrics.shed("queue");
        }
        sheds
    }

    /// Takes note of a batch: the shortest wait in it, if it has any command, and how many are left
    /// in the queue.
    pub(super) fn saw(&self, shortest: Option<Duration>, left: usize) {
        let mut late_since = self.late_since.lock().unwrap_or_else(PoisonError::into_inner);
        let is_late = shortest.is_some_and(|shortest| shortest > self.target) && left > 0;
        *late_since = match *late_since {
            since @ Some(_) if is_late => since,
            None if is_late => Some(Instant::now()),
            Some(_) | None => None,
        };
        let is_over = late_since.is_some_and(|since| since.elapsed() >= limits::QUEUE_INTERVAL);
        self.sheds.store(is_over, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: Option<Duration> = Some(Duration::from_millis(501));
    const FINE: Option<Duration> = Some(Duration::from_millis(500));

    fn shedder() -> Shedder {
        Shedder::new(Duration::from_millis(500), Metrics::default())
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_that_stands_is_shed_and_one_that_moves_is_not() {
        let shedder = shedder();
        shedder.saw(LATE, 9);
        assert!(!shedder.sheds(), "one late batch is a burst");
        tokio::time::advance(Duration::from_millis(99)).await;
        shedder.saw(LATE, 9);
        assert!(!shedder.sheds());
        tokio::time::advance(Duration::from_millis(1)).await;
        shedder.saw(LATE, 9);
        assert!(shedder.sheds());
        shedder.saw(FINE, 9);
        assert!(!shedder.sheds(), "somebody has waited less");
        tokio::time::advance(Duration::from_millis(100)).await;
        shedder.saw(LATE, 9);
        assert!(!shedder.sheds(), "it begins anew");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_finds_nobody_waiting_is_taken() {
        let shedder = shedder();
        for _ in 0..2 {
            shedder.saw(LATE, 9);
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        shedder.saw(LATE, 9);
        assert!(shedder.sheds());
        shedder.saw(LATE, 0);
        assert!(!shedder.sheds());
    }
}
