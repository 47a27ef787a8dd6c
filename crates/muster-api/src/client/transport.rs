//! Requests and answers.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, IF_MATCH, RETRY_AFTER,
};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Client;
use super::error::{ClientError, Refusal, RemedyIn};
use super::types::Answer;
use crate::ROOT;

pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Long enough for the longest poll of the feed.
pub(super) const TIMEOUT: Duration = Duration::from_secs(120);
/// Long enough for the ledger of a large unit.
pub(super) const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(3_600);

/// A query, written piece by piece; what is absent is left out.
#[derive(Debug, Default)]
pub(super) struct Query(String);

impl Query {
    pub(super) fn with(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.0.push(if self.0.is_empty() { '?' } else { '&' });
            self.0.push_str(name);
            self.0.push('=');
            self.0.push_str(&encoded(&value.to_string()));
        }
        self
    }
}

impl std::fmt::Display for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Percent-encodes everything but what RFC 3986 calls unreserved.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// A request, the same each time it is sent.
struct Call<'a> {
    method: Method,
    path: &'a str,
    body: Option<Vec<u8>>,
    key: Option<Arc<str>>,
    if_match: Option<Arc<str>>,
}

/// A key for a command that the caller has not named.
fn minted() -> Arc<str> {
    Arc::from(format!("{:032x}", rand::random::<u128>()))
}

impl Client {
    /// Sends any request of this API: `path` is what comes after `/api/v2/wfm`, with its query.
    /// Where that helps, and within the budget of retries, it is sent again.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
    ) -> Result<Answer<T>, ClientError> {
        let body = body.map(serde_json::to_vec).transpose().map_err(|error| {
            let problem = format!("the request cannot be written: {error}");
            ClientError::Answer { path: path.to_owned(), problem }
        })?;
        let writes = method != Method::GET;
        let key = writes.then(|| self.key.clone().unwrap_or_else(minted));
        let if_match = self.if_match.clone().filter(|_| writes);
        let is_strict = if_match.is_some();
        let call = Call { method, path, body, key, if_match };
        self.budget.earn();
        let mut tries = 1;
        loop {
            let outcome = self.send_once(&call).await;
            let Err(error) = &outcome else { return outcome };
            let Some(pause) = self.budget.pause(error, tries, is_strict) else { return outcome };
            tokio::time::sleep(pause).await;
            tries += 1;
        }
    }

    async fn send_once<T: DeserializeOwned>(
        &self,
        call: &Call<'_>,
    ) -> Result<Answer<T>, ClientError> {
        let request = self.request(call.method.clone(), call.path).await?;
        let mut request = request.header(ACCEPT, "application/json");
        if let Some(key) = &call.key {
            request = request.header("Idempotency-Key", &**key);
        }
        if let Some(tag) = &call.if_match {
            request = request.header(IF_MATCH, &**tag);
        }
        if self.is_later && call.method != Method::GET {
            request = request.header("Prefer", "respond-async");
        }
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        read(call.path, request.send().await?).await
    }

    /// A request with its token.
    pub(super) async fn request(
        &self,
        method: Method,
        path: &str,
    ) -> Result<RequestBuilder, ClientError> {
        let token = self.tokens.get(&self.http, &self.server).await?;
        let url = format!("{}{ROOT}{path}", self.server);
        Ok(self.http.request(method, url).header(AUTHORIZATION, format!("Bearer {token}")))
    }

    /// Sends a remedy as it is.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn remedy(
        &self,
        remedy: &RemedyIn,
    ) -> Result<Answer<serde_json::Value>, ClientError> {
        let problem = |problem: String| ClientError::Answer { path: remedy.href.clone(), problem };
        let method = Method::from_bytes(remedy.method.as_bytes())
            .map_err(|error| problem(error.to_string()))?;
        let path = remedy.href.strip_prefix(ROOT);
        let path = path.ok_or_else(|| problem(format!("is not below {ROOT}")))?;
        self.send(method, path, remedy.body.as_ref()).await
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: Query,
    ) -> Result<Answer<T>, ClientError> {
        self.send(Method::GET, &format!("{path}{query}"), None::<&()>).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<T>, ClientError> {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(super) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<T>, ClientError> {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(super) async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<T>, ClientError> {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(super) async fn delete(
        &self,
        path: &str,
    ) -> Result<Answer<serde_json::Value>, ClientError> {
        self.send(Method::DELETE, path, None::<&()>).await
    }
}

async fn read<T: DeserializeOwned>(
    path: &str,
    response: Response,
) -> Result<Answer<T>, ClientError> {
    let status = response.status();
    let headers = response.headers().clone();
    let body = response.bytes().await?;
    if !status.is_success() {
        return Err(refused(status, &headers, &body));
    }
    // No content reads as null.
    let text: &[u8] = if body.is_empty() { b"null" } else { &body };
    let value = serde_json::from_slice(text).map_err(|error| ClientError::Answer {
        path: path.to_owned(),
        problem: error.to_string(),
    })?;
    Ok(Answer {
        value,
        status: status.as_u16(),
        etag: header(&headers, ETAG.as_str()).map(str::to_owned),
        revision: header(&headers, "muster-revision").and_then(|text| text.parse().ok()),
    })
}

/// What an answer that refuses says.
pub(super) fn refused(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ClientError {
    let wait = header(headers, RETRY_AFTER.as_str()).and_then(|s| s.parse::<u64>().ok());
    let refusal = Refusal::read(status.as_u16(), body, wait.map(|s| s * 1_000));
    ClientError::Refused(Box::new(refusal))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_hold_what_is_there_and_encode_it() {
        let query = Query::default()
            .with("businessUnitId", Some("bu:1"))
            .with("status", None::<&str>)
            .with("from", Some("2026-03-29T02:30:00+02:00"));
        assert_eq!(query.0, "?businessUnitId=bu%3A1&from=2026-03-29T02%3A30%3A00%2B02%3A00");
    }
}
