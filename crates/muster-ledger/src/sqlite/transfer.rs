//! Reading everything of a unit, and taking over what another ledger holds.

use muster_core::id::{AgentId, CommandId, OrganizationId, Revision, UnitId};
use muster_core::instant::Instant;
use rusqlite::{Connection, params};

use super::append::{self, INSERT_COMMAND, INSERT_ENTRY};
use super::fault::{Fault, corrupt};
use super::plain;
use super::read::{self, Head, at_once, text, up_to};
use crate::entry::{Appended, StoredEntry};
use crate::error::AppendError;
use crate::limits;
use crate::plain::Profile;
use crate::subject::UnitKey;
use crate::transfer::{Answered, Contents, MovedEntry, Record, UnitHead};

/// Everything but the entries, as of one moment.
pub(super) fn contents(db: &Connection) -> Result<Contents, Fault> {
    at_once(db, |db| {
        Ok(Contents {
            units: unit_heads(db)?,
            profiles: profiles(db)?,
            clients: plain::all_clients(db)?,
            calendars: plain::all_calendars(db)?,
        })
    })
}

/// A unit with its head, as of one moment.
pub(super) fn unit_head(db: &Connection, unit: &UnitKey) -> Result<Option<UnitHead>, Fault> {
    at_once(db, |db| {
        let Some(head) = read::find_head(db, unit)? else { return Ok(None) };
        let subjects = db
            .prepare_cached("select count(*) from subject where organization = ?1 and unit = ?2")?
            .query_row([head.organization, head.number], |row| row.get(0))?;
        let (revision, hash) = (head.revision, head.hash);
        Ok(Some(UnitHead { unit: unit.clone(), revision, hash, subjects }))
    })
}

fn unit_heads(db: &Connection) -> Result<Vec<UnitHead>, Fault> {
    let mut select = db.prepare_cached(
        "select organization.id, unit.id, unit.revision, unit.hash, coalesce(claimed.subjects, 0)
         from organization join unit on unit.organization = organization.number
             left join (select unit, count(*) as subjects from subject group by unit) as claimed
                 on claimed.unit = unit.number",
    )?;
    let mut rows = select.query([])?;
    let mut units = Vec::new();
    while let Some(row) = rows.next()? {
        let organization = OrganizationId::parse(text(row, 0)?).map_err(corrupt)?;
        let unit = UnitId::parse(text(row, 1)?).map_err(corrupt)?;
        units.push(UnitHead {
            unit: UnitKey { organization, unit },
            revision: Revision(row.get(2)?),
            hash: row.get(3)?,
            subjects: row.get(4)?,
        });
    }
    Ok(units)
}

fn profiles(db: &Connection) -> Result<Vec<(OrganizationId, Profile)>, Fault> {
    let mut select = db.prepare_cached("select organization, agent, name, email from profile")?;
    let mut rows = select.query([])?;
    let mut profiles = Vec::new();
    while let Some(row) = rows.next()? {
        let organization = OrganizationId::parse(text(row, 0)?).map_err(corrupt)?;
        let agent = AgentId::parse(text(row, 1)?).map_err(corrupt)?;
        profiles.push((organization, Profile { agent, name: row.get(2)?, email: row.get(3)? }));
    }
    Ok(profiles)
}

/// A page of entries, each with the answer to its command, if that has not been forgotten.
pub(super) fn records_after(
    db: &Connection,
    unit: &UnitKey,
    after: Revision,
    limit: usize,
) -> Result<Vec<Record>, Fault> {
    let head = read::get_head(db, unit)?;
    let limit = limit.min(limits::MOVE_ENTRIES);
    let mut select = db.prepare_cached(
        "select entry.revision, entry.at, entry.format, entry.command, entry.hash, entry.body,
             command.request_hash, command.answer
         from entry left join command
             on command.unit = entry.unit and command.id = entry.command
         where entry.unit = ?1 and entry.revision > ?2 order by entry.revision limit ?3",
    )?;
    let mut rows = select.query(params![head.number, up_to(after), limit])?;
    let mut records: Vec<Record> = Vec::new();
    let mut size_bytes = 0;
    while size_bytes < limits::MOVE_BYTES
        && let Some(row) = rows.next()?
    {
        let entry = StoredEntry {
            revision: Revision(row.get(0)?),
            at: Instant::from_ms(row.get(1)?),
            format: row.get(2)?,
            command: CommandId::parse(text(row, 3)?).map_err(corrupt)?,
            hash: row.get(4)?,
            body: row.get_ref(5)?.as_blob().map_err(corrupt)?.to_vec(),
        };
        let answer: Option<Vec<u8>> = row.get(7)?;
        let answered = match answer {
            Some(answer) => Some(Answered { request_hash: row.get(6)?, answer }),
            None => None,
        };
        let record = Record { entry, answered };
        size_bytes += record.size_bytes();
        records.push(record);
    }
    Ok(records)
}

/// Appends entries with the hashes they came with, and forgets the commands that were forgotten.
pub(super) fn adopt(
    db: &Connection,
    unit: &UnitKey,
    after: Revision,
    entries: &[MovedEntry],
) -> Result<Appended, Fault<AppendError>> {
    let head = read::get_head(db, unit)?;
    if head.revision != after {
        return Err(AppendError::Behind(head.revision).into());
    }
    let mut appended = Appended { head: head.revision, hash: head.hash };
    for moved in entries {
        let StoredEntry { revision, at, format, command, hash, body } = &moved.record.entry;
        if let Some(Answered { request_hash, answer }) = &moved.record.answered {
            let id = command.as_str();
            let row = params![head.number, id, revision.0, at.ms(), request_hash, answer];
            if db.prepare_cached(INSERT_COMMAND)?.execute(row)? == 0 {
                return Err(AppendError::Duplicate(command.clone()).into());
            }
        }
        let row = params![head.number, revision.0, at.ms(), format, command.as_str(), hash, body];
        db.prepare_cached(INSERT_ENTRY)?.execute(row)?;
        append::change_subjects(db, &head, &moved.subjects)?;
        appended = Appended { head: *revision, hash: *hash };
    }
    move_head(db, &head, appended, entries)?;
    Ok(appended)
}

fn move_head(
    db: &Connection,
    head: &Head,
    appended: Appended,
    entries: &[MovedEntry],
) -> Result<(), Fault<AppendError>> {
    // Commands are forgotten from the first on: those without one are the beginning.
    let forgotten = entries.iter().rev().find(|moved| moved.record.answered.is_none());
    let forgotten = forgotten.map_or(0, |moved| moved.record.entry.revision.0);
    db.prepare_cached(
        "update unit set revision = ?2, hash = ?3, pruned = max(pruned, ?4) where number = ?1",
    )?
    .execute(params![head.number, appended.head.0, appended.hash, forgotten])?;
    Ok(())
}
