//! Copying the file while others write to it.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::fault::Fault;
use super::open;
use crate::backup::{Copied, Copy};
use crate::error::Unavailable;
use crate::limits;

/// Copies the database to the place beside `to`, as of the moment the copy begins.
pub(super) fn copy(
    database: &Path,
    to: &Path,
    step: &mut dyn FnMut(Copied),
) -> Result<Copy, Fault> {
    let copy = Copy::beside(to)?;
    let from = open::open_reader(database)?;
    // A snapshot that is held: what others append meanwhile does not make the copy begin anew.
    from.execute_batch("begin; select count(*) from sqlite_schema")?;
    let page_bytes: u64 = from.pragma_query_value(None, "page_size", |row| row.get(0))?;
    copy.part().create()?;
    let mut into = Connection::open(copy.part().path())?;
    // Made durable when it is finished, in one go.
    into.pragma_update(None, "synchronous", "off")?;
    {
        let backup = Backup::new(&from, &mut into)?;
        loop {
            let result = backup.step(limits::BACKUP_STEP_PAGES)?;
            let (left, all) = (backup.progress().remaining, backup.progress().pagecount);
            let bytes = |pages: i32| u64::try_from(pages).unwrap_or(0) * page_bytes;
            step(Copied { bytes: bytes(all - left), bytes_total: bytes(all) });
            match result {
                StepResult::Done => break,
                StepResult::More => {}
                // Nobody else can hold either of the two.
                _ => return Err(Fault(Unavailable::Busy.into())),
            }
        }
    }
    into.close().map_err(|(_, error)| error)?;
    Ok(copy)
}
