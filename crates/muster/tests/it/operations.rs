//! Running a node: its configuration, its logs, its traces, its end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use expect_test::expect;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto};

use crate::harness::{Run, Server, muster};

#[test]
fn config_check_says_what_holds_and_why() {
    let folder = TempDir::new().unwrap();
    let file = "listen = \"[::1]:9\"\n[ledger]\nurl = \"postgres://muster:secret@db/muster\"\n";
    std::fs::write(folder.path().join("muster.toml"), file).unwrap();
    let mut check = muster(folder.path());
    check.args(["config", "check", "--config", "muster.toml", "--set", "limits.in-flight=7"]);
    let run = Run::of(check.env("MUSTER_PROXIES", "2"));
    assert_eq!(run.code, 0, "{run:?}");
    let lines: Vec<&str> = run.out.lines().take(4).collect();
    expect![[r#"
        listen                          [::1]:9  (muster.toml:1)
        proxies                         2  (MUSTER_PROXIES)
        ledger.url                      postgres://muster@db/muster  (muster.toml:3)
        ledger.listen-url               -  (default)"#]]
    .assert_eq(&lines.join("\n"));
    assert!(run.out.contains("limits.in-flight                7  (--set limits.in-flight)\n"));
    assert!(!run.out.contains("secret"));
}

#[test]
fn config_check_fails_on_what_cannot_be_used() {
    let folder = TempDir::new().unwrap();
    let failed = |args: &[&str]| {
        let run = Run::of(muster(folder.path()).args(["config", "check"]).args(args));
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{run:?}");
        run.err
    };
    let unknown = failed(&["--set", "listne=x"]);
    assert!(unknown.contains("do you mean listen?"), "{unknown}");
    let ledger = failed(&["--set", "ledger.url=mysql://x"]);
    assert!(ledger.contains("mysql:"), "{ledger}");
    let tls = failed(&["--set", "tls.cert=no.pem", "--set", "tls.key=no.pem"]);
    assert!(tls.contains("cannot read a certificate from no.pem"), "{tls}");
    let missing = failed(&["--connect", "--set", "ledger.url=sqlite:no.db"]);
    assert!(missing.contains("no.db"), "{missing}");
    assert!(!folder.path().join("no.db").exists(), "looking makes nothing");
}

/// One request, and all that is answered until the connection is closed.
fn asked(server: &Server, head: &str) -> String {
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "{head}\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

#[test]
fn every_line_of_a_request_has_its_id_and_its_trace() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let mut serve = muster(folder.path());
    serve.env("MUSTER_LOG_FORMAT", "json").stderr(std::fs::File::create(&log).unwrap());
    let server = Server::start_as(serve, folder);
    server.ok(&["unit", "list"]);
    let head = format!(
        "GET /api/v2/wfm/agents HTTP/1.1\r\nx-correlation-id: mine\r\n\
         traceparent: 00-{TRACE}-{CALLER}-01"
    );
    assert!(asked(&server, &head).contains("x-correlation-id: mine\r\n"));
    let log = std::fs::read_to_string(log).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |route: &str| lines.iter().find(|line| line["route"] == route).unwrap();
    let mine = of("/api/v2/wfm/agents");
    assert_eq!(mine["span"]["request.id"], "mine");
    assert_eq!(mine["span"]["trace.id"], TRACE);
    assert_eq!((&mine["method"], &mine["status"]), (&json!("GET"), &json!(401)));
    let theirs = of("/api/v2/wfm/businessunits");
    assert_eq!((&theirs["span"]["client"], &theirs["status"]), (&json!(server.id), &json!(200)));
    assert!(theirs["bytes"].as_u64().unwrap() > 0 && theirs["ms"].as_f64().unwrap() > 0.0);
}

/// A collector that takes one request after the other and hands on their bodies.
fn collector() -> (String, mpsc::Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sent, received) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let (mut first, mut length) = (String::new(), 0);
            stream.read_line(&mut first).unwrap();
            assert!(first.starts_with("POST /v1/traces "), "{first}");
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).unwrap();
                match line.trim_end().to_ascii_lowercase().strip_prefix("content-length: ") {
                    Some(number) => length = number.parse().unwrap(),
                    None if line.trim_end().is_empty() => break,
                    None => {}
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.get_mut().write_all(answer).unwrap();
            // The test may have seen enough.
            let _ = sent.send(serde_json::from_slice(&body).unwrap());
        }
    });
    (url, received)
}

