//! How much is let in: by token, organization and address, in flight; which bodies are taken.

use std::time::Duration;

use futures_util::future::poll_immediate;
use muster_ledger::{Ledger, Role};
use muster_server::admission::{Admission, Rate};
use muster_server::clock::Clock;
use muster_server::desk::{Desk, DeskError};
use muster_server::metrics::Metrics;
use muster_server::{Settings, limits};
use serde_json::json;

use crate::app::{TestApp, u1};
use crate::http::Answer;
use crate::snapshots::rename;

/// So many, and none comes back while a test runs.
fn only(burst: u32) -> Rate {
    Rate { per_second: 0.001, burst }
}

async fn limited(admission: Admission) -> TestApp {
    TestApp::with_settings(Settings { admission, ..Settings::default() }).await
}

fn rate_headers(answer: &Answer) -> [&str; 5] {
    let names = [
        "ratelimit-policy",
        "ratelimit",
        "x-rate-limit-limit",
        "x-rate-limit-remaining",
        "x-rate-limit-reset",
    ];
    names.map(|name| answer.header(name).unwrap_or_default())
}

#[tokio::test]
async fn a_token_that_asks_too_much_is_told_when_to_come_back() {
    let app = limited(Admission { token: only(2), ..Admission::unlimited() }).await;
    let first = app.get("/businessunits/u1").await.is(200);
    let policy = "\"token\";q=2;w=2000";
    assert_eq!(rate_headers(&first), [policy, "\"token\";r=1;t=1000", "2", "1", "1000"]);
    // A refusal counts like any other answer, and tells as much.
    let second = app.get("/businessunits/nobody").await;
    assert_eq!(second.header("x-rate-limit-remaining"), Some("0"));
    second.refuses(404, "NOT_FOUND");
    let third = app.patch("/businessunits/u1", json!({ "name": "too late" })).await;
    assert_eq!(third.header("x-rate-limit-remaining"), Some("0"));
    let wait = third.body["retry"]["afterMs"].as_u64().unwrap();
    assert!((999_000..=1_000_000).contains(&wait), "{wait}");
    assert_eq!(third.body["retry"]["class"], "wait");
    let seconds = wait.div_ceil(1_000).to_string();
    assert_eq!(third.header("retry-after"), Some(seconds.as_str()));
    assert_eq!(third.header("x-rate-limit-reset"), Some(seconds.as_str()));
    third.refuses(429, "RATE_LIMITED");
    // Another token of the same client: an agent's own.
    let agent = app.agent("ana").await;
    app.ask("GET", "/agents/ana").token(&agent).send().await.is(200);
    let metrics = app.bare("GET", "/metrics").send().await.is(200).text;
    assert!(metrics.contains("muster_rate_limited_total{by=\"token\"} 1"), "{metrics}");
}

#[tokio::test]
async fn the_tokens_of_an_organization_count_together_and_others_do_not() {
    let organization = only(3);
    let admission = Admission { token: only(100), organization, ..Admission::unlimited() };
    let app = limited(admission).await;
    let other = app.client("other", "wfm:admin").await;
    let ask = |token: &str| app.ask("GET", "/businessunits/u1").token(token).send();
    let told = ask(&app.token).await.is(200);
    let policy = "\"token\";q=100;w=100000, \"organization\";q=3;w=3000";
    assert_eq!(rate_headers(&told)[..2], [policy, "\"organization\";r=2;t=1000"]);
    ask(&other).await.is(200);
    ask(&app.token).await.is(200);
    ask(&other).await.refuses(429, "RATE_LIMITED");
    let elsewhere = app.client_of("globex", "planner", "wfm:admin").await;
    ask(&elsewhere).await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn without_limits_nothing_is_said_of_them() {
    let app = limited(Admission::unlimited()).await;
    let answer = app.get("/businessunits/u1").await.is(200);
    assert_eq!(rate_headers(&answer), [""; 5]);
}

#[tokio::test]
async fn only_failed_logins_count_by_the_address_that_the_proxy_names() {
    let admission = Admission { login: only(2), proxies: 1, ..Admission::unlimited() };
    let app = limited(admission).await;
    let client = app.new_client("acme", "portal", "wfm:admin").await;
    let log_in = |secret: &str, from: &str| {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={secret}",
            client.client_id
        );
        let ask = app.bare("POST", "/oauth/token").header("x-forwarded-for", from);
        ask.bytes(form.into_bytes()).send()
    };
    for _ in 0..4 {
        log_in(&client.client_secret, "192.0.2.1").await.is(200);
    }
    log_in("wrong", "192.0.2.1").await.refuses(401, "UNAUTHORIZED");
    log_in("wrong", "192.0.2.1").await.refuses(401, "UNAUTHORIZED");
    let refused = log_in(&client.client_secret, "6.6.6.6, 192.0.2.1").await;
    assert!(refused.header("retry-after").is_some());
    refused.refuses(429, "RATE_LIMITED");
    log_in(&client.client_secret, "192.0.2.2").await.is(200);
}

