//! Many writes in one request.

use serde_json::{Value, json};

use crate::app::{TestApp, agent_week, at, shift};
use crate::http::Answer;

fn operation(id: &str, method: &str, path: &str, body: Value) -> Value {
    json!({ "id": id, "method": method, "path": path, "body": body })
}

/// Gives a shift to somebody.
fn give(id: &str, shift: &str, agent: &str) -> Value {
    operation(id, "PATCH", &format!("/scheduling/shifts/{shift}"), json!({ "agentId": agent }))
}

fn bulk(atomicity: &str, operations: &[Value]) -> Value {
    json!({ "atomicity": atomicity, "operations": operations })
}

/// Each outcome as its name, its status, and the code or the first kind of its refusal.
fn told(answer: &Answer) -> Vec<String> {
    let of = |outcome: &Value| {
        let problem = &outcome["problem"];
        let kind = problem["conflicts"][0]["kind"].as_str().or(problem["code"].as_str());
        let text = format!("{} {}", outcome["id"].as_str().unwrap(), outcome["statusCode"]);
        kind.map_or(text.clone(), |kind| format!("{text} {kind}"))
    };
    answer.entities().iter().map(of).collect()
}

async fn owner(app: &TestApp, shift: &str) -> String {
    let shown = app.get(&format!("/scheduling/shifts/{shift}")).await.is(200);
    shown.text_at("/agentId").to_owned()
}

#[tokio::test]
async fn each_operation_stands_for_itself_and_is_answered_in_order() {
    let app = TestApp::with_week().await;
    let off = json!({ "id": "t1", "agentId": "ana", "fullDays": ["2026-04-12"],
        "activityCodeId": "TimeOff" });
    let operations = [
        operation("note", "PATCH", "/api/v2/wfm/scheduling/shifts/ana-0", json!({ "note": "hi" })),
        give("clash", "ana-1", "ben"),
        operation("gone", "DELETE", "/scheduling/shifts/ben-2", json!(null)),
        operation(
            "code",
            "PUT",
            "/activitycodes/desk",
            json!({ "businessUnitId": "u1",
            "category": "OnQueueWork" }),
        ),
        operation("off", "POST", "/timeoffrequests", off),
        operation("deny", "POST", "/timeoffrequests/t1/deny", json!({ "reason": "too few" })),
        operation("odd", "PATCH", "/scheduling/shifts/ana-2", json!({ "lengthMinutes": "long" })),
        operation("lost", "PATCH", "/scheduling/shifts/nobody", json!({ "note": "hi" })),
        operation("read", "POST", "/audit", json!({})),
        operation("bulk", "POST", "/bulk", json!({ "operations": [] })),
    ];
    let answer = app.post("/bulk", bulk("item", &operations)).await.is(200);
    assert_eq!(
        told(&answer),
        [
            "note 200",
            "clash 409 SHIFT_OVERLAP",
            "gone 204",
            "code 201",
            "off 201",
            "deny 200",
            "odd 422 INVALID",
            "lost 404 NOT_FOUND",
            "read 404 NOT_FOUND",
            "bulk 404 NOT_FOUND",
        ],
    );
    assert_eq!((answer.number("/succeeded"), answer.number("/failed")), (5, 5));
    assert_eq!(answer.text_at("/entities/0/body/note"), "hi");
    assert!(answer.text_at("/entities/0/etag").starts_with('"'));
    assert_eq!(answer.text_at("/entities/6/problem/details/0/fieldName"), "/lengthMinutes");
    let cause = "/entities/1/problem/conflicts/0/causes/0/type";
    assert_eq!(answer.text_at(cause), "publish");
    assert_eq!(answer.number("/revision"), app.get("/businessunits/u1").await.revision());
}

#[tokio::test]
async fn all_stand_or_fall_together_and_are_weighed_together() {
    let app = TestApp::with_week().await;
    let before = app.get("/businessunits/u1").await.revision();
    let refused = [
        give("a", "ana-0", "ben"),
        give("b", "ben-0", "ana"),
        operation("c", "PATCH", "/scheduling/shifts/ana-1", json!({ "note": "hi" })),
        operation("d", "DELETE", "/scheduling/shifts/nobody", json!(null)),
    ];
    let answer = app.post("/bulk", bulk("all", &refused)).await.is(200);
    let fallen = |id: &str| format!("{id} 424 FAILED_DEPENDENCY");
    let expected = [fallen("a"), fallen("b"), fallen("c"), "d 404 NOT_FOUND".to_owned()];
    assert_eq!(told(&answer), expected);
    let clash = [
        give("a", "ana-0", "ben"),
        operation(
            "t",
            "PUT",
            "/activitycodes/desk",
            json!({ "businessUnitId": "u1", "category": "OnQueueWork" }),
        ),
    ];
    let answer = app.post("/bulk", bulk("all", &clash)).await.is(200);
    assert_eq!(told(&answer), ["a 409 SHIFT_OVERLAP".to_owned(), fallen("t")]);
    assert_eq!(app.get("/businessunits/u1").await.revision(), before);

    let answer = app.post("/bulk", bulk("all", &refused[..3])).await.is(200);
    assert_eq!(told(&answer), ["a 200", "b 200", "c 200"]);
    assert_eq!(owner(&app, "ana-0").await, "ben");
    assert_eq!(owner(&app, "ben-0").await, "ana");
    let history = app.get("/scheduling/shifts/ben-0/history").await.is(200);
    assert_eq!(history.entities().len(), 2, "an entry of its own: {}", history.text);
    assert_eq!(app.get("/businessunits/u1").await.revision(), before + 3);
}

