//! Requests as tests write them, and answers as they look at them.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::Value;

/// A request being made.
pub(crate) struct Ask {
    http: reqwest::Client,
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The body as JSON; null when it is none.
    pub(crate) body: Value,
}

impl Ask {
    pub(crate) fn new(http: &reqwest::Client, method: &str, url: String) -> Self {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        Self { http: http.clone(), method, url, headers: HeaderMap::new(), body: Vec::new() }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().unwrap();
        self.headers.insert(name, HeaderValue::from_str(value).unwrap());
        self
    }

    /// A header whose value need not be ASCII.
    pub(crate) fn header_bytes(mut self, name: &str, value: &[u8]) -> Self {
        let name: HeaderName = name.parse().unwrap();
        self.headers.insert(name, HeaderValue::from_bytes(value).unwrap());
        self
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.bytes(body.to_string().into_bytes()).header("content-type", "application/json")
    }

    pub(crate) fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// Sends it; an error is one of the connection.
    pub(crate) async fn try_send(self) -> reqwest::Result<Answer> {
        let response = self.start().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or_default();
        Ok(Answer { status, headers, text, body })
    }

    pub(crate) async fn send(self) -> Answer {
        self.try_send().await.unwrap()
    }

    /// Sends it; the body is left to be read.
    pub(crate) async fn start(self) -> reqwest::Result<reqwest::Response> {
        let Self { http, method, url, headers, body } = self;
        http.request(method, url).headers(headers).body(body).send().await
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The answer itself, after making sure of its status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// A refusal, after making sure of its status, form and code.
    #[track_caller]
    pub(crate) fn refuses(self, status: u16, code: &str) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        assert_eq!(self.body["code"], code, "{}", self.text);
        assert_eq!(self.body["status"], status, "{}", self.text);
        assert_eq!(self.body["message"], self.body["detail"], "{}", self.text);
        assert_eq!(self.body["contextId"].as_str(), self.header("x-correlation-id"));
        self
    }

    /// What a refusal is about: the field and the value.
    pub(crate) fn about(&self) -> (&str, &str) {
        let text = |name: &str| self.body["details"][0][name].as_str().unwrap_or_default();
        (text("fieldName"), text("entityId"))
    }

    pub(crate) fn revision(&self) -> u64 {
        self.header("muster-revision").unwrap().parse().unwrap()
    }

    /// A number in the body.
    #[track_caller]
    pub(crate) fn number(&self, pointer: &str) -> u64 {
        let value = self.body.pointer(pointer).and_then(Value::as_u64);
        value.unwrap_or_else(|| panic!("no number at {pointer}: {}", self.text))
    }

    /// A text in the body.
    #[track_caller]
    pub(crate) fn text_at(&self, pointer: &str) -> &str {
        let value = self.body.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no text at {pointer}: {}", self.text))
    }

    /// The entities of a list.
    #[track_caller]
    pub(crate) fn entities(&self) -> &[Value] {
        let list = self.body["entities"].as_array();
        list.unwrap_or_else(|| panic!("no list: {}", self.text))
    }

    /// One member of each entity of a list.
    #[track_caller]
    pub(crate) fn each(&self, member: &str) -> Vec<&str> {
        self.entities().iter().map(|entity| entity[member].as_str().unwrap_or_default()).collect()
    }
}
