//! Clients as the field writes them, in Python with `requests` and in Node with `fetch`, against a
//! server of their own. `cargo xtask test` installs both.

use std::path::Path;
use std::process::Command;

use crate::harness::{Run, Server};

/// Runs a program of `tests/field` as two clients of a server.
fn behaves(program: &str, script: &str) {
    let server = Server::start();
    let made = server.ok(&["client", "create", "engine", "--scope", "wfm:admin", "--json"]).json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/field").join(script);
    let run = Run::of(
        Command::new(program)
            .arg(path)
            .args([&server.url, &server.id, &server.secret])
            .args([text("clientId"), text("clientSecret")]),
    );
    assert_eq!(run.code, 0, "{}", run.shown());
}

#[test]
fn clients_in_python_work_unchanged() {
    behaves("python3", "clients.py");
}

#[test]
fn loops_in_node_end_or_cost_nothing() {
    behaves("node", "loops.mjs");
}
