//! Asking the ledger where a unit's head is, for readers: one question for all who wait.

use std::sync::atomic::{AtomicU64, Ordering};

use muster_core::Revision;
use tokio::sync::Mutex;

use crate::desk::{DeskError, State};

/// A reader needs a check that began after it came: the one that is on its way when it comes is of
/// no use, all who come meanwhile share the next.
#[derive(Debug)]
pub(super) struct HeadCheck {
    /// How many checks have begun.
    begun: AtomicU64,
    /// The last one that ended, by its number. Whoever holds this makes the next one.
    last: Mutex<(u64, Result<Revision, DeskError>)>,
}

impl Default for HeadCheck {
    fn default() -> Self {
        Self { begun: AtomicU64::new(0), last: Mutex::new((0, Ok(Revision::ZERO))) }
    }
}

impl HeadCheck {
    /// The head of a unit, at some instant after the call.
    pub(super) async fn head(&self, state: &State) -> Result<Revision, DeskError> {
        let came = self.begun.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        let (number, head) = &*last;
        if *number > came {
            return head.clone();
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        state.metrics.head_check();
        let head = match state.ledger.head(&state.key).await {
            Ok(Some(head)) => Ok(head),
            Ok(None) => Err(DeskError::Unavailable(format!("unit {} is gone", state.key))),
            Err(error) => Err(error.into()),
        };
        *last = (number, head.clone());
        head
    }
}
