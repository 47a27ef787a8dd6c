//! `POST /oauth/token`: client credentials for a token.

use std::net::SocketAddr;

use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use muster_core::id::AgentId;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::access::{AccessError, Narrowed};
use crate::error::ApiError;
use crate::http::App;
use crate::http::intake::{self, Takes};

/// What a client asks for.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "TokenForm")]
pub(crate) struct Form {
    /// `client_credentials`.
    #[schemars(regex(pattern = "^client_credentials$"))]
    grant_type: String,
    /// The client's id, where it does not come by HTTP Basic.
    client_id: Option<String>,
    /// The client's secret, where it does not come by HTTP Basic.
    client_secret: Option<String>,
    /// The scopes that the token is to reach, separated by spaces; all the client has, when absent.
    scope: Option<String>,
    /// The agent whose own things the token is to reach, and nothing else.
    agent: Option<AgentId>,
    /// The only one of the client's organizations that the token is to reach.
    organization: Option<String>,
}

pub(crate) async fn token(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let body = intake::read(&headers, body, Takes::Form, app.settings().bounds.body_time).await?;
    let form: Form = serde_urlencoded::from_bytes(&body)
        .map_err(|error| ApiError::bad_input("body", "the form", &error.to_string()))?;
    if form.grant_type != "client_credentials" {
        let problem = "is not client_credentials";
        return Err(ApiError::bad_input("grant_type", &form.grant_type, problem));
    }
    let (client, secret) = basic(&headers)
        .or_else(|| form.client_id.zip(form.client_secret))
        .ok_or(AccessError::BadClient)?;
    let scope = form.scope.as_deref().filter(|scope| !scope.trim().is_empty());
    let organization = form.organization.as_deref().filter(|named| !named.is_empty());
    let narrowed = Narrowed { scope, agent: form.agent, organization };
    let address = app.gate().address(peer.ip(), &headers);
    // Counted before it is known, so that many at once count too.
    app.gate().login(address)?;
    let token = app.access().token(&client, &secret, narrowed).await;
    if !matches!(token, Err(AccessError::BadClient)) {
        app.gate().logged_in(address);
    }
    let token = token.map_err(|error| match error {
        AccessError::NotItsOrganization(named) => {
            ApiError::bad_input("organization", &named, "is not granted")
        }
        other => other.into(),
    })?;
    let mut response = Json(token).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, code) = value.split_once(' ')?;
    let text = STANDARD.decode(code.trim()).ok()?;
    let text = String::from_utf8(text).ok()?;
    let (client, secret) = text.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| (client.to_owned(), secret.to_owned()))
}
