//! One process that uses the database: it runs, stands still or is dead.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::Sim;
use super::fate::{Fate, Operation};

/// A process with connections to a simulated database; clones are the same process.
#[derive(Debug, Clone)]
pub struct Node(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sim: Sim,
    name: String,
    life: Mutex<Life>,
    moved_on: Notify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Running,
    Stopped,
    Dead,
}

impl Node {
    pub(super) fn new(sim: Sim, name: &str) -> Self {
        let life = Mutex::new(Life::Running);
        Self(Arc::new(Inner { sim, name: name.to_owned(), life, moved_on: Notify::new() }))
    }

    /// The process dies: none of its operations, under way or later, ever comes back. Those under
    /// way still arrive, and what it holds is let go when its time is over.
    pub fn crash(&self) {
        self.set(Life::Dead);
    }

    /// The process stands still: its operations come back when it goes on.
    pub fn stop(&self) {
        if self.is_alive() {
            self.set(Life::Stopped);
        }
    }

    /// The process goes on where it stood.
    pub fn go_on(&self) {
        if self.is_alive() {
            self.set(Life::Running);
        }
    }

    /// Whether it has not crashed.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.life() != Life::Dead
    }

    /// Comes back when the process runs: at once, later or never.
    pub async fn runs(&self) {
        loop {
            let moved_on = self.0.moved_on.notified();
            match self.life() {
                Life::Running => return,
                Life::Stopped => moved_on.await,
                Life::Dead => std::future::pending().await,
            }
        }
    }

    pub(super) fn sim(&self) -> &Sim {
        &self.0.sim
    }

    pub(super) fn name(&self) -> &str {
        &self.0.name
    }

    /// An operation begins and is on its way.
    pub(super) async fn leave(&self, operation: Operation) -> Fate {
        self.runs().await;
        let fate = self.sim().fate(self.name(), operation);
        // Whoever says so may have crashed the node at this very operation: it is out already.
        pass(fate.before).await;
        fate
    }

    /// The answer is on its way, and taken.
    pub(super) async fn arrive(&self, fate: Fate) {
        pass(fate.after).await;
        self.runs().await;
    }

    fn life(&self) -> Life {
        *self.0.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, life: Life) {
        *self.0.life.lock().unwrap_or_else(PoisonError::into_inner) = life;
        self.0.moved_on.notify_waiters();
    }
}

/// Lets time pass; none at all is no step.
pub(super) async fn pass(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
