//! What is answered later.

use std::time::{Duration, Instant};

use muster_ledger::{Ledger, Role};
use serde_json::{Value, json};

use crate::app::{TestApp, WEEK, agent_week, at, now, organization};
use crate::http::Answer;

fn note(shift: &str, note: &str) -> Value {
    let path = format!("/scheduling/shifts/{shift}");
    json!({ "method": "PATCH", "path": path, "body": { "note": note } })
}

/// Shifts of an hour on different days of far-away weeks, without ids.
fn shifts(count: i64) -> Vec<Value> {
    let shift = |n: i64| {
        let body = json!({ "agentId": "ana", "start": at(100 + n, 7), "lengthMinutes": 60 });
        json!({ "method": "POST", "path": "/scheduling/shifts", "body": body })
    };
    (0..count).map(shift).collect()
}

async fn later(app: &TestApp, body: &Value) -> Answer {
    let ask = app.ask("POST", "/bulk").header("prefer", "respond-async").json(body);
    ask.send().await.is(202)
}

/// The job when it is as wanted.
async fn until(app: &TestApp, job: &str, is_wanted: impl Fn(&Answer) -> bool) -> Answer {
    let begun = Instant::now();
    loop {
        let shown = app.get(&format!("/jobs/{job}")).await.is(200);
        if is_wanted(&shown) {
            return shown;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{}", shown.text);
        tokio::task::yield_now().await;
    }
}

async fn over(app: &TestApp, job: &str) -> Answer {
    until(app, job, |shown| !matches!(shown.text_at("/status"), "QUEUED" | "RUNNING")).await
}

#[tokio::test]
async fn a_bulk_is_done_in_the_background_and_its_results_are_kept() {
    let mut app = TestApp::with_week().await;
    let operations = [note("ana-0", "one"), note("nobody", "two"), note("ana-1", "three")];
    let begun = later(&app, &json!({ "operations": operations })).await;
    assert_eq!(begun.header("preference-applied"), Some("respond-async"));
    let job = begun.text_at("/id").to_owned();
    assert_eq!(begun.header("location"), Some(format!("/api/v2/wfm/jobs/{job}").as_str()));
    let done = over(&app, &job).await;
    assert_eq!(done.text_at("/status"), "DONE");
    let counts = ["total", "done", "succeeded", "failed", "percent"];
    let counts = counts.map(|name| done.number(&format!("/{name}")));
    assert_eq!(counts, [3, 3, 2, 1, 100]);
    assert!(done.body["finishedAt"].is_string() && done.body["etaSeconds"].is_null());
    assert_eq!(done.text_at("/expiresAt"), "2026-04-22T08:00:00Z");
    assert_eq!(done.number("/revision"), app.get("/businessunits/u1").await.revision());
    app.restart().await;
    let results = app.get(done.text_at("/results").trim_start_matches("/api/v2/wfm")).await;
    assert_eq!(results.clone().is(200).each("id"), ["0", "1", "2"]);
    assert_eq!(results.text_at("/entities/2/body/note"), "three");
    assert_eq!(results.text_at("/entities/1/problem/code"), "NOT_FOUND");
    let page = app.get(&format!("/jobs/{job}/results?pageSize=2")).await.is(200);
    let next = page.text_at("/nextCursor");
    let page = app.get(&format!("/jobs/{job}/results?pageSize=2&cursor={next}")).await.is(200);
    assert_eq!(page.each("id"), ["2"]);
    let odd = app.get(&format!("/jobs/{job}/results?cursor=far")).await;
    assert_eq!(odd.refuses(400, "BAD_PARAMETER").about(), ("cursor", "far"));
}

#[tokio::test]
async fn any_write_is_answered_later_for_who_prefers_that() {
    let app = TestApp::with_week().await;
    let draft = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": WEEK,
        "agentSchedules": [agent_week("ana", &[0, 1])] });
    app.post("/schedules", draft).await.is(201);
    let ask = |reason: &str| {
        let ask = app.ask("POST", "/schedules/d1/publish").key("monday");
        ask.json(&json!({ "reason": reason }))
    };
    let begun = ask("plan").header("prefer", "respond-async, wait=5").send().await.is(202);
    let job = begun.text_at("/id").to_owned();
    let done = over(&app, &job).await;
    assert_eq!(done.number("/outcome/statusCode"), 200, "{}", done.text);
    assert_eq!(done.text_at("/outcome/body/status"), "PUBLISHED");
    let again = ask("plan").header("prefer", "respond-async").send().await.is(202);
    assert_eq!(again.text_at("/id"), job);
    let other = ask("other").header("prefer", "respond-async").send().await;
    other.refuses(422, "IDEMPOTENCY_KEY_REUSED");

    let shift = json!({ "agentId": "ana", "start": at(6, 7), "lengthMinutes": 60 });
    let make = || app.ask("POST", "/scheduling/shifts").key("once").json(&shift);
    let begun = make().header("prefer", "respond-async").send().await.is(202);
    let done = over(&app, begun.text_at("/id")).await;
    let made = done.text_at("/outcome/body/id");
    assert_eq!(make().send().await.is(201).text_at("/id"), made, "the same key, answered at once");

    let bad = app.ask("POST", "/scheduling/shifts").header("prefer", "respond-async");
    let begun = bad.json(&json!({ "agentId": "ana", "start": "soon" })).send().await.is(202);
    let done = over(&app, begun.text_at("/id")).await;
    assert_eq!(done.number("/outcome/statusCode"), 422);
    app.patch("/scheduling/shifts/ana-0", json!({ "note": "newer" })).await.is(200);
    let strict = app
        .ask("DELETE", "/scheduling/shifts/ana-0")
        .header("if-match", "\"3.2b229c11312d37bf4f693def\"");
    let begun = strict.header("prefer", "respond-async").send().await.is(202);
    let done = over(&app, begun.text_at("/id")).await;
    assert_eq!(done.text_at("/outcome/problem/code"), "VERSION_MISMATCH");
}

