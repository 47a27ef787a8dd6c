//! Storing, finding and thinning out snapshots.

use muster_core::id::Revision;
use muster_core::instant::Instant;
use rusqlite::{Connection, OptionalExtension, params};

use super::fault::{Fault, corrupt};
use super::read::{self, Head};
use crate::entry::Hash;
use crate::error::LedgerError;
use crate::snapshot::{Snapshot, checksum, to_prune};
use crate::subject::UnitKey;

pub(super) fn put(
    db: &Connection,
    unit: &UnitKey,
    snapshot: &Snapshot,
    checksum: &Hash,
) -> Result<(), Fault> {
    let head = read::get_head(db, unit)?;
    let revision = snapshot.revision.0;
    let at = match snapshot.revision {
        Revision::ZERO => Some(Instant::MIN.ms()),
        _ => db
            .prepare_cached("select at from entry where unit = ?1 and revision = ?2")?
            .query_row(params![head.number, revision], |row| row.get(0))
            .optional()?,
    };
    let Some(at) = at else {
        let revision = snapshot.revision;
        return Err(LedgerError::NoSuchEntry { unit: unit.clone(), revision }.into());
    };
    db.prepare_cached("delete from snapshot where unit = ?1 and format < ?2")?
        .execute(params![head.number, snapshot.format])?;
    db.prepare_cached(
        "insert into snapshot (unit, revision, format, at, hash, checksum, body)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         on conflict (unit, revision, format) do update
         set hash = excluded.hash, checksum = excluded.checksum, body = excluded.body",
    )?
    .execute(params![
        head.number,
        revision,
        snapshot.format,
        at,
        snapshot.hash,
        checksum,
        snapshot.body,
    ])?;
    prune(db, &head, snapshot.format)
}

fn prune(db: &Connection, head: &Head, format: u16) -> Result<(), Fault> {
    let kept: Vec<(Revision, Instant)> = db
        .prepare_cached(
            "select revision, at from snapshot
             where unit = ?1 and format = ?2 order by revision desc",
        )?
        .query_map(params![head.number, format], |row| {
            Ok((Revision(row.get(0)?), Instant::from_ms(row.get(1)?)))
        })?
        .collect::<Result<_, _>>()?;
    let mut delete = db
        .prepare_cached("delete from snapshot where unit = ?1 and revision = ?2 and format = ?3")?;
    for revision in to_prune(&kept) {
        delete.execute(params![head.number, revision.0, format])?;
    }
    Ok(())
}

pub(super) fn newest(
    db: &Connection,
    unit: &UnitKey,
    format: u16,
    at_most: Revision,
) -> Result<Option<Snapshot>, Fault> {
    let Some(head) = read::find_head(db, unit)? else { return Ok(None) };
    let mut select = db.prepare_cached(
        "select revision, format, hash, body, checksum from snapshot
         where unit = ?1 and format = ?2 and revision <= ?3 order by revision desc",
    )?;
    let mut rows = select.query(params![head.number, format, read::up_to(at_most)])?;
    while let Some(row) = rows.next()? {
        let snapshot = Snapshot {
            revision: Revision(row.get(0)?),
            format: row.get(1)?,
            hash: row.get(2)?,
            body: row.get_ref(3)?.as_blob().map_err(corrupt)?.to_vec(),
        };
        if checksum(&snapshot) == row.get::<_, Hash>(4)? {
            return Ok(Some(snapshot));
        }
        tracing::warn!(unit.key = %unit, revision = %snapshot.revision, "a snapshot is damaged");
    }
    Ok(None)
}
