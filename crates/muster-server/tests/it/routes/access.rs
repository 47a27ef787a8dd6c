//! Tokens, names of requests, methods and paths.

use muster_core::Instant;
use muster_server::limits;
use serde_json::json;

use crate::app::{TestApp, now};
use crate::http::Answer;

async fn token(app: &TestApp, form: &str) -> Answer {
    app.bare("POST", "/oauth/token").bytes(form.as_bytes().to_vec()).send().await
}

#[tokio::test]
async fn a_client_gets_a_token_by_form_or_basic() {
    let app = TestApp::start().await;
    let client = app.new_client("acme", "engine", "wfm:agent:read wfm:unit:read").await;
    let (id, secret) = (client.client_id.to_string(), client.client_secret);
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let answer = token(&app, &form).await.is(200);
    assert_eq!(answer.text_at("/token_type"), "bearer");
    assert_eq!(answer.number("/expires_in"), 3_600);
    assert_eq!(answer.text_at("/scope"), "wfm:agent:read wfm:unit:read");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let narrow = token(&app, &format!("{form}&scope=wfm:agent:read")).await.is(200);
    assert_eq!(narrow.text_at("/scope"), "wfm:agent:read");
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    let ask = app.bare("POST", "/oauth/token").header("authorization", &format!("Basic {basic}"));
    ask.bytes(b"grant_type=client_credentials".to_vec()).send().await.is(200);
}

#[tokio::test]
async fn a_client_that_is_not_known_gets_nothing() {
    let app = TestApp::start().await;
    let client = app.new_client("acme", "engine", "wfm:agent:read").await;
    let id = client.client_id.to_string();
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret=");
    let wrong = token(&app, &format!("{form}wrong")).await.refuses(401, "UNAUTHORIZED");
    assert!(wrong.header("www-authenticate").is_some());
    let nobody = "grant_type=client_credentials&client_id=nobody&client_secret=wrong";
    let nobody = token(&app, nobody).await.refuses(401, "UNAUTHORIZED");
    assert_eq!(nobody.body["detail"], wrong.body["detail"]);
    token(&app, "grant_type=client_credentials").await.refuses(401, "UNAUTHORIZED");
    token(&app, "grant_type=password").await.refuses(400, "BAD_PARAMETER");
    token(&app, "").await.refuses(400, "BAD_PARAMETER");
    let more = format!("{form}{}&scope=wfm:admin", client.client_secret);
    let more = token(&app, &more).await.refuses(400, "BAD_PARAMETER");
    assert_eq!(more.about(), ("scope", "wfm:admin"));
}

#[tokio::test]
async fn a_request_keeps_the_name_its_client_gave_it() {
    let app = TestApp::with_unit().await;
    let ask = app.ask("GET", "/agents/ana").header("x-correlation-id", "import-7");
    assert_eq!(ask.send().await.is(200).header("x-correlation-id"), Some("import-7"));
    let ask = app.ask("GET", "/agents/zoe").header("x-correlation-id", "import-8");
    let refused = ask.send().await.refuses(404, "NOT_FOUND");
    assert_eq!(refused.body["contextId"], "import-8");
    let own = app.get("/agents/zoe").await.refuses(404, "NOT_FOUND");
    assert_eq!(own.text_at("/contextId").len(), 16);
}

#[tokio::test]
async fn other_paths_and_methods_are_named_as_such() {
    let app = TestApp::with_unit().await;
    app.get("/nothing").await.refuses(404, "NOT_FOUND");
    app.bare("GET", "/").send().await.refuses(404, "NOT_FOUND");
    let answer = app.delete("/businessunits").await.refuses(405, "METHOD_NOT_ALLOWED");
    assert!(answer.header("allow").is_some_and(|allow| allow.contains("POST")));
    let answer = app.bare("GET", "/oauth/token").send().await;
    answer.refuses(405, "METHOD_NOT_ALLOWED");
    let health = app.bare("GET", "/healthz").send().await.is(200);
    assert_eq!(health.text, "ok\n");
}

#[tokio::test]
async fn an_admin_may_do_everything() {
    let mut app = TestApp::with_unit().await;
    app.token = app.client("root", "wfm:admin").await;
    app.get("/agents/ana").await.is(200);
    app.post("/agents/ana/sessions", json!({})).await.is(201);
}

#[tokio::test]
async fn a_scope_that_does_not_exist_is_given_to_nobody() {
    let app = TestApp::start().await;
    let clock = muster_server::clock::Clock::manual(app.manual.clone());
    let url = app.ledger_url();
    let ledger = muster_ledger::Ledger::open(&url, muster_ledger::Role::Beside).await.unwrap();
    let organization = crate::app::organization();
    let made = muster_server::access::create_client(
        &ledger,
        &clock,
        &organization,
        Default::default(),
        "x",
        "wfm:agent:read wfm:everything",
    );
    assert!(made.await.unwrap_err().to_string().contains("wfm:everything"));
}

