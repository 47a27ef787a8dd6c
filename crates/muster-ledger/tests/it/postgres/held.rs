//! Units that are held.

use muster_core::id::Revision;
use muster_ledger::{AppendError, LedgerError};
use tokio::sync::mpsc;

use crate::engine::{Engine, Postgres};
use crate::given::{all_entries, assert_sound, entries, entry, grown, unit};

/// So many that they would not come in turn by chance.
const WAITERS: i64 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn while_a_unit_is_held_nobody_else_appends_to_it() {
    let engine = Postgres::fresh().await;
    let (ledger, other) = (engine.serve().await, engine.serve().await);
    let [u1, u2] = [unit("acme", "u1"), unit("acme", "u2")];
    grown(&ledger, &u1, 3).await;
    grown(&ledger, &u2, 3).await;
    let mut hold = ledger.hold(&u1).await.unwrap();
    assert_eq!(hold.head(), Revision(3));
    let missed = hold.entries_after(Revision(1), 10).await.unwrap();
    assert_eq!(missed, all_entries(&ledger, &u1).await[1..]);

    other.append(&u2, Revision(3), vec![entry("d")]).await.expect("another unit");
    let waits = tokio::spawn({
        let (other, u1) = (other.clone(), u1.clone());
        async move { other.append(&u1, Revision(3), vec![entry("theirs")]).await }
    });
    engine.until_waiting(1).await;
    let appended = hold.append(entries("ours", 2)).await.unwrap();
    assert_eq!(appended.head, Revision(5));
    let refused = waits.await.unwrap();
    assert!(matches!(refused, Err(AppendError::Behind(Revision(5)))), "{refused:?}");
    let more = ledger.append(&u1, Revision(5), vec![entry("e")]).await.unwrap();
    assert_eq!(more.head, Revision(6));
    assert_eq!(assert_sound(&ledger).await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_want_to_hold_a_unit_come_in_turn() {
    let engine = Postgres::fresh().await;
    let ledger = engine.serve().await;
    let u1 = unit("acme", "u1");
    grown(&ledger, &u1, 1).await;
    let first = ledger.hold(&u1).await.unwrap();
    let (done, mut order) = mpsc::unbounded_channel();
    for nth in 1..=WAITERS {
        let (ledger, u1, done) = (ledger.clone(), u1.clone(), done.clone());
        tokio::spawn(async move {
            let hold = ledger.hold(&u1).await.unwrap();
            done.send((nth, hold.head())).unwrap();
            hold.append(vec![entry(&format!("turn-{nth}"))]).await.unwrap();
        });
        engine.until_waiting(nth).await;
    }
    first.append(vec![entry("turn-0")]).await.unwrap();
    for nth in 1..=WAITERS {
        let head = Revision(u64::try_from(nth).unwrap() + 1);
        assert_eq!(order.recv().await, Some((nth, head)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_is_let_go_is_unchanged_and_free() {
    let engine = Postgres::fresh().await;
    let ledger = engine.serve().await;
    let u1 = unit("acme", "u1");
    let head = grown(&ledger, &u1, 1).await;
    // More often than there are connections: none stays behind in a transaction.
    for _ in 0..40 {
        drop(ledger.hold(&u1).await.unwrap());
        let hold = ledger.hold(&u1).await.unwrap();
        assert_eq!(hold.append(Vec::new()).await.unwrap(), head);
    }
    ledger.append(&u1, Revision(1), vec![entry("d")]).await.unwrap();
    let u2 = unit("acme", "u2");
    let missing = ledger.hold(&u2).await.map(|_| ());
    assert!(matches!(missing, Err(LedgerError::NoSuchUnit(unit)) if unit == u2));
    let open = "select count(*) from pg_stat_activity
        where datname = current_database() and state like 'idle in transaction%'";
    let open: i64 = engine.connect().await.query_one(open, &[]).await.unwrap().get(0);
    assert_eq!(open, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_a_unit_cannot_append_to_it() {
    let engine = Postgres::fresh().await;
    let ledger = engine.serve().await;
    let u1 = unit("acme", "u1");
    grown(&ledger, &u1, 1).await;
    let stuck = ledger.hold(&u1).await.unwrap();
    let waits = tokio::spawn({
        let (ledger, u1) = (ledger.clone(), u1.clone());
        async move { ledger.append(&u1, Revision(1), vec![entry("theirs")]).await }
    });
    engine.until_waiting(1).await;
    // What the server does by itself to a transaction that is idle for too long.
    engine.terminate("state = 'idle in transaction'").await;
    assert_eq!(waits.await.unwrap().unwrap().head, Revision(2));
    let lost = stuck.append(vec![entry("ours")]).await;
    assert!(matches!(lost, Err(AppendError::Indeterminate)), "{lost:?}");
    let again = ledger.append(&u1, Revision(1), vec![entry("ours")]).await;
    assert!(matches!(again, Err(AppendError::Behind(Revision(2)))), "{again:?}");
    assert_eq!(assert_sound(&ledger).await, 2);
}
