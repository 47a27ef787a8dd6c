//! A node that stands still for longer than its leases last, while it sends to a webhook: another
//! node takes over, and when the first one wakes up it changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use muster_api::client::Client;
use muster_ledger::{Lease, Ledger, PlainWrite, Role, WriteError};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::cluster::Cluster;
use crate::node::{Credentials, Node};

/// What came, and how many are answered; the others wait.
#[derive(Debug, Clone)]
struct Receiver {
    got: watch::Sender<Vec<Value>>,
    answered: watch::Sender<usize>,
}

async fn receive(State(receiver): State<Receiver>, body: String) -> StatusCode {
    let mut nth = 0;
    receiver.got.send_modify(|got| {
        nth = got.len();
        got.push(serde_json::from_str(&body).unwrap());
    });
    let mut answered = receiver.answered.subscribe();
    // Whoever asked may have gone.
    let _ = answered.wait_for(|answered| nth < *answered).await;
    StatusCode::NO_CONTENT
}

/// Looks again until something is so; nobody tells when.
async fn until(what: &str, so: impl AsyncFn() -> bool) {
    let waited = timeout(Duration::from_secs(60), async {
        while !so().await {
            sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(waited.await.is_ok(), "it was not so after 60 s: {what}");
}

async fn send(client: &Client, method: Method, path: &str, body: Value) -> Value {
    client.send::<Value>(method, path, Some(&body)).await.unwrap().value
}

async fn get(client: &Client, path: &str) -> Value {
    client.send::<Value>(Method::GET, path, None::<&()>).await.unwrap().value
}

async fn edit(client: &Client, from: u32, count: u32) {
    for n in from..from + count {
        let path = format!("/scheduling/shifts/s{}", n % 4);
        send(client, Method::PATCH, &path, json!({ "lengthMinutes": 300 + n })).await;
    }
}

async fn furnish(client: &Client, url: &str) {
    let unit = json!({ "id": "u1", "name": "u1", "timeZone": "Europe/Berlin" });
    send(client, Method::POST, "/businessunits", unit).await;
    let agents: Vec<Value> =
        (0..4).map(|n| json!({ "id": format!("a{n}"), "businessUnitId": "u1" })).collect();
    send(client, Method::POST, "/agents/bulk", json!({ "agents": agents })).await;
    for n in 0..4 {
        let shift = json!({ "id": format!("s{n}"), "agentId": format!("a{n}"),
            "start": "2035-03-05T08:00:00Z", "lengthMinutes": 240 });
        send(client, Method::POST, "/scheduling/shifts", shift).await;
    }
    let hook = json!({ "id": "w1", "businessUnitId": "u1", "url": url });
    send(client, Method::POST, "/webhooks", hook).await;
}

/// Whether everything of the unit was taken, as a node tells.
async fn is_caught_up(client: &Client) -> bool {
    let hook = get(client, "/webhooks/w1").await;
    let feed = get(client, "/events?businessUnitId=u1").await;
    let revision = feed["revision"].to_string();
    hook["cursor"].as_str() == Some(revision.as_str())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stood_still_past_its_lease_changes_nothing() {
    let (cluster, folder) = (Cluster::start(), TempDir::new().unwrap());
    let credentials = Credentials::create(folder.path(), &cluster.url());
    let fence = || cluster.ask("select fence from lease where name = 'webhooks'");
    let node = |name: &str| Node::start(folder.path(), name, &cluster.url());
    let first = node("first");
    until("the first node has the lease", async || fence() == "1").await;
    let second = node("second");
    let open = async |node: &Node| {
        Client::connect(&node.url, &credentials.id, &credentials.secret).await.unwrap()
    };
    let (one, two) = (open(&first).await, open(&second).await);

    let receiver = Receiver { got: watch::Sender::default(), answered: watch::Sender::new(5) };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let router = Router::new().fallback(receive).with_state(receiver.clone());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    furnish(&one, &url).await;
    let before = get(&one, "/webhooks/w1").await["cursor"].as_str().unwrap().to_owned();
    edit(&two, 0, 12).await;
    receiver.got.subscribe().wait_for(|got| got.len() > 5).await.unwrap();

    // It waits for answers, and stands still while they come.
    first.pause();
    receiver.answered.send_replace(usize::MAX);
    until("the other node took over", async || fence() == "2").await;
    edit(&two, 12, 12).await;
    until("the other node sent everything", async || is_caught_up(&two).await).await;
    let row = || cluster.ask("select turn, revision, due_at from webhook");
    let stands = row();

    first.resume();
    assert!(is_caught_up(&one).await, "it answers again, and tells the same");
    // What was decided under its lease is refused: here by its very fence.
    let ledger = Ledger::open(&cluster.url(), Role::Beside).await.unwrap();
    let lease = Lease { name: "webhooks".to_owned(), fence: 1 };
    let late = ledger.write_plain(PlainWrite::under(&lease, Vec::new())).await;
    assert!(matches!(late, Err(WriteError::LeaseLost(_))), "{late:?}");
    assert_eq!((row(), fence()), (stands, "2".to_owned()));
    edit(&one, 24, 4).await;
    until("what follows is sent too", async || is_caught_up(&two).await).await;
    assert_eq!(fence(), "2");

    let page = get(&two, &format!("/events?businessUnitId=u1&after={before}")).await;
    let feed: Vec<&Value> = page["entities"].as_array().unwrap().iter().collect();
    let place: BTreeMap<&str, usize> =
        feed.iter().zip(0..).map(|(event, n)| (event["id"].as_str().unwrap(), n)).collect();
    let got = receiver.got.borrow().clone();
    let ids: BTreeSet<&str> = got.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids, place.keys().copied().collect(), "the feed, and nothing else");
    for agent in ["a0", "a1", "a2", "a3"] {
        let mut seen = BTreeSet::new();
        let about = got.iter().filter(|event| event["subject"] == agent);
        let places = about.map(|event| place[event["id"].as_str().unwrap()]);
        let new: Vec<usize> = places.filter(|place| seen.insert(*place)).collect();
        assert!(new.is_sorted(), "{agent}: {new:?}");
    }
    serving.abort();
}
