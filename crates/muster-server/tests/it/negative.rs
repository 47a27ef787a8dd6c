//! Nothing that a client sends makes a 5xx, and every refusal says what is wrong.

use std::collections::{BTreeMap, BTreeSet};

use muster_server::limits;
use muster_server::router::routes;
use serde_json::{Value, json};

use crate::app::{TestApp, WEEK, agent_week, at};
use crate::coverage::{filled, furnish};
use crate::http::Answer;
use crate::rush::Dice;

#[track_caller]
fn sound(what: &str, answer: &Answer) {
    let status = answer.status.as_u16();
    assert!(status < 500, "{what}: {status} {}", answer.text);
    if status >= 400 {
        let form = answer.header("content-type");
        assert_eq!(form, Some("application/problem+json"), "{what}: {status} {}", answer.text);
        assert_eq!(answer.body["contextId"].as_str(), answer.header("x-correlation-id"), "{what}");
        assert_eq!(answer.body["status"], status, "{what}");
    }
}

#[tokio::test]
async fn other_methods_are_405_and_say_which_ones_there_are() {
    let app = TestApp::with_week().await;
    let mut methods: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for route in routes() {
        methods.entry(route.path).or_default().insert(route.method);
    }
    for (path, known) in methods {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if known.contains(method) {
                continue;
            }
            let answer = app.bare(method, &filled(path)).token(&app.token).send().await;
            sound(path, &answer);
            assert_eq!(answer.status, 405, "{method} {path}: {}", answer.text);
            let allow = answer.header("allow").unwrap_or_default();
            assert!(known.iter().all(|known| allow.contains(known)), "{path}: {allow}");
        }
    }
}

