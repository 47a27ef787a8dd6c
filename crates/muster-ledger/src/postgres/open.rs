//! Bringing a database to this release.

use std::sync::LazyLock;

use refinery::Migration;
use tokio_postgres::types::Type;

use super::fault::Trouble;
use super::pool::{Lease, Pool};
use super::read::get;
use crate::error::{LedgerError, Unavailable};
use crate::limits;

mod tables {
    refinery::embed_migrations!("migrations/postgres");
}

/// Any number will do, as long as every release takes the same.
const LOCK: &str = "select pg_advisory_xact_lock(7061717455731001)";
const HISTORY: &str = "create table if not exists refinery_schema_history (
    version integer not null,
    name text not null,
    applied_on text not null,
    checksum text not null,
    constraint refinery_schema_history_key primary key (version)
)";
const APPLIED: &str = "select version, name, checksum from refinery_schema_history";

/// Whether there are tables of ours.
pub(super) async fn is_there(lease: &mut Lease) -> Result<bool, LedgerError> {
    let sql = "select to_regclass('refinery_schema_history') is not null";
    let rows = lease.ask(sql, &[]).await.map_err(Trouble::reading)?;
    rows.first().map_or(Ok(false), |row| get(row, 0))
}

/// Brings the tables to this release. Of several nodes that start at once, one does it and the
/// others wait. Nothing is asked of the session but a transaction, so that a pooler may stand in
/// between.
pub(super) async fn migrate(pool: &Pool) -> Result<(), LedgerError> {
    let mut lease = pool.lease().await?;
    // A ledger that is as it should be is not locked for being opened.
    if is_there(&mut lease).await? && missing(&mut lease).await?.is_empty() {
        return Ok(());
    }
    let begin = format!("begin; {LOCK}; {HISTORY}");
    lease.open(&begin, limits::MIGRATE).await.map_err(failed)?;
    for migration in missing(&mut lease).await? {
        let sql = migration.sql().unwrap_or_default();
        lease.run(sql, limits::MIGRATE).await.map_err(failed)?;
        note(&mut lease, &migration).await?;
    }
    lease.commit().await.map_err(failed)
}

fn failed(trouble: Trouble) -> LedgerError {
    match trouble.writing() {
        // Whoever opens it again finds out whether it was done.
        LedgerError::Indeterminate => Unavailable::Away("lost while migrating".to_owned()).into(),
        LedgerError::Db(error) => LedgerError::Migration(error),
        other => other,
    }
}

/// The number of this release's last migration.
pub(super) static WANTED: LazyLock<u32> = LazyLock::new(|| {
    let migrations = tables::migrations::runner();
    let versions = migrations.get_migrations().iter().map(|m| u32::try_from(m.version()));
    versions.filter_map(Result::ok).max().unwrap_or(0)
});

/// The number of the last migration that was made.
pub(super) async fn form(lease: &mut Lease) -> Result<u32, LedgerError> {
    if !is_there(lease).await? {
        return Ok(0);
    }
    let sql = "select coalesce(max(version), 0) from refinery_schema_history";
    let rows = lease.ask(sql, &[]).await.map_err(Trouble::reading)?;
    let last: i32 = rows.first().map_or(Ok(0), |row| get(row, 0))?;
    u32::try_from(last).map_err(super::fault::corrupt)
}

/// The migrations that have yet to be made.
async fn missing(lease: &mut Lease) -> Result<Vec<Migration>, LedgerError> {
    let rows = lease.ask(APPLIED, &[]).await.map_err(failed)?;
    let mut missing = tables::migrations::runner().get_migrations().clone();
    missing.sort_by_key(Migration::version);
    for row in rows {
        let version: i32 = get(&row, 0)?;
        let [name, checksum]: [&str; 2] = [get(&row, 1)?, get(&row, 2)?];
        let known = missing.iter().position(|migration| {
            let same = version == migration.version();
            same && migration.name() == name && migration.checksum().to_string() == checksum
        });
        let Some(known) = known else {
            let why = format!("migration {version} ({name}) is not one of this release");
            return Err(LedgerError::Migration(why.into()));
        };
        missing.remove(known);
    }
    Ok(missing)
}

/// Notes that a migration was made, in the transaction that made it.
async fn note(lease: &mut Lease, migration: &Migration) -> Result<(), LedgerError> {
    let version: i32 = migration.version();
    let checksum = migration.checksum().to_string();
    lease
        .ask(
            "insert into refinery_schema_history (version, name, applied_on, checksum)
             values ($1, $2, to_char(now() at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),
                 $3)",
            &[(&version, Type::INT4), (&migration.name(), Type::TEXT), (&checksum, Type::TEXT)],
        )
        .await
        .map_err(failed)?;
    Ok(())
}
