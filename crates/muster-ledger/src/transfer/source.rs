//! Where a ledger is moved from.

use std::path::Path;

use muster_core::id::{OrganizationId, Revision};
use tokio::sync::mpsc;

use super::file::Reading;
use super::{Answers, Contents, Moved, Record, Selection, TransferError, UnitHead, Until};
use crate::entry::{Chain, Hash, NO_HASH, StoredEntry};
use crate::error::LedgerError;
use crate::ledger::Ledger;
use crate::limits;
use crate::plain::{CalendarLink, ClientRow, Profile};
use crate::subject::UnitKey;

/// Parts that were read and wait to be written.
const AHEAD: usize = 4;

/// A ledger, or a file with an export of one, that is being read. The hash of every entry is
/// checked on the way, and nothing goes on after one that is wrong.
#[derive(Debug)]
pub struct Source {
    items: mpsc::Receiver<Result<Item, TransferError>>,
    entries_total: u64,
    until: Until,
}

/// A part of a ledger, in this order: the beginning; each unit, and its entries in any number of
/// parts; what is beside the units.
#[derive(Debug)]
pub(super) enum Item {
    Begin {
        units: u64,
        entries: u64,
    },
    Unit(UnitHead),
    Entries(Vec<Record>),
    Plain {
        profiles: Vec<(OrganizationId, Profile)>,
        clients: Vec<ClientRow>,
        calendars: Vec<CalendarLink>,
    },
}

pub(super) type Items = mpsc::Sender<Result<Item, TransferError>>;

/// What was read, and found to be as it was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checked {
    /// Units.
    pub units: u64,
    /// Entries of all units.
    pub entries: u64,
}

impl Source {
    /// Reads a ledger as it is now, whatever is appended meanwhile.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchUnit`]; [`LedgerError::NoSuchEntry`] for a revision that is not there.
    pub async fn ledger(ledger: Ledger, selection: Selection) -> Result<Self, TransferError> {
        let mut contents = ledger.contents().await?;
        contents.units.retain(|head| selection.takes(&head.unit));
        contents.profiles.retain(|(organization, _)| selection.takes_of(organization));
        contents.clients.retain(|client| selection.takes_of(&client.organization));
        contents.calendars.retain(|link| selection.takes_of(&link.organization));
        if let (Some(unit), []) = (&selection.unit, &contents.units[..]) {
            return Err(LedgerError::NoSuchUnit(unit.clone()).into());
        }
        for head in &contents.units {
            within(head, selection.until)?;
        }
        Ok(Self::reading(ledger, contents, selection.until, Answers::Kept))
    }

    /// Reads one unit up to its head, whatever is appended meanwhile: its entries, and nothing that
    /// is beside them.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchUnit`].
    pub async fn unit(ledger: Ledger, unit: &UnitKey) -> Result<(Self, UnitHead), TransferError> {
        let head = ledger.unit_head(unit).await?;
        let head = head.ok_or_else(|| LedgerError::NoSuchUnit(unit.clone()))?;
        let contents = Contents { units: vec![head.clone()], ..Contents::default() };
        Ok((Self::reading(ledger, contents, Until::Head, Answers::LeftOut), head))
    }

    fn reading(ledger: Ledger, contents: Contents, until: Until, answers: Answers) -> Self {
        let (items, received) = mpsc::channel(AHEAD);
        tokio::spawn(async move {
            if let Err(error) = read(&ledger, contents, until, answers, &items).await {
                // Nobody may be waiting any more.
                let _ = items.send(Err(error)).await;
            }
        });
        Self { items: received, entries_total: 0, until }
    }

    /// Reads a file that [`export`](super::export()) wrote.
    ///
    /// # Errors
    /// [`TransferError::File`] when it cannot be opened.
    pub fn file(path: &Path, selection: Selection) -> Result<Self, TransferError> {
        let until = selection.until;
        let reading = Reading::open(path, selection)?;
        let (items, received) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || reading.run(&items));
        Ok(Self { items: received, entries_total: 0, until })
    }

    /// Reads all of it and does nothing else.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub async fn check(
        mut self,
        mut progress: impl FnMut(Moved),
    ) -> Result<Checked, TransferError> {
        let mut checked = Checked::default();
        while let Some(item) = self.next().await? {
            match item {
                Item::Unit(_) => checked.units += 1,
                Item::Entries(records) => checked.entries += records.len() as u64,
                Item::Begin { .. } | Item::Plain { .. } => {}
            }
            let Checked { entries, .. } = checked;
            progress(Moved { entries, entries_total: self.entries_total });
        }
        Ok(checked)
    }

    /// The next part; `None` after the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Item>, TransferError> {
        let item = self.items.recv().await.transpose()?;
        if let Some(Item::Begin { entries, .. }) = &item {
            self.entries_total = *entries;
        }
        Ok(item)
    }

    /// How many entries there are, as far as is known.
    pub(super) fn entries_total(&self) -> u64 {
        self.entries_total
    }

    /// Up to where units are read.
    pub(super) fn until(&self) -> Until {
        self.until
    }
}

