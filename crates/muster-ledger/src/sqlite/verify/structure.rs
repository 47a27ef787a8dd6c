//! What SQLite itself says about its file.

use std::path::Path;

use rusqlite::Connection;

use super::super::fault::Fault;
use crate::error::Unavailable;
use crate::limits;

/// The tables whose rows are not all read otherwise, and the list of free pages.
pub(super) const TABLES: [&str; 8] = [
    "sqlite_schema",
    "organization",
    "unit",
    "command",
    "subject",
    "profile",
    "client",
    "snapshot",
];

/// A file that ends too early. What the write-ahead log holds need not be in it yet.
pub(super) fn length(db: &Connection, path: &Path) -> Result<Vec<String>, Fault> {
    let failed = |error: std::io::Error| {
        Fault(Unavailable::Failed(format!("{}: {error}", path.display())).into())
    };
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    if std::fs::metadata(wal).is_ok_and(|wal| wal.len() > 0) {
        return Ok(Vec::new());
    }
    let pages: u64 = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let page_bytes: u64 = db.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let found = std::fs::metadata(path).map_err(failed)?.len();
    if found >= pages * page_bytes {
        return Ok(Vec::new());
    }
    let whole = found / page_bytes;
    Ok(vec![format!("the file is cut off after page {whole} of {pages}")])
}

/// Checks the pages of one table and its index.
pub(super) fn check(db: &Connection, table: &str) -> Result<Vec<String>, Fault> {
    let mut select = db.prepare(&format!("pragma quick_check({table})"))?;
    let rows = select.query_map([], |row| row.get(0))?.take(limits::COMPLAINTS);
    let lines: Vec<String> = rows.collect::<Result<_, _>>()?;
    let complaints = lines.iter().flat_map(|line| line.lines()).filter(|line| *line != "ok");
    Ok(complaints
        .map(|line| line.trim_start_matches("*** ").trim_end_matches(" ***"))
        .filter(|line| *line != "in database main")
        .map(|line| format!("table {table}: {line}"))
        .collect())
}
