//! What verifying finds.

use muster_core::id::Revision;
use muster_ledger::{Damage, DamageKind, Ledger, LedgerError, VerifyProgress};

use crate::conformance::snapshot::snapshot;
use crate::engine::Engine;
use crate::given::{assert_sound, grown, unit};

/// A ledger with one unit, number 1, of six entries.
async fn six(engine: &impl Engine) -> Ledger {
    let ledger = engine.serve().await;
    grown(&ledger, &unit("acme", "u1"), 6).await;
    ledger
}

async fn found(ledger: &Ledger) -> Vec<(u64, DamageKind)> {
    let report = ledger.verify(|_| ()).await.unwrap();
    let first = |damage: Damage| {
        let Damage { unit: damaged, revision, kind } = damage;
        assert_eq!(damaged, unit("acme", "u1"));
        (revision.0, kind)
    };
    report.damages.into_iter().map(first).collect()
}

pub(crate) async fn a_sound_ledger_has_no_damage(engine: &impl Engine) {
    let ledger = six(engine).await;
    ledger.create_unit(&unit("acme", "u2").organization, &unit("acme", "u2").unit).await.unwrap();
    let report = ledger.verify(|_| ()).await.unwrap();
    assert_eq!((report.units, report.entries, report.damages), (2, 6, Vec::new()));
}

pub(crate) async fn a_flipped_bit_is_found(engine: &impl Engine) {
    let ledger = six(engine).await;
    for revision in [1, 4, 6] {
        engine.flip_bit(Revision(revision)).await;
        assert_eq!(found(&ledger).await, [(revision, DamageKind::HashWrong)]);
        engine.flip_bit(Revision(revision)).await;
        assert_sound(&ledger).await;
    }
}

pub(crate) async fn what_is_damaged_is_not_read(engine: &impl Engine) {
    let (ledger, u1) = (six(engine).await, unit("acme", "u1"));
    let read = async |after, limit| match ledger.entries_after(&u1, Revision(after), limit).await {
        Ok(page) => page.len().to_string(),
        Err(LedgerError::Corrupt(why)) => why,
        Err(other) => panic!("{other}"),
    };
    let wrong = "unit acme/u1, revision 4: the entry does not match its hash";
    engine.flip_bit(Revision(4)).await;
    assert_eq!(read(0, 3).await, "3");
    for after in 0..4 {
        assert_eq!(read(after, 10).await, wrong, "after {after}");
    }
    // Whoever goes on from a damaged entry has read it before.
    assert_eq!(read(4, 10).await, "2");
    engine.flip_bit(Revision(4)).await;
    assert_eq!(read(0, 10).await, "6");

    let other = "(select hash from entry where revision = 2)";
    engine.execute(&format!("update entry set hash = {other} where revision = 3")).await;
    assert_eq!(read(3, 10).await, wrong, "it follows another one");
    engine.execute("delete from entry where revision = 3").await;
    let missing = "unit acme/u1, revision 3: the entry is missing";
    assert_eq!([read(2, 10).await, read(3, 10).await], [missing, missing]);
    assert_eq!([read(0, 2).await, read(4, 10).await], ["2", "2"]);
}

pub(crate) async fn a_changed_column_is_found(engine: &impl Engine) {
    let ledger = six(engine).await;
    for (change, back) in [
        ("at = at + 1", "at = at - 1"),
        ("format = 2", "format = 1"),
        ("command = 'c-33'", "command = 'c-3'"),
    ] {
        engine.execute(&format!("update entry set {change} where revision = 3")).await;
        assert_eq!(found(&ledger).await, [(3, DamageKind::HashWrong)], "{change}");
        engine.execute(&format!("update entry set {back} where revision = 3")).await;
        assert_sound(&ledger).await;
    }
    let other = "(select hash from entry where revision = 2)";
    engine.execute(&format!("update entry set hash = {other} where revision = 3")).await;
    assert_eq!(found(&ledger).await, [(3, DamageKind::HashWrong)]);
}

