//! Agents' calendars: the secret link, and what it leads to.

use muster_server::access::SCOPES;
use serde_json::json;

use crate::app::{TestApp, now};
use crate::http::Answer;

const LINK: &str = "/agents/ana/calendar";

async fn linked(app: &TestApp) -> String {
    app.post(LINK, json!({})).await.is(201).text_at("/path").to_owned()
}

/// What a program that has nothing but the link is answered.
async fn read(app: &TestApp, path: &str) -> Answer {
    app.bare("GET", path).send().await
}

/// The statuses of a calendar's events, by the beginning of their ids.
fn statuses(calendar: &Answer) -> Vec<(&str, &str)> {
    let events = calendar.text.split("BEGIN:VEVENT").skip(1);
    events.map(|event| (field(event, "UID:"), field(event, "STATUS:"))).collect()
}

fn field<'a>(event: &'a str, name: &str) -> &'a str {
    let line = event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split('@').next().unwrap_or_default()
}

#[tokio::test]
async fn a_link_is_told_once_and_leads_to_the_calendar() {
    let app = TestApp::with_week().await;
    app.get(LINK).await.refuses(404, "NOT_FOUND");
    let made = app.post(LINK, json!({})).await.is(201);
    assert_eq!(made.body["createdAt"], now().to_string());
    assert_eq!(made.body["agentId"], "ana");
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let path = made.text_at("/path");
    assert!(path.starts_with("/calendar/") && path.ends_with(".ics") && path.len() == 57, "{path}");
    app.manual.set(now().plus_min(5));
    // Whoever asks again, or only looks, is told that there is one and not which.
    let known = json!({ "agentId": "ana", "createdAt": now().to_string() });
    assert_eq!(app.post(LINK, json!({})).await.is(200).body, known);
    assert_eq!(app.ask("POST", LINK).send().await.is(200).body, known);
    assert_eq!(app.get(LINK).await.is(200).body, known);

    let calendar = read(&app, path).await.is(200);
    assert_eq!(calendar.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(calendar.header("cache-control"), Some("private, no-cache"));
    let days = ["0", "1", "2", "3", "4"].map(|day| format!("shift-ana-{day}"));
    let expected = days.each_ref().map(|id| (id.as_str(), "CONFIRMED"));
    assert_eq!(statuses(&calendar), expected);
    let head = app.bare("HEAD", path).send().await.is(200);
    assert_eq!((head.text.as_str(), head.header("etag")), ("", calendar.header("etag")));
}

#[tokio::test]
async fn a_link_ends_at_once_and_is_not_told_from_one_that_never_was() {
    let app = TestApp::with_week().await;
    let first = linked(&app).await;
    let second = app.post(LINK, json!({ "rotate": true })).await.is(201);
    let second = second.text_at("/path").to_owned();
    assert_ne!(first, second);
    read(&app, &second).await.is(200);
    for _ in 0..2 {
        app.delete(LINK).await.is(204);
    }
    app.get(LINK).await.refuses(404, "NOT_FOUND");
    let third = linked(&app).await;
    read(&app, &third).await.is(200);

    let never = format!("/calendar/{}.ics", "A".repeat(43));
    let (bare, short) = (third.trim_end_matches(".ics"), third.replace(".ics", "A.ics"));
    let mut told = Vec::new();
    for path in [&first, &second, &never, bare, &short, "/calendar/.ics", "/calendar/%FF.ics"] {
        let mut refused = read(&app, path).await.refuses(404, "NOT_FOUND");
        refused.body["contextId"].take();
        told.push(refused.body);
    }
    assert!(told.iter().all(|body| *body == told[0]), "{told:?}");
}

#[tokio::test]
async fn the_secret_is_stored_nowhere() {
    let app = TestApp::with_week().await;
    let path = linked(&app).await;
    let secret = path.trim_start_matches("/calendar/").trim_end_matches(".ics").to_owned();
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&secret).unwrap();
    let folder = app.stop_and_keep().await;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let stored = std::fs::read(file.unwrap().path()).unwrap();
        let holds = |wanted: &[u8]| stored.windows(wanted.len()).any(|part| part == wanted);
        assert!(!holds(secret.as_bytes()) && !holds(&bytes));
    }
}

