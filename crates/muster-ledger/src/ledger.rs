//! The ledger as the rest of Muster sees it, whatever the engine.

use std::collections::BTreeMap;

use muster_core::id::{CommandId, OrganizationId, Revision, UnitId};

use crate::clusters::Clusters;
use crate::config::{Elsewhere, LedgerConfig};
use crate::entry::{Appended, NewEntry, StoredCommand, StoredEntry};
use crate::error::{AppendError, LedgerError};
use crate::hold::Hold;
use crate::postgres::{self, Postgres};
use crate::snapshot::Snapshot;
use crate::sqlite::Sqlite;
use crate::subject::{SubjectKind, UnitKey};
use crate::url::{self, Location};
use crate::verify::{VerifyProgress, VerifyReport};

/// What a process opens a ledger for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// To serve from it. Where one process at a time may (SQLite), it takes the lock of the file.
    Serve,
    /// To work beside a process that serves: no lock is taken.
    Beside,
    /// To read beside a process that serves: nothing is created, migrated or written. What would
    /// write answers with [`LedgerError::ReadOnly`].
    Read,
}

/// Whether something was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It was not there before.
    New,
    /// It was there before and is unchanged.
    Already,
}

/// How much a ledger holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Units.
    pub units: u64,
    /// Entries of all units.
    pub entries: u64,
    /// Snapshots of all units.
    pub snapshots: u64,
    /// Space taken, in bytes.
    pub size_bytes: u64,
}

/// A ledger: a cheap handle, to be cloned freely.
///
/// When the last handle is dropped, what was queued is written and the lock is released.
///
/// Every method answers with [`LedgerError::Unavailable`] when storage cannot be used,
/// [`LedgerError::Corrupt`] when what is stored makes no sense, and [`LedgerError::Db`] for
/// failures without a name; the writing ones also with [`LedgerError::Indeterminate`].
#[derive(Debug, Clone)]
pub struct Ledger {
    engine: Engine,
}

#[derive(Debug, Clone)]
enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
    Clusters(Clusters),
    #[cfg(feature = "testing")]
    Simulated(crate::sim::Node),
}

/// Asks the engine behind a ledger, whichever it is.
macro_rules! on_engine {
    ($ledger:expr, $engine:ident => $ask:expr) => {
        match &$ledger.engine {
            Engine::Sqlite($engine) => $ask,
            Engine::Postgres($engine) => $ask,
            Engine::Clusters($engine) => $ask,
            #[cfg(feature = "testing")]
            Engine::Simulated($engine) => $ask,
        }
    };
}

mod job;
mod plain;
mod whole;
mod write;

pub use whole::Migrated;

impl Ledger {
    /// Opens the ledger at a URL such as `sqlite:muster.db` or `postgres://user@host/database`,
    /// creates it if it is not there (PostgreSQL's database has to be), and brings its tables to
    /// this release; to read ([`Role::Read`]) it does neither.
    ///
    /// # Errors
    /// [`LedgerError::UnsupportedUrl`]; [`LedgerError::Locked`] when another process serves from
    /// it; [`LedgerError::Migration`] when its tables are of a later release.
    pub async fn open(url: &str, role: Role) -> Result<Self, LedgerError> {
        Self::open_with(&LedgerConfig::new(url), role).await
    }

    /// As [`Ledger::open`], with more to be said than a URL.
    ///
    /// # Errors
    /// As [`Ledger::open`]; [`LedgerError::UnsupportedUrl`] also when units are mapped elsewhere
    /// and either place is not PostgreSQL.
    pub async fn open_with(config: &LedgerConfig, role: Role) -> Result<Self, LedgerError> {
        let engine = match url::parse(&config.url)? {
            Location::Sqlite(path) if config.elsewhere.is_empty() => {
                Engine::Sqlite(Sqlite::open(path, role).await?)
            }
            Location::Postgres(_) if config.elsewhere.is_empty() => {
                Engine::Postgres(Postgres::open(&options(config, &config.url, None)?, role).await?)
            }
            Location::Sqlite(_) | Location::Postgres(_) => {
                Engine::Clusters(open_clusters(config, role).await?)
            }
        };
        Ok(Self { engine })
    }

