//! What can go wrong, and refusals as a client reads them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::problem::{Detail, Retry, RetryClass};

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server refuses.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The request did not get through, or the answer did not come back whole.
    #[error("cannot reach the server: {0}")]
    Transport(#[from] reqwest::Error),
    /// The answer is not what this client expects.
    #[error("the answer to {path} is not understood: {problem}")]
    Answer {
        /// What was asked.
        path: String,
        /// What is wrong with the answer.
        problem: String,
    },
}

impl ClientError {
    /// The refusal, if it is one.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Transport(_) | Self::Answer { .. } => None,
        }
    }
}

/// A request that resolves a conflict, as a client reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemedyIn {
    /// Its name.
    pub id: String,
    /// What it does.
    pub title: String,
    /// `itself`: it is the request with a decision in it; `first`: then the request is sent again;
    /// `instead`: it comes in its place.
    #[serde(default)]
    pub way: String,
    /// The method to send it with.
    pub method: String,
    /// Where to send it.
    pub href: String,
    /// What to send.
    #[serde(default)]
    pub body: Option<Value>,
    /// The scopes that it takes.
    #[serde(default)]
    pub requires: Vec<String>,
}

impl RemedyIn {
    /// Whether both are the same request.
    #[must_use]
    pub fn is_same_request(&self, other: &Self) -> bool {
        (&self.method, &self.href, &self.body) == (&other.method, &other.href, &other.body)
    }
}

/// A conflict or finding, as a client reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConflictIn {
    /// Names it across requests; what acknowledgements list.
    pub fingerprint: String,
    /// What clashes.
    pub kind: String,
    /// `off`, `info`, `warn`, `ack` or `block`.
    pub severity: String,
    /// Whose week it is in.
    #[serde(default)]
    pub agent_id: Option<String>,
    /// The stretch of time it is about starts here
    #[serde(default)]
    pub start: Option<String>,
    /// and ends here.
    #[serde(default)]
    pub end: Option<String>,
    /// What it is about.
    #[serde(default)]
    pub subject: Value,
    /// What the edit started from, where values clash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Value>,
    /// What the edit wants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yours: Option<Value>,
    /// What is live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<Value>,
    /// Whether it was there before the command, no smaller: such a one stops nothing.
    #[serde(default)]
    pub standing: bool,
    /// Whether the terms that were planned with answer for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acknowledged: bool,
    /// What it says to people.
    pub message: String,
    /// The entries behind it, newest first.
    #[serde(default)]
    pub causes: Vec<Value>,
    /// Requests that resolve it.
    #[serde(default)]
    pub remedies: Vec<RemedyIn>,
}

/// A refusal, as a client reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The sort of problem, for programs.
    pub code: String,
    /// The sort of problem, in words.
    #[serde(default)]
    pub title: String,
    /// This problem, in words.
    #[serde(default)]
    pub detail: String,
    /// Names the request in logs.
    #[serde(default)]
    pub context_id: String,
    /// The fields and things it is about.
    #[serde(default)]
    pub details: Vec<Detail>,
    /// Whether sending it again can help.
    #[serde(default = "never")]
    pub retry: Retry,
    /// The version the target has now.
    #[serde(default)]
    pub current_version: Option<u64>,
    /// What clashes.
    #[serde(default)]
    pub conflicts: Vec<ConflictIn>,
    /// Requests that resolve it.
    #[serde(default)]
    pub remedies: Vec<RemedyIn>,
}

fn never() -> Retry {
    RetryClass::Never.into()
}

impl Refusal {
    /// Reads an answer that is no success. One without a problem in it (from something between
    /// client and server, say) becomes one that says so.
    pub(super) fn read(status: u16, body: &[u8], retry_after_ms: Option<u64>) -> Self {
        let mut refusal = serde_json::from_slice(body).unwrap_or_else(|_| {
            let text = String::from_utf8_lossy(body);
            let detail: String = text.chars().take(500).collect();
            Self {
                status,
                code: format!("HTTP_{status}"),
                title: "an answer without a problem document".to_owned(),
                detail,
                context_id: String::new(),
                details: Vec::new(),
                retry: never(),
                current_version: None,
                conflicts: Vec::new(),
                remedies: Vec::new(),
            }
        });
        refusal.status = status;
        if let Some(after_ms) = retry_after_ms.filter(|_| refusal.retry.after_ms.is_none()) {
            refusal.retry = Retry { class: RetryClass::Wait, after_ms: Some(after_ms) };
        }
        refusal
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = if self.detail.is_empty() { &self.title } else { &self.detail };
        write!(f, "{} {}: {text}", self.status, self.code)
    }
}
