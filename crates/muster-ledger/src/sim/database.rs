//! What is stored, and what an operation does to it when it gets there: as the other engines do.

mod job;
mod plain;
mod snapshot;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use muster_core::id::{
    AgentId, ClientId, CommandId, JobId, OrganizationId, Revision, UnitId, WebhookId,
};

use crate::entry::{Appended, Chain, Hash, NO_HASH, NewEntry, StoredCommand, StoredEntry};
use crate::error::{AppendError, LedgerError};
use crate::job::JobRow;
use crate::ledger::{Created, Stats};
use crate::limits;
use crate::plain::{CalendarLink, ClientRow, Profile, SigningKey};
use crate::snapshot::Snapshot;
use crate::subject::{SubjectChange, SubjectKind, UnitKey};
use crate::write::{AgendaRow, KeyedAnswer};

type Subject = (OrganizationId, SubjectKind, String);

/// Everything.
#[derive(Debug, Clone, Default)]
pub(super) struct Database {
    pub(super) units: BTreeMap<UnitKey, Unit>,
    subjects: BTreeMap<Subject, UnitId>,
    profiles: BTreeMap<(OrganizationId, AgentId), Profile>,
    clients: BTreeMap<ClientId, ClientRow>,
    calendars: BTreeMap<(OrganizationId, AgentId), CalendarLink>,
    signing_keys: Vec<SigningKey>,
    leases: BTreeMap<String, write::Held>,
    agenda: BTreeMap<UnitKey, AgendaRow>,
    answers: BTreeMap<CommandId, KeyedAnswer>,
    webhooks: BTreeMap<(OrganizationId, WebhookId), write::Webhook>,
    jobs: BTreeMap<(OrganizationId, JobId), JobRow>,
    outcomes: BTreeMap<(OrganizationId, JobId), BTreeMap<u64, Vec<u8>>>,
}

/// A unit's ledger.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) head: Revision,
    pub(super) hash: Hash,
    /// Commands up to this entry have been forgotten.
    pruned: Revision,
    pub(super) entries: Vec<StoredEntry>,
    pub(super) commands: BTreeMap<CommandId, StoredCommand>,
    snapshots: BTreeMap<(u16, Revision), Snapshot>,
}

impl Database {
    pub(super) fn create_unit(&mut self, key: &UnitKey) -> Result<Created, LedgerError> {
        if self.units.contains_key(key) {
            return Ok(Created::Already);
        }
        let subject = (key.organization.clone(), SubjectKind::Unit, key.unit.to_string());
        if let Some(unit) = self.subjects.get(&subject) {
            let (_, kind, id) = subject;
            return Err(LedgerError::SubjectTaken { kind, id, unit: unit.clone() });
        }
        self.subjects.insert(subject, key.unit.clone());
        let unit = Unit {
            head: Revision::ZERO,
            hash: NO_HASH,
            pruned: Revision::ZERO,
            entries: Vec::new(),
            commands: BTreeMap::new(),
            snapshots: BTreeMap::new(),
        };
        self.units.insert(key.clone(), unit);
        Ok(Created::New)
    }

    pub(super) fn units(&self) -> Vec<UnitKey> {
        self.units.keys().cloned().collect()
    }

    pub(super) fn head(&self, unit: &UnitKey) -> Option<Revision> {
        Some(self.units.get(unit)?.head)
    }

    pub(super) fn head_with_hash(&self, unit: &UnitKey) -> Option<Appended> {
        self.units.get(unit).map(|unit| Appended { head: unit.head, hash: unit.hash })
    }

    fn unit(&self, key: &UnitKey) -> Result<&Unit, LedgerError> {
        self.units.get(key).ok_or_else(|| LedgerError::NoSuchUnit(key.clone()))
    }

    /// Appends if `after` is the head.
    pub(super) fn append(
        &mut self,
        key: &UnitKey,
        after: Revision,
        entries: Vec<NewEntry>,
    ) -> Result<Appended, AppendError> {
        let head = self.unit(key)?.head;
        if head != after {
            return Err(AppendError::Behind(head));
        }
        self.write(key, entries)
    }

    /// Appends after the head, all or nothing.
    pub(super) fn write(
        &mut self,
        key: &UnitKey,
        mut entries: Vec<NewEntry>,
    ) -> Result<Appended, AppendError> {
        for entry in &mut entries {
            entry.subjects.sort_by(|a, b| a.subject().cmp(&b.subject()));
        }
        let changes = self.check(key, &entries)?;
        let Some(unit) = self.units.get_mut(key) else {
            return Err(LedgerError::NoSuchUnit(key.clone()).into());
        };
        let hashes = Chain::new(key).links(unit.head, unit.hash, &entries);
        let (before, newest) = (unit.head, entries.last().map(|entry| entry.at));
        let count = entries.len();
        for (entry, hash) in entries.into_iter().zip(hashes) {
            unit.push(entry, hash);
        }
        if let Some(newest) = newest
            && unit.head.0 / limits::PRUNE_EVERY != before.0 / limits::PRUNE_EVERY
        {
            unit.forget_commands(newest.plus_days(-limits::COMMAND_RETENTION_DAYS), count);
        }
        let appended = Appended { head: unit.head, hash: unit.hash };
        for (subject, owner) in changes {
            match owner {
                Some(owner) => drop(self.subjects.insert(subject, owner)),
                None => drop(self.subjects.remove(&subject)),
            }
        }
        Ok(appended)
    }

