//! Webhooks as clients make, read and change them.

use serde_json::{Value, json};

use crate::app::{TestApp, WEEK, agent_week, now};
use crate::receiver::{Receiver, status};

async fn make(app: &TestApp, body: &Value) -> crate::http::Answer {
    app.post("/webhooks", body.clone()).await
}

fn hook(id: &str, url: &str) -> Value {
    json!({ "id": id, "businessUnitId": "u1", "url": url })
}

/// Waits until a webhook is as it is wanted.
async fn until(app: &TestApp, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let seen = tokio::time::timeout(std::time::Duration::from_secs(30), async {
        loop {
            let shown = app.get(&format!("/webhooks/{id}")).await.is(200).body;
            if wanted(&shown) {
                return shown;
            }
            tokio::task::yield_now().await;
        }
    });
    seen.await.expect("the webhook gets there")
}

#[tokio::test]
async fn a_webhook_is_made_read_listed_changed_and_deleted() {
    let app = TestApp::with_unit().await;
    let receiver = Receiver::start().await;
    let wanted = json!({ "id": "w1", "businessUnitId": "u1", "url": receiver.url,
        "eventTypes": ["swap.*", "shift.changed"], "agentIds": ["ana"] });
    let made = make(&app, &wanted).await.is(201);
    let secret = made.text_at("/secret");
    assert!(secret.starts_with("whsec_") && secret.len() > 40, "{secret}");
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let shown = app.get("/webhooks/w1").await.is(200);
    assert_eq!(shown.body.get("secret"), None, "it is told once");
    assert_eq!((shown.text_at("/status"), shown.number("/version")), ("ACTIVE", 1));
    assert_eq!(shown.text_at("/cursor"), made.revision().to_string());
    assert_eq!(shown.body["eventTypes"], wanted["eventTypes"]);
    let tag = shown.header("etag").unwrap();
    let same = app.ask("GET", "/webhooks/w1").header("if-none-match", tag).send().await;
    same.is(304);
    assert_eq!(app.get("/webhooks").await.is(200).each("id"), ["w1"]);
    assert_eq!(app.get("/webhooks?businessUnitId=u1").await.is(200).each("id"), ["w1"]);
    app.get("/webhooks?businessUnitId=u9").await.refuses(404, "NOT_FOUND");

    // What was read can be sent back.
    let patched = app.patch("/webhooks/w1", shown.body.clone()).await.is(200);
    assert_eq!(patched.body, shown.body);
    let change = json!({ "eventTypes": null, "enabled": false });
    let changed = app.patch("/webhooks/w1", change).await.is(200);
    assert_eq!((changed.text_at("/status"), changed.number("/version")), ("DISABLED", 2));
    assert_eq!(changed.body.get("eventTypes"), None);
    let stale = app.ask("PATCH", "/webhooks/w1").header("if-match", tag);
    let stale = stale.json(&json!({ "enabled": true })).send().await;
    assert_eq!(stale.refuses(409, "VERSION_MISMATCH").body["currentVersion"], 2);
    for fixed in [json!({ "id": "w2" }), json!({ "businessUnitId": "u2" })] {
        app.patch("/webhooks/w1", fixed).await.refuses(422, "INVALID");
    }
    app.delete("/webhooks/w1").await.is(204);
    app.get("/webhooks/w1").await.refuses(404, "NOT_FOUND");
    app.delete("/webhooks/w1").await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_its_field() {
    let app = TestApp::with_unit().await;
    let url = "https://hooks.example.com/x";
    for (body, pointer) in [
        (json!({ "url": url }), "/businessUnitId"),
        (json!({ "businessUnitId": "u1" }), "/url"),
        (hook("w", "http://169.254.169.254/latest"), "/url"),
        (hook("w", "https://10.0.0.1/"), "/url"),
        (hook("w", "https://[::1]/"), "/url"),
        (hook("w", "ftp://hooks.example.com/"), "/url"),
        (json!({ "businessUnitId": "u1", "url": url, "eventTypes": ["swap"] }), "/eventTypes/0"),
        (json!({ "businessUnitId": "u1", "url": url, "colour": 1 }), "/colour"),
    ] {
        let refused = make(&app, &body).await;
        assert_eq!(refused.status, 422, "{body}: {}", refused.text);
        assert_eq!(refused.about().0, pointer, "{}", refused.text);
    }
    make(&app, &json!({ "businessUnitId": "u9", "url": url })).await.refuses(404, "NOT_FOUND");
    assert_eq!(app.get("/webhooks").await.entities().len(), 0);
    make(&app, &hook("w", url)).await.is(201);
    let patched = app.patch("/webhooks/w", json!({ "url": "https://127.0.0.2/" })).await;
    assert_eq!(patched.refuses(422, "INVALID").about().0, "/url");
    for (body, pointer) in [
        (json!({ "after": "yesterday" }), "/after"),
        (json!({ "after": "99999" }), "/after"),
        (json!({}), "/after"),
    ] {
        let refused = app.post("/webhooks/w/replay", body).await;
        assert_eq!((refused.status.as_u16(), refused.about().0), (422, pointer));
    }
    let log = app.get("/webhooks/w/deliveries?cursor=x").await;
    assert_eq!(log.refuses(400, "BAD_PARAMETER").about(), ("cursor", "x"));
}

/// By its id, and by its key: whatever is sent again happens once, also after a restart.
#[tokio::test]
async fn a_webhook_is_made_once_however_often_it_is_asked_for() {
    let mut app = TestApp::with_unit().await;
    let url = "https://hooks.example.com/x";
    let first = make(&app, &hook("w1", url)).await.is(201);
    let again = make(&app, &hook("w1", url)).await.is(200);
    assert_eq!(again.body.get("secret"), None);
    assert_eq!(again.body["createdAt"], first.body["createdAt"]);
    let other = make(&app, &hook("w1", "https://hooks.example.com/y")).await;
    assert_eq!(other.refuses(409, "ALREADY_EXISTS").about(), ("/id", "w1"));

    let body = json!({ "businessUnitId": "u1", "url": url });
    let keyed = async |app: &TestApp, body: &Value| {
        app.ask("POST", "/webhooks").key("k1").json(body).send().await
    };
    let (one, two) = tokio::join!(keyed(&app, &body), keyed(&app, &body));
    let (one, two) = (one.is(201), two.is(201));
    assert_eq!(one.body, two.body, "twins get one answer, the secret in it");
    app.restart().await;
    assert_eq!(keyed(&app, &body).await.is(201).body, one.body);
    let clash = json!({ "businessUnitId": "u1", "url": "https://hooks.example.com/z" });
    keyed(&app, &clash).await.refuses(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(app.get("/webhooks").await.entities().len(), 2);

    let id = one.text_at("/id").to_owned();
    let rotate = async || {
        let ask = app.ask("POST", &format!("/webhooks/{id}/secret"));
        ask.key("k2").send().await.is(200).text_at("/secret").to_owned()
    };
    assert_eq!(rotate().await, rotate().await);
    let remove = async || {
        app.ask("DELETE", &format!("/webhooks/{id}")).key("k3").send().await.is(204);
    };
    remove().await;
    remove().await;
    // It does not come back: the answer does.
    assert_eq!(keyed(&app, &body).await.is(201).body, one.body);
    app.get(&format!("/webhooks/{id}")).await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_ping_is_sent_at_once_and_logged() {
    let app = TestApp::with_unit().await;
    let receiver = Receiver::start().await;
    let made = make(&app, &hook("w1", &receiver.url)).await.is(201);
    let ping = app.post("/webhooks/w1/ping", json!({})).await.is(200);
    assert_eq!((ping.body["taken"].clone(), ping.number("/status")), (json!(true), 204));
    let got = &receiver.all()[0];
    assert_eq!((got.body["type"].as_str(), &got.body["data"]), (Some("webhook.ping"), &json!({})));
    assert_eq!(got.signed_by(made.text_at("/secret")), 1);
    receiver.answers(|_| status(500));
    let ping = app.post("/webhooks/w1/ping", json!({})).await.is(200);
    assert_eq!((ping.body["taken"].clone(), ping.number("/status")), (json!(false), 500));
    assert_eq!(app.get("/webhooks/w1").await.text_at("/status"), "ACTIVE", "it is no event");
    let page = app.get("/webhooks/w1/deliveries?pageSize=1").await.is(200);
    assert_eq!(page.entities(), [ping.body]);
    let cursor = page.text_at("/nextCursor");
    let page = app.get(&format!("/webhooks/w1/deliveries?pageSize=1&cursor={cursor}")).await;
    assert_eq!(page.is(200).entities()[0]["status"], 204);
}

#[tokio::test]
async fn two_secrets_overlap_for_a_day() {
    let mut app = TestApp::with_unit().await;
    let receiver = Receiver::start().await;
    let first = make(&app, &hook("w1", &receiver.url)).await.is(201).text_at("/secret").to_owned();
    let second = app.post("/webhooks/w1/secret", json!({})).await.is(200);
    let second = second.text_at("/secret").to_owned();
    assert_ne!(first, second);
    for (minutes, signatures) in [(0, (1, 1)), (24 * 60 - 1, (1, 1)), (24 * 60, (0, 1))] {
        app.go_to(now().plus_min(minutes)).await;
        app.post("/webhooks/w1/ping", json!({})).await.is(200);
        let got = receiver.all().pop().unwrap();
        assert_eq!((got.signed_by(&first), got.signed_by(&second)), signatures, "{minutes}");
    }
}

#[tokio::test]
async fn what_was_sent_is_sent_again_from_a_cursor() {
    let app = TestApp::with_week().await;
    let receiver = Receiver::start().await;
    make(&app, &hook("w1", &receiver.url)).await.is(201);
    let events = app.get("/events?businessUnitId=u1&after=0").await.is(200);
    let ids = events.each("id");
    let after = json!({ "after": ids[2] });
    let set_back = app.post("/webhooks/w1/replay", after.clone()).await.is(200);
    assert_eq!(set_back.text_at("/cursor"), ids[2]);
    let got = receiver.first(ids.len() - 3).await;
    let sent: Vec<&str> = got.iter().map(|got| got.event()).collect();
    assert_eq!(sorted(&sent), sorted(&ids[3..]));
    let head = events.revision().to_string();
    until(&app, "w1", |shown| shown["cursor"] == head.as_str()).await;
    app.post("/webhooks/w1/replay", after).await.is(200);
    let twice = receiver.first(2 * (ids.len() - 3)).await;
    let named =
        |got: &crate::receiver::Got| (got.event().to_owned(), got.header("webhook-id").to_owned());
    let (mut one, mut two): (Vec<_>, Vec<_>) =
        (got.iter().map(named).collect(), twice[got.len()..].iter().map(named).collect());
    one.sort();
    two.sort();
    assert_eq!(one, two, "the same under the same names");
}

fn sorted<'a>(ids: &[&'a str]) -> Vec<&'a str> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids
}