#[tokio::test]
async fn who_has_the_calendar_is_sent_it_again_when_something_of_it_changed() {
    let app = TestApp::with_week().await;
    let path = linked(&app).await;
    let first = read(&app, &path).await.is(200);
    let tag = first.header("etag").unwrap().to_owned();
    let ask =
        async |known: &str| app.bare("GET", &path).header("if-none-match", known).send().await;
    for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
        let unchanged = ask(&known).await.is(304);
        assert_eq!((unchanged.text.as_str(), unchanged.header("etag")), ("", Some(tag.as_str())));
    }
    // What others do is none of it.
    app.delete("/scheduling/shifts/ben-0").await.is(204);
    ask(&tag).await.is(304);
    app.delete("/scheduling/shifts/ana-0").await.is(204);
    let changed = ask(&tag).await.is(200);
    let gone = ("shift-ana-0", "CANCELLED");
    assert!(statuses(&changed).contains(&gone), "{}", changed.text);
    // Nothing is remembered of who read what: another node, or this one later, says the same.
    let mut app = app;
    app.restart().await;
    assert_eq!(read(&app, &path).await.is(200).text, changed.text);
}

#[tokio::test]
async fn a_swapped_shift_goes_from_one_calendar_to_the_other() {
    let app = TestApp::with_week().await;
    let ana = linked(&app).await;
    let ben = app.post("/agents/ben/calendar", json!({})).await.is(201).text_at("/path").to_owned();
    app.delete("/scheduling/shifts/ben-4").await.is(204);
    let offer = json!({ "id": "w1", "initiator": { "agentId": "ana", "shiftId": "ana-4" },
        "receiver": { "agentId": "ben" }, "oneSided": true });
    app.post("/scheduling/shiftswaps", offer).await.is(201);
    app.post("/scheduling/shiftswaps/w1/accept", json!({ "agentId": "ben" })).await.is(200);
    app.post("/scheduling/shiftswaps/w1/approve", json!({})).await.is(200);
    let (ana, ben) = (read(&app, &ana).await.is(200), read(&app, &ben).await.is(200));
    assert!(statuses(&ana).contains(&("shift-ana-4", "CANCELLED")), "{}", ana.text);
    assert!(statuses(&ben).contains(&("shift-ana-4", "CONFIRMED")), "{}", ben.text);
}

#[tokio::test]
async fn a_link_is_for_who_may_read_the_agents_schedule() {
    let mut app = TestApp::with_week().await;
    let path = linked(&app).await;
    let planner = app.token.clone();
    for token in [app.agent("ben").await, app.client("engine", "wfm:shift:read").await] {
        app.token = token;
        app.get(LINK).await.refuses(403, "FORBIDDEN");
        app.post(LINK, json!({ "rotate": true })).await.refuses(403, "FORBIDDEN");
        app.delete(LINK).await.refuses(403, "FORBIDDEN");
    }
    app.token = app.client_of("other", "planner", &SCOPES.join(" ")).await;
    app.get(LINK).await.refuses(404, "NOT_FOUND");
    app.post(LINK, json!({ "rotate": true })).await.refuses(404, "NOT_FOUND");
    app.delete(LINK).await.refuses(404, "NOT_FOUND");
    read(&app, &path).await.is(200);
    app.token = app.agent("ana").await;
    app.get(LINK).await.is(200);
    app.delete(LINK).await.is(204);
    app.token = planner;
    app.post("/agents/nobody/calendar", json!({})).await.refuses(404, "NOT_FOUND");
    let bad = app.post(LINK, json!({ "rotate": "yes" })).await.is(422);
    assert_eq!(bad.about(), ("/rotate", "\"yes\""));
    assert_eq!(app.post(LINK, json!({ "forever": true })).await.is(422).about().0, "/forever");
}

#[tokio::test]
async fn a_link_follows_its_agent_to_another_unit() {
    let app = TestApp::with_week().await;
    let path = linked(&app).await;
    app.make_unit("u2").await;
    let moves = json!({ "businessUnitId": "u2" });
    app.put("/agents/ana", moves).await.is(201);
    assert_eq!(statuses(&read(&app, &path).await.is(200)), []);
    let shift = crate::app::shift("late", "ana", 1);
    app.post("/scheduling/shifts", shift).await.is(201);
    assert_eq!(statuses(&read(&app, &path).await), [("shift-late", "CONFIRMED")]);
}
