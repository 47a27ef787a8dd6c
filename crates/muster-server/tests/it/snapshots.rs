//! A unit that was loaded from a snapshot is the one that its entries lead to.

use std::sync::Arc;

use muster_core::Revision;
use muster_core::command::{Action, Command};
use muster_core::entry::Actor;
use muster_core::id::{ClientId, CommandId, ManagementUnitId};
use muster_core::unit::ManagementUnit;
use muster_ledger::{Ledger, Role, Snapshot};
use muster_server::clock::Clock;
use muster_server::desk::{Ask, Desk, SNAPSHOT_FORMAT};
use muster_server::limits;
use muster_server::metrics::Metrics;

use crate::app::{TestApp, entries, u1};
use crate::oracle;

pub(crate) fn rename(n: u64) -> Ask {
    let actor = Actor { client: ClientId::parse("planner").unwrap(), agent: None };
    let id = ManagementUnitId::parse(&format!("m{}", n % 7)).unwrap();
    let name = Arc::from(format!("name {n}"));
    let action = Action::PutManagementUnit(ManagementUnit { id, name });
    let id = CommandId::parse(&format!("rename-{n}")).unwrap();
    Ask { command: Command::new(actor, action), id, keyed: None, ground: None }
}

async fn snapshot(ledger: &Ledger) -> Option<Snapshot> {
    ledger.newest_snapshot(&u1(), SNAPSHOT_FORMAT, Revision(u64::MAX)).await.unwrap()
}

/// Enough entries for a snapshot, and some after it.
async fn written(desk: &Desk, ledger: &Ledger) -> Snapshot {
    let mut n = 0;
    while n < limits::SNAPSHOT_ENTRIES + 100 {
        let asks = (n..n + 512).map(|n| desk.ask(rename(n)));
        for answer in futures_util::future::join_all(asks).await {
            answer.unwrap().result.unwrap();
        }
        n += 512;
    }
    loop {
        if let Some(snapshot) = snapshot(ledger).await {
            return snapshot;
        }
        desk.ask(rename(n)).await.unwrap().result.unwrap();
        n += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_and_the_entries_after_it_are_all_entries() {
    let app = TestApp::with_week().await;
    app.swap("w1", "ana-0", "ben-0").await;
    app.time_off("t1", "cem", "2026-04-07").await;
    app.patch("/scheduling/shifts/ana-1", serde_json::json!({ "note": "x" })).await.is(200);
    app.delete("/scheduling/shifts/ben-4").await.is(204);
    let (url, manual) = (app.ledger_url(), app.manual.clone());
    // The folder stays until the end.
    let folder = app.stop_and_keep().await;
    let ledger = Ledger::open(&url, Role::Serve).await.unwrap();
    let clock = Clock::manual(manual);
    let (_users, held) = tokio::sync::watch::channel(());
    let open = || {
        let metrics = Metrics::default();
        Desk::open(u1(), ledger.clone(), clock.clone(), None, metrics, held.clone())
    };
    let desk = open().await.unwrap();
    let snapshot = written(&desk, &ledger).await;
    let head = desk.head();
    let states = oracle::states(&entries(&url, &u1()).await);
    assert_eq!(states.last(), Some(&head));
    assert!(snapshot.revision < head.revision() && snapshot.revision > Revision(4_000));
    let loaded = open().await.unwrap();
    assert_eq!(loaded.head(), head);
    // States of the past: before the snapshot, at it, after it, and on both desks.
    let at = snapshot.revision.0;
    for revision in [0, 1, 5, 63, 64, 65, 2_000, at - 1, at, at + 1, head.revision().0 - 1] {
        let expected = &states[usize::try_from(revision).unwrap()];
        for desk in [&desk, &loaded] {
            assert_eq!(desk.at(Revision(revision)).await.unwrap(), *expected, "{revision}");
        }
    }
    drop(folder);
}
