//! Limits on time off, the waitlist, and what is told before a decision.

use serde_json::{Value, json};

use crate::app::TestApp;

async fn limit(app: &TestApp, agents: u32) {
    let limit = json!({ "id": "summer", "days": [{ "date": "2026-04-06", "maxAgents": agents }] });
    let body = json!({ "businessUnitId": "u1", "limits": [limit] });
    app.put("/timeofflimits", body).await.is(200);
}

fn off(id: &str, agent: &str, day: &str) -> Value {
    json!({ "id": id, "agentId": agent, "fullDays": [day] })
}

#[tokio::test]
async fn who_has_no_place_waits_and_moves_up() {
    let app = TestApp::with_week().await;
    limit(&app, 1).await;
    let ask = |id: &str, agent: &str| app.post("/timeoffrequests", off(id, agent, "2026-04-06"));
    assert_eq!(ask("t1", "ana").await.is(201).text_at("/status"), "PENDING");
    let second = ask("t2", "ben").await.is(201);
    assert_eq!(second.text_at("/status"), "WAITLISTED");
    assert_eq!(second.text_at("/findings/0/kind"), "TIME_OFF_LIMIT_EXHAUSTED");
    ask("t3", "cem").await.is(201);
    let third = app.get("/timeoffrequests/t3").await.is(200);
    let waits = &third.body["waitlist"][0];
    assert_eq!((&waits["limitId"], &waits["position"]), (&json!("summer"), &json!(2)));
    let held = app.post("/timeoffrequests/t3/approve", json!({})).await.refuses(409, "CONFLICT");
    assert_eq!(held.text_at("/conflicts/0/causes/0/id"), "t1");
    assert_eq!(held.text_at("/conflicts/0/remedies/0/id"), "acknowledge");
    let before = app.get("/timeoffrequests/t2").await.revision();
    let canceled = app.post("/timeoffrequests/t1/cancel", json!({})).await.is(200);
    let moved = app.get("/timeoffrequests/t2").await.is(200);
    assert_eq!(moved.text_at("/status"), "PENDING");
    assert_eq!(
        (canceled.revision(), moved.body["version"].as_u64()),
        (before + 1, Some(before + 1))
    );
    let query = json!({ "businessUnitId": "u1", "statuses": ["WAITLISTED"] });
    let waiting = app.post("/timeoffrequests/query", query).await.is(200);
    assert_eq!(waiting.each("id"), ["t3"]);
    let feed = app.get("/events?businessUnitId=u1&after=0").await.is(200);
    assert!(feed.text.contains("timeoff.waitlisted"), "{}", feed.text);
}

#[tokio::test]
async fn limits_are_set_shown_and_taken_away() {
    let app = TestApp::with_week().await;
    limit(&app, 2).await;
    let stretch = |start: &str, end: &str| json!({ "start": start, "end": end, "maxAgents": 1 });
    let put = |limit: Value| {
        app.put("/timeofflimits", json!({ "businessUnitId": "u1", "limits": [limit] }))
    };
    let short = stretch("2026-04-07T08:00:00Z", "2026-04-07T08:15:00Z");
    put(json!({ "id": "early", "intervals": [short] })).await.is(200);
    let shown = app.get("/timeofflimits?businessUnitId=u1").await.is(200);
    assert_eq!(shown.each("id"), ["early", "summer"]);
    assert_eq!(shown.body["entities"][1]["intervals"][0]["start"], "2026-04-05T22:00:00Z");
    put(json!({ "id": "early" })).await.is(200);
    let shown = app.get("/timeofflimits?businessUnitId=u1").await.is(200);
    assert_eq!(shown.each("id"), ["summer"]);
    let empty = stretch("2026-04-07T08:00:00Z", "2026-04-07T08:00:00Z");
    let bad = put(json!({ "id": "x", "intervals": [empty] })).await.refuses(422, "INVALID");
    assert_eq!(bad.about().0, "/limits/0/intervals/0/end");
    let group = json!({ "id": "x", "managementUnitId": "nowhere",
        "days": [{ "date": "2026-04-06", "maxAgents": 1 }] });
    let bad = put(group).await.refuses(422, "INVALID");
    assert_eq!(bad.about(), ("/limits/0/managementUnitId", "nowhere"));
    app.put("/timeofflimits", json!({ "limits": [] })).await.refuses(422, "MISSING_FIELD");
}

#[tokio::test]
async fn what_an_approval_would_break_is_told_before_it_is_given() {
    let app = TestApp::with_week().await;
    let rule =
        json!({ "kind": "MIN_HOURS_WEEK", "severity": "ack", "params": { "minMinutes": 60 } });
    app.put("/businessunits/u1/rules", json!({ "rules": [rule] })).await.is(200);
    let mut body = off("t1", "ana", "2026-04-06");
    body["fullDays"] = json!((6..13).map(|day| format!("2026-04-{day:02}")).collect::<Vec<_>>());
    body["paid"] = json!(false);
    let told = app.post("/timeoffrequests/evaluate", body.clone()).await.is(200);
    assert_eq!(told.body["clean"], false);
    assert!(told.text.contains("MIN_HOURS_WEEK"), "{}", told.text);
    app.get("/timeoffrequests/t1").await.refuses(404, "NOT_FOUND");
    app.post("/timeoffrequests", body).await.is(201);
    let known = app.post("/timeoffrequests/evaluate", json!({ "id": "t1" })).await.is(200);
    assert_eq!(known.body["findings"], told.body["findings"]);
    app.post("/timeoffrequests/evaluate", json!({})).await.refuses(422, "MISSING_FIELD");
}

#[tokio::test]
async fn paid_minutes_are_as_somebody_says_beside_those_that_are_masked() {
    let app = TestApp::with_week().await;
    let made = app.post("/timeoffrequests", off("t1", "ana", "2026-04-06")).await.is(201);
    assert_eq!(
        (&made.body["paidMinutes"], &made.body["maskedPaidMinutes"]),
        (&Value::Null, &json!(480))
    );
    let half = app.patch("/timeoffrequests/t1", json!({ "paidMinutes": 240 })).await.is(200);
    assert_eq!(half.body["paidMinutes"], 240);
    let unsaid = app.patch("/timeoffrequests/t1", json!({ "paidMinutes": null })).await.is(200);
    assert_eq!(unsaid.body["paidMinutes"], Value::Null);
}

#[tokio::test]
async fn time_off_that_has_a_place_and_breaks_nothing_is_approved_at_once() {
    let app = TestApp::with_week().await;
    let body = json!({ "autoApproveTimeOff": true });
    let rules = app.put("/businessunits/u1/rules", body).await.is(200);
    assert_eq!(rules.body["autoApproveTimeOff"], true);
    let made = app.post("/timeoffrequests", off("t1", "ana", "2026-04-06")).await.is(201);
    assert_eq!(made.text_at("/status"), "APPROVED");
}
