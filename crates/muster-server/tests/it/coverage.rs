//! Every route there is: who may call it, and whether a test of its own exists.

use muster_server::access::SCOPES;
use muster_server::router::{ANY, Route, routes};
use serde_json::json;

use crate::app::{TestApp, WEEK, now};
use crate::http::{Answer, Ask};

/// The routes that `routes/` tests, by method and path. A new route needs a test and a line here.
const TESTED: &[(&str, &str)] = &[
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("POST", "/oauth/token"),
    ("GET", "/calendar/{file}"),
    ("GET", "/api/v2/docs"),
    ("GET", "/api/v2/docs/openapi.json"),
    ("GET", "/api/v2/wfm/businessunits"),
    ("POST", "/api/v2/wfm/businessunits"),
    ("GET", "/api/v2/wfm/businessunits/{id}"),
    ("PATCH", "/api/v2/wfm/businessunits/{id}"),
    ("GET", "/api/v2/wfm/businessunits/{id}/rules"),
    ("PUT", "/api/v2/wfm/businessunits/{id}/rules"),
    ("GET", "/api/v2/wfm/businessunits/{id}/acknowledgements"),
    ("GET", "/api/v2/wfm/businessunits/{id}/availability"),
    ("GET", "/api/v2/wfm/businessunits/{id}/staffing"),
    ("PUT", "/api/v2/wfm/businessunits/{id}/staffing"),
    ("GET", "/api/v2/wfm/businessunits/{id}/trunks"),
    ("PUT", "/api/v2/wfm/businessunits/{id}/trunks"),
    ("GET", "/api/v2/wfm/businessunits/{id}/sites"),
    ("PUT", "/api/v2/wfm/businessunits/{id}/sites"),
    ("GET", "/api/v2/wfm/managementunits"),
    ("POST", "/api/v2/wfm/managementunits"),
    ("GET", "/api/v2/wfm/managementunits/{id}"),
    ("PATCH", "/api/v2/wfm/managementunits/{id}"),
    ("GET", "/api/v2/wfm/agents"),
    ("GET", "/api/v2/wfm/agents/{id}"),
    ("PUT", "/api/v2/wfm/agents/{id}"),
    ("POST", "/api/v2/wfm/agents/bulk"),
    ("POST", "/api/v2/wfm/agents/{id}/sessions"),
    ("GET", "/api/v2/wfm/agents/{id}/sessions"),
    ("DELETE", "/api/v2/wfm/agents/{id}/sessions/{session}"),
    ("GET", "/api/v2/wfm/agents/{id}/availability"),
    ("GET", "/api/v2/wfm/agents/{id}/availability/{said}"),
    ("PUT", "/api/v2/wfm/agents/{id}/availability/{said}"),
    ("DELETE", "/api/v2/wfm/agents/{id}/availability/{said}"),
    ("GET", "/api/v2/wfm/agents/{id}/calendar"),
    ("POST", "/api/v2/wfm/agents/{id}/calendar"),
    ("DELETE", "/api/v2/wfm/agents/{id}/calendar"),
    ("GET", "/api/v2/wfm/activitycodes"),
    ("PUT", "/api/v2/wfm/activitycodes/{id}"),
    ("POST", "/api/v2/wfm/timeoffrequests"),
    ("POST", "/api/v2/wfm/timeoffrequests/query"),
    ("POST", "/api/v2/wfm/timeoffrequests/evaluate"),
    ("GET", "/api/v2/wfm/timeofflimits"),
    ("PUT", "/api/v2/wfm/timeofflimits"),
    ("GET", "/api/v2/wfm/timeoffrequests/{id}"),
    ("PATCH", "/api/v2/wfm/timeoffrequests/{id}"),
    ("POST", "/api/v2/wfm/timeoffrequests/{id}/approve"),
    ("POST", "/api/v2/wfm/timeoffrequests/{id}/deny"),
    ("POST", "/api/v2/wfm/timeoffrequests/{id}/cancel"),
    ("POST", "/api/v2/wfm/adherence/events"),
    ("GET", "/api/v2/wfm/adherence"),
    ("GET", "/api/v2/wfm/events"),
    ("GET", "/api/v2/wfm/webhooks"),
    ("POST", "/api/v2/wfm/webhooks"),
    ("GET", "/api/v2/wfm/webhooks/{id}"),
    ("PATCH", "/api/v2/wfm/webhooks/{id}"),
    ("DELETE", "/api/v2/wfm/webhooks/{id}"),
    ("GET", "/api/v2/wfm/webhooks/{id}/deliveries"),
    ("POST", "/api/v2/wfm/webhooks/{id}/replay"),
    ("POST", "/api/v2/wfm/webhooks/{id}/secret"),
    ("POST", "/api/v2/wfm/webhooks/{id}/ping"),
    ("POST", "/api/v2/wfm/bulk"),
    ("GET", "/api/v2/wfm/jobs/{id}"),
    ("GET", "/api/v2/wfm/jobs/{id}/results"),
    ("GET", "/api/v2/wfm/jobs/{id}/progress"),
    ("POST", "/api/v2/wfm/jobs/{id}/cancel"),
    ("GET", "/api/v2/wfm/audit"),
    ("GET", "/api/v2/wfm/audit/export"),
    ("GET", "/api/v2/wfm/schedules"),
    ("POST", "/api/v2/wfm/schedules"),
    ("GET", "/api/v2/wfm/scheduling/agents/{id}/schedule"),
    ("GET", "/api/v2/wfm/scheduling/shifts"),
    ("POST", "/api/v2/wfm/scheduling/shifts"),
    ("GET", "/api/v2/wfm/scheduling/shifts/{id}"),
    ("PUT", "/api/v2/wfm/scheduling/shifts/{id}"),
    ("PATCH", "/api/v2/wfm/scheduling/shifts/{id}"),
    ("DELETE", "/api/v2/wfm/scheduling/shifts/{id}"),
    ("GET", "/api/v2/wfm/scheduling/shifts/{id}/history"),
    ("GET", "/api/v2/wfm/scheduling/shiftswaps"),
    ("POST", "/api/v2/wfm/scheduling/shiftswaps"),
    ("POST", "/api/v2/wfm/scheduling/shiftswaps/evaluate"),
    ("POST", "/api/v2/wfm/scheduling/shiftswaps/bulk"),
    ("GET", "/api/v2/wfm/scheduling/shiftswaps/{id}"),
    ("POST", "/api/v2/wfm/scheduling/shiftswaps/{id}/accept"),
    ("POST", "/api/v2/wfm/scheduling/shiftswaps/{id}/decline"),
    ("POST", "/api/v2/wfm/scheduling/shiftswaps/{id}/cancel"),
    ("POST", "/api/v2/wfm/scheduling/shiftswaps/{id}/approve"),
    ("POST", "/api/v2/wfm/scheduling/shiftswaps/{id}/deny"),
    ("POST", "/api/v2/wfm/scheduling/shiftswaps/{id}/revert"),
    ("GET", "/api/v2/wfm/schedules/{id}"),
    ("PUT", "/api/v2/wfm/schedules/{id}"),
    ("PATCH", "/api/v2/wfm/schedules/{id}"),
    ("DELETE", "/api/v2/wfm/schedules/{id}"),
    ("POST", "/api/v2/wfm/schedules/{id}/validate"),
    ("POST", "/api/v2/wfm/schedules/{id}/publish"),
    ("POST", "/api/v2/wfm/schedules/{id}/revert"),
    ("POST", "/api/v2/wfm/schedules/{id}/rebase"),
    ("GET", "/api/v2/wfm/schedules/{id}/status"),
];