#[tokio::test]
async fn those_tied_by_an_agent_or_a_swap_stand_or_fall_together() {
    let app = TestApp::with_week().await;
    app.swap("w1", "ana-0", "ben-0").await;
    let operations = [
        operation("swap", "POST", "/scheduling/shiftswaps/w1/deny", json!({})),
        operation("cem", "PATCH", "/scheduling/shifts/cem-0", json!({ "note": "hi" })),
        operation("ben", "PATCH", "/scheduling/shifts/ben-1", json!({ "lengthMinutes": 0 })),
        operation("more", "POST", "/scheduling/shifts", shift("cem-6", "cem", 6)),
    ];
    let answer = app.post("/bulk", bulk("component", &operations)).await.is(200);
    let expected = ["swap 424 FAILED_DEPENDENCY", "cem 200", "ben 422 INVALID", "more 201"];
    assert_eq!(told(&answer), expected);
    let swap = app.get("/scheduling/shiftswaps/w1").await.is(200);
    assert_eq!(swap.text_at("/status"), "PENDING_APPROVAL");
}

#[tokio::test]
async fn what_one_makes_the_next_can_use() {
    let app = TestApp::with_week().await;
    let agent = json!({ "businessUnitId": "u1", "name": "Eve" });
    let draft = json!({ "id": "d9", "businessUnitId": "u1", "weekDate": "2026-04-06",
        "agentSchedules": [agent_week("eve", &[0, 1])] });
    let operations = [
        operation("agent", "PUT", "/agents/eve", agent),
        operation("shift", "POST", "/scheduling/shifts", shift("eve-0", "eve", 0)),
        operation("note", "PATCH", "/scheduling/shifts/eve-0", json!({ "note": "first day" })),
        operation("draft", "POST", "/schedules", draft),
        operation("live", "POST", "/schedules/d9/publish", json!({})),
    ];
    for atomicity in ["all", "item"] {
        let app = if atomicity == "all" { &app } else { &TestApp::with_week().await };
        let answer = app.post("/bulk", bulk(atomicity, &operations)).await.is(200);
        let expected = ["agent 201", "shift 201", "note 200", "draft 201", "live 200"];
        assert_eq!(told(&answer), expected, "{}", answer.text);
        let shown = app.get("/scheduling/shifts/eve-0").await.is(200);
        assert_eq!(shown.text_at("/note"), "first day");
        assert_eq!(owner(app, "eve-1").await, "eve");
    }
}

#[tokio::test]
async fn a_bulk_with_a_key_happens_once_and_is_answered_the_same() {
    let operations = [
        give("a", "ana-0", "ben"),
        give("b", "ben-0", "ana"),
        operation(
            "off",
            "POST",
            "/timeoffrequests",
            json!({ "agentId": "cem",
            "fullDays": ["2026-04-12"], "activityCodeId": "TimeOff" }),
        ),
        operation(
            "new",
            "POST",
            "/scheduling/shifts",
            json!({ "agentId": "dana",
            "start": at(6, 7), "lengthMinutes": 60 }),
        ),
    ];
    for atomicity in ["all", "component", "item"] {
        let mut app = TestApp::with_week().await;
        let key = format!("monday-{atomicity}");
        let ask = |app: &TestApp, operations: &[Value]| {
            let body = bulk(atomicity, operations);
            app.ask("POST", "/bulk").key(&key).json(&body).send()
        };
        let first = ask(&app, &operations).await.is(200);
        if atomicity != "item" {
            assert_eq!(told(&first), ["a 200", "b 200", "off 201", "new 201"]);
        }
        let head = app.get("/businessunits/u1").await.revision();
        let taken = app.patch("/scheduling/shifts/ana-0", json!({ "note": key })).await;
        assert_eq!(taken.is(200).revision(), head + 1);
        app.restart().await;
        let again = ask(&app, &operations).await.is(200);
        if atomicity != "item" {
            assert_eq!(again.text, first.text);
        }
        assert_eq!(app.get("/businessunits/u1").await.revision(), head + 1);
        let mut other = operations.clone();
        other[2]["body"]["fullDays"] = json!(["2026-04-11"]);
        let clash = ask(&app, &other).await.is(200);
        assert_eq!(told(&clash)[2], "off 422 IDEMPOTENCY_KEY_REUSED", "{}", clash.text);
    }
}

