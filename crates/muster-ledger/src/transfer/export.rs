//! Writing an export.

use std::io::BufWriter;
use std::path::Path;

use super::line::End;
use super::lines::Lines;
use super::source::{Item, Source};
use super::{Moved, TransferError};
use crate::private::Part;

/// What an export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Units.
    pub units: u64,
    /// Entries of all units.
    pub entries: u64,
    /// Profiles.
    pub profiles: u64,
    /// Clients.
    pub clients: u64,
    /// Links to calendars.
    pub calendars: u64,
    /// The size of the file.
    pub size_bytes: u64,
}

/// Writes what a source holds to a new file that only its owner may read, durably.
///
/// # Errors
/// Those of the source; [`TransferError::File`] when there is such a file, or it cannot be
/// written. Nothing is left of it then.
pub async fn export(
    mut source: Source,
    file: &Path,
    mut progress: impl FnMut(Moved),
) -> Result<Exported, TransferError> {
    let mut writing = Writing::begin(file)?;
    while let Some(item) = source.next().await? {
        writing = tokio::task::spawn_blocking(move || writing.item(&item).map(|()| writing))
            .await
            .unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))?;
        progress(Moved {
            entries: writing.lines.end.entries,
            entries_total: source.entries_total(),
        });
    }
    writing.finish()
}

struct Writing {
    part: Part,
    out: BufWriter<std::fs::File>,
    lines: Lines,
}

impl Writing {
    fn begin(file: &Path) -> Result<Self, TransferError> {
        let part = Part::beside(file)?;
        let out = BufWriter::with_capacity(1 << 20, part.create()?);
        Ok(Self { part, out, lines: Lines::new() })
    }

    fn item(&mut self, item: &Item) -> Result<(), TransferError> {
        self.lines.item(item, &mut self.out).map_err(|error| self.part.failed(error).into())
    }

    fn finish(self) -> Result<Exported, TransferError> {
        let Self { part, mut out, mut lines } = self;
        lines.finish(&mut out).map_err(|error| part.failed(error))?;
        let file = out.into_inner().map_err(|error| part.failed(error.into_error()))?;
        file.sync_all().map_err(|error| part.failed(error))?;
        part.finish()?;
        let (End { units, entries, profiles, clients, calendars, .. }, size_bytes) =
            (lines.end, lines.size_bytes);
        Ok(Exported { units, entries, profiles, clients, calendars, size_bytes })
    }
}
