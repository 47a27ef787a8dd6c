//! Everything at once, on all cores.
//!
//! The hash of an entry depends on the *stored* hash of the one before it, not on a computed one.
//! So any stretch of the table can be checked by itself ([`chunk`]), in the order in
//! which it lies in the file; what is left is to tie the stretches together.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};

use muster_core::id::{OrganizationId, Revision, UnitId};
use rusqlite::Connection;

use super::super::fault::{Fault, corrupt};
use super::super::open;
use super::super::read::{at_once, text};
use super::chunk::{self, Chunk, Held};
use super::{Step, structure};
use crate::entry::{Chain, Hash, NO_HASH};
use crate::error::LedgerError;
use crate::limits;
use crate::subject::UnitKey;
use crate::verify::VerifyProgress;

/// What came of it.
pub(super) enum Scanned {
    /// Every entry is there, every hash is right, every head is the last entry.
    Sound { units: u64, entries: u64 },
    /// Something is not as it should be.
    Suspect {
        /// What cannot be told of one unit.
        complaints: Vec<String>,
    },
}

/// What one thread does at a time.
enum Task {
    /// The rows of `entry` after a row number, up to another.
    Entries { nth: usize, after: i64, to: i64 },
    /// The index of `entry`.
    Index,
    /// Commands that became no entry.
    Commands,
    /// SQLite's own check of a table.
    Structure(&'static str),
}

/// What came of a task.
enum Done {
    Entries(usize, Chunk),
    Index(u64),
    /// Whether there is one.
    StrayCommand(bool),
    /// Whether its pages are as they should be.
    Structure(bool),
}

/// The heads to check, and the rows that lead to them. Rows that come later are not looked at:
/// an entry is never changed, so this is one moment of the ledger without holding it.
struct Moment {
    heads: BTreeMap<i64, (Chain, Revision, Hash)>,
    last_row: i64,
}

pub(super) fn scan(db: &Connection, path: &Path, step: Step<'_>) -> Result<Scanned, Fault> {
    let moment = match at_once(db, moment) {
        Ok(moment) => moment,
        Err(fault) => return suspect(fault),
    };
    let tasks = Mutex::new(tasks(moment.last_row).into_iter());
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let (done, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..cores.min(limits::VERIFY_THREADS) {
            let done = done.clone();
            scope.spawn(|| work(path, &moment, &tasks, done));
        }
        drop(done);
        let joined = join(&moment, &results, step);
        // Threads that are still at it find nobody to tell, and stop.
        drop(results);
        joined.or_else(suspect)
    })
}

/// Damage is to be named by looking closer; a disk that does not answer is an error.
fn suspect(Fault(error): Fault) -> Result<Scanned, Fault> {
    match error {
        LedgerError::Corrupt(_) => Ok(Scanned::Suspect { complaints: Vec::new() }),
        other => Err(Fault(other)),
    }
}

fn moment(db: &Connection) -> Result<Moment, Fault> {
    let mut select = db.prepare_cached(
        "select unit.number, organization.id, unit.id, unit.revision, unit.hash
         from organization join unit on unit.organization = organization.number",
    )?;
    let mut rows = select.query([])?;
    let mut heads = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let organization = OrganizationId::parse(text(row, 1)?).map_err(corrupt)?;
        let unit = UnitId::parse(text(row, 2)?).map_err(corrupt)?;
        let chain = Chain::new(&UnitKey { organization, unit });
        heads.insert(row.get(0)?, (chain, Revision(row.get(3)?), row.get(4)?));
    }
    let last_row = "select coalesce(max(rowid), 0) from entry";
    let last_row = db.prepare_cached(last_row)?.query_row([], |row| row.get(0))?;
    Ok(Moment { heads, last_row })
}

/// The long ones first.
fn tasks(last_row: i64) -> Vec<Task> {
    let mut tasks = vec![Task::Index, Task::Commands];
    tasks.extend(structure::TABLES.map(Task::Structure));
    let starts = (0..last_row).step_by(usize::try_from(limits::VERIFY_RANGE).unwrap_or(1));
    tasks.extend(starts.enumerate().map(|(nth, after)| {
        let to = last_row.min(after + limits::VERIFY_RANGE);
        Task::Entries { nth, after, to }
    }));
    tasks
}

