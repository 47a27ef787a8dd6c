//! The event feed: as pages and as a stream, resumed, filtered, and the same after a restart.

use serde_json::{Value, json};

use crate::app::TestApp;

/// A unit in which everything has happened that is told.
async fn eventful() -> TestApp {
    let app = TestApp::with_week().await;
    app.swap("w1", "ana-0", "ben-0").await;
    app.post("/scheduling/shiftswaps/w1/approve", json!({})).await.is(200);
    app.time_off("t1", "cem", "2026-04-07").await;
    app.post("/timeoffrequests/t1/approve", json!({})).await.is(200);
    for n in 0..4 {
        let body = json!({ "lengthMinutes": 420 + n });
        app.patch(&format!("/scheduling/shifts/ana-{}", n % 2 + 1), body).await.is(200);
    }
    app
}

async fn all(app: &TestApp, query: &str) -> Vec<Value> {
    let path = format!("/events?businessUnitId=u1&after=0{query}");
    app.get(&path).await.is(200).entities().to_vec()
}

fn ids(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

/// A stream of server-sent events, read piece by piece.
struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(app: &TestApp, query: &str, last: Option<&str>) -> Self {
        let ask = app.ask("GET", &format!("/events?businessUnitId=u1{query}"));
        let ask = ask.header("accept", "text/event-stream");
        let ask = match last {
            Some(last) => ask.header("last-event-id", last),
            None => ask,
        };
        let response = ask.start().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next events.
    async fn take(&mut self, count: usize) -> Vec<Value> {
        let mut events = Vec::new();
        while events.len() < count {
            match self.text.split_once("\n\n") {
                Some((event, rest)) => {
                    events.extend(parsed(event));
                    self.text = rest.to_owned();
                }
                None => {
                    let chunk = self.chunk().await.expect("the stream goes on");
                    self.text.push_str(&chunk);
                }
            }
        }
        events
    }

    async fn chunk(&mut self) -> Option<String> {
        let chunk = self.response.chunk().await.unwrap()?;
        Some(String::from_utf8(chunk.to_vec()).unwrap())
    }
}

fn parsed(text: &str) -> Option<Value> {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let event: Value = serde_json::from_str(field("data: ")?).unwrap();
    assert_eq!(event["id"].as_str(), field("id: "));
    assert_eq!(event["type"].as_str(), field("event: "));
    Some(event)
}

#[tokio::test]
async fn everything_is_told_once_and_in_order() {
    let app = eventful().await;
    let events = all(&app, "").await;
    let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    for kind in [
        "schedule.published",
        "shift.changed",
        "availability.changed",
        "swap.approved",
        "timeoff.approved",
    ] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    let places: Vec<(u64, u64)> = ids(&events)
        .iter()
        .map(|id| id.split_once('-').unwrap())
        .map(|(revision, index)| (revision.parse().unwrap(), index.parse().unwrap()))
        .collect();
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
    for event in &events {
        let revision = event["revision"].as_u64().unwrap().to_string();
        assert!(event["id"].as_str().unwrap().starts_with(&revision));
        assert_eq!(event["businessUnitId"], "u1");
    }
}

#[tokio::test]
async fn reading_goes_on_after_any_event() {
    let app = eventful().await;
    let events = all(&app, "").await;
    for (n, id) in ids(&events).iter().enumerate() {
        let rest = app.get(&format!("/events?businessUnitId=u1&after={id}")).await.is(200);
        assert_eq!(ids(rest.entities()), ids(&events[n + 1..]), "after {id}");
    }
    let head = app.get("/events?businessUnitId=u1").await.is(200);
    assert_eq!(head.entities().len(), 0, "without a cursor, from now on");
    let cursor = head.text_at("/nextCursor").to_owned();
    app.patch("/scheduling/shifts/dana-0", json!({ "lengthMinutes": 400 })).await.is(200);
    let news = app.get(&format!("/events?businessUnitId=u1&after={cursor}")).await.is(200);
    assert!(!news.entities().is_empty());
}

#[tokio::test]
async fn events_are_filtered_by_type_and_agent() {
    let app = eventful().await;
    let events = all(&app, "").await;
    let shifts = all(&app, "&types=shift.changed").await;
    assert!(!shifts.is_empty() && shifts.iter().all(|event| event["type"] == "shift.changed"));
    let two = all(&app, "&types=swap.approved,timeoff.approved").await;
    assert_eq!(two.len(), 2);
    let of_cem = all(&app, "&agentId=cem").await;
    assert!(!of_cem.is_empty() && of_cem.len() < events.len());
    let named = events.iter().filter(|event| event["agentId"] == "cem");
    assert!(named.clone().count() > 0);
    named.for_each(|event| assert!(of_cem.contains(event)));
}

#[tokio::test]
async fn a_stream_tells_the_same_and_goes_on() {
    let app = eventful().await;
    let events = all(&app, "").await;
    let mut stream = Stream::open(&app, "&after=0", None).await;
    assert_eq!(stream.take(events.len()).await, events);
    app.patch("/scheduling/shifts/dana-0", json!({ "lengthMinutes": 400 })).await.is(200);
    let live = stream.take(1).await;
    assert_eq!(live[0]["data"]["shiftId"], "dana-0");
    // Last-Event-ID counts more than ?after=: a browser repeats the URL when it reconnects.
    let middle = &ids(&events)[events.len() / 2];
    let mut resumed = Stream::open(&app, "&after=0", Some(middle)).await;
    let rest = &events[events.len() / 2 + 1..];
    assert_eq!(resumed.take(rest.len()).await, rest);
}

#[tokio::test]
async fn a_stream_ends_when_the_server_stops_and_is_resumed_on_the_next() {
    let mut app = eventful().await;
    let events = all(&app, "").await;
    let mut stream = Stream::open(&app, "&after=0", None).await;
    let seen = stream.take(3).await;
    let (_, ()) = tokio::join!(async { while stream.chunk().await.is_some() {} }, app.restart());
    let last = ids(&seen).pop().unwrap();
    let mut resumed = Stream::open(&app, "", Some(&last)).await;
    assert_eq!(resumed.take(events.len() - 3).await, events[3..]);
}

#[tokio::test]
async fn the_events_are_the_same_after_a_restart() {
    let mut app = eventful().await;
    let before = all(&app, "").await;
    app.restart().await;
    assert_eq!(all(&app, "").await, before);
}

#[tokio::test]
async fn cursors_that_are_none_are_refused_and_far_ones_wait() {
    let app = eventful().await;
    let bad = app.get("/events?businessUnitId=u1&after=yesterday").await;
    assert_eq!(bad.refuses(400, "BAD_PARAMETER").about(), ("after", "yesterday"));
    for far in [u64::MAX.to_string(), format!("{}-7", u64::MAX), "999-0".to_owned()] {
        let path = format!("/events?businessUnitId=u1&after={far}");
        assert_eq!(app.get(&path).await.is(200).entities().len(), 0);
    }
    app.get("/events").await.refuses(400, "BAD_PARAMETER");
    app.get("/events?businessUnitId=u9").await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_feed_longer_than_a_page_is_read_to_its_end() {
    let app = TestApp::with_week().await;
    for n in 0..300 {
        let body = json!({ "lengthMinutes": 400 + n % 2 });
        app.patch("/scheduling/shifts/ana-0", body).await.is(200);
    }
    let mut after = "0".to_owned();
    let mut changed = 0;
    loop {
        let path = format!("/events?businessUnitId=u1&after={after}&types=shift.changed");
        let page = app.get(&path).await.is(200);
        let next = page.text_at("/nextCursor").to_owned();
        changed += page.entities().iter().filter(|e| e["data"]["shiftId"] == "ana-0").count();
        if next == after {
            break;
        }
        after = next;
    }
    assert_eq!(changed, 301);
}
