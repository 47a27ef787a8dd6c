//! The engine on PostgreSQL: a pool of connections, and no state in any session, so that a pooler
//! that hands out a connection per transaction may stand in between.

mod append;
mod bell;
mod fault;
mod hold;
mod job;
mod open;
mod plain;
mod pool;
mod read;
mod snapshot;
mod transfer;
mod verify;
mod write;

use std::sync::Arc;
use std::time::Duration;

use muster_core::id::Revision;
use tokio_postgres::{Config, Row};

use self::append::Batch;
use self::bell::Bell;
use self::fault::Trouble;
pub(crate) use self::hold::Hold;
use self::pool::{Param, Pool};
use crate::entry::{Appended, Hash, NO_HASH, NewEntry};
use crate::error::{AppendError, LedgerError};
use crate::known::KnownHeads;
use crate::ledger::{Created, Role};
use crate::limits;
use crate::subject::UnitKey;

/// A ledger in a PostgreSQL database.
#[derive(Debug, Clone)]
pub(crate) struct Postgres(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: Pool,
    /// The number of the last migration.
    form: u32,
    known: KnownHeads,
    bell: Bell,
}

/// How a ledger in PostgreSQL is reached.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Where it is.
    pub(crate) config: Config,
    /// Where to listen for what other nodes did, past any pooler.
    pub(crate) listen: Option<Config>,
    /// Most connections at a time.
    pub(crate) connections: usize,
    /// How long until it is time to look whether another node moved a unit.
    pub(crate) poll: Duration,
}

/// Whether a database holds a ledger.
pub(crate) async fn is_there(config: &Config) -> Result<bool, LedgerError> {
    open::is_there(&mut Pool::new(config, 1).lease().await?).await
}

impl Postgres {
    pub(crate) async fn open(options: &Options, role: Role) -> Result<Self, LedgerError> {
        let pool = Pool::new(&options.config, options.connections);
        let form = match role {
            Role::Read => open::form(&mut pool.lease().await?).await?,
            Role::Serve | Role::Beside => {
                open::migrate(&pool).await?;
                *open::WANTED
            }
        };
        let bell = Bell::hang(&pool, options.listen.as_ref(), options.poll);
        Ok(Self(Arc::new(Inner { pool, form, known: KnownHeads::default(), bell })))
    }

    pub(crate) fn form(&self) -> u32 {
        self.0.form
    }

    fn pool(&self) -> &Pool {
        &self.0.pool
    }

    pub(crate) async fn create_unit(&self, unit: UnitKey) -> Result<Created, LedgerError> {
        let mut lease = self.pool().lease().await?;
        append::create_unit(&mut lease, &unit).await
    }

    pub(crate) async fn head(&self, unit: &UnitKey) -> Result<Option<Revision>, LedgerError> {
        Ok(self.find_head(unit).await?.map(|head| head.head))
    }

    pub(crate) async fn append(
        &self,
        unit: &UnitKey,
        after: Revision,
        entries: Vec<NewEntry>,
    ) -> Result<Appended, AppendError> {
        self.check_count(&entries)?;
        if entries.is_empty() {
            return self.get_head(unit, after).await;
        }
        let previous = self.hash_at(unit, after).await?;
        let batch = Batch::prepare(unit.clone(), after, previous, entries).await?;
        let appended = batch.append(self.pool().lease().await?).await;
        self.ended(unit, &appended);
        appended
    }

    /// The hash of the entry at `after`, if that is the head.
    async fn hash_at(&self, unit: &UnitKey, after: Revision) -> Result<Hash, AppendError> {
        if after == Revision::ZERO {
            return Ok(NO_HASH);
        }
        match self.0.known.hash(unit, after) {
            Some(hash) => Ok(hash),
            None => Ok(self.get_head(unit, after).await?.hash),
        }
    }

    /// The head of a unit, if it is `after`. What can be read has been committed, and is as
    /// durable as what it was committed with.
    async fn get_head(&self, unit: &UnitKey, after: Revision) -> Result<Appended, AppendError> {
        let head = self.find_head(unit).await?;
        let head = head.ok_or_else(|| LedgerError::NoSuchUnit(unit.clone()))?;
        if head.head == after { Ok(head) } else { Err(AppendError::Behind(head.head)) }
    }

    fn check_count(&self, entries: &[NewEntry]) -> Result<(), LedgerError> {
        let (max, found) = (limits::APPEND_ENTRIES, entries.len());
        match found > max {
            true => Err(LedgerError::TooMany { what: "entries in one append", max, found }),
            false => Ok(()),
        }
    }

    /// Remembers how an append ended, and lets other nodes know of one that was made.
    fn ended(&self, unit: &UnitKey, appended: &Result<Appended, AppendError>) {
        self.0.known.learn(unit, appended.as_ref().ok().copied());
        match appended {
            Ok(_) => self.0.bell.ring(),
            // Its neighbours were connected to the same server.
            Err(AppendError::Indeterminate) => self.pool().forget_idle(),
            Err(_) => {}
        }
    }

    /// Any number of nodes may serve from it.
    pub(crate) fn is_shared(&self) -> bool {
        true
    }

    pub(crate) async fn moved(&self) {
        self.0.bell.heard().await;
    }

    /// Reads, and once more on a new connection if the old one was lost.
    async fn read(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, LedgerError> {
        if self.0.form != *open::WANTED {
            let (found, wanted) = (self.0.form, *open::WANTED);
            return Err(LedgerError::Outdated { found, wanted });
        }
        match self.pool().lease().await?.ask(sql, params).await {
            Err(Trouble::Lost(why)) => {
                tracing::debug!(%why, "a connection to PostgreSQL was lost");
                self.pool().forget_idle();
                let mut lease = self.pool().lease().await?;
                lease.ask(sql, params).await.map_err(Trouble::reading)
            }
            answer => answer.map_err(Trouble::reading),
        }
    }

    /// Writes in a transaction of its own.
    async fn write(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, LedgerError> {
        let mut lease = self.pool().lease().await?;
        lease.take_not_replicated();
        let rows = lease.ask(sql, params).await.map_err(Trouble::writing)?;
        if lease.take_not_replicated() { Err(LedgerError::Indeterminate) } else { Ok(rows) }
    }
}
