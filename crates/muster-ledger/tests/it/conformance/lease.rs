//! Leases: who does a piece of background work.

use std::time::Duration;

use muster_ledger::{Lease, Ledger, PlainWrite, RowChange, WriteError};

use crate::engine::Engine;
use crate::given::day;

const LONG: Duration = Duration::from_secs(3_600);
/// A lease of this length has run out when it is answered.
const OVER: Duration = Duration::ZERO;

async fn take(ledger: &Ledger, holder: &str, lasts: Duration) -> Option<u64> {
    ledger.lease("work", holder, lasts).await.unwrap().map(|lease| lease.fence)
}

/// Writes something on the strength of a lease.
async fn write(ledger: &Ledger, fence: u64) -> Result<(), WriteError> {
    let lease = Lease { name: "work".to_owned(), fence };
    let changes = vec![RowChange::ForgetAnswers(day(0))];
    ledger.write_plain(PlainWrite::under(&lease, changes)).await
}

pub(crate) async fn one_holder_has_the_work_until_it_runs_out(engine: &impl Engine) {
    let [one, two] = [engine.serve().await, engine.beside().await];
    assert_eq!(take(&one, "one", LONG).await, Some(1));
    assert_eq!(take(&two, "two", LONG).await, None);
    assert_eq!(take(&one, "one", LONG).await, Some(1), "renewed");
    let other = two.lease("other work", "two", LONG).await.unwrap();
    assert_eq!(other, Some(Lease { name: "other work".to_owned(), fence: 1 }));
    assert_eq!(take(&one, "one", OVER).await, Some(1), "renewed for no time");
    assert_eq!(take(&two, "two", LONG).await, Some(2));
    assert_eq!(take(&one, "one", LONG).await, None);
}

pub(crate) async fn who_is_late_has_to_take_it_anew(engine: &impl Engine) {
    let ledger = engine.serve().await;
    for fence in 1..4 {
        assert_eq!(take(&ledger, "one", OVER).await, Some(fence));
    }
}

pub(crate) async fn a_lease_that_is_given_up_is_free(engine: &impl Engine) {
    let [one, two] = [engine.serve().await, engine.beside().await];
    let held = one.lease("work", "one", LONG).await.unwrap().unwrap();
    one.release(&held).await.unwrap();
    assert_eq!(take(&two, "two", LONG).await, Some(2));
    one.release(&held).await.unwrap();
    assert_eq!(take(&one, "one", LONG).await, None, "it was not theirs any more");
    assert_eq!(take(&two, "two", LONG).await, Some(2));
}

pub(crate) async fn who_lost_the_lease_writes_nothing(engine: &impl Engine) {
    let [one, two] = [engine.serve().await, engine.beside().await];
    assert_eq!(take(&one, "one", OVER).await, Some(1));
    // Nobody has taken it: what was begun is still good.
    write(&one, 1).await.unwrap();
    assert_eq!(take(&two, "two", LONG).await, Some(2));
    let refused = write(&one, 1).await;
    assert!(matches!(&refused, Err(WriteError::LeaseLost(name)) if name == "work"), "{refused:?}");
    write(&two, 2).await.unwrap();
    assert!(matches!(write(&two, 3).await, Err(WriteError::LeaseLost(_))));
}

pub(crate) async fn of_many_who_want_it_one_gets_it(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let mut all = tokio::task::JoinSet::new();
    for nth in 0..16 {
        let ledger = ledger.clone();
        all.spawn(async move { take(&ledger, &format!("holder {nth}"), LONG).await });
    }
    let had = all.join_all().await;
    assert_eq!(had.iter().flatten().collect::<Vec<_>>(), [&1], "{had:?}");
}
