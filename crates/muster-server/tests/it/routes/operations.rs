//! What whoever runs a node asks it.

use muster_core::Revision;
use muster_core::id::CommandId;
use muster_ledger::{Ledger, NewEntry, Role};
use serde_json::json;

use crate::app::{TestApp, now, u1};

#[tokio::test]
async fn a_node_says_that_it_is_ready() {
    let app = TestApp::with_unit().await;
    let ready = app.bare("GET", "/readyz").send().await.is(200);
    assert_eq!(ready.body, json!({ "status": "ready", "steppedBack": [] }));
}

#[tokio::test]
async fn measures_count_what_happened() {
    let app = TestApp::with_week().await;
    app.get("/scheduling/shifts/ana-0").await.is(200);
    app.get("/scheduling/shifts/nobody").await.refuses(404, "NOT_FOUND");
    let text = app.bare("GET", "/metrics").send().await.is(200).text;
    let value = |name: &str| -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} is not in {text}")).parse().unwrap()
    };
    assert_eq!(value("muster_requests_total{status=\"404\"}"), 1.0);
    assert_eq!(value("muster_units_loaded"), 1.0);
    // The unit, its agents, its week.
    assert_eq!(value("muster_decisions_total{outcome=\"accepted\"}"), 3.0);
    assert_eq!(value("muster_appends_total{outcome=\"done\"}"), 3.0);
    let route = "/api/v2/wfm/scheduling/shifts/{id}";
    assert_eq!(value(&format!("muster_request_seconds_count{{route=\"{route}\"}}")), 2.0);
    assert!(text.ends_with("# EOF\n"));
}

/// A node of a later release wrote an entry that this one does not know: it steps back from the
/// unit, and serves the others.
#[tokio::test]
async fn a_node_steps_back_from_a_unit_with_an_entry_it_does_not_know() {
    let app = TestApp::with_week().await;
    app.make_unit("u2").await;
    let later = NewEntry {
        at: now(),
        format: 99,
        command: CommandId::parse("later").unwrap(),
        request_hash: [0; 32],
        answer: b"null".to_vec(),
        body: b"{}".to_vec(),
        subjects: Vec::new(),
    };
    let ledger = Ledger::open(&app.ledger_url(), Role::Beside).await.unwrap();
    ledger.append(&u1(), Revision(3), vec![later]).await.unwrap();
    let note = json!({ "note": "x" });
    let edited = app.patch("/scheduling/shifts/ana-0", note).await;
    assert_eq!(edited.header("retry-after"), Some("1"));
    edited.refuses(503, "UNAVAILABLE");
    app.get("/scheduling/shifts/ana-0").await.refuses(503, "UNAVAILABLE");
    app.get("/businessunits/u2").await.is(200);
    let ready = app.bare("GET", "/readyz").send().await.is(503);
    let stepped_back = json!([{ "businessUnitId": "u1", "unknownForm": 99 }]);
    assert_eq!(ready.body["steppedBack"], stepped_back);
    assert_eq!(ledger.head(&u1()).await.unwrap(), Some(Revision(4)), "nothing was written over it");
}
