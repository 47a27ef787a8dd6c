//! Many writes in one request.

mod operation;
mod run;
mod stage;
mod ties;

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use muster_api::bulk::{Atomicity, BulkIn, BulkView, OperationIn, OutcomeView, operations_by_line};
use muster_api::{BadInput, parse};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::ApiError;
use crate::http::query::Params;
use crate::http::{App, Call, json};
use crate::jobs::{self, Order};
use crate::limits;

pub(crate) use operation::{Operation, Outer};
pub(crate) use run::{Bulk, Keys};
pub(crate) use stage::Stage;
pub(crate) use ties::stretches;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Asked {
    /// Which operations stand or fall together; it comes before what the body says.
    atomicity: Option<Atomicity>,
}

/// JSON lines, in and out.
const LINES: &str = "application/x-ndjson";

pub(crate) async fn send(
    State(app): State<App>,
    call: Call,
    Params(asked): Params<Asked>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let is = |name| {
        let text = headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        text.is_some_and(|text| text.starts_with(LINES))
    };
    let are_lines = is(header::CONTENT_TYPE);
    let (sent, atomicity) = if are_lines {
        (operations_by_line(&body)?, asked.atomicity.unwrap_or_default())
    } else {
        let BulkIn { operations, atomicity } = parse(&body)?;
        (operations, asked.atomicity.unwrap_or(atomicity))
    };
    let operations = checked(sent, atomicity)?;
    if call.is_async() || operations.len() > limits::BULK_OPERATIONS {
        let order = Order::of_bulk(&call, atomicity, &operations);
        return jobs::begin(&app, &call, order).await;
    }
    let keys = call.key().map_or(Keys::None, |key| Keys::Each(key.to_owned()));
    let outcomes = Bulk::new(&app, &call.caller, keys).run(&operations, atomicity).await?;
    if are_lines || is(header::ACCEPT) {
        return Ok(lines(&outcomes));
    }
    let view = BulkView::new(outcomes);
    Ok(json(view.revision, &view))
}

fn lines(outcomes: &[OutcomeView]) -> Response {
    let mut text = Vec::new();
    for outcome in outcomes {
        serde_json::to_writer(&mut text, outcome).expect("answers are plain data");
        text.push(b'\n');
    }
    ([(header::CONTENT_TYPE, LINES)], text).into_response()
}

/// Operations that can be sent, each with a name of its own.
fn checked(sent: Vec<OperationIn>, atomicity: Atomicity) -> Result<Vec<Operation>, ApiError> {
    let most = match atomicity {
        Atomicity::Item | Atomicity::Component => limits::JOB_OPERATIONS,
        Atomicity::All => limits::BULK_OPERATIONS,
    };
    let count = sent.len();
    if count == 0 || count > most {
        let problem = format!("operations are not within 1..={most}");
        return Err(BadInput::invalid("/operations", &count, problem).into());
    }
    let numbered = sent.into_iter().enumerate();
    let operations: Vec<_> =
        numbered.map(|(n, input)| Operation::new(n, input)).collect::<Result<_, _>>()?;
    let mut names = BTreeSet::new();
    match operations.iter().enumerate().find(|(_, operation)| !names.insert(&operation.name)) {
        None => Ok(operations),
        Some((n, twin)) => {
            let pointer = format!("/operations/{n}/id");
            Err(BadInput::invalid(pointer, &twin.name, "is the name of two operations").into())
        }
    }
}
