//! What is done to a ledger as a whole: copying, moving, bringing it to this release.

use std::path::Path;

use muster_core::id::Revision;

use super::{Engine, Ledger, Role};
use crate::backup::{Copied, Copy};
use crate::config::LedgerConfig;
use crate::entry::Appended;
use crate::error::{AppendError, LedgerError};
use crate::sqlite::Sqlite;
use crate::subject::UnitKey;
use crate::transfer::{Contents, MovedEntry, Record, UnitHead};

/// Which tables there were, and which there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// The number of the last migration before.
    pub from: u32,
    /// The number of the last one now.
    pub to: u32,
}

impl Ledger {
    /// Brings the tables of a ledger to this release, as opening it to serve does.
    ///
    /// # Errors
    /// As [`Ledger::open`] to serve.
    pub async fn migrate(config: &LedgerConfig) -> Result<Migrated, LedgerError> {
        let from = Self::open_with(config, Role::Read).await?.form();
        let to = Self::open_with(config, Role::Serve).await?.form();
        Ok(Migrated { from, to })
    }

    /// The number of the last migration of its tables, as of when it was opened.
    #[must_use]
    pub fn form(&self) -> u32 {
        on_engine!(self, engine => engine.form())
    }

    /// All units with their heads, the profiles, clients and links to calendars, as of one moment.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn contents(&self) -> Result<Contents, LedgerError> {
        on_engine!(self, engine => engine.contents().await).map(Contents::sorted)
    }

    /// A unit with its head, as of one moment; `None` if there is no such unit.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn unit_head(&self, unit: &UnitKey) -> Result<Option<UnitHead>, LedgerError> {
        on_engine!(self, engine => engine.unit_head(unit).await)
    }

    /// As [`Ledger::entries_after`], with the answers their commands got, where those are kept.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchUnit`].
    pub async fn records_after(
        &self,
        unit: &UnitKey,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<Record>, LedgerError> {
        on_engine!(self, engine => engine.records_after(unit, after, limit).await)
    }

    /// Appends entries that another ledger holds, as they are. The caller has checked that their
    /// hashes follow each other, and the hash of the entry `after`.
    ///
    /// # Errors
    /// See [`AppendError`].
    pub(crate) async fn adopt(
        &self,
        unit: &UnitKey,
        after: Revision,
        entries: Vec<MovedEntry>,
    ) -> Result<Appended, AppendError> {
        on_engine!(self, engine => engine.adopt(unit, after, entries).await)
    }

    /// Copies the ledger beside `to`, whoever writes to it meanwhile: one moment of it, complete.
    /// It gets its name when the copy is [finished](Copy::finish).
    ///
    /// # Errors
    /// [`LedgerError::Unsupported`] where the engine has its own tools for that;
    /// [`LedgerError::AlreadyThere`] when there is such a file.
    pub async fn backup(
        &self,
        to: &Path,
        progress: impl FnMut(Copied),
    ) -> Result<Copy, LedgerError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.backup(to, progress).await,
            _ => Err(LedgerError::Unsupported(
                "PostgreSQL is backed up by its own tools, pg_basebackup for one; \
                 `muster ledger export` copies a ledger from any engine",
            )),
        }
    }

    /// Opens a copy to read it.
    pub(crate) async fn reading(path: &Path) -> Result<Self, LedgerError> {
        let engine = Sqlite::open(path.to_owned(), Role::Read).await?;
        Ok(Self { engine: Engine::Sqlite(engine) })
    }
}
