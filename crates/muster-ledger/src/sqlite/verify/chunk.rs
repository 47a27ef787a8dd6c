//! One stretch of the table of entries, checked by itself.

use std::collections::BTreeMap;

use muster_core::id::{CommandId, Revision};
use muster_core::instant::Instant;
use rusqlite::{Connection, Row, params};

use super::super::fault::{Fault, corrupt};
use super::super::read::text;
use crate::entry::{Chain, Hash, Link, StoredEntry};

/// What a stretch holds.
pub(super) struct Chunk {
    pub(super) entries: u64,
    /// Tells whether the index has the same rows: a sum, so that their order does not count.
    pub(super) rows: u64,
    /// Whether every entry follows the one before it of its unit, as far as that is in here.
    pub(super) is_sound: bool,
    pub(super) units: BTreeMap<i64, Held>,
}

/// What it holds of a unit.
pub(super) struct Held {
    /// The first entry, whose predecessor lies elsewhere.
    pub(super) first: StoredEntry,
    /// Revision and hash of the last one.
    pub(super) last: (Revision, Hash),
}

/// Checks the rows after one, up to another, in the order they lie in the file.
pub(super) fn check<'c>(
    db: &Connection,
    after: i64,
    to: i64,
    chain: impl Fn(i64) -> Option<&'c Chain>,
) -> Result<Chunk, Fault> {
    let mut select = db.prepare_cached(
        "select unit, revision, at, format, command, hash, body, rowid from entry
         where rowid > ?1 and rowid <= ?2 order by rowid",
    )?;
    let mut rows = select.query(params![after, to])?;
    let mut chunk = Chunk { entries: 0, rows: 0, is_sound: true, units: BTreeMap::new() };
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let revision = Revision(row.get(1)?);
        chunk.entries += 1;
        chunk.rows = chunk.rows.wrapping_add(mixed(number, revision, row.get(7)?));
        let Some(chain) = chain(number) else {
            chunk.is_sound = false;
            continue;
        };
        let hash = row.get_ref(5)?.as_blob().map_err(corrupt)?;
        let Some(held) = chunk.units.get_mut(&number) else {
            let first = owned(row)?;
            let last = (first.revision, first.hash);
            chunk.units.insert(number, Held { first, last });
            continue;
        };
        let link = Link {
            revision,
            at: Instant::from_ms(row.get(2)?),
            format: row.get(3)?,
            command: text(row, 4)?,
            body: row.get_ref(6)?.as_blob().map_err(corrupt)?,
        };
        let should = chain.link(held.last.1, &link);
        chunk.is_sound &= revision == held.last.0.next() && should == hash;
        held.last = (revision, should);
    }
    Ok(chunk)
}

fn owned(row: &Row<'_>) -> Result<StoredEntry, Fault> {
    Ok(StoredEntry {
        revision: Revision(row.get(1)?),
        at: Instant::from_ms(row.get(2)?),
        format: row.get(3)?,
        command: CommandId::parse(text(row, 4)?).map_err(corrupt)?,
        hash: row.get(5)?,
        body: row.get_ref(6)?.as_blob().map_err(corrupt)?.to_vec(),
    })
}

/// The sum over the index, up to a row.
pub(super) fn index(db: &Connection, to: i64) -> Result<u64, Fault> {
    let mut select = db.prepare_cached(
        "select unit, revision, rowid from entry indexed by sqlite_autoindex_entry_1
         where rowid <= ?1",
    )?;
    let mut rows = select.query([to])?;
    let mut sum = 0_u64;
    while let Some(row) = rows.next()? {
        sum = sum.wrapping_add(mixed(row.get(0)?, Revision(row.get(1)?), row.get(2)?));
    }
    Ok(sum)
}

/// A number for a row, unlike those of other rows.
fn mixed(unit: i64, revision: Revision, row: i64) -> u64 {
    let mut mixed = 0;
    for value in [unit.cast_unsigned(), revision.0, row.cast_unsigned()] {
        mixed = (mixed ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^= mixed >> 29;
    }
    mixed
}
