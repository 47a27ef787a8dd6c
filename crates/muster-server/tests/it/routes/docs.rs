//! The API's own document, and what it made plain.

use serde_json::json;

use crate::app::TestApp;

const DOCUMENT: &str = "/api/v2/docs/openapi.json";
const PAGE: &str = "/api/v2/docs";

#[tokio::test]
async fn the_document_is_read_without_a_token_and_has_a_tag() {
    let app = TestApp::start().await;
    for (path, media) in [(DOCUMENT, "application/json"), (PAGE, "text/html; charset=utf-8")] {
        let read = app.bare("GET", path).send().await.is(200);
        assert_eq!(read.header("content-type"), Some(media));
        let tag = read.header("etag").unwrap();
        let again = app.bare("GET", path).header("if-none-match", tag).send().await.is(304);
        assert_eq!((again.text.as_str(), again.header("etag")), ("", Some(tag)));
    }
    let document = app.bare("GET", DOCUMENT).send().await.body;
    assert_eq!(document["openapi"], "3.1.0");
}

#[tokio::test]
async fn the_page_has_every_operation_and_schema_and_loads_nothing() {
    let app = TestApp::start().await;
    let page = app.bare("GET", PAGE).send().await.is(200);
    let document = app.bare("GET", DOCUMENT).send().await.body;
    for operations in document["paths"].as_object().unwrap().values() {
        for operation in operations.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.text.contains(&format!("<section id=\"{id}\">")), "{id}");
        }
    }
    let anchors = page.text.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    for anchor in anchors {
        assert!(page.text.contains(&format!("id=\"{anchor}\"")), "nothing is called {anchor}");
    }
    for outside in ["src=", "href=\"http", "url(", "@import", " style=", " onclick="] {
        assert!(!page.text.contains(outside), "{outside}");
    }
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn a_write_is_never_answered_with_not_modified() {
    let app = TestApp::with_unit().await;
    let tag = app.get("/businessunits/u1").await.header("etag").unwrap().to_owned();
    let path = "/businessunits/u1";
    let same = json!({ "name": app.get(path).await.text_at("/name") });
    let patched = app.ask("PATCH", path).header("if-none-match", &tag).json(&same).send().await;
    assert_eq!(patched.is(200).header("etag"), Some(tag.as_str()));
    app.ask("GET", path).header("if-none-match", &tag).send().await.is(304);
}

#[tokio::test]
async fn headers_that_cannot_be_read_are_refused_and_not_passed_over() {
    let app = TestApp::with_week().await;
    let body = json!({ "name": "elsewhere" });
    for (name, value) in [("idempotency-key", "schlüssel"), ("idempotency-key", "two\tlines")] {
        let asked = app.ask("PATCH", "/businessunits/u1").bytes(body.to_string().into());
        let answer = asked.header_bytes(name, value.as_bytes()).send().await;
        assert_eq!(answer.refuses(400, "BAD_PARAMETER").about().0, "Idempotency-Key");
    }
    let asked = app.ask("DELETE", "/scheduling/shifts/ana-0");
    let answer = asked.header_bytes("if-match", "\"9.é\"".as_bytes()).send().await;
    assert_eq!(answer.refuses(400, "BAD_PARAMETER").about().0, "If-Match");
    app.get("/scheduling/shifts/ana-0").await.is(200);
}

#[tokio::test]
async fn a_session_that_no_path_can_name_is_not_opened() {
    let app = TestApp::with_week().await;
    for id in ["", "a/b", "desk 1"] {
        let answer = app.post("/agents/ana/sessions", json!({ "sessionId": id })).await;
        assert_eq!(answer.refuses(422, "INVALID").about().0, "/sessionId");
    }
    let open = app.get("/agents/ana/sessions").await.is(200);
    assert!(open.entities().is_empty(), "{}", open.text);
}

#[tokio::test]
async fn the_size_of_a_page_is_checked_where_there_is_only_one() {
    let app = TestApp::with_unit().await;
    for size in ["0", "1001"] {
        let answer = app.get(&format!("/scheduling/shiftswaps?pageSize={size}")).await;
        assert_eq!(answer.refuses(400, "BAD_PARAMETER").about(), ("pageSize", size));
    }
}
