//! What whoever runs a node asks it: is it there, may it be sent requests, how is it doing.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::http::App;
use crate::transport::Phase;

/// Whether requests should come here: nobody has asked the node to stop, the ledger answers, and
/// every unit that was asked for has entries that this release knows.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let ledger = app.units().ledger().units().await;
    let units = app.units().stepped_back();
    let stepped_back: Vec<_> = units
        .iter()
        .map(|(key, form)| json!({ "businessUnitId": key.unit, "unknownForm": form }))
        .collect();
    let (status, word) = match (&ledger, units.is_empty()) {
        _ if app.phase() > Phase::Running => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        (Ok(_), true) => (StatusCode::OK, "ready"),
        (Ok(_), false) => (StatusCode::SERVICE_UNAVAILABLE, "stepped back"),
        (Err(_), _) => (StatusCode::SERVICE_UNAVAILABLE, "no ledger"),
    };
    (status, Json(json!({ "status": word, "steppedBack": stepped_back }))).into_response()
}

/// All measures, in the OpenMetrics text format.
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    let form = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, form)], app.units().metrics().text()).into_response()
}
