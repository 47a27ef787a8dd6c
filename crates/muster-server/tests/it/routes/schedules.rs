//! Live weeks: reading them, writing them whole or by change sets, tokens and tags.

use serde_json::{Value, json};

use crate::app::{TestApp, WEEK, agent_week, at, shift};

/// The live week as `path` shows it.
async fn live_path(app: &TestApp) -> String {
    format!("/scheduling/schedules/{}", app.live().await)
}

#[tokio::test]
async fn a_document_is_published_in_one_step() {
    let app = TestApp::with_unit().await;
    let done = app.publish_week("u1", &[agent_week("ana", &[0, 1])]).await;
    insta::assert_snapshot!(done.text, @r#"{"status":"PUBLISHED","id":"week-2026-04-06-bb82030dbc2bcaba32a9","weeks":["2026-04-06"],"revision":3,"published":["ana"],"merged":[],"notified":["ana"],"held":[],"warnings":[],"evaluatedAt":{"revision":3,"at":"2026-03-23T08:00:00Z"}}"#);
    assert_eq!(done.text_at("/id"), app.live().await);
    // The same content again needs no version, and is no entry.
    let again = app.publish_week("u1", &[agent_week("ana", &[0, 1])]).await;
    assert_eq!(again.revision(), done.revision());
    assert_eq!(again.body["notified"], json!([]));
}

#[tokio::test]
async fn a_document_over_published_shifts_must_name_what_it_started_from() {
    let app = TestApp::with_week().await;
    let body = |base: Option<u64>| {
        json!({ "businessUnitId": "u1", "weekDate": WEEK, "publish": true, "baseRevision": base,
            "agentSchedules": [agent_week("ana", &[0]), agent_week("ben", &[0])] })
    };
    let refused = app.post("/schedules", body(None)).await.refuses(428, "BASE_REQUIRED");
    assert_eq!(refused.body["agentIds"], json!(["ana", "ben"]));
    assert_eq!(refused.number("/currentVersion"), 3);
    let base = refused.number("/currentVersion");
    let done = app.post("/schedules", body(Some(base))).await.is(200);
    assert_eq!(done.body["published"], json!(["ana", "ben"]));
    let left = app.get("/scheduling/shifts?businessUnitId=u1&agentId=ana").await.is(200);
    assert_eq!(left.each("id"), ["ana-0"]);
}

#[tokio::test]
async fn a_document_of_which_everything_is_held_makes_nothing() {
    let app = TestApp::with_unit().await;
    let twice = json!({ "agentId": "ana", "shifts": [shift("a", "ana", 0), shift("b", "ana", 0)] });
    let body = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": WEEK, "publish": true,
        "agentSchedules": [twice] });
    let refused = app.post("/schedules", body).await.refuses(409, "CONFLICT");
    assert_eq!(refused.text_at("/conflicts/0/kind"), "SHIFT_OVERLAP");
    app.get("/schedules/d1").await.refuses(404, "NOT_FOUND");
    let list = app.get("/schedules?businessUnitId=u1").await.is(200);
    assert_eq!(list.entities().len(), 0);
}

#[tokio::test]
async fn publishing_takes_its_own_scope() {
    let app = TestApp::with_unit().await;
    let token = app.client("writer", "wfm:schedule:write wfm:schedule:read").await;
    let body = json!({ "businessUnitId": "u1", "weekDate": WEEK, "publish": true,
        "agentSchedules": [agent_week("ana", &[0])] });
    let refused = app.ask("POST", "/schedules").token(&token).json(&body).send().await;
    assert_eq!(refused.refuses(403, "FORBIDDEN").text_at("/scope"), "wfm:schedule:publish");
}

