//! Every limit of the ledger has a name here.

use std::time::Duration;

/// How long an answered command is kept at least, in days.
pub const COMMAND_RETENTION_DAYS: i64 = muster_core::limits::BASE_RETENTION_DAYS;
/// How far back a state can be rebuilt from a snapshot at least, in days.
pub const SNAPSHOT_RETENTION_DAYS: i64 = muster_core::limits::BASE_RETENTION_DAYS;
/// How far apart the older snapshots of a unit are kept, in days.
pub const SNAPSHOT_SPACING_DAYS: i64 = 5;
/// How many of the newest snapshots of a unit are kept whatever their age.
pub const SNAPSHOTS_NEWEST: usize = 3;
/// Most entries in one append.
pub const APPEND_ENTRIES: usize = 4_096;
/// Most bytes one page of entries holds, unless its first entry alone is larger.
pub const PAGE_BYTES: usize = 64 << 20;
/// How long a unit can be held; whoever is stuck loses it, so that the others go on.
pub const HOLD: Duration = Duration::from_secs(5);
/// Most entries in one page, whatever was asked for.
pub const PAGE_ENTRIES: usize = 100_000;
/// Most deliveries that the log of a webhook keeps.
pub const DELIVERIES: i64 = 1_000;
/// Most commands that are forgotten in one append.
pub const PRUNE_COMMANDS: usize = 512;
/// How many entries a unit takes between two looks for commands to forget.
pub const PRUNE_EVERY: u64 = 256;

/// Most writes that wait for the writer; further callers wait to be queued.
pub(crate) const WRITE_QUEUE: usize = 1_024;
/// Most writes in one transaction.
pub(crate) const GROUP_WRITES: usize = 256;
/// Most read connections.
pub(crate) const READERS: usize = 4;
/// Bodies of one append from this size on, in bytes, are hashed on a thread of their own.
pub(crate) const HASH_ASIDE_BYTES: usize = 64 << 10;
/// How long a write waits for another process to finish its own.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Most unit heads that are remembered between appends.
pub(crate) const KNOWN_HEADS: usize = 65_536;
/// Entries between two reports of progress while verifying.
pub(crate) const VERIFY_STEP: u64 = 10_000;
/// Entries that one thread takes at a time while verifying.
pub(crate) const VERIFY_RANGE: i64 = 16_384;
/// Most threads that verify.
pub(crate) const VERIFY_THREADS: usize = 8;
/// How much of a database is mapped into memory while verifying, in bytes.
pub(crate) const MAPPED_BYTES: i64 = 64 << 30;
/// Complaints about the structure of a database that are listed.
pub(crate) const COMPLAINTS: usize = 20;
/// Pages between two reports of progress of a copy.
pub(crate) const BACKUP_STEP_PAGES: i32 = 4_096;
/// Most entries that are moved at a time.
pub(crate) const MOVE_ENTRIES: usize = 8_192;
/// Bytes of entries and answers from which on no more are moved at a time.
pub(crate) const MOVE_BYTES: usize = 16 << 20;
/// Most bytes one line of an export has.
pub const EXPORT_LINE_BYTES: u64 = 1 << 30;
/// Prepared statements that a connection keeps.
pub(crate) const STATEMENTS: usize = 64;
/// What the writer keeps of the database in memory, in KiB.
pub(crate) const CACHE_KIB: i64 = 64 << 10;
/// Size of SQLite's write-ahead log, in pages, from which on it is copied into the database.
pub(crate) const CHECKPOINT_PAGES: i64 = 4_000;

/// Connections to a PostgreSQL cluster, unless the configuration says otherwise.
pub const CONNECTIONS: usize = 16;
/// How long one PostgreSQL server may take to accept a connection.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// How long an operation waits for a connection: a free one, or a new one to any server named.
pub(crate) const LEASE: Duration = Duration::from_secs(10);
/// How long PostgreSQL may take to answer one statement; then the connection is given up.
pub(crate) const STATEMENT: Duration = Duration::from_secs(30);
/// How long a migration may take, waiting for another node's included.
pub(crate) const MIGRATE: Duration = Duration::from_secs(600);
/// How long a statement waits for one lock. Whoever waits in line for a unit may wait for three,
/// one after another: the line, the row's place in line, and who has the row.
pub(crate) const LOCK: Duration = Duration::from_secs(3);
/// Most bytes in one append to PostgreSQL, whose messages end at a gigabyte.
pub(crate) const APPEND_BYTES: usize = 512 << 20;
/// How long until it is time to look whether another node moved a unit.
pub const POLL: Duration = Duration::from_millis(250);
/// How long one notification of other nodes stands for all appends that follow.
pub(crate) const NOTIFY_EVERY: Duration = Duration::from_millis(50);
/// How long until a lost listening connection is made anew.
pub(crate) const LISTEN_AGAIN: Duration = Duration::from_secs(1);
/// Most bytes that verifying holds of a unit at a time.
pub(crate) const VERIFY_BYTES: i64 = 8 << 20;
/// Most entries that verifying holds of a unit at a time.
pub(crate) const VERIFY_ENTRIES: i64 = 4_096;
