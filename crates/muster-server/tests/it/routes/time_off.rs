//! Time off.

use serde_json::json;

use crate::app::{TestApp, at};

#[tokio::test]
async fn time_off_is_asked_for_changed_and_approved() {
    let app = TestApp::with_week().await;
    let body = json!({ "id": "t1", "agentId": "ana", "fullDays": ["2026-04-07"], "note": "x" });
    let made = app.post("/timeoffrequests", body.clone()).await.is(201);
    insta::assert_snapshot!(made.text, @r#"{"id":"t1","businessUnitId":"u1","agentId":"ana","activityCodeId":"TimeOff","status":"PENDING","fullDays":["2026-04-07"],"intervals":[{"start":"2026-04-06T22:00:00Z","end":"2026-04-07T22:00:00Z"}],"paid":true,"maskedPaidMinutes":480,"note":"x","findings":[{"fingerprint":"ccd1a969c5dc0e9f.480","kind":"TIME_OFF_APPROVED_OVERLAP","severity":"info","agentId":"ana","start":"2026-04-07T07:00:00Z","end":"2026-04-07T15:00:00Z","subject":{"shiftId":"ana-1","timeOffId":"t1"},"subjects":[{"shiftId":"ana-1"},{"timeOffId":"t1"}],"observed":480,"limit":0,"magnitude":480,"unit":"minutes","message":"shift ana-1 shares 480 min with approved time-off request t1"}],"createdAt":"2026-03-23T08:00:00Z","version":4,"lastUpdated":"2026-03-23T08:00:00Z"}"#);
    app.post("/timeoffrequests", body).await.is(200);
    let other = json!({ "id": "t1", "agentId": "ana", "fullDays": ["2026-04-08"] });
    app.post("/timeoffrequests", other).await.refuses(409, "ALREADY_EXISTS");
    let changed = json!({ "start": at(1, 9), "end": at(1, 11), "note": null });
    let changed = app.patch("/timeoffrequests/t1", changed).await.is(200);
    assert_eq!(changed.body["note"], serde_json::Value::Null);
    let approve = json!({ "reason": "enjoy" });
    let approved = app.post("/timeoffrequests/t1/approve", approve).await.is(200);
    assert_eq!(approved.text_at("/status"), "APPROVED");
    // The overlay masks the shift, and removes nothing.
    app.get("/scheduling/shifts/ana-1").await.is(200);
    let path = format!("/scheduling/agents/ana/schedule?from={}&to={}", at(1, 0), at(2, 0));
    let view = app.get(&path).await.is(200);
    let spent: Vec<_> = view.body["effective"].as_array().unwrap().iter().collect();
    assert!(spent.iter().any(|segment| segment["timeOffId"] == "t1"), "{}", view.text);
    let late = app.patch("/timeoffrequests/t1", json!({ "paid": false })).await;
    late.is(409);
}

#[tokio::test]
async fn requests_are_denied_and_canceled() {
    let app = TestApp::with_week().await;
    app.time_off("t1", "ana", "2026-04-07").await;
    app.time_off("t2", "ben", "2026-04-07").await;
    let denied = app.post("/timeoffrequests/t1/deny", json!({})).await.is(200);
    assert_eq!(denied.text_at("/status"), "DENIED");
    let again = app.post("/timeoffrequests/t1/deny", json!({})).await.is(200);
    assert_eq!(again.revision(), denied.revision());
    let late = app.post("/timeoffrequests/t1/approve", json!({})).await;
    let late = late.refuses(409, "CONFLICT");
    assert_eq!(late.text_at("/conflicts/0/kind"), "TIME_OFF_ALREADY_DECIDED");
    let canceled = app.ask("POST", "/timeoffrequests/t2/cancel").send().await.is(200);
    assert_eq!(canceled.text_at("/status"), "CANCELED");
    let shown = app.get("/timeoffrequests/t2").await.is(200);
    assert_eq!(shown.text_at("/status"), "CANCELED");
}

#[tokio::test]
async fn a_query_answers_from_the_head_with_its_revision() {
    let app = TestApp::with_week().await;
    app.time_off("t1", "ana", "2026-04-07").await;
    app.time_off("t2", "ben", "2026-04-08").await;
    let approved = app.post("/timeoffrequests/t2/approve", json!({})).await.is(200);
    let query = |body: serde_json::Value| async {
        let mut all = body;
        all["businessUnitId"] = json!("u1");
        app.post("/timeoffrequests/query", all).await.is(200)
    };
    let all = query(json!({})).await;
    assert_eq!(all.each("id"), ["t1", "t2"]);
    assert_eq!(all.number("/revision"), approved.revision());
    assert_eq!(query(json!({ "statuses": ["PENDING"] })).await.each("id"), ["t1"]);
    assert_eq!(query(json!({ "agentIds": ["ben"] })).await.each("id"), ["t2"]);
    let from = json!({ "from": "2026-04-08", "to": "2026-04-09" });
    assert_eq!(query(from).await.each("id"), ["t2"]);
    let first = query(json!({ "pageSize": 1 })).await;
    let rest = query(json!({ "cursor": first.text_at("/nextCursor") })).await;
    assert_eq!(rest.each("id"), ["t2"]);
    let none = app.post("/timeoffrequests/query", json!({})).await;
    assert_eq!(none.refuses(422, "MISSING_FIELD").about().0, "/businessUnitId");
}

#[tokio::test]
async fn bad_requests_are_refused_by_field() {
    let app = TestApp::with_unit().await;
    let cases = [
        (json!({ "fullDays": ["2026-04-07"] }), "/agentId"),
        (json!({ "agentId": "ana" }), "/fullDays"),
        (json!({ "agentId": "ana", "fullDays": [] }), "/fullDays"),
        (json!({ "agentId": "ana", "start": at(1, 9) }), "/end"),
        (json!({ "agentId": "ana", "start": at(1, 9), "end": at(1, 9) }), "/end"),
        (
            json!({ "agentId": "ana", "fullDays": ["2026-04-07"], "activityCodeId": "Nap" }),
            "/activityCodeId",
        ),
        (json!({ "agentId": "ana", "days": 3 }), "/days"),
    ];
    for (body, field) in cases {
        let answer = app.post("/timeoffrequests", body).await.is(422);
        assert_eq!(answer.about().0, field, "{}", answer.text);
    }
    let nobody = json!({ "agentId": "zoe", "fullDays": ["2026-04-07"] });
    app.post("/timeoffrequests", nobody).await.refuses(404, "NOT_FOUND");
    for path in ["approve", "deny", "cancel"] {
        let path = format!("/timeoffrequests/t9/{path}");
        app.ask("POST", &path).send().await.refuses(404, "NOT_FOUND");
    }
    app.get("/timeoffrequests/t9").await.refuses(404, "NOT_FOUND");
    app.patch("/timeoffrequests/t9", json!({})).await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn time_off_first_then_a_swap_onto_it_is_refused() {
    let app = TestApp::with_week().await;
    app.swap("w1", "ana-0", "ben-0").await;
    app.time_off("t1", "ben", "2026-04-06").await;
    app.post("/timeoffrequests/t1/approve", json!({})).await.is(200);
    let answer = app.post("/scheduling/shiftswaps/w1/approve", json!({})).await;
    let answer = answer.refuses(409, "CONFLICT");
    let conflict = &answer.body["conflicts"][0];
    assert_eq!(conflict["kind"], "TIME_OFF_APPROVED_OVERLAP");
    assert_eq!(conflict["causes"][0]["id"], "t1");
    assert_eq!(conflict["retry"]["class"], "never");
}