    /// A simulated database, as one process sees it.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn simulated(node: &crate::sim::Node) -> Self {
        Self { engine: Engine::Simulated(node.clone()) }
    }

    /// Whether there is a ledger at a URL; nothing is created.
    ///
    /// # Errors
    /// [`LedgerError::UnsupportedUrl`].
    pub async fn is_there(url: &str) -> Result<bool, LedgerError> {
        match url::parse(url)? {
            Location::Sqlite(path) => Ok(path.is_file()),
            Location::Postgres(config) => postgres::is_there(&config).await,
        }
    }

    /// Creates a unit, at revision 0.
    ///
    /// # Errors
    /// [`LedgerError::SubjectTaken`] when another unit of the organization claimed the id.
    pub async fn create_unit(
        &self,
        organization: &OrganizationId,
        unit: &UnitId,
    ) -> Result<Created, LedgerError> {
        let key = UnitKey { organization: organization.clone(), unit: unit.clone() };
        on_engine!(self, engine => engine.create_unit(key).await)
    }

    /// All units, sorted.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn units(&self) -> Result<Vec<UnitKey>, LedgerError> {
        on_engine!(self, engine => engine.units().await)
    }

    /// The revision of a unit's last entry, read after the call; `None` if there is no such unit.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn head(&self, unit: &UnitKey) -> Result<Option<Revision>, LedgerError> {
        on_engine!(self, engine => engine.head(unit).await)
    }

    /// Appends entries to a unit, all or none, if `after` is its head. When it answers, they are
    /// durable. No entries at all is a confirmation that `after` is the head.
    ///
    /// # Errors
    /// See [`AppendError`]; at most [`limits::APPEND_ENTRIES`](crate::limits::APPEND_ENTRIES)
    /// at a time.
    pub async fn append(
        &self,
        unit: &UnitKey,
        after: Revision,
        entries: Vec<NewEntry>,
    ) -> Result<Appended, AppendError> {
        on_engine!(self, engine => engine.append(unit, after, entries).await)
    }

    /// Holds a unit for one append: while it is held, nobody else appends to it, and those who
    /// want to hold it come in turn. For a desk that was [`AppendError::Behind`].
    ///
    /// # Errors
    /// [`LedgerError::NoSuchUnit`].
    pub async fn hold(&self, unit: &UnitKey) -> Result<Hold, LedgerError> {
        on_engine!(self, engine => engine.hold(unit).await)
    }

    /// Whether several processes may serve from it at once, so that a unit may move without this
    /// one having moved it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        on_engine!(self, engine => engine.is_shared())
    }

    /// The revisions of some units' last entries, read after the call. Units that are not there
    /// are left out.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn heads(
        &self,
        units: &[UnitKey],
    ) -> Result<BTreeMap<UnitKey, Revision>, LedgerError> {
        on_engine!(self, engine => engine.heads(units).await)
    }

    /// Waits until another process may have moved a unit: it said so, or it is time to look. Never
    /// comes back where no other process may.
    pub async fn moved(&self) {
        on_engine!(self, engine => engine.moved().await);
    }

    /// Does something that takes long beside everything else, on a thread that may block.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`] when the process ends meanwhile.
    pub async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, LedgerError> {
        #[cfg(feature = "testing")]
        if let Engine::Simulated(_) = &self.engine {
            // A thread would make every run another one.
            return Ok(work());
        }
        crate::aside::aside(work).await
    }

    /// A page of the entries after a revision, in order: at most `limit`, and fewer when they are
    /// many or large. Only an empty page says that there are no more.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchUnit`].
    pub async fn entries_after(
        &self,
        unit: &UnitKey,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, LedgerError> {
        on_engine!(self, engine => engine.entries_after(unit, after, limit).await)
    }

    /// The command of that id, if it took effect and has not been forgotten: commands are kept
    /// for [`limits::COMMAND_RETENTION_DAYS`](crate::limits::COMMAND_RETENTION_DAYS) at least.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn find_command(
        &self,
        unit: &UnitKey,
        id: &CommandId,
    ) -> Result<Option<StoredCommand>, LedgerError> {
        on_engine!(self, engine => engine.find_command(unit, id).await)
    }

    /// The unit of an organization that has an id.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn find_subject(
        &self,
        organization: &OrganizationId,
        kind: SubjectKind,
        id: &str,
    ) -> Result<Option<UnitId>, LedgerError> {
        on_engine!(self, engine => engine.find_subject(organization, kind, id).await)
    }

    /// Stores a snapshot, and deletes those that it makes needless: older ones beyond the newest
    /// few and what the retention asks for, and those of earlier formats.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchUnit`]; [`LedgerError::NoSuchEntry`] when the unit has no entry of
    /// the snapshot's revision (revision 0 is always there).
    pub async fn put_snapshot(
        &self,
        unit: &UnitKey,
        snapshot: Snapshot,
    ) -> Result<(), LedgerError> {
        on_engine!(self, engine => engine.put_snapshot(unit, snapshot).await)
    }

    /// The newest undamaged snapshot in a format, of a revision not after `at_most`.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn newest_snapshot(
        &self,
        unit: &UnitKey,
        format: u16,
        at_most: Revision,
    ) -> Result<Option<Snapshot>, LedgerError> {
        on_engine!(self, engine => engine.newest_snapshot(unit, format, at_most).await)
    }

    /// Reads every unit from its first entry: no revision missing, every hash right, the head
    /// row equal to the last entry, and no command without its entry. Works beside a process
    /// that serves. Damage is part of the report, not an error.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn verify(
        &self,
        progress: impl FnMut(VerifyProgress),
    ) -> Result<VerifyReport, LedgerError> {
        on_engine!(self, engine => engine.verify(progress).await)
    }

    /// How much the ledger holds.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn stats(&self) -> Result<Stats, LedgerError> {
        on_engine!(self, engine => engine.stats().await)
    }
}

/// How one cluster of several is reached.
fn options(
    config: &LedgerConfig,
    url: &str,
    elsewhere: Option<&Elsewhere>,
) -> Result<postgres::Options, LedgerError> {
    let listen = elsewhere.map_or(&config.listen, |elsewhere| &elsewhere.listen);
    Ok(postgres::Options {
        config: url::postgres(url)?,
        listen: listen.as_deref().map(url::postgres).transpose()?,
        connections: config.connections,
        poll: config.poll,
    })
}

/// Opens the home and each of the other clusters once.
async fn open_clusters(config: &LedgerConfig, role: Role) -> Result<Clusters, LedgerError> {
    let mut urls = vec![config.url.as_str()];
    let mut members = vec![Postgres::open(&options(config, &config.url, None)?, role).await?];
    let mut map = Vec::new();
    for elsewhere in &config.elsewhere {
        let known = urls.iter().position(|url| *url == elsewhere.url);
        let nth = known.unwrap_or(urls.len());
        if known.is_none() {
            urls.push(&elsewhere.url);
            let options = options(config, &elsewhere.url, Some(elsewhere))?;
            members.push(Postgres::open(&options, role).await?);
        }
        map.push((elsewhere.units.clone(), nth));
    }
    Ok(Clusters::new(members, map))
}
