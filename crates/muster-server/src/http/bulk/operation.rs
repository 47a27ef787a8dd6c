//! One operation: a request that goes through the routes as if it had come alone.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Request, Uri, header};
use axum::response::Response;

use muster_api::ROOT;
use muster_api::bulk::{OperationIn, OutcomeView};
use muster_core::Revision;
use serde_json::value::RawValue;
use tower::ServiceExt as _;

use crate::access::Caller;
use crate::error::ApiError;
use crate::http::bulk::Stage;
use crate::http::reply;
use crate::limits;

/// Who has an operation made, and how.
#[derive(Debug, Clone)]
pub(crate) struct Outer {
    pub(crate) caller: Caller,
    /// The operation's own `Idempotency-Key`.
    pub(crate) key: Option<String>,
    /// Where it waits for others, if it stands or falls with them.
    pub(crate) stage: Option<Stage>,
}

/// An operation that can be sent.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) name: String,
    method: &'static str,
    /// From the root on, with its query.
    pub(crate) uri: Uri,
    if_match: Option<HeaderValue>,
    pub(crate) body: Bytes,
}

impl Operation {
    /// What a client sent at a place of its list.
    pub(crate) fn new(n: usize, input: OperationIn) -> Result<Self, ApiError> {
        let OperationIn { id, method, path, if_match, body } = input;
        let place = |field: &str| format!("/operations/{n}/{field}");
        let wrong = |field: &str, value: &str, problem: &str| {
            ApiError::from(muster_api::BadInput::invalid(place(field), &value, problem))
        };
        let bare = path.strip_prefix(ROOT).unwrap_or(&path);
        let uri: Option<Uri> = bare.parse().ok().filter(|_| bare.starts_with('/'));
        let uri = uri.ok_or_else(|| wrong("path", &path, "is not a path"))?;
        let tag = |tag: String| {
            HeaderValue::from_str(&tag).map_err(|_| wrong("ifMatch", &tag, "is not a tag"))
        };
        Ok(Self {
            name: id.map_or_else(|| n.to_string(), |id| id.0.to_string()),
            method: method.name(),
            uri,
            if_match: if_match.map(tag).transpose()?,
            body: body
                .map(|body| Bytes::from(String::from(Box::<str>::from(body))))
                .unwrap_or_default(),
        })
    }

    /// Sends it.
    pub(super) async fn send(&self, routes: &Router, outer: Outer) -> OutcomeView {
        let mut request = Request::new(Body::from(self.body.clone()));
        *request.method_mut() = self.method.parse().expect("the methods of operations are known");
        *request.uri_mut() = self.uri.clone();
        if let Some(tag) = &self.if_match {
            request.headers_mut().insert(header::IF_MATCH, tag.clone());
        }
        request.extensions_mut().insert(outer);
        let response = match routes.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        self.outcome(response).await
    }

    async fn outcome(&self, response: Response) -> OutcomeView {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, limits::BODY_BYTES).await.unwrap_or_default();
        let json = String::from_utf8(body.into()).ok().and_then(|t| RawValue::from_string(t).ok());
        let (body, problem) = match parts.status.as_u16() {
            ..400 => (json, None),
            _ => (None, json),
        };
        OutcomeView {
            id: self.name.clone(),
            status_code: parts.status.as_u16(),
            revision: number(&parts.headers, reply::REVISION),
            etag: text(&parts.headers, header::ETAG.as_str()).map(str::to_owned),
            body,
            problem,
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn number(headers: &HeaderMap, name: &str) -> Option<Revision> {
    text(headers, name)?.parse().ok().map(Revision)
}
