//! Two nodes over one PostgreSQL: what one did, the other shows, decides on and replays.

use futures_util::future::join_all;
use muster_ledger::rival::Scratch;
use serde_json::json;

use crate::app::{TestApp, agent_week, u1};
use crate::oracle;

/// A database of its own, on the server that `cargo xtask test` starts.
async fn database(name: &str) -> Scratch {
    let server = std::env::var("MUSTER_TEST_POSTGRES").expect(
        "no PostgreSQL to test on: run `cargo xtask test`, or `cargo xtask postgres -- COMMAND`",
    );
    Scratch::create(&server, &format!("muster_server_{name}")).await.unwrap()
}

async fn with_week(database: &Scratch) -> [TestApp; 2] {
    let nodes = TestApp::two_nodes(database).await;
    nodes[0].make_unit("u1").await;
    nodes[1].make_agents("u1", &["ana", "ben", "cem", "dana"]).await;
    let weeks = ["ana", "ben", "cem", "dana"].map(|agent| agent_week(agent, &[0, 1, 2, 3, 4]));
    nodes[0].publish_week("u1", &weeks).await;
    nodes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_did_the_other_shows_at_once() {
    let database = database("shown").await;
    let [one, two] = with_week(&database).await;
    for n in 0..20 {
        let (here, there) = if n % 2 == 0 { (&one, &two) } else { (&two, &one) };
        let note = format!("note {n}");
        let path = "/scheduling/shifts/ana-0";
        let written = here.patch(path, json!({ "note": note })).await.is(200);
        let read = there.get(path).await.is(200);
        assert_eq!(read.text_at("/note"), note);
        assert_eq!(read.revision(), written.revision());
        let waited = format!("{path}?minRevision={}", written.revision());
        assert_eq!(here.get(&waited).await.is(200).text_at("/note"), note);
    }
    let swap = "/scheduling/shiftswaps/w1";
    one.swap("w1", "ana-1", "ben-1").await;
    assert_eq!(two.get(swap).await.is(200).text_at("/status"), "PENDING_APPROVAL");
    two.post(&format!("{swap}/approve"), json!({})).await.is(200);
    assert_eq!(one.get(swap).await.is(200).text_at("/status"), "APPROVED");
    database.remove().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_holds_on_every_node() {
    let database = database("keys").await;
    let [one, two] = with_week(&database).await;
    let ask = |node: &TestApp| {
        let body = json!({ "tags": ["late"] });
        node.ask("PATCH", "/scheduling/shifts/cem-2").key("k1").json(&body).send()
    };
    let (here, there) = tokio::join!(ask(&one), ask(&two));
    let (here, there) = (here.is(200), there.is(200));
    assert_eq!((here.revision(), here.body), (there.revision(), there.body));
    let clash = json!({ "tags": ["early"] });
    let other = two.ask("PATCH", "/scheduling/shifts/cem-2").key("k1").json(&clash).send().await;
    other.refuses(422, "IDEMPOTENCY_KEY_REUSED");
    database.remove().await.unwrap();
}

/// Both nodes edit one unit as fast as they can: nobody is ever told of the other node, every
/// decision comes out the same when it is made again, and both nodes end in the same state.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_share_a_busy_unit_are_never_in_each_others_way() {
    let database = database("busy").await;
    let nodes = with_week(&database).await;
    let shifts = ["ana", "ben", "cem", "dana"];
    let edits = (0..120).map(|n| {
        let path = format!("/scheduling/shifts/{}-{}", shifts[n % 4], n % 5);
        let body = json!({ "tags": [format!("t{n}")] });
        nodes[n % 2].ask("PATCH", &path).json(&body).send()
    });
    for answer in join_all(edits).await {
        answer.is(200);
    }
    let path = "/scheduling/shifts?businessUnitId=u1";
    let [one, two] = [nodes[0].get(path).await.is(200), nodes[1].get(path).await.is(200)];
    assert_eq!(one.body, two.body);
    let [first, second] = nodes;
    let (entries, mut notes) = first.stop().await;
    let (same, others) = second.stop().await;
    assert_eq!(entries, same);
    notes.extend(others);
    assert_eq!(oracle::check(&entries, &notes).last().unwrap().revision().0, entries.len() as u64);
    assert!(entries.len() > 100, "{} entries in {}", entries.len(), u1());
    database.remove().await.unwrap();
}

/// A stream on one node tells of what happened on the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_one_node_reach_those_who_listen_on_the_other() {
    let database = database("events").await;
    let [one, two] = with_week(&database).await;
    let head = one.get("/scheduling/shifts/ana-0").await.is(200).revision();
    let path = format!("/events?businessUnitId=u1&after={head}&waitSeconds=30");
    let (heard, written) =
        tokio::join!(two.get(&path), one.patch("/scheduling/shifts/ana-0", json!({ "note": "x" })));
    let revision = written.is(200).revision();
    let heard = heard.is(200);
    assert!(!heard.entities().is_empty());
    assert!(heard.entities().iter().all(|event| event["revision"] == revision));
    database.remove().await.unwrap();
}
