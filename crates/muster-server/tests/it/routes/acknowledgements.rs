//! Answering for findings by rule, and the list of what was answered for.

use serde_json::{Value, json};

use crate::app::{TestApp, WEEK, agent_week, at, shift};
use crate::http::Answer;

const PATH: &str = "/businessunits/u1/acknowledgements";

/// A draft in which some agents also work on Saturday, when they have asked to be off.
async fn wanted(app: &TestApp, agents: &[&str]) {
    let mut weeks = Vec::new();
    for agent in agents {
        app.time_off(&format!("off-{agent}"), agent, "2026-04-11").await;
        let mut week = agent_week(agent, &[0, 1, 2, 3, 4]);
        let shifts = week["shifts"].as_array_mut().unwrap();
        shifts.push(shift(&format!("{agent}-5"), agent, 5));
        weeks.push(week);
    }
    let draft = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": WEEK,
        "agentSchedules": weeks });
    app.post("/schedules", draft).await.is(201);
}

fn rule(place: Value) -> Value {
    json!({ "kind": "TIME_OFF_PENDING_OVERLAP", "where": place, "reason": "she comes anyway" })
}

async fn publish(app: &TestApp, acknowledge: Value) -> Answer {
    app.post("/schedules/d1/publish", json!({ "acknowledge": acknowledge })).await
}

/// Each of the list by agent, with a member.
fn each(answer: &Answer, member: &str) -> Vec<(String, Value)> {
    let all = answer.body["entities"].as_array().unwrap().iter();
    all.map(|one| (one["agentId"].as_str().unwrap().to_owned(), one[member].clone())).collect()
}

