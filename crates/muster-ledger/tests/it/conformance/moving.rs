//! Moving ledgers between engines and files.

use std::path::{Path, PathBuf};

use muster_core::Instant;
use muster_core::event::Event;
use muster_core::id::{AgentId, ClientId, Revision};
use muster_ledger::{
    AppendError, CalendarLink, Checked, ClientRow, ExportLines, Exported, Imported, Ledger,
    LedgerError, NewEntry, Profile, Selection, Source, SubjectKind, TransferError, UnitKey, Until,
    export, import, limits,
};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::engine::Engine;
use crate::given::{
    all_entries, assert_sound, command, day, entry, organization, unit, week_opened, written,
};

/// Two units of one organization and one of another, a profile, two clients, and two links.
async fn filled(ledger: &Ledger) {
    for (organization, id, count) in [("acme", "u2", 3), ("acme", "u1", 5), ("zeta", "u1", 2)] {
        let unit = unit(organization, id);
        ledger.create_unit(&unit.organization, &unit.unit).await.unwrap();
        append(ledger, &unit, Revision::ZERO, count).await;
    }
    let ana = AgentId::parse("A-1").unwrap();
    let name = "Ana \"Pérez\"\n".to_owned();
    let profile = Profile { agent: ana, name, email: None };
    ledger.put_profiles(&organization("acme"), vec![profile]).await.unwrap();
    for (owner, revoked_at) in [("zeta", None), ("acme", Some(day(3)))] {
        let client = ClientRow {
            organization: organization(owner),
            also: [organization("beta"), organization("gamma")].into(),
            id: ClientId::parse(&format!("client-of-{owner}")).unwrap(),
            name: "desk".to_owned(),
            secret_hash: "$argon2id$x".to_owned(),
            scopes: "wfm:unit:read".to_owned(),
            created_at: day(1),
            revoked_at,
        };
        ledger.put_client(client).await.unwrap();
        ledger.put_calendar(link(owner, revoked_at), false).await.unwrap();
    }
}

fn link(owner: &str, revoked_at: Option<Instant>) -> CalendarLink {
    CalendarLink {
        organization: organization(owner),
        agent: AgentId::parse("A-1").unwrap(),
        token_hash: Sha256::digest(owner).into(),
        created_at: day(1),
        revoked_at,
    }
}

/// Appends entries that open a week each, one a day.
async fn append(ledger: &Ledger, unit: &UnitKey, after: Revision, count: u64) {
    let opened = (after.0 + 1..=after.0 + count).map(|revision| {
        let id = format!("{}-week-{revision}", unit.unit);
        NewEntry { at: day(revision as i64), ..week_opened(revision, &id) }
    });
    ledger.append(unit, after, opened.collect()).await.unwrap();
}

async fn exported(ledger: &Ledger, file: &Path) -> Exported {
    let source = Source::ledger(ledger.clone(), Selection::default()).await.unwrap();
    export(source, file, |_| ()).await.unwrap()
}

async fn imported(ledger: &Ledger, file: &Path) -> Result<Imported, TransferError> {
    import(ledger, Source::file(file, Selection::default())?, |_| ()).await
}

async fn restored(
    ledger: &Ledger,
    from: &Ledger,
    unit: &UnitKey,
    until: Until,
) -> Result<Imported, TransferError> {
    let selection = Selection { unit: Some(unit.clone()), until };
    import(ledger, Source::ledger(from.clone(), selection).await?, |_| ()).await
}

fn files() -> (TempDir, PathBuf, PathBuf) {
    let folder = TempDir::new().unwrap();
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    (folder, first, second)
}

pub(crate) async fn an_export_of_an_import_is_the_same_file<E: Engine>(engine: &E) {
    let (from, other) = (engine.serve().await, E::fresh().await);
    let into = other.serve().await;
    filled(&from).await;
    let (_folder, first, second) = files();
    let written = exported(&from, &first).await;
    assert_eq!((written.units, written.entries), (3, 10));
    assert_eq!((written.profiles, written.clients, written.calendars), (1, 2, 2));
    let taken = imported(&into, &first).await.unwrap();
    assert_eq!((taken.units_new, taken.entries, taken.entries_there), (3, 10, 0));
    assert_eq!((taken.profiles, taken.clients, taken.calendars), (1, 2, 2));
    exported(&into, &second).await;
    let [first, second] = [first, second].map(|file| std::fs::read_to_string(file).unwrap());
    assert_eq!(first, second);
    assert_eq!(first.lines().count(), 1 + 3 + 10 + 1 + 2 + 2 + 1);
    assert_eq!(assert_sound(&into).await, 10);
    assert_eq!(from.contents().await.unwrap(), into.contents().await.unwrap());
}

