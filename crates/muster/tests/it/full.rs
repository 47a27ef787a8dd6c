//! No room left to write to. A limit on the size of files stands in for a disk that is full: it
//! can be set for one process, and lifted while it runs.

use std::fs::File;
use std::process::Command;

use tempfile::TempDir;

use crate::harness::{Run, Server, muster};

/// Room for the tables and a few units.
const ROOM_BYTES: u64 = 300_000;

/// A server that cannot write more than that to a file, and is not killed for trying.
fn cramped() -> Server {
    let folder = TempDir::new().unwrap();
    let mut serve = Command::new("prlimit");
    serve.arg(format!("--fsize={ROOM_BYTES}:unlimited"));
    serve.args(["sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_muster")]);
    serve.current_dir(folder.path()).env_remove("RUST_LOG");
    serve.stderr(File::create(folder.path().join("log")).unwrap());
    Server::start_as(serve, folder)
}

fn listed(server: &Server) -> Vec<String> {
    let list = server.ok(&["unit", "list", "--json"]).json();
    let ids = list.as_array().unwrap().iter().map(|unit| unit["id"].as_str().unwrap().to_owned());
    let mut ids: Vec<String> = ids.collect();
    ids.sort();
    ids
}

#[test]
fn a_full_disk_is_named_loses_nothing_and_is_no_end() {
    let server = cramped();
    let create = |id: &str| server.run(&["unit", "create", id, "--time-zone", "Europe/Paris"]);
    let mut accepted = Vec::new();
    let refused = loop {
        let id = format!("unit-{:03}", accepted.len());
        let run = create(&id);
        if run.code != 0 {
            break run;
        }
        accepted.push(id);
        assert!(accepted.len() < 1_000, "there is room for everything");
    };
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("(UNAVAILABLE)"), "{}", refused.err);
    assert!(refused.err.contains("try again in"), "it is the server's trouble: {}", refused.err);
    let log = std::fs::read_to_string(server.folder().join("log")).unwrap();
    assert!(log.contains("a commit failed") && log.contains("disk I/O error"), "{log}");
    assert_eq!(listed(&server), accepted, "reading goes on");
    assert_eq!(create("once-more").code, 1, "and there is still no room");

    let mut lift = Command::new("prlimit");
    lift.args(["--pid", &server.pid(), "--fsize=unlimited:unlimited"]);
    assert!(lift.status().unwrap().success());
    assert_eq!(create("after").code, 0);
    let left = listed(&server);
    assert!(accepted.iter().all(|id| left.contains(id)) && left.contains(&"after".to_owned()));
    let verified = server.ok(&["ledger", "verify", "--json"]).json();
    let folder = server.kill();
    let mut again = muster(folder.path());
    let again = Run::of(again.args(["ledger", "verify", "--json"]));
    assert_eq!((again.code, &again.json()["entries"]), (0, &verified["entries"]));
}
