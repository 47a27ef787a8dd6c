//! Several nodes on one cluster, and one ledger on several.

use std::time::Duration;

use muster_core::id::Revision;
use muster_ledger::{Elsewhere, Ledger, LedgerConfig, LedgerError, Role, SubjectKind};

use crate::engine::{Engine, Pooled, Postgres};
use crate::given::{
    assert_sound, claim, command, entries, entry, entry_with, grown, organization, unit,
};

/// Looks by itself so rarely that only a notification can be what wakes it up.
async fn listening(engine: &Pooled) -> Ledger {
    let mut config = LedgerConfig::new(&engine.url());
    config.listen = Some(engine.direct_url());
    config.poll = Duration::from_secs(86_400);
    let ledger = Ledger::open_with(&config, Role::Serve).await.unwrap();
    // Whoever begins to listen may have missed something.
    ledger.moved().await;
    ledger
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_of_another_node_is_heard() {
    let engine = Pooled::fresh().await;
    let (ours, theirs) = (listening(&engine).await, listening(&engine).await);
    assert!(ours.is_shared());
    let u1 = unit("acme", "u1");
    grown(&theirs, &u1, 1).await;
    ours.moved().await;
    theirs.append(&u1, Revision(1), vec![entry("d")]).await.unwrap();
    ours.moved().await;
    assert_eq!(ours.head(&u1).await.unwrap(), Some(Revision(2)));
    let hold = theirs.hold(&u1).await.unwrap();
    hold.append(vec![entry("e")]).await.unwrap();
    ours.moved().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_listener_comes_back_and_looks() {
    let engine = Pooled::fresh().await;
    let ours = listening(&engine).await;
    engine.direct().terminate("query = 'listen muster'").await;
    ours.moved().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_listener_it_is_time_to_look_every_now_and_then() {
    let engine = Pooled::fresh().await;
    engine.serve().await.moved().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn units_may_lie_in_several_clusters() {
    let (home, east, west) =
        (Postgres::fresh().await, Postgres::fresh().await, Postgres::fresh().await);
    let mut config = LedgerConfig::new(&home.url());
    for (units, place) in [("acme", &east), ("acme/u2", &west), ("zeta", &east)] {
        let (units, url) = (units.parse().unwrap(), place.url());
        config.elsewhere.push(Elsewhere { units, url, listen: None });
    }
    let ledger = Ledger::open_with(&config, Role::Serve).await.unwrap();
    let [a1, a2, b1, z1] =
        [("acme", "u1"), ("acme", "u2"), ("beta", "u1"), ("zeta", "u1")].map(|(o, u)| unit(o, u));
    for (nth, unit) in [&a1, &a2, &b1, &z1].into_iter().enumerate() {
        let appended = grown(&ledger, unit, nth + 1).await;
        let agent = claim(SubjectKind::Agent, &format!("agent-{nth}"));
        ledger.append(unit, appended.head, vec![entry_with("d", vec![agent])]).await.unwrap();
        assert!(ledger.find_command(unit, &command("d")).await.unwrap().is_some());
    }
    let keys = [a1.clone(), a2.clone(), b1.clone(), z1.clone()];
    assert_eq!(ledger.units().await.unwrap(), keys);
    let heads = ledger.heads(&keys).await.unwrap();
    assert_eq!(heads.into_values().map(|head| head.0).collect::<Vec<_>>(), [2, 3, 4, 5]);
    for (place, units) in [(&home, vec![&b1]), (&east, vec![&a1, &z1]), (&west, vec![&a2])] {
        let alone = place.beside().await.units().await.unwrap();
        assert_eq!(alone.iter().collect::<Vec<_>>(), units);
    }
    for (nth, unit) in keys.iter().enumerate() {
        let agent = format!("agent-{nth}");
        let found = ledger.find_subject(&unit.organization, SubjectKind::Agent, &agent).await;
        assert_eq!(found.unwrap().as_ref(), Some(&unit.unit));
    }
    let nobody = ledger.find_subject(&organization("acme"), SubjectKind::Agent, "x").await;
    assert_eq!(nobody.unwrap(), None);
    let stats = ledger.stats().await.unwrap();
    assert_eq!((stats.units, stats.entries), (4, 14));
    assert_eq!(assert_sound(&ledger).await, 14);
    west.flip_bit(Revision(2)).await;
    let mut last = None;
    let report = ledger.verify(|step| last = Some(step)).await.unwrap();
    assert_eq!(report.damages.into_iter().map(|damage| damage.unit).collect::<Vec<_>>(), [a2]);
    assert_eq!(last.map(|step| (step.units, step.units_total)), Some((4, 4)));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_is_enough() {
    let engine = Postgres::fresh().await;
    let config = LedgerConfig { connections: 1, ..LedgerConfig::new(&engine.url()) };
    for after in 0..2 {
        let ledger = Ledger::open_with(&config, Role::Serve).await.unwrap();
        let u1 = unit("acme", "u1");
        ledger.create_unit(&u1.organization, &u1.unit).await.unwrap();
        ledger.append(&u1, Revision(2 * after), entries(&format!("a{after}"), 1)).await.unwrap();
        let hold = ledger.hold(&u1).await.unwrap();
        hold.append(entries(&format!("b{after}"), 1)).await.unwrap();
        assert_eq!(assert_sound(&ledger).await, 2 * after + 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_no_cluster() {
    let mut config = LedgerConfig::new("sqlite:muster.db");
    let (units, url) = ("acme".parse().unwrap(), "sqlite:other.db".to_owned());
    config.elsewhere.push(Elsewhere { units, url, listen: None });
    let refused = Ledger::open_with(&config, Role::Serve).await;
    assert!(matches!(refused, Err(LedgerError::UnsupportedUrl { .. })), "{refused:?}");
}
