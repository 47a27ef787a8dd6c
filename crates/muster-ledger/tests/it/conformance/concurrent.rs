//! Appending from many sides at once.

use std::collections::BTreeMap;

use muster_core::id::{CommandId, Revision};
use muster_ledger::{AppendError, Ledger, SubjectKind, UnitKey};
use tokio::task::JoinSet;

use crate::engine::Engine;
use crate::given::{
    all_entries, assert_sound, claim, command, day, entries, entry, entry_with, grown,
    organization, unit,
};

const APPENDERS: usize = 8;
const WINS: usize = 25;

/// Appends until it has won often enough, from whatever head it hears of, and answers with the
/// revisions it was given.
async fn contend(ledger: Ledger, unit: UnitKey, name: usize) -> Vec<(Revision, CommandId)> {
    let mut won = Vec::new();
    let mut after = Revision::ZERO;
    for round in 0.. {
        let batch = entries(&format!("a{name}-{round}"), 1 + round % 3);
        let commands: Vec<CommandId> = batch.iter().map(|entry| entry.command.clone()).collect();
        match ledger.append(&unit, after, batch).await {
            Ok(appended) => {
                for command in commands {
                    after = after.next();
                    won.push((after, command));
                }
                assert_eq!(appended.head, after, "the entries follow the revision asked for");
            }
            Err(AppendError::Behind(head)) => {
                assert!(head > after, "behind {head} after {after}");
                after = head;
            }
            Err(error) => panic!("{error}"),
        }
        if won.len() >= WINS {
            break;
        }
    }
    won
}

pub(crate) async fn one_appender_wins_each_revision(engine: &impl Engine) {
    // Two handles that know nothing of each other, as two processes would.
    let ledgers = [engine.serve().await, engine.beside().await];
    let u1 = unit("acme", "u1");
    ledgers[0].create_unit(&u1.organization, &u1.unit).await.unwrap();
    let mut tasks = JoinSet::new();
    for name in 0..APPENDERS {
        tasks.spawn(contend(ledgers[name % 2].clone(), u1.clone(), name));
    }
    let mut winners = BTreeMap::new();
    for (revision, command) in tasks.join_all().await.into_iter().flatten() {
        let other = winners.insert(revision, command.clone());
        assert_eq!(other, None, "{command} won revision {revision} too");
    }
    let stored = all_entries(&ledgers[1], &u1).await;
    let stored: BTreeMap<Revision, CommandId> =
        stored.into_iter().map(|entry| (entry.revision, entry.command)).collect();
    assert_eq!(stored, winners);
    assert!(stored.len() >= APPENDERS * WINS);
    assert_eq!(assert_sound(&ledgers[0]).await, stored.len() as u64);
}

pub(crate) async fn many_units_append_at_once(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let mut tasks = JoinSet::new();
    // It is there before anybody asks for its id.
    ledger.create_unit(&organization("acme"), &unit("acme", "u0").unit).await.unwrap();
    for nth in 0..64 {
        let (ledger, unit) = (ledger.clone(), unit("acme", &format!("u{nth}")));
        tasks.spawn(async move {
            ledger.create_unit(&unit.organization, &unit.unit).await.unwrap();
            for after in 0..10 {
                let entry = entry_with(
                    &format!("c-{after}"),
                    vec![claim(SubjectKind::Shift, &format!("{}-{after}", unit.unit))],
                );
                let appended = ledger.append(&unit, Revision(after), vec![entry]).await.unwrap();
                assert_eq!(appended.head, Revision(after + 1));
                // What was answered is there for whoever reads next.
                assert_eq!(ledger.head(&unit).await.unwrap(), Some(appended.head));
            }
            // A refusal in between undoes nobody else's write.
            let taken = entry_with("d", vec![claim(SubjectKind::Unit, "u0")]);
            let refused = ledger.append(&unit, Revision(10), vec![taken]).await;
            assert_eq!(refused.is_ok(), nth == 0, "{refused:?}");
        });
    }
    tasks.join_all().await;
    assert_eq!(assert_sound(&ledger).await, 641);
}

pub(crate) async fn an_append_that_nobody_waits_for_is_whole_or_absent(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let keys: Vec<UnitKey> = (0..40).map(|nth| unit("acme", &format!("u{nth}"))).collect();
    for key in &keys {
        ledger.create_unit(&key.organization, &key.unit).await.unwrap();
    }
    let mut tasks = JoinSet::new();
    for (nth, key) in keys.iter().cloned().enumerate() {
        let ledger = ledger.clone();
        tasks.spawn(async move {
            let mut batch = entries("c", 3);
            batch[2].subjects.push(claim(SubjectKind::Agent, &format!("agent-{nth}")));
            ledger.append(&key, Revision::ZERO, batch).await
        });
    }
    tasks.join_next().await;
    tasks.shutdown().await;
    drop(ledger);

    let ledger = engine.serve().await;
    let acme = organization("acme");
    for (nth, key) in keys.iter().enumerate() {
        let agent = format!("agent-{nth}");
        // What was under way may still arrive: only what stood still while it was read counts.
        let (head, commands, claimed) = loop {
            let before = ledger.head(key).await.unwrap();
            let claimed = ledger.find_subject(&acme, SubjectKind::Agent, &agent).await.unwrap();
            let mut commands = 0;
            for id in ["c-1", "c-2", "c-3"] {
                let found = ledger.find_command(key, &command(id)).await.unwrap();
                commands += usize::from(found.is_some());
            }
            if ledger.head(key).await.unwrap() == before {
                break (before, commands, claimed);
            }
        };
        match head {
            Some(Revision(3)) => assert_eq!((commands, claimed), (3, Some(key.unit.clone()))),
            Some(Revision(0)) => assert_eq!((commands, claimed), (0, None)),
            other => panic!("{key} is at {other:?}"),
        }
    }
    assert_sound(&ledger).await;
}

pub(crate) async fn a_repeated_append_is_made_once(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    grown(&ledger, &u1, 2).await;
    let batch = vec![entry("d"), entry("e")];
    ledger.append(&u1, Revision(2), batch.clone()).await.unwrap();
    let again = ledger.append(&u1, Revision(2), batch).await;
    assert!(matches!(again, Err(AppendError::Behind(Revision(4)))), "{again:?}");
    let tail = ledger.entries_after(&u1, Revision(2), 10).await.unwrap();
    let commands: Vec<CommandId> = tail.into_iter().map(|entry| entry.command).collect();
    assert_eq!(commands, [command("d"), command("e")]);
}

pub(crate) async fn the_signing_key_is_the_same_for_all(engine: &impl Engine) {
    let mut tasks = JoinSet::new();
    for nth in 0..8 {
        let ledger = engine.beside().await;
        tasks.spawn(async move { ledger.signing_key([nth; 32], day(0)).await.unwrap() });
    }
    let keys = tasks.join_all().await;
    assert!(keys.iter().all(|key| key == &keys[0]), "{keys:?}");
    let later = engine.beside().await.signing_key([99; 32], day(9)).await.unwrap();
    assert_eq!(later, keys[0]);
}
