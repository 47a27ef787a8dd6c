//! What PostgreSQL's failures mean to the ledger.

use std::fmt::Display;

use muster_core::id::{CommandId, UnitId};
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::error::{AppendError, LedgerError, Unavailable};
use crate::subject::SubjectKind;

/// A command took effect before; the detail is its id.
const DUPLICATE: &str = "MU001";
/// An id belongs to another unit; the detail is kind, unit and id.
const TAKEN: &str = "MU002";

/// Why a statement has no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server refused it and undid what it did; the connection can be used on.
    Refused(Box<DbError>),
    /// The connection is gone, and with it the answer.
    Lost(String),
    /// The answer did not come in time.
    Late,
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error.as_db_error() {
            Some(refusal) if is_refusal(refusal) => Self::Refused(Box::new(refusal.clone())),
            _ => Self::Lost(text(&error)),
        }
    }
}

impl Trouble {
    /// What it means for something that changes nothing.
    pub(super) fn reading(self) -> LedgerError {
        match self {
            Self::Refused(refusal) => refused(*refusal),
            Self::Lost(why) => Unavailable::Away(why).into(),
            Self::Late => Unavailable::Away("PostgreSQL does not answer".to_owned()).into(),
        }
    }

    /// What it means for something that was to be committed: only a refusal says that it was not.
    pub(super) fn writing(self) -> LedgerError {
        match self {
            Self::Refused(refusal) => refused(*refusal),
            Self::Lost(_) | Self::Late => LedgerError::Indeterminate,
        }
    }

    /// As [`Trouble::writing`], for an append.
    pub(super) fn appending(self) -> AppendError {
        match self {
            Self::Refused(refusal) if refusal.code().code() == DUPLICATE => {
                match CommandId::parse(refusal.detail().unwrap_or_default()) {
                    Ok(command) => AppendError::Duplicate(command),
                    Err(error) => AppendError::Other(corrupt(error)),
                }
            }
            other => other.writing().into(),
        }
    }

    /// Whether the server is one that cannot be written to.
    pub(super) fn is_read_only(&self) -> bool {
        let Self::Refused(refusal) = self else { return false };
        *refusal.code() == SqlState::READ_ONLY_SQL_TRANSACTION
    }
}

/// Whether the server itself says that it undid the transaction. Errors that end the connection
/// may come after a commit, and what a proxy says about a server that it lost says nothing.
fn is_refusal(error: &DbError) -> bool {
    let ends = matches!(error.parsed_severity(), None | Some(Severity::Fatal | Severity::Panic));
    let code = error.code().code();
    let unclear = ["08", "57P0", "58", "40003"];
    !ends && !unclear.iter().any(|start| code.starts_with(start))
}

/// What a refusal by the server means.
fn refused(refusal: DbError) -> LedgerError {
    let code = refusal.code().code();
    match code {
        TAKEN => taken(refusal.detail().unwrap_or_default()),
        // A lock that was not to be had, a cycle of locks, a transaction that has to be repeated.
        "55P03" | "57014" | "40001" | "40P01" => Unavailable::Busy.into(),
        "53100" => Unavailable::Full.into(),
        "XX001" | "XX002" => LedgerError::Corrupt(refusal.to_string()),
        _ if ["53", "25", "28", "3D"].iter().any(|class| code.starts_with(class)) => {
            Unavailable::Away(refusal.to_string()).into()
        }
        _ => LedgerError::Db(Box::new(refusal)),
    }
}

/// Who has an id, from the detail of a refusal.
pub(super) fn taken(detail: &str) -> LedgerError {
    let mut parts = detail.splitn(3, ' ');
    let (kind, unit, id) = (parts.next(), parts.next(), parts.next());
    let kind = kind.and_then(|code| SubjectKind::from_code(code.parse().ok()?));
    let unit = unit.and_then(|unit| UnitId::parse(unit).ok());
    match (kind, unit, id) {
        (Some(kind), Some(unit), Some(id)) => {
            LedgerError::SubjectTaken { kind, id: id.to_owned(), unit }
        }
        _ => corrupt(format!("an id belongs to {detail:?}")),
    }
}

/// The server could not be reached, or does not want us.
pub(super) fn unreachable(error: &Error) -> LedgerError {
    Unavailable::Away(text(error)).into()
}

/// An error with what caused it; its own text often says only where it came up.
fn text(error: &Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(refusal), _) => refusal.to_string(),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

/// The value cannot be what we wrote.
pub(super) fn corrupt(what: impl Display) -> LedgerError {
    LedgerError::Corrupt(what.to_string())
}
