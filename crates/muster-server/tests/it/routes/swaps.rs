//! Swaps.

use serde_json::{Value, json};

use crate::app::{TestApp, at};

fn offer(id: &str, gives: &str, receives: &str) -> Value {
    let side =
        |shift: &str| json!({ "agentId": shift.rsplit_once('-').unwrap().0, "shiftId": shift });
    json!({ "id": id, "initiator": side(gives), "receiver": side(receives) })
}

#[tokio::test]
async fn a_swap_is_offered_accepted_and_approved() {
    let app = TestApp::with_week().await;
    let offered = app.post("/scheduling/shiftswaps", offer("w1", "ana-0", "ben-0")).await.is(201);
    insta::assert_snapshot!(offered.text, @r#"{"id":"w1","businessUnitId":"u1","status":"PENDING_PARTNER","initiator":{"agentId":"ana","shiftId":"ana-0"},"receiver":{"agentId":"ben","shiftId":"ben-0"},"externalIds":{},"findings":[],"createdAt":"2026-03-23T08:00:00Z","version":4,"lastUpdated":"2026-03-23T08:00:00Z"}"#);
    app.post("/scheduling/shiftswaps", offer("w1", "ana-0", "ben-0")).await.is(200);
    let other = app.post("/scheduling/shiftswaps", offer("w1", "ana-0", "ben-1")).await;
    other.refuses(409, "ALREADY_EXISTS");
    let waits = app.post("/scheduling/shiftswaps/w1/approve", json!({})).await;
    waits.refuses(409, "NOT_IN_STATE");
    let accept = json!({ "agentId": "ben", "shiftId": "ben-0" });
    let accepted = app.post("/scheduling/shiftswaps/w1/accept", accept).await.is(200);
    assert_eq!(accepted.text_at("/status"), "PENDING_APPROVAL");
    let shown = app.get("/scheduling/shiftswaps/w1").await.is(200);
    assert!(shown.header("etag").is_some());
    let approved = app.ask("POST", "/scheduling/shiftswaps/w1/approve").send().await.is(200);
    assert_eq!(approved.text_at("/status"), "APPROVED");
    let owner = app.get("/scheduling/shifts/ana-0").await.is(200);
    assert_eq!(owner.text_at("/agentId"), "ben");
    let again = app.post("/scheduling/shiftswaps/w1/approve", json!({})).await.is(200);
    assert_eq!(again.text_at("/status"), "APPROVED");
    assert_eq!(again.revision(), approved.revision());
    let late = app.post("/scheduling/shiftswaps/w1/deny", json!({})).await;
    let late = late.refuses(409, "CONFLICT");
    assert_eq!(late.text_at("/conflicts/0/kind"), "SWAP_ALREADY_DECIDED");
}

#[tokio::test]
async fn swaps_are_declined_canceled_and_denied() {
    let app = TestApp::with_week().await;
    for (id, n) in [("w1", 0), ("w2", 1), ("w3", 2)] {
        app.swap(id, &format!("ana-{n}"), &format!("ben-{n}")).await;
    }
    let act = |id: &str, what: &str| format!("/scheduling/shiftswaps/{id}/{what}");
    let wrong = app.post(&act("w1", "decline"), json!({ "agentId": "cem" })).await;
    assert_eq!(wrong.refuses(422, "INVALID").about(), ("/agentId", "cem"));
    let declined = app.post(&act("w1", "decline"), json!({ "agentId": "ben" })).await.is(200);
    assert_eq!(declined.text_at("/status"), "CANCELED");
    let canceled = app.ask("POST", &act("w2", "cancel")).send().await.is(200);
    assert_eq!(canceled.text_at("/status"), "CANCELED");
    let denied = app.post(&act("w3", "deny"), json!({ "reason": "too few" })).await.is(200);
    assert_eq!(denied.text_at("/status"), "DENIED");
    let approve = app.post(&act("w3", "approve"), json!({})).await;
    approve.refuses(409, "CONFLICT");
    let approve = app.post(&act("w2", "approve"), json!({})).await.refuses(409, "CONFLICT");
    assert_eq!(approve.text_at("/conflicts/0/kind"), "SWAP_WITHDRAWN");
}

#[tokio::test]
async fn swaps_are_listed_by_status_agent_and_revision() {
    let app = TestApp::with_week().await;
    app.swap("w1", "ana-0", "ben-0").await;
    app.swap("w2", "cem-0", "dana-0").await;
    app.post("/scheduling/shiftswaps", offer("w3", "ana-1", "cem-1")).await.is(201);
    let list = |query: &str| {
        let path = format!("/scheduling/shiftswaps?businessUnitId=u1{query}");
        let ask = app.ask("GET", &path);
        async move {
            let list = ask.send().await.is(200);
            list.each("id").into_iter().map(str::to_owned).collect::<Vec<_>>()
        }
    };
    assert_eq!(list("").await, ["w1", "w2", "w3"]);
    assert_eq!(list("&status=PENDING_APPROVAL").await, ["w1", "w2"]);
    assert_eq!(list("&status=PENDING_VALIDATION").await, [""; 0]);
    assert_eq!(list("&agentId=cem").await, ["w2", "w3"]);
    let after = app.get("/scheduling/shiftswaps/w2").await.revision() - 1;
    assert_eq!(list(&format!("&after={after}")).await, ["w3"]);
    let bad = app.get("/scheduling/shiftswaps?businessUnitId=u1&status=OPEN").await;
    assert_eq!(bad.refuses(400, "BAD_PARAMETER").about(), ("status", "OPEN"));
}

#[tokio::test]
async fn an_offer_on_the_board_waits_for_whoever_takes_it() {
    let app = TestApp::with_week().await;
    let board = json!({ "id": "w1", "initiator": { "shiftId": "ana-0" } });
    let offered = app.post("/scheduling/shiftswaps", board).await.is(201);
    assert_eq!(offered.text_at("/status"), "PENDING_PARTNER");
    let own = json!({ "agentId": "ana" });
    app.post("/scheduling/shiftswaps/w1/accept", own).await.refuses(422, "INVALID");
    let busy = app.post("/scheduling/shiftswaps/w1/accept", json!({ "agentId": "ben" })).await;
    let busy = busy.refuses(409, "CONFLICT");
    assert_eq!(busy.text_at("/conflicts/0/kind"), "SHIFT_OVERLAP");
    let still = app.get("/scheduling/shiftswaps/w1").await.is(200);
    assert_eq!(still.text_at("/status"), "PENDING_PARTNER");
    app.make_agents("u1", &["eve"]).await;
    let taken = app.post("/scheduling/shiftswaps/w1/accept", json!({ "agentId": "eve" })).await;
    assert_eq!(taken.is(200).text_at("/status"), "PENDING_APPROVAL");
}

#[tokio::test]
async fn an_offer_expires_by_the_clock() {
    let app = TestApp::with_week().await;
    let mut body = offer("w1", "ana-0", "ben-0");
    body["expiresAt"] = json!("2026-03-24T08:00:00Z");
    app.post("/scheduling/shiftswaps", body).await.is(201);
    app.manual.set(crate::app::now().plus_days(2));
    // Tokens are good for an hour.
    let token = app.client("later", "wfm:swap:read wfm:swap:write").await;
    let ask = app.ask("GET", "/scheduling/shiftswaps/w1").token(&token);
    assert_eq!(ask.send().await.is(200).text_at("/status"), "EXPIRED");
    let ask = app.ask("POST", "/scheduling/shiftswaps/w1/accept").token(&token);
    let late = ask.json(&json!({ "agentId": "ben", "shiftId": "ben-0" })).send().await;
    assert_eq!(late.refuses(409, "CONFLICT").text_at("/conflicts/0/kind"), "SWAP_EXPIRED");
}

#[tokio::test]
async fn an_evaluation_says_what_would_happen_and_writes_nothing() {
    let app = TestApp::with_week().await;
    let clean = app.post("/scheduling/shiftswaps/evaluate", offer("w1", "ana-0", "ben-0")).await;
    let clean = clean.is(200);
    assert_eq!(clean.revision(), 3);
    let bad = app.post("/scheduling/shiftswaps/evaluate", offer("w1", "ana-0", "ben-1")).await;
    assert!(bad.is(200).text.contains("SHIFT_OVERLAP"));
    app.get("/scheduling/shiftswaps/w1").await.refuses(404, "NOT_FOUND");
    app.swap("w1", "ana-0", "ben-0").await;
    app.post("/scheduling/shiftswaps/evaluate", json!({ "id": "w1" })).await.is(200);
}

#[tokio::test]
async fn bad_offers_are_refused_by_field() {
    let app = TestApp::with_week().await;
    app.make_unit("u2").await;
    app.make_agents("u2", &["uma"]).await;
    let wrong = |pointer: &str, value: Value| {
        let mut body = offer("w1", "ana-0", "ben-0");
        *body.pointer_mut(pointer).unwrap() = value;
        app.post("/scheduling/shiftswaps", body)
    };
    wrong("/initiator", Value::Null).await.refuses(422, "MISSING_FIELD");
    let foreign = wrong("/initiator/shiftId", json!("ben-1")).await.refuses(422, "INVALID");
    assert_eq!(foreign.about(), ("/initiator/shiftId", "ben-1"));
    wrong("/initiator/shiftId", json!("x")).await.refuses(404, "NOT_FOUND");
    wrong("/receiver/agentId", json!("zoe")).await.refuses(404, "NOT_FOUND");
    wrong("/receiver/agentId", json!("uma")).await.refuses(422, "CROSS_UNIT");
    wrong("/receiver/agentId", json!("ana")).await.is(422);
    let accept = json!({ "agentId": "ben" });
    app.post("/scheduling/shiftswaps/w9/accept", accept).await.refuses(404, "NOT_FOUND");
    for what in ["decline", "cancel", "approve", "deny"] {
        let path = format!("/scheduling/shiftswaps/w9/{what}");
        app.ask("POST", &path).send().await.refuses(404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn a_pending_request_must_be_acknowledged_by_who_approves() {
    let app = TestApp::with_week().await;
    app.time_off("t1", "ben", "2026-04-06").await;
    app.swap("w1", "ana-0", "ben-0").await;
    let held = app.post("/scheduling/shiftswaps/w1/approve", json!({})).await;
    let held = held.refuses(409, "CONFLICT");
    assert_eq!(held.text_at("/conflicts/0/kind"), "TIME_OFF_PENDING_OVERLAP");
    let body = json!({ "acknowledge": [held.text_at("/conflicts/0/fingerprint")] });
    let token = app.client("approver", "wfm:swap:approve").await;
    let ask = app.ask("POST", "/scheduling/shiftswaps/w1/approve").token(&token);
    let forbidden = ask.json(&body).send().await.refuses(403, "FORBIDDEN");
    assert_eq!(forbidden.text_at("/scope"), "wfm:conflict:acknowledge");
    app.post("/scheduling/shiftswaps/w1/approve", body).await.is(200);
}

#[tokio::test]
async fn being_logged_in_now_is_no_obstacle_to_a_swap_of_a_later_shift() {
    let app = TestApp::with_week().await;
    for agent in ["ana", "ben"] {
        app.post(&format!("/agents/{agent}/sessions"), json!({ "kind": "script" })).await.is(201);
        let event = json!({ "events": [{ "agentId": agent, "at": "2026-03-23T08:00:00Z",
            "state": "Available" }] });
        app.post("/adherence/events", event).await.is(202);
    }
    app.swap("w1", "ana-0", "ben-0").await;
    app.post("/scheduling/shiftswaps/w1/approve", json!({})).await.is(200);
}

#[tokio::test]
async fn a_shift_that_has_begun_is_not_swapped() {
    let app = TestApp::with_week().await;
    app.manual.set(crate::app::now().plus_days(14));
    let token = app.client("later", "wfm:swap:write").await;
    let ask = app.ask("POST", "/scheduling/shiftswaps").token(&token);
    let answer = ask.json(&offer("w1", "ana-0", "ben-0")).send().await.refuses(409, "CONFLICT");
    assert_eq!(answer.text_at("/conflicts/0/kind"), "SHIFT_STARTED");
    assert_eq!(at(0, 7), "2026-04-06T07:00:00Z");
}
