//! Appending, and why an append is refused.

use muster_core::id::Revision;
use muster_ledger::{
    AppendError, Created, Hash, LedgerError, NO_HASH, NewEntry, SubjectKind, limits,
};

use crate::engine::Engine;
use crate::given::{
    all_entries, assert_sound, claim, command, day, entries, entry, entry_with, grown,
    organization, release, unit,
};

pub(crate) async fn entries_get_the_next_revisions(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    let appended = grown(&ledger, &u1, 3).await;
    assert_eq!(appended.head, Revision(3));
    let more = ledger.append(&u1, appended.head, vec![entry("d")]).await.unwrap();
    assert_eq!(more.head, Revision(4));
    assert_eq!(ledger.head(&u1).await.unwrap(), Some(Revision(4)));

    let stored = all_entries(&ledger, &u1).await;
    let revisions: Vec<u64> = stored.iter().map(|entry| entry.revision.0).collect();
    assert_eq!(revisions, [1, 2, 3, 4]);
    assert_eq!(stored[2].hash, appended.hash);
    assert_eq!(stored[3].hash, more.hash);
    let NewEntry { at, format, command, body, .. } = entry("d");
    let last = &stored[3];
    assert_eq!((&last.at, &last.format), (&at, &format));
    assert_eq!((&last.command, &last.body), (&command, &body));
    assert_sound(&ledger).await;
}

pub(crate) async fn an_append_after_an_older_revision_is_behind(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    grown(&ledger, &u1, 3).await;
    for after in [0, 1, 2] {
        let refused = ledger.append(&u1, Revision(after), vec![entry("d")]).await;
        assert!(matches!(refused, Err(AppendError::Behind(Revision(3)))), "{refused:?}");
    }
    assert_eq!(assert_sound(&ledger).await, 3);
}

pub(crate) async fn an_append_after_a_later_revision_is_behind(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    grown(&ledger, &u1, 3).await;
    let refused = ledger.append(&u1, Revision(4), vec![entry("d")]).await;
    assert!(matches!(refused, Err(AppendError::Behind(Revision(3)))), "{refused:?}");
    assert_eq!(assert_sound(&ledger).await, 3);
}

pub(crate) async fn an_append_of_nothing_confirms_the_head(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    let appended = grown(&ledger, &u1, 2).await;
    assert_eq!(ledger.append(&u1, Revision(2), Vec::new()).await.unwrap(), appended);
    let refused = ledger.append(&u1, Revision(1), Vec::new()).await;
    assert!(matches!(refused, Err(AppendError::Behind(Revision(2)))), "{refused:?}");
}

pub(crate) async fn a_command_takes_effect_once(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    grown(&ledger, &u1, 3).await;
    let refused = ledger.append(&u1, Revision(3), vec![entry("d"), entry("c-2")]).await;
    assert!(matches!(refused, Err(AppendError::Duplicate(id)) if id == command("c-2")));
    assert_eq!(assert_sound(&ledger).await, 3);
}

pub(crate) async fn a_command_comes_once_in_an_append(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    grown(&ledger, &u1, 1).await;
    let refused = ledger.append(&u1, Revision(1), vec![entry("d"), entry("d")]).await;
    assert!(matches!(refused, Err(AppendError::Duplicate(id)) if id == command("d")));
    assert_eq!(assert_sound(&ledger).await, 1);
}

pub(crate) async fn two_units_may_have_the_same_command(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let [a, b] = [unit("acme", "u1"), unit("acme", "u2")];
    grown(&ledger, &a, 2).await;
    grown(&ledger, &b, 2).await;
    let [in_a, in_b] = [all_entries(&ledger, &a).await, all_entries(&ledger, &b).await];
    assert_ne!(in_a[0].hash, in_b[0].hash, "the hash covers the unit");
}

