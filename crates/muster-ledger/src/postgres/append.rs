//! The one write of schedule facts, and the units it writes to.

use std::collections::BTreeMap;

use muster_core::id::Revision;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::fault::{Trouble, corrupt};
use super::pool::{Lease, Param};
use super::read::{get, hash, revision, up_to};
use crate::aside::aside;
use crate::entry::{Appended, Chain, Hash, NO_HASH, NewEntry};
use crate::error::{AppendError, LedgerError};
use crate::ledger::Created;
use crate::limits;
use crate::subject::{SubjectChange, SubjectKind, UnitKey};

const APPEND: &str = "select outcome, head, head_hash from append_entries(
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
const CREATE: &str = "select create_unit($1, $2, $3, $4, $5)";

/// Entries to append, with the hashes that they have if the head has `previous`.
pub(super) struct Batch {
    unit: UnitKey,
    after: Revision,
    entries: Vec<NewEntry>,
    previous: Hash,
    hashes: Vec<Hash>,
    claims: Vec<Claim>,
    releases: Vec<(i32, String)>,
}

/// An id that is asked for, and by which entry of the append first.
pub(super) struct Claim {
    pub(super) kind: i32,
    pub(super) id: String,
    pub(super) nth: i64,
}

impl Batch {
    /// Hashes the entries and gathers what they claim and release. There is at least one entry.
    pub(super) async fn prepare(
        unit: UnitKey,
        after: Revision,
        previous: Hash,
        entries: Vec<NewEntry>,
    ) -> Result<Self, LedgerError> {
        let size_bytes = weight(&entries);
        if size_bytes > limits::APPEND_BYTES {
            let (max, found) = (limits::APPEND_BYTES, size_bytes);
            return Err(LedgerError::TooMany { what: "bytes in one append", max, found });
        }
        let gather = move || {
            let hashes = Chain::new(&unit).links(after, previous, &entries);
            let (claims, releases) =
                subjects(entries.iter().map(|entry| entry.subjects.as_slice()));
            Self { unit, after, entries, previous, hashes, claims, releases }
        };
        if size_bytes < limits::HASH_ASIDE_BYTES { Ok(gather()) } else { aside(gather).await }
    }

    /// Appends in a transaction of its own.
    pub(super) async fn append(&self, mut lease: Lease) -> Result<Appended, AppendError> {
        lease.take_not_replicated();
        let answer = lease.ask(APPEND, &Columns::new(self).params()).await;
        self.outcome(answer, &lease)
    }

    /// Appends in a transaction that was begun before, and commits it.
    pub(super) async fn append_and_commit(
        &self,
        mut lease: Lease,
    ) -> Result<Appended, AppendError> {
        lease.take_not_replicated();
        let answer = lease.end(APPEND, &Columns::new(self).params()).await;
        self.outcome(answer, &lease)
    }

    /// How many entries to look at for commands to forget, if it is time to look: more than came
    /// in since the last look, so that it catches up.
    fn to_forget(&self) -> Option<i64> {
        let count = self.entries.len() as u64;
        let every = limits::PRUNE_EVERY;
        let is_time = (self.after.0 + count) / every != self.after.0 / every;
        is_time.then_some(limits::PRUNE_COMMANDS as i64 + count as i64)
    }

    fn outcome(
        &self,
        answer: Result<Vec<Row>, Trouble>,
        lease: &Lease,
    ) -> Result<Appended, AppendError> {
        let rows = answer.map_err(Trouble::appending)?;
        let row = rows.first().ok_or_else(|| corrupt("append_entries gave no row"))?;
        let outcome: &str = get(row, 0)?;
        if outcome == "no unit" {
            return Err(LedgerError::NoSuchUnit(self.unit.clone()).into());
        }
        let head = revision(row, 1)?;
        match outcome {
            // With another hash at the same revision the ledger has lost what was known of it, and
            // has gone on without: the caller has to look what there is.
            "behind" | "other hash" => Err(AppendError::Behind(head)),
            _ if lease.take_not_replicated() => Err(AppendError::Indeterminate),
            _ => Ok(Appended { head, hash: hash(row, 2)? }),
        }
    }
}

/// A batch as the function takes it: a list per column.
struct Columns<'a> {
    organization: &'a str,
    unit: &'a str,
    after: i64,
    previous: &'a [u8],
    at: Vec<i64>,
    format: Vec<i32>,
    command: Vec<&'a str>,
    request_hash: Vec<&'a [u8]>,
    answer: Vec<&'a [u8]>,
    hash: Vec<&'a [u8]>,
    body: Vec<&'a [u8]>,
    claim_kind: Vec<i32>,
    claim_id: Vec<&'a str>,
    claim_nth: Vec<i64>,
    release_kind: Vec<i32>,
    release_id: Vec<&'a str>,
    expired: i64,
    most: Option<i64>,
    lock_ms: i32,
}

