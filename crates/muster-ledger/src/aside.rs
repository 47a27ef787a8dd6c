//! Work that blocks or takes long, on a thread of its own.

use crate::error::{LedgerError, Unavailable};

/// Does it there. A panic goes on here.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, LedgerError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done),
        Err(stopped) => match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Unavailable::Closed.into()),
        },
    }
}
