//! Webhooks under way: what is sent when, in which order, and how it goes on after failures.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream;
use muster_core::Instant;
use muster_server::clock::Clock;
use muster_server::limits;
use serde_json::{Value, json};

use crate::app::{TestApp, now};
use crate::receiver::{Got, Receiver, status};

async fn hook(app: &TestApp, receiver: &Receiver) -> String {
    let body = json!({ "id": "w1", "businessUnitId": "u1", "url": receiver.url });
    app.post("/webhooks", body).await.is(201).text_at("/secret").to_owned()
}

/// A webhook, a week, and things that happen in it.
async fn eventful() -> (TestApp, Receiver, String) {
    let app = TestApp::with_week().await;
    let receiver = Receiver::start().await;
    let secret = hook(&app, &receiver).await;
    (app, receiver, secret)
}

async fn edit(app: &TestApp, count: u32) {
    for nth in 0..count {
        let agent = ["ana", "ben", "cem", "dana"][nth as usize % 4];
        let path = format!("/scheduling/shifts/{agent}-{}", nth % 5);
        let body = json!({ "lengthMinutes": 300 + nth });
        app.patch(&path, body).await.is(200);
    }
}

/// The feed behind a cursor.
async fn feed(app: &TestApp, after: &str) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), after.to_owned());
    loop {
        let page = app.get(&format!("/events?businessUnitId=u1&after={after}")).await.is(200);
        all.extend(page.entities().to_vec());
        if page.text_at("/nextCursor") == after {
            return all;
        }
        page.text_at("/nextCursor").clone_into(&mut after);
    }
}

fn ids(events: &[Value]) -> BTreeSet<&str> {
    events.iter().map(|event| event["id"].as_str().unwrap()).collect()
}

/// What was taken is the feed: all of it and nothing else, and about each agent in its order.
fn assert_is_feed(got: &[Got], feed: &[Value]) {
    let taken: Vec<&Got> = got.iter().filter(|got| got.is_taken()).collect();
    let events: BTreeSet<&str> = taken.iter().map(|got| got.event()).collect();
    assert_eq!(events, ids(feed));
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for got in got {
        let name = got.header("webhook-id");
        assert_eq!(*names.entry(got.event()).or_insert(name), name, "each try has the same");
    }
    let place = |id: &str| feed.iter().position(|event| event["id"] == id).unwrap();
    for agent in ["ana", "ben", "cem", "dana"] {
        let mut seen = BTreeSet::new();
        let about = taken.iter().filter(|got| got.body["subject"] == agent);
        let first: Vec<usize> =
            about.map(|got| place(got.event())).filter(|place| seen.insert(*place)).collect();
        assert!(first.is_sorted(), "{agent}: {first:?}");
    }
}

/// Waits until a webhook is as it is wanted. Where it waits for its next try, the clock goes there.
async fn until(app: &mut TestApp, wanted: impl Fn(&Value) -> bool) -> Value {
    let seen = tokio::time::timeout(Duration::from_secs(240), async {
        loop {
            let shown = app.get("/webhooks/w1").await.is(200).body;
            if wanted(&shown) {
                return shown;
            }
            if let Some(at) = shown["nextTryAt"].as_str() {
                let at = Instant::from_timestamp(at.parse().unwrap());
                if Clock::manual(app.manual.clone()).now() < at {
                    app.go_to(at).await;
                }
            }
            tokio::task::yield_now().await;
        }
    });
    seen.await.expect("the webhook gets there")
}

async fn head(app: &TestApp) -> String {
    app.get("/events?businessUnitId=u1").await.revision().to_string()
}

#[tokio::test]
async fn events_come_signed_as_the_feed_tells_them() {
    let (mut app, receiver, secret) = eventful().await;
    let before = head(&app).await;
    edit(&app, 12).await;
    let feed = feed(&app, &before).await;
    let got = receiver.first(feed.len()).await;
    assert_is_feed(&got, &feed);
    for got in &got {
        let event = feed.iter().find(|event| event["id"] == got.body["id"]).unwrap();
        assert_eq!(got.signed_by(&secret), 1);
        assert_eq!(got.header("content-type"), "application/cloudevents+json; charset=utf-8");
        assert_eq!(got.body["specversion"], "1.0");
        assert_eq!(got.body["source"], "/api/v2/wfm/businessunits/u1");
        for (ours, theirs) in
            [("type", "type"), ("time", "at"), ("subject", "agentId"), ("data", "data")]
        {
            assert_eq!(got.body[ours], event[theirs]);
        }
        assert_eq!(got.body["revision"], event["revision"]);
    }
    let head = head(&app).await;
    let shown = until(&mut app, |shown| shown["cursor"] == head.as_str()).await;
    assert_eq!(
        (&shown["status"], &shown["lastDelivery"]["status"]),
        (&json!("ACTIVE"), &204.into())
    );
    let log = app.get("/webhooks/w1/deliveries").await.is(200);
    assert_eq!(log.entities().len(), feed.len());
    assert_eq!(receiver.all().len(), feed.len(), "each of them once");
}

