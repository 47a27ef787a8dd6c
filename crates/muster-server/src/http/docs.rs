//! The API's own document, for programs and for people. Both are made once, when somebody first
//! asks.

mod page;

use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use muster_api::etag;
use sha2::{Digest, Sha256};

use crate::http::reply::has_tag;
use crate::router::described;

/// Something that stays the same for as long as the program runs.
struct Fixed {
    media: &'static str,
    body: Bytes,
    tag: String,
}

impl Fixed {
    fn new(media: &'static str, body: Vec<u8>) -> Self {
        Self { media, tag: etag::of_bytes(&body), body: Bytes::from(body) }
    }

    /// All of it, or 304 for who has it already.
    fn answer(&self, headers: &HeaderMap) -> Response {
        let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
        let (status, body) = match known.is_some_and(|known| has_tag(known, &self.tag)) {
            true => (StatusCode::NOT_MODIFIED, Body::empty()),
            false => (StatusCode::OK, Body::from(self.body.clone())),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}

static DOCUMENT: LazyLock<Fixed> = LazyLock::new(|| {
    let document = serde_json::to_vec(&described::document()).expect("it is plain data");
    Fixed::new("application/json", document)
});

static PAGE: LazyLock<Fixed> = LazyLock::new(|| {
    let page = page::page(&described::document());
    Fixed::new("text/html; charset=utf-8", page.into_bytes())
});

/// Nothing is loaded, and only the page's own style and script are taken.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    let (style, script) = (hash(page::STYLE), hash(page::SCRIPT));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    policy.parse().expect("a hash is no control character")
});

pub(crate) async fn document(headers: HeaderMap) -> Response {
    DOCUMENT.answer(&headers)
}

pub(crate) async fn page(headers: HeaderMap) -> Response {
    let mut response = PAGE.answer(&headers);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
