//! Token buckets: so many requests at once, and so many a second from then on.
//!
//! A bucket is one number, the instant at which it will be full again; one that is full is not kept
//! at all. Taking from it adds the time that one request takes to come back.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::limits;

/// How much somebody may ask: `burst` requests at once, and `per_second` from then on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests that come back each second; none are counted when it is 0.
    pub per_second: f64,
    /// Requests that may come at once; none are counted when it is 0.
    pub burst: u32,
}

impl Rate {
    /// Whether requests are counted at all.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.per_second > 0.0 && self.burst > 0
    }

    /// How long an empty bucket takes until it is full.
    pub(crate) fn window(&self) -> Duration {
        Duration::from_secs_f64((f64::from(self.burst) / self.per_second).min(MOST_SECONDS))
    }
}

/// Longer than any node runs, and short enough to be counted in nanoseconds.
const MOST_SECONDS: f64 = 1e9;

/// What is left to somebody who was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    /// Requests that may still come at once.
    pub(crate) remaining: u32,
    /// How long until all of them are back.
    pub(crate) full_in: Duration,
}

/// How long somebody has to wait who was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait(pub(crate) Duration);

/// The buckets of one kind, by whose they are. Bounded: those that are full again are forgotten.
pub(super) struct Buckets {
    pub(super) rate: Rate,
    /// How long one request takes to come back, and a whole bucket, in nanoseconds.
    step: u64,
    span: u64,
    begun: Instant,
    hasher: RandomState,
    shards: [Mutex<Shard>; limits::BUCKET_SHARDS],
}

/// When each bucket is full, in nanoseconds; by the hash of whose it is. Two that share a hash
/// share a bucket, which is as unlikely as it is harmless.
#[derive(Default)]
struct Shard {
    full_at: BTreeMap<u64, u64>,
    /// How many there may be before somebody looks for full ones.
    sweep_at: usize,
}

impl Buckets {
    pub(super) fn new(rate: Rate) -> Option<Self> {
        let window = rate.is_on().then(|| rate.window())?;
        let burst = u64::from(rate.burst);
        let step = (u64::try_from(window.as_nanos()).unwrap_or(u64::MAX / 2) / burst).max(1);
        Some(Self {
            rate,
            step,
            span: step * burst,
            begun: Instant::now(),
            hasher: RandomState::new(),
            shards: Default::default(),
        })
    }

    /// Takes one request out of somebody's bucket.
    pub(super) fn take(&self, whose: &impl Hash) -> Result<Left, Wait> {
        let now = self.now();
        self.with(whose, |shard, key| {
            let full_at = shard.full_at.get(&key).copied().unwrap_or(0).max(now) + self.step;
            let missing = full_at - now;
            if missing > self.span {
                return Err(Wait(Duration::from_nanos(missing - self.span)));
            }
            shard.put(key, full_at, now);
            let remaining = u32::try_from((self.span - missing) / self.step).unwrap_or(u32::MAX);
            Ok(Left { remaining, full_in: Duration::from_nanos(missing) })
        })
    }

    /// Puts one back.
    pub(super) fn put_back(&self, whose: &impl Hash) {
        self.with(whose, |shard, key| {
            if let Some(full_at) = shard.full_at.get_mut(&key) {
                *full_at = full_at.saturating_sub(self.step);
            }
        });
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX / 2)
    }

    /// A std mutex: held for a map access, never across an await.
    fn with<T>(&self, whose: &impl Hash, work: impl FnOnce(&mut Shard, u64) -> T) -> T {
        let key = self.hasher.hash_one(whose);
        let place = usize::try_from(key % limits::BUCKET_SHARDS as u64).unwrap_or(0);
        let mut shard = self.shards[place].lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut shard, key)
    }
}

impl Shard {
    fn put(&mut self, key: u64, full_at: u64, now: u64) {
        self.full_at.insert(key, full_at);
        if self.full_at.len() < self.sweep_at.max(limits::BUCKETS_SWEPT) {
            return;
        }
        self.full_at.retain(|_, full_at| *full_at > now);
        if self.full_at.len() >= limits::BUCKETS_KEPT {
            // All of them are in use: to begin anew is milder than to refuse whoever comes next.
            self.full_at.clear();
        }
        self.sweep_at = 2 * self.full_at.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(per_second: f64, burst: u32) -> Buckets {
        Buckets::new(Rate { per_second, burst }).unwrap()
    }

    fn kept(buckets: &Buckets) -> usize {
        buckets.shards.iter().map(|shard| shard.lock().unwrap().full_at.len()).sum()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_let_in_and_then_as_many_as_come_back() {
        let buckets = buckets(2.0, 3);
        for remaining in [2, 1, 0] {
            assert_eq!(buckets.take(&"ana").unwrap().remaining, remaining);
        }
        assert_eq!(buckets.take(&"ana"), Err(Wait(Duration::from_millis(500))));
        assert_eq!(buckets.take(&"ben").unwrap().remaining, 2, "somebody else's is full");
        tokio::time::advance(Duration::from_millis(499)).await;
        assert_eq!(buckets.take(&"ana"), Err(Wait(Duration::from_millis(1))));
        tokio::time::advance(Duration::from_millis(1)).await;
        let full_in = Duration::from_millis(1_500);
        assert_eq!(buckets.take(&"ana"), Ok(Left { remaining: 0, full_in }));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(buckets.take(&"ana").unwrap().remaining, 2, "no more than the burst comes back");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_put_back_can_be_taken_again() {
        let buckets = buckets(0.001, 1);
        buckets.take(&"ana").unwrap();
        buckets.take(&"ana").unwrap_err();
        buckets.put_back(&"ana");
        buckets.take(&"ana").unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn those_that_are_full_again_are_forgotten() {
        let buckets = buckets(1.0, 1);
        for round in 0..4 {
            for whose in 0..limits::BUCKET_SHARDS * limits::BUCKETS_SWEPT / 2 {
                buckets.take(&(round, whose)).unwrap();
            }
            tokio::time::advance(Duration::from_secs(2)).await;
        }
        assert!(kept(&buckets) <= limits::BUCKET_SHARDS * limits::BUCKETS_SWEPT);
    }

    #[test]
    fn never_more_are_kept_than_there_may_be() {
        let mut shard = Shard::default();
        for key in 0..3 * limits::BUCKETS_KEPT as u64 {
            shard.put(key, u64::MAX, 0);
            assert!(shard.full_at.len() <= 2 * limits::BUCKETS_KEPT);
        }
    }

    #[test]
    fn nothing_is_counted_without_a_rate_or_a_burst() {
        assert!(Buckets::new(Rate { per_second: 0.0, burst: 5 }).is_none());
        assert!(Buckets::new(Rate { per_second: 5.0, burst: 0 }).is_none());
    }
}