    /// Whether entries may be appended, and what they do to the ids.
    fn check(
        &self,
        key: &UnitKey,
        entries: &[NewEntry],
    ) -> Result<BTreeMap<Subject, Option<UnitId>>, AppendError> {
        let unit = self.unit(key)?;
        let mut seen = BTreeSet::new();
        let mut changes: BTreeMap<Subject, Option<UnitId>> = BTreeMap::new();
        for entry in entries {
            if unit.commands.contains_key(&entry.command) || !seen.insert(&entry.command) {
                return Err(AppendError::Duplicate(entry.command.clone()));
            }
            for change in &entry.subjects {
                let (kind, id) = change.subject();
                let subject = (key.organization.clone(), kind, id.to_owned());
                let known = || self.subjects.get(&subject).cloned();
                let owner = changes.get(&subject).cloned().unwrap_or_else(known);
                match (change, owner) {
                    (SubjectChange::Claim(..), Some(unit)) if unit != key.unit => {
                        return Err(AppendError::SubjectTaken { kind, id: subject.2, unit });
                    }
                    (SubjectChange::Claim(..), _) => {
                        changes.insert(subject, Some(key.unit.clone()));
                    }
                    (SubjectChange::Release(..), Some(unit)) if unit == key.unit => {
                        changes.insert(subject, None);
                    }
                    (SubjectChange::Release(..), _) => {}
                }
            }
        }
        Ok(changes)
    }

    pub(super) fn entries_after(
        &self,
        unit: &UnitKey,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, LedgerError> {
        let unit = self.unit(unit)?;
        let from = usize::try_from(after.0).unwrap_or(usize::MAX).min(unit.entries.len());
        let mut page = Vec::new();
        let mut size_bytes = 0;
        for entry in unit.entries[from..].iter().take(limit.min(limits::PAGE_ENTRIES)) {
            size_bytes += entry.body.len();
            if size_bytes > limits::PAGE_BYTES && !page.is_empty() {
                break;
            }
            page.push(entry.clone());
        }
        Ok(page)
    }

    pub(super) fn find_command(&self, unit: &UnitKey, id: &CommandId) -> Option<StoredCommand> {
        self.units.get(unit)?.commands.get(id).cloned()
    }

    pub(super) fn find_subject(
        &self,
        organization: &OrganizationId,
        kind: SubjectKind,
        id: &str,
    ) -> Option<UnitId> {
        self.subjects.get(&(organization.clone(), kind, id.to_owned())).cloned()
    }

    pub(super) fn stats(&self) -> Stats {
        let units = || self.units.values();
        let body = |entry: &StoredEntry| entry.body.len() as u64;
        Stats {
            units: units().count() as u64,
            entries: units().map(|unit| unit.head.0).sum(),
            snapshots: units().map(|unit| unit.snapshots.len() as u64).sum(),
            size_bytes: units().flat_map(|unit| &unit.entries).map(body).sum(),
        }
    }
}

impl Unit {
    fn push(&mut self, entry: NewEntry, hash: Hash) {
        let NewEntry { at, format, command, request_hash, answer, body, subjects: _ } = entry;
        let revision = self.head.next();
        let stored = StoredCommand { revision, request_hash, answer, at };
        self.commands.insert(command.clone(), stored);
        self.entries.push(StoredEntry { revision, at, format, command, hash, body });
        (self.head, self.hash) = (revision, hash);
    }

    /// Forgets the oldest commands that are past their retention; more than came in since the
    /// last look, so that it catches up.
    fn forget_commands(&mut self, expired: muster_core::Instant, appended: usize) {
        let from = usize::try_from(self.pruned.0).unwrap_or(usize::MAX);
        let most = limits::PRUNE_COMMANDS + appended;
        let looked = self.entries[from..].iter().take(most);
        let old = looked.filter(|entry| entry.at < expired).map(|entry| entry.revision);
        let Some(pruned) = old.max() else { return };
        let to = usize::try_from(pruned.0).unwrap_or(usize::MAX);
        for entry in &self.entries[from..to] {
            self.commands.remove(&entry.command);
        }
        self.pruned = pruned;
    }
}
