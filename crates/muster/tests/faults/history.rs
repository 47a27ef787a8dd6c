//! What clients asked, what they were told, and when.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::wish::Wish;

/// A request as it is sent, each time the same.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    /// Below `/api/v2/wfm`.
    pub(crate) path: String,
    pub(crate) body: Value,
    /// The `Idempotency-Key`; reads have none.
    pub(crate) key: Option<String>,
}

/// A definite answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// When the attempt that was answered was sent.
    pub(crate) sent: Duration,
    /// When it was answered.
    pub(crate) at: Duration,
    pub(crate) node: usize,
    pub(crate) status: u16,
    pub(crate) revision: Option<u64>,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// How attempts ended that got no definite answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// Nobody was there to take it.
    pub(crate) not_sent: u64,
    /// Sent, and the answer did not come.
    pub(crate) lost: u64,
    /// Answered with 503.
    pub(crate) unavailable: u64,
}

/// One thing that a client wanted, from the first attempt to the definite answer.
#[derive(Debug, Clone)]
pub(crate) struct Op {
    pub(crate) client: usize,
    pub(crate) unit: String,
    pub(crate) ask: Ask,
    pub(crate) wish: Wish,
    pub(crate) invoked: Duration,
    /// Nothing when the client gave up before it was told anything.
    pub(crate) answer: Option<Answer>,
    pub(crate) attempts: Attempts,
}

impl Op {
    /// Whether an attempt may still take effect, whatever the definite answer was.
    pub(crate) fn may_come_late(&self) -> bool {
        self.attempts.lost + self.attempts.unavailable > 0
    }

    pub(crate) fn is_accepted(&self) -> bool {
        self.ask.key.is_some() && self.answer.as_ref().is_some_and(Answer::is_success)
    }

    /// The id of its command: what the server makes of organization, client and key.
    pub(crate) fn command(&self, credentials: &str) -> Option<String> {
        let mut hash = Sha256::new();
        for part in ["default", credentials, self.ask.key.as_ref()?] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Some(hash.finalize()[..20].iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Takes down what happens; shared by all clients.
#[derive(Debug)]
pub(crate) struct Recorder {
    begun: Instant,
    ops: Mutex<Vec<Op>>,
    accepted: watch::Sender<u64>,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        let (begun, accepted) = (Instant::now(), watch::Sender::new(0));
        Self { begun, ops: Mutex::default(), accepted }
    }

    /// Now, as histories tell it.
    pub(crate) fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    pub(crate) fn note(&self, op: Op) {
        let is_accepted = op.is_accepted();
        self.ops.lock().unwrap_or_else(PoisonError::into_inner).push(op);
        if is_accepted {
            self.accepted.send_modify(|count| *count += 1);
        }
    }

    /// Waits until so many more edits are accepted.
    pub(crate) async fn more(&self, count: usize) {
        let mut accepted = self.accepted.subscribe();
        let wanted = *accepted.borrow_and_update() + count as u64;
        let wait = accepted.wait_for(|accepted| *accepted >= wanted);
        let waited = tokio::time::timeout(Duration::from_secs(90), wait).await;
        assert!(waited.is_ok(), "not {count} edits were accepted within 90 s");
    }

    pub(crate) fn take(&self) -> Vec<Op> {
        std::mem::take(&mut *self.ops.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
