//! Conflicts of open drafts: in the feed as they arise and go, and in the draft's status.

use serde_json::{Value, json};

use crate::app::{TestApp, WEEK, agent_week, at, now};

/// A draft that takes the last shifts of ana's and ben's weeks away.
async fn with_draft() -> TestApp {
    let app = TestApp::with_week().await;
    let weeks = json!([agent_week("ana", &[0, 1]), agent_week("ben", &[0, 1])]);
    let body = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": WEEK,
        "agentSchedules": weeks });
    app.post("/schedules", body).await.is(201);
    app
}

async fn told(app: &TestApp, query: &str) -> Vec<Value> {
    let path = format!(
        "/events?businessUnitId=u1&after=0&types=draft.conflict.opened,draft.conflict.closed{query}"
    );
    app.get(&path).await.is(200).entities().to_vec()
}

async fn status(app: &TestApp) -> Value {
    app.get("/schedules/d1/status").await.is(200).body
}

fn kind(event: &Value) -> String {
    event["data"]["conflicts"][0]["kind"].as_str().unwrap().to_owned()
}

fn counts(status: &Value) -> [usize; 3] {
    ["behind", "mergeable", "inConflict"].map(|name| status[name].as_array().unwrap().len())
}

#[tokio::test]
async fn somebody_elses_edit_opens_a_conflict_and_resolving_it_closes_it() {
    let app = with_draft().await;
    assert_eq!(told(&app, "").await, Vec::<Value>::new());
    let fresh = status(&app).await;
    assert_eq!((counts(&fresh), &fresh["agents"]), ([0, 0, 0], &json!(2)));
    app.patch("/scheduling/shifts/ana-0", json!({ "note": "seen" })).await.is(200);
    assert_eq!(counts(&status(&app).await), [1, 1, 0], "merges, and is no conflict");
    assert_eq!(told(&app, "").await.len(), 0);

    let edit = app.patch("/scheduling/shifts/ben-3", json!({ "lengthMinutes": 400 })).await.is(200);
    let opened = told(&app, "").await;
    assert_eq!(opened.len(), 1, "{opened:?}");
    let event = &opened[0];
    assert_eq!(event["type"], "draft.conflict.opened");
    assert_eq!(event["revision"], edit.revision());
    assert_eq!((&event["agentId"], &event["data"]["scheduleId"]), (&json!("ben"), &json!("d1")));
    assert_eq!(event["data"]["weekDate"], WEEK);
    let conflict = &event["data"]["conflicts"][0];
    assert_eq!(conflict["kind"], "DELETED_BUT_CHANGED");
    assert_eq!(conflict["severity"], "block");
    assert_eq!(conflict["subject"]["shiftId"], "ben-3");
    assert_eq!(conflict["causes"][0]["type"], "shift_edit");
    assert_eq!(conflict["causes"][0]["revision"], edit.revision());
    assert!(conflict["message"].as_str().unwrap().contains("ben-3"), "{conflict}");
    let now = status(&app).await;
    assert_eq!((counts(&now), &now["inConflict"]), ([2, 1, 1], &json!(["ben"])));
    // It is the conflict that a publish would be held by.
    let plan = app.post("/schedules/d1/validate", json!({})).await.is(200);
    let held = &plan.body["agents"][1]["findings"][0]["fingerprint"];
    assert_eq!(held, &conflict["fingerprint"]);

    app.patch("/scheduling/shifts/ben-3", json!({ "lengthMinutes": 480 })).await.is(200);
    let all = told(&app, "").await;
    let kinds: Vec<_> = all.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["draft.conflict.opened", "draft.conflict.closed"]);
    assert_eq!(all[1]["data"]["conflicts"][0]["fingerprint"], conflict["fingerprint"]);
    assert_eq!(counts(&status(&app).await), [2, 2, 0]);
    let done = app.post("/schedules/d1/publish", json!({})).await.is(200);
    assert_eq!(done.text_at("/status"), "PUBLISHED");
    let closed = status(&app).await;
    assert_eq!((&closed["status"], counts(&closed)), (&json!("CLOSED"), [0, 0, 0]));
}

