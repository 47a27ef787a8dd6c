//! Reading what was appended.

use muster_core::id::Revision;
use muster_ledger::{LedgerError, NewEntry, SubjectKind, limits};

use crate::engine::Engine;
use crate::given::{all_entries, command, day, entry, grown, organization, unit};

pub(crate) async fn pages_follow_each_other(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let [u1, u2] = [unit("acme", "u1"), unit("acme", "u2")];
    grown(&ledger, &u1, 10).await;
    grown(&ledger, &u2, 3).await;
    let mut seen = Vec::new();
    for expected in [4, 4, 2, 0] {
        let after = Revision(seen.len() as u64);
        let page = ledger.entries_after(&u1, after, 4).await.unwrap();
        assert_eq!(page.len(), expected);
        seen.extend(page.iter().map(|entry| entry.revision.0));
    }
    assert_eq!(seen, (1..=10).collect::<Vec<u64>>());
    assert_eq!(ledger.entries_after(&u1, Revision(11), 4).await.unwrap(), []);
    assert_eq!(ledger.entries_after(&u1, Revision(u64::MAX), 4).await.unwrap(), []);
    assert_eq!(ledger.entries_after(&u1, Revision::ZERO, usize::MAX).await.unwrap().len(), 10);
}

pub(crate) async fn large_entries_make_small_pages(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    ledger.create_unit(&u1.organization, &u1.unit).await.unwrap();
    let large = |id| NewEntry { body: vec![7; limits::PAGE_BYTES / 2 + 1], ..entry(id) };
    let larger = NewEntry { body: vec![7; limits::PAGE_BYTES + 1], ..entry("c") };
    ledger.append(&u1, Revision::ZERO, vec![large("a"), large("b"), larger]).await.unwrap();
    for after in 0..3 {
        let page = ledger.entries_after(&u1, Revision(after), 10).await.unwrap();
        assert_eq!(page.len(), 1);
        assert_eq!(page[0].revision, Revision(after + 1));
    }
    assert_eq!(all_entries(&ledger, &u1).await.len(), 3);
}

pub(crate) async fn a_command_is_found_with_its_answer_after_reopening(engine: &impl Engine) {
    let u1 = unit("acme", "u1");
    let before = engine.serve().await;
    let appended = grown(&before, &u1, 3).await;
    drop(before);
    let ledger = engine.serve().await;
    let found = ledger.find_command(&u1, &command("c-2")).await.unwrap().expect("it is kept");
    assert_eq!(found.revision, Revision(2));
    assert_eq!(found.request_hash, [3; 32]);
    assert_eq!(found.answer, b"answer to c-2");
    assert_eq!(found.at, day(0));
    let more = ledger.append(&u1, appended.head, vec![entry("d")]).await.unwrap();
    assert_eq!(more.head, Revision(4));
}

pub(crate) async fn stats_count_units_entries_and_bytes(engine: &impl Engine) {
    let ledger = engine.serve().await;
    grown(&ledger, &unit("acme", "u1"), 10).await;
    grown(&ledger, &unit("acme", "u2"), 3).await;
    let stats = ledger.stats().await.unwrap();
    assert_eq!((stats.units, stats.entries, stats.snapshots), (2, 13, 0));
    assert!(stats.size_bytes > 0);
}

pub(crate) async fn what_is_not_there_is_not_found(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    assert_eq!(ledger.units().await.unwrap(), []);
    assert_eq!(ledger.head(&u1).await.unwrap(), None);
    assert_eq!(ledger.find_command(&u1, &command("c")).await.unwrap(), None);
    let acme = organization("acme");
    assert_eq!(ledger.find_subject(&acme, SubjectKind::Unit, "u1").await.unwrap(), None);
    assert_eq!(ledger.newest_snapshot(&u1, 1, Revision(9)).await.unwrap(), None);
    let refused = ledger.entries_after(&u1, Revision::ZERO, 10).await;
    assert!(matches!(refused, Err(LedgerError::NoSuchUnit(missing)) if missing == u1));
}
