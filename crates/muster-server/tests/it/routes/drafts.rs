//! Drafts: made, edited, planned, published in part, reverted, rebased, thrown away.

use serde_json::{Value, json};

use crate::app::{TestApp, WEEK, agent_week, shift};
use crate::http::Answer;

async fn draft(app: &TestApp, id: &str, members: Value) -> Answer {
    let mut body = json!({ "id": id, "businessUnitId": "u1", "weekDate": WEEK });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    app.post("/schedules", body).await
}

fn shifts_of(answer: &Answer, agent: &str) -> usize {
    let weeks = answer.body["agentSchedules"].as_array().unwrap();
    let week = weeks.iter().find(|week| week["agentId"] == agent);
    week.map_or(0, |week| week["shifts"].as_array().unwrap().len())
}

#[tokio::test]
async fn a_draft_starts_from_nothing_from_the_live_week_or_from_another() {
    let app = TestApp::with_week().await;
    let made = draft(&app, "d1", json!({ "name": "plan B" })).await.is(201);
    insta::assert_snapshot!(made.text, @r#"{"id":"d1","businessUnitId":"u1","weekDate":"2026-04-06","name":"plan B","status":"DRAFT","scheduleVersion":4,"baseRevision":3}"#);
    draft(&app, "d1", json!({ "name": "plan B" })).await.is(200);
    draft(&app, "d1", json!({ "name": "plan C" })).await.refuses(409, "ALREADY_EXISTS");
    draft(&app, "d2", json!({ "from": "published" })).await.is(201);
    let shown = app.get("/schedules/d2").await.is(200);
    assert_eq!(shifts_of(&shown, "ana"), 5);
    draft(&app, "d3", json!({ "agentSchedules": [agent_week("ana", &[0, 1])] })).await.is(201);
    let shown = app.get("/schedules/d3").await.is(200);
    assert_eq!((shifts_of(&shown, "ana"), shifts_of(&shown, "ben")), (2, 5));
    draft(&app, "d4", json!({ "from": "d3" })).await.is(201);
    let copy = app.get("/schedules/d4").await.is(200);
    assert_eq!((shifts_of(&copy, "ana"), shifts_of(&copy, "ben")), (2, 5));
    draft(&app, "d5", json!({ "from": "d9" })).await.refuses(404, "NOT_FOUND");
    let live = app.live().await;
    draft(&app, "d6", json!({ "from": live })).await.is(201);
    let copy = app.get("/schedules/d6").await.is(200);
    assert_eq!(shifts_of(&copy, "ana"), 5);
}

#[tokio::test]
async fn a_draft_is_edited_whole_and_by_change_sets_and_nothing_goes_live() {
    let app = TestApp::with_week().await;
    let version = draft(&app, "d1", json!({})).await.is(201).number("/scheduleVersion");
    let body = json!({ "scheduleVersion": version, "agentSchedules": [agent_week("ana", &[0])] });
    let put = app.put("/schedules/d1", body).await.is(200);
    assert_eq!(shifts_of(&put, "ana"), 1);
    let version = put.number("/scheduleVersion");
    let edits = json!([{ "op": "update", "shiftId": "ana-0", "note": "x" }]);
    let body = json!({ "baseVersion": version, "edits": edits });
    app.patch("/schedules/d1", body).await.is(200);
    let shown = app.get("/schedules/d1?agentId=ana").await.is(200);
    assert_eq!(shown.body["agentSchedules"][0]["shifts"][0]["note"], "x");
    let live = app.get("/scheduling/shifts/ana-0").await.is(200);
    assert_eq!(live.body["note"], Value::Null);
    app.get("/scheduling/shifts/ana-4").await.is(200);
    let none = json!({ "agentSchedules": [] });
    app.put("/schedules/d1", none).await.refuses(428, "BASE_REQUIRED");
    app.delete("/schedules/d1").await.is(204);
    app.get("/schedules/d1").await.refuses(404, "NOT_FOUND");
    app.delete("/schedules/d1").await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn two_planners_of_one_draft_merge() {
    let app = TestApp::with_week().await;
    let version = draft(&app, "d1", json!({})).await.is(201).number("/scheduleVersion");
    let note = |shift: &str, note: &str| {
        let edits = json!([{ "op": "update", "shiftId": shift, "note": note }]);
        json!({ "baseVersion": version, "edits": edits })
    };
    app.patch("/schedules/d1", note("ana-0", "one")).await.is(200);
    app.patch("/schedules/d1", note("ben-0", "two")).await.is(200);
    let shown = app.get("/schedules/d1").await.is(200);
    assert_eq!(shown.body["agentSchedules"][0]["shifts"][0]["note"], "one");
    assert_eq!(shown.body["agentSchedules"][1]["shifts"][0]["note"], "two");
}

#[tokio::test]
async fn a_plan_says_what_a_publish_would_do_and_the_publish_does_it() {
    let app = TestApp::with_week().await;
    let weeks = json!([agent_week("ana", &[0, 1]), agent_week("ben", &[0, 1])]);
    draft(&app, "d1", json!({ "agentSchedules": weeks })).await.is(201);
    let before = app.get("/schedules/d1").await.revision();
    let plan = app.post("/schedules/d1/validate", json!({})).await.is(200);
    assert_eq!(plan.revision(), before);
    let outcome = |n: usize| plan.body["agents"][n]["outcome"].clone();
    assert_eq!((outcome(0), outcome(1)), (json!("fast_forward"), json!("fast_forward")));
    let token = plan.text_at("/planToken");
    let done = app.post("/schedules/d1/publish", json!({ "planToken": token })).await.is(200);
    assert_eq!(done.text_at("/status"), "PUBLISHED");
    assert_eq!(done.body["published"], json!(["ana", "ben"]));
    assert_eq!(done.body["held"], json!([]));
    let closed = app.get("/schedules/d1").await.is(200);
    assert_eq!(closed.text_at("/status"), "CLOSED");
    assert_eq!(closed.number("/publishedAs"), done.revision());
    let again = app.post("/schedules/d1/publish", json!({})).await;
    again.refuses(409, "NOT_IN_STATE");
}

#[tokio::test]
async fn a_partial_publish_leaves_the_held_agents_in_the_draft() {
    let app = TestApp::with_week().await;
    let weeks = json!([agent_week("ana", &[0, 1]), agent_week("ben", &[0])]);
    draft(&app, "d1", json!({ "agentSchedules": weeks })).await.is(201);
    app.patch("/scheduling/shifts/ben-3", json!({ "lengthMinutes": 400 })).await.is(200);
    let partly = app.post("/schedules/d1/publish", json!({})).await.is(200);
    assert_eq!(partly.text_at("/status"), "PARTIAL");
    assert_eq!(partly.body["published"], json!(["ana"]));
    assert_eq!(partly.text_at("/held/0/agentId"), "ben");
    assert_eq!(partly.text_at("/held/0/conflicts/0/kind"), "DELETED_BUT_CHANGED");
    assert_eq!(partly.text_at("/held/0/conflicts/0/causes/0/type"), "shift_edit");
    let rest = app.get("/schedules/d1").await.is(200);
    assert_eq!(rest.text_at("/status"), "DRAFT");
    let status = app.get("/schedules/d1/status").await.is(200);
    assert_eq!(status.body["inConflict"], json!(["ben"]));
    // With nothing but ben in it, publishing again publishes nothing.
    app.post("/schedules/d1/publish", json!({})).await.refuses(409, "CONFLICT");
    let keep = json!({ "resolutions": [{ "shiftId": "ben-3", "atom": "exists",
        "keep": "yours" }] });
    let done = app.post("/schedules/d1/publish", keep).await.is(200);
    assert_eq!(done.text_at("/status"), "PUBLISHED");
    assert_eq!(app.get("/schedules/d1").await.text_at("/status"), "CLOSED");
}

#[tokio::test]
async fn an_atomic_publish_is_all_or_nothing() {
    let app = TestApp::with_week().await;
    let weeks = json!([agent_week("ana", &[0, 1]), agent_week("ben", &[0])]);
    draft(&app, "d1", json!({ "agentSchedules": weeks })).await.is(201);
    app.patch("/scheduling/shifts/ben-3", json!({ "lengthMinutes": 400 })).await.is(200);
    let refused = app.post("/schedules/d1/publish", json!({ "mode": "atomic" })).await;
    refused.refuses(409, "CONFLICT");
    app.get("/scheduling/shifts/ana-4").await.is(200);
}

#[tokio::test]
async fn an_empty_draft_publishes_nothing_and_makes_no_entry() {
    let app = TestApp::with_week().await;
    let made = draft(&app, "d1", json!({})).await.is(201);
    let done = app.post("/schedules/d1/publish", json!({})).await.is(200);
    assert_eq!(done.revision(), made.revision());
}

#[tokio::test]
async fn a_publish_is_reverted_as_a_new_command() {
    let app = TestApp::with_week().await;
    let weeks = json!([agent_week("ana", &[0])]);
    draft(&app, "d1", json!({ "agentSchedules": weeks })).await.is(201);
    let done = app.post("/schedules/d1/publish", json!({})).await.is(200);
    app.get("/scheduling/shifts/ana-4").await.refuses(404, "NOT_FOUND");
    app.patch("/scheduling/shifts/ben-0", json!({ "note": "kept" })).await.is(200);
    let back = app.post("/schedules/d1/revert", json!({})).await.is(200);
    assert!(back.revision() > done.revision());
    app.get("/scheduling/shifts/ana-4").await.is(200);
    assert_eq!(app.get("/scheduling/shifts/ben-0").await.text_at("/note"), "kept");
    let live = app.live().await;
    let other = json!({ "revision": 1 });
    app.post(&format!("/schedules/{live}/revert"), other).await.refuses(422, "INVALID");
}

#[tokio::test]
async fn a_live_week_reverts_its_last_publish() {
    let app = TestApp::with_unit().await;
    app.publish_week("u1", &[agent_week("ana", &[0])]).await;
    app.publish_week("u1", &[agent_week("ben", &[0])]).await;
    let path = format!("/schedules/{}/revert", app.live().await);
    app.ask("POST", &path).send().await.is(200);
    app.get("/scheduling/shifts/ben-0").await.refuses(404, "NOT_FOUND");
    app.get("/scheduling/shifts/ana-0").await.is(200);
}

#[tokio::test]
async fn a_draft_that_is_behind_says_so_and_moves_to_the_head() {
    let app = TestApp::with_week().await;
    let weeks = json!([agent_week("ana", &[0, 1])]);
    let made = draft(&app, "d1", json!({ "agentSchedules": weeks })).await.is(201);
    app.patch("/scheduling/shifts/ana-0", json!({ "note": "live" })).await.is(200);
    let status = app.get("/schedules/d1/status").await.is(200);
    assert_eq!(status.body["behind"], json!(["ana"]));
    assert_eq!(status.body["mergeable"], json!(["ana"]));
    assert_eq!(status.body["inConflict"], json!([]));
    let moved = app.ask("POST", "/schedules/d1/rebase").send().await.is(200);
    assert!(moved.number("/baseRevision") > made.number("/baseRevision"));
    let status = app.get("/schedules/d1/status").await.is(200);
    assert_eq!(status.body["behind"], json!([]));
    let shown = app.get("/schedules/d1?agentId=ana").await.is(200);
    assert_eq!(shown.body["agentSchedules"][0]["shifts"][0]["note"], "live");
}

#[tokio::test]
async fn a_publish_can_be_limited_to_agents() {
    let app = TestApp::with_week().await;
    let weeks = json!([agent_week("ana", &[0]), agent_week("ben", &[0])]);
    draft(&app, "d1", json!({ "agentSchedules": weeks })).await.is(201);
    let done = app.post("/schedules/d1/publish", json!({ "agentIds": ["ben"] })).await.is(200);
    assert_eq!(done.body["published"], json!(["ben"]));
    app.get("/scheduling/shifts/ana-4").await.is(200);
    assert_eq!(app.get("/schedules/d1").await.text_at("/status"), "DRAFT");
}

#[tokio::test]
async fn a_pending_request_holds_until_it_is_acknowledged() {
    let app = TestApp::with_week().await;
    app.time_off("t1", "dana", "2026-04-11").await;
    let mut week = agent_week("dana", &[0, 1, 2, 3, 4]);
    let shifts = week["shifts"].as_array_mut().unwrap();
    shifts.push(shift("dana-5", "dana", 5));
    draft(&app, "d1", json!({ "agentSchedules": [week] })).await.is(201);
    let refused = app.post("/schedules/d1/publish", json!({})).await.refuses(409, "CONFLICT");
    assert_eq!(refused.text_at("/conflicts/0/kind"), "TIME_OFF_PENDING_OVERLAP");
    assert_eq!(refused.text_at("/conflicts/0/causes/0/id"), "t1");
    let plan = app.post("/schedules/d1/validate", json!({})).await.is(200);
    assert_eq!(plan.body["agents"][0]["outcome"], "needs_ack");
    let print = refused.text_at("/conflicts/0/fingerprint");
    assert_eq!(plan.body["agents"][0]["findings"][0]["fingerprint"], print, "{}", plan.text);
    let done = app.post("/schedules/d1/publish", json!({ "acknowledge": [print] })).await;
    assert_eq!(done.is(200).text_at("/status"), "PUBLISHED");
}

#[tokio::test]
async fn unknown_drafts_are_404_and_bad_terms_are_named() {
    let app = TestApp::with_week().await;
    for what in ["validate", "publish", "revert", "rebase"] {
        let path = format!("/schedules/d9/{what}");
        app.ask("POST", &path).send().await.refuses(404, "NOT_FOUND");
    }
    app.get("/schedules/d9/status").await.refuses(404, "NOT_FOUND");
    draft(&app, "d1", json!({})).await.is(201);
    let bad = app.post("/schedules/d1/publish", json!({ "mode": "some" })).await.is(422);
    assert_eq!(bad.about().0, "/mode");
    let bad = app.post("/schedules/d1/publish", json!({ "force": true })).await;
    assert_eq!(bad.refuses(422, "UNKNOWN_FIELD").about().0, "/force");
    let bad = app.post("/schedules/d1/publish", json!({ "acknowledge": ["all"] })).await.is(422);
    assert_eq!(bad.about(), ("/acknowledge/0", "\"all\""));
}

#[tokio::test]
async fn what_a_draft_published_in_part_is_reverted_too() {
    let app = TestApp::with_week().await;
    let weeks = json!([agent_week("ana", &[0]), agent_week("ben", &[0])]);
    draft(&app, "d1", json!({ "agentSchedules": weeks })).await.is(201);
    let nothing = app.post("/schedules/d1/revert", json!({})).await;
    nothing.refuses(409, "NOT_IN_STATE");
    let body = json!({ "agentIds": ["ana"] });
    app.post("/schedules/d1/publish", body).await.is(200);
    app.get("/scheduling/shifts/ana-4").await.refuses(404, "NOT_FOUND");
    app.post("/schedules/d1/revert", json!({})).await.is(200);
    app.get("/scheduling/shifts/ana-4").await.is(200);
    app.get("/scheduling/shifts/ben-4").await.is(200);
}

/// Agents `b0`, `b1` …, each with a pending request over the shift that draft d1 wants.
async fn contested(app: &TestApp, count: usize) -> Vec<String> {
    let agents: Vec<String> = (0..count).map(|n| format!("b{n:03}")).collect();
    let names: Vec<&str> = agents.iter().map(String::as_str).collect();
    app.make_agents("u1", &names).await;
    for agent in &agents {
        app.time_off(&format!("t-{agent}"), agent, "2026-04-11").await;
    }
    let weeks: Vec<Value> = agents.iter().map(|agent| agent_week(agent, &[0, 5])).collect();
    draft(app, "d1", json!({ "agentSchedules": weeks })).await.is(201);
    agents
}

fn finding(plan: &Answer, agent: usize) -> &Value {
    &plan.body["agents"][agent]["findings"][0]
}

#[tokio::test]
async fn a_plan_takes_the_terms_of_a_publish() {
    let app = TestApp::with_unit().await;
    contested(&app, 3).await;
    let before = app.get("/schedules/d1").await.revision();
    let plan = async |terms: Value| app.post("/schedules/d1/validate", terms).await.is(200);
    let bare = plan(json!({})).await;
    assert_eq!(bare.body["summary"]["needsAck"], 3);
    let print = finding(&bare, 0)["fingerprint"].clone();
    let left = json!({ "shiftId": "b001-5", "atom": "exists", "keep": "live" });
    let terms = json!({ "acknowledge": [print], "resolutions": [left], "reason": "agreed" });
    let decided = plan(terms).await;
    assert_eq!(
        (decided.body["summary"]["needsAck"].as_u64(), decided.revision()),
        (Some(1), before)
    );
    assert_eq!(decided.body["agents"][2]["outcome"], "needs_ack");
    let some = plan(json!({ "agentIds": ["b001", "b002"] })).await;
    assert_eq!(some.body["summary"]["agents"], 2, "{}", some.text);
    assert_eq!(some.body["notified"], json!(["b001", "b002"]));
}

#[tokio::test]
async fn remedies_are_told_of_what_is_still_to_be_decided_first() {
    let app = TestApp::with_unit().await;
    let most = muster_core::limits::EXPLAINED;
    contested(&app, most + 1).await;
    let bare = app.post("/schedules/d1/validate", json!({})).await.is(200);
    let remedies = |plan: &Answer, n: usize| finding(plan, n)["remedies"].as_array().map(Vec::len);
    assert_eq!((remedies(&bare, 0), remedies(&bare, most)), (Some(3), None));
    assert_eq!(finding(&bare, most)["causes"][0]["type"], "time_off_request");
    let decided: Vec<&Value> = (0..most).map(|n| &finding(&bare, n)["fingerprint"]).collect();
    let body = json!({ "acknowledge": decided, "reason": "agreed" });
    let rest = app.post("/schedules/d1/validate", body).await.is(200);
    assert_eq!(
        (remedies(&rest, most), rest.body["summary"]["needsAck"].as_u64()),
        (Some(3), Some(1))
    );
}