pub(crate) async fn what_was_imported_goes_on_as_it_would_have<E: Engine>(engine: &E) {
    let (from, other) = (engine.serve().await, E::fresh().await);
    filled(&from).await;
    let (_folder, file, _) = files();
    exported(&from, &file).await;
    let into = other.serve().await;
    imported(&into, &file).await.unwrap();
    let u1 = unit("acme", "u1");
    let (id, acme) = (command("u1-week-3"), organization("acme"));
    let [before, after] =
        [from.find_command(&u1, &id).await, into.find_command(&u1, &id).await].map(Result::unwrap);
    assert_eq!((before.is_some(), &before), (true, &after), "a repeated command is answered");
    let repeated = into.append(&u1, Revision(5), vec![entry("u1-week-3")]).await;
    assert!(matches!(repeated, Err(AppendError::Duplicate(_))), "{repeated:?}");
    let week = into.find_subject(&acme, SubjectKind::Schedule, "u2-week-3").await.unwrap();
    assert_eq!(week, Some(unit("acme", "u2").unit));
    append(&into, &u1, Revision(5), 1).await;
    append(&from, &u1, Revision(5), 1).await;
    assert_eq!(all_entries(&from, &u1).await, all_entries(&into, &u1).await);
}

pub(crate) async fn an_import_goes_on_where_it_stopped<E: Engine>(engine: &E) {
    let (from, other) = (engine.serve().await, E::fresh().await);
    let into = other.serve().await;
    filled(&from).await;
    let (_folder, first, second) = files();
    exported(&from, &first).await;
    imported(&into, &first).await.unwrap();
    append(&from, &unit("acme", "u1"), Revision(5), 4).await;
    exported(&from, &second).await;
    let taken = imported(&into, &second).await.unwrap();
    assert_eq!((taken.units_new, taken.entries, taken.entries_there), (0, 4, 10));
    assert_eq!((taken.profiles, taken.clients, taken.calendars), (0, 0, 0));
    let again = imported(&into, &second).await.unwrap();
    assert_eq!((again.entries, again.entries_there), (0, 14));
    let older = imported(&into, &first).await.unwrap();
    assert_eq!((older.entries, older.entries_there), (0, 10), "it is in there already");
    assert_eq!(from.contents().await.unwrap(), into.contents().await.unwrap());
}

pub(crate) async fn a_unit_with_other_entries_is_refused<E: Engine>(engine: &E) {
    let (from, other) = (engine.serve().await, E::fresh().await);
    let into = other.serve().await;
    filled(&from).await;
    let (_folder, file, _) = files();
    let u1 = unit("acme", "u1");
    into.create_unit(&u1.organization, &u1.unit).await.unwrap();
    append(&into, &u1, Revision::ZERO, 2).await;
    into.append(&u1, Revision(2), vec![entry("own")]).await.unwrap();
    exported(&from, &file).await;
    let refused = imported(&into, &file).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "unit acme/u1 is there already and has another entry 3: it cannot be both; nothing of it \
         was changed"
    );
    assert_eq!(into.head(&u1).await.unwrap(), Some(Revision(3)));
}

