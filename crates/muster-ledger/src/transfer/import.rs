//! Taking over what a source holds.

use std::collections::BTreeSet;

use muster_core::id::{AgentId, OrganizationId, Revision};

use super::source::{Item, Source};
use super::{Moved, MovedEntry, Record, TransferError, UnitHead, Until};
use crate::codec;
use crate::entry::StoredEntry;
use crate::error::LedgerError;
use crate::ledger::{Created, Ledger};
use crate::plain::{CalendarLink, ClientRow, Profile};
use crate::subject::UnitKey;

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// The units that were read, and where they stand now.
    pub units: Vec<(UnitKey, Revision)>,
    /// Units that were not there before.
    pub units_new: u64,
    /// Entries that were appended.
    pub entries: u64,
    /// Entries that were there already.
    pub entries_there: u64,
    /// Profiles that were not there before.
    pub profiles: u64,
    /// Clients that were not there before.
    pub clients: u64,
    /// Links to calendars that were not there before.
    pub calendars: u64,
}

/// Takes over units, with the same revisions, times, commands and hashes, and the profiles,
/// clients and links to calendars that are not there. A unit that is there already with the same
/// entries goes on from where it stands; so the same import can be made again.
///
/// # Errors
/// See [`TransferError`]. A unit that is there with other entries is left as it is.
pub async fn import(
    ledger: &Ledger,
    mut source: Source,
    mut progress: impl FnMut(Moved),
) -> Result<Imported, TransferError> {
    let mut imported = Imported::default();
    let mut heads = Vec::new();
    let mut unit: Option<Taking> = None;
    while let Some(item) = source.next().await? {
        match item {
            Item::Begin { .. } => {}
            Item::Unit(head) => {
                imported.settle(unit.take())?;
                unit = Some(Taking::begin(ledger, &head, source.until(), &mut imported).await?);
                heads.push(head);
            }
            Item::Entries(records) => {
                if let Some(unit) = &mut unit {
                    unit.take(ledger, records, &mut imported).await?;
                }
            }
            Item::Plain { profiles, clients, calendars } => {
                imported.profiles += add_profiles(ledger, profiles).await?;
                imported.clients += add_clients(ledger, clients).await?;
                imported.calendars += add_calendars(ledger, calendars).await?;
            }
        }
        let entries = imported.entries + imported.entries_there;
        progress(Moved { entries, entries_total: source.entries_total() });
    }
    imported.settle(unit)?;
    same_subjects(ledger, &heads).await?;
    Ok(imported)
}

impl Imported {
    fn settle(&mut self, unit: Option<Taking>) -> Result<(), TransferError> {
        let Some(Taking { key, until, there, stands, last }) = unit else { return Ok(()) };
        if until != Until::Head && there > last {
            return Err(TransferError::Beyond { unit: key, head: there, wanted: last });
        }
        self.units.push((key, stands));
        Ok(())
    }
}

/// A unit on its way in.
struct Taking {
    key: UnitKey,
    until: Until,
    /// What was there before: compared, not appended.
    there: Revision,
    /// The last entry that is in.
    stands: Revision,
    /// The last entry that was read.
    last: Revision,
}

impl Taking {
    async fn begin(
        ledger: &Ledger,
        head: &UnitHead,
        until: Until,
        imported: &mut Imported,
    ) -> Result<Self, TransferError> {
        let key = head.unit.clone();
        let created = ledger.create_unit(&key.organization, &key.unit).await?;
        imported.units_new += u64::from(created == Created::New);
        let there = ledger.head(&key).await?.unwrap_or(Revision::ZERO);
        Ok(Self { key, until, there, stands: there, last: Revision::ZERO })
    }

    async fn take(
        &mut self,
        ledger: &Ledger,
        mut records: Vec<Record>,
        imported: &mut Imported,
    ) -> Result<(), TransferError> {
        self.last = records.last().map_or(self.last, |record| record.entry.revision);
        let missing = records.iter().position(|record| record.entry.revision > self.there);
        let missing = records.split_off(missing.unwrap_or(records.len()));
        self.compare(ledger, &records).await?;
        imported.entries_there += records.len() as u64;
        if missing.is_empty() {
            return Ok(());
        }
        imported.entries += missing.len() as u64;
        let moved = aside(move || missing.into_iter().map(moved).collect::<Result<Vec<_>, _>>());
        let moved = moved.await.map_err(|(revision, source)| {
            let (unit, after) = (self.key.clone(), Revision(revision.0 - 1));
            TransferError::Append { unit, after, source: source.into() }
        })?;
        let after = self.stands;
        let appended = ledger.adopt(&self.key, after, moved).await;
        let appended = appended.map_err(|source| {
            let unit = self.key.clone();
            TransferError::Append { unit, after, source }
        })?;
        self.stands = appended.head;
        Ok(())
    }

