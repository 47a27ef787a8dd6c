//! Reading an export.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::mem::take;
use std::path::{Path, PathBuf};

use muster_core::id::OrganizationId;
use sha2::{Digest, Sha256};

use super::hex::Hex;
use super::line::{End, FORM, Header, Line, UnitLine, VERSION};
use super::source::{Follow, Item, Items, within};
use super::{Record, Selection, TransferError, UnitHead};
use crate::error::LedgerError;
use crate::limits;
use crate::plain::{CalendarLink, ClientRow, Profile};

/// A file on the way to whoever reads it.
pub(super) struct Reading {
    path: PathBuf,
    input: BufReader<File>,
    selection: Selection,
    /// The number of the line that was read last.
    number: u64,
    digest: Sha256,
    unit: Option<Follow>,
    /// Entries that were read and not yet passed on.
    records: Vec<Record>,
    size_bytes: usize,
    profiles: Vec<(OrganizationId, Profile)>,
    clients: Vec<ClientRow>,
    calendars: Vec<CalendarLink>,
    /// What was read so far.
    seen: End,
}

/// Whoever waited has gone, or the file is at its end.
enum Stop {
    Gone,
    Bad(TransferError),
}

impl<E: Into<TransferError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Bad(error.into())
    }
}

impl Reading {
    pub(super) fn open(path: &Path, selection: Selection) -> Result<Self, TransferError> {
        let path = path.to_owned();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(source) => return Err(TransferError::File { path, source }),
        };
        Ok(Self {
            path,
            input: BufReader::with_capacity(1 << 20, file),
            selection,
            number: 0,
            digest: Sha256::new(),
            unit: None,
            records: Vec::new(),
            size_bytes: 0,
            profiles: Vec::new(),
            clients: Vec::new(),
            calendars: Vec::new(),
            seen: End::of_nothing(),
        })
    }

    /// Reads to the end, or to what is wrong.
    pub(super) fn run(mut self, items: &Items) {
        if let Err(Stop::Bad(error)) = self.read(items) {
            // Nobody may be waiting any more.
            let _ = items.blocking_send(Err(error));
        }
    }

    fn read(&mut self, items: &Items) -> Result<(), Stop> {
        let mut line = Vec::new();
        loop {
            self.next_line(&mut line)?;
            let parsed = match std::str::from_utf8(&line) {
                Ok(text) => serde_json::from_str(text).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            let parsed: Line<'_> = parsed.map_err(|problem| self.wrong(problem))?;
            if matches!(parsed, Line::Header(_)) != (self.number == 1) {
                return Err(self.wrong("an export begins with its header").into());
            }
            if let Line::End(end) = parsed {
                return self.end(end, items);
            }
            self.digest.update(&line);
            self.line(parsed, items)?;
        }
    }

    fn next_line(&mut self, line: &mut Vec<u8>) -> Result<(), TransferError> {
        line.clear();
        self.number += 1;
        let limited = (&mut self.input).take(limits::EXPORT_LINE_BYTES).read_until(b'\n', line);
        if let Err(source) = limited {
            return Err(TransferError::File { path: self.path.clone(), source });
        }
        if line.last() != Some(&b'\n') {
            return Err(self.wrong("the file is cut off: its last line is not there"));
        }
        Ok(())
    }

    fn line(&mut self, line: Line<'_>, items: &Items) -> Result<(), Stop> {
        match line {
            Line::Header(Header { form, version, units, entries, .. }) => {
                if form != FORM || version > VERSION {
                    let problem = format!(
                        "this is {form:?}, version {version}; this release reads {FORM:?} up to \
                         version {VERSION}"
                    );
                    return Err(self.wrong(problem).into());
                }
                send(items, Item::Begin { units, entries })
            }
            Line::Unit(unit) => self.unit(unit, items),
            Line::Entry(entry) => {
                let record = Record::try_from(*entry).map_err(|problem| self.wrong(problem))?;
                self.entry(record, items)
            }
            Line::Profile(profile) => {
                self.end_of_unit()?;
                self.seen.profiles += 1;
                let profile: (_, _) = profile.into();
                if self.selection.takes_of(&profile.0) {
                    self.profiles.push(profile);
                }
                self.flush_many(items)
            }
            Line::Client(client) => {
                self.end_of_unit()?;
                self.seen.clients += 1;
                let client: ClientRow = (*client).into();
                if self.selection.takes_of(&client.organization) {
                    self.clients.push(client);
                }
                self.flush_many(items)
            }
            Line::Calendar(link) => {
                self.end_of_unit()?;
                self.seen.calendars += 1;
                let link: CalendarLink = link.into();
                if self.selection.takes_of(&link.organization) {
                    self.calendars.push(link);
                }
                self.flush_many(items)
            }
            Line::End(_) => Ok(()),
        }
    }

    fn unit(&mut self, unit: UnitLine, items: &Items) -> Result<(), Stop> {
        self.end_of_unit()?;
        self.flush(items)?;
        self.seen.units += 1;
        self.seen.heads.push(unit.clone());
        let head = UnitHead::from(unit);
        self.unit = Some(Follow::new(&head));
        if self.selection.takes(&head.unit) {
            within(&head, self.selection.until).map_err(TransferError::from)?;
            send(items, Item::Unit(head))?;
        }
        Ok(())
    }

    fn entry(&mut self, record: Record, items: &Items) -> Result<(), Stop> {
        let Some(unit) = &mut self.unit else {
            return Err(self.wrong("an entry before the first unit").into());
        };
        let revision = record.entry.revision;
        if let Err(problem) = unit.take(&record.entry) {
            return Err(self.wrong(problem).into());
        }
        if revision > unit.head().revision {
            let head = unit.head().revision;
            return Err(self.wrong(format!("revision {revision} lies beyond {head}")).into());
        }
        self.seen.entries += 1;
        if self.selection.takes(&unit.head().unit) && self.selection.until.takes(&record.entry) {
            self.size_bytes += record.size_bytes();
            self.records.push(record);
        }
        self.flush_many(items)
    }

    fn flush_many(&mut self, items: &Items) -> Result<(), Stop> {
        let plain = self.profiles.len().max(self.clients.len()).max(self.calendars.len());
        let most = self.records.len().max(plain);
        let many = most >= limits::MOVE_ENTRIES || self.size_bytes >= limits::MOVE_BYTES;
        if many { self.flush(items) } else { Ok(()) }
    }

    fn end_of_unit(&mut self) -> Result<(), Stop> {
        match self.unit.take().map(|unit| unit.end()) {
            Some(Err(problem)) => Err(self.wrong(problem).into()),
            Some(Ok(())) | None => Ok(()),
        }
    }

    fn flush(&mut self, items: &Items) -> Result<(), Stop> {
        self.size_bytes = 0;
        let (profiles, clients) = (take(&mut self.profiles), take(&mut self.clients));
        let calendars = take(&mut self.calendars);
        if !(profiles.is_empty() && clients.is_empty() && calendars.is_empty()) {
            send(items, Item::Plain { profiles, clients, calendars })?;
        }
        match take(&mut self.records) {
            records if records.is_empty() => Ok(()),
            records => send(items, Item::Entries(records)),
        }
    }

    /// The last line says what came before it, and nothing comes after it.
    fn end(&mut self, end: End, items: &Items) -> Result<(), Stop> {
        self.end_of_unit()?;
        self.flush(items)?;
        self.seen.sha256 = Hex(self.digest.clone().finalize().into());
        if end.sha256 != self.seen.sha256 {
            let problem = "a line before this one is not as it was written: the file's digest \
                           is another one";
            return Err(self.wrong(problem).into());
        }
        if end != self.seen {
            return Err(self.wrong("this does not sum up the lines before it").into());
        }
        let rest = self.input.fill_buf().map_err(|source| {
            let path = self.path.clone();
            TransferError::File { path, source }
        })?;
        if !rest.is_empty() {
            self.number += 1;
            return Err(self.wrong("nothing comes after the end").into());
        }
        match &self.selection.unit {
            Some(unit) if !self.seen.heads.iter().any(|head| head.names(unit)) => {
                Err(TransferError::from(LedgerError::NoSuchUnit(unit.clone())).into())
            }
            _ => Ok(()),
        }
    }

    fn wrong(&self, problem: impl ToString) -> TransferError {
        let (path, line) = (self.path.clone(), self.number);
        let (problem, entries) = (problem.to_string(), self.seen.entries);
        TransferError::Line { path, line, problem, entries }
    }
}

fn send(items: &Items, item: Item) -> Result<(), Stop> {
    items.blocking_send(Ok(item)).map_err(|_| Stop::Gone)
}
