//! The one write of schedule facts, and the units it writes to.

use muster_core::id::{Revision, UnitId};
use rusqlite::{Connection, OptionalExtension, params};

use super::fault::{Fault, corrupt};
use super::read::{self, Head};
use crate::entry::{Appended, Chain, Hash, NO_HASH, NewEntry};
use crate::error::{AppendError, LedgerError};
use crate::ledger::Created;
use crate::limits;
use crate::subject::{SubjectChange, SubjectKind, UnitKey};

/// Entries to append, with whatever could be done before it was their turn to be written.
pub(super) struct Batch {
    unit: UnitKey,
    after: Revision,
    entries: Vec<NewEntry>,
    /// Hashes made on the assumption that the head has this hash.
    hashes: Option<(Hash, Vec<Hash>)>,
}

impl Batch {
    /// Hashes the entries, if the hash of the head is known, and sorts what they claim, so that
    /// it is written in the order of the table.
    pub(super) fn prepare(
        unit: UnitKey,
        after: Revision,
        known: Option<Hash>,
        mut entries: Vec<NewEntry>,
    ) -> Self {
        // A stable sort: changes of one and the same subject keep their order.
        for entry in &mut entries {
            entry.subjects.sort_by(|a, b| a.subject().cmp(&b.subject()));
        }
        let known = known.or_else(|| (after == Revision::ZERO).then_some(NO_HASH));
        let hashes = known.map(|hash| (hash, Chain::new(&unit).links(after, hash, &entries)));
        Self { unit, after, entries, hashes }
    }

    fn hashes(&mut self, head: &Head) -> Vec<Hash> {
        match self.hashes.take() {
            Some((assumed, hashes)) if assumed == head.hash => hashes,
            _ => Chain::new(&self.unit).links(self.after, head.hash, &self.entries),
        }
    }
}

/// Roughly how many bytes preparing these entries has to look at.
pub(super) fn weight(entries: &[NewEntry]) -> usize {
    entries.iter().map(|entry| entry.body.len() + 64 * entry.subjects.len()).sum()
}

/// Creates a unit at revision 0, and its organization if this is the first.
pub(super) fn create_unit(db: &Connection, unit: &UnitKey) -> Result<Created, Fault> {
    if read::find_head(db, unit)?.is_some() {
        return Ok(Created::Already);
    }
    let organization = unit.organization.as_str();
    db.prepare_cached("insert into organization (id) values (?1) on conflict (id) do nothing")?
        .execute([organization])?;
    let organization: i64 = db
        .prepare_cached("select number from organization where id = ?1")?
        .query_row([organization], |row| row.get(0))?;
    db.prepare_cached(
        "insert into unit (organization, id, revision, hash, pruned) values (?1, ?2, 0, ?3, 0)",
    )?
    .execute(params![organization, unit.unit.as_str(), NO_HASH])?;
    let head = Head {
        number: db.last_insert_rowid(),
        organization,
        revision: Revision::ZERO,
        hash: NO_HASH,
    };
    claim(db, &head, SubjectKind::Unit, unit.unit.as_str())?;
    Ok(Created::New)
}

/// Appends a batch if its `after` is the head. The comparison and the write are in the caller's
/// transaction, which holds SQLite's write lock.
pub(super) fn append(db: &Connection, mut batch: Batch) -> Result<Appended, Fault<AppendError>> {
    let Some(head) = read::find_head(db, &batch.unit)? else {
        return Err(Fault(LedgerError::NoSuchUnit(batch.unit).into()));
    };
    if head.revision != batch.after {
        return Err(AppendError::Behind(head.revision).into());
    }
    let hashes = batch.hashes(&head);
    let Some(hash) = hashes.last().copied() else {
        return Ok(Appended { head: head.revision, hash: head.hash });
    };
    let mut revision = head.revision;
    for (entry, hash) in batch.entries.iter().zip(&hashes) {
        revision = revision.next();
        insert_command(db, &head, revision, entry)?;
        insert_entry(db, &head, revision, entry, hash)?;
        change_subjects(db, &head, &entry.subjects)?;
    }
    db.prepare_cached("update unit set revision = ?2, hash = ?3 where number = ?1")?
        .execute(params![head.number, revision.0, hash])?;
    if revision.0 / limits::PRUNE_EVERY != head.revision.0 / limits::PRUNE_EVERY {
        forget_commands(db, &head, &batch.entries)?;
    }
    Ok(Appended { head: revision, hash })
}