#[tokio::test]
async fn what_stands_or_falls_together_is_not_torn_apart_by_lots() {
    let app = TestApp::with_week().await;
    let give = |shift: &str, agent: &str| {
        let path = format!("/scheduling/shifts/{shift}");
        json!({ "method": "PATCH", "path": path, "body": { "agentId": agent } })
    };
    let mut operations = vec![give("cem-0", "dana")];
    operations.extend(shifts(1_000));
    operations.push(give("dana-0", "cem"));
    let body = json!({ "operations": operations, "atomicity": "component" });
    let begun = app.post("/bulk", body).await.is(202);
    let done = over(&app, begun.text_at("/id")).await;
    assert_eq!(done.number("/succeeded"), 1_002, "{}", done.text);
    let owner = app.get("/scheduling/shifts/cem-0").await.is(200);
    assert_eq!(owner.text_at("/agentId"), "dana");
    let all = json!({ "operations": operations, "atomicity": "all" });
    let all = app.post("/bulk", all).await;
    assert_eq!(all.refuses(422, "INVALID").about(), ("/operations", "1002"));
}

#[tokio::test]
async fn a_job_that_was_cut_off_goes_on_and_does_everything_once() {
    let mut app = TestApp::with_week().await;
    let before = app.get("/businessunits/u1").await.revision();
    let begun = later(&app, &json!({ "operations": shifts(700) })).await;
    let job = begun.text_at("/id").to_owned();
    let mut revision = before;
    for _ in 0..3 {
        // In the middle of a lot: what was appended is not told yet.
        let wanted = revision + 50;
        while revision < wanted {
            revision = app.get("/businessunits/u1").await.revision();
        }
        app.restart().await;
    }
    let done = over(&app, &job).await;
    assert_eq!((done.text_at("/status"), done.number("/succeeded")), ("DONE", 700));
    assert_eq!(app.get("/businessunits/u1").await.revision(), before + 700);
    let results = app.get(&format!("/jobs/{job}/results?pageSize=1000")).await.is(200);
    assert!(results.entities().iter().all(|outcome| outcome["statusCode"] == 201));
}

