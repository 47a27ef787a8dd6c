//! One key, one effect: retries, twins, restarts.

use serde_json::{Value, json};

use crate::app::{TestApp, WEEK, agent_week, at, entries, shift, u1};
use crate::http::{Answer, Ask};

fn keyed(app: &TestApp, key: &str, method: &str, path: &str, body: &Value) -> Ask {
    app.ask(method, path).key(key).json(body)
}

/// Requests that make something, with ids that the server chooses.
fn makers() -> Vec<(&'static str, &'static str, Value)> {
    let side = |agent: &str| json!({ "agentId": agent, "shiftId": format!("{agent}-0") });
    vec![
        ("POST", "/businessunits", json!({ "name": "Sales", "timeZone": "Asia/Tokyo" })),
        ("POST", "/managementunits", json!({ "businessUnitId": "u1", "name": "Evening" })),
        ("POST", "/agents/bulk", json!({ "agents": [{ "businessUnitId": "u1", "name": "x" }] })),
        ("PUT", "/agents/eve", json!({ "businessUnitId": "u1", "name": "Eve" })),
        ("PUT", "/activitycodes/nap", json!({ "businessUnitId": "u1", "category": "Break" })),
        ("PUT", "/businessunits/u1/rules", json!({ "autoApprove": true })),
        ("PATCH", "/businessunits/u1", json!({ "name": "Care" })),
        ("POST", "/schedules", json!({ "businessUnitId": "u1", "weekDate": WEEK })),
        (
            "POST",
            "/scheduling/shifts",
            json!({ "agentId": "ana", "start": at(5, 7), "lengthMinutes": 480 }),
        ),
        ("PATCH", "/scheduling/shifts/ana-1", json!({ "note": "by key" })),
        (
            "POST",
            "/scheduling/shiftswaps",
            json!({ "initiator": side("ana"), "receiver": side("ben") }),
        ),
        ("POST", "/timeoffrequests", json!({ "agentId": "cem", "fullDays": ["2026-04-08"] })),
    ]
}

async fn same_again(app: &TestApp, firsts: &[Answer], when: &str) {
    for ((method, path, body), first) in makers().into_iter().zip(firsts) {
        let again = keyed(app, &format!("{method} {path}"), method, path, &body).send().await;
        assert_eq!(again.status, first.status, "{when}: {method} {path}: {}", again.text);
        assert_eq!(again.body, first.body, "{when}: {method} {path}");
        assert_eq!(again.revision(), first.revision(), "{when}: {method} {path}");
    }
}

#[tokio::test]
async fn the_same_key_gets_the_first_answer_whatever_happened_since() {
    let mut app = TestApp::with_week().await;
    let mut firsts = Vec::new();
    for (method, path, body) in makers() {
        let ask = keyed(&app, &format!("{method} {path}"), method, path, &body);
        let first = ask.send().await;
        assert!(first.status.is_success(), "{method} {path}: {}", first.text);
        firsts.push(first);
    }
    let head = entries(&app.ledger_url(), &u1()).await.len();
    same_again(&app, &firsts, "at once").await;
    assert_eq!(entries(&app.ledger_url(), &u1()).await.len(), head);
    // Unrelated commits, and related ones too.
    app.patch("/scheduling/shifts/dana-0", json!({ "note": "x" })).await.is(200);
    let made = firsts[8].text_at("/id");
    app.patch(&format!("/scheduling/shifts/{made}"), json!({ "note": "y" })).await.is(200);
    app.patch("/businessunits/u1", json!({ "name": "Other" })).await.is(200);
    let unit = firsts[0].text_at("/id");
    app.patch(&format!("/businessunits/{unit}"), json!({ "name": "Other" })).await.is(200);
    same_again(&app, &firsts, "after other commits").await;
    app.delete(&format!("/scheduling/shifts/{made}")).await.is(204);
    same_again(&app, &firsts, "after it was deleted").await;
    app.restart().await;
    same_again(&app, &firsts, "after a restart").await;
    let units = app.get("/businessunits").await.is(200);
    assert_eq!(units.entities().len(), 2, "a repeated key makes no second unit");
}

