//! Opening the database: lock, settings, tables.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::Connection;

use super::fault::Fault;
use super::lock::{self, Lock};
use crate::error::{LedgerError, Unavailable};
use crate::ledger::Role;
use crate::limits;

mod tables {
    refinery::embed_migrations!("migrations/sqlite");
}

/// What the writer works with.
pub(super) struct Opened {
    pub(super) connection: Connection,
    pub(super) lock: Option<Lock>,
}

/// Opens the connection that writes, once the tables are those of this release.
pub(super) fn open(path: &Path, role: Role) -> Result<Opened, Fault> {
    let lock = match role {
        Role::Serve => Some(lock::serve(path)?),
        Role::Beside => None,
    };
    let _preparing = lock::prepare(path)?;
    create_private(path)?;
    let mut connection = connect(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |row| {
        row.get::<_, String>(0).map(|_| ())
    })?;
    // A commit is durable when it returns.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "wal_autocheckpoint", limits::CHECKPOINT_PAGES)?;
    // Grouped: a migration and the note that it was made are one transaction.
    tables::migrations::runner()
        .set_grouped(true)
        .run(&mut connection)
        .map_err(|error| LedgerError::Migration(error.into()))?;
    Ok(Opened { connection, lock })
}

/// Creates the file for its owner alone: it holds the key that signs access tokens. SQLite gives
/// the files it puts beside it the same rights.
fn create_private(path: &Path) -> Result<(), Fault> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            let why = format!("{}: {error}", path.display());
            Err(Fault(Unavailable::Failed(why).into()))
        }
        _ => Ok(()),
    }
}

/// Opens a connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection, Fault> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn connect(path: &Path) -> Result<Connection, Fault> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(limits::BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(limits::STATEMENTS);
    Ok(connection)
}
