//! The only reader of the clock, and the only maker of ids.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use muster_core::Instant;

/// Where time and fresh ids come from: the machine, or a test.
#[derive(Clone)]
pub struct Clock(Arc<dyn Source>);

trait Source: Send + Sync {
    fn now(&self) -> Instant;
    fn id(&self) -> String;
}

struct Machine;

impl Source for Machine {
    #[expect(clippy::disallowed_methods, reason = "this is the clock module")]
    fn now(&self) -> Instant {
        Instant::from_timestamp(jiff::Timestamp::now())
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock module")]
    fn id(&self) -> String {
        uuid::Uuid::now_v7().to_string()
    }
}

/// A clock that a test sets, and ids that count from 1.
#[derive(Debug)]
pub struct Manual {
    now_ms: AtomicI64,
    ids: AtomicU64,
}

impl Manual {
    /// A clock that stands at an instant.
    #[must_use]
    pub fn at(now: Instant) -> Arc<Self> {
        Arc::new(Self { now_ms: AtomicI64::new(now.ms()), ids: AtomicU64::new(0) })
    }

    /// Moves it.
    pub fn set(&self, now: Instant) {
        self.now_ms.store(now.ms(), Ordering::SeqCst);
    }
}

impl Source for Manual {
    fn now(&self) -> Instant {
        Instant::from_ms(self.now_ms.load(Ordering::SeqCst))
    }

    fn id(&self) -> String {
        format!("id-{}", self.ids.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

impl Clock {
    /// The machine's clock; ids are UUIDs of version 7, which sort by time.
    #[must_use]
    pub fn machine() -> Self {
        Self(Arc::new(Machine))
    }

    /// A clock that the caller sets.
    #[must_use]
    pub fn manual(manual: Arc<Manual>) -> Self {
        Self(manual)
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.0.now()
    }

    /// A fresh id.
    #[must_use]
    pub fn id(&self) -> String {
        self.0.id()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
