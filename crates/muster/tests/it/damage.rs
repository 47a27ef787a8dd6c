//! Files that storage has damaged: found, named, refused.

use std::path::Path;

use expect_test::expect;
use tempfile::TempDir;

use crate::harness::{Run, Server, folded, muster, untimed};

fn verify(folder: &Path) -> Run {
    Run::of(muster(folder).args(["ledger", "verify"]))
}

/// A ledger of one file that nobody serves.
fn ledger() -> TempDir {
    let server = Server::with_agents();
    server.ok(&["ledger", "backup", "copy.db"]);
    let folder = TempDir::new().unwrap();
    std::fs::rename(server.folder().join("copy.db"), folder.path().join("muster.db")).unwrap();
    folder
}

/// Changes the bytes of the file.
fn damage(folder: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let path = folder.join("muster.db");
    let mut bytes = std::fs::read(&path).unwrap();
    change(&mut bytes);
    std::fs::write(&path, bytes).unwrap();
}

fn find(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).unwrap()
}

#[test]
fn a_flipped_bit_is_found() {
    let folder = ledger();
    assert_eq!(verify(folder.path()).code, 0);
    damage(folder.path(), |bytes| {
        let at = find(bytes, b"America/Chicago");
        bytes[at] ^= 1;
    });
    let run = verify(folder.path());
    expect![[r#"
        ledger sqlite:muster.db: entries 1, units 1
        DAMAGED  unit default/vienna, revision 2: the entry does not match its hash; what
        | comes before it can be trusted
        took TIME
    "#]]
    .assert_eq(&folded(&untimed(&run.out)));
    assert_eq!(run.code, 1);
    let json = Run::of(muster(folder.path()).args(["ledger", "verify", "--json"]));
    let found = json.json();
    assert_eq!((json.code, found["damages"][0]["businessUnitId"].as_str()), (1, Some("vienna")));
}

#[test]
fn what_is_damaged_is_neither_exported_nor_backed_up() {
    let folder = ledger();
    damage(folder.path(), |bytes| {
        let at = find(bytes, b"America/Chicago");
        bytes[at] ^= 1;
    });
    let export = Run::of(muster(folder.path()).args(["ledger", "export", "out.jsonl"]));
    assert_eq!(
        (export.code, export.err.as_str()),
        (1, "muster: unit default/vienna, revision 2: the entry does not match its hash\n")
    );
    let backup = Run::of(muster(folder.path()).args(["ledger", "backup", "copy.db"]));
    assert_eq!(backup.code, 1);
    assert!(backup.out.contains("revision 2: the entry does not match its hash"), "{backup:?}");
    assert!(backup.out.ends_with("no backup was made\n"), "{backup:?}");
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with("jsonl") || name.contains("copy"))
        .collect();
    names.sort();
    assert_eq!(names, [""; 0]);
}

#[test]
fn a_file_that_is_cut_off_is_named() {
    let folder = ledger();
    damage(folder.path(), |bytes| bytes.truncate(bytes.len() - 4_096));
    let run = verify(folder.path());
    let said = "muster: the ledger is damaged: the file is cut off after page ";
    assert!(run.code == 1 && run.err.starts_with(said), "{run:?}");
    let serve = Run::of(muster(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]));
    assert!(serve.code == 1 && serve.err.contains("the file is cut off after page"), "{serve:?}");
}

#[test]
fn a_file_that_is_no_ledger_is_refused() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("muster.db"), "id,name\n".repeat(1_000)).unwrap();
    for command in ["verify", "stats", "migrate"] {
        let run = Run::of(muster(folder.path()).args(["ledger", command]));
        let said = "muster: the ledger is damaged: file is not a database\n";
        assert_eq!((run.code, run.err.as_str()), (1, said), "{command}");
    }
    std::fs::write(folder.path().join("muster.db"), "").unwrap();
    let run = verify(folder.path());
    let said = "muster: the ledger is damaged: the file holds no ledger\n";
    assert_eq!((run.code, run.err.as_str()), (1, said));
}

/// The units that a server on a folder lists, and how many entries verifying finds.
fn units(folder: TempDir) -> (TempDir, Vec<String>, u64) {
    let verified = Run::of(muster(folder.path()).args(["ledger", "verify", "--json"]));
    assert_eq!(verified.code, 0, "{verified:?}");
    let server = Server::start_in(folder);
    let list = server.ok(&["unit", "list", "--json"]).json();
    let ids = list.as_array().unwrap().iter().map(|unit| unit["id"].as_str().unwrap().to_owned());
    let ids = ids.collect();
    (server.kill(), ids, verified.json()["entries"].as_u64().unwrap())
}

#[test]
fn a_torn_end_of_the_log_loses_nothing_that_was_acknowledged() {
    let server = Server::with_agents();
    server.ok(&["unit", "create", "paris", "--time-zone", "Europe/Paris"]);
    let folder = server.kill();
    let wal = folder.path().join("muster.db-wal");
    let mut bytes = std::fs::read(&wal).unwrap();
    // The next transaction was being written when the power went: a frame and a half of it.
    let frame = 24 + 4_096;
    let last = bytes[bytes.len() - frame..].to_vec();
    bytes.extend_from_slice(&last);
    bytes.extend_from_slice(&last[..frame / 2]);
    std::fs::write(&wal, bytes).unwrap();
    let (_folder, ids, entries) = units(folder);
    assert_eq!((ids, entries), (vec!["paris".to_owned(), "vienna".to_owned()], 3));
}

#[test]
fn a_log_that_lost_its_end_leaves_a_beginning_and_no_half() {
    let server = Server::with_agents();
    server.ok(&["unit", "create", "paris", "--time-zone", "Europe/Paris"]);
    let folder = server.kill();
    let wal = folder.path().join("muster.db-wal");
    let whole = std::fs::read(&wal).unwrap();
    let frame = 24 + 4_096;
    let mut folder = folder;
    let mut seen = Vec::new();
    for frames in (0..whole.len() / frame).rev().step_by(3) {
        let db = std::fs::read(folder.path().join("muster.db")).unwrap();
        let next = TempDir::new().unwrap();
        std::fs::write(next.path().join("muster.db"), db).unwrap();
        let cut = 32 + frames * frame + 100;
        std::fs::write(next.path().join("muster.db-wal"), &whole[..cut]).unwrap();
        let run = Run::of(muster(next.path()).args(["ledger", "verify", "--json"]));
        if run.code != 0 {
            // Not even the tables are there yet.
            assert!(run.out.contains("the file holds no ledger"), "{run:?}");
            break;
        }
        seen.push(run.json()["entries"].as_u64().unwrap());
        folder = next;
        std::fs::remove_file(folder.path().join("muster.db-wal")).unwrap();
    }
    assert!(seen.is_sorted_by(|later, earlier| later >= earlier), "{seen:?}");
    assert!(seen.first() > seen.last(), "{seen:?}");
}