/// Whether a webhook tells of drafts is what its maker may see.
#[tokio::test]
async fn a_webhook_tells_no_more_than_its_maker_may_read() {
    let app = TestApp::with_week().await;
    let receiver = Receiver::start().await;
    let narrow = app.client("narrow", "wfm:event:write").await;
    for (id, token) in [("wide", &app.token), ("narrow", &narrow)] {
        let url = format!("{}/{id}", receiver.url);
        app.ask("POST", "/webhooks").token(token).json(&hook(id, &url)).send().await.is(201);
    }
    let weeks = [agent_week("ben", &[0, 1])];
    let draft = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": WEEK,
        "agentSchedules": weeks });
    app.post("/schedules", draft).await.is(201);
    app.patch("/scheduling/shifts/ben-3", json!({ "lengthMinutes": 400 })).await.is(200);
    let head = app.get("/events?businessUnitId=u1").await.revision().to_string();
    for id in ["wide", "narrow"] {
        until(&app, id, |shown| shown["cursor"] == head.as_str()).await;
    }
    let drafts = |path: &str| {
        let all = receiver.all();
        let of = all.iter().filter(|got| got.path.ends_with(path));
        of.filter(|got| got.body["type"].as_str().unwrap().starts_with("draft.")).count()
    };
    assert!(drafts("wide") > 0);
    assert_eq!(drafts("narrow"), 0);
}
