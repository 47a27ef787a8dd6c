//! Answers: JSON, the revision it shows, and tags.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use muster_core::Revision;
use serde::Serialize;

use crate::http::Call;

/// The header that says which revision an answer shows.
pub(crate) const REVISION: &str = "muster-revision";

fn respond(status: StatusCode, revision: Revision, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(REVISION, HeaderValue::from(revision.0));
    response
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("answers are plain data")
}

/// 200 with a value.
pub(crate) fn json(revision: Revision, value: &impl Serialize) -> Response {
    respond(StatusCode::OK, revision, bytes(value))
}

/// 200 with a list: no tag.
pub(crate) fn listed(revision: Revision, value: &impl Serialize) -> Response {
    json(revision, value)
}

/// 201 for what is new, 200 for what was there.
pub(crate) fn created(is_new: bool, revision: Revision, value: &impl Serialize) -> Response {
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    respond(status, revision, bytes(value))
}

/// 204: nothing is left to be shown.
pub(crate) fn withdrawn(revision: Revision) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(REVISION, HeaderValue::from(revision.0));
    response
}

/// 200 to a write. With a tag, unless it was merged with somebody else's (RFC 9110 §9.3.4): then
/// the representation is not the one that was sent.
pub(crate) fn written(
    is_merged: bool,
    revision: Revision,
    version: Revision,
    value: &impl Serialize,
) -> Response {
    let body = bytes(value);
    let tag = muster_api::etag::etag(&body, version);
    let mut response = respond(StatusCode::OK, revision, body);
    if !is_merged && let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// 200 with a representation and its tag; 304 for who reads what they have already.
pub(crate) fn document(
    call: &Call,
    revision: Revision,
    version: Revision,
    value: &impl Serialize,
) -> Response {
    let body = bytes(value);
    let tag = muster_api::etag::etag(&body, version);
    // What was written is never left out: 304 would say that nothing was done.
    let known = call.if_none_match.as_ref().filter(|_| call.sent().is_read());
    let mut response = if known.is_some_and(|known| has_tag(known, &tag)) {
        respond(StatusCode::NOT_MODIFIED, revision, Vec::new())
    } else {
        respond(StatusCode::OK, revision, body)
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Whether `If-None-Match` names a tag.
pub(crate) fn has_tag(known: &str, tag: &str) -> bool {
    let plain = |known: &str| known.trim().trim_start_matches("W/") == tag;
    known.split(',').any(|known| plain(known) || known.trim() == "*")
}

/// An `application/problem+json`.
pub(crate) fn problem(status: StatusCode, value: &impl Serialize) -> Response {
    let mut response = Response::new(Body::from(bytes(value)));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
