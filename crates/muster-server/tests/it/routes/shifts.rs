//! Single shifts.

use serde_json::{Value, json};

use crate::app::{TestApp, WEEK, at, shift};

#[tokio::test]
async fn a_shift_is_made_shown_changed_and_deleted() {
    let app = TestApp::with_unit().await;
    let mut body = shift("s1", "ana", 0);
    body["activities"] = json!([{ "activityCodeId": "Meal", "offsetMinutes": 240,
        "lengthMinutes": 30 }]);
    body["tags"] = json!(["b", "a"]);
    let made = app.post("/scheduling/shifts", body.clone()).await.is(201);
    insta::assert_snapshot!(made.text, @r#"{"id":"s1","agentId":"ana","start":"2026-04-06T07:00:00Z","lengthMinutes":480,"timeZone":"Europe/Berlin","activities":[{"activityCodeId":"Meal","offsetMinutes":240,"lengthMinutes":30,"paid":false}],"paidMinutes":450,"externalIds":{},"note":null,"tags":["a","b"],"version":3,"lastUpdated":"2026-03-23T08:00:00Z"}"#);
    let again = app.post("/scheduling/shifts", body).await.is(200);
    assert_eq!(again.text, made.text);
    assert_eq!(again.revision(), made.revision());
    let shown = app.get("/scheduling/shifts/s1").await.is(200);
    assert_eq!(shown.body, made.body);
    let change = json!({ "note": "swapped desks", "baseVersion": made.number("/version") });
    let changed = app.patch("/scheduling/shifts/s1", change).await.is(200);
    assert_eq!(changed.body["merged"], false);
    assert_eq!(changed.text_at("/note"), "swapped desks");
    assert_eq!(changed.number("/lengthMinutes"), 480);
    app.delete("/scheduling/shifts/s1").await.is(204);
    app.get("/scheduling/shifts/s1").await.refuses(404, "NOT_FOUND");
    app.delete("/scheduling/shifts/s1").await.is(204);
}

#[tokio::test]
async fn a_shift_that_was_read_can_be_put_back() {
    let app = TestApp::with_week().await;
    let read = app.get("/scheduling/shifts/ana-0").await.is(200);
    let same = app.put("/scheduling/shifts/ana-0", read.body.clone()).await.is(200);
    assert_eq!(same.revision(), read.revision(), "nothing changed, nothing is written");
    let mut longer = read.body.clone();
    longer["lengthMinutes"] = json!(540);
    let put = app.put("/scheduling/shifts/ana-0", longer).await.is(200);
    assert_eq!(put.number("/lengthMinutes"), 540);
    assert!(put.header("etag").is_some());
    let mut answered = put.body.clone();
    answered["note"] = json!("x");
    app.put("/scheduling/shifts/ana-0", answered).await.is(200);
}

#[tokio::test]
async fn a_put_without_a_version_is_428_with_the_version_to_name() {
    let app = TestApp::with_week().await;
    let body = json!({ "lengthMinutes": 540 });
    let answer = app.put("/scheduling/shifts/ana-0", body).await.refuses(428, "BASE_REQUIRED");
    assert_eq!(answer.number("/currentVersion"), 3);
    let read = app.get("/scheduling/shifts/ana-0").await.is(200);
    let tag = read.header("etag").unwrap();
    let ask = app.ask("PUT", "/scheduling/shifts/ana-0").header("if-match", tag);
    ask.json(&json!({ "lengthMinutes": 540 })).send().await.is(200);
}

#[tokio::test]
async fn a_put_from_a_stale_version_merges_and_carries_no_tag() {
    let app = TestApp::with_week().await;
    let read = app.get("/scheduling/shifts/ana-0").await.is(200);
    app.patch("/scheduling/shifts/ana-0", json!({ "note": "theirs" })).await.is(200);
    let mut mine = read.body.clone();
    mine["lengthMinutes"] = json!(540);
    let put = app.put("/scheduling/shifts/ana-0", mine).await.is(200);
    assert_eq!(put.body["merged"], true);
    assert_eq!((put.text_at("/note"), put.number("/lengthMinutes")), ("theirs", 540));
    assert_eq!(put.header("etag"), None);
}

#[tokio::test]
async fn the_same_field_changed_twice_is_a_conflict_with_both_sides() {
    let app = TestApp::with_week().await;
    let base = app.get("/scheduling/shifts/ana-0").await.is(200).number("/version");
    let to = |minutes: u32| json!({ "lengthMinutes": minutes, "baseVersion": base });
    app.patch("/scheduling/shifts/ana-0", to(540)).await.is(200);
    let answer = app.patch("/scheduling/shifts/ana-0", to(600)).await.refuses(409, "CONFLICT");
    let conflict = &answer.body["conflicts"][0];
    assert_eq!(conflict["kind"], "FIELD_CHANGED_BOTH");
    assert_eq!(conflict["base"]["lengthMinutes"], 480, "{}", answer.text);
    assert_eq!(conflict["yours"]["lengthMinutes"], 600);
    assert_eq!(conflict["live"]["lengthMinutes"], 540);
    assert_eq!(answer.number("/currentVersion"), 4);
    assert_eq!(answer.revision(), 4);
    // The same edit against the same state gets the same fingerprint, and costs no entry.
    let again = app.patch("/scheduling/shifts/ana-0", to(600)).await.refuses(409, "CONFLICT");
    assert_eq!(again.body["conflicts"], answer.body["conflicts"]);
    // The same value as theirs is no conflict.
    app.patch("/scheduling/shifts/ana-0", to(540)).await.is(200);
}

#[tokio::test]
async fn every_remedy_that_is_offered_can_be_sent_as_it_is() {
    let app = TestApp::with_week().await;
    let base = app.get("/scheduling/shifts/ana-0").await.is(200).number("/version");
    let to = |minutes: u32| json!({ "lengthMinutes": minutes, "baseVersion": base });
    app.patch("/scheduling/shifts/ana-0", to(540)).await.is(200);
    let answer = app.patch("/scheduling/shifts/ana-0", to(600)).await.refuses(409, "CONFLICT");
    let remedies = answer.body["conflicts"][0]["remedies"].as_array().unwrap().clone();
    assert!(!remedies.is_empty(), "{}", answer.text);
    for remedy in remedies {
        let (method, href) = (remedy["method"].as_str().unwrap(), remedy["href"].as_str().unwrap());
        let ask = app.bare(method, href).token(&app.token).json(&remedy["body"]);
        ask.send().await.is(200);
    }
}

#[tokio::test]
async fn ids_of_other_systems_make_imports_repeatable() {
    let app = TestApp::with_unit().await;
    let mut body = shift("x", "ana", 0);
    body.as_object_mut().unwrap().remove("id");
    body["trade_id"] = json!("T-1");
    let made = app.post("/scheduling/shifts", body.clone()).await.is(201);
    assert_eq!(made.body["externalIds"], json!({ "trade_id": "T-1" }));
    let again = app.post("/scheduling/shifts", body.clone()).await.is(200);
    assert_eq!(again.body, made.body);
    body["lengthMinutes"] = json!(300);
    let other = app.post("/scheduling/shifts", body).await.refuses(409, "CONFLICT");
    let conflict = &other.body["conflicts"][0];
    assert_eq!(conflict["kind"], "EXTERNAL_ID_DUPLICATE", "{}", other.text);
    assert_ne!(conflict["yours"], Value::Null, "{}", other.text);
    assert_ne!(conflict["live"], Value::Null, "{}", other.text);
    let swap = json!({ "agentId": "ben", "start": at(1, 7), "lengthMinutes": 480,
        "swap_request_id": "R-9" });
    app.post("/scheduling/shifts", swap.clone()).await.is(201);
    app.post("/scheduling/shifts", swap).await.is(200);
    let all = app.get("/scheduling/shifts?businessUnitId=u1").await.is(200);
    assert_eq!(all.entities().len(), 2);
}

#[tokio::test]
async fn shifts_are_listed_by_agent_and_time() {
    let app = TestApp::with_week().await;
    let list = |query: &str| listed(&app, query.to_owned());
    assert_eq!(list("").await.len(), 20);
    assert_eq!(list("&agentId=ana").await, ["ana-0", "ana-1", "ana-2", "ana-3", "ana-4"]);
    let tuesday = format!("&agentId=ana&from={}&to={}", at(1, 0), at(2, 0));
    assert_eq!(list(&tuesday).await, ["ana-1"]);
    assert_eq!(list(&format!("&agentId=ben&weekDate={WEEK}")).await.len(), 5);
    assert_eq!(list("&weekDate=2026-04-13").await.len(), 0);
    assert_eq!(list(&format!("&from={}", at(4, 10))).await.len(), 4);
    let backwards = format!("&from={}&to={}", at(2, 0), at(1, 0));
    let path = format!("/scheduling/shifts?businessUnitId=u1{backwards}");
    assert_eq!(app.get(&path).await.refuses(400, "BAD_PARAMETER").about().0, "to");
    let first = app.get("/scheduling/shifts?businessUnitId=u1&pageSize=15").await.is(200);
    let rest = format!("&cursor={}", first.text_at("/nextCursor"));
    assert_eq!(list(&rest).await, ["dana-0", "dana-1", "dana-2", "dana-3", "dana-4"]);
}

async fn listed(app: &TestApp, query: String) -> Vec<String> {
    let list = app.get(&format!("/scheduling/shifts?businessUnitId=u1{query}")).await.is(200);
    list.each("id").into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_week_date_that_starts_no_week_is_refused_with_the_right_one() {
    let app = TestApp::with_week().await;
    let path = "/scheduling/shifts?businessUnitId=u1&weekDate=2026-04-08";
    let answer = app.get(path).await.is(422);
    assert!(answer.text_at("/detail").contains(WEEK), "{}", answer.text);
}

#[tokio::test]
async fn bad_shifts_name_the_field_and_the_value() {
    let app = TestApp::with_unit().await;
    let with = |field: &str, value: Value| {
        let mut body = shift("s1", "ana", 0);
        body[field] = value;
        body
    };
    let meal = |offset: u32| {
        json!([{ "activityCodeId": "Meal", "offsetMinutes": offset,
        "lengthMinutes": 30 }])
    };
    let cases = [
        (with("agentId", json!("zoe")), "/agentId", "zoe"),
        (with("lengthMinutes", json!(0)), "/lengthMinutes", "0"),
        (with("lengthMinutes", json!(-1)), "/lengthMinutes", "-1"),
        (with("start", json!("2026-04-06")), "/start", "\"2026-04-06\""),
        (with("start", json!("2126-04-06T07:00:00Z")), "/start", "2126-04-06T07:00:00Z"),
        (with("timeZone", json!("Mars/Base")), "/timeZone", "\"Mars/Base\""),
        (with("paid", json!(true)), "/paid", "true"),
        (with("id", json!("a b")), "/id", "\"a b\""),
        (with("activities", meal(470)), "/activities/0", ""),
        (
            with(
                "activities",
                json!([{ "activityCodeId": "Nap", "offsetMinutes": 0,
            "lengthMinutes": 30 }]),
            ),
            "/activities/0/activityCodeId",
            "Nap",
        ),
    ];
    for (body, field, value) in cases {
        let answer = app.post("/scheduling/shifts", body).await;
        assert!([404, 422].contains(&answer.status.as_u16()), "{field}: {}", answer.text);
        if answer.status == 422 {
            assert!(answer.about().0.starts_with(field), "{field}: {}", answer.text);
            assert!(value.is_empty() || answer.about().1 == value, "{field}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn wall_times_that_clocks_skip_or_repeat_are_refused_with_both_readings() {
    let app = TestApp::with_unit().await;
    let start = |local: &str, how: Option<&str>| {
        let mut body = shift("s1", "ana", 0);
        body["start"] = json!({ "local": local, "timeZone": "Europe/Berlin" });
        if let Some(how) = how {
            body["start"]["disambiguation"] = json!(how);
        }
        body
    };
    let gap = app.post("/scheduling/shifts", start("2026-03-29T02:30", None)).await;
    let gap = gap.refuses(422, "LOCAL_TIME_NONEXISTENT");
    assert_eq!(gap.text_at("/earlier"), "2026-03-29T00:30:00Z");
    assert_eq!(gap.text_at("/later"), "2026-03-29T01:30:00Z");
    let fold = app.post("/scheduling/shifts", start("2026-10-25T02:30", None)).await;
    let fold = fold.refuses(422, "LOCAL_TIME_AMBIGUOUS");
    assert_eq!(fold.text_at("/earlier"), "2026-10-25T00:30:00Z");
    assert_eq!(fold.text_at("/later"), "2026-10-25T01:30:00Z");
    let later = app.post("/scheduling/shifts", start("2026-10-25T02:30", Some("later"))).await;
    assert_eq!(later.is(201).text_at("/start"), "2026-10-25T01:30:00Z");
}

#[tokio::test]
async fn a_shift_with_a_meeting_in_it_can_be_deleted() {
    let app = TestApp::with_unit().await;
    let mut body = shift("s1", "ana", 0);
    body["activities"] = json!([{ "activityCodeId": "Meeting", "offsetMinutes": 60,
        "lengthMinutes": 30 }]);
    app.post("/scheduling/shifts", body).await.is(201);
    app.delete("/scheduling/shifts/s1").await.is(204);
    app.get("/scheduling/shifts/s1").await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn an_id_of_another_unit_is_cross_unit() {
    let app = TestApp::with_week().await;
    app.make_unit("u2").await;
    app.make_agents("u2", &["uma"]).await;
    let body = shift("ana-0", "uma", 0);
    app.post("/scheduling/shifts", body).await.refuses(422, "CROSS_UNIT");
}