pub(crate) async fn what_is_not_as_it_was_written_is_refused<E: Engine>(engine: &E) {
    let ledger = engine.serve().await;
    filled(&ledger).await;
    let (folder, file, _) = files();
    exported(&ledger, &file).await;
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let without = |line: usize| [&lines[..line - 1], &lines[line..]].concat().concat();
    let swapped = |a: &str, b: &str| {
        assert!(text.contains(a));
        text.replacen(a, b, 1)
    };
    let wrong = "unit acme/u1, revision 3: the entry does not match its hash";
    let damaged = [
        (swapped("u1-week-3\",\"policy", "u1-week-4\",\"policy"), 5, wrong),
        (without(5), 5, "unit acme/u1, revision 3: the entry is missing"),
        (without(7), 7, "unit acme/u1, revision 5: the entry is missing"),
        (swapped("{\"revision\": 4}", "{\"revision\": 5}"), 20, "the file's digest is another"),
        (swapped("wfm:unit:read", "wfm:admin"), 20, "the file's digest is another one"),
        (without(20), 20, "the file is cut off"),
        (text[..text.len() - 9].to_owned(), 20, "the file is cut off"),
        (text.clone() + "\n", 21, "nothing comes after the end"),
        (without(1), 1, "an export begins with its header"),
        (swapped("\"version\":3", "\"version\":4"), 1, "up to version 3"),
        (swapped("{\"unit\":", "{\"union\":"), 2, "unknown variant `union`"),
    ];
    for (text, line, expected) in damaged {
        let bad = folder.path().join("bad");
        std::fs::write(&bad, text).unwrap();
        let checked = Source::file(&bad, Selection::default()).unwrap().check(|_| ()).await;
        let message = checked.unwrap_err().to_string();
        assert!(message.contains(&format!("bad, line {line}: ")), "{message}");
        assert!(message.contains(expected), "{message}");
    }
    Source::file(&file, Selection::default()).unwrap().check(|_| ()).await.unwrap();
}

pub(crate) async fn an_export_from_before_there_were_calendars_is_read<E: Engine>(engine: &E) {
    let (from, other) = (engine.serve().await, E::fresh().await);
    filled(&from).await;
    let (_folder, file, _) = files();
    exported(&from, &file).await;
    let text =
        std::fs::read_to_string(&file).unwrap().replacen("\"version\":3", "\"version\":1", 1);
    let lines = text.split_inclusive('\n').filter(|line| !line.starts_with("{\"calendar\""));
    let mut lines: Vec<&str> = lines.collect();
    let end = lines.pop().unwrap().replace("\"calendars\":2,", "");
    let before = lines.concat().replace("\"also\":[\"beta\",\"gamma\"],", "");
    let (start, _) = end.split_once("\"sha256\":").unwrap();
    let digest: String = Sha256::digest(&before).iter().map(|b| format!("{b:02x}")).collect();
    std::fs::write(&file, format!("{before}{start}\"sha256\":\"{digest}\"}}}}\n")).unwrap();
    let taken = imported(&other.serve().await, &file).await.unwrap();
    assert_eq!((taken.entries, taken.clients, taken.calendars), (10, 2, 0));
}

pub(crate) async fn an_import_brings_back_no_link_that_was_revoked<E: Engine>(engine: &E) {
    let ledger = engine.serve().await;
    filled(&ledger).await;
    let (_folder, file, _) = files();
    exported(&ledger, &file).await;
    let known = link("zeta", None);
    ledger.revoke_calendar(&known.organization, &known.agent, day(5)).await.unwrap();
    assert_eq!(imported(&ledger, &file).await.unwrap().calendars, 0);
    let found = ledger.find_calendar(&known.token_hash).await.unwrap();
    assert_eq!(found, Some(CalendarLink { revoked_at: Some(day(5)), ..known }));
}

pub(crate) async fn a_damaged_ledger_is_exported_up_to_the_damage<E: Engine>(engine: &E) {
    let (ledger, other) = (engine.serve().await, E::fresh().await);
    let (u1, into) = (unit("acme", "u1"), other.serve().await);
    ledger.create_unit(&u1.organization, &u1.unit).await.unwrap();
    append(&ledger, &u1, Revision::ZERO, 5).await;
    engine.flip_bit(Revision(4)).await;
    let (_folder, file, _) = files();
    let source = Source::ledger(ledger.clone(), Selection::default()).await.unwrap();
    let refused = export(source, &file, |_| ()).await.unwrap_err().to_string();
    assert!(refused.ends_with("unit acme/u1, revision 4: the entry does not match its hash"));
    assert!(!file.exists(), "half an export is none");
    let refused = restored(&into, &ledger, &u1, Until::Revision(Revision(4))).await;
    assert!(matches!(refused, Err(TransferError::Entry { revision: Revision(4), .. })));
    assert_eq!(into.head(&u1).await.unwrap(), Some(Revision::ZERO));
    restored(&into, &ledger, &u1, Until::Revision(Revision(3))).await.unwrap();
    assert_eq!(assert_sound(&into).await, 3);
}