pub(crate) async fn a_missing_entry_is_found(engine: &impl Engine) {
    let ledger = six(engine).await;
    engine.execute("delete from entry where revision = 3").await;
    assert_eq!(found(&ledger).await, [(3, DamageKind::EntryMissing)]);
    // Closing the gap does not hide it.
    for revision in 4..=6 {
        let renumber =
            format!("update entry set revision = revision - 1 where revision = {revision}");
        engine.execute(&renumber).await;
    }
    assert_eq!(found(&ledger).await, [(3, DamageKind::HashWrong)]);
}

pub(crate) async fn a_missing_last_entry_is_found(engine: &impl Engine) {
    let ledger = six(engine).await;
    engine.execute("delete from entry where revision = 6").await;
    assert_eq!(found(&ledger).await, [(6, DamageKind::EntryMissing)]);
}

pub(crate) async fn a_head_that_fell_back_is_found(engine: &impl Engine) {
    let ledger = six(engine).await;
    engine.execute("update unit set revision = 4").await;
    let head = Revision(4);
    assert_eq!(found(&ledger).await, [(5, DamageKind::BeyondHead { head })]);
    engine.execute("update unit set revision = 7").await;
    assert_eq!(found(&ledger).await, [(7, DamageKind::EntryMissing)]);
}

pub(crate) async fn a_head_with_another_hash_is_found(engine: &impl Engine) {
    let ledger = six(engine).await;
    let other = "(select hash from entry where revision = 2)";
    engine.execute(&format!("update unit set hash = {other}")).await;
    assert_eq!(found(&ledger).await, [(6, DamageKind::HeadHashWrong)]);
}

pub(crate) async fn a_command_without_its_entry_is_found(engine: &impl Engine) {
    let ledger = six(engine).await;
    engine.execute("update command set revision = 9 where id = 'c-2'").await;
    let command = "c-2".to_owned();
    assert_eq!(found(&ledger).await, [(9, DamageKind::CommandWithoutEntry { command })]);
}

pub(crate) async fn the_first_damage_of_each_unit_is_named(engine: &impl Engine) {
    let ledger = six(engine).await;
    let [u1, u2, u3] = ["u1", "u2", "u3"].map(|id| unit("acme", id));
    grown(&ledger, &u2, 6).await;
    grown(&ledger, &u3, 6).await;
    engine.execute("delete from entry where unit = 3 and revision in (2, 4)").await;
    engine.flip_bit(Revision(5)).await;
    engine.flip_bit(Revision(6)).await;
    let report = ledger.verify(|_| ()).await.unwrap();
    assert_eq!(
        report.damages,
        [
            Damage { unit: u1, revision: Revision(5), kind: DamageKind::HashWrong },
            Damage { unit: u3, revision: Revision(2), kind: DamageKind::EntryMissing },
        ]
    );
    assert_eq!(
        report.damages[0].to_string(),
        "unit acme/u1, revision 5: the entry does not match its hash"
    );
}

pub(crate) async fn progress_reaches_the_end(engine: &impl Engine) {
    let ledger = six(engine).await;
    grown(&ledger, &unit("acme", "u2"), 3).await;
    let mut steps: Vec<VerifyProgress> = Vec::new();
    ledger.verify(|step| steps.push(step)).await.unwrap();
    let end = VerifyProgress { units: 2, units_total: 2, entries: 9, entries_total: 9 };
    assert_eq!(steps.last(), Some(&end));
}

pub(crate) async fn a_damaged_snapshot_is_passed_over(engine: &impl Engine) {
    let (ledger, u1) = (engine.serve().await, unit("acme", "u1"));
    grown(&ledger, &u1, 9).await;
    ledger.put_snapshot(&u1, snapshot(3, 1)).await.unwrap();
    ledger.put_snapshot(&u1, snapshot(6, 1)).await.unwrap();
    let other = "(select body from snapshot where revision = 3)";
    engine.execute(&format!("update snapshot set body = {other} where revision = 6")).await;
    let newest = ledger.newest_snapshot(&u1, 1, Revision(9)).await.unwrap();
    assert_eq!(newest, Some(snapshot(3, 1)));
    ledger.put_snapshot(&u1, snapshot(6, 1)).await.expect("it is replaced");
    let newest = ledger.newest_snapshot(&u1, 1, Revision(9)).await.unwrap();
    assert_eq!(newest, Some(snapshot(6, 1)));
}
