//! Connections that are lost, and databases that are away.

use muster_core::id::Revision;
use muster_ledger::{AppendError, Ledger, LedgerError, Role};

use crate::engine::{Engine, Postgres};
use crate::given::{all_entries, assert_sound, entries, entry, grown, unit};

#[tokio::test(flavor = "multi_thread")]
async fn an_append_whose_connection_breaks_is_repeated_until_it_is_known() {
    let engine = Postgres::fresh().await;
    let ledger = engine.serve().await;
    let u1 = unit("acme", "u1");
    grown(&ledger, &u1, 1).await;
    let blocker = engine.connect().await;
    blocker.batch_execute("begin; select from unit for update").await.unwrap();
    let batch = entries("d", 3);
    let broken = tokio::spawn({
        let (ledger, u1, batch) = (ledger.clone(), u1.clone(), batch.clone());
        async move { ledger.append(&u1, Revision(1), batch).await }
    });
    engine.until_waiting(1).await;
    engine.terminate("wait_event_type = 'Lock'").await;
    let unknown = broken.await.unwrap();
    assert!(matches!(unknown, Err(AppendError::Indeterminate)), "{unknown:?}");
    blocker.batch_execute("rollback").await.unwrap();

    let appended = ledger.append(&u1, Revision(1), batch.clone()).await.unwrap();
    assert_eq!(appended.head, Revision(4));
    let again = ledger.append(&u1, Revision(1), batch).await;
    assert!(matches!(again, Err(AppendError::Behind(Revision(4)))), "{again:?}");
    let tail = ledger.entries_after(&u1, Revision(1), 10).await.unwrap();
    assert_eq!(
        tail.iter().map(|entry| entry.command.as_str()).collect::<Vec<_>>(),
        ["d-1", "d-2", "d-3"]
    );
    assert_eq!(assert_sound(&ledger).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_goes_on_when_every_connection_was_lost() {
    let engine = Postgres::fresh().await;
    let ledger = engine.serve().await;
    let u1 = unit("acme", "u1");
    grown(&ledger, &u1, 2).await;
    for _ in 0..20 {
        let head = || ledger.head(&u1);
        let (one, two, three) = tokio::join!(head(), head(), head());
        for read in [one, two, three] {
            assert_eq!(read.unwrap(), Some(Revision(2)));
        }
        engine.terminate("true").await;
    }
    assert_eq!(all_entries(&ledger, &u1).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_unavailable_until_it_is_back() {
    let engine = Postgres::fresh().await;
    let ledger = engine.serve().await;
    let u1 = unit("acme", "u1");
    grown(&ledger, &u1, 1).await;
    engine.administer("alter database $database allow_connections false").await;
    engine
        .administer(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '$database'",
        )
        .await;
    let read = ledger.head(&u1).await;
    assert!(matches!(read, Err(LedgerError::Unavailable(_))), "{read:?}");
    let append = ledger.append(&u1, Revision(1), vec![entry("d")]).await;
    let Err(AppendError::Other(LedgerError::Unavailable(_))) = append else { panic!("{append:?}") };
    let held = ledger.hold(&u1).await.map(|_| ());
    assert!(matches!(held, Err(LedgerError::Unavailable(_))), "{held:?}");
    let opened = Ledger::open(&engine.url(), Role::Serve).await;
    assert!(matches!(opened, Err(LedgerError::Unavailable(_))), "{opened:?}");
    engine.administer("alter database $database allow_connections true").await;
    ledger.append(&u1, Revision(1), vec![entry("d")]).await.unwrap();
    assert_eq!(assert_sound(&ledger).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_written_to_is_passed_over() {
    let engine = Postgres::fresh().await;
    drop(engine.serve().await);
    // What a server says that follows another one.
    engine.administer("alter database $database set default_transaction_read_only = on").await;
    let opened = Ledger::open(&engine.url(), Role::Serve).await;
    assert!(matches!(opened, Err(LedgerError::Unavailable(_))), "{opened:?}");
    engine.administer("alter database $database reset default_transaction_read_only").await;
    Ledger::open(&engine.url(), Role::Serve).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listening_at_an_address_is_unavailable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://postgres@{}/muster", listener.local_addr().unwrap());
    drop(listener);
    let opened = Ledger::open(&url, Role::Serve).await;
    assert!(matches!(opened, Err(LedgerError::Unavailable(_))), "{opened:?}");
}