pub(crate) async fn one_unit_is_exported_alone_and_line_by_line<E: Engine>(engine: &E) {
    let ledger = engine.serve().await;
    filled(&ledger).await;
    let u1 = unit("acme", "u1");
    let (source, head) = Source::unit(ledger.clone(), &u1).await.unwrap();
    assert!(ledger.contents().await.unwrap().units.contains(&head));
    // What comes later is not of that moment.
    append(&ledger, &u1, Revision(5), 2).await;
    let (mut lines, mut text) = (ExportLines::new(source), Vec::new());
    while let Some(piece) = lines.next().await.unwrap() {
        text.extend(piece);
    }
    let (_folder, file, _) = files();
    std::fs::write(&file, &text).unwrap();
    let checked = Source::file(&file, Selection::default()).unwrap().check(|_| ()).await;
    assert_eq!(checked.unwrap(), Checked { units: 1, entries: 5 });
    let text = String::from_utf8(text).unwrap();
    for beside in ["{\"profile\"", "{\"client\":{", "requestHash", "answer", "zeta", "u2"] {
        assert!(!text.contains(beside), "{beside}: {text}");
    }
    let elsewhere = E::fresh().await;
    let other = elsewhere.serve().await;
    imported(&other, &file).await.unwrap();
    assert_eq!(other.unit_head(&u1).await.unwrap(), Some(head));
    let nobodys = Source::unit(ledger.clone(), &unit("acme", "u9")).await.unwrap_err();
    assert!(matches!(nobodys, TransferError::Ledger(LedgerError::NoSuchUnit(_))));
    engine.flip_bit(Revision(2)).await;
    let (source, _) = Source::unit(ledger, &unit("acme", "u2")).await.unwrap();
    let mut lines = ExportLines::new(source);
    let damaged = loop {
        if let Err(error) = lines.next().await {
            break error.to_string();
        }
    };
    assert!(damaged.ends_with("revision 2: the entry does not match its hash"), "{damaged}");
    assert!(lines.next().await.unwrap().is_none(), "nothing follows, and no last line");
}

pub(crate) async fn a_unit_is_restored_as_of_a_revision_or_a_time<E: Engine>(engine: &E) {
    let (from, other) = (engine.serve().await, E::fresh().await);
    let into = other.serve().await;
    filled(&from).await;
    let [acme, u1] = [unit("acme", "u2"), unit("acme", "u1")];
    let before = from.contents().await.unwrap();
    let taken = restored(&into, &from, &u1, Until::Revision(Revision(3))).await.unwrap();
    assert_eq!(taken.units, [(u1.clone(), Revision(3))]);
    assert_eq!(
        (taken.profiles, taken.clients, taken.calendars),
        (1, 1, 1),
        "those of its organization"
    );
    let [there, here] = [all_entries(&from, &u1).await, all_entries(&into, &u1).await];
    assert_eq!(here, there[..3]);
    let find = |id| into.find_subject(&u1.organization, SubjectKind::Schedule, id);
    assert_eq!(find("u1-week-3").await.unwrap(), Some(u1.unit.clone()));
    assert_eq!(find("u1-week-4").await.unwrap(), None, "it was not there yet");
    let beyond = restored(&into, &from, &u1, Until::Time(day(2))).await.unwrap_err();
    assert!(beyond.to_string().contains("at revision 3, beyond 2: restore into a new ledger"));
    let at = Until::Time(day(3).plus_min(1));
    assert_eq!(restored(&into, &from, &u1, at).await.unwrap().entries, 0);
    let taken = restored(&into, &from, &acme, Until::Time(day(2))).await.unwrap();
    assert_eq!(taken.units, [(acme, Revision(2))]);
    let missing = restored(&into, &from, &u1, Until::Revision(Revision(9))).await.unwrap_err();
    assert_eq!(missing.to_string(), "unit acme/u1 has no entry 9");
    let missing = restored(&into, &from, &unit("acme", "u9"), Until::Head).await.unwrap_err();
    assert_eq!(missing.to_string(), "there is no unit acme/u9");
    assert_eq!(from.contents().await.unwrap(), before, "nothing is ever rewritten");
    append(&into, &u1, Revision(3), 1).await;
    assert_sound(&into).await;
}

