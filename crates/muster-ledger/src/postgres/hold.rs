//! Holding a unit: its row is locked in a transaction on one connection.

use muster_core::id::Revision;
use tokio_postgres::types::Type;

use super::Postgres;
use super::append::{Batch, lock_ms};
use super::fault::Trouble;
use super::pool::{Lease, Param};
use super::read::{self, Page, hash, revision};
use crate::entry::{Appended, NewEntry, StoredEntry};
use crate::error::{AppendError, LedgerError};
use crate::limits;
use crate::subject::UnitKey;

const HOLD: &str = "select revision, hash from hold_unit($1, $2, $3, $4)";

/// A unit, its head, and the connection that has its row.
#[derive(Debug)]
pub(crate) struct Hold {
    postgres: Postgres,
    unit: UnitKey,
    head: Appended,
    lease: Lease,
}

impl Postgres {
    pub(crate) async fn hold(&self, unit: &UnitKey) -> Result<crate::hold::Hold, LedgerError> {
        let mut lease = self.pool().lease().await?;
        let hold_ms = i32::try_from(limits::HOLD.as_millis()).expect("a few seconds");
        let params: [Param<'_>; 4] = [
            (&unit.organization.as_str(), Type::TEXT),
            (&unit.unit.as_str(), Type::TEXT),
            (&lock_ms(), Type::INT4),
            (&hold_ms, Type::INT4),
        ];
        let rows = lease.begin("begin", HOLD, &params).await.map_err(Trouble::reading)?;
        let Some(row) = rows.first() else {
            lease.roll_back().await;
            return Err(LedgerError::NoSuchUnit(unit.clone()));
        };
        let head = Appended { head: revision(row, 0)?, hash: hash(row, 1)? };
        let hold = Hold { postgres: self.clone(), unit: unit.clone(), head, lease };
        Ok(hold.into())
    }
}

impl Hold {
    pub(crate) fn head(&self) -> Revision {
        self.head.head
    }

    pub(crate) async fn entries_after(
        &mut self,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, LedgerError> {
        let page = Page::new(&self.unit, after, limit);
        let rows = self.lease.ask(read::PAGE, &page.params()).await.map_err(Trouble::reading)?;
        page.entries(rows).await
    }

    pub(crate) async fn append(self, entries: Vec<NewEntry>) -> Result<Appended, AppendError> {
        let Self { postgres, unit, head, mut lease } = self;
        postgres.check_count(&entries)?;
        if entries.is_empty() {
            lease.roll_back().await;
            return Ok(head);
        }
        let batch = Batch::prepare(unit.clone(), head.head, head.hash, entries).await?;
        let appended = batch.append_and_commit(lease).await;
        postgres.ended(&unit, &appended);
        appended
    }
}
