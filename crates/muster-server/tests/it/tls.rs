//! TLS with a certificate made for the test, and another one in its place.

use std::path::Path;
use std::sync::Arc;

use muster_server::{Settings, TlsError, TlsFiles};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use crate::app::TestApp;

/// Writes a new certificate for `localhost` and its key.
fn certificate(files: &TlsFiles) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(&files.cert, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    made.cert.der().clone()
}

fn files(folder: &Path) -> TlsFiles {
    TlsFiles { cert: folder.join("cert.pem"), key: folder.join("key.pem") }
}

async fn app(files: &TlsFiles) -> TestApp {
    TestApp::with_settings(Settings { tls: Some(files.clone()), ..Settings::default() }).await
}

/// A connection of somebody who trusts one certificate and speaks some protocols.
async fn connect(
    app: &TestApp,
    trusted: &CertificateDer<'static>,
    protocols: &[&[u8]],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let stream = TcpStream::connect(app.address()).await.unwrap();
    let name = "localhost".try_into().unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// The first line that is answered.
async fn asked(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 4_096];
    let read = stream.read(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer[..read]);
    text.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_new_certificate_is_for_new_connections() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let first = certificate(&files);
    let app = app(&files).await;
    let mut open = connect(&app, &first, &[b"http/1.1"]).await.unwrap();
    assert_eq!(asked(&mut open).await, "HTTP/1.1 200 OK");
    let second = certificate(&files);
    connect(&app, &second, &[]).await.unwrap_err();
    app.server().reload_tls().unwrap();
    assert_eq!(asked(&mut connect(&app, &second, &[]).await.unwrap()).await, "HTTP/1.1 200 OK");
    connect(&app, &first, &[]).await.unwrap_err();
    assert_eq!(asked(&mut open).await, "HTTP/1.1 200 OK");
    // What is no good changes nothing.
    std::fs::write(&files.key, rcgen::KeyPair::generate().unwrap().serialize_pem()).unwrap();
    assert!(matches!(app.server().reload_tls(), Err(TlsError::Unfit(_))));
    std::fs::write(&files.cert, "nothing").unwrap();
    assert!(matches!(app.server().reload_tls(), Err(TlsError::NoCertificate(_))));
    connect(&app, &second, &[]).await.unwrap();
}

#[tokio::test]
async fn both_protocols_are_offered_and_http2_is_preferred() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let trusted = certificate(&files);
    let app = app(&files).await;
    let both: &[&[u8]] = &[b"http/1.1", b"h2"];
    for (offered, chosen) in [(both, &b"h2"[..]), (&both[..1], b"http/1.1")] {
        let stream = connect(&app, &trusted, offered).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(chosen));
    }
}

#[tokio::test]
async fn whoever_does_not_speak_tls_is_not_answered() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    certificate(&files);
    let app = app(&files).await;
    let mut stream = TcpStream::connect(app.address()).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said).await;
    assert!(!said.starts_with(b"HTTP"), "{said:?}");
}