pub(crate) async fn ids_that_were_given_up_stay_so<E: Engine>(engine: &E) {
    let (from, other) = (engine.serve().await, E::fresh().await);
    let into = other.serve().await;
    let [u1, u2] = [unit("acme", "u1"), unit("acme", "u2")];
    let agent = SubjectKind::Agent;
    for key in [&u1, &u2] {
        from.create_unit(&key.organization, &key.unit).await.unwrap();
    }
    let ana = AgentId::parse("ana").unwrap();
    let left = written(1, "left", vec![Event::AgentLeft(ana)]);
    from.append(&u1, Revision::ZERO, vec![left]).await.unwrap();
    let (_folder, file, second) = files();
    exported(&from, &file).await;
    imported(&into, &file).await.unwrap();
    assert_eq!(into.find_subject(&u1.organization, agent, "ana").await.unwrap(), None);
    // An id that the source has, but that does not follow from its entries, is noticed.
    from.append(&u2, Revision::ZERO, vec![week_opened(1, "w1")]).await.unwrap();
    exported(&from, &second).await;
    imported(&into, &second).await.unwrap();
    let odd = NewEntry { subjects: vec![], ..week_opened(2, "w2") };
    from.append(&u2, Revision(1), vec![odd]).await.unwrap();
    let source = Source::ledger(from.clone(), Selection::default()).await.unwrap();
    let refused = import(&into, source, |_| ()).await.unwrap_err().to_string();
    assert_eq!(refused, "unit acme/u2 has 3 ids, and had 2 where it came from");
}

pub(crate) async fn forgotten_commands_stay_forgotten<E: Engine>(engine: &E) {
    let (from, other) = (engine.serve().await, E::fresh().await);
    let into = other.serve().await;
    let u1 = unit("acme", "u1");
    from.create_unit(&u1.organization, &u1.unit).await.unwrap();
    let count = limits::PRUNE_EVERY + 20;
    let (mut after, old) = (Revision::ZERO, 30);
    for revision in 1..=count {
        let late = limits::COMMAND_RETENTION_DAYS + 9;
        let at = day(if revision <= old { 0 } else { late });
        let new = NewEntry { at, ..week_opened(revision, &format!("w{revision}")) };
        after = from.append(&u1, after, vec![new]).await.unwrap().head;
    }
    assert_eq!(from.find_command(&u1, &command("w30")).await.unwrap(), None);
    let (_folder, first, second) = files();
    exported(&from, &first).await;
    imported(&into, &first).await.unwrap();
    exported(&into, &second).await;
    assert_eq!(std::fs::read(&first).unwrap(), std::fs::read(&second).unwrap());
    assert_eq!(into.find_command(&u1, &command("w30")).await.unwrap(), None);
    assert!(into.find_command(&u1, &command("w31")).await.unwrap().is_some());
}

pub(crate) async fn an_export_is_of_one_moment<E: Engine>(engine: &E) {
    let (ledger, other) = (engine.serve().await, E::fresh().await);
    let into = other.serve().await;
    filled(&ledger).await;
    let source = Source::ledger(ledger.clone(), Selection::default()).await.unwrap();
    append(&ledger, &unit("acme", "u1"), Revision(5), 2).await;
    append(&ledger, &unit("zeta", "u1"), Revision(2), 2).await;
    let (_folder, file, _) = files();
    assert_eq!(export(source, &file, |_| ()).await.unwrap().entries, 10);
    imported(&into, &file).await.unwrap();
    assert_eq!(into.head(&unit("acme", "u1")).await.unwrap(), Some(Revision(5)));
}

pub(crate) async fn an_export_does_not_replace_a_file<E: Engine>(engine: &E) {
    let ledger = engine.serve().await;
    let (folder, file, _) = files();
    std::fs::write(&file, "mine").unwrap();
    let source = Source::ledger(ledger.clone(), Selection::default()).await.unwrap();
    let refused = export(source, &file, |_| ()).await.unwrap_err();
    assert!(matches!(refused, TransferError::Ledger(LedgerError::AlreadyThere(_))));
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
