//! What may go wrong between the ledger and its storage.

use std::error::Error;
use std::path::PathBuf;

use muster_core::id::{ClientId, CommandId, Revision, UnitId};

use crate::subject::{SubjectKind, UnitKey};

/// Why storage cannot be used right now; trying again later may help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// Another process kept its write lock for longer than we wait.
    #[error("another process is writing")]
    Busy,
    /// The database cannot be reached, or does not answer.
    #[error("the database does not answer: {0}")]
    Away(String),
    /// There is no room left.
    #[error("the disk is full")]
    Full,
    /// Storage failed to read, write or open.
    #[error("storage failed: {0}")]
    Failed(String),
    /// Another write of the same group made storage give up the whole group.
    #[error("the write was undone together with another one that failed")]
    Undone,
    /// The ledger was closed, or its writer ended.
    #[error("the ledger is closed")]
    Closed,
}

/// Why the ledger did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// No engine answers to the URL.
    #[error(
        "a ledger url starts with \"sqlite:\" or \"postgres:\", this one starts with {start:?}"
    )]
    UnsupportedUrl {
        /// The scheme, or the whole text if it has none. Never a password.
        start: String,
    },
    /// The URL of a PostgreSQL database cannot be read.
    #[error("the ledger url cannot be read: {why}")]
    BadUrl {
        /// Why. Never a password.
        why: String,
    },
    /// Another process serves from the file.
    #[error("{} is held by {holder}", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// What the other process wrote about itself.
        holder: String,
    },
    /// There is no such unit.
    #[error("there is no unit {0}")]
    NoSuchUnit(UnitKey),
    /// The unit has no entry of that revision.
    #[error("unit {unit} has no entry {revision}")]
    NoSuchEntry {
        /// The unit.
        unit: UnitKey,
        /// The revision.
        revision: Revision,
    },
    /// The id belongs to another unit of the organization.
    #[error("{kind} {id} belongs to unit {unit}")]
    SubjectTaken {
        /// What the id names.
        kind: SubjectKind,
        /// The id.
        id: String,
        /// The unit that has it.
        unit: UnitId,
    },
    /// The client id belongs to another organization.
    #[error("client {0} belongs to another organization")]
    ClientTaken(ClientId),
    /// More than a limit allows; nothing changed.
    #[error("at most {max} {what}, this has {found}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there may be.
        max: usize,
        /// How many there are.
        found: usize,
    },
    /// Storage cannot be used right now; nothing changed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// It is not known whether the change was made.
    #[error("it is not known whether the change was made")]
    Indeterminate,
    /// An entry is in a form that this release does not know.
    #[error("an entry has form {format}, which this release does not know")]
    UnknownFormat {
        /// The form's number.
        format: u16,
    },
    /// What is stored cannot be what was written.
    #[error("the ledger is damaged: {0}")]
    Corrupt(String),
    /// Something is there already; it is not overwritten.
    #[error("{} is there already", .0.display())]
    AlreadyThere(PathBuf),
    /// It was opened to be read.
    #[error("the ledger was opened for reading only")]
    ReadOnly,
    /// The tables are of an earlier release, and it was opened to be read.
    #[error(
        "the tables have form {found}, this release works on form {wanted}: run muster ledger \
         migrate"
    )]
    Outdated {
        /// The number of the last migration that was made.
        found: u32,
        /// The number of this release's last one.
        wanted: u32,
    },
    /// The engine cannot do that; the text says what can.
    #[error("{0}")]
    Unsupported(&'static str),
    /// The tables could not be brought to this release.
    #[error("the tables cannot be migrated")]
    Migration(#[source] Box<dyn Error + Send + Sync>),
    /// The engine failed in a way that has no name here.
    #[error("the database failed")]
    Db(#[source] Box<dyn Error + Send + Sync>),
}

impl LedgerError {
    /// Whether it may pass by itself in a moment, so that it is worth trying again.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        use Unavailable::{Away, Busy, Undone};
        matches!(self, Self::Unavailable(Busy | Undone | Away(_)))
    }
}

/// Why an append was not made. Nothing of it is stored, except perhaps after `Indeterminate`.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The unit has moved on, or is not there yet: its head is given.
    #[error("the ledger is at revision {0}")]
    Behind(Revision),
    /// The command took effect before, or comes twice in the append.
    #[error("command {0} took effect before")]
    Duplicate(CommandId),
    /// An id belongs to another unit of the organization.
    #[error("{kind} {id} belongs to unit {unit}")]
    SubjectTaken {
        /// What the id names.
        kind: SubjectKind,
        /// The id.
        id: String,
        /// The unit that has it.
        unit: UnitId,
    },
    /// It is not known whether the append was made. Make the *same* one again, after the same
    /// revision: it is appended, or answered with `Behind` and found in the tail.
    #[error("it is not known whether the append was made")]
    Indeterminate,
    /// Something else.
    #[error(transparent)]
    Other(LedgerError),
}

impl From<LedgerError> for AppendError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Indeterminate => Self::Indeterminate,
            LedgerError::SubjectTaken { kind, id, unit } => Self::SubjectTaken { kind, id, unit },
            other => Self::Other(other),
        }
    }
}
