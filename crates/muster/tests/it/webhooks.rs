//! `muster webhook` on the real program.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use expect_test::expect;

use crate::harness::Server;

#[test]
fn a_webhook_is_made_looked_at_and_removed() {
    let server = Server::with_agents();
    let url = "https://hooks.example.com/muster";
    let create = ["webhook", "create", url, "--unit", "vienna", "--id", "w1", "--types", "swap.*"];
    let made = server.ok(&create);
    assert!(made.out.starts_with("w1\nwhsec_"), "{}", made.out);
    server.check(
        &create,
        expect![[r#"
            w1 is there already; its secret was shown when it was made
        "#]],
    );
    server.check(
        &["webhook", "list", "--unit", "vienna"],
        expect![[r#"
            id  status  cursor  types   url
            w1  ACTIVE  2       swap.*  https://hooks.example.com/muster
        "#]],
    );
    server.check(
        &["webhook", "disable", "w1"],
        expect![[r#"
        w1 is DISABLED
    "#]],
    );
    server.check(
        &["webhook", "show", "w1"],
        expect![[r#"
            w1: events of vienna to https://hooks.example.com/muster
            types swap.*, agents all
            DISABLED, all up to 2 was taken
        "#]],
    );
    server.check(
        &["webhook", "enable", "w1"],
        expect![[r#"
        w1 is ACTIVE
    "#]],
    );
    server.check(
        &["webhook", "replay", "w1", "--after", "0"],
        expect![[r#"
        w1 goes on after 0
    "#]],
    );
    server.check(
        &["webhook", "deliveries", "w1"],
        expect![[r#"
        nothing was sent
    "#]],
    );
    let rotated = server.ok(&["webhook", "rotate", "w1"]).out;
    assert!(rotated.contains("whsec_") && rotated != made.out);
    server.check(
        &["webhook", "delete", "w1"],
        expect![[r#"
        w1 is gone
    "#]],
    );
    let inside = server.run(&["webhook", "create", "http://127.0.0.1/", "--unit", "vienna"]);
    assert_eq!(inside.code, 1);
    assert!(inside.err.contains("/url") && inside.err.contains("--webhook-allow"), "{inside:?}");
}

/// What is allowed is said to the server; the ping says whether anybody is there.
#[test]
fn a_ping_says_what_came_of_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let receiver = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut read = [0; 4_096];
        let count = stream.read(&mut read).unwrap();
        stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").unwrap();
        String::from_utf8_lossy(&read[..count]).into_owned()
    });
    let folder = tempfile::TempDir::new().unwrap();
    let mut serve = crate::harness::muster(folder.path());
    serve.env("MUSTER_WEBHOOKS_ALLOW", "127.0.0.1,hooks.internal");
    let server = Server::start_as(serve, folder);
    server.ok(&["unit", "create", "vienna", "--time-zone", "America/Chicago"]);
    server.ok(&["webhook", "create", &url, "--unit", "vienna", "--id", "w1"]);
    let ping = server.ok(&["webhook", "ping", "w1"]).out;
    assert!(ping.starts_with("webhook.ping ping-") && ping.contains("taken, 204"), "{ping}");
    let sent = receiver.join().unwrap();
    assert!(sent.contains("webhook-signature: v1,"), "{sent}");
    let again = server.run(&["webhook", "ping", "w1"]);
    assert_eq!(again.code, 1, "nobody is there any more: {again:?}");
}