#[test]
fn the_spans_of_a_request_reach_the_collector_under_the_callers_trace() {
    let (url, received) = collector();
    let folder = TempDir::new().unwrap();
    let mut serve = muster(folder.path());
    serve.env("MUSTER_TRACES_URL", url).env("MUSTER_TRACES_RATIO", "0").stderr(Stdio::null());
    let server = Server::start_as(serve, folder);
    let token = server.token();
    let body = r#"{"id":"vienna","name":"Vienna","timeZone":"Europe/Vienna"}"#;
    let head = format!(
        "POST /api/v2/wfm/businessunits HTTP/1.1\r\nauthorization: Bearer {token}\r\n\
         traceparent: 00-{TRACE}-{CALLER}-01\r\ncontent-length: {}\r\nhost: x\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    // The end of the server sends what is left.
    assert_eq!(server.stop(), 0);
    let all: Vec<Value> = received.try_iter().collect();
    let scopes = all.iter().map(|sent| &sent["resourceSpans"][0]["scopeSpans"][0]["spans"]);
    let spans: Vec<&Value> = scopes.flat_map(|spans| spans.as_array().unwrap()).collect();
    assert!(spans.iter().all(|span| span["traceId"] == TRACE), "{spans:?}");
    let named = |name: &str| *spans.iter().find(|span| span["name"] == name).unwrap();
    let request = named("POST /api/v2/wfm/businessunits");
    assert_eq!((&request["parentSpanId"], &request["kind"]), (&json!(CALLER), &json!(2)));
    let status = json!({ "key": "http.response.status_code", "value": { "intValue": "201" } });
    assert!(request["attributes"].as_array().unwrap().contains(&status), "{request}");
    let ns = |span: &Value, end: &str| -> u64 { span[end].as_str().unwrap().parse().unwrap() };
    for part in ["queue", "decide", "append"] {
        let part = named(part);
        assert_eq!(part["parentSpanId"], request["spanId"]);
        assert!(ns(part, "startTimeUnixNano") >= ns(request, "startTimeUnixNano"));
        assert!(ns(part, "endTimeUnixNano") <= ns(request, "endTimeUnixNano"));
    }
}

/// Writes a new certificate and its key.
fn certificate(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    made.cert.der().clone()
}

/// The certificate that a server shows.
fn shown(server: &Server, trusted: &[&CertificateDer<'static>]) -> CertificateDer<'static> {
    let mut roots = RootCertStore::empty();
    for certificate in trusted {
        roots.add((*certificate).clone()).unwrap();
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let address = server.url.strip_prefix("https://").unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address).unwrap());
    let head = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(head).unwrap();
    let mut answer = [0; 15];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    stream.conn.peer_certificates().unwrap()[0].clone().into_owned()
}

#[test]
fn a_hangup_has_the_certificate_read_again() {
    let folder = TempDir::new().unwrap();
    let first = certificate(folder.path());
    let mut serve = muster(folder.path());
    serve.envs([("MUSTER_TLS_CERT", "cert.pem"), ("MUSTER_TLS_KEY", "key.pem")]);
    let server = Server::start_as(serve, folder);
    assert_eq!(shown(&server, &[&first]), first);
    let second = certificate(server.folder());
    server.signal("HUP");
    // As soon as it has heard.
    while shown(&server, &[&first, &second]) == first {}
    assert_eq!(server.stop(), 0);
}

/// A connection that is used again and again.
struct Kept(BufReader<TcpStream>);

impl Kept {
    fn open(server: &Server) -> Self {
        let address = server.url.strip_prefix("http://").unwrap();
        Self(BufReader::new(TcpStream::connect(address).unwrap()))
    }

    /// The head of the answer to a request; its body is read too.
    fn post(&mut self, path: &str, token: &str, body: &str) -> String {
        let head = format!(
            "POST /api/v2/wfm{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.0.get_mut().write_all(head.as_bytes()).unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.0.read_line(&mut head).unwrap(), 0, "no answer to {body}");
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut answer = vec![0; length.unwrap().parse().unwrap()];
        self.0.read_exact(&mut answer).unwrap();
        head
    }
}

/// Everybody writes as fast as they can, until an answer says that the connection ends.
#[test]
fn a_server_that_stops_under_load_answers_everybody_and_loses_nothing() {
    let server = Server::with_agents();
    let token = server.token();
    let accepted = AtomicUsize::new(0);
    let write = |writer: usize, mut kept: Kept| {
        for n in 0.. {
            let id = format!("m{writer}-{n}");
            let body = json!({ "id": id, "businessUnitId": "vienna", "name": id }).to_string();
            let head = kept.post("/managementunits", &token, &body);
            assert!(head.starts_with("HTTP/1.1 201 "), "{head}");
            accepted.fetch_add(1, Ordering::SeqCst);
            if head.contains("connection: close\r\n") {
                return n + 1;
            }
        }
        unreachable!("it goes on until the server stops")
    };
    let kept: Vec<Kept> = (0..8).map(|_| Kept::open(&server)).collect();
    let (folder, written) = std::thread::scope(|scope| {
        let writers: Vec<_> = kept
            .into_iter()
            .enumerate()
            .map(|(writer, kept)| scope.spawn(move || write(writer, kept)))
            .collect();
        while accepted.load(Ordering::SeqCst) < 100 {
            std::thread::yield_now();
        }
        let (code, folder) = server.stop_and_keep();
        assert_eq!(code, 0);
        let written: Vec<usize> = writers.into_iter().map(|w| w.join().unwrap()).collect();
        (folder, written)
    });
    let export = Run::of(muster(folder.path()).args(["ledger", "export", "all.jsonl"]));
    assert_eq!(export.code, 0, "{export:?}");
    let ledger = std::fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
    for (writer, count) in written.into_iter().enumerate() {
        for n in 0..count {
            assert!(ledger.contains(&format!("\"m{writer}-{n}\"")), "m{writer}-{n} is lost");
        }
    }
}

#[test]
fn a_second_signal_cuts_what_is_still_open() {
    let server = Server::start();
    // Begun, and never ended: the server waits for it.
    let mut open = Kept::open(&server);
    let token = server.token();
    let head = format!(
        "POST /api/v2/wfm/agents/bulk HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-length: 9\r\nexpect: 100-continue\r\n\r\n"
    );
    open.0.get_mut().write_all(head.as_bytes()).unwrap();
    let mut line = String::new();
    open.0.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 100 "), "{line}");
    server.signal("TERM");
    let mut late = TcpStream::connect(server.url.strip_prefix("http://").unwrap());
    // It has heard the first signal once it takes nobody any more.
    while late.is_ok() {
        late = TcpStream::connect(server.url.strip_prefix("http://").unwrap());
    }
    assert_eq!(server.stop(), 1);
}