#[tokio::test]
async fn a_job_that_is_canceled_keeps_what_it_did_and_does_no_more() {
    let app = TestApp::with_week().await;
    let begun = later(&app, &json!({ "operations": shifts(6_000) })).await;
    let job = begun.text_at("/id").to_owned();
    until(&app, &job, |shown| shown.number("/done") > 0).await;
    app.ask("POST", &format!("/jobs/{job}/cancel")).send().await.is(200);
    let canceled = over(&app, &job).await;
    assert_eq!(canceled.text_at("/status"), "CANCELED");
    let done = canceled.number("/done");
    assert!(done > 0 && done < 6_000, "{}", canceled.text);
    let made = app.get("/scheduling/shifts?businessUnitId=u1&agentId=ana&from=2026-07-01");
    assert_eq!(made.await.is(200).entities().len() as u64, done.min(1_000));
    let again = app.ask("POST", &format!("/jobs/{job}/cancel")).send().await.is(200);
    assert_eq!(again.text_at("/status"), "CANCELED");
}

#[tokio::test]
async fn the_job_of_a_client_that_was_revoked_goes_no_further() {
    let app = TestApp::with_week().await;
    let client = app.new_client("acme", "loader", "wfm:shift:write").await;
    let token = app.token_of(&client, "").await;
    let body = json!({ "operations": shifts(6_000) });
    let ask = app.ask("POST", "/bulk").token(&token).json(&body);
    let begun = ask.send().await.is(202);
    let job = begun.text_at("/id").to_owned();
    let mine = app.bare("GET", &format!("/api/v2/wfm/jobs/{job}")).token(&token).send().await;
    assert_eq!(mine.is(200).number("/total"), 6_000);
    let beside = Ledger::open(&app.ledger_url(), Role::Beside).await.unwrap();
    beside.revoke_client(&organization(), &client.client_id, now()).await.unwrap();
    app.manual.set(now().plus_min(1));
    let failed = over(&app, &job).await;
    assert_eq!(failed.text_at("/status"), "FAILED");
    assert_eq!(failed.text_at("/problem"), "the client was revoked");
}

#[tokio::test]
async fn the_progress_of_a_job_is_streamed_until_it_is_over() {
    let app = TestApp::with_week().await;
    let begun = later(&app, &json!({ "operations": shifts(500) })).await;
    let path = format!("/jobs/{}/progress", begun.text_at("/id"));
    let stream = app.ask("GET", &path).send().await.is(200);
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    let told: Vec<Value> = stream
        .text
        .lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
        .collect();
    let done: Vec<u64> = told.iter().map(|job| job["done"].as_u64().unwrap()).collect();
    assert!(done.is_sorted() && done.len() > 1, "{done:?}");
    assert_eq!(told.last().unwrap()["status"], "DONE");
}

#[tokio::test]
async fn a_job_is_its_clients_own() {
    let app = TestApp::with_week().await;
    let agent = app.agent("ana").await;
    let body = json!({ "operations": [note("ana-0", "mine"), note("ben-0", "not mine")] });
    let ask = app.ask("POST", "/bulk").token(&agent).header("prefer", "respond-async");
    let begun = ask.json(&body).send().await.is(202);
    let job = begun.text_at("/id").to_owned();
    let own = |token: &str| app.ask("GET", &format!("/jobs/{job}")).token(token).send();
    own(&agent).await.is(200);
    let done = over(&app, &job).await;
    assert_eq!((done.number("/succeeded"), done.number("/failed")), (1, 1));
    let other = app.client("other", "wfm:shift:write").await;
    let abroad = app.client_of("globex", "spy", "wfm:admin").await;
    for token in [&other, &abroad, &app.agent("ben").await] {
        own(token).await.refuses(404, "NOT_FOUND");
        let cancel = app.ask("POST", &format!("/jobs/{job}/cancel")).token(token).send().await;
        cancel.refuses(404, "NOT_FOUND");
    }
    app.get("/jobs/none").await.refuses(404, "NOT_FOUND");
}
