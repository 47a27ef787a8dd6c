//! Remedies of many kinds, each sent as it is written down: what was wanted happens.

use serde_json::{Value, json};

use crate::app::{TestApp, WEEK, at};
use crate::http::Answer;

/// The remedy of that name of the first conflict of a kind.
fn remedy(refusal: &Answer, kind: &str, id: &str) -> Value {
    let conflicts = refusal.body["conflicts"].as_array().unwrap();
    let conflict = conflicts.iter().find(|conflict| conflict["kind"] == kind);
    let conflict = conflict.unwrap_or_else(|| panic!("{kind}: {}", refusal.text));
    let mut remedies = conflict["remedies"].as_array().unwrap().iter();
    let remedy = remedies.find(|remedy| remedy["id"] == id);
    remedy.unwrap_or_else(|| panic!("{kind} {id}: {}", refusal.text)).clone()
}

/// Sends `method href body` as it is.
async fn send(app: &TestApp, remedy: &Value) -> Answer {
    let (method, href) = (remedy["method"].as_str().unwrap(), remedy["href"].as_str().unwrap());
    app.bare(method, href).token(&app.token).json(&remedy["body"]).send().await
}

async fn rule(app: &TestApp, rule: Value) {
    app.put("/businessunits/u1/rules", json!({ "rules": [rule] })).await.is(200);
}

fn new(id: &str, agent: &str, day: i64, hour: i64) -> Value {
    json!({ "id": id, "agentId": agent, "start": at(day, hour), "lengthMinutes": 480 })
}

#[tokio::test]
async fn remedies_of_a_publish_let_the_rest_of_it_go_live() {
    let app = TestApp::with_week().await;
    app.time_off("t1", "ana", "2026-04-11").await;
    let locked = json!({ "kind": "PERIOD_LOCKED", "severity": "block",
        "params": { "through": WEEK } });
    rule(&app, locked).await;
    let mut saturday = new("ana-5", "ana", 5, 8);
    saturday["op"] = json!("put");
    let moved = json!({ "op": "update", "shiftId": "ana-0", "lengthMinutes": 450 });
    let draft = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": WEEK,
        "edits": [moved, saturday] });
    app.post("/schedules", draft).await.is(201);
    let publish = "/scheduling/schedules/d1/publish";
    let first = app.post(publish, json!({})).await.refuses(409, "CONFLICT");
    // The locked shift stays as it is; the request is still in the way, and is denied first.
    let left = remedy(&first, "PERIOD_LOCKED", "leave_out");
    assert_eq!(left["way"], "itself");
    let second = send(&app, &left).await.refuses(409, "CONFLICT");
    let denied = remedy(&second, "TIME_OFF_PENDING_OVERLAP", "decide_time_off");
    assert_eq!(denied["way"], "first");
    assert_eq!(send(&app, &denied).await.is(200).text_at("/status"), "DENIED");
    send(&app, &left).await.is(200);
    app.get("/scheduling/shifts/ana-5").await.is(200);
    assert_eq!(app.get("/scheduling/shifts/ana-0").await.is(200).number("/lengthMinutes"), 480);
}

#[tokio::test]
async fn remedies_of_a_shift_make_it_fit() {
    let app = TestApp::with_week().await;
    let mut late = new("late", "ana", 0, 12);
    late["lengthMinutes"] = json!(360);
    let late = app.post("/scheduling/shifts", late).await;
    let trim = remedy(&late.refuses(409, "CONFLICT"), "SHIFT_OVERLAP", "trim");
    send(&app, &trim).await.is(200);
    let fits = app.get("/scheduling/shifts/late").await.is(200);
    assert_eq!((fits.text_at("/start"), fits.number("/lengthMinutes")), (&*at(0, 15), 180));

    let breaks = json!({ "kind": "BREAK_MISSING", "severity": "block" });
    rule(&app, breaks).await;
    let long = app.post("/scheduling/shifts", new("long", "ben", 5, 8)).await;
    let rested = remedy(&long.refuses(409, "CONFLICT"), "BREAK_MISSING", "add_break");
    send(&app, &rested).await.is(200);
    let long = app.get("/scheduling/shifts/long").await.is(200);
    assert_eq!(long.body["activities"][0]["activityCodeId"], "Break");
}

#[tokio::test]
async fn remedies_of_decisions_come_first_or_instead() {
    let app = TestApp::with_week().await;
    app.time_off("t1", "ana", "2026-04-11").await;
    let more = json!({ "id": "t2", "agentId": "ana", "fullDays": ["2026-04-11", "2026-04-12"] });
    let clash = app.post("/timeoffrequests", more).await.refuses(409, "CONFLICT");
    let free = remedy(&clash, "TIME_OFF_OVERLAPS_TIME_OFF", "trim");
    assert_eq!(send(&app, &free).await.is(201).body["fullDays"], json!(["2026-04-12"]));

    app.post("/timeoffrequests/t1/approve", json!({})).await.is(200);
    let late = app.post("/timeoffrequests/t1/deny", json!({})).await.refuses(409, "CONFLICT");
    let instead = remedy(&late, "TIME_OFF_ALREADY_DECIDED", "cancel_time_off");
    assert_eq!(instead["way"], "instead");
    assert_eq!(send(&app, &instead).await.is(200).text_at("/status"), "CANCELED");

    app.swap("w1", "ana-0", "ben-0").await;
    app.post("/scheduling/shiftswaps/w1/cancel", json!({})).await.is(200);
    let over = app.post("/scheduling/shiftswaps/w1/approve", json!({})).await;
    let again = remedy(&over.refuses(409, "CONFLICT"), "SWAP_WITHDRAWN", "offer_again");
    assert_eq!(send(&app, &again).await.is(201).text_at("/status"), "PENDING_PARTNER");
}