/// A path in which every parameter names something that exists in u1.
pub(crate) fn filled(path: &str) -> String {
    let id = match path.trim_start_matches("/api/v2/wfm/").split('/').next().unwrap() {
        "businessunits" => "u1",
        "managementunits" => "m1",
        "agents" => "ana",
        "activitycodes" => "coaching",
        "timeoffrequests" => "t1",
        "schedules" => "d1",
        "webhooks" => "h1",
        _ if path.contains("/shifts/") => "ana-0",
        _ if path.contains("/shiftswaps/") => "w1",
        _ if path.contains("/schedules/") => "d1",
        _ => "ana",
    };
    path.replace("{id}", id).replace("{session}", "desk-1").replace("{said}", "school")
}

/// Something of every kind, so that a path can name it.
pub(crate) async fn furnish(app: &TestApp) {
    let unit = json!({ "id": "m1", "businessUnitId": "u1", "name": "Evening" });
    app.post("/managementunits", unit).await.is(201);
    let code = json!({ "businessUnitId": "u1", "category": "Training" });
    app.put("/activitycodes/coaching", code).await.is(201);
    app.time_off("t1", "ana", "2026-04-07").await;
    app.swap("w1", "ana-0", "ben-0").await;
    let draft = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": WEEK });
    app.post("/schedules", draft).await.is(201);
    app.post("/agents/ana/sessions", json!({ "sessionId": "desk-1" })).await.is(201);
    let said = json!({ "says": "UNAVAILABLE", "weekly": { "daysOfWeek": ["Sunday"] } });
    app.put("/agents/ana/availability/school", said).await.is(201);
    app.post("/agents/ana/calendar", json!({})).await.is(201);
    // Nobody is there.
    let hook = json!({ "id": "h1", "businessUnitId": "u1", "url": "http://127.0.0.1:9/" });
    app.post("/webhooks", hook).await.is(201);
}

