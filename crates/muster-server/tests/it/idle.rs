//! What a node does by itself: units that nobody asks for leave the memory, offers run out.

use std::time::Duration;

use muster_core::swap::SwapState;
use muster_ledger::{Ledger, Role};
use muster_server::clock::Clock;
use muster_server::desk::Desk;
use muster_server::units::Units;
use serde_json::json;

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
    units.expire().await;
    assert_eq!(desk.head().revision(), before, "it is not time yet");
    manual.set(crate::app::now().plus_days(2));
    units.expire().await;
    let state = |desk: &Desk| desk.head().swap(&"w1".parse().unwrap()).unwrap().state;
    assert_eq!((desk.head().revision(), state(&desk)), (before.next(), SwapState::Expired));
    units.expire().await;
    assert_eq!(desk.head().revision(), before.next(), "it is noted");
    drop(folder);
}
