//! A server that is killed in the middle of a rush, again and again: what it had answered is
//! there, once; what it had not is answered when it is sent again with the same key.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use muster_core::event::Event;
use muster_core::id::ClientId;
use muster_ledger::{Ledger, LedgerConfig, Role};
use muster_server::access::create_client;
use muster_server::clock::{Clock, Manual};
use muster_server::desk::Noted;
use muster_server::{Config, Server};
use serde_json::{Value, json};

use crate::app::{at, entries, now, organization, u1};
use crate::http::{Answer, Ask};
use crate::oracle;

const LEDGER: &str = "MUSTER_SERVER_TEST_LEDGER";
const NOTES: &str = "MUSTER_SERVER_TEST_NOTES";
const AGENTS: usize = 40;
const ROUNDS: usize = 4;
const AT_ONCE: usize = 24;
const COMMANDS: usize = 400;

/// The process that is killed. Runs only as a child of the test below.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by what_was_answered_is_there_after_every_kill"]
async fn child_server() {
    let (Ok(ledger), Ok(path)) = (std::env::var(LEDGER), std::env::var(NOTES)) else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    let notes = move |noted: Noted| {
        let Noted { unit: _, command, revision, at, result, entry } = noted;
        let line = json!([command, revision, at, result, entry.as_deref()]).to_string() + "\n";
        (&file).write_all(line.as_bytes()).unwrap();
    };
    let config = Config {
        listen: ([127, 0, 0, 1], 0).into(),
        ledger: LedgerConfig::new(&ledger),
        clock: Clock::manual(Manual::at(now())),
        notes: Some(Arc::new(notes)),
        settings: muster_server::Settings::default(),
    };
    let server = Server::start(config).await.unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "listens on {}", server.addr()).and_then(|()| out.flush()).unwrap();
    std::future::pending::<()>().await;
}

struct Killable {
    child: Child,
    url: String,
}

impl Killable {
    fn start(ledger: &str, notes: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::child_server", "--ignored", "--nocapture"])
            .env(LEDGER, ledger)
            .env(NOTES, notes)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let addr = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.rsplit_once("listens on ")?.1.to_owned()));
        Self { child, url: format!("http://{}", addr.expect("the child says where it listens")) }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Killable {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn token(http: &reqwest::Client, server: &Killable, id: &ClientId, secret: &str) -> String {
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let ask = Ask::new(http, "POST", format!("{}/oauth/token", server.url));
    ask.bytes(form.into_bytes()).send().await.is(200).text_at("/access_token").to_owned()
}

fn name(n: usize) -> String {
    format!("a{n:02}")
}

/// Command n makes shift s<n>: each has an agent and a day to itself.
fn command(http: &reqwest::Client, url: &str, token: &str, n: usize) -> Ask {
    let day = i64::try_from(n / AGENTS).unwrap();
    let body = json!({ "id": format!("s{n}"), "agentId": name(n % AGENTS), "start": at(day, 7),
        "lengthMinutes": 480 });
    let ask = Ask::new(http, "POST", format!("{url}/api/v2/wfm/scheduling/shifts"));
    ask.token(token).key(&format!("key-{n}")).json(&body)
}

async fn furnish(http: &reqwest::Client, server: &Killable, token: &str) {
    let post = |path: &str, body: Value| {
        Ask::new(http, "POST", format!("{}/api/v2/wfm{path}", server.url))
            .token(token)
            .key(path)
            .json(&body)
            .send()
    };
    let unit = json!({ "id": "u1", "name": "Support", "timeZone": "Europe/Berlin" });
    post("/businessunits", unit).await.is(201);
    let agent = |n: usize| json!({ "id": name(n), "businessUnitId": "u1" });
    let agents: Vec<Value> = (0..AGENTS).map(agent).collect();
    post("/agents/bulk", json!({ "agents": agents })).await.is(200);
}

/// Sends commands until so many are answered, kills the server, and gives the answers.
async fn rush(
    server: &mut Killable,
    token: &str,
    open: &[usize],
    answers: usize,
) -> BTreeMap<usize, Answer> {
    let http = reqwest::Client::new();
    let url = server.url.clone();
    let send = |n: &usize| {
        let (n, ask) = (*n, command(&http, &url, token, *n));
        async move { (n, ask.try_send().await.ok()) }
    };
    let mut answers_of = stream::iter(open).map(send).buffer_unordered(AT_ONCE);
    let mut answered = BTreeMap::new();
    while let Some((n, answer)) = answers_of.next().await {
        answered.extend(answer.map(|answer| (n, answer)));
        if answered.len() == answers {
            server.kill();
        }
    }
    answered
}

/// What the killed servers noted; the last line of each may have been cut off.
fn noted(path: &str) -> Vec<Noted> {
    let text = std::fs::read_to_string(path).unwrap();
    let note = |line: &str| {
        let parts: (_, _, _, _, Option<muster_core::entry::Entry>) =
            serde_json::from_str(line).ok()?;
        let (command, revision, at, result, entry) = parts;
        Some(Noted { unit: u1(), command, revision, at, result, entry: entry.map(Arc::new) })
    };
    text.lines().filter_map(note).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_there_after_every_kill() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (url, notes) = (format!("sqlite:{}", file("muster.db")), file("notes"));
    let beside = Ledger::open(&url, Role::Beside).await.unwrap();
    let clock = Clock::manual(Manual::at(now()));
    let client =
        create_client(&beside, &clock, &organization(), Default::default(), "rush", "wfm:admin")
            .await
            .unwrap();
    let http = reqwest::Client::new();
    let mut open: Vec<usize> = (0..COMMANDS).collect();
    let mut acknowledged: BTreeMap<usize, u64> = BTreeMap::new();
    for round in 0..=ROUNDS {
        let mut server = Killable::start(&url, &notes);
        let token = token(&http, &server, &client.client_id, &client.client_secret).await;
        furnish(&http, &server, &token).await;
        // The last round answers everything that is left, and is killed as well.
        let answers = if round < ROUNDS { 40 + 17 * round } else { open.len() };
        for (n, answer) in rush(&mut server, &token, &open, answers).await {
            assert_eq!(answer.status, 201, "s{n}: {}", answer.text);
            acknowledged.insert(n, answer.revision());
        }
        let report = beside.verify(|_| ()).await.unwrap();
        assert_eq!(report.damages, []);
        open.retain(|n| !acknowledged.contains_key(n));
    }
    assert_eq!(open, [0; 0]);
    let entries = entries(&url, &u1()).await;
    let mut made: BTreeMap<String, u64> = BTreeMap::new();
    for entry in &entries {
        for event in &entry.events {
            let Event::ShiftCreated { id, .. } = event else { continue };
            assert_eq!(made.insert(id.to_string(), entry.revision.0), None, "{id} was made twice");
        }
    }
    assert_eq!(made.len(), COMMANDS);
    for (n, revision) in acknowledged {
        assert_eq!(made[&format!("s{n}")], revision);
    }
    let notes = noted(&notes);
    assert!(notes.len() >= COMMANDS / 2, "only {} decisions were noted", notes.len());
    oracle::check_notes(&oracle::states(&entries), &entries, &notes);
}
