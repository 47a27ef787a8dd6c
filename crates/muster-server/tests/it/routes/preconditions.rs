//! `If-Match`, `If-None-Match` and `Prefer: handling`: strict when asked, merging otherwise.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::http::Answer;

const SHIFT: &str = "/scheduling/shifts/ana-0";

/// What `If-Match` has to say for what is at a path now.
async fn tag(app: &TestApp, path: &str) -> String {
    app.get(path).await.is(200).header("etag").unwrap().to_owned()
}

async fn send(
    app: &TestApp,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Value,
) -> Answer {
    let ask = app.ask(method, path);
    let ask = headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value));
    ask.json(&body).send().await
}

/// Sends what a refusal offers, as it is.
async fn follow(app: &TestApp, refused: &Answer) -> Answer {
    let remedy = &refused.body["remedies"][0];
    assert_eq!((&remedy["id"], &remedy["way"]), (&json!("merge"), &json!("itself")));
    let (method, href) = (remedy["method"].as_str().unwrap(), remedy["href"].as_str().unwrap());
    let ask = app.bare(method, href).token(&app.token);
    ask.json(&remedy["body"]).send().await
}

#[tokio::test]
async fn a_single_record_is_strict_and_the_refusal_says_what_changed_and_how_to_merge() {
    let app = TestApp::with_week().await;
    let old = tag(&app, SHIFT).await;
    let by = app.client("engine", "wfm:shift:write").await;
    let note = json!({ "note": "bring your badge" });
    app.ask("PATCH", SHIFT).token(&by).json(&note).send().await.is(200);
    let longer = json!({ "lengthMinutes": 420 });
    let head = app.get("/businessunits/u1").await.revision();
    let refused = send(&app, "PATCH", SHIFT, &[("if-match", &old)], longer.clone()).await;
    let refused = refused.refuses(409, "VERSION_MISMATCH");
    let now = tag(&app, SHIFT).await;
    assert_eq!(refused.text_at("/currentEtag"), now);
    assert_eq!(refused.number("/currentVersion"), head);
    assert_eq!(refused.text_at("/retry/class"), "merge");
    assert!(refused.text_at("/causes/0/actor").starts_with("engine"), "{}", refused.text);
    assert_eq!(refused.number("/causes/0/revision"), head);
    assert_eq!(app.get("/businessunits/u1").await.revision(), head, "nothing was done");
    // What it offers keeps both.
    follow(&app, &refused).await.is(200);
    let both = app.get(SHIFT).await.is(200);
    assert_eq!(both.text_at("/note"), "bring your badge");
    assert_eq!(both.number("/lengthMinutes"), 420);
    // Sent again, it has taken effect: nothing is to be refused.
    send(&app, "PATCH", SHIFT, &[("if-match", &old)], longer).await.is(200);
}

#[tokio::test]
async fn a_tag_that_is_current_passes_and_lenient_merges() {
    let app = TestApp::with_week().await;
    let old = tag(&app, SHIFT).await;
    let first = json!({ "note": "one" });
    send(&app, "PATCH", SHIFT, &[("if-match", &old)], first).await.is(200);
    let lenient = [("if-match", old.as_str()), ("prefer", "wait=5, handling=lenient")];
    let merged =
        send(&app, "PATCH", SHIFT, &lenient, json!({ "lengthMinutes": 420 })).await.is(200);
    assert_eq!(merged.body["merged"], true);
    assert_eq!(merged.text_at("/note"), "one");
    // What clashes is a conflict with values, not a version.
    let clash = send(&app, "PATCH", SHIFT, &lenient, json!({ "lengthMinutes": 430 })).await;
    let clash = clash.refuses(409, "CONFLICT");
    assert_eq!(clash.text_at("/conflicts/0/kind"), "FIELD_CHANGED_BOTH");
}

#[tokio::test]
async fn a_shift_that_changed_is_not_deleted_by_who_has_not_seen_it() {
    let app = TestApp::with_week().await;
    let old = tag(&app, SHIFT).await;
    app.patch(SHIFT, json!({ "note": "late" })).await.is(200);
    let refused = app.ask("DELETE", SHIFT).header("if-match", &old).send().await;
    let refused = refused.refuses(409, "VERSION_MISMATCH");
    assert_eq!(refused.body["remedies"], Value::Null);
    let now = tag(&app, SHIFT).await;
    app.ask("DELETE", SHIFT).header("if-match", &now).send().await.is(204);
    // Gone is what was asked for.
    app.ask("DELETE", SHIFT).header("if-match", &now).send().await.is(204);
}

