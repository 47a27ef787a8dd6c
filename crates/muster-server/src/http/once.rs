//! Writes to plain tables that a request asks for: made once, however often it is sent with its
//! key, on any node and after a restart.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use muster_core::Revision;
use muster_ledger::{Keyed, KeyedAnswer, LedgerError, PlainWrite, RowChange, WriteError};
use serde::{Deserialize, Serialize};

use crate::desk::DeskError;
use crate::error::ApiError;
use crate::http::reply::REVISION;
use crate::http::{App, Call};

/// What is written, and answered once it is.
#[derive(Debug)]
pub(crate) struct Made {
    /// None at all: nothing is to be written, and nothing kept.
    changes: Vec<RowChange>,
    told: Told,
}

/// An answer as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    status: u16,
    revision: Revision,
    body: String,
}

impl Made {
    /// Answers with a value.
    pub(crate) fn new(
        status: StatusCode,
        revision: Revision,
        value: &impl Serialize,
        changes: Vec<RowChange>,
    ) -> Self {
        let body = serde_json::to_string(value).expect("answers are plain data");
        Self { changes, told: Told { status: status.as_u16(), revision, body } }
    }

    /// Answers that nothing is left to be shown.
    pub(crate) fn gone(revision: Revision, changes: Vec<RowChange>) -> Self {
        let (status, body) = (StatusCode::NO_CONTENT.as_u16(), String::new());
        Self { changes, told: Told { status, revision, body } }
    }
}

impl Told {
    fn response(self) -> Response {
        let Self { status, revision, body } = self;
        let has_body = !body.is_empty();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
        let headers = response.headers_mut();
        if has_body {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        // It may hold a secret.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(REVISION, HeaderValue::from(revision.0));
        response
    }
}

impl App {
    /// Has something written, made from what is known now, and made again if somebody else was
    /// faster. A request whose key took effect before gets its first answer.
    pub(crate) async fn write_once<M: Future<Output = Result<Made, ApiError>> + Send>(
        &self,
        call: &Call,
        make: impl Fn() -> M + Send,
    ) -> Result<Response, ApiError> {
        let key = call.command_id().zip(call.key_hash());
        if let Some((id, _)) = &key
            && let Some(first) = self.units().ledger().find_answer(id).await?
        {
            return replayed(first, call);
        }
        loop {
            let Made { changes, told } = make().await?;
            if changes.is_empty() {
                return Ok(told.response());
            }
            let keyed = key.clone().map(|(id, request_hash)| {
                let answer = serde_json::to_vec(&told).expect("answers are plain data");
                let at = self.clock().now();
                Keyed { id, answer: KeyedAnswer { request_hash, answer, at } }
            });
            let write = PlainWrite { lease: None, keyed, changes };
            match self.units().ledger().write_plain(write).await {
                Ok(()) => return Ok(told.response()),
                Err(WriteError::Answered(first)) => return replayed(first, call),
                // Somebody else's took effect: all together always get on.
                Err(WriteError::Moved) => {}
                Err(WriteError::LeaseLost(_)) => return Err(ApiError::broken()),
                Err(WriteError::Other(error)) => return Err(error.into()),
            }
        }
    }
}

fn replayed(first: KeyedAnswer, call: &Call) -> Result<Response, ApiError> {
    if call.key_hash() != Some(first.request_hash) {
        return Err(DeskError::KeyReused.into());
    }
    let told: Told = serde_json::from_slice(&first.answer)
        .map_err(|error| LedgerError::Corrupt(error.to_string()))?;
    Ok(told.response())
}
