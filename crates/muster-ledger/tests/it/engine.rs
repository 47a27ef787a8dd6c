//! The engines that the conformance suite runs on.

mod postgres;

use std::path::PathBuf;

use muster_core::id::Revision;
use muster_ledger::sim::Sim;
use muster_ledger::{Ledger, Role};
use rusqlite::Connection;
use tempfile::TempDir;

pub(crate) use postgres::{Pooled, Postgres};

/// A ledger of its own, empty at first, and a way to damage it from outside.
pub(crate) trait Engine: Sized {
    /// Makes room for a new ledger.
    async fn fresh() -> Self;

    /// Where it is.
    fn url(&self) -> String;

    /// Runs SQL that both engines understand, behind the ledger's back.
    async fn execute(&self, sql: &str);

    /// Flips one bit in the body of an entry of unit number 1.
    async fn flip_bit(&self, revision: Revision);

    /// Opens the ledger to serve from it.
    async fn serve(&self) -> Ledger {
        Ledger::open(&self.url(), Role::Serve).await.unwrap()
    }

    /// Opens the ledger beside whoever serves from it.
    async fn beside(&self) -> Ledger {
        Ledger::open(&self.url(), Role::Beside).await.unwrap()
    }
}

/// A SQLite file in a temporary folder.
pub(crate) struct Sqlite {
    folder: TempDir,
}

impl Sqlite {
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("muster.db")
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }
}

impl Engine for Sqlite {
    async fn fresh() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.path().display())
    }

    async fn execute(&self, sql: &str) {
        let db = self.connect();
        // Damage does not ask whether it keeps the keys right.
        db.pragma_update(None, "foreign_keys", false).unwrap();
        assert_ne!(db.execute(sql, []).unwrap(), 0, "changed nothing: {sql}");
    }

    async fn flip_bit(&self, revision: Revision) {
        let db = self.connect();
        let select = "select body from entry where unit = 1 and revision = ?1";
        let mut body: Vec<u8> = db.query_row(select, [revision.0], |row| row.get(0)).unwrap();
        let middle = body.len() / 2;
        body[middle] ^= 0b100;
        let update = "update entry set body = ?2 where unit = 1 and revision = ?1";
        db.execute(update, (revision.0, body)).unwrap();
    }
}

/// A database in memory. What the tests of damage need, it does not have.
pub(crate) struct Simulated(Sim);

impl Engine for Simulated {
    async fn fresh() -> Self {
        Self(Sim::new())
    }

    fn url(&self) -> String {
        unreachable!("a simulated ledger has no address")
    }

    async fn execute(&self, sql: &str) {
        unreachable!("{sql}: a simulated ledger speaks no SQL")
    }

    async fn flip_bit(&self, revision: Revision) {
        unreachable!("{revision}: a simulated ledger is not on any disk")
    }

    async fn serve(&self) -> Ledger {
        Ledger::simulated(&self.0.node("serves"))
    }

    async fn beside(&self) -> Ledger {
        Ledger::simulated(&self.0.node("beside"))
    }
}
