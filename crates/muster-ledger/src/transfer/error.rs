//! What may go wrong while a ledger is moved.

use std::path::PathBuf;

use muster_core::id::Revision;

use crate::error::{AppendError, LedgerError};
use crate::subject::UnitKey;

/// Why a ledger was not moved, or not all of it. What was moved before stays and is sound; the
/// same move goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// A ledger did not do what it was asked.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A ledger did not take entries.
    #[error("unit {unit} takes no entries after revision {after}")]
    Append {
        /// The unit.
        unit: UnitKey,
        /// Where it stands.
        after: Revision,
        /// Why.
        source: AppendError,
    },
    /// A file cannot be read or written.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not what an export has there.
    #[error("{}, line {line}: {problem} (good entries before it: {entries})", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
        /// How many entries before it are as they were written.
        entries: u64,
    },
    /// An entry is not the one that was written.
    #[error("unit {unit}, revision {revision}: {problem}")]
    Entry {
        /// The unit.
        unit: UnitKey,
        /// The first revision that cannot be trusted.
        revision: Revision,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The unit is there already, with other entries.
    #[error(
        "unit {unit} is there already and has another entry {revision}: it cannot be both; \
         nothing of it was changed"
    )]
    Forked {
        /// The unit.
        unit: UnitKey,
        /// The first revision where the two differ.
        revision: Revision,
    },
    /// The unit is there already, beyond what it is to be restored to.
    #[error(
        "unit {unit} is there already at revision {head}, beyond {wanted}: restore into a new \
         ledger"
    )]
    Beyond {
        /// The unit.
        unit: UnitKey,
        /// Where it stands.
        head: Revision,
        /// Where it is to stand.
        wanted: Revision,
    },
    /// The unit has other ids than where it came from.
    #[error("unit {unit} has {found} ids, and had {wanted} where it came from")]
    Subjects {
        /// The unit.
        unit: UnitKey,
        /// How many it has now.
        found: u64,
        /// How many it had.
        wanted: u64,
    },
}