/// A revision that is asked for must be there.
pub(super) fn within(head: &UnitHead, until: Until) -> Result<(), LedgerError> {
    match until {
        Until::Revision(revision) if revision > head.revision => {
            Err(LedgerError::NoSuchEntry { unit: head.unit.clone(), revision })
        }
        _ => Ok(()),
    }
}

async fn read(
    ledger: &Ledger,
    contents: Contents,
    until: Until,
    answers: Answers,
    items: &Items,
) -> Result<(), TransferError> {
    let Contents { units, profiles, clients, calendars } = contents;
    let last = |head: &UnitHead| match until {
        Until::Revision(revision) => revision,
        Until::Head | Until::Time(_) => head.revision,
    };
    let entries = units.iter().map(|head| last(head).0).sum();
    let begin = Item::Begin { units: units.len() as u64, entries };
    if items.send(Ok(begin)).await.is_err() {
        return Ok(());
    }
    for head in units {
        let last = last(&head);
        let mut follow = Follow::new(&head);
        if items.send(Ok(Item::Unit(head.clone()))).await.is_err() {
            return Ok(());
        }
        while follow.revision < last {
            let left = usize::try_from(last.0 - follow.revision.0).unwrap_or(usize::MAX);
            let limit = left.min(limits::MOVE_ENTRIES);
            let mut page = ledger.records_after(&head.unit, follow.revision, limit).await?;
            if page.is_empty() {
                return Err(follow.wrong("the entry is missing"));
            }
            page.iter().try_for_each(|record| follow.take(&record.entry))?;
            if answers == Answers::LeftOut {
                page.iter_mut().for_each(|record| record.answered = None);
            }
            let read = page.len();
            page.retain(|record| until.takes(&record.entry));
            let cut = page.len() < read;
            if items.send(Ok(Item::Entries(page))).await.is_err() {
                return Ok(());
            }
            if cut {
                break;
            }
        }
        if follow.revision == head.revision && follow.hash != head.hash {
            return Err(follow.wrong("the head has another hash than the entry"));
        }
    }
    // Nobody may be waiting any more.
    let _ = items.send(Ok(Item::Plain { profiles, clients, calendars })).await;
    Ok(())
}

/// Follows the chain of a unit that is being read.
pub(super) struct Follow {
    head: UnitHead,
    chain: Chain,
    pub(super) revision: Revision,
    pub(super) hash: Hash,
}

impl Follow {
    pub(super) fn new(head: &UnitHead) -> Self {
        let chain = Chain::new(&head.unit);
        Self { head: head.clone(), chain, revision: Revision::ZERO, hash: NO_HASH }
    }

    /// Takes the next entry.
    pub(super) fn take(&mut self, entry: &StoredEntry) -> Result<(), TransferError> {
        if entry.revision != self.revision.next() {
            return Err(self.wrong("the entry is missing"));
        }
        if self.chain.of_stored(self.hash, entry) != entry.hash {
            return Err(self.wrong("the entry does not match its hash"));
        }
        (self.revision, self.hash) = (entry.revision, entry.hash);
        Ok(())
    }

    /// All entries were taken.
    pub(super) fn end(&self) -> Result<(), TransferError> {
        if self.revision != self.head.revision {
            return Err(self.wrong("the entry is missing"));
        }
        if self.hash != self.head.hash {
            return Err(self.wrong("the unit ends with another hash"));
        }
        Ok(())
    }

    pub(super) fn head(&self) -> &UnitHead {
        &self.head
    }

    fn wrong(&self, problem: &'static str) -> TransferError {
        let (unit, revision) = (self.head.unit.clone(), self.revision.next());
        TransferError::Entry { unit, revision, problem }
    }
}
