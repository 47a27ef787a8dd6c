//! Storing, finding and thinning out snapshots.

use muster_core::id::Revision;
use muster_core::instant::Instant;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::Postgres;
use super::fault::corrupt;
use super::pool::Param;
use super::read::{get, hash, revision, up_to};
use crate::aside::aside;
use crate::entry::Hash;
use crate::error::LedgerError;
use crate::snapshot::{Snapshot, checksum, to_prune};
use crate::subject::UnitKey;

/// Stores a snapshot of revision 0 or of an entry that is there; drops those of earlier formats.
/// Answers with the number of the unit.
const PUT: &str = "with base as (
        select unit.number, case when $3 = 0 then $8 else entry.at end as at
        from organization join unit on unit.organization = organization.number
        left join entry on entry.unit = unit.number and entry.revision = $3
        where organization.id = $1 and unit.id = $2
    ), earlier as (
        delete from snapshot using base
        where base.at is not null and snapshot.unit = base.number and snapshot.format < $4
    )
    insert into snapshot (unit, revision, format, at, hash, checksum, body)
    select base.number, $3, $4, base.at, $5, $6, $7 from base where base.at is not null
    on conflict (unit, revision, format) do update
    set hash = excluded.hash, checksum = excluded.checksum, body = excluded.body
    returning unit";

const KEPT: &str = "select revision, at from snapshot
    where unit = $1 and format = $2 order by revision desc";

const PRUNE: &str = "delete from snapshot
    where unit = $1 and format = $2 and revision = any($3)";

/// One at a time, the newest first: they are large, and the first is rarely damaged.
const NEWEST: &str = "select snapshot.revision, snapshot.format, snapshot.hash, snapshot.body,
        snapshot.checksum
    from organization join unit on unit.organization = organization.number
    join snapshot on snapshot.unit = unit.number
    where organization.id = $1 and unit.id = $2
        and snapshot.format = $3 and snapshot.revision <= $4
    order by snapshot.revision desc limit 1";

impl Postgres {
    pub(crate) async fn put_snapshot(
        &self,
        unit: &UnitKey,
        snapshot: Snapshot,
    ) -> Result<(), LedgerError> {
        let (snapshot, checksum) = aside(move || {
            let checksum = checksum(&snapshot);
            (snapshot, checksum)
        })
        .await?;
        let format = i32::from(snapshot.format);
        let params: [Param<'_>; 8] = [
            (&unit.organization.as_str(), Type::TEXT),
            (&unit.unit.as_str(), Type::TEXT),
            (&up_to(snapshot.revision), Type::INT8),
            (&format, Type::INT4),
            (&snapshot.hash.as_slice(), Type::BYTEA),
            (&checksum.as_slice(), Type::BYTEA),
            (&snapshot.body, Type::BYTEA),
            (&Instant::MIN.ms(), Type::INT8),
        ];
        let rows = self.write(PUT, &params).await?;
        match rows.first() {
            Some(row) => self.prune(get(row, 0)?, format).await,
            None if self.find_head(unit).await?.is_none() => {
                Err(LedgerError::NoSuchUnit(unit.clone()))
            }
            None => {
                let revision = snapshot.revision;
                Err(LedgerError::NoSuchEntry { unit: unit.clone(), revision })
            }
        }
    }

    async fn prune(&self, unit: i64, format: i32) -> Result<(), LedgerError> {
        let of: [Param<'_>; 2] = [(&unit, Type::INT8), (&format, Type::INT4)];
        let kept = |row: &Row| Ok((revision(row, 0)?, Instant::from_ms(get(row, 1)?)));
        let rows = self.read(KEPT, &of).await?;
        let kept: Vec<_> = rows.iter().map(kept).collect::<Result<_, LedgerError>>()?;
        let prune: Vec<i64> = to_prune(&kept).into_iter().map(up_to).collect();
        if !prune.is_empty() {
            let params: [Param<'_>; 3] =
                [(&unit, Type::INT8), (&format, Type::INT4), (&prune, Type::INT8_ARRAY)];
            self.write(PRUNE, &params).await?;
        }
        Ok(())
    }

    pub(crate) async fn newest_snapshot(
        &self,
        unit: &UnitKey,
        format: u16,
        at_most: Revision,
    ) -> Result<Option<Snapshot>, LedgerError> {
        let mut at_most = up_to(at_most);
        loop {
            let params: [Param<'_>; 4] = [
                (&unit.organization.as_str(), Type::TEXT),
                (&unit.unit.as_str(), Type::TEXT),
                (&i32::from(format), Type::INT4),
                (&at_most, Type::INT8),
            ];
            let rows = self.read(NEWEST, &params).await?;
            let Some(row) = rows.first() else { return Ok(None) };
            let (snapshot, stored) = snapshot(row)?;
            let (snapshot, found) = aside(move || {
                let checksum = checksum(&snapshot);
                (snapshot, checksum)
            })
            .await?;
            if found == stored {
                return Ok(Some(snapshot));
            }
            let revision = snapshot.revision;
            tracing::warn!(unit.key = %unit, %revision, "a snapshot is damaged");
            at_most = up_to(revision) - 1;
        }
    }
}

fn snapshot(row: &Row) -> Result<(Snapshot, Hash), LedgerError> {
    let snapshot = Snapshot {
        revision: revision(row, 0)?,
        format: u16::try_from(get::<i32>(row, 1)?).map_err(corrupt)?,
        hash: hash(row, 2)?,
        body: get(row, 3)?,
    };
    Ok((snapshot, hash(row, 4)?))
}
