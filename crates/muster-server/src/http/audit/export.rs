//! A unit's ledger as lines, to be checked by whoever has them and nothing else.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::stream;
use muster_core::id::UnitId;
use muster_ledger::{ExportLines, LedgerError, Source, TransferError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::ApiError;
use crate::http::query::Params;
use crate::http::{App, Call, reply};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Of {
    /// The unit.
    business_unit_id: UnitId,
}

/// All entries of a unit up to its head, read while they are sent.
pub(crate) async fn export(
    State(app): State<App>,
    call: Call,
    Params(of): Params<Of>,
) -> Result<Response, ApiError> {
    let desk = app.desk(&call, &of.business_unit_id).await?;
    let source = Source::unit(app.units().ledger().clone(), desk.key()).await;
    let (source, head) = source.map_err(unread)?;
    let unit = desk.key().to_string();
    let lines = stream::unfold(ExportLines::new(source), move |mut lines| {
        let unit = unit.clone();
        async move {
            let next = lines.next().await.inspect_err(|error| {
                // The answer breaks off: without its last line it is seen to be cut off.
                tracing::error!(unit.key = %unit, %error, "export not finished");
            });
            next.transpose().map(|next| (next.map(Bytes::from), lines))
        }
    });
    let mut response = Response::new(Body::from_stream(lines));
    let headers = response.headers_mut();
    let json_lines = HeaderValue::from_static("application/jsonl");
    headers.insert(header::CONTENT_TYPE, json_lines);
    headers.insert(reply::REVISION, HeaderValue::from(head.revision.0));
    Ok(response)
}

fn unread(error: TransferError) -> ApiError {
    match error {
        TransferError::Ledger(error) => error.into(),
        other => LedgerError::Corrupt(other.to_string()).into(),
    }
}
