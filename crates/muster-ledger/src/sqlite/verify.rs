//! Checking every unit from its first entry.
//!
//! First everything is checked at once, by all cores ([`scan`]). Where that finds nothing, all is
//! well. Where it finds anything at all, each unit is read once more in the order of its entries,
//! as its desk would, to name what is damaged first.

mod chunk;
mod scan;
mod structure;

use std::path::Path;

use muster_core::id::Revision;
use muster_core::instant::Instant;
use rusqlite::{Connection, OptionalExtension, params};

use self::scan::Scanned;
use super::fault::{Fault, corrupt};
use super::open;
use super::read::{self, Head, at_once, text};
use crate::entry::Link;
use crate::error::LedgerError;
use crate::limits;
use crate::subject::UnitKey;
use crate::verify::{Damage, DamageKind, Follower, Found, VerifyProgress, VerifyReport};

type Step<'a> = &'a mut dyn FnMut(VerifyProgress);

pub(super) fn verify(path: &Path, step: Step<'_>) -> Result<VerifyReport, Fault> {
    let db = open::open_reader(path)?;
    match scan::scan(&db, path, step)? {
        Scanned::Sound { units, entries } => {
            let (damages, structure) = (Vec::new(), Vec::new());
            Ok(VerifyReport { units, entries, damages, structure })
        }
        Scanned::Suspect { complaints } => verify_each(&db, complaints, step),
    }
}

fn verify_each(
    db: &Connection,
    mut structure: Vec<String>,
    step: Step<'_>,
) -> Result<VerifyReport, Fault> {
    let units = read::units(db)?;
    let mut progress = VerifyProgress {
        units_total: units.len() as u64,
        entries_total: read::entries(db)?,
        ..VerifyProgress::default()
    };
    let mut damages = Vec::new();
    for unit in units {
        // One view of the unit, whatever is appended meanwhile.
        let found = at_once(db, |db| verify_unit(db, &unit, step, &mut progress))?;
        if let Some((revision, kind)) = found {
            damages.push(Damage { unit, revision, kind });
        }
        progress.units += 1;
        step(progress);
    }
    structure.extend(structure::check_all(db)?);
    let VerifyProgress { units, entries, .. } = progress;
    Ok(VerifyReport { units, entries, damages, structure })
}

/// The first damage of a unit.
fn verify_unit(
    db: &Connection,
    unit: &UnitKey,
    step: Step<'_>,
    progress: &mut VerifyProgress,
) -> Result<Option<Found>, Fault> {
    let head = match read::find_head(db, unit) {
        Ok(Some(head)) => head,
        // Units are never deleted: this one was read a moment ago.
        Ok(None) => return Ok(None),
        Err(fault) => return unreadable(fault, Revision::ZERO).map(Some),
    };
    let mut follower = Follower::new(unit, head.revision, head.hash);
    match follow(db, &head, &mut follower, step, progress) {
        Ok(None) => {}
        Ok(found) => return Ok(found),
        Err(fault) => return unreadable(fault, follower.last().next()).map(Some),
    }
    match stray_command(db, &head) {
        Ok(found) => Ok(found),
        Err(fault) => unreadable(fault, head.revision).map(Some),
    }
}

fn follow(
    db: &Connection,
    head: &Head,
    follower: &mut Follower,
    step: Step<'_>,
    progress: &mut VerifyProgress,
) -> Result<Option<Found>, Fault> {
    let mut select = db.prepare_cached(
        "select revision, at, format, command, hash, body from entry
         where unit = ?1 order by revision",
    )?;
    let mut rows = select.query([head.number])?;
    while let Some(row) = rows.next()? {
        let link = Link {
            revision: Revision(row.get(0)?),
            at: Instant::from_ms(row.get(1)?),
            format: row.get(2)?,
            command: text(row, 3)?,
            body: row.get_ref(5)?.as_blob().map_err(corrupt)?,
        };
        let hash = row.get_ref(4)?.as_blob().map_err(corrupt)?;
        if let Err(found) = follower.entry(&link, hash) {
            return Ok(Some(found));
        }
        progress.entries += 1;
        if progress.entries.is_multiple_of(limits::VERIFY_STEP) {
            step(*progress);
        }
    }
    Ok(follower.end().err())
}

/// A command that became an entry before the first or after the head. Those in between exist.
fn stray_command(db: &Connection, head: &Head) -> Result<Option<Found>, Fault> {
    let stray = db
        .prepare_cached(
            "select revision, id from command
             where unit = ?1 and (revision < 1 or revision > ?2) order by revision limit 1",
        )?
        .query_row(params![head.number, head.revision.0], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(stray.map(|(revision, command)| {
        let revision = Revision(u64::try_from(revision).unwrap_or(0));
        (revision, DamageKind::CommandWithoutEntry { command })
    }))
}

/// Values that make no sense are damage; a disk that does not answer is an error.
fn unreadable(Fault(error): Fault, revision: Revision) -> Result<Found, Fault> {
    match error {
        LedgerError::Corrupt(reason) => Ok((revision, DamageKind::Unreadable { reason })),
        other => Err(Fault(other)),
    }
}