#[tokio::test]
async fn operations_come_on_a_line_each_and_are_answered_so() {
    let app = TestApp::with_week().await;
    let lines = [give("a", "ana-0", "ben"), give("b", "ben-0", "ana")];
    let text = lines.map(|line| line.to_string()).join("\n");
    let ask = |query: &str, text: &str| {
        let ask = app.ask("POST", &format!("/bulk{query}"));
        ask.bytes(text.as_bytes().to_vec()).header("content-type", "application/x-ndjson")
    };
    let answer = ask("?atomicity=all", &text).send().await.is(200);
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let outcomes: Vec<Value> =
        answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(outcomes[0]["id"], "a");
    assert_eq!(outcomes[1]["statusCode"], 200);
    let bad = ask("", &format!("{text}\n{{\"method\":\"GET\",\"path\":\"/agents\"}}"));
    assert_eq!(bad.send().await.refuses(422, "INVALID").about(), ("/2/method", "\"GET\""));
}

#[tokio::test]
async fn what_cannot_be_an_operation_is_refused_with_its_place() {
    let app = TestApp::with_week().await;
    let head = app.get("/businessunits/u1").await.revision();
    let note = |id: &str| operation(id, "PATCH", "/scheduling/shifts/ana-0", json!({ "note": "" }));
    let twins = app.post("/bulk", bulk("item", &[note("a"), note("a")])).await;
    assert_eq!(twins.refuses(422, "INVALID").about(), ("/operations/1/id", "a"));
    let path = operation("a", "POST", "agents", json!({}));
    let path = app.post("/bulk", bulk("item", &[note("b"), path])).await;
    assert_eq!(path.refuses(422, "INVALID").about(), ("/operations/1/path", "agents"));
    let none = app.post("/bulk", bulk("item", &[])).await;
    assert_eq!(none.refuses(422, "INVALID").about(), ("/operations", "0"));
    let odd = app.post("/bulk", bulk("most", &[note("a")])).await;
    assert_eq!(odd.refuses(422, "INVALID").about().0, "/atomicity");
    let session = operation("s", "POST", "/agents/ana/sessions", json!({}));
    let mixed = app.post("/bulk", bulk("all", &[note("a"), session])).await.is(200);
    assert_eq!(told(&mixed), ["a 424 FAILED_DEPENDENCY", "s 400 BAD_PARAMETER"]);
    assert_eq!(app.get("/agents/ana/sessions").await.is(200).entities().len(), 0);
    assert_eq!(app.get("/businessunits/u1").await.revision(), head);
}

#[tokio::test]
async fn each_operation_takes_its_own_scope_and_agents_reach_their_own() {
    let app = TestApp::with_week().await;
    let token = app.client("shifts", "wfm:shift:write").await;
    let operations = [
        operation("note", "PATCH", "/scheduling/shifts/ana-0", json!({ "note": "hi" })),
        operation("unit", "PATCH", "/businessunits/u1", json!({ "name": "mine" })),
    ];
    let ask = |token: &str| app.ask("POST", "/bulk").token(token).json(&bulk("item", &operations));
    assert_eq!(told(&ask(&token).send().await.is(200)), ["note 200", "unit 403 FORBIDDEN"]);
    let dana = app.agent("dana").await;
    let told_dana = told(&ask(&dana).send().await.is(200));
    assert_eq!(told_dana, ["note 403 FORBIDDEN", "unit 403 FORBIDDEN"]);
}

#[tokio::test]
async fn what_stands_together_is_of_one_unit() {
    let app = TestApp::with_week().await;
    app.make_unit("u2").await;
    app.make_agents("u2", &["zoe"]).await;
    let mut other = shift("zoe-0", "zoe", 0);
    other["note"] = json!("hi");
    let operations = [
        operation("one", "PATCH", "/scheduling/shifts/ana-0", json!({ "note": "hi" })),
        operation("two", "POST", "/scheduling/shifts", other),
    ];
    let answer = app.post("/bulk", bulk("all", &operations)).await.is(200);
    assert_eq!(told(&answer), ["one 424 FAILED_DEPENDENCY", "two 422 CROSS_UNIT"]);
    let answer = app.post("/bulk", bulk("component", &operations)).await.is(200);
    assert_eq!(told(&answer), ["one 200", "two 201"]);
    let moves = [operation("move", "PUT", "/agents/zoe", json!({ "businessUnitId": "u1" }))];
    let answer = app.post("/bulk", bulk("all", &moves)).await.is(200);
    assert_eq!(told(&answer), ["move 422 CROSS_UNIT"]);
    assert_eq!(app.get("/agents/zoe").await.is(200).text_at("/businessUnitId"), "u2");
}
