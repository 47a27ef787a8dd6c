//! What a unit asks of all agents together: required staff, trunk groups, sites.

use serde_json::{Value, json};

use crate::app::{TestApp, at};
use crate::http::Answer;

fn need(hours: (i64, i64), agents: u32) -> Value {
    json!({ "start": at(0, hours.0), "end": at(0, hours.1), "agents": agents })
}

/// Asks for agents on Monday.
async fn ask(app: &TestApp, staffing: Value) -> Answer {
    let body = json!({ "from": at(0, 0), "to": at(1, 0), "staffing": staffing });
    app.put("/businessunits/u1/staffing", body).await
}

async fn set_rule(app: &TestApp, kind: &str, severity: &str) {
    let rules = json!({ "rules": [{ "kind": kind, "severity": severity }] });
    app.put("/businessunits/u1/rules", rules).await.is(200);
}

#[tokio::test]
async fn required_staff_is_set_and_shown_with_those_who_are_there() {
    let app = TestApp::with_week().await;
    let skills = json!({ "skills": [{ "name": "french" }] });
    app.put("/agents/ana", skills).await.is(200);
    let put = ask(
        &app,
        json!([
            { "intervals": [need((6, 8), 3), need((8, 9), 5)] },
            { "skill": "french", "intervals": [need((7, 9), 2)] },
        ]),
    )
    .await
    .is(200);
    insta::assert_snapshot!(put.text, @r#"{"businessUnitId":"u1","from":"2026-04-06T00:00:00Z","to":"2026-04-07T00:00:00Z","staffing":[{"intervals":[{"start":"2026-04-06T06:00:00Z","end":"2026-04-06T07:00:00Z","agents":3,"present":0,"missing":3},{"start":"2026-04-06T07:00:00Z","end":"2026-04-06T08:00:00Z","agents":3,"present":4,"missing":0},{"start":"2026-04-06T08:00:00Z","end":"2026-04-06T09:00:00Z","agents":5,"present":4,"missing":1}]},{"skill":"french","intervals":[{"start":"2026-04-06T07:00:00Z","end":"2026-04-06T09:00:00Z","agents":2,"present":1,"missing":1}]}],"version":5}"#);
    let day = "/businessunits/u1/staffing?from=2026-04-06T00:00:00Z&to=2026-04-07T00:00:00Z";
    let shown = app.get(day).await.is(200);
    assert_eq!(shown.text, put.text);
    assert_eq!(shown.header("etag"), put.header("etag"));
    // What was read can be sent back, and changes nothing.
    let head = put.revision();
    let again = app.put("/businessunits/u1/staffing", shown.body.clone()).await.is(200);
    assert_eq!(again.text, put.text);
    assert_eq!(app.get("/businessunits/u1").await.revision(), head);
    // A skill that is not listed stays; one without intervals is required no more.
    let fewer = ask(&app, json!([{ "skill": "french", "intervals": [] }])).await.is(200);
    assert_eq!(fewer.body["staffing"].as_array().unwrap().len(), 1);
    let hour = "/businessunits/u1/staffing?from=2026-04-06T07:30:00Z&to=2026-04-06T08:00:00Z";
    let shown = app.get(hour).await.is(200);
    let intervals = &shown.body["staffing"][0]["intervals"];
    assert_eq!(intervals.as_array().unwrap().len(), 1);
    assert_eq!((&intervals[0]["present"], &intervals[0]["missing"]), (&json!(4), &json!(0)));
    let past = app.get(&format!("{day}&atRevision={}", head - 1)).await.is(200);
    assert_eq!(past.body["staffing"], json!([]));
    let week = app.get("/businessunits/u1/staffing").await.is(200);
    assert_eq!(week.body["from"], "2026-03-22T23:00:00Z");
}

#[tokio::test]
async fn what_cannot_be_required_is_named() {
    let app = TestApp::with_unit().await;
    let cases = [
        (json!([{ "intervals": [need((9, 8), 1)] }]), "/staffing/0/intervals/0/end"),
        (json!([{ "intervals": [need((23, 25), 1)] }]), "/staffing/0/intervals/0/end"),
        (
            json!([{ "intervals": [need((7, 9), 1), need((8, 10), 1)] }]),
            "/staffing/0/intervals/1/start",
        ),
        (json!([{ "intervals": [need((7, 9), 200_000)] }]), "/staffing/0/intervals/0/agents"),
        (json!([{ "intervals": [] }, { "intervals": [] }]), "/staffing/1/skill"),
        (json!([{ "skill": "", "intervals": [] }]), "/staffing/0/skill"),
        (json!([{ "skill": 7, "intervals": [] }]), "/staffing/0/skill"),
    ];
    for (staffing, field) in cases {
        let answer = ask(&app, staffing).await.refuses(422, "INVALID");
        assert_eq!(answer.about().0, field, "{}", answer.text);
    }
    let odd = json!({ "from": "2026-04-06T00:05:00Z", "to": at(1, 0), "staffing": [] });
    let answer = app.put("/businessunits/u1/staffing", odd).await.refuses(422, "INVALID");
    assert_eq!(answer.about(), ("/from", "2026-04-06T00:05:00Z"));
    let missing = app.put("/businessunits/u1/staffing", json!({ "to": at(1, 0) })).await;
    missing.refuses(422, "MISSING_FIELD");
    let long = "/businessunits/u1/staffing?from=2026-04-06&to=2026-06-06";
    let answer = app.get(long).await.refuses(400, "BAD_PARAMETER");
    assert_eq!(answer.about().0, "to");
    for (path, body) in [
        ("staffing", json!({ "from": at(0, 0), "to": at(1, 0), "staffing": [] })),
        ("trunks", json!({ "trunks": [] })),
        ("sites", json!({ "sites": [] })),
    ] {
        let path = format!("/businessunits/u9/{path}");
        app.put(&path, body).await.refuses(404, "NOT_FOUND");
        app.get(&path).await.refuses(404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn trunks_and_sites_are_put_whole_and_shown() {
    let app = TestApp::with_unit().await;
    let none = app.get("/businessunits/u1/trunks").await.is(200);
    insta::assert_snapshot!(none.text, @r#"{"businessUnitId":"u1","trunks":[],"version":0}"#);
    let group = json!({ "id": "m1", "businessUnitId": "u1", "name": "Evening" });
    app.post("/managementunits", group).await.is(201);
    let trunks = json!({ "trunks": [
        { "id": "us", "capacity": 2 },
        { "id": "eu", "capacity": 5, "skills": ["french"], "managementUnitIds": ["m1"] },
    ] });
    let put = app.put("/businessunits/u1/trunks", trunks).await.is(200);
    insta::assert_snapshot!(put.text, @r#"{"businessUnitId":"u1","trunks":[{"id":"eu","capacity":5,"skills":["french"],"managementUnitIds":["m1"]},{"id":"us","capacity":2}],"since":"2026-03-23T00:00:00Z","version":4}"#);
    let shown = app.get("/businessunits/u1/trunks").await.is(200);
    assert_eq!((&shown.text, shown.header("etag")), (&put.text, put.header("etag")));
    let again = app.put("/businessunits/u1/trunks", shown.body.clone()).await.is(200);
    assert_eq!(again.text, put.text);
    let sites = json!({ "sites": [{ "id": "lyon", "seats": 2 }] });
    let put = app.put("/businessunits/u1/sites", sites).await.is(200);
    insta::assert_snapshot!(put.text, @r#"{"businessUnitId":"u1","sites":[{"id":"lyon","seats":2}],"since":"2026-03-23T00:00:00Z","version":5}"#);
    let shown = app.get("/businessunits/u1/sites").await.is(200);
    assert_eq!(shown.text, put.text);
    let twice = json!({ "sites": [{ "id": "a", "seats": 1 }, { "id": "a", "seats": 2 }] });
    let answer = app.put("/businessunits/u1/sites", twice).await.refuses(422, "INVALID");
    assert_eq!(answer.about(), ("/sites/1/id", "a"));
    let nowhere = json!({ "trunks": [{ "id": "x", "capacity": 1, "managementUnitIds": ["m9"] }] });
    let answer = app.put("/businessunits/u1/trunks", nowhere).await.refuses(422, "INVALID");
    assert_eq!(answer.about(), ("/trunks/0/managementUnitIds/0", "m9"));
}

#[tokio::test]
async fn a_publish_that_leaves_too_few_is_held_and_explained() {
    let app = TestApp::with_week().await;
    set_rule(&app, "STAFFING_BELOW_MINIMUM", "ack").await;
    ask(&app, json!([{ "intervals": [need((7, 15), 3)] }])).await.is(200);
    let later = |agent: &str| {
        json!({ "agentId": agent, "shifts": [{ "id": format!("{agent}-0"), "agentId": agent,
            "start": at(0, 9), "lengthMinutes": 480 }] })
    };
    let draft = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": crate::app::WEEK,
        "agentSchedules":
            [later("ana"), later("ben"), json!({ "agentId": "cem", "shifts": [] })] });
    app.post("/schedules", draft).await.is(201);
    let plan = app.post("/schedules/d1/validate", json!({})).await.is(200);
    assert_eq!(plan.body["summary"]["needsAck"], 3);
    let finding = &plan.body["agents"][0]["findings"][0];
    insta::assert_snapshot!(finding["message"].as_str().unwrap(), @"1 agent on the queue of at least 3 from 2026-04-06T07:00:00Z to 2026-04-06T09:00:00Z: 2 missing");
    assert_eq!(finding["agentId"], Value::Null);
    let each = |list: &str, member: &str| -> Vec<String> {
        let all = finding[list].as_array().unwrap().iter();
        all.map(|one| one[member].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(each("causes", "type"), ["unit", "publish"]);
    assert_eq!(each("remedies", "id"), ["acknowledge", "leave_out"]);
    let held = app.post("/schedules/d1/publish", json!({})).await.refuses(409, "CONFLICT");
    let conflicts = held.body["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 1, "{}", held.text);
    let all: Vec<&Value> = conflicts.iter().map(|conflict| &conflict["fingerprint"]).collect();
    let body = json!({ "acknowledge": all, "reason": "a quiet day" });
    let done = app.post("/schedules/d1/publish", body).await.is(200);
    assert_eq!(done.body["status"], "PUBLISHED", "{}", done.text);
    assert_eq!(done.body["warnings"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn time_off_tells_who_will_be_missing_and_an_edit_may_not_crowd_a_site() {
    let mut app = TestApp::with_week().await;
    set_rule(&app, "STAFFING_BELOW_MINIMUM", "block").await;
    ask(&app, json!([{ "intervals": [need((7, 15), 4)] }])).await.is(200);
    app.time_off("t1", "ana", "2026-04-06").await;
    let approved = app.post("/timeoffrequests/t1/approve", json!({})).await.is(200);
    let findings = approved.body["findings"].as_array().unwrap();
    let found = findings.iter().find(|f| f["kind"] == "STAFFING_BELOW_MINIMUM").unwrap();
    assert_eq!((&found["severity"], &found["magnitude"]), (&json!("block"), &json!(1)));
    // A restart counts again, and comes to the same.
    let day = "/businessunits/u1/staffing?from=2026-04-06&to=2026-04-07";
    let before = app.get(day).await.is(200);
    assert_eq!(before.body["staffing"][0]["intervals"][0]["missing"], 1);
    app.restart().await;
    assert_eq!(app.get(day).await.is(200).text, before.text);
    set_rule(&app, "SITE_SEATS_EXCEEDED", "block").await;
    let sites = json!({ "sites": [{ "id": "lyon", "seats": 1 }] });
    app.put("/businessunits/u1/sites", sites).await.is(200);
    for shift in ["ben-1", "cem-1"] {
        let edit = json!({ "site": "lyon" });
        let answer = app.patch(&format!("/scheduling/shifts/{shift}"), edit).await;
        if shift == "ben-1" {
            answer.is(200);
        } else {
            let refused = answer.refuses(409, "CONFLICT");
            assert_eq!(refused.body["conflicts"][0]["subject"]["site"], "lyon");
        }
    }
}
