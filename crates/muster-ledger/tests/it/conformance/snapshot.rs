//! Snapshots.

use muster_core::id::Revision;
use muster_ledger::{LedgerError, NewEntry, Snapshot, limits};

use crate::engine::Engine;
use crate::given::{day, entry, grown, unit};

pub(super) fn snapshot(revision: u64, format: u16) -> Snapshot {
    let body = format!("state at {revision}").into_bytes();
    Snapshot { revision: Revision(revision), format, hash: [revision as u8; 32], body }
}

pub(crate) async fn the_newest_snapshot_in_reach_is_found(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let [u1, u2] = [unit("acme", "u1"), unit("acme", "u2")];
    grown(&ledger, &u1, 9).await;
    grown(&ledger, &u2, 9).await;
    ledger.put_snapshot(&u1, snapshot(0, 1)).await.unwrap();
    ledger.put_snapshot(&u1, snapshot(3, 1)).await.unwrap();
    ledger.put_snapshot(&u1, snapshot(6, 1)).await.unwrap();
    ledger.put_snapshot(&u2, snapshot(9, 1)).await.unwrap();
    let newest = |at_most| ledger.newest_snapshot(&u1, 1, Revision(at_most));
    assert_eq!(newest(u64::MAX).await.unwrap(), Some(snapshot(6, 1)));
    assert_eq!(newest(6).await.unwrap(), Some(snapshot(6, 1)));
    assert_eq!(newest(5).await.unwrap(), Some(snapshot(3, 1)));
    assert_eq!(newest(2).await.unwrap(), Some(snapshot(0, 1)));
    assert_eq!(ledger.newest_snapshot(&u1, 2, Revision(9)).await.unwrap(), None);
    assert_eq!(ledger.stats().await.unwrap().snapshots, 4);
}

pub(crate) async fn snapshots_of_earlier_formats_are_dropped(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    grown(&ledger, &u1, 9).await;
    for snapshot in [snapshot(3, 1), snapshot(6, 1), snapshot(6, 2)] {
        ledger.put_snapshot(&u1, snapshot).await.unwrap();
    }
    assert_eq!(ledger.newest_snapshot(&u1, 1, Revision(9)).await.unwrap(), None);
    let newest = ledger.newest_snapshot(&u1, 2, Revision(9)).await.unwrap();
    assert_eq!(newest, Some(snapshot(6, 2)));
}

pub(crate) async fn a_snapshot_of_nothing_is_refused(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    let refused = ledger.put_snapshot(&u1, snapshot(0, 1)).await;
    assert!(matches!(refused, Err(LedgerError::NoSuchUnit(_))), "{refused:?}");
    grown(&ledger, &u1, 9).await;
    let refused = ledger.put_snapshot(&u1, snapshot(10, 1)).await;
    let Err(LedgerError::NoSuchEntry { unit, revision }) = refused else { panic!("{refused:?}") };
    assert_eq!((unit, revision), (u1, Revision(10)));
}

pub(crate) async fn old_snapshots_thin_out(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    ledger.create_unit(&u1.organization, &u1.unit).await.unwrap();
    for nth in 0..80 {
        let daily = NewEntry { at: day(nth as i64), ..entry(&format!("c-{nth}")) };
        ledger.append(&u1, Revision(nth), vec![daily]).await.unwrap();
        ledger.put_snapshot(&u1, snapshot(nth + 1, 1)).await.unwrap();
    }
    let kept = ledger.stats().await.unwrap().snapshots;
    assert!((8..=12).contains(&kept), "{kept} are kept");
    let oldest = Revision(80 - limits::SNAPSHOT_RETENTION_DAYS as u64);
    let base = ledger.newest_snapshot(&u1, 1, oldest).await.unwrap();
    assert!(base.is_some(), "the whole retention has a base");
}
