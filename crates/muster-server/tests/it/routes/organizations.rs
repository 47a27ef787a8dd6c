//! Clients of several organizations: each request is about one, which it names.

use std::collections::BTreeSet;

use muster_core::id::OrganizationId;
use muster_ledger::{Ledger, Role};
use muster_server::access::{NewClient, create_client};
use muster_server::clock::Clock;
use serde_json::json;

use crate::app::{TestApp, organization};
use crate::http::Ask;

async fn client_of_both(app: &TestApp) -> NewClient {
    let ledger = Ledger::open(&app.ledger_url(), Role::Beside).await.unwrap();
    let clock = Clock::manual(app.manual.clone());
    let also: BTreeSet<_> = [OrganizationId::parse("globex").unwrap()].into();
    create_client(&ledger, &clock, &organization(), also, "both", "wfm:admin").await.unwrap()
}

fn ask(app: &TestApp, token: &str, method: &str, path: &str, organization: &str) -> Ask {
    let ask = app.bare(method, &format!("/api/v2/wfm{path}")).token(token);
    ask.header("muster-organization", organization)
}

#[tokio::test]
async fn a_request_with_a_token_of_several_names_the_one_it_is_about() {
    let app = TestApp::with_unit().await;
    let client = client_of_both(&app).await;
    let token = app.token_of(&client, "").await;
    let unnamed = app.bare("GET", "/api/v2/wfm/agents/ana").token(&token).send().await;
    assert_eq!(unnamed.refuses(400, "BAD_PARAMETER").about().0, "Muster-Organization");
    ask(&app, &token, "GET", "/agents/ana", "acme").send().await.is(200);
    ask(&app, &token, "GET", "/agents/ana", "globex").send().await.refuses(404, "NOT_FOUND");
    let unit = json!({ "id": "u1", "name": "Theirs", "timeZone": "Asia/Singapore" });
    ask(&app, &token, "POST", "/businessunits", "globex").json(&unit).send().await.is(201);
    let theirs = ask(&app, &token, "GET", "/businessunits/u1", "globex").send().await.is(200);
    assert_eq!(theirs.text_at("/name"), "Theirs");
    assert_eq!(app.get("/businessunits/u1").await.is(200).text_at("/name"), "Support");
    // One that exists and one that does not are refused alike.
    app.new_client("initech", "theirs", "wfm:admin").await;
    let refused = async |name: &str| {
        let refused = ask(&app, &token, "GET", "/agents/ana", name).send().await;
        refused.refuses(403, "FORBIDDEN").text_at("/detail").replace(name, "…")
    };
    let there = refused("initech").await;
    for name in ["nobody", "no id", "", "acme, globex", "ACME"] {
        assert_eq!(refused(name).await, there.replace('…', name).replace(name, "…"));
    }
}

#[tokio::test]
async fn a_token_of_one_organization_may_name_it_and_no_other() {
    let app = TestApp::with_unit().await;
    ask(&app, &app.token, "GET", "/agents/ana", "acme").send().await.is(200);
    let other = ask(&app, &app.token, "GET", "/agents/ana", "globex").send().await;
    other.refuses(403, "FORBIDDEN");
}

#[tokio::test]
async fn a_token_can_be_asked_for_one_of_them() {
    let app = TestApp::with_unit().await;
    let client = client_of_both(&app).await;
    let form = |more: &str| {
        let NewClient { client_id, client_secret } = &client;
        let form = format!("grant_type=client_credentials&client_id={client_id}");
        let form = format!("{form}&client_secret={client_secret}{more}");
        app.bare("POST", "/oauth/token").bytes(form.into_bytes()).send()
    };
    let all = form("").await.is(200);
    assert_eq!(all.body["organizations"], json!(["acme", "globex"]));
    let one = form("&organization=globex").await.is(200);
    assert_eq!(one.body["organizations"], json!(null));
    let read = |token: &str| app.bare("GET", "/api/v2/wfm/agents/ana").token(token).send();
    read(one.text_at("/access_token")).await.refuses(404, "NOT_FOUND");
    let other = form("&organization=initech").await.refuses(400, "BAD_PARAMETER");
    assert_eq!(other.about(), ("organization", "initech"));
    // An agent's id is somebody else's in each of them.
    let agent = form("&agent=ana").await.refuses(400, "BAD_PARAMETER");
    assert_eq!(agent.about().0, "organization");
    let agent = form("&agent=ana&organization=acme").await.is(200);
    let view = "/api/v2/wfm/scheduling/agents/ana/schedule";
    app.bare("GET", view).token(agent.text_at("/access_token")).send().await.is(200);
}

#[tokio::test]
async fn keys_and_audit_go_by_the_organization_that_is_named() {
    let app = TestApp::with_unit().await;
    let client = client_of_both(&app).await;
    let token = app.token_of(&client, "").await;
    let unit = json!({ "id": "u2", "name": "Two", "timeZone": "Europe/Berlin" });
    for organization in ["acme", "globex"] {
        let make = ask(&app, &token, "POST", "/businessunits", organization);
        make.key("same").json(&unit).send().await.is(201);
        let eve = json!({ "businessUnitId": "u2", "name": organization });
        let put = ask(&app, &token, "PUT", "/agents/eve", organization).key("eve").json(&eve);
        assert!(put.send().await.status.is_success());
    }
    for organization in ["acme", "globex"] {
        let eve = ask(&app, &token, "GET", "/agents/eve", organization).send().await.is(200);
        assert_eq!(eve.text_at("/name"), organization);
        let audit = ask(&app, &token, "GET", "/audit?businessUnitId=u2", organization);
        assert!(audit.send().await.is(200).text.contains(client.client_id.as_str()));
    }
}
