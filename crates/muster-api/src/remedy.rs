//! Remedies as requests of this API: sent as they are, they do what they say.

use serde::Serialize;
use serde_json::Value;

/// A request of this API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// The method.
    pub method: &'static str,
    /// The path.
    pub href: String,
    /// The body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

/// A request that resolves a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemedyView {
    /// Its name.
    pub id: &'static str,
    /// What it does, in a planner's words.
    pub title: String,
    /// What to send.
    #[serde(flatten)]
    pub request: Request,
    /// The scopes that it takes.
    pub requires: &'static [&'static str],
}
