//! Business units, management units, agents, activity codes, rules.

use serde_json::{Value, json};

use crate::app::TestApp;

#[tokio::test]
async fn a_unit_is_made_once_and_shown_and_listed() {
    let app = TestApp::start().await;
    let body = json!({ "id": "u1", "name": "Support", "timeZone": "Europe/Berlin" });
    let made = app.post("/businessunits", body.clone()).await.is(201);
    insta::assert_snapshot!(made.text, @r#"{"id":"u1","name":"Support","timeZone":"Europe/Berlin","startDayOfWeek":"Monday","version":1}"#);
    assert_eq!(made.revision(), 1);
    let again = app.post("/businessunits", body).await.is(200);
    assert_eq!(again.text, made.text);
    let other = json!({ "id": "u1", "name": "Sales", "timeZone": "Europe/Berlin" });
    app.post("/businessunits", other).await.refuses(409, "ALREADY_EXISTS");
    let minted = json!({ "name": "Sales", "timeZone": "America/Chicago",
        "startDayOfWeek": "Sunday" });
    let minted = app.post("/businessunits", minted).await.is(201);
    assert_eq!(minted.text_at("/startDayOfWeek"), "Sunday");
    let shown = app.get("/businessunits/u1").await.is(200);
    assert_eq!(shown.body, made.body);
    let list = app.get("/businessunits").await.is(200);
    let mut ids = vec![minted.text_at("/id"), "u1"];
    ids.sort_unstable();
    assert_eq!(list.each("id"), ids);
    assert_eq!(list.header("etag"), None);
}

#[tokio::test]
async fn a_unit_changes_what_is_named_and_keeps_the_rest() {
    let app = TestApp::with_unit().await;
    let body = json!({ "name": "Care", "version": 77, "lastUpdated": "2020-01-01T00:00:00Z" });
    let changed = app.patch("/businessunits/u1", body).await.is(200);
    assert_eq!(changed.text_at("/name"), "Care");
    assert_eq!(changed.text_at("/timeZone"), "Europe/Berlin");
    let shown = app.get("/businessunits/u1").await.is(200);
    assert_eq!(shown.body, changed.body);
    assert_eq!(shown.header("etag"), changed.header("etag"));
    // What was read can be sent back.
    let same = app.patch("/businessunits/u1", shown.body.clone()).await.is(200);
    assert_eq!(same.body, shown.body);
}

#[tokio::test]
async fn a_unit_with_schedules_keeps_its_zone() {
    let app = TestApp::with_week().await;
    let body = json!({ "timeZone": "Europe/Paris" });
    app.patch("/businessunits/u1", body).await.refuses(409, "NOT_IN_STATE");
}

#[tokio::test]
async fn bad_units_name_the_field_and_the_value() {
    let app = TestApp::with_unit().await;
    let cases = [
        (json!({ "timeZone": "Europe/Berlin" }), 422, "MISSING_FIELD", "/name"),
        (json!({ "name": "x", "timeZone": "Berlin" }), 422, "INVALID", "/timeZone"),
        (json!({ "name": "x", "zone": "Europe/Berlin" }), 422, "UNKNOWN_FIELD", "/zone"),
        (json!({ "id": "a b", "name": "x" }), 422, "INVALID", "/id"),
        (json!({ "name": 7 }), 422, "INVALID", "/name"),
    ];
    for (body, status, code, field) in cases {
        let answer = app.post("/businessunits", body).await.refuses(status, code);
        assert_eq!(answer.about().0, field, "{}", answer.text);
    }
    let berlin = json!({ "name": "x", "timeZone": "Berlin" });
    let answer = app.post("/businessunits", berlin).await;
    assert_eq!(answer.about(), ("/timeZone", "\"Berlin\""));
    let broken = app.ask("POST", "/businessunits").bytes(b"{\"name\"".to_vec());
    broken.send().await.refuses(400, "MALFORMED_JSON");
    let other = json!({ "id": "u2" });
    let answer = app.patch("/businessunits/u1", other).await.refuses(422, "INVALID");
    assert_eq!(answer.about(), ("/id", "u2"));
}

#[tokio::test]
async fn management_units_are_made_changed_and_listed() {
    let app = TestApp::with_unit().await;
    let body = json!({ "id": "m1", "businessUnitId": "u1", "name": "Evening" });
    let made = app.post("/managementunits", body.clone()).await.is(201);
    assert_eq!(made.text_at("/businessUnitId"), "u1");
    app.post("/managementunits", body).await.is(200);
    let other = json!({ "id": "m1", "businessUnitId": "u1", "name": "Night" });
    app.post("/managementunits", other.clone()).await.refuses(409, "ALREADY_EXISTS");
    let changed = app.patch("/managementunits/m1", other).await.is(200);
    assert_eq!(changed.text_at("/name"), "Night");
    let shown = app.get("/managementunits/m1").await.is(200);
    assert_eq!(shown.body, changed.body);
    let second = json!({ "id": "m2", "businessUnitId": "u1", "name": "Day" });
    app.post("/managementunits", second).await.is(201);
    let list = app.get("/managementunits?businessUnitId=u1").await.is(200);
    assert_eq!(list.each("id"), ["m1", "m2"]);
    let nobody = json!({ "businessUnitId": "u9", "name": "Day" });
    app.post("/managementunits", nobody).await.refuses(404, "NOT_FOUND");
    let nowhere = app.post("/managementunits", json!({ "name": "Day" })).await;
    assert_eq!(nowhere.refuses(422, "MISSING_FIELD").about().0, "/businessUnitId");
}

#[tokio::test]
async fn an_agent_is_put_shown_and_listed() {
    let app = TestApp::with_unit().await;
    let body = json!({ "businessUnitId": "u1", "name": "Eve", "email": "eve@example.org",
        "skills": [{ "name": "billing", "validFrom": "2026-01-01" }], "contract": "full" });
    let made = app.put("/agents/eve", body.clone()).await.is(201);
    insta::assert_snapshot!(made.text, @r#"{"id":"eve","name":"Eve","email":"eve@example.org","managementUnitId":null,"businessUnitId":"u1","timeZone":"Europe/Berlin","skills":[{"name":"billing","validFrom":"2026-01-01"}],"contract":"full","version":3,"lastUpdated":"2026-03-23T08:00:00Z"}"#);
    let again = app.put("/agents/eve", body).await.is(200);
    assert_eq!(again.body, made.body);
    let shown = app.get("/agents/eve").await.is(200);
    assert_eq!(shown.body, made.body);
    let changed = app.put("/agents/eve", json!({ "contract": null })).await.is(200);
    assert_eq!(changed.body["contract"], Value::Null);
    assert_eq!(changed.text_at("/email"), "eve@example.org");
    let list = app.get("/agents?businessUnitId=u1").await.is(200);
    assert_eq!(list.each("id"), ["ana", "ben", "cem", "dana", "eve"]);
    assert_eq!(list.each("name"), ["ana", "ben", "cem", "dana", "Eve"]);
    let sent_back = app.put("/agents/eve", changed.body.clone()).await.is(200);
    assert_eq!(sent_back.body, changed.body);
}

#[tokio::test]
async fn a_new_name_alone_changes_the_agents_tag_but_no_revision() {
    let app = TestApp::with_unit().await;
    let before = app.get("/agents/ana").await.is(200);
    let named = app.put("/agents/ana", json!({ "name": "Ana Lima" })).await.is(200);
    assert_eq!(named.revision(), before.revision());
    let after = app.get("/agents/ana").await.is(200);
    assert_eq!(after.text_at("/name"), "Ana Lima");
    assert_ne!(after.header("etag"), before.header("etag"));
}

#[tokio::test]
async fn bad_agents_are_refused_by_field() {
    let app = TestApp::with_unit().await;
    app.make_unit("u2").await;
    let skill = json!({ "skills": [{ "name": "x", "validFrom": "2026-02-02",
        "validUntil": "2026-02-01" }] });
    let answer = app.put("/agents/ana", skill).await.refuses(422, "INVALID");
    assert_eq!(answer.about(), ("/skills/0/validUntil", "2026-02-01"));
    let group = app.put("/agents/ana", json!({ "managementUnitId": "m9" })).await;
    assert_eq!(group.refuses(422, "INVALID").about(), ("/managementUnitId", "m9"));
    let moved = json!({ "businessUnitId": "u2", "managementUnitId": "m9" });
    app.put("/agents/ana", moved).await.refuses(422, "INVALID");
    let stays = app.get("/agents/ana").await.is(200);
    assert_eq!(stays.text_at("/businessUnitId"), "u1", "a refused move moves nobody");
    app.put("/agents/zoe", json!({ "name": "Zoe" })).await.refuses(404, "NOT_FOUND");
    let unknown = app.put("/agents/ana", json!({ "nickname": "A" })).await;
    assert_eq!(unknown.refuses(422, "UNKNOWN_FIELD").about().0, "/nickname");
    let bulk = json!({ "agents": [{ "id": "f", "businessUnitId": "u1" }, { "id": "g" }] });
    let bulk = app.post("/agents/bulk", bulk).await.refuses(422, "MISSING_FIELD");
    assert_eq!(bulk.about().0, "/agents/1/businessUnitId");
    let two = json!({ "agents": [{ "id": "f", "businessUnitId": "u1" },
        { "id": "g", "businessUnitId": "u2" }] });
    app.post("/agents/bulk", two).await.refuses(422, "CROSS_UNIT");
    app.get("/agents/f").await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn lists_page_by_cursor_and_show_one_revision() {
    let app = TestApp::with_unit().await;
    let first = app.get("/agents?businessUnitId=u1&pageSize=2").await.is(200);
    assert_eq!(first.each("id"), ["ana", "ben"]);
    // What joins meanwhile is not part of this listing.
    app.make_agents("u1", &["carl"]).await;
    let cursor = first.text_at("/nextCursor");
    let path = format!("/agents?businessUnitId=u1&pageSize=2&cursor={cursor}");
    let second = app.get(&path).await.is(200);
    assert_eq!(second.each("id"), ["cem", "dana"]);
    assert_eq!(second.body["nextCursor"], Value::Null);
    assert_eq!(second.number("/revision"), first.number("/revision"));
    app.manual.set(crate::app::now().plus_min(16));
    app.get(&path).await.refuses(410, "GONE");
}

#[tokio::test]
async fn a_page_has_at_most_a_thousand_and_a_cursor_is_ours() {
    let app = TestApp::with_unit().await;
    for size in ["0", "1001"] {
        let path = format!("/agents?businessUnitId=u1&pageSize={size}");
        let answer = app.get(&path).await.refuses(400, "BAD_PARAMETER");
        assert_eq!(answer.about(), ("pageSize", size));
    }
    let answer = app.get("/agents?businessUnitId=u1&cursor=abc").await;
    assert_eq!(answer.refuses(400, "BAD_PARAMETER").about(), ("cursor", "abc"));
    app.get("/agents").await.refuses(400, "BAD_PARAMETER");
    app.get("/agents?businessUnitId=u1&page=2").await.refuses(400, "BAD_PARAMETER");
}

#[tokio::test]
async fn every_category_has_a_code_and_a_unit_adds_its_own() {
    let app = TestApp::with_unit().await;
    let list = app.get("/activitycodes?businessUnitId=u1").await.is(200);
    assert_eq!(list.entities().len(), 8);
    let body = json!({ "businessUnitId": "u1", "name": "Coaching", "category": "Training" });
    let made = app.put("/activitycodes/coaching", body).await.is(201);
    insta::assert_snapshot!(made.text, @r#"{"id":"coaching","businessUnitId":"u1","name":"Coaching","category":"Training","paid":true,"countsAsWork":true,"boundTo":"agent"}"#);
    let changed = app.put("/activitycodes/coaching", json!({ "paid": false })).await.is(200);
    assert_eq!(changed.body["paid"], false);
    assert_eq!(changed.text_at("/name"), "Coaching");
    let list = app.get("/activitycodes?businessUnitId=u1").await.is(200);
    assert_eq!(list.entities().len(), 9);
    let own = json!({ "businessUnitId": "u1", "paid": true });
    app.put("/activitycodes/Break", own).await.is(200);
    let without = json!({ "businessUnitId": "u1", "name": "x" });
    let answer = app.put("/activitycodes/x", without).await.refuses(422, "MISSING_FIELD");
    assert_eq!(answer.about().0, "/category");
}

#[tokio::test]
async fn rules_are_set_by_kind() {
    let app = TestApp::with_unit().await;
    let before = app.get("/businessunits/u1/rules").await.is(200);
    let rule = |rules: &Value, kind: &str| -> Value {
        let all = rules["rules"].as_array().unwrap();
        all.iter().find(|rule| rule["kind"] == kind).unwrap().clone()
    };
    insta::assert_snapshot!(rule(&before.body, "REST_TIME_SHORT"), @r#"{"kind":"REST_TIME_SHORT","params":{"minRestMinutes":660},"severity":"block"}"#);
    let body = json!({ "rules": [{ "kind": "REST_TIME_SHORT", "severity": "warn",
        "params": { "minRestMinutes": 600 } }], "autoApprove": true });
    let set = app.put("/businessunits/u1/rules", body).await.is(200);
    assert_eq!(rule(&set.body, "REST_TIME_SHORT")["params"]["minRestMinutes"], 600);
    assert_eq!(rule(&set.body, "MAX_HOURS_WEEK"), rule(&before.body, "MAX_HOURS_WEEK"));
    let shown = app.get("/businessunits/u1/rules").await.is(200);
    assert_eq!(shown.body, set.body);
    // What was read can be sent back.
    let back = app.put("/businessunits/u1/rules", shown.body.clone()).await.is(200);
    assert_eq!(back.body["rules"], shown.body["rules"]);
}

#[tokio::test]
async fn bad_rules_are_refused_by_field() {
    let app = TestApp::with_unit().await;
    let cases = [
        (json!({ "kind": "NO_SUCH" }), "/rules/0/kind"),
        (json!({ "kind": "SWAP_EXPIRED" }), "/rules/0/kind"),
        (json!({ "kind": "FIELD_CHANGED_BOTH", "severity": "off" }), "/rules/0/severity"),
        (
            json!({ "kind": "REST_TIME_SHORT", "params": { "minRestMinutes": 0 } }),
            "/rules/0/params/minRestMinutes",
        ),
        (json!({ "kind": "REST_TIME_SHORT", "params": { "x": 1 } }), "/rules/0/params/x"),
    ];
    for (rule, field) in cases {
        let answer = app.put("/businessunits/u1/rules", json!({ "rules": [rule] })).await.is(422);
        assert_eq!(answer.about().0, field, "{}", answer.text);
    }
}

#[tokio::test]
async fn unknown_ids_are_404_and_malformed_ones_are_named() {
    let app = TestApp::with_unit().await;
    for path in ["/businessunits/u9", "/businessunits/u9/rules", "/managementunits/m9"] {
        app.get(path).await.refuses(404, "NOT_FOUND");
    }
    app.get("/agents/zoe").await.refuses(404, "NOT_FOUND");
    for path in ["/agents?", "/managementunits?", "/activitycodes?"] {
        app.get(&format!("{path}businessUnitId=u9")).await.refuses(404, "NOT_FOUND");
    }
    let answer = app.get("/agents/a%20b").await.refuses(400, "BAD_PARAMETER");
    assert_eq!(answer.about(), ("id", "a b"));
    app.patch("/businessunits/u9", json!({})).await.refuses(404, "NOT_FOUND");
    app.patch("/managementunits/m9", json!({})).await.refuses(404, "NOT_FOUND");
    let rules = json!({ "rules": [] });
    app.put("/businessunits/u9/rules", rules).await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn an_agent_moves_to_another_unit_and_the_past_stays() {
    let app = TestApp::with_week().await;
    app.make_unit("u2").await;
    let moved = app.put("/agents/ana", json!({ "businessUnitId": "u2" })).await;
    assert!(moved.status.is_success(), "{}", moved.text);
    let shown = app.get("/agents/ana").await.is(200);
    assert_eq!(shown.text_at("/businessUnitId"), "u2");
    assert_eq!(shown.text_at("/name"), "ana");
    let left = app.get("/agents?businessUnitId=u1").await.is(200);
    assert_eq!(left.each("id"), ["ben", "cem", "dana"]);
    let shifts = app.get("/scheduling/shifts?businessUnitId=u1&agentId=ana").await.is(200);
    assert_eq!(shifts.entities().len(), 5);
}

/// SCENARIOS 30: a move in the middle of a week, with published shifts and open swaps.
#[tokio::test]
async fn who_moves_still_sees_what_was_published_and_their_swaps_end() {
    let app = TestApp::with_week().await;
    app.swap("w1", "ana-1", "ben-1").await;
    app.swap("w2", "cem-1", "dana-1").await;
    app.make_unit("u2").await;
    app.put("/agents/ana", json!({ "businessUnitId": "u2", "timeZone": "America/Chicago" }))
        .await
        .is(201);
    let ended = app.get("/scheduling/shiftswaps/w1").await.is(200);
    assert_eq!(ended.text_at("/status"), "INVALIDATED");
    assert_eq!(ended.text_at("/cause/type"), "agents");
    app.post("/scheduling/shiftswaps/w1/approve", json!({})).await.refuses(409, "CONFLICT");
    app.post("/scheduling/shiftswaps/w2/approve", json!({})).await.is(200);
    // The shifts stay where they were published; the new unit knows of none.
    let during = "from=2026-04-06T00:00:00Z&to=2026-04-13T00:00:00Z";
    let here = app.get(&format!("/scheduling/agents/ana/schedule?{during}")).await.is(200);
    assert_eq!(here.body["shifts"], json!([]));
    let path = format!("/scheduling/agents/ana/schedule?{during}&businessUnitId=u1");
    let there = app.get(&path).await.is(200);
    assert_eq!(there.body["shifts"].as_array().unwrap().len(), 5);
}
