use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use expect_test::expect;
use serde_json::json;

use super::*;
use crate::problem::RetryClass;

const TOKEN: &str = r#"{"access_token":"t0k","token_type":"Bearer","expires_in":3600,"scope":""}"#;

/// A server that gives the answers it was told to, and tells what it was asked.
struct Fake {
    url: String,
    asked: Receiver<String>,
}

/// `answers` are `(status line, header line, body)`, in order.
fn fake(answers: Vec<(&'static str, &'static str, String)>) -> Fake {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (tell, asked) = channel();
    std::thread::spawn(move || {
        let token = ("200 OK", "X-Fake: yes", TOKEN.to_owned());
        for (status, header, body) in std::iter::once(token).chain(answers) {
            let (mut stream, _) = listener.accept().unwrap();
            tell.send(read(&mut stream)).unwrap();
            let length = body.len();
            let head = format!("HTTP/1.1 {status}\r\n{header}\r\nContent-Length: {length}\r\n");
            write!(stream, "{head}Connection: close\r\n\r\n{body}").unwrap();
        }
    });
    Fake { url, asked }
}

/// The request line, the headers that matter, and the body.
fn read(stream: &mut TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut told = Vec::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let name = line.split(':').next().unwrap_or_default().to_lowercase();
        if name == "content-length" {
            length = line.split(": ").nth(1).unwrap().parse().unwrap();
        }
        let is_told = ["authorization", "idempotency-key", "if-match"].contains(&name.as_str());
        if told.is_empty() || is_told {
            told.push(line.to_owned());
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    told.push(String::from_utf8(body).unwrap());
    told.join("\n")
}

#[tokio::test]
async fn a_client_gets_a_token_and_sends_it() {
    let unit = json!({ "id": "bu1", "name": "Paris", "timeZone": "Europe/Paris",
        "startDayOfWeek": "Monday", "version": 4, "somethingNew": true });
    let fake = fake(vec![("200 OK", "ETag: \"4.0011\"\r\nMuster-Revision: 9", unit.to_string())]);
    let client = Client::connect(&fake.url, "cli", "s3cret").await.unwrap();
    let answer = client.unit("bu1").await.unwrap();
    assert_eq!((answer.value.name.as_str(), answer.value.version), ("Paris", 4));
    assert_eq!((answer.etag.as_deref(), answer.revision), (Some("\"4.0011\""), Some(9)));
    expect![[r#"
        POST /oauth/token HTTP/1.1
        authorization: Basic Y2xpOnMzY3JldA==
        grant_type=client_credentials"#]]
    .assert_eq(&fake.asked.recv().unwrap());
    expect![[r#"
        GET /api/v2/wfm/businessunits/bu1 HTTP/1.1
        authorization: Bearer t0k
    "#]]
    .assert_eq(&fake.asked.recv().unwrap());
    assert!(!format!("{client:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_command_carries_its_key_and_its_condition() {
    let answer = json!({ "status": "PUBLISHED", "id": "week-1", "revision": 9, "published": [] });
    let fake = fake(vec![("200 OK", "X-Fake: yes", answer.to_string())]);
    let client = Client::connect(&fake.url, "cli", "s3cret").await.unwrap();
    let keyed = client.keyed("k-1").if_match("\"8.aa\"");
    let done = keyed.publish("d1", &json!({ "reason": "weekly" })).await.unwrap();
    assert_eq!(done.value.status, "PUBLISHED");
    fake.asked.recv().unwrap();
    expect![[r#"
        POST /api/v2/wfm/scheduling/schedules/d1/publish HTTP/1.1
        authorization: Bearer t0k
        idempotency-key: k-1
        if-match: "8.aa"
        {"reason":"weekly"}"#]]
    .assert_eq(&fake.asked.recv().unwrap());
}

#[tokio::test]
async fn a_refusal_is_read_with_its_conflicts() {
    let finding = muster_core::conflict::Finding::new(
        muster_core::conflict::Kind::ShiftOverlap,
        muster_core::conflict::Severity::Block,
        Some(&crate::testing::agent("ana")),
    );
    let rejection = muster_core::decide::Rejection::Conflict { findings: vec![finding] };
    let problem = crate::Problem::from_rejection(&rejection).context("req-1");
    let body = serde_json::to_string(&problem).unwrap();
    let fake = fake(vec![("409 Conflict", "X-Fake: yes", body)]);
    let client = Client::connect(&fake.url, "cli", "s3cret").await.unwrap();
    let error = client.publish("d1", &json!({})).await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!((refusal.status, refusal.code.as_str()), (409, "CONFLICT"));
    assert_eq!(refusal.retry.class, RetryClass::Never);
    assert_eq!(refusal.conflicts[0].kind, "SHIFT_OVERLAP");
    assert_eq!(error.to_string(), "409 CONFLICT: a shift overlap by 1 min");
}

/// A client without time limits: the clock of these tests jumps whenever nothing else happens.
async fn patient(fake: &Fake) -> Client {
    let http = reqwest::Client::builder().build().unwrap();
    Client::over(http, &fake.url, "cli", "s3cret").await.unwrap()
}

const BUSY: &str = "503 Service Unavailable";

#[tokio::test(start_paused = true)]
async fn what_has_to_wait_is_sent_again_when_it_is_time_and_is_told_in_the_end() {
    let busy = || (BUSY, "Retry-After: 2", "<html>busy</html>".to_owned());
    let fake = fake((0..retry::TRIES).map(|_| busy()).collect());
    let client = patient(&fake).await;
    let begun = tokio::time::Instant::now();
    let error = client.units().await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.code, "HTTP_503");
    assert_eq!((refusal.retry.class, refusal.retry.after_ms), (RetryClass::Wait, Some(2_000)));
    assert_eq!(fake.asked.iter().count(), 1 + 5);
    // Four waits of 2 s, and at most 100, 200, 400 and 800 ms on top.
    let waited = begun.elapsed().as_millis();
    assert!((8_000..9_500).contains(&waited), "{waited} ms");
}

#[tokio::test(start_paused = true)]
async fn a_command_keeps_its_key_however_often_it_is_sent() {
    let wait = r#"{"status":503,"code":"UNAVAILABLE","retry":{"class":"wait","afterMs":1000}}"#;
    let done = json!({ "status": "PUBLISHED", "id": "week-1", "revision": 9, "published": [] });
    let answers = vec![
        (BUSY, "Retry-After: 1", wait.to_owned()),
        ("429 Too Many Requests", "Retry-After: 1", String::new()),
        ("200 OK", "X-Fake: yes", done.to_string()),
        ("200 OK", "X-Fake: yes", done.to_string()),
    ];
    let fake = fake(answers);
    let client = patient(&fake).await;
    for _ in 0..2 {
        client.publish("d1", &json!({ "reason": "weekly" })).await.unwrap();
    }
    let asked: Vec<String> = fake.asked.iter().skip(1).collect();
    let key = |asked: &String| {
        asked.lines().find(|line| line.starts_with("idempotency-key")).map(str::to_owned)
    };
    assert_eq!(asked.len(), 4);
    assert!(asked[0] == asked[1] && asked[1] == asked[2], "{asked:#?}");
    assert!(key(&asked[0]).is_some() && key(&asked[0]) != key(&asked[3]), "{asked:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_decision_and_what_was_read_are_left_to_the_caller() {
    let refused = |class: &str| {
        let body = format!(r#"{{"status":409,"code":"X","retry":{{"class":"{class}"}}}}"#);
        ("409 Conflict", "X-Fake: yes", body)
    };
    let fake = fake(vec![refused("never"), refused("rebase"), refused("merge")]);
    let client = patient(&fake).await;
    for class in [RetryClass::Never, RetryClass::Rebase] {
        let error = client.publish("d1", &json!({})).await.unwrap_err();
        assert_eq!(error.refusal().unwrap().retry.class, class);
    }
    // Who names the version gets the same refusal again, and it has the merge as its remedy.
    let strict = client.if_match("\"8.aa\"");
    let error = strict.publish("d1", &json!({})).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().retry.class, RetryClass::Merge);
    assert_eq!(fake.asked.iter().count(), 1 + 3);
}

#[tokio::test(start_paused = true)]
async fn what_breaks_off_is_sent_again_and_what_merges_too() {
    let merge = r#"{"status":409,"code":"X","retry":{"class":"merge"}}"#;
    let answers = vec![
        ("200 OK", "Content-Length: 900", "broken".to_owned()),
        ("409 Conflict", "X-Fake: yes", merge.to_owned()),
        ("204 No Content", "X-Fake: yes", String::new()),
    ];
    let fake = fake(answers);
    let client = patient(&fake).await;
    assert_eq!(client.close_session("ana", "desk-1").await.unwrap().status, 204);
    assert_eq!(fake.asked.iter().count(), 1 + 3);
}

#[tokio::test(start_paused = true)]
async fn a_sick_server_is_not_stormed() {
    let busy = || (BUSY, "X-Fake: yes", String::new());
    let calls = 40;
    let fake = fake((0..100).map(|_| busy()).collect());
    let client = patient(&fake).await;
    for _ in 0..calls {
        client.clone().units().await.unwrap_err();
    }
    drop(client);
    // Each call once, the burst, and one more for every ten.
    let asked = fake.asked.try_iter().count() - 1;
    assert_eq!(asked, 40 + 10 + 3);
}

#[tokio::test]
async fn a_remedy_is_sent_as_it_is() {
    let fake = fake(vec![("204 No Content", "X-Fake: yes", String::new())]);
    let client = Client::connect(&fake.url, "cli", "s3cret").await.unwrap();
    let remedy = |href: &str| RemedyIn {
        id: "deny_swap".into(),
        title: "deny the swap".into(),
        way: "instead".into(),
        method: "POST".into(),
        href: href.into(),
        body: Some(json!({ "reason": "too late" })),
        requires: Vec::new(),
    };
    let swap = "/api/v2/wfm/scheduling/shiftswaps/w1/deny";
    assert_eq!(client.keyed("k-2").remedy(&remedy(swap)).await.unwrap().status, 204);
    fake.asked.recv().unwrap();
    expect![[r#"
        POST /api/v2/wfm/scheduling/shiftswaps/w1/deny HTTP/1.1
        authorization: Bearer t0k
        idempotency-key: k-2
        {"reason":"too late"}"#]]
    .assert_eq(&fake.asked.recv().unwrap());
    let elsewhere = client.remedy(&remedy("https://example.org/")).await.unwrap_err();
    assert!(matches!(elsewhere, ClientError::Answer { .. }), "{elsewhere}");
}

#[tokio::test]
async fn a_client_that_cannot_connect_says_so() {
    let error = Client::connect("http://127.0.0.1:1", "cli", "s3cret").await.unwrap_err();
    assert!(matches!(error, ClientError::Transport(_)), "{error}");
}

#[test]
fn a_schedule_that_was_read_can_be_sent_back() {
    let roster = crate::testing::roster();
    let week = roster.weeks().next().unwrap();
    let head = crate::schedule::Head::live(&roster.unit().unwrap().id, week);
    let agents = crate::schedule::ScheduleView::agents(&roster, week.first);
    let view = crate::schedule::ScheduleView::new(head, &roster, agents);
    let read: Schedule = serde_json::from_slice(&serde_json::to_vec(&view).unwrap()).unwrap();
    assert_eq!(read.agent_schedules[0].shifts[0].start, crate::testing::at("2026-03-23T08:00:00Z"));
    let body = serde_json::to_vec(&read).unwrap();
    let sent: crate::schedule::ScheduleIn = crate::parse(&body).unwrap();
    assert_eq!(sent.agent_schedules.len(), 2);
}