impl<'a> Columns<'a> {
    fn new(batch: &'a Batch) -> Self {
        let Batch { unit, after, entries, previous, hashes, claims, releases } = batch;
        let newest = entries.last().expect("a batch has an entry");
        Self {
            organization: unit.organization.as_str(),
            unit: unit.unit.as_str(),
            after: up_to(*after),
            previous,
            at: entries.iter().map(|entry| entry.at.ms()).collect(),
            format: entries.iter().map(|entry| i32::from(entry.format)).collect(),
            command: entries.iter().map(|entry| entry.command.as_str()).collect(),
            request_hash: entries.iter().map(|entry| entry.request_hash.as_slice()).collect(),
            answer: entries.iter().map(|entry| entry.answer.as_slice()).collect(),
            hash: hashes.iter().map(<[u8; 32]>::as_slice).collect(),
            body: entries.iter().map(|entry| entry.body.as_slice()).collect(),
            claim_kind: claims.iter().map(|claim| claim.kind).collect(),
            claim_id: claims.iter().map(|claim| claim.id.as_str()).collect(),
            claim_nth: claims.iter().map(|claim| claim.nth).collect(),
            release_kind: releases.iter().map(|(kind, _)| *kind).collect(),
            release_id: releases.iter().map(|(_, id)| id.as_str()).collect(),
            expired: newest.at.plus_days(-limits::COMMAND_RETENTION_DAYS).ms(),
            most: batch.to_forget(),
            lock_ms: lock_ms(),
        }
    }

    fn params(&self) -> [Param<'_>; 19] {
        [
            (&self.organization, Type::TEXT),
            (&self.unit, Type::TEXT),
            (&self.after, Type::INT8),
            (&self.previous, Type::BYTEA),
            (&self.at, Type::INT8_ARRAY),
            (&self.format, Type::INT4_ARRAY),
            (&self.command, Type::TEXT_ARRAY),
            (&self.request_hash, Type::BYTEA_ARRAY),
            (&self.answer, Type::BYTEA_ARRAY),
            (&self.hash, Type::BYTEA_ARRAY),
            (&self.body, Type::BYTEA_ARRAY),
            (&self.claim_kind, Type::INT4_ARRAY),
            (&self.claim_id, Type::TEXT_ARRAY),
            (&self.claim_nth, Type::INT8_ARRAY),
            (&self.release_kind, Type::INT4_ARRAY),
            (&self.release_id, Type::TEXT_ARRAY),
            (&self.expired, Type::INT8),
            (&self.most, Type::INT8),
            (&self.lock_ms, Type::INT4),
        ]
    }
}

/// Roughly how many bytes an append holds.
fn weight(entries: &[NewEntry]) -> usize {
    let entry = |entry: &NewEntry| {
        let subjects: usize =
            entry.subjects.iter().map(|change| 32 + change.subject().1.len()).sum();
        256 + entry.body.len() + entry.answer.len() + subjects
    };
    entries.iter().map(entry).sum()
}

/// The ids that are claimed anywhere in an append, and those that are given up in the end; each
/// once and in order.
pub(super) fn subjects<'a>(
    entries: impl Iterator<Item = &'a [SubjectChange]>,
) -> (Vec<Claim>, Vec<(i32, String)>) {
    let mut subjects: BTreeMap<(SubjectKind, &str), (Option<i64>, bool)> = BTreeMap::new();
    for (nth, changes) in (1..).zip(entries) {
        for change in changes {
            let (claimed, is_released) = subjects.entry(change.subject()).or_default();
            *is_released = matches!(change, SubjectChange::Release(..));
            if !*is_released {
                claimed.get_or_insert(nth);
            }
        }
    }
    let (mut claims, mut releases) = (Vec::new(), Vec::new());
    for ((kind, id), (claimed, is_released)) in subjects {
        let kind = code(kind);
        if let Some(nth) = claimed {
            claims.push(Claim { kind, id: id.to_owned(), nth });
        }
        if is_released {
            releases.push((kind, id.to_owned()));
        }
    }
    (claims, releases)
}

/// Creates a unit at revision 0, and its organization if this is the first.
pub(super) async fn create_unit(lease: &mut Lease, unit: &UnitKey) -> Result<Created, LedgerError> {
    lease.take_not_replicated();
    let params: [Param<'_>; 5] = [
        (&unit.organization.as_str(), Type::TEXT),
        (&unit.unit.as_str(), Type::TEXT),
        (&NO_HASH.as_slice(), Type::BYTEA),
        (&code(SubjectKind::Unit), Type::INT4),
        (&lock_ms(), Type::INT4),
    ];
    let rows = lease.ask(CREATE, &params).await.map_err(Trouble::writing)?;
    if lease.take_not_replicated() {
        return Err(LedgerError::Indeterminate);
    }
    match rows.first().map(|row| get(row, 0)).transpose()? {
        Some(true) => Ok(Created::New),
        _ => Ok(Created::Already),
    }
}

/// The number that a kind is stored as.
pub(super) fn code(kind: SubjectKind) -> i32 {
    i32::try_from(kind.code()).expect("kinds have small numbers")
}

/// How long to wait for a lock, in milliseconds.
pub(super) fn lock_ms() -> i32 {
    i32::try_from(limits::LOCK.as_millis()).expect("a few seconds")
}
