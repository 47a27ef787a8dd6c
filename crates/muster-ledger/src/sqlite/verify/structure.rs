//! What SQLite itself says about its file.

use rusqlite::Connection;

use super::super::fault::Fault;
use crate::error::LedgerError;
use crate::limits;

/// The tables whose rows are not all read otherwise, and the list of free pages.
pub(super) const TABLES: [&str; 9] = [
    "sqlite_schema",
    "organization",
    "unit",
    "command",
    "subject",
    "profile",
    "client",
    "calendar",
    "snapshot",
];

/// What is wrong with the pages of all tables.
pub(super) fn check_all(db: &Connection) -> Result<Vec<String>, Fault> {
    let tables = TABLES.into_iter().chain(["entry"]);
    let complaints: Result<Vec<_>, _> = tables.map(|table| check(db, table)).collect();
    Ok(complaints?.concat())
}

/// What is wrong with the pages of one table and its index.
pub(super) fn check(db: &Connection, table: &str) -> Result<Vec<String>, Fault> {
    let lines = match lines(db, table) {
        Ok(lines) => lines,
        // It did not even get to the end.
        Err(Fault(LedgerError::Corrupt(reason))) => vec![reason],
        Err(fault) => return Err(fault),
    };
    let complaints = lines.iter().flat_map(|line| line.lines()).filter(|line| *line != "ok");
    Ok(complaints
        .map(|line| line.trim_start_matches("*** ").trim_end_matches(" ***"))
        .filter(|line| *line != "in database main")
        .map(|line| format!("table {table}: {line}"))
        .collect())
}

fn lines(db: &Connection, table: &str) -> Result<Vec<String>, Fault> {
    // A file that an earlier release wrote need not have them all.
    let is_there = "select ?1 = 'sqlite_schema'
        or exists (select 1 from sqlite_schema where type = 'table' and name = ?1)";
    if !db.query_row(is_there, [table], |row| row.get(0))? {
        return Ok(Vec::new());
    }
    let mut select = db.prepare(&format!("pragma quick_check({table})"))?;
    let rows = select.query_map([], |row| row.get(0))?.take(limits::COMPLAINTS);
    Ok(rows.collect::<Result<_, _>>()?)
}
