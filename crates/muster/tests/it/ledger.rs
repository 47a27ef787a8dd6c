use expect_test::expect;

use crate::harness::{Run, Server, muster};

#[test]
fn a_sound_ledger_is_verified_beside_its_server() {
    let server = Server::with_agents();
    server.check(
        &["ledger", "verify"],
        expect![[r#"
            ledger sqlite:muster.db: entries 2, units 1
            every entry is there, every hash is right, every head is the last entry
            took TIME
        "#]],
    );
}

#[test]
fn a_ledger_that_is_not_there_is_not_made() {
    let folder = tempfile::TempDir::new().unwrap();
    let run = Run::of(muster(folder.path()).args(["ledger", "verify", "--ledger", "sqlite:no.db"]));
    assert_eq!((run.code, run.err.as_str()), (1, "muster: there is no ledger sqlite:no.db\n"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn verifying_writes_nothing() {
    let folder = Server::with_agents().kill();
    let names = || -> Vec<_> {
        let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap());
        let mut names: Vec<_> = files
            .map(|file| (file.file_name(), std::fs::read(file.path()).unwrap()))
            .filter(|(name, _)| name != "muster.db-shm")
            .collect();
        names.sort();
        names
    };
    let before = names();
    assert!(before.iter().any(|(name, wal)| name == "muster.db-wal" && !wal.is_empty()));
    for command in ["verify", "stats"] {
        let run = Run::of(muster(folder.path()).args(["ledger", command, "--json"]));
        assert_eq!((run.code, run.json()["entries"].as_u64()), (0, Some(2)), "{run:?}");
    }
    assert!(names() == before, "what the crashed server left was changed");
}

#[test]
fn stats_say_where_each_unit_stands() {
    let server = Server::with_agents();
    let run = server.ok(&["ledger", "stats"]);
    let (first, table) = run.out.split_once('\n').unwrap();
    assert!(
        first.starts_with("ledger sqlite:muster.db: entries 2, units 1, snapshots "),
        "{first}"
    );
    expect![[r#"
        unit            revision  ids
        default/vienna  2         4
    "#]]
    .assert_eq(table);
    let stats = server.ok(&["ledger", "stats", "--json"]).json();
    let unit = &stats["units"][0];
    assert_eq!((&unit["businessUnitId"], &unit["revision"]), (&"vienna".into(), &2.into()));
    assert_eq!(unit["hash"].as_str().map(str::len), Some(64));
    assert_eq!((&stats["clients"], &stats["profiles"]), (&1.into(), &3.into()));
}

#[test]
fn migrating_says_from_where_to_where() {
    let server = Server::with_agents();
    let refused = server.run(&["ledger", "migrate"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("muster.db.lock is held by process"), "{}", refused.err);
    let folder = server.kill();
    let migrate = || Run::of(muster(folder.path()).args(["ledger", "migrate", "--json"])).json();
    let (first, second) = (migrate(), migrate());
    assert_eq!(first["to"], second["from"]);
    assert_eq!(second["from"], second["to"]);
    let none = Run::of(muster(folder.path()).args(["ledger", "migrate", "--ledger", "sqlite:no"]));
    assert_eq!((none.code, none.err.as_str()), (1, "muster: there is no ledger sqlite:no\n"));
}