pub(crate) async fn an_id_is_given_to_one_unit_of_an_organization(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let [u1, u2, other] = [unit("acme", "u1"), unit("acme", "u2"), unit("other", "u1")];
    for unit in [&u1, &u2, &other] {
        grown(&ledger, unit, 1).await;
    }
    let ana = |id| vec![entry_with(id, vec![claim(SubjectKind::Agent, "ana")])];
    ledger.append(&u1, Revision(1), ana("d")).await.unwrap();
    ledger.append(&u1, Revision(2), ana("e")).await.expect("it has it already");
    ledger.append(&other, Revision(1), ana("d")).await.expect("another organization");
    let refused = ledger.append(&u2, Revision(1), ana("d")).await;
    let Err(AppendError::SubjectTaken { kind, id, unit }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!((kind, id.as_str(), &unit), (SubjectKind::Agent, "ana", &u1.unit));
    let shift = vec![entry_with("d", vec![claim(SubjectKind::Shift, "ana")])];
    ledger.append(&u2, Revision(1), shift).await.expect("another kind");

    let acme = organization("acme");
    let find = |kind, id| ledger.find_subject(&acme, kind, id);
    assert_eq!(find(SubjectKind::Agent, "ana").await.unwrap(), Some(u1.unit.clone()));
    assert_eq!(find(SubjectKind::Shift, "ana").await.unwrap(), Some(u2.unit.clone()));
    assert_eq!(find(SubjectKind::Unit, "u2").await.unwrap(), Some(u2.unit.clone()));
    assert_eq!(find(SubjectKind::Swap, "ana").await.unwrap(), None);
}

pub(crate) async fn a_refused_append_leaves_nothing(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let [u1, u2] = [unit("acme", "u1"), unit("acme", "u2")];
    grown(&ledger, &u1, 1).await;
    grown(&ledger, &u2, 1).await;
    let hers = vec![claim(SubjectKind::Agent, "ana")];
    ledger.append(&u1, Revision(1), vec![entry_with("d", hers.clone())]).await.unwrap();
    let ben = vec![claim(SubjectKind::Agent, "ben"), release(SubjectKind::Unit, "u2")];
    let batch = vec![entry_with("d", ben), entry_with("e", hers), entry("f")];
    let refused = ledger.append(&u2, Revision(1), batch).await;
    assert!(matches!(refused, Err(AppendError::SubjectTaken { .. })), "{refused:?}");

    assert_eq!(ledger.head(&u2).await.unwrap(), Some(Revision(1)));
    assert_eq!(all_entries(&ledger, &u2).await.len(), 1);
    assert_eq!(ledger.find_command(&u2, &command("d")).await.unwrap(), None);
    let acme = organization("acme");
    assert_eq!(ledger.find_subject(&acme, SubjectKind::Agent, "ben").await.unwrap(), None);
    let own = ledger.find_subject(&acme, SubjectKind::Unit, "u2").await.unwrap();
    assert_eq!(own, Some(u2.unit.clone()));
    ledger.append(&u2, Revision(1), vec![entry("d")]).await.expect("the id is still free");
    assert_sound(&ledger).await;
}

pub(crate) async fn an_id_can_be_given_up_and_taken_again(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let [u1, u2] = [unit("acme", "u1"), unit("acme", "u2")];
    grown(&ledger, &u1, 1).await;
    grown(&ledger, &u2, 1).await;
    let (acme, ana) = (organization("acme"), "ana");
    let joined = vec![claim(SubjectKind::Agent, ana)];
    let left = vec![release(SubjectKind::Agent, ana)];
    ledger.append(&u1, Revision(1), vec![entry_with("d", joined.clone())]).await.unwrap();
    ledger.append(&u2, Revision(1), vec![entry_with("d", left.clone())]).await.unwrap();
    let of = ledger.find_subject(&acme, SubjectKind::Agent, ana).await.unwrap();
    assert_eq!(of, Some(u1.unit.clone()), "what another unit has is not given up");

    ledger.append(&u1, Revision(2), vec![entry_with("e", left)]).await.unwrap();
    ledger.append(&u2, Revision(2), vec![entry_with("e", joined)]).await.unwrap();
    let of = ledger.find_subject(&acme, SubjectKind::Agent, ana).await.unwrap();
    assert_eq!(of, Some(u2.unit.clone()));

    // Several changes of one subject in one entry take effect in their order.
    let back_and_forth = vec![
        release(SubjectKind::Agent, ana),
        claim(SubjectKind::Agent, ana),
        release(SubjectKind::Agent, ana),
    ];
    ledger.append(&u2, Revision(3), vec![entry_with("f", back_and_forth)]).await.unwrap();
    assert_eq!(ledger.find_subject(&acme, SubjectKind::Agent, ana).await.unwrap(), None);
}

pub(crate) async fn a_unit_is_created_once(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    let create = || ledger.create_unit(&u1.organization, &u1.unit);
    assert_eq!(create().await.unwrap(), Created::New);
    ledger.append(&u1, Revision::ZERO, entries("c", 2)).await.unwrap();
    assert_eq!(create().await.unwrap(), Created::Already);
    assert_eq!(ledger.head(&u1).await.unwrap(), Some(Revision(2)));
}

pub(crate) async fn two_organizations_may_have_the_same_unit(engine: &impl Engine) {
    let ledger = engine.serve().await;
    let [theirs, ours, second] = [unit("zeta", "u1"), unit("acme", "u1"), unit("acme", "u2")];
    grown(&ledger, &theirs, 1).await;
    grown(&ledger, &second, 2).await;
    grown(&ledger, &ours, 3).await;
    assert_eq!(ledger.units().await.unwrap(), [ours.clone(), second, theirs.clone()]);
    assert_eq!(ledger.head(&theirs).await.unwrap(), Some(Revision(1)));
    assert_eq!(ledger.head(&ours).await.unwrap(), Some(Revision(3)));

    // A unit may claim the id of one that is yet to come.
    let u3 = vec![entry_with("d", vec![claim(SubjectKind::Unit, "u3")])];
    ledger.append(&ours, Revision(3), u3).await.unwrap();
    let refused = ledger.create_unit(&ours.organization, &unit("acme", "u3").unit).await;
    assert!(matches!(refused, Err(LedgerError::SubjectTaken { .. })), "{refused:?}");
    assert_eq!(ledger.head(&unit("acme", "u3")).await.unwrap(), None);
}

pub(crate) async fn a_unit_that_is_not_there_takes_no_entries(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    let refused = ledger.append(&u1, Revision::ZERO, entries("c", 1)).await;
    let Err(AppendError::Other(LedgerError::NoSuchUnit(missing))) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(missing, u1);
}

pub(crate) async fn too_many_entries_are_refused(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    ledger.create_unit(&u1.organization, &u1.unit).await.unwrap();
    let many = entries("c", limits::APPEND_ENTRIES + 1);
    let refused = ledger.append(&u1, Revision::ZERO, many).await;
    let Err(AppendError::Other(error @ LedgerError::TooMany { .. })) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(error.to_string(), "at most 4096 entries in one append, this has 4097");
    let most = grown(&ledger, &u1, limits::APPEND_ENTRIES).await;
    assert_ne!(most.hash, NO_HASH as Hash);
}

pub(crate) async fn commands_are_forgotten_after_their_retention_and_not_before(
    engine: &impl Engine,
) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    ledger.create_unit(&u1.organization, &u1.unit).await.unwrap();
    let on = |prefix: &str, at| -> Vec<NewEntry> {
        entries(prefix, 300).into_iter().map(|entry| NewEntry { at: day(at), ..entry }).collect()
    };
    let found = |id: &'static str| {
        let (ledger, u1) = (ledger.clone(), u1.clone());
        async move { ledger.find_command(&u1, &command(id)).await.unwrap() }
    };
    ledger.append(&u1, Revision::ZERO, on("first", 0)).await.unwrap();
    ledger.append(&u1, Revision(300), on("second", 35)).await.unwrap();
    assert!(found("first-1").await.is_some() && found("first-300").await.is_some());
    ledger.append(&u1, Revision(600), on("third", 36)).await.unwrap();
    assert!(found("first-1").await.is_none() && found("first-300").await.is_none());
    assert!(found("second-1").await.is_some());

    // A forgotten id may come again.
    ledger.append(&u1, Revision(900), on("first", 70)).await.unwrap();
    assert_eq!(found("first-1").await.map(|found| found.revision), Some(Revision(901)));
    assert!(found("second-1").await.is_some());
    ledger.append(&u1, Revision(1_200), on("fourth", 90)).await.unwrap();
    assert!(found("second-1").await.is_none() && found("third-300").await.is_none());
    assert_eq!(found("first-1").await.map(|found| found.revision), Some(Revision(901)));
    assert_eq!(assert_sound(&ledger).await, 1_500);
}
