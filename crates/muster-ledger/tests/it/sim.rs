//! The simulated engine: what it does beside the suite of all engines, on a clock that stands
//! still while anybody has something to do.

use std::time::Duration;

use muster_core::id::Revision;
use muster_ledger::sim::{Fate, Operation, Sim, Turn};
use muster_ledger::{AppendError, Ledger, LedgerError, limits};
use tokio::time::{Instant, sleep, timeout};

use crate::given::{assert_sound, command, entry, grown, unit};

/// The first append of a node meets a fate.
fn first_append(sim: &Sim, name: &'static str, fate: Fate) {
    let mut fate = Some(fate);
    sim.set_fates(Some(Box::new(move |node, operation| {
        let is_it = node == name && matches!(operation, Operation::Append(_));
        if is_it { fate.take().unwrap_or_default() } else { Fate::default() }
    })));
}

#[tokio::test(start_paused = true)]
async fn who_holds_a_unit_keeps_the_others_waiting_in_turn() {
    let (sim, u1) = (Sim::new(), unit("acme", "u1"));
    let ledger = Ledger::simulated(&sim.node("one"));
    grown(&ledger, &u1, 1).await;
    let hold = ledger.hold(&u1).await.unwrap();
    let mut waiting = tokio::task::JoinSet::new();
    for nth in 0..3_u64 {
        let (ledger, u1) = (Ledger::simulated(&sim.node("other")), u1.clone());
        waiting.spawn(async move {
            sleep(Duration::from_millis(nth)).await;
            let hold = ledger.hold(&u1).await.unwrap();
            assert_eq!(hold.head(), Revision(2 + nth), "they come in turn");
            hold.append(vec![entry(&format!("w{nth}"))]).await.unwrap();
        });
    }
    sleep(Duration::from_secs(1)).await;
    assert_eq!(ledger.head(&u1).await.unwrap(), Some(Revision(1)), "reads do not wait");
    let behind = timeout(Duration::from_secs(1), ledger.append(&u1, Revision(1), Vec::new()));
    assert!(behind.await.is_err(), "an append waits as well");
    assert_eq!(hold.append(vec![entry("d")]).await.unwrap().head, Revision(2));
    waiting.join_all().await;
    assert_eq!(assert_sound(&ledger).await, 5);
}

#[tokio::test(start_paused = true)]
async fn who_holds_a_unit_for_too_long_loses_it() {
    let (sim, u1) = (Sim::new(), unit("acme", "u1"));
    let node = sim.node("slow");
    let slow = Ledger::simulated(&node);
    grown(&slow, &u1, 1).await;
    let hold = slow.hold(&u1).await.unwrap();
    let begun = Instant::now();
    let other = Ledger::simulated(&sim.node("other"));
    other.append(&u1, Revision(1), vec![entry("d")]).await.unwrap();
    assert_eq!(begun.elapsed(), limits::HOLD);
    let refused = hold.append(vec![entry("e")]).await;
    assert!(matches!(refused, Err(AppendError::Other(LedgerError::Unavailable(_)))));
    assert_eq!(sim.tally()["hold lost"], 1);
    assert_eq!(assert_sound(&slow).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_late_append_is_made_if_nobody_was_faster_and_not_otherwise() {
    for is_faster in [false, true] {
        let (sim, u1) = (Sim::new(), unit("acme", "u1"));
        let ledger = Ledger::simulated(&sim.node("one"));
        grown(&ledger, &u1, 1).await;
        let turn = Turn::Late(Duration::from_secs(1));
        first_append(&sim, "one", Fate { turn, ..Fate::default() });
        let unknown = ledger.append(&u1, Revision(1), vec![entry("late")]).await;
        assert!(matches!(unknown, Err(AppendError::Indeterminate)));
        assert_eq!(ledger.head(&u1).await.unwrap(), Some(Revision(1)));
        if is_faster {
            ledger.append(&u1, Revision(1), vec![entry("d")]).await.unwrap();
        }
        sleep(Duration::from_secs(2)).await;
        let late = ledger.find_command(&u1, &command("late")).await.unwrap();
        assert_eq!(late.is_none(), is_faster);
        assert_eq!(assert_sound(&ledger).await, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_that_dies_hears_nothing_more_but_what_it_sent_arrives() {
    let (sim, u1) = (Sim::new(), unit("acme", "u1"));
    let looks = Ledger::simulated(&sim.node("looks"));
    grown(&looks, &u1, 1).await;
    let before = Duration::from_secs(1);
    first_append(&sim, "dies", Fate { before, ..Fate::default() });
    let node = sim.node("dies");
    let ledger = Ledger::simulated(&node);
    let (own, key) = (ledger.clone(), u1.clone());
    let sent = tokio::spawn(async move { own.append(&key, Revision(1), vec![entry("d")]).await });
    sleep(before / 2).await;
    node.crash();
    assert!(timeout(Duration::from_secs(60), ledger.head(&u1)).await.is_err());
    assert!(!sent.is_finished());
    assert_eq!(looks.head(&u1).await.unwrap(), Some(Revision(2)));
}

#[tokio::test(start_paused = true)]
async fn a_node_that_stands_still_goes_on_where_it_stood() {
    let (sim, u1) = (Sim::new(), unit("acme", "u1"));
    let node = sim.node("stops");
    let ledger = Ledger::simulated(&node);
    grown(&ledger, &u1, 1).await;
    node.stop();
    let (own, key) = (ledger.clone(), u1.clone());
    let asked = tokio::spawn(async move { own.head(&key).await.unwrap() });
    let other = Ledger::simulated(&sim.node("other"));
    sleep(Duration::from_secs(60)).await;
    other.append(&u1, Revision(1), vec![entry("d")]).await.unwrap();
    assert!(!asked.is_finished());
    node.go_on();
    assert_eq!(asked.await.unwrap(), Some(Revision(2)));
}
