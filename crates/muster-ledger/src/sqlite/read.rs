//! Reading units, entries, commands and subjects.

use std::collections::BTreeMap;

use muster_core::id::{CommandId, OrganizationId, Revision, UnitId};
use muster_core::instant::Instant;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::fault::{Fault, corrupt};
use crate::entry::{Hash, StoredCommand, StoredEntry};
use crate::error::LedgerError;
use crate::ledger::Stats;
use crate::limits;
use crate::page;
use crate::subject::{SubjectKind, UnitKey};

/// The row of a unit.
pub(super) struct Head {
    pub(super) number: i64,
    /// The number of its organization.
    pub(super) organization: i64,
    pub(super) revision: Revision,
    pub(super) hash: Hash,
}

pub(super) fn find_head(db: &Connection, unit: &UnitKey) -> Result<Option<Head>, Fault> {
    let head = db
        .prepare_cached(
            "select unit.number, unit.organization, unit.revision, unit.hash
             from organization join unit on unit.organization = organization.number
             where organization.id = ?1 and unit.id = ?2",
        )?
        .query_row([unit.organization.as_str(), unit.unit.as_str()], |row| {
            let [number, organization] = [row.get(0)?, row.get(1)?];
            Ok(Head { number, organization, revision: Revision(row.get(2)?), hash: row.get(3)? })
        })
        .optional()?;
    Ok(head)
}

pub(super) fn get_head(db: &Connection, unit: &UnitKey) -> Result<Head, Fault> {
    find_head(db, unit)?.ok_or_else(|| LedgerError::NoSuchUnit(unit.clone()).into())
}

pub(super) fn heads(
    db: &Connection,
    units: &[UnitKey],
) -> Result<BTreeMap<UnitKey, Revision>, Fault> {
    let mut heads = BTreeMap::new();
    for unit in units {
        if let Some(head) = find_head(db, unit)? {
            heads.insert(unit.clone(), head.revision);
        }
    }
    Ok(heads)
}

pub(super) fn units(db: &Connection) -> Result<Vec<UnitKey>, Fault> {
    let mut select = db.prepare_cached(
        "select organization.id, unit.id
         from organization join unit on unit.organization = organization.number
         order by organization.id, unit.id",
    )?;
    let mut rows = select.query([])?;
    let mut units = Vec::new();
    while let Some(row) = rows.next()? {
        let organization = OrganizationId::parse(text(row, 0)?).map_err(corrupt)?;
        let unit = UnitId::parse(text(row, 1)?).map_err(corrupt)?;
        units.push(UnitKey { organization, unit });
    }
    Ok(units)
}

pub(super) fn entries_after(
    db: &Connection,
    unit: &UnitKey,
    after: Revision,
    limit: usize,
) -> Result<Vec<StoredEntry>, Fault> {
    let head = get_head(db, unit)?;
    let limit = limit.min(limits::PAGE_ENTRIES);
    let mut select = db.prepare_cached(
        "select revision, at, format, command, hash, body from entry
         where unit = ?1 and revision > ?2 order by revision limit ?3",
    )?;
    let mut rows = select.query(params![head.number, up_to(after), limit])?;
    let mut entries = Vec::new();
    let mut size_bytes = 0;
    while let Some(row) = rows.next()? {
        let body = row.get_ref(5)?.as_blob().map_err(corrupt)?;
        size_bytes += body.len();
        if size_bytes > limits::PAGE_BYTES && !entries.is_empty() {
            break;
        }
        entries.push(StoredEntry {
            revision: Revision(row.get(0)?),
            at: Instant::from_ms(row.get(1)?),
            format: row.get(2)?,
            command: CommandId::parse(text(row, 3)?).map_err(corrupt)?,
            hash: row.get(4)?,
            body: body.to_vec(),
        });
    }
    let before = db
        .prepare_cached("select hash from entry where unit = ?1 and revision = ?2")?
        .query_row(params![head.number, up_to(after)], |row| row.get(0))
        .optional()?;
    page::check(unit, after, before, &entries)?;
    Ok(entries)
}

pub(super) fn find_command(
    db: &Connection,
    unit: &UnitKey,
    id: &CommandId,
) -> Result<Option<StoredCommand>, Fault> {
    let Some(head) = find_head(db, unit)? else { return Ok(None) };
    let command = db
        .prepare_cached(
            "select revision, request_hash, answer, at from command where unit = ?1 and id = ?2",
        )?
        .query_row(params![head.number, id.as_str()], |row| {
            Ok(StoredCommand {
                revision: Revision(row.get(0)?),
                request_hash: row.get(1)?,
                answer: row.get(2)?,
                at: Instant::from_ms(row.get(3)?),
            })
        })
        .optional()?;
    Ok(command)
}

pub(super) fn find_subject(
    db: &Connection,
    organization: &OrganizationId,
    kind: SubjectKind,
    id: &str,
) -> Result<Option<UnitId>, Fault> {
    let unit: Option<String> = db
        .prepare_cached(
            "select unit.id from organization
                 join subject on subject.organization = organization.number
                 join unit on unit.number = subject.unit
             where organization.id = ?1 and subject.kind = ?2 and subject.id = ?3",
        )?
        .query_row(params![organization.as_str(), kind.code(), id], |row| row.get(0))
        .optional()?;
    unit.map(|unit| UnitId::parse(&unit).map_err(corrupt)).transpose()
}

/// How many entries there are, going by the heads.
pub(super) fn entries(db: &Connection) -> Result<u64, Fault> {
    let sum = "select coalesce(sum(revision), 0) from unit";
    Ok(db.prepare_cached(sum)?.query_row([], |row| row.get(0))?)
}

pub(super) fn stats(db: &Connection) -> Result<Stats, Fault> {
    let (units, entries) = db
        .prepare_cached("select count(*), coalesce(sum(revision), 0) from unit")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let snapshots =
        db.prepare_cached("select count(*) from snapshot")?.query_row([], |row| row.get(0))?;
    let pages: u64 = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let page_bytes: u64 = db.pragma_query_value(None, "page_size", |row| row.get(0))?;
    Ok(Stats { units, entries, snapshots, size_bytes: pages * page_bytes })
}

/// Reads one moment of the database, however many statements it takes.
pub(super) fn at_once<T>(
    db: &Connection,
    look: impl FnOnce(&Connection) -> Result<T, Fault>,
) -> Result<T, Fault> {
    db.prepare_cached("begin")?.execute([])?;
    let found = look(db);
    let ended = db.prepare_cached("commit")?.execute([]);
    // On a damaged file the end complains about what was read before it, and ends it all the same.
    if !db.is_autocommit() {
        ended?;
    }
    found
}

/// A revision to compare with stored ones: the largest of all stands for "any".
pub(super) fn up_to(revision: Revision) -> i64 {
    i64::try_from(revision.0).unwrap_or(i64::MAX)
}

/// A text column, without copying it.
pub(super) fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, Fault> {
    row.get_ref(column)?.as_str().map_err(corrupt)
}
