//! What SQLite's failures mean to the ledger.

use rusqlite::{Error, ErrorCode};
use tokio::sync::mpsc;

use crate::error::{AppendError, LedgerError, Unavailable};
use crate::write::WriteError;

/// An error on its way out of this engine. It exists so that `?` turns SQLite's errors into ours
/// without a conversion that could be seen from outside.
#[derive(Debug)]
pub(super) struct Fault<E = LedgerError>(pub(super) E);

impl<E: From<LedgerError>> From<Error> for Fault<E> {
    fn from(error: Error) -> Self {
        Self(classify(error).into())
    }
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        Self(error)
    }
}

impl From<AppendError> for Fault<AppendError> {
    fn from(error: AppendError) -> Self {
        Self(error)
    }
}

impl From<Fault> for Fault<WriteError> {
    fn from(Fault(error): Fault) -> Self {
        Self(error.into())
    }
}

impl From<Fault> for Fault<AppendError> {
    fn from(Fault(error): Fault) -> Self {
        Self(error.into())
    }
}

/// The value cannot be what we wrote.
pub(super) fn corrupt(what: impl std::fmt::Display) -> Fault {
    Fault(LedgerError::Corrupt(what.to_string()))
}

fn classify(error: Error) -> LedgerError {
    match &error {
        Error::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Unavailable::Busy.into(),
            ErrorCode::DiskFull => Unavailable::Full.into(),
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OutOfMemory => Unavailable::Failed(error.to_string()).into(),
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                LedgerError::Corrupt(error.to_string())
            }
            _ => LedgerError::Db(error.into()),
        },
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..)
        | Error::Utf8Error(..) => LedgerError::Corrupt(error.to_string()),
        _ => LedgerError::Db(error.into()),
    }
}

/// What a failed commit leaves behind.
pub(super) fn commit_failed(error: Error) -> LedgerError {
    match error.sqlite_error_code() {
        // SQLite found no lock or no room before it wrote the record that makes a commit.
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => {
            classify(error)
        }
        _ => LedgerError::Indeterminate,
    }
}

/// As [`aside`], for work that says how far it is.
pub(super) async fn stepwise<S: Send + 'static, T: Send + 'static>(
    mut progress: impl FnMut(S),
    work: impl FnOnce(&mut dyn FnMut(S)) -> Result<T, Fault> + Send + 'static,
) -> Result<T, LedgerError> {
    let (steps, mut stepped) = mpsc::unbounded_channel();
    // Nobody may be looking any more.
    let working = aside(move || work(&mut |step| drop(steps.send(step))));
    let mut working = std::pin::pin!(working);
    let result = loop {
        tokio::select! {
            Some(step) = stepped.recv() => progress(step),
            result = &mut working => break result,
        }
    };
    // The last steps may have come together with the result.
    while let Ok(step) = stepped.try_recv() {
        progress(step);
    }
    result
}

/// Does something that blocks or takes long on a thread of its own.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, LedgerError> {
    crate::aside::aside(work).await?.map_err(|Fault(error)| error)
}
