//! Connections that read, handed from one blocking task to the next.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::fault::{Fault, aside};
use super::open;
use crate::error::{LedgerError, Unavailable};
use crate::limits;

/// A pool of read connections, opened as they are needed.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    free: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        let free = Arc::new(Semaphore::new(limits::READERS));
        Self { path, idle: Mutex::default(), free }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads on a thread that may block. What it sees was committed before or after the call.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let free = Arc::clone(&self.free).acquire_owned().await;
        let permit = free.map_err(|_| Unavailable::Closed)?;
        let readers = Arc::clone(self);
        aside(move || {
            let connection = readers.take()?;
            let result = work(&connection);
            readers.put_back(connection);
            // Held to here even if nobody waits for the answer any more.
            drop(permit);
            result
        })
        .await
    }

    fn take(&self) -> Result<Connection, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| open::open_reader(&self.path), Ok)
    }

    fn put_back(&self, connection: Connection) {
        // A connection that was left inside a transaction would read the past for ever.
        if connection.is_autocommit() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}