fn guarded() -> impl Iterator<Item = (Route, &'static str)> {
    routes().into_iter().filter_map(|route| Some((route, route.scope?)))
}

fn ask(app: &TestApp, route: &Route) -> Ask {
    let query = if route.method == "GET" { "?businessUnitId=u1" } else { "" };
    app.bare(route.method, &format!("{}{query}", filled(route.path)))
}

fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

#[test]
fn every_route_has_a_test_and_every_test_a_route() {
    let all = routes();
    for route in &all {
        let plain = route.path.replace("/scheduling/schedules/", "/schedules/");
        let is_tested = TESTED.contains(&(route.method, plain.as_str()));
        assert!(is_tested, "{} is in no test of routes/", name(route));
    }
    for (method, path) in TESTED {
        let exists = all.iter().any(|route| (route.method, route.path) == (*method, *path));
        assert!(exists, "{method} {path} is tested, but no route");
    }
}

#[test]
fn every_scope_of_a_route_is_one_that_clients_can_have() {
    for (route, scope) in guarded().filter(|(_, scope)| *scope != ANY) {
        assert!(SCOPES.contains(&scope), "{}: {scope}", name(&route));
        let reads = scope.ends_with(":read");
        assert!(route.method != "GET" || reads, "{} takes {scope}", name(&route));
    }
}

#[tokio::test]
async fn without_a_token_every_route_is_401() {
    let app = TestApp::with_week().await;
    furnish(&app).await;
    let head = app.get("/businessunits/u1").await.revision();
    for (route, _) in guarded() {
        let answer = ask(&app, &route).send().await;
        challenged(&route, answer, "Bearer");
        for bad in ["nonsense", "a.b.c"] {
            let answer = ask(&app, &route).token(bad).send().await;
            challenged(&route, answer, "invalid_token");
        }
        let basic = ask(&app, &route).header("authorization", "Basic YTpi").send().await;
        challenged(&route, basic, "Bearer");
    }
    assert_eq!(app.get("/businessunits/u1").await.revision(), head);
}

#[track_caller]
fn challenged(route: &Route, answer: Answer, says: &str) {
    assert_eq!(answer.status, 401, "{}: {}", name(route), answer.text);
    let answer = answer.refuses(401, "UNAUTHORIZED");
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    assert!(challenge.contains(says), "{}: {challenge}", name(route));
}

#[tokio::test]
async fn an_expired_token_is_told_to_be_expired() {
    let app = TestApp::with_unit().await;
    app.manual.set(now().plus_min(60));
    for (route, _) in guarded() {
        let answer = ask(&app, &route).token(&app.token).send().await;
        challenged(&route, answer, "expired");
    }
}

#[tokio::test]
async fn a_token_of_another_server_is_not_valid() {
    let app = TestApp::with_unit().await;
    let other = TestApp::start().await;
    let (route, _) = guarded().next().unwrap();
    challenged(&route, ask(&app, &route).token(&other.token).send().await, "invalid_token");
}

#[tokio::test]
async fn without_the_scope_every_route_is_403_and_names_it() {
    let app = TestApp::with_week().await;
    furnish(&app).await;
    for (route, scope) in guarded().filter(|(_, scope)| *scope != ANY) {
        let others: Vec<&str> =
            SCOPES.iter().copied().filter(|s| *s != scope && *s != "wfm:admin").collect();
        let token = app.client("partly", &others.join(" ")).await;
        let answer = ask(&app, &route).token(&token).send().await;
        assert_eq!(answer.status, 403, "{}: {}", name(&route), answer.text);
        assert_eq!(answer.refuses(403, "FORBIDDEN").text_at("/scope"), scope);
    }
}

/// What an agent's own token may be told without naming itself: what is nobody's, and a list with
/// nothing of others in it.
const FOR_ALL_AGENTS: &[&str] = &[
    "GET /api/v2/wfm/businessunits/{id}",
    "GET /api/v2/wfm/activitycodes",
    "GET /api/v2/wfm/scheduling/shiftswaps",
];

