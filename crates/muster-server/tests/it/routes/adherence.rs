//! Real time: sessions and states in, adherence out.

use serde_json::{Value, json};

use crate::app::{TestApp, now};

#[tokio::test]
async fn a_session_is_opened_seen_and_closed() {
    let app = TestApp::with_unit().await;
    let body = json!({ "sessionId": "d1", "kind": "script" });
    let opened = app.post("/agents/ana/sessions", body.clone()).await.is(201);
    insta::assert_snapshot!(opened.text, @r#"{"sessionId":"d1","agentId":"ana","kind":"script","openedAt":"2026-03-23T08:00:00Z"}"#);
    app.manual.set(now().plus_min(5));
    let again = app.post("/agents/ana/sessions", body).await.is(200);
    assert_eq!(again.body, opened.body, "it is the one that was opened before");
    let minted = app.ask("POST", "/agents/ana/sessions").send().await.is(201);
    let list = app.get("/agents/ana/sessions").await.is(200);
    assert_eq!(list.each("sessionId"), ["d1", minted.text_at("/sessionId")]);
    app.delete("/agents/ana/sessions/d1").await.is(204);
    app.delete("/agents/ana/sessions/d1").await.refuses(404, "NOT_FOUND");
    app.post("/agents/zoe/sessions", json!({})).await.refuses(404, "NOT_FOUND");
    app.get("/agents/zoe/sessions").await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn an_agent_has_a_limited_number_of_sessions() {
    let app = TestApp::with_unit().await;
    for _ in 0..64 {
        app.post("/agents/ana/sessions", json!({})).await.is(201);
    }
    app.post("/agents/ana/sessions", json!({})).await.is(400);
}

#[tokio::test]
async fn adherence_compares_the_latest_state_with_the_schedule() {
    let app = TestApp::with_week().await;
    // Monday of the week, 09:00 UTC: everybody is on shift.
    let monday = now().plus_days(14).plus_min(60);
    app.manual.set(monday);
    let token = app.client("bridge", "wfm:adherence:read wfm:adherence:write").await;
    let event = |agent: &str, min: i64, state: &str| -> Value {
        let at = monday.plus_min(min).to_string();
        json!({ "agentId": agent, "at": at, "state": state })
    };
    let events = json!({ "events": [event("ana", -5, "On Queue"), event("ben", -5, "Break"),
        event("ana", -9, "Meal"), event("cem", -1, "Sleepwalking")] });
    let ask = app.ask("POST", "/adherence/events").token(&token);
    let taken = ask.json(&events).send().await.is(202);
    assert_eq!(taken.number("/accepted"), 4);
    let seen = app.ask("GET", "/adherence?businessUnitId=u1").token(&token).send().await.is(200);
    let shown = |n: usize, member: &str| seen.entities()[n][member].clone();
    assert_eq!(shown(0, "inAdherence"), true);
    assert_eq!(shown(0, "state"), "On Queue");
    assert_eq!(shown(0, "scheduled")["category"], "OnQueueWork");
    assert_eq!(shown(1, "inAdherence"), false);
    assert_eq!(shown(2, "inAdherence"), Value::Null, "nobody knows what this state means");
    assert_eq!(shown(3, "state"), Value::Null);
    assert_eq!(shown(0, "scheduleRevision"), 3);
    let one = app.ask("GET", "/adherence?businessUnitId=u1&agentId=ben").token(&token);
    assert_eq!(one.send().await.is(200).each("agentId"), ["ben"]);
    let bad = json!({ "events": [{ "agentId": "ana", "at": "now", "state": "x" }] });
    let ask = app.ask("POST", "/adherence/events").token(&token);
    assert_eq!(ask.json(&bad).send().await.is(422).about().0, "/events/0/at");
}

#[tokio::test]
async fn real_time_changes_no_tag_and_no_revision() {
    let app = TestApp::with_week().await;
    let live = app.live().await;
    let before = app.get(&format!("/schedules/{live}")).await.is(200);
    app.post("/agents/ana/sessions", json!({})).await.is(201);
    let event = json!({ "agentId": "ana", "at": now().to_string(), "state": "Break" });
    app.post("/adherence/events", json!({ "events": [event] })).await.is(202);
    let after = app.get(&format!("/schedules/{live}")).await.is(200);
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!(after.revision(), before.revision());
}

#[tokio::test]
async fn a_batch_of_states_is_taken_whole_or_not_at_all() {
    let app = TestApp::with_unit().await;
    let good = json!({ "agentId": "ana", "at": now().to_string(), "state": "Break" });
    let gap = json!({ "agentId": "ana", "state": "x",
        "at": { "local": "2026-03-29T02:30", "timeZone": "Europe/Berlin" } });
    let answer = app.post("/adherence/events", json!({ "events": [good, gap] })).await.is(422);
    assert_eq!(answer.about().0, "/events/1/at");
    let seen = app.get("/adherence?businessUnitId=u1").await.is(200);
    assert_eq!(seen.entities()[0]["state"], Value::Null);
}
