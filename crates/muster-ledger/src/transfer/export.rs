//! Writing an export.

use std::io::{BufWriter, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::hex::Hex;
use super::line::{End, FORM, Header, Line, UnitLine, VERSION};
use super::source::{Item, Source};
use super::{Moved, Record, TransferError};
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
        progress(Moved { entries: writing.end.entries, entries_total: source.entries_total() });
    }
    writing.finish()
}

struct Writing {
    part: Part,
    out: BufWriter<std::fs::File>,
    digest: Sha256,
    size_bytes: u64,
    line: Vec<u8>,
    end: End,
}

impl Writing {
    fn begin(file: &Path) -> Result<Self, TransferError> {
        let part = Part::beside(file)?;
        let out = BufWriter::with_capacity(1 << 20, part.create()?);
        let (line, end) = (Vec::new(), End::of_nothing());
        Ok(Self { part, out, digest: Sha256::new(), size_bytes: 0, line, end })
    }

    fn item(&mut self, item: &Item) -> Result<(), TransferError> {
        match item {
            Item::Begin { units, entries } => {
                let (form, release) = (FORM.to_owned(), env!("CARGO_PKG_VERSION").to_owned());
                let (units, entries) = (*units, *entries);
                let header = Header { form, version: VERSION, release, units, entries };
                self.line(&Line::Header(header))
            }
            Item::Unit(head) => {
                self.end.units += 1;
                self.end.heads.push(UnitLine::from(head));
                self.line(&Line::Unit(head.into()))
            }
            Item::Entries(records) => records.iter().try_for_each(|record| self.record(record)),
            Item::Plain { profiles, clients, calendars } => {
                self.end.calendars += calendars.len() as u64;
                self.end.profiles += profiles.len() as u64;
                self.end.clients += clients.len() as u64;
                for profile in profiles {
                    self.line(&Line::Profile(profile.into()))?;
                }
                for client in clients {
                    self.line(&Line::Client(Box::new(client.into())))?;
                }
                for link in calendars {
                    self.line(&Line::Calendar(link.into()))?;
                }
                Ok(())
            }
        }
    }

    fn record(&mut self, record: &Record) -> Result<(), TransferError> {
        self.end.entries += 1;
        self.line(&Line::Entry(Box::new(record.into())))
    }

    fn line(&mut self, line: &Line<'_>) -> Result<(), TransferError> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)
            .map_err(|error| self.part.failed(error.into()))?;
        self.line.push(b'\n');
        self.digest.update(&self.line);
        self.size_bytes += self.line.len() as u64;
        self.out.write_all(&self.line).map_err(|error| self.part.failed(error).into())
    }

    fn finish(mut self) -> Result<Exported, TransferError> {
        let heads = std::mem::take(&mut self.end.heads);
        let End { units, entries, profiles, clients, calendars, .. } = self.end;
        let sha256 = Hex(self.digest.clone().finalize().into());
        let end = End { units, entries, profiles, clients, calendars, heads, sha256 };
        self.line(&Line::End(end))?;
        let Self { part, out, size_bytes, .. } = self;
        let file = out.into_inner().map_err(|error| part.failed(error.into_error()))?;
        file.sync_all().map_err(|error| part.failed(error))?;
        part.finish()?;
        Ok(Exported { units, entries, profiles, clients, calendars, size_bytes })
    }
}