fn later(at: Instant, seconds: i64) -> Instant {
    Instant::from_ms(at.ms() + seconds * 1_000)
}

/// The ledger of the server, as `muster client` opens it beside.
async fn beside(app: &TestApp) -> muster_ledger::Ledger {
    muster_ledger::Ledger::open(&app.ledger_url(), muster_ledger::Role::Beside).await.unwrap()
}

#[tokio::test]
async fn the_tokens_of_a_revoked_client_end_within_seconds() {
    let app = TestApp::with_unit().await;
    let client = app.new_client("acme", "engine", "wfm:agent:read").await;
    let token = app.token_of(&client, "").await;
    let read = async || {
        let ask = app.bare("GET", "/api/v2/wfm/agents/ana").token(&token);
        ask.send().await
    };
    read().await.is(200);
    let at = now();
    let organization = crate::app::organization();
    beside(&app).await.revoke_client(&organization, &client.client_id, at).await.unwrap();
    app.manual.set(later(at, limits::TRUST_SECONDS));
    let refused = read().await.refuses(401, "UNAUTHORIZED");
    assert!(refused.header("www-authenticate").is_some_and(|says| says.contains("revoked")));
    // Everybody else goes on.
    app.get("/agents/ana").await.is(200);
}

#[tokio::test]
async fn keys_rotate_under_running_servers() {
    let app = TestApp::with_unit().await;
    let client = app.new_client("acme", "engine", "wfm:agent:read").await;
    let old = app.token_of(&client, "").await;
    let ledger = beside(&app).await;
    let read =
        async |token: &str| app.bare("GET", "/api/v2/wfm/agents/ana").token(token).send().await;
    let at = now();
    let rotate = async |at, drops_older| {
        ledger.rotate_signing_key(rand::random(), at, drops_older).await.unwrap();
    };
    rotate(at, false).await;
    let seconds = |n: i64| later(at, n * limits::TRUST_SECONDS);
    app.manual.set(seconds(1));
    let new = app.token_of(&client, "").await;
    assert_ne!(old.split('.').next(), new.split('.').next(), "another key signs");
    for token in [&old, &new] {
        read(token).await.is(200);
    }
    rotate(seconds(1), true).await;
    app.manual.set(seconds(2));
    for token in [&old, &new] {
        read(token).await.refuses(401, "UNAUTHORIZED");
    }
    read(&app.token_of(&client, "").await).await.is(200);
}

#[tokio::test]
async fn a_key_that_another_node_took_up_is_looked_for() {
    let app = TestApp::with_unit().await;
    let client = app.new_client("acme", "engine", "wfm:agent:read").await;
    let ledger = beside(&app).await;
    let clock = muster_server::clock::Clock::manual(app.manual.clone());
    ledger.rotate_signing_key(rand::random(), now(), false).await.unwrap();
    let metrics = muster_server::metrics::Metrics::default();
    let other = muster_server::access::Access::open(ledger, clock, &metrics, &[]).await.unwrap();
    let (id, secret) = (client.client_id.as_str(), &client.client_secret);
    let token = other.token(id, secret, Default::default()).await.unwrap().access_token;
    app.manual.set(later(now(), limits::NEW_KEY_SECONDS));
    app.bare("GET", "/api/v2/wfm/agents/ana").token(&token).send().await.is(200);
}

#[tokio::test]
async fn a_failed_login_is_as_much_work_whether_the_client_exists_or_not() {
    let app = TestApp::start().await;
    let client = app.new_client("acme", "engine", "wfm:agent:read").await;
    let revoked = app.new_client("acme", "engine", "wfm:agent:read").await;
    let at = now();
    let organization = crate::app::organization();
    beside(&app).await.revoke_client(&organization, &revoked.client_id, at).await.unwrap();
    let work = async || {
        let metrics = app.bare("GET", "/metrics").send().await.is(200);
        let line = metrics.text.lines().find_map(|line| line.strip_prefix("muster_login_work_kib"));
        line.unwrap().rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let mut done = Vec::new();
    for id in [client.client_id.as_str(), "nobody", revoked.client_id.as_str(), "no id", "nobody"] {
        let before = work().await;
        let id = id.replace(' ', "+");
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret=wrong");
        token(&app, &form).await.refuses(401, "UNAUTHORIZED");
        done.push(work().await - before);
    }
    assert_eq!(done, [8 * 1_024; 5]);
}