#[tokio::test]
async fn more_requests_at_once_than_a_node_takes_are_503_and_operations_are_not() {
    let app = limited(Admission { in_flight: 1, ..Admission::unlimited() }).await;
    // It waits for a revision that does not come while the test asks.
    let head = app.get("/businessunits/u1").await.is(200).revision();
    let waits = app.ask("GET", &format!("/agents/ana?minRevision={}", head + 1));
    let waits = tokio::spawn(waits.send());
    let in_flight = async || {
        let text = app.bare("GET", "/metrics").send().await.is(200).text;
        text.contains("muster_in_flight 1\n")
    };
    while !in_flight().await {
        tokio::task::yield_now().await;
    }
    let shed = app.get("/businessunits/u1").await;
    assert_eq!(shed.header("retry-after"), Some("1"));
    shed.refuses(503, "UNAVAILABLE");
    app.bare("GET", "/calendar/nobody.ics").send().await.refuses(503, "UNAVAILABLE");
    app.bare("GET", "/healthz").send().await.is(200);
    app.bare("GET", "/readyz").send().await.is(200);
    app.ask("GET", "/events?businessUnitId=u1").send().await.is(200);
    let text = app.bare("GET", "/metrics").send().await.is(200).text;
    assert!(text.contains("muster_shed_total{reason=\"in_flight\"} 2"), "{text}");
    waits.abort();
    assert!(waits.await.unwrap_err().is_cancelled());
    // Its connection is gone, and so is its place.
    while app.get("/businessunits/u1").await.status == 503 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn bodies_are_json_as_they_are() {
    let app = TestApp::with_unit().await;
    let body = br#"{"name":"Sales"}"#;
    let ask = || app.ask("PATCH", "/businessunits/u1").bytes(body.to_vec());
    ask().send().await.is(200);
    for taken in ["application/json; charset=utf-8", "application/merge-patch+json"] {
        ask().header("content-type", taken).send().await.is(200);
    }
    for other in ["text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "text/xml"] {
        let refused = ask().header("content-type", other).send().await;
        assert_eq!(refused.about(), ("Content-Type", other));
        refused.refuses(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    let squeezed = ask().header("content-encoding", "gzip").send().await;
    assert_eq!(squeezed.about(), ("Content-Encoding", "gzip"));
    squeezed.refuses(415, "UNSUPPORTED_MEDIA_TYPE");
    ask().header("content-encoding", "identity").send().await.is(200);
    let login = app.bare("POST", "/oauth/token").header("content-type", "application/json");
    login.bytes(b"{}".to_vec()).send().await.refuses(415, "UNSUPPORTED_MEDIA_TYPE");
    // What has no body may say of it what it likes.
    app.ask("GET", "/businessunits/u1").header("content-type", "text/plain").send().await.is(200);
}

/// Time stands still but where it is moved; the desk works whenever the test waits.
#[tokio::test]
async fn a_desk_whose_queue_stands_takes_no_more_until_it_has_caught_up() {
    let app = TestApp::with_unit().await;
    let (url, manual) = (app.ledger_url(), app.manual.clone());
    let folder = app.stop_and_keep().await;
    let ledger = Ledger::open(&url, Role::Serve).await.unwrap();
    let (_users, held) = tokio::sync::watch::channel(());
    let (clock, metrics) = (Clock::manual(manual), Metrics::default());
    let desk = Desk::open(u1(), ledger, clock, None, metrics.clone(), held).await.unwrap();
    tokio::time::pause();
    let three_batches = 0..3 * limits::BATCH as u64;
    let mut asked: Vec<_> = three_batches.map(|n| Box::pin(desk.ask(rename(n)))).collect();
    for ask in &mut asked {
        assert!(poll_immediate(ask).await.is_none(), "it waits");
    }
    tokio::time::advance(limits::QUEUE_TARGET + Duration::from_millis(1)).await;
    // The first batch is at the ledger; the next one is looked at when it is answered.
    tokio::time::advance(limits::QUEUE_INTERVAL).await;
    asked.remove(0).await.unwrap();
    assert_eq!(desk.ask(rename(9_999)).await.unwrap_err(), DeskError::Behind);
    for ask in asked {
        ask.await.unwrap().result.unwrap();
    }
    desk.ask(rename(9_999)).await.unwrap().result.unwrap();
    assert!(metrics.text().contains("muster_shed_total{reason=\"queue\"} 1\n"));
    drop(folder);
}
