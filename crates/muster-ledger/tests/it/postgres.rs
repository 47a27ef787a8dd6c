//! What only the PostgreSQL engine does: many nodes, lost connections, held units.

mod held;
mod lost;
mod nodes;

use std::sync::Arc;

use muster_core::id::Revision;
use muster_ledger::{AppendError, Ledger, LedgerError, Role, SubjectKind, Unavailable};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::engine::{Engine, Pooled, Postgres};
use crate::given::{assert_sound, claim, entry, entry_with, grown, unit};

async fn many_open_at_once(engine: &impl Engine) {
    let together = Arc::new(Barrier::new(8));
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (url, together) = (engine.url(), Arc::clone(&together));
        tasks.spawn(async move {
            together.wait().await;
            Ledger::open(&url, Role::Serve).await
        });
    }
    for opened in tasks.join_all().await {
        assert_eq!(opened.unwrap().units().await.unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn many_nodes_may_open_a_new_database_at_once() {
    for _ in 0..3 {
        many_open_at_once(&Postgres::fresh().await).await;
        many_open_at_once(&Pooled::fresh().await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_later_release_is_refused() {
    let engine = Postgres::fresh().await;
    assert!(!Ledger::is_there(&engine.url()).await.unwrap());
    drop(engine.serve().await);
    assert!(Ledger::is_there(&engine.url()).await.unwrap());
    let later = "insert into refinery_schema_history (version, name, applied_on, checksum)
                 select 99, 'later', applied_on, '1' from refinery_schema_history limit 1";
    engine.execute(later).await;
    let refused = Ledger::open(&engine.url(), Role::Serve).await;
    assert!(matches!(refused, Err(LedgerError::Migration(_))), "{refused:?}");
}

/// Two units claim an id, the first without having committed yet when the second asks.
async fn claimed_meanwhile(end: &str) -> Result<Revision, AppendError> {
    let engine = Postgres::fresh().await;
    let ledger = engine.serve().await;
    let [u1, u2] = [unit("acme", "u1"), unit("acme", "u2")];
    grown(&ledger, &u1, 1).await;
    grown(&ledger, &u2, 1).await;
    let other = engine.connect().await;
    let claims =
        "begin; insert into subject (organization, kind, id, unit) values (1, 3, 'ana', 1)";
    other.batch_execute(claims).await.unwrap();
    let waits = tokio::spawn(async move {
        let ana = vec![entry_with("d", vec![claim(SubjectKind::Agent, "ana")])];
        let appended = ledger.append(&u2, Revision(1), ana).await;
        assert_sound(&ledger).await;
        appended.map(|appended| appended.head)
    });
    engine.until_waiting(1).await;
    other.batch_execute(end).await.unwrap();
    waits.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_another_unit_is_just_claiming_is_waited_for() {
    let taken = claimed_meanwhile("commit").await;
    let Err(AppendError::SubjectTaken { unit, .. }) = taken else { panic!("{taken:?}") };
    assert_eq!(unit.as_str(), "u1");
    assert_eq!(claimed_meanwhile("rollback").await.unwrap(), Revision(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_is_durable_whatever_the_servers_default() {
    let engine = Postgres::fresh().await;
    let ledger = engine.serve().await;
    let u1 = unit("acme", "u1");
    let appended = grown(&ledger, &u1, 1).await;
    let watch = "create table seen (setting text not null);
        create function see() returns trigger language plpgsql as $$ begin
            insert into seen values (current_setting('synchronous_commit'));
            return new;
        end $$;
        create trigger see after update on unit for each row execute function see()";
    engine.connect().await.batch_execute(watch).await.unwrap();
    let defaults = ["off", "local", "remote_write", "on", "remote_apply"];
    for (after, default) in (appended.head.0..).zip(defaults) {
        engine
            .administer(&format!("alter database $database set synchronous_commit = {default}"))
            .await;
        // A default holds for connections to come.
        let ledger = engine.serve().await;
        ledger.append(&u1, Revision(after), vec![entry(default)]).await.unwrap();
    }
    let seen = engine.connect().await.query("select setting from seen", &[]).await.unwrap();
    let seen: Vec<&str> = seen.iter().map(|row| row.get(0)).collect();
    assert_eq!(seen, ["on", "on", "on", "on", "remote_apply"]);
}

/// As after a backup was put back that ended differently: the same revision, another entry.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_put_back_beneath_us_is_not_built_upon_unseen() {
    let engine = Postgres::fresh().await;
    let (ledger, other) = (engine.serve().await, engine.serve().await);
    let u1 = unit("acme", "u1");
    let ours = grown(&ledger, &u1, 1).await;
    for sql in [
        "update unit set revision = 0, hash = decode(repeat('00', 32), 'hex')",
        "delete from entry",
        "delete from command",
    ] {
        engine.execute(sql).await;
    }
    let theirs = other.append(&u1, Revision::ZERO, vec![entry("theirs")]).await.unwrap();
    assert_eq!(theirs.head, ours.head);
    assert_ne!(theirs.hash, ours.hash);
    let append = || ledger.append(&u1, Revision(1), vec![entry("d")]);
    let behind = append().await;
    assert!(matches!(behind, Err(AppendError::Behind(Revision(1)))), "{behind:?}");
    // Who was told so looks at what there is, and goes on from there.
    append().await.unwrap();
    assert_eq!(assert_sound(&ledger).await, 2);
}

/// Makes every append of a database do something on its way.
async fn on_every_append(engine: &Postgres, what: &str) {
    let function = format!(
        "create or replace function begin_durable(p_lock_ms integer)
         returns void language plpgsql as $$ begin {what} end $$"
    );
    engine.connect().await.batch_execute(&function).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_did_not_wait_for_its_replicas_is_indeterminate() {
    let engine = Postgres::fresh().await;
    let ledger = engine.serve().await;
    let u1 = unit("acme", "u1");
    grown(&ledger, &u1, 1).await;
    let warning = "canceling wait for synchronous replication due to user request";
    on_every_append(&engine, &format!("raise warning '{warning}';")).await;
    let append = || ledger.append(&u1, Revision(1), vec![entry("d")]);
    let unknown = append().await;
    assert!(matches!(unknown, Err(AppendError::Indeterminate)), "{unknown:?}");
    let again = append().await;
    assert!(matches!(again, Err(AppendError::Behind(Revision(2)))), "{again:?}");
    on_every_append(&engine, "raise warning 'the weather is bad';").await;
    ledger.append(&u1, Revision(2), vec![entry("e")]).await.unwrap();
    on_every_append(&engine, &format!("raise warning '{warning}';")).await;
    let hold = ledger.hold(&u1).await.unwrap();
    let unknown = hold.append(vec![entry("f")]).await;
    assert!(matches!(unknown, Err(AppendError::Indeterminate)), "{unknown:?}");
    assert_eq!(assert_sound(&ledger).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_was_not_done_and_may_be_tried_again() {
    let engine = Postgres::fresh().await;
    let ledger = engine.serve().await;
    let u1 = unit("acme", "u1");
    grown(&ledger, &u1, 1).await;
    let read_only = "cannot execute UPDATE in a read-only transaction".to_owned();
    for (code, expected) in [
        ("55P03", Unavailable::Busy),
        ("40001", Unavailable::Busy),
        ("40P01", Unavailable::Busy),
        ("53100", Unavailable::Full),
        ("25006", Unavailable::Away(format!("ERROR: {read_only}"))),
    ] {
        let raise = format!("raise exception '{read_only}' using errcode = '{code}';");
        on_every_append(&engine, &raise).await;
        let refused = ledger.append(&u1, Revision(1), vec![entry("d")]).await;
        let Err(AppendError::Other(LedgerError::Unavailable(why))) = refused else {
            panic!("{code}: {refused:?}");
        };
        assert_eq!(why, expected, "{code}");
    }
    // Errors that a proxy makes up when it loses the server say nothing about a commit.
    for code in ["57P01", "08006", "58000", "40003"] {
        on_every_append(&engine, &format!("raise exception 'x' using errcode = '{code}';")).await;
        let unknown = ledger.append(&u1, Revision(1), vec![entry("d")]).await;
        assert!(matches!(unknown, Err(AppendError::Indeterminate)), "{code}: {unknown:?}");
    }
    assert_eq!(assert_sound(&ledger).await, 1);
}
