//! Units and entries for tests.

use muster_core::entry::{Actor, Entry, Reference, ReferenceKind};
use muster_core::event::Event;
use muster_core::id::{ClientId, CommandId, OrganizationId, Revision, ScheduleId, UnitId};
use muster_core::instant::Instant;
use muster_ledger::{Appended, Ledger, NewEntry, StoredEntry, SubjectChange, SubjectKind, UnitKey};

pub(crate) fn organization(id: &str) -> OrganizationId {
    OrganizationId::parse(id).unwrap()
}

pub(crate) fn command(id: &str) -> CommandId {
    CommandId::parse(id).unwrap()
}

pub(crate) fn unit(organization: &str, unit: &str) -> UnitKey {
    UnitKey {
        organization: OrganizationId::parse(organization).unwrap(),
        unit: UnitId::parse(unit).unwrap(),
    }
}

/// Noon on some day.
pub(crate) fn day(day: i64) -> Instant {
    Instant::from_ms(1_774_872_000_000).plus_days(day)
}

/// An entry that says which command it answers, and claims nothing.
pub(crate) fn entry(id: &str) -> NewEntry {
    NewEntry {
        at: day(0),
        format: 1,
        command: command(id),
        request_hash: [id.len() as u8; 32],
        answer: format!("answer to {id}").into_bytes(),
        body: format!("body of {id}").into_bytes(),
        subjects: Vec::new(),
    }
}

/// An entry that says what it is in today's form: a week was opened, whose schedule is `id`.
pub(crate) fn week_opened(revision: u64, id: &str) -> NewEntry {
    let week = Event::WeekOpened {
        week: "2026-03-30".parse().unwrap(),
        id: ScheduleId::parse(id).unwrap(),
    };
    written(revision, id, vec![week])
}

/// An entry with the body and the subjects that follow from its events.
pub(crate) fn written(revision: u64, id: &str, events: Vec<Event>) -> NewEntry {
    let whole = Entry {
        revision: Revision(revision),
        at: day(0),
        actor: Actor { client: ClientId::parse("planner-98597869").unwrap(), agent: None },
        command: command(id),
        policy: Revision(1),
        zones: "2026a".into(),
        about: Reference { kind: ReferenceKind::Draft, id: id.into() },
        reason: Some("the second half of the week was planned anew".into()),
        events,
    };
    let subjects = muster_ledger::subjects(&whole.events);
    let answer = format!("{{\"revision\": {revision}}}").into_bytes();
    NewEntry { body: muster_ledger::encode(&whole), subjects, answer, ..entry(id) }
}

/// Entries `prefix-1`, `prefix-2` …
pub(crate) fn entries(prefix: &str, count: usize) -> Vec<NewEntry> {
    (1..=count).map(|nth| entry(&format!("{prefix}-{nth}"))).collect()
}

/// An entry that changes subjects.
pub(crate) fn entry_with(id: &str, subjects: Vec<SubjectChange>) -> NewEntry {
    NewEntry { subjects, ..entry(id) }
}

pub(crate) fn claim(kind: SubjectKind, id: &str) -> SubjectChange {
    SubjectChange::Claim(kind, id.to_owned())
}

pub(crate) fn release(kind: SubjectKind, id: &str) -> SubjectChange {
    SubjectChange::Release(kind, id.to_owned())
}

/// Creates a unit and appends `count` entries to it.
pub(crate) async fn grown(ledger: &Ledger, unit: &UnitKey, count: usize) -> Appended {
    ledger.create_unit(&unit.organization, &unit.unit).await.unwrap();
    ledger.append(unit, Revision::ZERO, entries("c", count)).await.unwrap()
}

/// Every entry of a unit.
pub(crate) async fn all_entries(ledger: &Ledger, unit: &UnitKey) -> Vec<StoredEntry> {
    let mut all: Vec<StoredEntry> = Vec::new();
    loop {
        let after = all.last().map_or(Revision::ZERO, |entry| entry.revision);
        let page = ledger.entries_after(unit, after, 1_000).await.unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// Asserts that nothing is damaged; answers with the number of entries.
pub(crate) async fn assert_sound(ledger: &Ledger) -> u64 {
    let report = ledger.verify(|_| ()).await.unwrap();
    assert_eq!(report.damages, []);
    report.entries
}
