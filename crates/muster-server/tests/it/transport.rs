//! What a socket takes: slow, large, many; spoken to byte by byte.

use std::net::SocketAddr;
use std::time::Duration;

use muster_server::{Bounds, Settings, limits};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::app::{TestApp, entries, u1};

/// As short as a wait can be.
const SHORT: Duration = Duration::from_millis(1);

async fn bounded(bounds: Bounds) -> TestApp {
    TestApp::with_settings(Settings { bounds, ..Settings::default() }).await
}

/// All that is said on a connection until it is closed.
async fn rest(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    // A reset ends it too.
    let _ = stream.read_to_end(&mut said).await;
    String::from_utf8(said).unwrap()
}

/// What comes back for a text that is sent as it is.
async fn said(app: &TestApp, text: &str) -> String {
    let mut stream = TcpStream::connect(app.address()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    rest(&mut stream).await
}

/// The head of an answer, up to the empty line.
async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

#[tokio::test]
async fn whoever_says_nothing_is_hung_up_on() {
    let app = bounded(Bounds { head_time: SHORT, ..Bounds::default() }).await;
    for begun in ["", "PRI * HTTP/2.0\r\n", "GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: "] {
        assert_eq!(said(&app, begun).await, "", "{begun:?}");
    }
}

#[tokio::test]
async fn whoever_says_nothing_more_is_hung_up_on() {
    let app = bounded(Bounds { idle_time: SHORT, ..Bounds::default() }).await;
    let answer = said(&app, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408() {
    let app = bounded(Bounds { body_time: SHORT, ..Bounds::default() }).await;
    let token = &app.token;
    let asks = [
        format!(
            "PATCH /api/v2/wfm/businessunits/u1 HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\
             authorization: Bearer {token}\r\n\r\n{{\"name"
        ),
        "POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\ngrant".to_owned(),
    ];
    for ask in asks {
        let answer = said(&app, &ask).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("\"code\":\"REQUEST_TIMEOUT\""), "{answer}");
        assert!(answer.contains("retry-after: 1\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_431_and_a_path_that_is_too_long_414() {
    let app =
        bounded(Bounds { head_bytes: 8 * 1_024, url_bytes: 1_024, ..Bounds::default() }).await;
    let long = "x".repeat(9 * 1_024);
    let large = said(&app, &format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {long}\r\n\r\n")).await;
    assert!(large.starts_with("HTTP/1.1 431 "), "{large}");
    let headers: String = (0..101).map(|n| format!("x-{n}: 1\r\n")).collect();
    let many = said(&app, &format!("GET / HTTP/1.1\r\n{headers}\r\n")).await;
    assert!(many.starts_with("HTTP/1.1 431 "), "{many}");
    let path = format!("/healthz?{}", "x".repeat(1_024 - "/healthz?".len()));
    app.bare("GET", &path).send().await.is(200);
    app.bare("GET", &(path + "x")).send().await.refuses(414, "URL_TOO_LONG");
}

#[tokio::test]
async fn one_connection_too_many_is_told_so() {
    let app = bounded(Bounds { connections: 1, ..Bounds::default() }).await;
    let mut first = TcpStream::connect(app.address()).await.unwrap();
    first.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(head(&mut first).await.starts_with("HTTP/1.1 200 "));
    let second = said(&app, "").await;
    assert!(second.starts_with("HTTP/1.1 503 "), "{second}");
    assert!(second.contains("\r\nRetry-After: 1\r\n"), "{second}");
    drop(first);
    // Its place is free as soon as the server has seen that it is gone.
    let ask = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    while !said(&app, ask).await.starts_with("HTTP/1.1 200 ") {}
}

/// The desk is held while it writes, so that there is no answer in time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::await_holding_lock, reason = "whoever wants it is held on purpose")]
async fn what_takes_too_long_is_503_still_happens_and_is_answered_by_its_key() {
    let bounds = Bounds { request_time: Duration::from_millis(100), ..Bounds::default() };
    let app = bounded(bounds).await;
    let ask = || {
        let body = json!({ "name": "Late" });
        app.ask("PATCH", "/businessunits/u1").key("late").json(&body).send()
    };
    let desk = app.hold_desks();
    // On a slow machine the first ones do not get as far as the desk.
    while entries(&app.ledger_url(), &u1()).await.len() < 3 {
        let late = ask().await;
        assert_eq!(late.header("retry-after"), Some("1"));
        late.refuses(503, "UNAVAILABLE");
    }
    drop(desk);
    let mut again = ask().await;
    while again.status == 503 {
        again = ask().await;
    }
    assert_eq!(again.is(200).text_at("/name"), "Late");
    let (entries, _) = app.stop().await;
    assert_eq!(entries.len(), 3, "the unit, its agents, the name once");
}

#[tokio::test]
async fn http2_is_spoken_to_whoever_begins_so() {
    let app = TestApp::with_unit().await;
    let mut stream = TcpStream::connect(app.address()).await.unwrap();
    // The preface and empty settings, as RFC 9113 §3.4 has them.
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    stream.write_all(&settings).await.unwrap();
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).await.unwrap();
    assert_eq!(frame[3], 4, "the server's settings come first: {frame:?}");
}

#[tokio::test]
async fn a_node_that_drains_takes_requests_and_asks_not_to_come_back() {
    let app = TestApp::with_unit().await;
    let mut kept = TcpStream::connect(app.address()).await.unwrap();
    kept.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let ready = head(&mut kept).await;
    assert!(ready.starts_with("HTTP/1.1 200 ") && !ready.contains("connection: close"), "{ready}");
    app.server().drain();
    kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let said_last = rest(&mut kept).await;
    assert!(said_last.contains("connection: close\r\n"), "{said_last}");
    let ready = app.bare("GET", "/readyz").send().await.is(503);
    assert_eq!(ready.body["status"], "stopping");
    app.get("/businessunits/u1").await.is(200);
}

/// A request as text: with a token, and whatever else its head has.
fn ask(line: &str, token: &str, more: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n{more}\r\n")
}

async fn connect(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_node_that_stops_ends_what_would_go_on_and_hears_what_is_on_its_way() {
    let mut app = TestApp::with_unit().await;
    let address = app.address();
    let events = "GET /api/v2/wfm/events?businessUnitId=u1";
    let stream = ask(events, &app.token, "accept: text/event-stream\r\n");
    let mut streamed = connect(address, &stream).await;
    head(&mut streamed).await;
    let poll = ask(&format!("{events}&waitSeconds=30"), &app.token, "");
    let mut polled = connect(address, &poll).await;
    let mut late = connect(address, "GET /healthz HTTP/1.1\r\n").await;
    let mut silent = connect(address, "").await;
    let stopped = tokio::spawn(app.take_server().stop());
    assert!(rest(&mut streamed).await.ends_with("0\r\n\r\n"), "it ends as it should");
    assert!(rest(&mut polled).await.starts_with("HTTP/1.1 200 "));
    late.write_all(b"host: x\r\n\r\n").await.unwrap();
    assert!(rest(&mut late).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(rest(&mut silent).await, "");
    stopped.await.unwrap();
    TcpStream::connect(address).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::await_holding_lock, reason = "whoever wants it is held on purpose")]
async fn a_node_that_stops_answers_what_it_accepted() {
    let mut app = TestApp::with_unit().await;
    let body = "{\"name\":\"Last\"}";
    let length = format!("content-length: {}\r\n", body.len());
    let patch = ask("PATCH /api/v2/wfm/businessunits/u1", &app.token, &length) + body;
    let (address, server) = (app.address(), app.take_server());
    let desk = app.hold_desks();
    let mut written = connect(address, &patch).await;
    while entries(&app.ledger_url(), &u1()).await.len() < 3 {
        tokio::task::yield_now().await;
    }
    let stopped = tokio::spawn(server.stop());
    // Longer than it listens for what is on its way.
    tokio::time::timeout(2 * limits::LINGER, written.readable()).await.unwrap_err();
    assert!(!stopped.is_finished());
    drop(desk);
    let answer = rest(&mut written).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"Last\""), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    stopped.await.unwrap();
}
