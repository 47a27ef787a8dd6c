//! A process that is killed while it appends leaves every answered append, and no half of any.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use muster_core::id::Revision;
use muster_ledger::{Ledger, Role, SubjectKind};

use crate::engine::{Engine, Sqlite};
use crate::given::{assert_sound, claim, command, entry, entry_with, organization, unit};

const URL: &str = "MUSTER_LEDGER_TEST_URL";
const ROUNDS: usize = 4;
const ANSWERS: usize = 50;

/// The process that is killed. Runs only as a child of the test below.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by an_answered_append_survives_a_kill"]
async fn appends_until_killed() {
    let Ok(url) = std::env::var(URL) else { return };
    let ledger = Ledger::open(&url, Role::Serve).await.unwrap();
    let u1 = unit("acme", "u1");
    let mut after = ledger.head(&u1).await.unwrap().unwrap();
    loop {
        let first = after.next();
        let agent = vec![claim(SubjectKind::Agent, &format!("agent-{first}"))];
        let batch =
            vec![entry(&format!("c-{first}")), entry_with(&format!("c-{}", first.next()), agent)];
        after = ledger.append(&u1, after, batch).await.unwrap().head;
        let mut out = std::io::stdout();
        writeln!(out, "answered {after}").and_then(|()| out.flush()).unwrap();
    }
}

/// Starts the child, waits for some answers, kills it, and returns the last revision it answered.
fn killed_after(url: &str, answers: usize) -> Revision {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::appends_until_killed", "--ignored", "--nocapture"])
        .env(URL, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut answered = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| line.rsplit_once("answered ")?.1.parse().ok());
    let seen: Vec<u64> = answered.by_ref().take(answers).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(seen.len(), answers, "the child ended by itself");
    // What it still managed to answer counts as well.
    Revision(answered.chain(seen).max().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answered_append_survives_a_kill() {
    let engine = Sqlite::fresh().await;
    let u1 = unit("acme", "u1");
    engine.serve().await.create_unit(&u1.organization, &u1.unit).await.unwrap();
    for round in 0..ROUNDS {
        let answered = killed_after(&engine.url(), ANSWERS + 7 * round);
        let ledger = engine.serve().await;
        let head = ledger.head(&u1).await.unwrap().unwrap();
        assert!(head >= answered, "{answered} was answered, the head is {head}");
        assert!(head.0 <= answered.0 + 2, "{head}, but only {answered} was answered");
        assert_eq!(assert_sound(&ledger).await, head.0);
        let last = command(&format!("c-{head}"));
        let found = ledger.find_command(&u1, &last).await.unwrap().expect("it has its command");
        assert_eq!(found.revision, head);
        let agent = format!("agent-{}", head.0 - 1);
        let acme = organization("acme");
        let claimed = ledger.find_subject(&acme, SubjectKind::Agent, &agent).await.unwrap();
        assert_eq!(claimed, Some(u1.unit.clone()));
    }
}