#[tokio::test]
async fn types_and_agents_that_nobody_wants_are_not_sent() {
    let app = TestApp::with_week().await;
    let receiver = Receiver::start().await;
    let body = json!({ "id": "w1", "businessUnitId": "u1", "url": receiver.url,
        "eventTypes": ["shift.*"], "agentIds": ["ana", "ben"] });
    app.post("/webhooks", body).await.is(201);
    let before = head(&app).await;
    edit(&app, 12).await;
    let feed = feed(&app, &before).await;
    let wanted = |event: &Value| {
        event["type"] == "shift.changed" && (event["agentId"] == "ana" || event["agentId"] == "ben")
    };
    let wanted: Vec<Value> = feed.into_iter().filter(wanted).collect();
    let got = receiver.first(wanted.len()).await;
    assert_is_feed(&got, &wanted);
}

/// Half of what is sent fails, and nothing is lost, twice under another name, or out of order.
#[tokio::test]
async fn what_is_not_taken_is_sent_again_and_agents_keep_their_order() {
    let (mut app, receiver, _) = eventful().await;
    let mut nth = 0_u32;
    receiver.answers(move |_| {
        nth += 1;
        status(if nth.is_multiple_of(2) { 204 } else { [500, 429, 302, 404][nth as usize / 2 % 4] })
    });
    let before = head(&app).await;
    edit(&app, 24).await;
    let head = head(&app).await;
    until(&mut app, |shown| shown["cursor"] == head.as_str()).await;
    let got = receiver.all();
    assert!(got.iter().any(|got| !got.is_taken()));
    assert_is_feed(&got, &feed(&app, &before).await);
}

/// An agent whose events nobody takes does not keep the others waiting, within the window.
#[tokio::test]
async fn one_agent_does_not_keep_the_others_waiting() {
    let (mut app, receiver, _) = eventful().await;
    receiver.answers(|body| status(if body["subject"] == "ana" { 500 } else { 204 }));
    let before = head(&app).await;
    edit(&app, 12).await;
    let feed = feed(&app, &before).await;
    let others = feed.iter().filter(|event| event["agentId"] != "ana").count();
    let waits = until(&mut app, |shown| {
        let taken = receiver.all().iter().filter(|got| got.is_taken()).count();
        taken == others && shown["status"] == "FAILING"
    });
    let shown = waits.await;
    assert!(shown["reason"].as_str().unwrap().contains("500") && shown["nextTryAt"].is_string());
    let of_ana: BTreeSet<String> = receiver
        .all()
        .iter()
        .filter(|got| got.body["subject"] == "ana")
        .map(|got| got.event().to_owned())
        .collect();
    assert_eq!(of_ana.len(), 1, "the later ones wait for the first: {of_ana:?}");
    receiver.answers(|_| status(204));
    let head = head(&app).await;
    let mended = until(&mut app, |shown| shown["cursor"] == head.as_str()).await;
    assert_eq!((&mended["status"], mended.get("reason")), (&json!("ACTIVE"), None));
    assert_is_feed(&receiver.all(), &feed);
}

#[tokio::test]
async fn a_restart_loses_nothing() {
    let (mut app, receiver, _) = eventful().await;
    let before = head(&app).await;
    let mut left = 5;
    receiver.answers(move |_| {
        left -= 1;
        status(if left >= 0 { 204 } else { 503 })
    });
    edit(&app, 20).await;
    receiver.until(|all| all.iter().any(|got| !got.is_taken())).await;
    app.restart().await;
    receiver.answers(|_| status(204));
    let head = head(&app).await;
    until(&mut app, |shown| shown["cursor"] == head.as_str()).await;
    assert_is_feed(&receiver.all(), &feed(&app, &before).await);
}

#[tokio::test]
async fn who_is_gone_is_sent_nothing_until_somebody_says_so() {
    let (mut app, receiver, _) = eventful().await;
    let before = head(&app).await;
    receiver.answers(|_| status(410));
    edit(&app, 1).await;
    let shown = until(&mut app, |shown| shown["status"] == "DISABLED").await;
    assert_eq!(
        (&shown["enabled"], &shown["reason"]),
        (&json!(false), &json!("the receiver answered 410"))
    );
    receiver.answers(|_| status(204));
    let sent = receiver.all().len();
    edit(&app, 2).await;
    app.patch("/webhooks/w1", json!({ "enabled": true })).await.is(200);
    let head = head(&app).await;
    let shown = until(&mut app, |shown| shown["cursor"] == head.as_str()).await;
    assert_eq!((&shown["status"], shown.get("reason")), (&json!("ACTIVE"), None));
    let got = receiver.all();
    assert!(got[sent..].iter().all(Got::is_taken));
    assert_is_feed(&got, &feed(&app, &before).await);
}

