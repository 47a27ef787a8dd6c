//! What agents say of when they can, or would like to, work.

use serde_json::json;

use crate::app::{TestApp, WEEK, at};

fn every_tuesday() -> serde_json::Value {
    json!({ "says": "UNAVAILABLE",
        "weekly": { "daysOfWeek": ["Tuesday"], "from": "12:00", "to": "24:00" } })
}

#[tokio::test]
async fn what_agents_say_is_put_shown_listed_and_withdrawn() {
    let app = TestApp::with_week().await;
    let made = app.put("/agents/ana/availability/school", every_tuesday()).await.is(201);
    insta::assert_snapshot!(made.text, @r#"{"id":"school","agentId":"ana","says":"UNAVAILABLE","weekly":{"daysOfWeek":["Tuesday"],"from":"12:00","to":"00:00"},"findings":[{"fingerprint":"b97c7a4a13de376d.300","kind":"UNAVAILABLE","severity":"info","agentId":"ana","start":"2026-04-07T07:00:00Z","end":"2026-04-07T15:00:00Z","subject":{"shiftId":"ana-1","availabilityId":"school"},"subjects":[{"shiftId":"ana-1"},{"availabilityId":"school"}],"observed":300,"limit":0,"magnitude":300,"unit":"minutes","message":"shift ana-1 has 300 min when ana says they cannot work (school)"}],"version":4,"lastUpdated":"2026-03-23T08:00:00Z"}"#);
    // Sent again as it was read, it is there already.
    let shown = app.get("/agents/ana/availability/school").await.is(200);
    let again = app.put("/agents/ana/availability/school", shown.body.clone()).await.is(200);
    assert_eq!(again.revision(), made.revision());
    let whole = json!({ "says": "PREFERS_OFF", "fullDays": ["2026-04-11"], "note": "a wedding" });
    app.put("/agents/ben/availability/wedding", whole).await.is(201);
    assert_eq!(app.get("/agents/ana/availability").await.is(200).each("id"), ["school"]);
    let all = "/businessunits/u1/availability";
    assert_eq!(app.get(all).await.is(200).each("id"), ["school", "wedding"]);
    assert_eq!(app.get(&format!("{all}?agentId=ben")).await.each("id"), ["wedding"]);
    assert_eq!(app.get(&format!("{all}?says=UNAVAILABLE")).await.each("id"), ["school"]);
    let first = app.get(&format!("{all}?pageSize=1")).await.is(200);
    let next = format!("{all}?cursor={}", first.text_at("/nextCursor"));
    assert_eq!(app.get(&next).await.is(200).each("id"), ["wedding"]);
    let gone = app.ask("DELETE", "/agents/ana/availability/school").send().await.is(204);
    assert!(gone.revision() > made.revision());
    app.get("/agents/ana/availability/school").await.refuses(404, "NOT_FOUND");
    let again = app.ask("DELETE", "/agents/ana/availability/school").send().await;
    again.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn new_work_on_it_is_a_conflict_with_its_cause_and_remedies_that_work() {
    let app = TestApp::with_week().await;
    let evening = json!({ "says": "UNAVAILABLE", "start": at(5, 18), "end": at(5, 22) });
    app.put("/agents/ana/availability/exam", evening).await.is(201);
    let late = json!({ "id": "late", "agentId": "ana", "start": at(5, 14), "lengthMinutes": 360 });
    let refused = app.post("/scheduling/shifts", late.clone()).await.refuses(409, "CONFLICT");
    assert_eq!(refused.text_at("/conflicts/0/kind"), "UNAVAILABLE");
    assert_eq!(refused.text_at("/conflicts/0/subject/availabilityId"), "exam");
    assert_eq!(
        refused.text_at("/conflicts/0/causes/0/href"),
        "/api/v2/wfm/agents/ana/availability"
    );
    let remedies = refused.body["conflicts"][0]["remedies"].as_array().unwrap();
    let withdraw = remedies.iter().find(|remedy| remedy["id"] == "withdraw_availability").unwrap();
    let (method, href) = (&withdraw["method"], &withdraw["href"]);
    app.bare(method.as_str().unwrap(), href.as_str().unwrap())
        .token(&app.token)
        .send()
        .await
        .is(204);
    app.post("/scheduling/shifts", late).await.is(201);
}

#[tokio::test]
async fn a_plan_counts_how_far_preferences_are_not_kept() {
    let app = TestApp::with_week().await;
    let early = json!({ "says": "PREFERS_WITHIN", "weekly": { "from": "06:00", "to": "14:00" } });
    app.put("/agents/ana/availability/early", early).await.is(201);
    let shift =
        |day| json!({ "id": format!("d-{day}"), "start": at(day, 10), "lengthMinutes": 480 });
    let draft = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": WEEK, "from": "published",
        "agentSchedules": [{ "agentId": "ana", "shifts": [shift(5), shift(6)] }] });
    app.post("/schedules", draft).await.is(201);
    let plan = app.post("/schedules/d1/validate", json!({})).await.is(200);
    let unkept = json!({ "violated": 2, "newlyViolated": 2, "minutes": 720 });
    assert_eq!(plan.body["preferences"], unkept);
    // They hold nothing up.
    app.post("/schedules/d1/publish", json!({})).await.is(200);
}

#[tokio::test]
async fn bad_availability_is_refused_by_field() {
    let app = TestApp::with_week().await;
    let head = app.get("/businessunits/u1").await.revision();
    let cases = [
        (json!({}), "/says"),
        (json!({ "says": "UNAVAILABLE" }), "/weekly"),
        (
            json!({ "says": "UNAVAILABLE", "weekly": { "from": "25:00", "to": "26:00" } }),
            "/weekly/from",
        ),
        (json!({ "says": "UNAVAILABLE", "weekly": { "daysOfWeek": [] } }), "/weekly/daysOfWeek"),
        (json!({ "says": "UNAVAILABLE", "fullDays": ["2070-01-01"] }), "/start"),
        (json!({ "says": "UNAVAILABLE", "weekly": {}, "agentId": "ben" }), "/agentId"),
    ];
    for (body, pointer) in cases {
        let answer = app.put("/agents/ana/availability/a", body).await;
        assert_eq!(answer.is(422).about().0, pointer);
    }
    let nobody = app.put("/agents/nobody/availability/a", every_tuesday()).await;
    nobody.refuses(404, "NOT_FOUND");
    assert_eq!(app.get("/businessunits/u1").await.revision(), head);
}
