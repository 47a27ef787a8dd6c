//! Tokens, names of requests, methods and paths.

use serde_json::json;

use crate::app::TestApp;
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
        "x",
        "wfm:agent:read wfm:everything",
    );
    assert!(made.await.unwrap_err().to_string().contains("wfm:everything"));
}