#[tokio::test]
async fn a_draft_that_is_thrown_away_takes_its_conflicts_along() {
    let app = with_draft().await;
    for (agent, minutes) in [("ana", 400), ("ben", 420)] {
        let path = format!("/scheduling/shifts/{agent}-2");
        app.patch(&path, json!({ "lengthMinutes": minutes })).await.is(200);
    }
    assert_eq!(status(&app).await["inConflict"], json!(["ana", "ben"]));
    assert_eq!(told(&app, "&agentId=ana").await.len(), 1);
    app.delete("/schedules/d1").await.is(204);
    let all = told(&app, "").await;
    let kinds: Vec<_> = all.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds[2..], ["draft.conflict.closed", "draft.conflict.closed"]);
    app.get("/schedules/d1/status").await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn who_may_not_read_schedules_is_not_told_of_drafts() {
    let app = with_draft().await;
    app.patch("/scheduling/shifts/ben-3", json!({ "lengthMinutes": 400 })).await.is(200);
    let token = app.client("events", "wfm:event:read").await;
    let path = "/events?businessUnitId=u1&after=0";
    let seen = app.ask("GET", path).token(&token).send().await.is(200);
    assert!(seen.text.contains("shift.changed") && !seen.text.contains("draft."), "{}", seen.text);
    let token = app.client("planner", "wfm:event:read wfm:schedule:read").await;
    let seen = app.ask("GET", path).token(&token).send().await.is(200);
    assert!(seen.text.contains("draft.conflict.opened"), "{}", seen.text);
}

async fn set_rule(app: &TestApp, kind: &str, severity: &str) {
    let rules = json!({ "rules": [{ "kind": kind, "severity": severity }] });
    app.put("/businessunits/u1/rules", rules).await.is(200);
}

#[tokio::test]
async fn what_time_alone_brings_about_is_in_the_status_and_no_event() {
    let mut app = with_draft().await;
    set_rule(&app, "NOTICE_SHORT", "ack").await;
    assert_eq!(counts(&status(&app).await), [0, 0, 0], "it is sixteen days to the first change");
    app.manual.set(now().plus_days(3));
    app.token = app.client("root", "wfm:admin").await;
    assert_eq!(counts(&status(&app).await), [0, 0, 2], "nothing but the clock has moved");
    app.patch("/scheduling/shifts/ana-2", json!({ "note": "x" })).await.is(200);
    let kinds: Vec<_> = told(&app, "").await.iter().map(kind).collect();
    assert_eq!(kinds, ["DELETED_BUT_CHANGED"]);
}

#[tokio::test]
async fn what_is_asked_of_all_together_is_in_the_status_and_no_event() {
    let app = with_draft().await;
    set_rule(&app, "STAFFING_BELOW_MINIMUM", "ack").await;
    assert_eq!(counts(&status(&app).await), [0, 0, 0]);
    let needs = json!([{ "start": at(2, 8), "end": at(2, 9), "agents": 3 }]);
    let body = json!({ "from": at(2, 0), "to": at(3, 0), "staffing": [{ "intervals": needs }] });
    app.put("/businessunits/u1/staffing", body).await.is(200);
    assert_eq!(counts(&status(&app).await), [0, 0, 2]);
    assert_eq!(told(&app, "").await.len(), 0);
    // What somebody who is not in the draft does counts as well.
    let extra = json!({ "id": "eve-2", "agentId": "eve", "start": at(2, 7), "lengthMinutes": 480 });
    app.make_agents("u1", &["eve"]).await;
    app.post("/scheduling/shifts", extra).await.is(201);
    assert_eq!(counts(&status(&app).await), [0, 0, 0]);
}