#[tokio::test]
async fn what_a_rule_covers_goes_live_and_is_listed() {
    let mut app = TestApp::with_week().await;
    app.get(PATH).await.is(200);
    wanted(&app, &["ana", "ben", "dana"]).await;
    let place = json!({ "agentIds": ["ana", "cem", "dana"], "until": "2026-04-12" });
    let done = publish(&app, json!([rule(place)])).await.is(200);
    assert_eq!(done.text_at("/status"), "PARTIAL");
    assert_eq!(done.body["published"], json!(["ana", "dana"]));
    let list = app.get(PATH).await.is(200);
    let mut danas = list.body["entities"][0].clone();
    assert!(danas["acknowledgedBy"].as_str().unwrap().starts_with("planner"));
    danas["acknowledgedBy"] = json!("planner");
    insta::assert_snapshot!(danas.to_string(), @r#"{"about":{"id":"d1","type":"publish"},"acknowledgedBy":"planner","agentId":"dana","at":"2026-03-23T08:00:00Z","byRule":{"kind":"TIME_OFF_PENDING_OVERLAP","reason":"she comes anyway","where":{"agentIds":["dana"],"until":"2026-04-12"}},"end":"2026-04-11T15:00:00Z","fingerprint":"6c1cea637a47416b.480","kind":"TIME_OFF_PENDING_OVERLAP","limit":0,"magnitude":480,"message":"shift dana-5 shares 480 min with pending time-off request off-dana","observed":480,"reason":"she comes anyway","revision":8,"severity":"ack","stands":true,"start":"2026-04-11T07:00:00Z","subject":{"shiftId":"dana-5","timeOffId":"off-dana"},"subjects":[{"shiftId":"dana-5"},{"timeOffId":"off-dana"}],"unit":"minutes"}"#);
    assert_eq!(list.body["entities"].as_array().unwrap().len(), 2);
    // The list survives a restart, and what changes since is seen.
    app.post("/timeoffrequests/off-ana/deny", json!({})).await.is(200);
    app.restart().await;
    let list = app.get(PATH).await.is(200);
    let mut stands = each(&list, "stands");
    stands.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(stands, [("ana".into(), json!(false)), ("dana".into(), json!(true))]);
    let past = app.get(&format!("{PATH}?atRevision={}", done.revision())).await.is(200);
    assert!(each(&past, "stands").iter().all(|(_, stands)| *stands == true), "{}", past.text);
    let before = app.get(&format!("{PATH}?atRevision={}", done.revision() - 1)).await.is(200);
    assert_eq!(before.body["entities"], json!([]));
}

#[tokio::test]
async fn the_list_is_filtered_and_its_pages_show_one_revision() {
    let app = TestApp::with_week().await;
    wanted(&app, &["ana", "ben", "dana"]).await;
    publish(&app, json!([rule(json!({ "agentIds": ["ana"] }))])).await.is(200);
    publish(&app, json!([rule(json!({ "agentIds": ["ben", "dana"] }))])).await.is(200);
    let count = async |query: &str| {
        let list = app.get(&format!("{PATH}?{query}")).await.is(200);
        list.body["entities"].as_array().unwrap().len()
    };
    assert_eq!(count("agentId=ben").await, 1);
    assert_eq!(count("agentId=nobody").await, 0);
    assert_eq!(count("kind=TIME_OFF_PENDING_OVERLAP").await, 3);
    assert_eq!(count("kind=REST_TIME_SHORT").await, 0);
    assert_eq!(count("from=2026-04-11&to=2026-04-12").await, 3);
    assert_eq!(count("to=2026-04-11").await, 0);
    assert_eq!(count("from=2026-04-12").await, 0);
    assert_eq!(count(&format!("from={}", at(5, 14))).await, 3);
    assert_eq!(count(&format!("from={}", at(5, 15))).await, 0);
    let first = app.get(&format!("{PATH}?pageSize=2")).await.is(200);
    let cursor = first.text_at("/nextCursor");
    let mut seen = each(&first, "revision");
    // The newest come first; and what is acknowledged meanwhile is on no further page.
    let week = json!([shift("cem-5", "cem", 5)]);
    app.time_off("off-cem", "cem", "2026-04-11").await;
    let mut body = week[0].clone();
    body["acknowledge"] = json!([rule(json!({ "shiftIds": ["cem-5"] }))]);
    app.post("/scheduling/shifts", body).await.is(201);
    let next = app.get(&format!("{PATH}?pageSize=2&cursor={cursor}")).await.is(200);
    assert_eq!(next.body["nextCursor"], Value::Null);
    assert_eq!(next.body["revision"], first.body["revision"]);
    seen.extend(each(&next, "revision"));
    let revisions: Vec<u64> = seen.iter().map(|(_, n)| n.as_u64().unwrap()).collect();
    assert!(revisions.is_sorted_by(|one, other| one >= other), "{revisions:?}");
    let mut agents: Vec<&str> = seen.iter().map(|(agent, _)| agent.as_str()).collect();
    agents.sort_unstable();
    assert_eq!(agents, ["ana", "ben", "dana"]);
    assert_eq!(seen[2].0, "ana");
    assert_eq!(count("agentId=cem").await, 1);
}

#[tokio::test]
async fn bad_filters_are_named() {
    let app = TestApp::with_unit().await;
    for query in ["from=soon", "kind=ANYTHING", "agentId=a%20b", "pageSize=0", "color=red"] {
        app.get(&format!("{PATH}?{query}")).await.refuses(400, "BAD_PARAMETER");
    }
    app.get(&format!("{PATH}?from=2026-04-12&to=2026-04-12")).await.refuses(400, "BAD_PARAMETER");
    app.get("/businessunits/u9/acknowledgements").await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_rule_that_covers_everything_is_refused_and_changes_nothing() {
    let app = TestApp::with_week().await;
    wanted(&app, &["ana"]).await;
    let head = app.get("/businessunits/u1").await.revision();
    let lacking = publish(&app, json!([rule(json!({}))])).await.refuses(422, "INVALID");
    assert_eq!(lacking.about().0, "/acknowledge/0/where");
    let reason = json!([{ "kind": "TIME_OFF_PENDING_OVERLAP", "where": { "agentIds": ["ana"] } }]);
    let lacking = publish(&app, reason).await.refuses(422, "MISSING_FIELD");
    assert_eq!(lacking.about().0, "/acknowledge/0/reason");
    let bulk = json!({ "ids": ["w1"], "action": "approve", "acknowledge": [rule(json!({}))] });
    let bulk = app.post("/scheduling/shiftswaps/bulk", bulk).await.refuses(422, "INVALID");
    assert_eq!(bulk.about().0, "/acknowledge/0/where");
    assert_eq!(app.get("/businessunits/u1").await.revision(), head);
}

#[tokio::test]
async fn answering_for_anything_takes_its_scope_everywhere() {
    let app = TestApp::with_week().await;
    wanted(&app, &["ana"]).await;
    app.time_off("t1", "ben", "2026-04-07").await;
    app.swap("w1", "ana-0", "ben-0").await;
    let scopes = "wfm:schedule:publish wfm:timeoff:approve wfm:swap:approve wfm:shift:write";
    let token = app.client("hasty", scopes).await;
    let acknowledge = json!([rule(json!({ "agentIds": ["ana"] }))]);
    let paths = [
        "/schedules/d1/publish",
        "/timeoffrequests/t1/approve",
        "/scheduling/shiftswaps/w1/approve",
        "/scheduling/shiftswaps/w1/revert",
    ];
    for path in paths {
        let ask = app.bare("POST", &format!("/api/v2/wfm{path}")).token(&token);
        let answer = ask.json(&json!({ "acknowledge": acknowledge })).send().await;
        let answer = answer.refuses(403, "FORBIDDEN");
        assert_eq!(answer.text_at("/scope"), "wfm:conflict:acknowledge", "{path}");
    }
    assert_eq!(app.get(PATH).await.body["entities"], json!([]));
}

#[tokio::test]
async fn other_units_have_lists_of_their_own() {
    let app = TestApp::with_week().await;
    wanted(&app, &["ana"]).await;
    publish(&app, json!([rule(json!({ "agentIds": ["ana"] }))])).await.is(200);
    app.make_unit("u2").await;
    let other = app.get("/businessunits/u2/acknowledgements").await.is(200);
    assert_eq!(other.body["entities"], json!([]));
}

#[tokio::test]
async fn with_a_plan_a_rule_covers_what_the_plan_showed() {
    let app = TestApp::with_week().await;
    app.time_off("off-ben", "ben", "2026-04-11").await;
    let rules = json!({ "rules": [{ "kind": "REST_TIME_SHORT", "severity": "ack" }] });
    app.put("/businessunits/u1/rules", rules).await.is(200);
    // Ten hours of rest before Saturday's shift.
    let early = |agent: &str| {
        let mut week = agent_week(agent, &[0, 1, 2, 3, 4]);
        let saturday = json!({ "id": format!("{agent}-5"), "agentId": agent, "start": at(5, 1),
            "lengthMinutes": 240 });
        week["shifts"].as_array_mut().unwrap().push(saturday);
        week
    };
    let draft = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": WEEK,
        "agentSchedules": [early("ana"), early("dana")] });
    app.post("/schedules", draft).await.is(201);
    let plan = app.post("/schedules/d1/validate", json!({})).await.is(200);
    assert_eq!(plan.body["summary"]["needsAck"], 2, "{}", plan.text);
    // Meanwhile ana's Friday becomes an hour longer: her rest is nine hours now.
    app.patch("/scheduling/shifts/ana-4", json!({ "lengthMinutes": 540 })).await.is(200);
    let rule = json!({ "kind": "REST_TIME_SHORT", "where": { "from": WEEK }, "reason": "agreed" });
    let body = json!({ "acknowledge": [rule], "planToken": plan.text_at("/planToken") });
    let done = app.post("/schedules/d1/publish", body.clone()).await.is(200);
    assert_eq!(done.body["published"], json!(["dana"]), "{}", done.text);
    assert_eq!(done.body["held"][0]["agentId"], "ana");
    let kept = app.get(PATH).await.is(200);
    assert_eq!(each(&kept, "magnitude"), [("dana".to_owned(), json!(60))]);
    // A new plan shows it as it is.
    let again = app.post("/schedules/d1/validate", json!({})).await.is(200);
    let body = json!({ "acknowledge": body["acknowledge"], "planToken": again.body["planToken"] });
    let done = app.post("/schedules/d1/publish", body).await.is(200);
    assert_eq!(done.body["published"], json!(["ana"]), "{}", done.text);
    let future = json!({ "acknowledge": [rule], "planToken": "plan.9999.1.0" });
    app.post("/schedules/d1/publish", future).await.refuses(400, "BAD_PARAMETER");
}

#[tokio::test]
async fn the_same_key_again_answers_for_it_once() {
    let app = TestApp::with_week().await;
    wanted(&app, &["ana"]).await;
    let body = json!({ "acknowledge": [rule(json!({ "agentIds": ["ana"] }))] });
    let send = async || {
        let ask = app.ask("POST", "/schedules/d1/publish").header("idempotency-key", "k1");
        ask.json(&body).send().await.is(200)
    };
    let first = send().await;
    let again = send().await;
    assert_eq!(first.body["revision"], again.body["revision"]);
    let list = app.get(PATH).await.is(200);
    assert_eq!(each(&list, "revision"), [("ana".to_owned(), first.body["revision"].clone())]);
    assert_eq!(list.revision(), first.revision());
}