#[tokio::test]
async fn what_is_no_json_is_400_on_every_route_that_takes_some() {
    let app = TestApp::with_week().await;
    furnish(&app).await;
    for route in routes().iter().filter(|route| route.scope.is_some()) {
        for body in [&b"{"[..], b"[", b"\"", b"{}}", b"\xff\xfe", b"nul", b"{\"a\":1,}"] {
            let ask = app.bare(route.method, &filled(route.path)).token(&app.token);
            let answer = ask.bytes(body.to_vec()).send().await;
            sound(route.path, &answer);
        }
    }
    let broken = app.ask("PUT", "/agents/ana").bytes(b"{".to_vec()).send().await;
    broken.refuses(400, "MALFORMED_JSON");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413() {
    let app = TestApp::with_unit().await;
    let mut body = b"{\"name\":\"".to_vec();
    body.resize(limits::BODY_BYTES + 1, b'x');
    let answer = app.ask("PATCH", "/businessunits/u1").bytes(body).send().await;
    answer.refuses(413, "BODY_TOO_LARGE");
    let form = vec![b'x'; 3 * 1024 * 1024];
    let answer = app.bare("POST", "/oauth/token").bytes(form).send().await;
    answer.refuses(413, "BODY_TOO_LARGE");
}

#[tokio::test]
async fn deep_and_wide_json_is_refused_like_any_other() {
    let app = TestApp::with_week().await;
    let deep = [b"[".repeat(100_000), b"{\"a\":".repeat(100_000)];
    for body in deep {
        let answer = app.ask("POST", "/schedules").bytes(body).send().await;
        sound("deep", &answer);
        assert!(answer.status.is_client_error());
    }
    let wide = json!({ "edits": vec![json!({ "op": "delete", "shiftId": "ana-0" }); 50_000] });
    let answer = app.patch(&format!("/schedules/{}", app.live().await), wide).await;
    sound("wide", &answer);
}

#[tokio::test]
async fn odd_headers_are_refused_by_name_or_ignored() {
    let app = TestApp::with_week().await;
    let ask = |name: &str, value: &str| {
        let ask = app.ask("PUT", "/scheduling/shifts/ana-0").header(name, value);
        ask.json(&json!({ "note": "x" })).send()
    };
    let foreign = ask("if-match", "\"abc\"").await.refuses(400, "BAD_PARAMETER");
    assert_eq!(foreign.about(), ("If-Match", "\"abc\""));
    ask("if-match", "*").await.refuses(428, "BASE_REQUIRED");
    let far = format!("\"{}.{}\"", u64::MAX, "0".repeat(24));
    sound("far tag", &ask("if-match", &far).await);
    sound("long name", &ask("x-correlation-id", &"x".repeat(3_000)).await);
    sound("accept", &ask("accept", "text/html;q=0.5").await);
}

const FIELDS: &[&str] = &[
    "id",
    "name",
    "timeZone",
    "startDayOfWeek",
    "businessUnitId",
    "managementUnitId",
    "agentId",
    "skills",
    "contract",
    "email",
    "agents",
    "category",
    "paid",
    "rules",
    "kind",
    "severity",
    "params",
    "weekDate",
    "from",
    "publish",
    "agentSchedules",
    "edits",
    "shifts",
    "op",
    "shiftId",
    "start",
    "end",
    "lengthMinutes",
    "activities",
    "activityCodeId",
    "offsetMinutes",
    "baseVersion",
    "scheduleVersion",
    "baseRevision",
    "acknowledge",
    "where",
    "upTo",
    "until",
    "shiftIds",
    "fingerprints",
    "resolutions",
    "mode",
    "reason",
    "agentIds",
    "initiator",
    "receiver",
    "expiresAt",
    "externalIds",
    "trade_id",
    "fullDays",
    "statuses",
    "note",
    "tags",
    "revision",
    "events",
    "state",
    "at",
    "sessionId",
    "cursor",
    "pageSize",
    "planToken",
    "local",
    "disambiguation",
    "atom",
    "keep",
    "to",
    "validFrom",
    "autoApprove",
    "version",
    "staffing",
    "skill",
    "intervals",
    "trunks",
    "capacity",
    "managementUnitIds",
    "sites",
    "seats",
];

fn atom(dice: &mut Dice) -> Value {
    let far = i64::MAX;
    let texts = [
        "u1",
        "ana",
        "ben",
        "ana-0",
        "w1",
        "t1",
        "d1",
        "m1",
        "coaching",
        "Break",
        "Meal",
        "",
        "a b",
        "\u{0}",
        "Europe/Berlin",
        "Monday",
        WEEK,
        "2026-04-08",
        "9999-12-31",
        "-000001-01-01",
        "2026-03-29T02:30",
        "9999-12-31T23:59:59Z",
        "put",
        "update",
        "delete",
        "perAgent",
        "atomic",
        "published",
        "empty",
        "REST_TIME_SHORT",
        "block",
        "span",
        "yours",
        "live",
        "exists",
        "plan.1.2.3",
        "plan.1.2.-9223372036854775808",
        "plan.99.2.0",
        "00000000000000ff.30",
        "0-0",
        "PENDING",
        "DRAFT",
        "reject",
    ];
    match dice.below(12) {
        0 => Value::Null,
        1 => json!(dice.below(2) == 0),
        2 => json!(*dice.pick(&[0, 1, 3, 4, 480, -1, 1_441, far, i64::MIN])),
        3 => json!(u64::MAX),
        4 => json!(*dice.pick(&[0.5, 1e300, -1e-9])),
        5 => json!(at(i64::try_from(dice.below(9)).unwrap(), 7)),
        6 => json!("x".repeat(dice.below(5_000))),
        _ => json!(*dice.pick(&texts)),
    }
}

fn value(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(if depth == 0 { 3 } else { 6 }) {
        0..3 => atom(dice),
        3 => (0..dice.below(4)).map(|_| value(dice, depth - 1)).collect(),
        _ => object(dice, depth - 1),
    }
}

fn object(dice: &mut Dice, depth: usize) -> Value {
    let count = 1 + dice.below(6);
    let pair = |dice: &mut Dice| ((*dice.pick(FIELDS)).to_owned(), value(dice, depth));
    (0..count).map(|_| pair(dice)).collect::<serde_json::Map<_, _>>().into()
}

/// A body that is nearly right: one of these, with a few members made wrong.
fn nearly(dice: &mut Dice) -> Value {
    let side = |agent: &str| json!({ "agentId": agent, "shiftId": format!("{agent}-0") });
    let whole = [
        json!({ "name": "x", "timeZone": "Europe/Berlin", "businessUnitId": "u1" }),
        json!({ "businessUnitId": "u1", "weekDate": WEEK, "publish": true, "baseRevision": 3,
            "agentSchedules": [agent_week("ana", &[0])] }),
        json!({ "scheduleVersion": 3, "agentSchedules": [agent_week("ben", &[0, 5])] }),
        json!({ "edits": [{ "op": "update", "shiftId": "ana-0", "note": "x" }] }),
        json!({ "agentId": "ana", "start": at(5, 7), "lengthMinutes": 480, "activities": [
            { "activityCodeId": "Meal", "offsetMinutes": 10, "lengthMinutes": 10 }] }),
        json!({ "initiator": side("ana"), "receiver": side("ben"), "expiresAt": at(0, 1) }),
        json!({ "agentId": "ana", "fullDays": ["2026-04-07"], "note": null }),
        json!({ "rules": [{ "kind": "REST_TIME_SHORT", "params": { "minRestMinutes": 5 } }] }),
        json!({ "from": at(0, 7), "to": at(1, 7), "staffing": [
            { "intervals": [{ "start": at(0, 7), "end": at(0, 9), "agents": 2 }] }] }),
        json!({ "trunks": [{ "id": "eu", "capacity": 3, "managementUnitIds": ["m1"] }] }),
        json!({ "sites": [{ "id": "lyon", "seats": 2 }] }),
        json!({ "events": [{ "agentId": "ana", "at": at(0, 7), "state": "Break" }] }),
        json!({ "planToken": "plan.3.2.0", "acknowledge": [{ "kind": "REST_TIME_SHORT",
            "where": { "agentIds": ["ana"], "from": WEEK }, "reason": "x", "upTo": 9 }] }),
        json!({ "mode": "atomic", "acknowledge": [], "resolutions": [
            { "shiftId": "ana-0", "atom": "span", "keep": "live" }] }),
    ];
    let mut body = dice.pick(&whole).clone();
    for _ in 0..dice.below(3) {
        let members: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
        let member = dice.pick(&members).clone();
        match body[&member].as_array_mut().and_then(|all| all.first_mut()) {
            Some(first) if first.is_object() && dice.below(2) == 0 => {
                first[*dice.pick(FIELDS)] = value(dice, 2);
            }
            Some(_) | None => body[&member] = value(dice, 2),
        }
    }
    body
}

fn query(dice: &mut Dice) -> String {
    let names = [
        "businessUnitId",
        "agentId",
        "weekDate",
        "status",
        "pageSize",
        "cursor",
        "from",
        "to",
        "atRevision",
        "asOf",
        "after",
        "types",
        "managementUnitId",
        "kind",
        "x",
    ];
    let values = [
        "u1",
        "ana",
        WEEK,
        "DRAFT",
        "0",
        "1",
        "2",
        "4",
        "18446744073709551615",
        "-1",
        "2026-03-23T08:00:00Z",
        "9999-12-31T00:00:00Z",
        "-009999-01-01T00:00:00Z",
        "",
        "%00",
        "%ff",
        "MCAwIA",
        "OTkgOTIyMzM3MjAzNjg1NDc3NTgwNyB4",
        "%F0%9F%92%A9",
        "a%20b",
        "shift.changed",
    ];
    let pair = |dice: &mut Dice| format!("{}={}", dice.pick(&names), dice.pick(&values));
    let mut pairs = vec!["businessUnitId=u1".to_owned()];
    pairs.extend((0..dice.below(3)).map(|_| pair(dice)));
    pairs.drain(..dice.below(2));
    pairs.join("&")
}

fn path(dice: &mut Dice, path: &str) -> String {
    let odd = ["x", "%00", "%2F", "%ff", "..", "a%20b", "%F0%9F%92%A9", "0"];
    match dice.below(4) {
        0 => {
            let (id, session) = (*dice.pick(&odd), *dice.pick(&odd));
            path.replace("{id}", id).replace("{session}", session)
        }
        _ => filled(path),
    }
}

async fn throw(seed: u64, count: usize) {
    let app = TestApp::with_week().await;
    furnish(&app).await;
    let mut dice = Dice(seed);
    let routes: Vec<_> = routes().into_iter().filter(|route| route.scope.is_some()).collect();
    for n in 0..count {
        let route = &routes[n % routes.len()];
        let path = path(&mut dice, route.path);
        let body = if dice.below(2) == 0 { nearly(&mut dice) } else { value(&mut dice, 3) };
        let query = query(&mut dice);
        let what = format!("seed {seed}: {} {path}?{query} {body}", route.method);
        let ask = app.bare(route.method, &format!("{path}?{query}")).token(&app.token);
        let answer = ask.json(&body).send().await;
        sound(&what, &answer);
    }
    app.get("/businessunits/u1").await.is(200);
    let (entries, notes) = app.stop().await;
    crate::oracle::check(&entries, &notes);
}

#[tokio::test]
async fn nothing_that_is_thrown_at_it_makes_a_5xx() {
    throw(7, 1_500).await;
}

#[tokio::test]
async fn nothing_else_that_is_thrown_at_it_does_either() {
    throw(20_260_406, 1_500).await;
}
