//! One operation: a request that goes through the routes as if it had come alone.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use axum::response::Response;
use muster_api::bulk::{OperationIn, OutcomeView};
use muster_api::{BadInput, ROOT};
use muster_core::Revision;
use serde::{Deserialize, Serialize};
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

/// An operation that can be sent, now or later.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation {
    pub(crate) name: String,
    method: String,
    /// From the root on, with its query.
    path: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<(String, String)>,
    /// As JSON; empty for none.
    body: String,
}

/// The headers of a request that an operation keeps.
const KEPT: [HeaderName; 2] = [header::IF_MATCH, header::IF_NONE_MATCH];

impl Operation {
    /// What a client sent at a place of its list.
    pub(crate) fn new(n: usize, input: OperationIn) -> Result<Self, ApiError> {
        let OperationIn { id, method, path, if_match, body } = input;
        let wrong = |field: &str, value: &str, problem: &str| {
            BadInput::invalid(format!("/operations/{n}/{field}"), &value, problem)
        };
        let bare = path.strip_prefix(ROOT).unwrap_or(&path);
        if !bare.starts_with('/') || bare.parse::<Uri>().is_err() {
            return Err(wrong("path", &path, "is not a path").into());
        }
        if let Some(tag) = if_match.as_ref().filter(|tag| HeaderValue::from_str(tag).is_err()) {
            return Err(wrong("ifMatch", tag, "is not a tag").into());
        }
        let tag = if_match.map(|tag| (header::IF_MATCH.to_string(), tag));
        Ok(Self {
            name: id.map_or_else(|| n.to_string(), |id| id.0.to_string()),
            method: method.name().to_owned(),
            path: bare.to_owned(),
            headers: tag.into_iter().collect(),
            body: body.map(|body| Box::<str>::from(body).into()).unwrap_or_default(),
        })
    }

    /// A request that came alone and is to be answered later.
    pub(crate) fn alone(
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Self, ApiError> {
        let body = String::from_utf8(body.to_vec());
        let body = body.map_err(|_| ApiError::bad_input("body", "the body", "is not UTF-8"))?;
        let kept = KEPT.iter().filter_map(|name| {
            Some((name.to_string(), headers.get(name)?.to_str().ok()?.to_owned()))
        });
        let prefers = headers.get_all("prefer").iter().filter_map(|line| line.to_str().ok());
        let prefers = prefers.map(|line| ("prefer".to_owned(), line.to_owned()));
        Ok(Self {
            name: "0".to_owned(),
            method: method.to_string(),
            path: uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            headers: kept.chain(prefers).collect(),
            body,
        })
    }

    /// Its path, without the query.
    pub(crate) fn bare_path(&self) -> &str {
        self.path.split_once('?').map_or(&self.path, |(path, _)| path)
    }

    pub(crate) fn body(&self) -> &[u8] {
        self.body.as_bytes()
    }

    /// Sends it.
    pub(super) async fn send(&self, routes: &Router, outer: Outer) -> OutcomeView {
        let Ok(mut request) = self.request() else {
            unreachable!("operations are checked when they are made")
        };
        request.extensions_mut().insert(outer);
        let response = match routes.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        self.outcome(response).await
    }

    fn request(&self) -> Result<Request<Body>, axum::http::Error> {
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(Body::from(self.body.clone()))
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