#[tokio::test]
async fn both_paths_of_a_schedule_are_one_route() {
    let app = TestApp::with_week().await;
    let id = app.live().await;
    let short = app.get(&format!("/schedules/{id}")).await.is(200);
    let long = app.get(&format!("/scheduling/schedules/{id}")).await.is(200);
    assert_eq!(short.text, long.text);
    assert_eq!(short.header("etag"), long.header("etag"));
    assert_eq!(short.body["agentSchedules"].as_array().unwrap().len(), 4);
    app.get("/schedules/none").await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_schedule_shows_a_part_or_pages() {
    let app = TestApp::with_week().await;
    let body = json!({ "id": "m1", "businessUnitId": "u1", "name": "Evening" });
    app.post("/managementunits", body).await.is(201);
    app.put("/agents/ben", json!({ "managementUnitId": "m1" })).await.is(200);
    let path = live_path(&app).await;
    let agents = |query: &str| {
        let ask = app.ask("GET", &format!("{path}?{query}"));
        async move {
            let body = ask.send().await.is(200).body;
            let all = body["agentSchedules"].as_array().unwrap().clone();
            all.iter().map(|week| week["agentId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(agents("agentId=cem").await, ["cem"]);
    assert_eq!(agents("managementUnitId=m1").await, ["ben"]);
    assert_eq!(agents("agentId=nobody").await, [""; 0]);
    let first = app.get(&format!("{path}?pageSize=3")).await.is(200);
    let cursor = first.text_at("/nextCursor");
    assert_eq!(agents(&format!("pageSize=3&cursor={cursor}")).await, ["dana"]);
}

#[tokio::test]
async fn who_has_it_already_gets_304() {
    let app = TestApp::with_week().await;
    let path = live_path(&app).await;
    for path in [path.clone(), format!("{path}?agentId=ana"), "/agents/ana".to_owned()] {
        let tag = app.get(&path).await.is(200).header("etag").unwrap().to_owned();
        for known in [tag.clone(), format!("\"1.x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let ask = app.ask("GET", &path).header("if-none-match", &known);
            let answer = ask.send().await.is(304);
            assert_eq!((answer.text.as_str(), answer.header("etag")), ("", Some(tag.as_str())));
        }
        app.ask("GET", &path).header("if-none-match", "\"1.x\"").send().await.is(200);
    }
}

#[tokio::test]
async fn an_agents_tag_does_not_change_with_another_agents_week() {
    let app = TestApp::with_week().await;
    let path = live_path(&app).await;
    let of = |query: &str| app.ask("GET", &format!("{path}{query}")).send();
    let view = format!("/scheduling/agents/ana/schedule?from={WEEK}&to=2026-04-13");
    let (ana, all) = (of("?agentId=ana").await.is(200), of("").await.is(200));
    let seen = app.get(&view).await.is(200);
    app.patch("/scheduling/shifts/ben-0", json!({ "note": "x" })).await.is(200);
    assert_eq!(of("?agentId=ana").await.header("etag"), ana.header("etag"));
    assert_eq!(app.get(&view).await.header("etag"), seen.header("etag"));
    assert_ne!(of("").await.header("etag"), all.header("etag"));
    app.patch("/scheduling/shifts/ana-0", json!({ "note": "x" })).await.is(200);
    let changed = of("?agentId=ana").await.is(200);
    assert_ne!(changed.header("etag"), ana.header("etag"));
    assert_eq!(changed.number("/scheduleVersion"), 5);
}

#[tokio::test]
async fn the_past_is_read_by_revision_and_by_time() {
    let mut app = TestApp::with_week().await;
    app.manual.set(crate::app::now().plus_min(10));
    app.patch("/scheduling/shifts/ana-0", json!({ "note": "later" })).await.is(200);
    let note = |answer: &crate::http::Answer| answer.body["note"].clone();
    for restarted in [false, true] {
        if restarted {
            app.restart().await;
        }
        let then = app.get("/scheduling/shifts/ana-0?atRevision=3").await.is(200);
        assert_eq!((note(&then), then.revision()), (Value::Null, 3));
        let as_of = format!("asOf={}", crate::app::now().plus_min(5));
        let then = app.get(&format!("/scheduling/shifts/ana-0?{as_of}")).await.is(200);
        assert_eq!((note(&then), then.revision()), (Value::Null, 3));
        let path = live_path(&app).await;
        let then = app.get(&format!("{path}?{as_of}")).await.is(200);
        assert_eq!(then.number("/scheduleVersion"), 3);
        let view = format!("/scheduling/agents/ana/schedule?from={WEEK}&{as_of}");
        assert_eq!(app.get(&view).await.is(200).revision(), 3);
        let list = format!("/scheduling/shifts?businessUnitId=u1&{as_of}");
        assert_eq!(app.get(&list).await.is(200).number("/revision"), 3);
    }
    app.get("/scheduling/shifts/ana-0?atRevision=1").await.refuses(404, "NOT_FOUND");
    let future = app.get("/scheduling/shifts/ana-0?atRevision=99").await;
    future.refuses(400, "BAD_PARAMETER");
    app.get("/scheduling/shifts/ana-0?minRevision=4").await.is(200);
    let bad = app.get("/scheduling/shifts/ana-0?asOf=yesterday").await;
    assert_eq!(bad.refuses(400, "BAD_PARAMETER").about(), ("asOf", "yesterday"));
}

#[tokio::test]
async fn a_read_waits_for_the_revision_it_asks_for() {
    let app = TestApp::with_week().await;
    let waiting = app.ask("GET", "/scheduling/shifts/ana-0?minRevision=4").send();
    let writing = app.patch("/scheduling/shifts/ana-0", json!({ "note": "x" }));
    let (read, written) = tokio::join!(waiting, writing);
    assert_eq!(written.is(200).revision(), 4);
    assert_eq!(read.is(200).text_at("/note"), "x");
}

#[tokio::test]
async fn a_put_without_a_token_is_428() {
    let app = TestApp::with_week().await;
    let path = live_path(&app).await;
    let body = json!({ "agentSchedules": [agent_week("ana", &[0])] });
    let refused = app.put(&path, body).await.refuses(428, "BASE_REQUIRED");
    assert_eq!(refused.number("/currentVersion"), 3);
}

#[tokio::test]
async fn what_was_read_can_be_put_back() {
    let app = TestApp::with_week().await;
    let path = live_path(&app).await;
    let read = app.get(&path).await.is(200);
    let same = app.put(&path, read.body.clone()).await.is(200);
    assert_eq!(same.revision(), read.revision());
    let mut edited = read.body.clone();
    edited["agentSchedules"][0]["shifts"][0]["lengthMinutes"] = json!(540);
    let ask = app.ask("PUT", &path).header("if-match", read.header("etag").unwrap());
    let put = ask.json(&edited).send().await.is(200);
    assert_eq!(put.body["merged"], false);
    assert!(put.header("etag").is_some());
    assert_eq!(put.body["agentSchedules"][0]["shifts"][0]["lengthMinutes"], 540);
    // The answer of a write can be sent back as well.
    app.put(&path, put.body.clone()).await.is(200);
}

#[tokio::test]
async fn a_stale_body_token_merges() {
    let app = TestApp::with_week().await;
    let path = live_path(&app).await;
    let read = app.get(&path).await.is(200);
    app.patch("/scheduling/shifts/ana-1", json!({ "note": "theirs" })).await.is(200);
    app.patch("/scheduling/shifts/ben-0", json!({ "note": "theirs" })).await.is(200);
    let mut mine = read.body.clone();
    mine["agentSchedules"][0]["shifts"][1]["lengthMinutes"] = json!(540);
    let put = app.put(&path, mine).await.is(200);
    assert_eq!(put.body["merged"], true);
    assert_eq!(put.body["mergedAgents"], json!(["ana"]));
    assert_eq!(put.header("etag"), None);
    let shift = app.get("/scheduling/shifts/ana-1").await.is(200);
    assert_eq!((shift.text_at("/note"), shift.number("/lengthMinutes")), ("theirs", 540));
    let other = app.get("/scheduling/shifts/ben-0").await.is(200);
    assert_eq!(other.text_at("/note"), "theirs");
}

#[tokio::test]
async fn a_change_set_makes_updates_and_deletes() {
    let app = TestApp::with_week().await;
    let path = live_path(&app).await;
    let mut put = shift("new", "dana", 5);
    put["op"] = json!("put");
    let body = json!({ "baseVersion": 3, "reason": "by phone", "edits": [put,
        { "op": "update", "shiftId": "ana-0", "note": "x" },
        { "op": "delete", "shiftId": "ben-4" },
        { "op": "delete", "shiftId": "never-was" }] });
    let done = app.patch(&path, body).await.is(200);
    assert_eq!(done.body["merged"], false);
    app.get("/scheduling/shifts/new").await.is(200);
    app.get("/scheduling/shifts/ben-4").await.refuses(404, "NOT_FOUND");
    let answer = app.patch(&path, json!({ "edits": [{ "op": "update", "shiftId": "x" }] })).await;
    assert_eq!(answer.refuses(422, "INVALID").about(), ("/edits/0/shiftId", "x"));
    let answer = app.patch(&path, json!({ "edits": [{ "shiftId": "ana-0" }] })).await;
    assert_eq!(answer.refuses(422, "MISSING_FIELD").about().0, "/edits/0/op");
}

#[tokio::test]
async fn a_change_set_stands_or_falls_as_one_unless_it_says_otherwise() {
    let app = TestApp::with_week().await;
    let path = live_path(&app).await;
    let mut clash = shift("clash", "ben", 0);
    clash["op"] = json!("put");
    let edits = json!([{ "op": "update", "shiftId": "ana-0", "note": "x" }, clash]);
    let body = json!({ "edits": edits });
    app.patch(&path, body).await.refuses(409, "CONFLICT");
    let shown = app.get("/scheduling/shifts/ana-0").await.is(200);
    assert_eq!(shown.body["note"], Value::Null);
    let body = json!({ "edits": edits, "mode": "perAgent" });
    let partly = app.patch(&path, body).await.is(200);
    assert_eq!(partly.text_at("/held/0/agentId"), "ben");
    assert_eq!(app.get("/scheduling/shifts/ana-0").await.is(200).text_at("/note"), "x");
}

#[tokio::test]
async fn schedules_are_listed_by_week_and_status() {
    let app = TestApp::with_week().await;
    let draft = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": WEEK, "name": "plan B" });
    app.post("/schedules", draft).await.is(201);
    let list = |query: &str| app.ask("GET", &format!("/schedules?businessUnitId=u1{query}")).send();
    assert_eq!(list("").await.is(200).entities().len(), 2);
    assert_eq!(list("&status=DRAFT").await.is(200).each("id"), ["d1"]);
    assert_eq!(list("&status=CLOSED").await.is(200).entities().len(), 0);
    assert_eq!(list("&weekDate=2026-04-13").await.is(200).entities().len(), 0);
    list("&status=OPEN").await.refuses(400, "BAD_PARAMETER");
}

#[tokio::test]
async fn a_live_week_is_not_deleted_published_or_rebased() {
    let app = TestApp::with_week().await;
    let path = live_path(&app).await;
    let refused = app.delete(&path).await;
    assert!(refused.status.is_client_error(), "{}", refused.text);
    for what in ["publish", "validate", "rebase"] {
        let refused = app.ask("POST", &format!("{path}/{what}")).send().await;
        assert!(refused.status.is_client_error(), "{what}: {}", refused.text);
    }
    app.get(&path).await.is(200);
}

#[tokio::test]
async fn an_agents_view_shows_shifts_time_off_and_what_they_come_to() {
    let app = TestApp::with_week().await;
    app.time_off("t1", "ana", "2026-04-07").await;
    let path = format!("/scheduling/agents/ana/schedule?from={}&to={}", at(0, 0), at(2, 0));
    let view = app.get(&path).await.is(200);
    assert_eq!(view.text_at("/agentId"), "ana");
    assert_eq!(view.text_at("/state"), "SCHEDULED");
    assert_eq!(view.body["shifts"].as_array().unwrap().len(), 2);
    assert_eq!(view.text_at("/timeOff/0/id"), "t1");
    let day = app.get("/scheduling/agents/ana/schedule?from=2026-04-08&to=2026-04-09").await;
    assert_eq!(day.is(200).text_at("/shifts/0/id"), "ana-2");
    let missing = app.get("/scheduling/agents/zoe/schedule").await;
    missing.refuses(404, "NOT_FOUND");
    let long = app.get("/scheduling/agents/ana/schedule?from=2026-01-01&to=2028-01-01").await;
    assert_eq!(long.refuses(400, "BAD_PARAMETER").about().0, "to");
}

#[tokio::test]
async fn a_week_date_must_be_the_first_day_of_a_week() {
    let app = TestApp::with_unit().await;
    for publish in [false, true] {
        let body = json!({ "businessUnitId": "u1", "weekDate": "2026-04-08", "publish": publish });
        let refused = app.post("/schedules", body).await.refuses(422, "INVALID");
        assert_eq!(refused.about(), ("/weekDate", "2026-04-08"));
        assert!(refused.text_at("/detail").contains(WEEK));
    }
}

#[tokio::test]
async fn a_week_of_a_thousand_agents_fits_into_a_request() {
    let app = TestApp::with_unit().await;
    let names: Vec<String> = (0..800).map(|n| format!("agent-{n:04}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    app.make_agents("u1", &names).await;
    let note = "x".repeat(800);
    let weeks: Vec<Value> = names
        .iter()
        .map(|agent| {
            let mut week = agent_week(agent, &[0, 1, 2, 3, 4]);
            for shift in week["shifts"].as_array_mut().unwrap() {
                shift["note"] = json!(note);
            }
            week
        })
        .collect();
    let done = app.publish_week("u1", &weeks).await;
    assert_eq!(done.body["published"].as_array().unwrap().len(), 800);
}
