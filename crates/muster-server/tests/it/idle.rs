//! Units that nobody asks for leave the memory, and come back as they were.

use std::time::Duration;

use muster_ledger::{Ledger, Role};
use muster_server::clock::Clock;
use muster_server::units::Units;

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