#[tokio::test]
async fn an_agents_own_token_reaches_nothing_of_somebody_else() {
    let app = TestApp::with_week().await;
    furnish(&app).await;
    let head = app.get("/businessunits/u1").await.revision();
    let token = app.agent("dana").await;
    let agents = json!({ "businessUnitId": "u1", "agentIds": ["ana"] });
    let parties = json!({
        "initiator": { "agentId": "ana", "shiftId": "ana-0" },
        "receiver": { "agentId": "ben", "shiftId": "ben-0" },
    });
    let time_off =
        json!({ "agentId": "ana", "fullDays": ["2026-04-08"], "activityCodeId": "TimeOff" });
    let shift = json!({ "agentId": "ana", "start": "2026-04-11T07:00:00Z", "lengthMinutes": 60,
        "version": 3 });
    // What any token may call takes what is called by it: `routes/bulk.rs`.
    for (route, _) in guarded().filter(|(_, scope)| *scope != ANY) {
        let body = match route.path.trim_start_matches("/api/v2/wfm") {
            "/timeoffrequests/query" => &agents,
            path if path.starts_with("/scheduling/shiftswaps") && !path.contains('{') => &parties,
            "/timeoffrequests" | "/timeoffrequests/evaluate" => &time_off,
            "/scheduling/shifts" | "/scheduling/shifts/{id}" => &shift,
            path if path.ends_with("/accept") => &json!({ "agentId": "ben" }),
            path if path.starts_with("/timeoffrequests/") => &json!({ "note": "away" }),
            _ => &json!({}),
        };
        let ask = ask(&app, &route).token(&token);
        let answer = if route.method == "GET" { ask } else { ask.json(body) }.send().await;
        if FOR_ALL_AGENTS.contains(&name(&route).as_str()) {
            let answer = answer.is(200);
            assert!(!answer.text.contains("ana"), "{}: {}", name(&route), answer.text);
        } else {
            assert_eq!(answer.status, 403, "{}: {}", name(&route), answer.text);
            let detail = answer.refuses(403, "FORBIDDEN").text_at("/detail").to_owned();
            assert!(detail.contains("dana"), "{}: {detail}", name(&route));
        }
    }
    assert_eq!(app.get("/businessunits/u1").await.revision(), head);
}

#[tokio::test]
async fn an_organization_that_is_not_the_tokens_can_be_named_on_no_route() {
    let app = TestApp::with_week().await;
    furnish(&app).await;
    let head = app.get("/businessunits/u1").await.revision();
    let token = app.client_of("globex", "spy", &SCOPES.join(" ")).await;
    for (route, _) in guarded() {
        for organization in ["acme", "nobodys"] {
            let ask = ask(&app, &route).token(&token).header("muster-organization", organization);
            let answer = ask.json(&json!({ "businessUnitId": "u1" })).send().await;
            assert_eq!(answer.status, 403, "{}: {}", name(&route), answer.text);
            let detail = answer.refuses(403, "FORBIDDEN").text_at("/detail").to_owned();
            assert_eq!(detail, format!("organization {organization:?} is not granted"));
        }
    }
    assert_eq!(app.get("/businessunits/u1").await.revision(), head);
}

#[tokio::test]
async fn another_organization_gets_no_confirmation_of_anything() {
    let app = TestApp::with_week().await;
    furnish(&app).await;
    let head = app.get("/businessunits/u1").await.revision();
    let token = app.client_of("globex", "spy", &SCOPES.join(" ")).await;
    for (route, _) in guarded() {
        let body = json!({ "businessUnitId": "u1" });
        let there = ask(&app, &route).token(&token).json(&body).send().await;
        assert!(there.status.as_u16() < 500, "{}: {}", name(&route), there.text);
        for word in ["Support", "dana", "planner", "\"ben\""] {
            assert!(!there.text.contains(word), "{}: {}", name(&route), there.text);
        }
        // The same answer as about something that nobody has.
        let path = filled(&route.path.replace("{id}", "nobodys"));
        let query = if route.method == "GET" { "?businessUnitId=nobodys" } else { "" };
        let nowhere = app.bare(route.method, &format!("{path}{query}")).token(&token);
        let nowhere = nowhere.json(&json!({ "businessUnitId": "nobodys" })).send().await;
        assert_eq!(there.status, nowhere.status, "{}: {}", name(&route), there.text);
    }
    assert_eq!(app.get("/businessunits/u1").await.revision(), head);
    // The same ids are free for the other organization.
    let unit = json!({ "id": "u1", "name": "Theirs", "timeZone": "Asia/Singapore" });
    let made = app.bare("POST", "/api/v2/wfm/businessunits").token(&token).json(&unit);
    made.send().await.is(201);
    let own = app.get("/businessunits/u1").await.is(200);
    assert_eq!(own.text_at("/name"), "Support");
}
