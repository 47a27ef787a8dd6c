//! Backups, exports, imports and restores, on the real program.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use expect_test::expect;
use tempfile::TempDir;

use crate::harness::{Run, Server, folded, muster, untimed};

fn run(folder: &Path, args: &[&str]) -> Run {
    Run::of(muster(folder).args(args))
}

#[track_caller]
fn ok(folder: &Path, args: &[&str]) -> Run {
    let run = run(folder, args);
    assert_eq!(run.code, 0, "{args:?}: {run:?}");
    run
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_was_exported_and_imported_is_exported_as_the_same_file() {
    let server = Server::with_agents();
    let folder = server.folder();
    let exported = server.ok(&["ledger", "export", "first.jsonl"]).out;
    let said = "first.jsonl: entries 2, units 1, profiles 3, clients 1, calendars 0, ";
    assert!(exported.starts_with(said), "{exported}");
    assert_eq!(mode(&folder.join("first.jsonl")), 0o600);
    server.check(
        &["ledger", "verify", "--export", "first.jsonl"],
        expect![[r#"
            export first.jsonl: entries 2, units 1
            every line is as it was written, every hash is right
            took TIME
        "#]],
    );
    let into = ["--ledger", "sqlite:other.db"];
    let imported = ok(folder, &[&["ledger", "import", "first.jsonl"], &into[..]].concat());
    expect![[r#"
        ledger sqlite:other.db: 2 new entries, 1 new units
        3 new profiles, 1 new clients, 0 new calendars
        unit default/vienna stands at revision 2
        took TIME
    "#]]
    .assert_eq(&untimed(&imported.out));
    ok(folder, &[&["ledger", "export", "second.jsonl"], &into[..]].concat());
    let [first, second] =
        ["first.jsonl", "second.jsonl"].map(|name| std::fs::read(folder.join(name)).unwrap());
    assert!(first == second);
    let again = ok(folder, &[&["ledger", "import", "first.jsonl"], &into[..]].concat());
    assert!(again.out.contains("0 new entries, 0 new units; 2 entries were there already"));
    let refused = server.run(&["ledger", "export", "first.jsonl"]);
    assert_eq!((refused.code, refused.err.as_str()), (1, "muster: first.jsonl is there already\n"));
}

#[test]
fn an_imported_ledger_is_served_to_the_same_clients() {
    let server = Server::with_agents();
    let before = server.ok(&["agent", "list", "--unit", "vienna"]).out;
    server.ok(&["ledger", "export", "whole.jsonl"]);
    let client = (server.id.clone(), server.secret.clone());
    let (folder, into) = (server.kill(), TempDir::new().unwrap());
    let file = folder.path().join("whole.jsonl");
    ok(into.path(), &["ledger", "import", file.to_str().unwrap()]);
    let mut moved = Server::start_in(into);
    (moved.id, moved.secret) = client;
    assert_eq!(moved.ok(&["agent", "list", "--unit", "vienna"]).out, before);
}

#[test]
fn a_served_ledger_takes_no_import_and_no_restore() {
    let server = Server::with_agents();
    server.ok(&["ledger", "export", "whole.jsonl"]);
    for command in ["import", "restore"] {
        let refused = server.run(&["ledger", command, "whole.jsonl"]);
        assert_eq!(refused.code, 1, "{refused:?}");
        let holder = format!("muster.db.lock is held by process {} (muster serve)", server.pid());
        assert!(refused.err.contains(&holder), "{}", refused.err);
    }
}

#[test]
fn a_changed_line_is_named_and_nothing_is_imported() {
    let server = Server::with_agents();
    server.ok(&["ledger", "export", "whole.jsonl"]);
    let text = std::fs::read_to_string(server.folder().join("whole.jsonl")).unwrap();
    server.write("bad.jsonl", &text.replacen("Europe/Paris", "Europe/Parma", 1));
    server.write("short.jsonl", &text[..text.len() / 2]);
    let into = ["--ledger", "sqlite:other.db"];
    for (file, expected) in [
        (
            "bad.jsonl",
            expect![[r#"
            muster: bad.jsonl, line 4: unit default/vienna, revision 2: the entry does not
            | match its hash (good entries before it: 1)
        "#]],
        ),
        (
            "short.jsonl",
            expect![[r#"
            muster: short.jsonl, line 4: the file is cut off: its last line is not there (good
            | entries before it: 1)
        "#]],
        ),
    ] {
        for command in ["import", "restore"] {
            let refused = server.run(&[&["ledger", command, file], &into[..]].concat());
            assert_eq!(refused.code, 1);
            expected.assert_eq(&folded(&refused.err));
        }
        let verified = server.run(&["ledger", "verify", "--export", file]);
        assert_eq!(verified.code, 1);
        expected.assert_eq(&folded(&verified.err));
    }
    let units = server.ok(&[&["ledger", "stats", "--json"], &into[..]].concat()).json();
    assert_eq!(units["units"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_backup_beside_a_writing_server_is_one_moment_of_it() {
    let server = Server::with_agents();
    let done = AtomicBool::new(false);
    let folder = server.folder();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut nth = 0;
            while !done.load(Ordering::Relaxed) {
                nth += 1;
                let unit = format!("unit-{nth}");
                server.ok(&["unit", "create", &unit, "--time-zone", "Europe/Paris"]);
            }
        });
        for nth in 1..=5 {
            let copy = format!("copy-{nth}.db");
            let made = ok(folder, &["ledger", "backup", &copy, "--json"]).json();
            let url = format!("sqlite:{copy}");
            let verified = ok(folder, &["ledger", "verify", "--ledger", &url, "--json"]).json();
            assert_eq!(made["entries"], verified["entries"]);
            assert!(verified["entries"].as_u64() >= Some(2));
            assert_eq!(mode(&folder.join(&copy)), 0o600);
        }
        done.store(true, Ordering::Relaxed);
    });
    let parts = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    let left: Vec<_> = parts.filter(|name| name.to_string_lossy().contains("copy-5.db.")).collect();
    assert!(left.is_empty(), "{left:?}");
    let refused = run(folder, &["ledger", "backup", "copy-1.db"]);
    assert_eq!((refused.code, refused.err.as_str()), (1, "muster: copy-1.db is there already\n"));
}

#[test]
fn a_backup_is_a_ledger_to_serve_from() {
    let server = Server::with_agents();
    let before = server.ok(&["agent", "list", "--unit", "vienna"]).out;
    server.ok(&["ledger", "backup", "copy.db", "--no-verify"]);
    let client = (server.id.clone(), server.secret.clone());
    let (folder, into) = (server.kill(), TempDir::new().unwrap());
    std::fs::copy(folder.path().join("copy.db"), into.path().join("muster.db")).unwrap();
    let mut moved = Server::start_in(into);
    (moved.id, moved.secret) = client;
    assert_eq!(moved.ok(&["agent", "list", "--unit", "vienna"]).out, before);
}

#[test]
fn a_unit_is_restored_as_it_was_at_a_revision() {
    let server = Server::with_agents();
    let then = server.ok(&["agent", "list", "--unit", "vienna", "--json"]).json();
    server.write("more.csv", "id,name,time_zone\nlin,Lin,Asia/Singapore\n");
    server.ok(&["agent", "import", "more.csv", "--unit", "vienna"]);
    let now = server.ok(&["agent", "list", "--unit", "vienna", "--json"]).json();
    assert_ne!(then, now);
    server.ok(&["ledger", "backup", "copy.db"]);
    server.ok(&["ledger", "export", "whole.jsonl"]);
    let folder = server.folder();
    for (from, more) in [
        ("copy.db", &["--revision", "2"][..]),
        ("whole.jsonl", &["--revision", "2"][..]),
        ("sqlite:muster.db", &["--revision", "2"][..]),
        ("copy.db", &[][..]),
    ] {
        let from = match from.split_once(':') {
            Some((_, name)) => format!("sqlite:{}", folder.join(name).display()),
            None => folder.join(from).display().to_string(),
        };
        let into = TempDir::new().unwrap();
        let restore = ["ledger", "restore", &from, "--unit", "default/vienna"];
        ok(into.path(), &[&restore, more].concat());
        let mut restored = Server::start_in(into);
        (restored.id, restored.secret) = (server.id.clone(), server.secret.clone());
        let list = restored.ok(&["agent", "list", "--unit", "vienna", "--json"]).json();
        assert_eq!(list, if more.is_empty() { now.clone() } else { then.clone() }, "{from}");
    }
    assert_eq!(server.ok(&["agent", "list", "--unit", "vienna", "--json"]).json(), now);
}

#[test]
fn what_cannot_be_restored_is_said() {
    let server = Server::with_agents();
    server.ok(&["ledger", "backup", "copy.db"]);
    server.write("list.csv", "id,name\n");
    let into = ["--ledger", "sqlite:new.db"];
    let refused = |args: &[&str]| {
        let run = server.run(&[&["ledger", "restore"], args, &into[..]].concat());
        (run.code, folded(&run.err))
    };
    let unit = ["--unit", "vienna"];
    let (code, said) = refused(&[&["copy.db", "--revision", "9"], &unit[..]].concat());
    assert_eq!((code, said.as_str()), (1, "muster: unit default/vienna has no entry 9\n"));
    let (code, said) = refused(&["copy.db", "--unit", "acme/vienna"]);
    assert_eq!((code, said.as_str()), (1, "muster: there is no unit acme/vienna\n"));
    assert_eq!(refused(&["copy.db", "--revision", "1"]).0, 2, "of which unit?");
    assert_eq!(refused(&["copy.db", "--as-of", "yesterday"]).0, 2);
    let (code, said) = refused(&["list.csv"]);
    assert_eq!((code, said.as_str()), (2, "muster: list.csv is neither a backup nor an export\n"));
    assert_eq!(refused(&["none.db"]), (1, "muster: there is no file none.db\n".to_owned()));
    assert!(!server.folder().join("new.db").exists(), "nothing is made for nothing");
    let as_of = ["copy.db", "--as-of", "2020-01-01T00:00:00Z"];
    let run = server.ok(&[&["ledger", "restore"], &as_of[..], &into[..]].concat());
    assert!(run.out.contains("unit default/vienna stands at revision 0"), "{}", run.out);
}
