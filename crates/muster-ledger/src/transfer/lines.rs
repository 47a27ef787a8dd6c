//! What is moved, as the lines of an export: into a file, or to whoever asks for them.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::hex::Hex;
use super::line::{End, FORM, Header, Line, UnitLine, VERSION};
use super::source::{Item, Source};
use super::{Record, TransferError};

/// Writes lines, and keeps count of them for the last one.
pub(super) struct Lines {
    digest: Sha256,
    line: Vec<u8>,
    /// What was written so far.
    pub(super) end: End,
    pub(super) size_bytes: u64,
}

impl Lines {
    pub(super) fn new() -> Self {
        let (digest, line, end) = (Sha256::new(), Vec::new(), End::of_nothing());
        Self { digest, line, end, size_bytes: 0 }
    }

    pub(super) fn item(&mut self, item: &Item, out: &mut impl Write) -> io::Result<()> {
        match item {
            Item::Begin { units, entries } => {
                let (form, release) = (FORM.to_owned(), env!("CARGO_PKG_VERSION").to_owned());
                let (units, entries) = (*units, *entries);
                let header = Header { form, version: VERSION, release, units, entries };
                self.line(&Line::Header(header), out)
            }
            Item::Unit(head) => {
                self.end.units += 1;
                self.end.heads.push(UnitLine::from(head));
                self.line(&Line::Unit(head.into()), out)
            }
            Item::Entries(records) => {
                records.iter().try_for_each(|record| self.record(record, out))
            }
            Item::Plain { profiles, clients, calendars } => {
                self.end.calendars += calendars.len() as u64;
                self.end.profiles += profiles.len() as u64;
                self.end.clients += clients.len() as u64;
                for profile in profiles {
                    self.line(&Line::Profile(profile.into()), out)?;
                }
                for client in clients {
                    self.line(&Line::Client(Box::new(client.into())), out)?;
                }
                for link in calendars {
                    self.line(&Line::Calendar(link.into()), out)?;
                }
                Ok(())
            }
        }
    }

    fn record(&mut self, record: &Record, out: &mut impl Write) -> io::Result<()> {
        self.end.entries += 1;
        self.line(&Line::Entry(Box::new(record.into())), out)
    }

    fn line(&mut self, line: &Line<'_>, out: &mut impl Write) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.line.push(b'\n');
        self.digest.update(&self.line);
        self.size_bytes += self.line.len() as u64;
        out.write_all(&self.line)
    }

    /// Writes the last line.
    pub(super) fn finish(&mut self, out: &mut impl Write) -> io::Result<()> {
        let heads = std::mem::take(&mut self.end.heads);
        let End { units, entries, profiles, clients, calendars, .. } = self.end;
        let sha256 = Hex(self.digest.clone().finalize().into());
        let end = End { units, entries, profiles, clients, calendars, heads, sha256 };
        self.line(&Line::End(end), out)
    }
}

/// An export, some lines at a time.
pub struct ExportLines {
    source: Source,
    /// Nothing, once the last line was given out.
    lines: Option<Lines>,
}

impl ExportLines {
    /// The lines of what a source holds.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self { source, lines: Some(Lines::new()) }
    }

    /// The next lines; `None` after the last one.
    ///
    /// # Errors
    /// Those of the source. Without its last line an export is seen to be cut off.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, TransferError> {
        let Some(mut lines) = self.lines.take() else { return Ok(None) };
        let item = self.source.next().await?;
        let written = tokio::task::spawn_blocking(move || {
            let mut out = Vec::new();
            match &item {
                Some(item) => lines.item(item, &mut out).map(|()| (Some(lines), out)),
                None => lines.finish(&mut out).map(|()| (None, out)),
            }
        });
        let written =
            written.await.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()));
        let (lines, out) = written.expect("bytes in memory take what is written");
        self.lines = lines;
        Ok(Some(out))
    }
}