#[tokio::test]
async fn who_fails_for_days_is_given_up() {
    let (mut app, receiver, _) = eventful().await;
    receiver.answers(|_| status(500));
    edit(&app, 1).await;
    let shown = until(&mut app, |shown| shown["status"] == "DISABLED").await;
    let reason = shown["reason"].as_str().unwrap();
    assert!(reason.contains("5 days") && reason.contains("500"), "{reason}");
    let log = app.get("/webhooks/w1/deliveries").await.is(200);
    let attempts: Vec<u64> =
        log.entities().iter().filter_map(|sent| sent["attempt"].as_u64()).collect();
    assert!(attempts.iter().rev().copied().eq(1..=attempts.len() as u64), "{attempts:?}");
    assert!(log.entities().len() < 100, "it was not tried without end");
}

#[tokio::test]
async fn a_receiver_says_how_long_to_wait() {
    let (mut app, receiver, _) = eventful().await;
    receiver.answers(|_| {
        Response::builder().status(503).header("retry-after", "7200").body(Body::empty()).unwrap()
    });
    edit(&app, 1).await;
    let shown = until(&mut app, |shown| shown["status"] == "FAILING").await;
    assert_eq!(shown["nextTryAt"], now().plus_min(120).to_string());
    let sent = receiver.all().len();
    app.go_to(now().plus_min(119)).await;
    receiver.answers(|_| status(204));
    edit(&app, 1).await;
    assert_eq!(receiver.all().len(), sent);
    app.go_to(now().plus_min(120)).await;
    receiver.until(|all| all.last().is_some_and(Got::is_taken)).await;
}

#[tokio::test]
async fn redirects_are_not_followed_and_long_answers_not_read() {
    let (mut app, receiver, _) = eventful().await;
    let elsewhere = Receiver::start().await;
    let there = elsewhere.url.clone();
    receiver.answers(move |_| {
        Response::builder().status(307).header("location", &there).body(Body::empty()).unwrap()
    });
    edit(&app, 1).await;
    let shown = until(&mut app, |shown| shown["status"] == "FAILING").await;
    assert_eq!(shown["lastDelivery"]["status"], 307);
    assert_eq!(elsewhere.all().len(), 0);
    receiver.answers(|_| {
        let chunk = || Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 1_024]));
        Response::new(Body::from_stream(stream::repeat_with(chunk)))
    });
    let head = head(&app).await;
    until(&mut app, |shown| shown["cursor"] == head.as_str()).await;
}

/// What is allowed is asked for each time, not only when a webhook is made.
#[tokio::test]
async fn what_is_no_longer_allowed_is_not_reached() {
    let (mut app, receiver, _) = eventful().await;
    app.settings.webhooks = muster_server::webhooks::Reach::default();
    app.restart().await;
    edit(&app, 1).await;
    let shown = until(&mut app, |shown| shown["status"] == "FAILING").await;
    let reason = shown["reason"].as_str().unwrap();
    assert!(reason.contains("127.0.0.1") && reason.contains("may not reach"), "{reason}");
    let ping = app.post("/webhooks/w1/ping", json!({})).await.is(200);
    assert_eq!(ping.body["taken"], false);
    assert_eq!(receiver.all().len(), 0);
}

/// Who was disabled for longer than events are kept is told so, and goes on from what is now.
#[tokio::test]
async fn events_that_are_no_longer_kept_leave_a_gap_that_is_told() {
    let (mut app, receiver, _) = eventful().await;
    app.patch("/webhooks/w1", json!({ "enabled": false })).await.is(200);
    let before = head(&app).await;
    edit(&app, 2).await;
    // What is in memory is still told.
    app.restart().await;
    app.go_to(now().plus_days(40)).await;
    app.patch("/scheduling/shifts/ana-0", json!({ "note": "late" })).await.is(200);
    let head = head(&app).await;
    app.patch("/webhooks/w1", json!({ "enabled": true })).await.is(200);
    let got = receiver.first(1).await;
    assert_eq!(got[0].body["type"], "feed.gap");
    let data = json!({ "after": before, "resumesAfter": head,
        "snapshot": "/api/v2/wfm/schedules?businessUnitId=u1" });
    assert_eq!(got[0].body["data"], data);
    app.patch("/scheduling/shifts/ana-1", json!({ "lengthMinutes": 333 })).await.is(200);
    let got = receiver.first(3).await;
    let feed = feed(&app, &head).await;
    assert_is_feed(&got[1..], &feed);
    let log = app.get("/webhooks/w1/deliveries").await.is(200);
    assert!(log.each("type").contains(&"feed.gap"));
}

/// More events than are looked at together, and than a page of the feed has.
#[tokio::test]
async fn a_long_way_behind_is_caught_up_with() {
    let app = TestApp::with_week().await;
    edit(&app, 300).await;
    let receiver = Receiver::start().await;
    hook(&app, &receiver).await;
    app.post("/webhooks/w1/replay", json!({ "after": "0" })).await.is(200);
    let feed = feed(&app, "0").await;
    assert!(feed.len() > 4 * limits::WEBHOOK_WINDOW);
    let got = receiver.first(feed.len()).await;
    assert_is_feed(&got, &feed);
}
