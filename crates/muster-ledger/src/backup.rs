//! A copy of a ledger in a file of its own, until it gets its name.

use std::path::Path;

use crate::error::LedgerError;
use crate::ledger::Ledger;
use crate::private::Part;
use crate::verify::{VerifyProgress, VerifyReport};

/// How far a copy has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Bytes written.
    pub bytes: u64,
    /// Bytes there are.
    pub bytes_total: u64,
}

/// A complete copy under a temporary name; deleted when it is dropped before it is finished.
#[derive(Debug)]
pub struct Copy(Part);

impl Copy {
    /// Where a copy to a file is written first.
    pub(crate) fn beside(to: &Path) -> Result<Self, LedgerError> {
        Part::beside(to).map(Self)
    }

    /// The file that it is written to.
    pub(crate) fn part(&self) -> &Part {
        &self.0
    }

    /// Reads the copy from its first entry, as [`Ledger::verify`] does.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn verify(
        &self,
        progress: impl FnMut(VerifyProgress),
    ) -> Result<VerifyReport, LedgerError> {
        Ledger::reading(self.0.path()).await?.verify(progress).await
    }

    /// Gives the copy its name, durably. Answers with its size in bytes.
    ///
    /// # Errors
    /// [`LedgerError::AlreadyThere`] when somebody else took the name meanwhile.
    pub fn finish(self) -> Result<u64, LedgerError> {
        self.0.finish()
    }
}
