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

/// The lock lets rows be added that name the unit, snapshots for one.
const HEAD: &str = "select unit.revision, unit.hash
    from organization join unit on unit.organization = organization.number
    where organization.id = $1 and unit.id = $2
    for no key update of unit";

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
        let (lock_ms, hold_ms) = (lock_ms(), limits::HOLD.as_millis());
        // Who waits for a row that keeps changing comes in no order; who waits for a lock does.
        // Ids consist of letters, digits and `.`, `_`, `:`, `-`, so that they may stand in quotes.
        let begin = format!(
            "begin; set local lock_timeout = {lock_ms};
             set local idle_in_transaction_session_timeout = {hold_ms};
             select pg_advisory_xact_lock(hashtextextended('muster unit {unit}', 0))"
        );
        let params: [Param<'_>; 2] =
            [(&unit.organization.as_str(), Type::TEXT), (&unit.unit.as_str(), Type::TEXT)];
        let rows = lease.begin(&begin, HEAD, &params).await.map_err(Trouble::reading)?;
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
