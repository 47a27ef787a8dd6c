//! Opening the database: lock, settings, tables.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::LazyLock;

use rusqlite::{Connection, OpenFlags};

use super::fault::{Fault, corrupt};
use super::lock::{self, Lock};
use crate::error::{LedgerError, Unavailable};
use crate::ledger::Role;
use crate::{limits, private};

mod tables {
    refinery::embed_migrations!("migrations/sqlite");
}

/// What the writer works with.
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) lock: Option<Lock>,
    /// The number of the last migration.
    pub(super) form: u32,
}

/// Opens the connection that writes, once the tables are those of this release.
pub(super) fn open(path: &Path, role: Role) -> Result<Opened, Fault> {
    let lock = match role {
        Role::Serve => Some(lock::serve(path)?),
        Role::Beside | Role::Read => None,
    };
    let _preparing = lock::prepare(path)?;
    create_private(path)?;
    whole(path)?;
    let mut connection = connect(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |row| {
        row.get::<_, String>(0).map(|_| ())
    })?;
    // A commit is durable when it returns.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "cache_size", -limits::CACHE_KIB)?;
    connection.pragma_update(None, "wal_autocheckpoint", limits::CHECKPOINT_PAGES)?;
    // Grouped: a migration and the note that it was made are one transaction.
    tables::migrations::runner()
        .set_grouped(true)
        .run(&mut connection)
        .map_err(|error| LedgerError::Migration(error.into()))?;
    let form = form(&connection)?;
    Ok(Opened { connection, lock, form })
}

/// The number of the last migration that was made in a database that is only read.
pub(super) fn look(path: &Path) -> Result<u32, Fault> {
    whole(path)?;
    let found = form(&open_reader(path)?)?;
    if found == 0 {
        return Err(corrupt("the file holds no ledger"));
    }
    if found > *WANTED {
        let why = format!("they have form {found}, this release knows forms up to {}", *WANTED);
        return Err(Fault(LedgerError::Migration(why.into())));
    }
    Ok(found)
}

/// A file that ends before its last page is refused and named. What the write-ahead log holds need
/// not be in the file yet.
fn whole(path: &Path) -> Result<(), Fault> {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    if std::fs::metadata(wal).is_ok_and(|wal| wal.len() > 0) {
        return Ok(());
    }
    let read = || {
        let mut header = Vec::new();
        let file = File::open(path)?;
        let found = file.metadata()?.len();
        file.take(100).read_to_end(&mut header).map(|_| (header, found))
    };
    let (header, found) = read().map_err(|error: std::io::Error| {
        Fault(Unavailable::Failed(format!("{}: {error}", path.display())).into())
    })?;
    let number = |at: usize| {
        let bytes = header.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u32::from_be_bytes)
    };
    // 1 stands for 65,536. A number of pages that another program left is not to be trusted.
    let page_bytes = u64::from(number(16) >> 16).max(512);
    let is_known = header.starts_with(b"SQLite format 3\0") && number(24) == number(92);
    let pages = if is_known { u64::from(number(28)) } else { 0 };
    if found < pages * page_bytes {
        let whole = found / page_bytes;
        return Err(corrupt(format!("the file is cut off after page {whole} of {pages}")));
    }
    Ok(())
}

/// The number of this release's last migration.
pub(super) static WANTED: LazyLock<u32> = LazyLock::new(|| {
    let migrations = tables::migrations::runner();
    let versions = migrations.get_migrations().iter().map(|m| u32::try_from(m.version()));
    versions.filter_map(Result::ok).max().unwrap_or(0)
});

fn form(db: &Connection) -> Result<u32, Fault> {
    let found = "select count(*) from sqlite_schema where name = 'refinery_schema_history'";
    if db.query_row(found, [], |row| row.get::<_, u32>(0))? == 0 {
        return Ok(0);
    }
    let last = "select coalesce(max(version), 0) from refinery_schema_history";
    Ok(db.query_row(last, [], |row| row.get(0))?)
}

/// Creates the file for its owner alone: it holds the key that signs access tokens. SQLite gives
/// the files it puts beside it the same rights.
fn create_private(path: &Path) -> Result<(), Fault> {
    match private::create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            let why = format!("{}: {error}", path.display());
            Err(Fault(Unavailable::Failed(why).into()))
        }
        _ => Ok(()),
    }
}

/// Opens a connection that only reads. It writes no page of the database, not even what a process
/// that crashed left in the write-ahead log; that is read from where it lies.
pub(super) fn open_reader(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    set_up(Connection::open_with_flags(path, flags)?)
}

fn connect(path: &Path) -> Result<Connection, Fault> {
    set_up(Connection::open(path)?)
}

fn set_up(connection: Connection) -> Result<Connection, Fault> {
    connection.busy_timeout(limits::BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(limits::STATEMENTS);
    Ok(connection)
}
