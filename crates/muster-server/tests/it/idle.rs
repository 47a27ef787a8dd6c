//! What a node does by itself: units that nobody asks for leave the memory, offers run out.

use std::time::Duration;

use muster_core::id::Revision;
use muster_core::swap::SwapState;
use muster_ledger::{AgendaRow, Ledger, PlainWrite, Role, RowChange, WriteError};
use muster_server::clock::Clock;
use muster_server::desk::Desk;
use muster_server::leased::{Holder, Term};
use muster_server::units::Units;
use muster_server::upkeep;
use serde_json::json;
use tokio::sync::{mpsc, watch};

use crate::app::{TestApp, u1};

#[tokio::test]
async fn an_idle_unit_is_unloaded_and_comes_back_as_it_was() {
    let app = TestApp::with_week().await;
    let (url, manual) = (app.ledger_url(), app.manual.clone());
    let folder = app.stop_and_keep().await;
    let ledger = Ledger::open(&url, Role::Serve).await.unwrap();
    let (_users, held) = tokio::sync::watch::channel(());
    let units = Units::new(ledger, Clock::manual(manual), None, held);
    let desk = units.desk(&u1()).await.unwrap().unwrap();
    let head = desk.head();
    assert_eq!(units.unload_idle(Duration::ZERO), 1, "somebody has it");
    drop(desk);
    assert_eq!(units.unload_idle(Duration::from_secs(3_600)), 1, "somebody just asked for it");
    assert_eq!(units.unload_idle(Duration::ZERO), 0);
    let desk = units.desk(&u1()).await.unwrap().unwrap();
    assert_eq!(desk.head(), head);
    drop(folder);
}

#[tokio::test]
async fn an_offer_that_ran_out_is_noted_once() {
    let app = TestApp::with_week().await;
    let side = |shift: &str| json!({ "shiftId": shift });
    let offer = json!({ "id": "w1", "initiator": side("ana-0"), "receiver": side("ben-0"),
        "expiresAt": "2026-03-24T08:00:00Z" });
    app.post("/scheduling/shiftswaps", offer).await.is(201);
    let (url, manual) = (app.ledger_url(), app.manual.clone());
    let folder = app.stop_and_keep().await;
    let ledger = Ledger::open(&url, Role::Serve).await.unwrap();
    let (_users, held) = tokio::sync::watch::channel(());
    let units = Units::new(ledger, Clock::manual(manual.clone()), None, held);
    let desk = units.desk(&u1()).await.unwrap().unwrap();
    let before = desk.head().revision();
    units.expire(&u1()).await.unwrap();
    assert_eq!(desk.head().revision(), before, "it is not time yet");
    manual.set(crate::app::now().plus_days(2));
    units.expire(&u1()).await.unwrap();
    let state = |desk: &Desk| desk.head().swap(&"w1".parse().unwrap()).unwrap().state;
    assert_eq!((desk.head().revision(), state(&desk)), (before.next(), SwapState::Expired));
    units.expire(&u1()).await.unwrap();
    assert_eq!(desk.head().revision(), before.next(), "it is noted");
    drop(folder);
}

/// Units are looked at where something happened or something is due, loaded for it or not.
#[tokio::test]
async fn offers_run_out_in_units_that_nobody_asks_for() {
    let app = TestApp::with_week().await;
    app.make_unit("u2").await;
    let side = |shift: &str| json!({ "shiftId": shift });
    let offer = json!({ "id": "w1", "initiator": side("ana-0"), "receiver": side("ben-0"),
        "expiresAt": "2026-03-24T08:00:00Z" });
    app.post("/scheduling/shiftswaps", offer).await.is(201);
    let (url, manual) = (app.ledger_url(), app.manual.clone());
    let folder = app.stop_and_keep().await;
    let ledger = Ledger::open(&url, Role::Serve).await.unwrap();
    let (_users, held) = watch::channel(());
    let units = Units::new(ledger.clone(), Clock::manual(manual.clone()), None, held);
    let (_stop, stops) = watch::channel(false);
    let holder = Holder::new(ledger.clone(), "one".to_owned(), stops);
    let (took, mut taken) = mpsc::channel(1);
    let work = |term: Term| {
        let took = took.clone();
        async move { took.send(term).await.unwrap() }
    };
    let term = tokio::select! {
        () = holder.run("upkeep", work) => unreachable!("nobody stops it"),
        term = taken.recv() => term.unwrap(),
    };
    upkeep::expire(&units, &term).await.unwrap();
    let agenda = ledger.agenda().await.unwrap();
    let day = crate::app::now().plus_days(1);
    assert_eq!(agenda.iter().map(|row| row.due_at).collect::<Vec<_>>(), [Some(day), None]);
    assert_eq!(units.unload_idle(Duration::ZERO), 0);
    upkeep::expire(&units, &term).await.unwrap();
    assert_eq!(units.unload_idle(Duration::from_secs(3_600)), 0, "nothing to look at");
    manual.set(day);
    upkeep::expire(&units, &term).await.unwrap();
    let desk = units.desk(&u1()).await.unwrap().unwrap();
    assert_eq!(desk.head().swap(&"w1".parse().unwrap()).unwrap().state, SwapState::Expired);

    // Another node has the work now: what is found here is not written.
    ledger.release(term.lease()).await.unwrap();
    ledger.lease("upkeep", "two", Duration::from_secs(60)).await.unwrap().unwrap();
    let unseen = AgendaRow { unit: u1(), revision: Revision::ZERO, due_at: None };
    let changes = vec![RowChange::SetAgenda(unseen.clone())];
    ledger.write_plain(PlainWrite::of(changes)).await.unwrap();
    let refused = upkeep::expire(&units, &term).await;
    assert!(matches!(refused, Err(WriteError::LeaseLost(_))), "{refused:?}");
    assert_eq!(ledger.agenda().await.unwrap()[0], unseen);
    drop(desk);
    drop(folder);
}
