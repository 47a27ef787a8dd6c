//! Checks that a line stands in the right room, for what the compiler cannot keep out.

/// What the core never does: reach outside, read a clock, wait.
const OUTSIDE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime",
    "Timestamp::now",
    "async fn",
    ".await",
];

/// The way from a handler to the ledger, and the handlers of real time, which are not on it.
const WAY: &[&str] = &["crates/muster-server/src/desk", "crates/muster-server/src/http/"];
const REAL_TIME_HANDLERS: &[&str] =
    &["crates/muster-server/src/http/adherence", "crates/muster-server/src/http/session"];

/// Commands that talk to a server, and what they must not reach around it for.
const CLIENTS: &[&str] = &[
    "crates/muster/src/cli/schedule",
    "crates/muster/src/cli/server",
    "crates/muster/src/cli/swap",
    "crates/muster/src/cli/timeoff",
    "crates/muster/src/cli/unit",
];
const INSIDES: &[&str] = &["muster_core", "muster_ledger", "muster_server"];

/// The core is true on paper, without a computer.
pub(super) fn pure_core(path: &str, text: &str) -> Vec<String> {
    if !path.starts_with("crates/muster-core/src/") {
        return Vec::new();
    }
    mentions(path, text, OUTSIDE, "the core does no I/O, reads no clock, waits for nothing")
}

/// Who is logged in has no say in what is accepted.
pub(super) fn real_time_apart(path: &str, text: &str) -> Vec<String> {
    if !is_in(path, WAY) || is_in(path, REAL_TIME_HANDLERS) {
        return Vec::new();
    }
    let words = ["realtime::", ".realtime"];
    mentions(path, text, &words, "nothing on the way to the ledger reads real time")
}

/// Our own client commands have no side door.
pub(super) fn clients_outside(path: &str, text: &str) -> Vec<String> {
    if !is_in(path, CLIENTS) {
        return Vec::new();
    }
    mentions(path, text, INSIDES, "commands that talk to a server use only its API")
}

fn is_in(path: &str, folders: &[&str]) -> bool {
    folders.iter().any(|folder| path.starts_with(folder))
}

/// The lines of code, comments left out, that contain one of the words.
fn mentions(path: &str, text: &str, words: &[&str], why: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        let word = words.iter().find(|word| code.contains(*word));
        problems.extend(word.map(|word| format!("{path}:{}: `{word}`: {why}", n + 1)));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [String; 0] = [];

    #[test]
    fn io_in_the_core_is_found() {
        let path = "crates/muster-core/src/roster.rs";
        assert_eq!(pure_core(path, "use std::fs::File;").len(), 1);
        assert_eq!(pure_core(path, "async fn later() {}").len(), 1);
        assert_eq!(pure_core(path, "//! No `std::fs` here.\nuse std::fmt;"), NONE);
        assert_eq!(pure_core("crates/muster-server/src/desk.rs", "use std::fs::File;"), NONE);
    }

    #[test]
    fn real_time_on_the_way_to_the_ledger_is_found() {
        let text = "let state = app.realtime.state();";
        assert_eq!(real_time_apart("crates/muster-server/src/desk.rs", text).len(), 1);
        assert_eq!(real_time_apart("crates/muster-server/src/http/swaps.rs", text).len(), 1);
        assert_eq!(real_time_apart("crates/muster-server/src/http/adherence.rs", text), NONE);
        assert_eq!(real_time_apart("crates/muster-server/src/router.rs", text), NONE);
    }

    #[test]
    fn a_side_door_is_found() {
        let text = "use muster_ledger::Ledger;";
        assert_eq!(clients_outside("crates/muster/src/cli/swap.rs", text).len(), 1);
        assert_eq!(clients_outside("crates/muster/src/cli/ledger.rs", text), NONE);
    }
}