/// One row of `command`; no row if the unit has that command.
pub(super) const INSERT_COMMAND: &str =
    "insert into command (unit, id, revision, at, request_hash, answer)
     values (?1, ?2, ?3, ?4, ?5, ?6) on conflict (unit, id) do nothing";

/// One row of `entry`.
pub(super) const INSERT_ENTRY: &str =
    "insert into entry (unit, revision, at, format, command, hash, body)
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

fn insert_command(
    db: &Connection,
    head: &Head,
    revision: Revision,
    entry: &NewEntry,
) -> Result<(), Fault<AppendError>> {
    let inserted = db.prepare_cached(INSERT_COMMAND)?.execute(params![
        head.number,
        entry.command.as_str(),
        revision.0,
        entry.at.ms(),
        entry.request_hash,
        entry.answer,
    ])?;
    match inserted {
        0 => Err(AppendError::Duplicate(entry.command.clone()).into()),
        _ => Ok(()),
    }
}

fn insert_entry(
    db: &Connection,
    head: &Head,
    revision: Revision,
    entry: &NewEntry,
    hash: &Hash,
) -> Result<(), Fault<AppendError>> {
    db.prepare_cached(INSERT_ENTRY)?.execute(params![
        head.number,
        revision.0,
        entry.at.ms(),
        entry.format,
        entry.command.as_str(),
        hash,
        entry.body,
    ])?;
    Ok(())
}

/// Takes and gives up ids for a unit, in order.
pub(super) fn change_subjects(
    db: &Connection,
    head: &Head,
    changes: &[SubjectChange],
) -> Result<(), Fault> {
    for change in changes {
        match change {
            SubjectChange::Claim(kind, id) => claim(db, head, *kind, id)?,
            SubjectChange::Release(kind, id) => release(db, head, *kind, id)?,
        }
    }
    Ok(())
}

fn claim(db: &Connection, head: &Head, kind: SubjectKind, id: &str) -> Result<(), Fault> {
    let inserted = db
        .prepare_cached(
            "insert into subject (organization, kind, id, unit) values (?1, ?2, ?3, ?4)
             on conflict (organization, kind, id) do nothing",
        )?
        .execute(params![head.organization, kind.code(), id, head.number])?;
    if inserted == 1 {
        return Ok(());
    }
    let (number, unit): (i64, String) = db
        .prepare_cached(
            "select unit.number, unit.id from subject join unit on unit.number = subject.unit
             where subject.organization = ?1 and subject.kind = ?2 and subject.id = ?3",
        )?
        .query_row(params![head.organization, kind.code(), id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    if number == head.number {
        return Ok(());
    }
    let unit = UnitId::parse(&unit).map_err(corrupt)?;
    Err(LedgerError::SubjectTaken { kind, id: id.to_owned(), unit }.into())
}

fn release(db: &Connection, head: &Head, kind: SubjectKind, id: &str) -> Result<(), Fault> {
    db.prepare_cached(
        "delete from subject
         where organization = ?1 and kind = ?2 and id = ?3 and unit = ?4",
    )?
    .execute(params![head.organization, kind.code(), id, head.number])?;
    Ok(())
}

/// Deletes the oldest commands that are past their retention, going by the time of the newest
/// entry. More than came in since the last look, so that it catches up.
fn forget_commands(db: &Connection, head: &Head, entries: &[NewEntry]) -> Result<(), Fault> {
    let Some(newest) = entries.last() else { return Ok(()) };
    let expired = newest.at.plus_days(-limits::COMMAND_RETENTION_DAYS).ms();
    let most = limits::PRUNE_COMMANDS + entries.len();
    let pruned: Option<u64> = db
        .prepare_cached(
            "select max(revision) from (
                 select revision, at from entry
                 where unit = ?1 and revision > (select pruned from unit where number = ?1)
                 order by revision limit ?2
             ) where at < ?3",
        )?
        .query_row(params![head.number, most, expired], |row| row.get(0))
        .optional()?
        .flatten();
    let Some(pruned) = pruned else { return Ok(()) };
    db.prepare_cached(
        "delete from command where unit = ?1 and id in (
             select command from entry
             where unit = ?1 and revision <= ?2
                 and revision > (select pruned from unit where number = ?1)
         )",
    )?
    .execute(params![head.number, pruned])?;
    db.prepare_cached("update unit set pruned = ?2 where number = ?1")?
        .execute(params![head.number, pruned])?;
    Ok(())
}
