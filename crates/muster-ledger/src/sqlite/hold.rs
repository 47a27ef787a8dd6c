//! Holding a unit: nothing to do where one process serves from the file. An append from another
//! one beside it is noticed by the comparison that every append makes.

use muster_core::id::Revision;

use super::Sqlite;
use crate::entry::{Appended, NewEntry, StoredEntry};
use crate::error::{AppendError, LedgerError};
use crate::subject::UnitKey;

/// A unit and its head when it was asked for.
#[derive(Debug)]
pub(crate) struct Hold {
    sqlite: Sqlite,
    unit: UnitKey,
    head: Revision,
}

impl Hold {
    pub(super) fn new(sqlite: Sqlite, unit: UnitKey, head: Revision) -> Self {
        Self { sqlite, unit, head }
    }

    pub(crate) fn head(&self) -> Revision {
        self.head
    }

    pub(crate) async fn entries_after(
        &self,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, LedgerError> {
        self.sqlite.entries_after(&self.unit, after, limit).await
    }

    pub(crate) async fn append(self, entries: Vec<NewEntry>) -> Result<Appended, AppendError> {
        self.sqlite.append(&self.unit, self.head, entries).await
    }
}