#[tokio::test]
async fn swaps_and_requests_are_decided_as_they_were_seen() {
    let app = TestApp::with_week().await;
    app.swap("w1", "ana-0", "ben-0").await;
    app.time_off("t1", "dana", "2026-04-07").await;
    let (swap, request) = ("/scheduling/shiftswaps/w1", "/timeoffrequests/t1");
    let (seen, read) = (tag(&app, swap).await, tag(&app, request).await);
    app.patch(request, json!({ "note": "wedding" })).await.is(200);
    let approve = format!("{request}/approve");
    let refused = send(&app, "POST", &approve, &[("if-match", &read)], json!({})).await;
    let refused = refused.refuses(409, "VERSION_MISMATCH");
    assert_eq!(refused.text_at("/currentEtag"), tag(&app, request).await);
    follow(&app, &refused).await.is(200);
    let approve = format!("{swap}/approve");
    send(&app, "POST", &approve, &[("if-match", &seen)], json!({})).await.is(200);
    // It is approved already: so may it be said again.
    send(&app, "POST", &approve, &[("if-match", &seen)], json!({})).await.is(200);
    let deny = send(&app, "POST", &format!("{swap}/deny"), &[("if-match", &seen)], json!({})).await;
    deny.refuses(409, "VERSION_MISMATCH");
}

#[tokio::test]
async fn a_document_of_many_agents_merges_unless_it_is_asked_to_be_strict() {
    let app = TestApp::with_week().await;
    let path = format!("/schedules/{}", app.live().await);
    let read = app.get(&path).await.is(200);
    let old = read.header("etag").unwrap().to_owned();
    let mut body = read.body.clone();
    body.as_object_mut().unwrap().remove("scheduleVersion");
    let agents = body["agentSchedules"].as_array().unwrap().clone();
    let mine = agents.iter().position(|agent| agent["agentId"] == "ben").unwrap();
    body["agentSchedules"] = json!([agents[mine]]);
    body["agentSchedules"][0]["shifts"][0]["note"] = json!("mine");
    // Somebody changes ana; ben's week is as it was read.
    app.patch(SHIFT, json!({ "note": "hers" })).await.is(200);
    let strict = [("if-match", old.as_str()), ("prefer", "handling=strict")];
    send(&app, "PUT", &path, &strict, body.clone()).await.is(200);
    // Now ben's week is another too, and the same document wants something else of it.
    body["agentSchedules"][0]["shifts"][1]["note"] = json!("mine too");
    let refused = send(&app, "PUT", &path, &strict, body.clone()).await;
    let refused = refused.refuses(409, "VERSION_MISMATCH");
    assert!(!refused.body["causes"].as_array().unwrap().is_empty(), "{}", refused.text);
    send(&app, "PUT", &path, &[("if-match", &old)], body).await.is(200);
    let after = app.get(&path).await.is(200);
    assert_eq!(after.text.matches("\"mine").count(), 2);
    assert!(after.text.contains("hers"));
    follow(&app, &refused).await.is(200);
}

#[tokio::test]
async fn records_of_the_registry_are_strict_too_and_can_be_made_only_once() {
    let app = TestApp::with_unit().await;
    for path in ["/businessunits/u1", "/agents/ana", "/businessunits/u1/rules"] {
        let old = tag(&app, path).await;
        let (method, one, two) = match path {
            "/businessunits/u1" => ("PATCH", json!({ "name": "One" }), json!({ "name": "Two" })),
            "/agents/ana" => ("PUT", json!({ "contract": "one" }), json!({ "contract": "two" })),
            _ => ("PUT", json!({ "autoApprove": true }), json!({ "autoApprove": false })),
        };
        send(&app, method, path, &[("if-match", &old)], one.clone()).await.is(200);
        send(&app, method, path, &[("if-match", &old)], one).await.is(200);
        let refused = send(&app, method, path, &[("if-match", &old)], two.clone()).await;
        refused.refuses(409, "VERSION_MISMATCH");
        let now = tag(&app, path).await;
        send(&app, method, path, &[("if-match", &now)], two).await.is(200);
    }
    let new = json!({ "businessUnitId": "u1", "name": "Eve" });
    let absent = [("if-none-match", "*")];
    send(&app, "PUT", "/agents/eve", &absent, new.clone()).await.is(201);
    send(&app, "PUT", "/agents/eve", &absent, new).await.refuses(412, "PRECONDITION_FAILED");
}
