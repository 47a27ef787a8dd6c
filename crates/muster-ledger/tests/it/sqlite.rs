//! What only the SQLite engine does: its lock, and several processes on one file.

use std::sync::Arc;

use muster_core::id::Revision;
use muster_ledger::{DamageKind, Ledger, LedgerError, Role};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::engine::{Engine, Sqlite};
use crate::given::{assert_sound, entry, grown, unit};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_is_refused_and_told_who_has_the_lock() {
    let engine = Sqlite::fresh().await;
    let first = engine.serve().await;
    let refused = Ledger::open(&engine.url(), Role::Serve).await;
    let Err(error @ LedgerError::Locked { .. }) = refused else { panic!("{refused:?}") };
    let message = error.to_string();
    assert!(message.contains("muster.db.lock is held by process "), "{message}");
    assert!(message.contains(&std::process::id().to_string()), "{message}");

    let clone = first.clone();
    drop(first);
    assert!(Ledger::open(&engine.url(), Role::Serve).await.is_err(), "a handle is still there");
    drop(clone);
    Ledger::open(&engine.url(), Role::Serve).await.expect("the last handle gave the lock back");
}

#[tokio::test(flavor = "multi_thread")]
async fn work_beside_a_server_needs_no_lock() {
    let engine = Sqlite::fresh().await;
    let (server, beside) = (engine.serve().await, engine.beside().await);
    let u1 = unit("acme", "u1");
    let appended = grown(&server, &u1, 3).await;
    assert_eq!(assert_sound(&beside).await, 3);
    assert_eq!(beside.head(&u1).await.unwrap(), Some(Revision(3)));
    beside.append(&u1, appended.head, vec![entry("d")]).await.unwrap();
    server.append(&u1, Revision(4), vec![entry("e")]).await.expect("the head is read anew");
    assert_sound(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn many_may_open_a_new_file_at_once() {
    for _ in 0..10 {
        let engine = Sqlite::fresh().await;
        let together = Arc::new(Barrier::new(8));
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (url, together) = (engine.url(), Arc::clone(&together));
            tasks.spawn(async move {
                together.wait().await;
                Ledger::open(&url, Role::Beside).await
            });
        }
        for opened in tasks.join_all().await {
            assert_eq!(opened.unwrap().units().await.unwrap(), []);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_there_is_named() {
    let engine = Sqlite::fresh().await;
    let url = format!("{}/missing/muster.db", engine.url());
    let message = Ledger::open(&url, Role::Serve).await.unwrap_err().to_string();
    assert!(message.contains("missing/muster.db.lock"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_later_release_is_refused() {
    let engine = Sqlite::fresh().await;
    drop(engine.serve().await);
    let later = "insert into refinery_schema_history (version, name, applied_on, checksum)
                 select 99, 'later', applied_on, '1' from refinery_schema_history limit 1";
    engine.execute(later).await;
    let refused = Ledger::open(&engine.url(), Role::Serve).await;
    assert!(matches!(refused, Err(LedgerError::Migration(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_another_type_is_damage() {
    let engine = Sqlite::fresh().await;
    let ledger = engine.serve().await;
    grown(&ledger, &unit("acme", "u1"), 3).await;
    engine.execute("update entry set format = 'x' where revision = 2").await;
    let report = ledger.verify(|_| ()).await.unwrap();
    assert_eq!(report.damages.len(), 1);
    assert_eq!(report.damages[0].revision, Revision(2));
    assert!(matches!(report.damages[0].kind, DamageKind::Unreadable { .. }));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;

    let engine = Sqlite::fresh().await;
    let ledger = engine.serve().await;
    grown(&ledger, &unit("acme", "u1"), 1).await;
    for suffix in ["", "-wal", "-shm"] {
        let path = format!("{}{suffix}", engine.path().display());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path}");
    }
}