    /// What is there must be the same.
    async fn compare(&self, ledger: &Ledger, records: &[Record]) -> Result<(), TransferError> {
        let mut rest = records;
        while let Some(first) = rest.first() {
            let after = Revision(first.entry.revision.0 - 1);
            let page = ledger.entries_after(&self.key, after, rest.len()).await?;
            let compared = page.len().min(rest.len());
            let differs = rest.iter().zip(&page).find(|(record, entry)| {
                (record.entry.revision, record.entry.hash) != (entry.revision, entry.hash)
            });
            let differs = differs.map(|(record, _)| record.entry.revision);
            if let Some(revision) = differs.or((compared == 0).then(|| after.next())) {
                return Err(TransferError::Forked { unit: self.key.clone(), revision });
            }
            rest = &rest[compared..];
        }
        Ok(())
    }
}

/// An entry with the ids it takes and gives up, which follow from what happened.
fn moved(record: Record) -> Result<MovedEntry, (Revision, LedgerError)> {
    let StoredEntry { revision, format, body, .. } = &record.entry;
    let entry = codec::decode(*format, body).map_err(|error| (*revision, error))?;
    let subjects = codec::subjects(&entry.events);
    Ok(MovedEntry { record, subjects })
}

async fn add_profiles(
    ledger: &Ledger,
    profiles: Vec<(OrganizationId, Profile)>,
) -> Result<u64, LedgerError> {
    let mut added = 0;
    let mut rest = profiles.into_iter().peekable();
    while let Some((organization, _)) = rest.peek().cloned() {
        let mut of_it = Vec::new();
        while let Some((_, profile)) = rest.next_if(|(other, _)| *other == organization) {
            of_it.push(profile);
        }
        let agents: Vec<AgentId> = of_it.iter().map(|profile| profile.agent.clone()).collect();
        let there = ledger.profiles(&organization, &agents).await?;
        let there: BTreeSet<AgentId> = there.into_iter().map(|profile| profile.agent).collect();
        of_it.retain(|profile| !there.contains(&profile.agent));
        added += of_it.len() as u64;
        if !of_it.is_empty() {
            ledger.put_profiles(&organization, of_it).await?;
        }
    }
    Ok(added)
}

async fn add_clients(ledger: &Ledger, clients: Vec<ClientRow>) -> Result<u64, LedgerError> {
    let mut added = 0;
    for client in clients {
        // What was changed or revoked since stays so.
        if ledger.find_client(&client.id).await?.is_none() {
            ledger.put_client(client).await?;
            added += 1;
        }
    }
    Ok(added)
}

async fn add_calendars(ledger: &Ledger, links: Vec<CalendarLink>) -> Result<u64, LedgerError> {
    let mut added = 0;
    for link in links {
        // What was made anew or revoked since stays so.
        if ledger.calendar_of(&link.organization, &link.agent).await?.is_none() {
            ledger.put_calendar(link, false).await?;
            added += 1;
        }
    }
    Ok(added)
}

/// Units that stand where they stood have the ids they had.
async fn same_subjects(ledger: &Ledger, heads: &[UnitHead]) -> Result<(), TransferError> {
    let now = ledger.contents().await?.units;
    for head in heads {
        let UnitHead { unit, revision, hash: _, subjects } = head;
        let same = |now: &&UnitHead| now.unit == *unit && now.revision == *revision;
        if let Some(now) = now.iter().find(same)
            && now.subjects != *subjects
        {
            let (found, wanted) = (now.subjects, *subjects);
            return Err(TransferError::Subjects { unit: unit.clone(), found, wanted });
        }
    }
    Ok(())
}

/// Does something that takes long on a thread of its own.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
    }
}