#[tokio::test]
async fn another_body_or_path_under_the_same_key_is_422() {
    let mut app = TestApp::with_week().await;
    let path = "/scheduling/shifts/ana-0";
    keyed(&app, "k", "PATCH", path, &json!({ "note": "x" })).send().await.is(200);
    for restarted in [false, true] {
        if restarted {
            app.restart().await;
        }
        let other = keyed(&app, "k", "PATCH", path, &json!({ "note": "y" })).send().await;
        other.refuses(422, "IDEMPOTENCY_KEY_REUSED");
        let path = "/scheduling/shifts/ben-0";
        let other = keyed(&app, "k", "PATCH", path, &json!({ "note": "x" })).send().await;
        other.refuses(422, "IDEMPOTENCY_KEY_REUSED");
    }
    let shown = app.get("/scheduling/shifts/ben-0").await.is(200);
    assert_eq!(shown.body["note"], Value::Null);
}

#[tokio::test]
async fn a_key_belongs_to_its_client() {
    let app = TestApp::with_week().await;
    let path = "/scheduling/shifts/ana-0";
    keyed(&app, "k", "PATCH", path, &json!({ "note": "x" })).send().await.is(200);
    let token = app.client("other", "wfm:shift:write").await;
    let ask = keyed(&app, "k", "PATCH", path, &json!({ "note": "y" })).token(&token);
    assert_eq!(ask.send().await.is(200).text_at("/note"), "y");
}

#[tokio::test]
async fn refusals_are_decided_afresh() {
    let app = TestApp::with_week().await;
    app.time_off("t1", "ben", "2026-04-06").await;
    app.swap("w1", "ana-0", "ben-0").await;
    let approve = || keyed(&app, "k", "POST", "/scheduling/shiftswaps/w1/approve", &json!({}));
    approve().send().await.refuses(409, "CONFLICT");
    approve().send().await.refuses(409, "CONFLICT");
    app.post("/timeoffrequests/t1/deny", json!({})).await.is(200);
    let done = approve().send().await.is(200);
    assert_eq!(done.text_at("/status"), "APPROVED");
    assert_eq!(approve().send().await.is(200).body, done.body);
}

#[tokio::test]
async fn a_key_has_a_length() {
    let app = TestApp::with_week().await;
    for key in [String::new(), "k".repeat(256)] {
        let ask = keyed(&app, &key, "PATCH", "/scheduling/shifts/ana-0", &json!({}));
        let refused = ask.send().await.refuses(400, "BAD_PARAMETER");
        assert_eq!(refused.about(), ("Idempotency-Key", key.as_str()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_twins_make_one_entry_and_get_one_answer() {
    let app = TestApp::with_week().await;
    let before = entries(&app.ledger_url(), &u1()).await.len();
    let body = shift("x", "ana", 5);
    let asks = (0..24).map(|_| keyed(&app, "k", "POST", "/scheduling/shifts", &body).send());
    let answers = futures_util::future::join_all(asks).await;
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert_eq!(answer.text, answers[0].text);
    }
    assert_eq!(entries(&app.ledger_url(), &u1()).await.len(), before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_imports_of_one_thing_at_the_same_moment_make_one_shift() {
    let app = TestApp::with_week().await;
    let body = json!({ "agentId": "ana", "start": at(5, 7), "lengthMinutes": 480,
        "trade_id": "T-1" });
    let asks = (0..12).map(|_| app.post("/scheduling/shifts", body.clone()));
    let answers = futures_util::future::join_all(asks).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1);
    for answer in &answers {
        assert!(answer.status.is_success(), "{}", answer.text);
        assert_eq!(answer.body, answers[0].body);
    }
}

/// Scenario 19.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_retries_publishes_once_and_tells_everybody_once() {
    let app = TestApp::with_week().await;
    let weeks: Vec<Value> =
        ["ana", "ben", "cem", "dana"].iter().map(|a| agent_week(a, &[0, 1, 2])).collect();
    let body = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": WEEK,
        "agentSchedules": weeks });
    let draft = app.post("/schedules", body).await.is(201);
    let publish = |body: Value| keyed(&app, "monday", "POST", "/schedules/d1/publish", &body);
    let storm = (0..6).map(|_| publish(json!({})).send());
    let answers = futures_util::future::join_all(storm).await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.text, answers[0].text);
    }
    publish(json!({ "reason": "x" })).send().await.refuses(422, "IDEMPOTENCY_KEY_REUSED");
    app.patch("/scheduling/shifts/ana-0", json!({ "note": "later" })).await.is(200);
    assert_eq!(publish(json!({})).send().await.is(200).body, answers[0].body);
    let after = draft.revision();
    let path = format!("/events?businessUnitId=u1&after={after}&types=schedule.published");
    assert_eq!(app.get(&path).await.is(200).entities().len(), 1);
    assert_eq!(answers[0].body["notified"], json!(["ana", "ben", "cem", "dana"]));
}