fn work(
    path: &Path,
    moment: &Moment,
    tasks: &Mutex<impl Iterator<Item = Task>>,
    done: Sender<Result<Done, Fault>>,
) {
    let db = open::open_reader(path).and_then(|db| {
        // Saves copying every page.
        db.pragma_update_and_check(None, "mmap_size", limits::MAPPED_BYTES, |_| Ok(()))?;
        Ok(db)
    });
    let db = match db {
        Ok(db) => db,
        Err(fault) => return drop(done.send(Err(fault))),
    };
    let next = || tasks.lock().unwrap_or_else(PoisonError::into_inner).next();
    while let Some(task) = next() {
        let result = perform(&db, moment, &task);
        let failed = result.is_err();
        if done.send(result).is_err() || failed {
            return;
        }
    }
}

fn perform(db: &Connection, moment: &Moment, task: &Task) -> Result<Done, Fault> {
    Ok(match task {
        Task::Entries { nth, after, to } => {
            let chain = |number| moment.heads.get(&number).map(|(chain, ..)| chain);
            Done::Entries(*nth, chunk::check(db, *after, *to, chain)?)
        }
        Task::Index => Done::Index(chunk::index(db, moment.last_row)?),
        Task::Commands => Done::StrayCommand(
            db.prepare_cached(
                "select exists (
                     select 1 from unit join command on command.unit = unit.number
                     where command.revision < 1 or command.revision > unit.revision)",
            )?
            .query_row([], |row| row.get(0))?,
        ),
        Task::Structure(table) => Done::Structure(structure::check(db, table)?.is_empty()),
    })
}

/// Ties the results together.
fn join(
    moment: &Moment,
    results: &Receiver<Result<Done, Fault>>,
    step: Step<'_>,
) -> Result<Scanned, Fault> {
    let units = moment.heads.len() as u64;
    let entries_total = moment.heads.values().map(|(_, revision, _)| revision.0).sum();
    let mut progress = VerifyProgress { units: 0, units_total: units, entries: 0, entries_total };
    let mut sound = true;
    let mut complaints = Vec::new();
    let mut waiting = BTreeMap::new();
    let mut ends: BTreeMap<i64, (Revision, Hash)> = BTreeMap::new();
    let (mut next, mut rows, mut index) = (0, 0_u64, 0_u64);
    for result in results {
        match result? {
            Done::Index(sum) => index = sum,
            Done::StrayCommand(found) => sound &= !found,
            Done::Structure(is_sound) => sound &= is_sound,
            Done::Entries(nth, chunk) => {
                progress.entries += chunk.entries;
                step(progress);
                waiting.insert(nth, chunk);
            }
        }
        while let Some(chunk) = waiting.remove(&next) {
            next += 1;
            rows = rows.wrapping_add(chunk.rows);
            sound &= chunk.is_sound && tie(moment, &mut ends, &chunk.units);
        }
    }
    if rows != index {
        complaints.push("table entry: its index does not go with its rows".to_owned());
    }
    sound &= moment.heads.iter().all(|(number, (_, revision, hash))| {
        ends.get(number).copied().unwrap_or((Revision::ZERO, NO_HASH)) == (*revision, *hash)
    });
    if !sound || !complaints.is_empty() {
        return Ok(Scanned::Suspect { complaints });
    }
    progress.units = units;
    step(progress);
    Ok(Scanned::Sound { units, entries: progress.entries })
}

/// The first entry that a chunk holds of a unit follows the last one before it.
fn tie(
    moment: &Moment,
    ends: &mut BTreeMap<i64, (Revision, Hash)>,
    units: &BTreeMap<i64, Held>,
) -> bool {
    units.iter().all(|(number, held)| {
        let Some((chain, ..)) = moment.heads.get(number) else { return false };
        let before = ends.get(number).copied().unwrap_or((Revision::ZERO, NO_HASH));
        ends.insert(*number, held.last);
        let first = &held.first;
        first.revision == before.0.next() && chain.of_stored(before.1, first) == first.hash
    })
}
