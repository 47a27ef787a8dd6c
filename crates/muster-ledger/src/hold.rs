//! A unit that is held for one append.

use muster_core::id::Revision;

use crate::entry::{Appended, NewEntry, StoredEntry};
use crate::error::{AppendError, LedgerError};
use crate::{postgres, sqlite};

/// A unit that nobody else can append to: what was missed can be read, and decided on, without
/// another process being faster once more. Dropped without an append, it is let go unchanged.
///
/// Whoever holds a unit for longer than
/// [`limits::HOLD`](crate::limits::HOLD) loses it: the append then fails.
#[derive(Debug)]
pub struct Hold {
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Sqlite(sqlite::Hold),
    Postgres(Box<postgres::Hold>),
    #[cfg(feature = "testing")]
    Simulated(crate::sim::Hold),
}

impl From<sqlite::Hold> for Hold {
    fn from(hold: sqlite::Hold) -> Self {
        Self { engine: Engine::Sqlite(hold) }
    }
}

impl From<postgres::Hold> for Hold {
    fn from(hold: postgres::Hold) -> Self {
        Self { engine: Engine::Postgres(Box::new(hold)) }
    }
}

#[cfg(feature = "testing")]
impl From<crate::sim::Hold> for Hold {
    fn from(hold: crate::sim::Hold) -> Self {
        Self { engine: Engine::Simulated(hold) }
    }
}

impl Hold {
    /// The revision of the unit's last entry, for as long as it is held.
    #[must_use]
    pub fn head(&self) -> Revision {
        match &self.engine {
            Engine::Sqlite(hold) => hold.head(),
            Engine::Postgres(hold) => hold.head(),
            #[cfg(feature = "testing")]
            Engine::Simulated(hold) => hold.head(),
        }
    }

    /// As [`Ledger::entries_after`](crate::Ledger::entries_after).
    ///
    /// # Errors
    /// See [`Ledger`](crate::Ledger).
    pub async fn entries_after(
        &mut self,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, LedgerError> {
        match &mut self.engine {
            Engine::Sqlite(hold) => hold.entries_after(after, limit).await,
            Engine::Postgres(hold) => hold.entries_after(after, limit).await,
            #[cfg(feature = "testing")]
            Engine::Simulated(hold) => hold.entries_after(after, limit).await,
        }
    }

    /// Appends after the head and lets the unit go, as [`Ledger::append`](crate::Ledger::append)
    /// does.
    ///
    /// # Errors
    /// See [`AppendError`].
    pub async fn append(self, entries: Vec<NewEntry>) -> Result<Appended, AppendError> {
        match self.engine {
            Engine::Sqlite(hold) => hold.append(entries).await,
            Engine::Postgres(hold) => hold.append(entries).await,
            #[cfg(feature = "testing")]
            Engine::Simulated(hold) => hold.append(entries).await,
        }
    }
}
