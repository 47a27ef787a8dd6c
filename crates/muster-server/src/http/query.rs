//! Query strings and path parameters, with errors that name the field and the value.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::civil::Date;
use muster_core::Interval;
use muster_core::decide::Rejection;
use muster_core::unit::BusinessUnit;
use serde::de::DeserializeOwned;

use crate::error::ApiError;
use crate::http::App;

/// Names that any route takes and [`crate::http::Call`] reads.
const EVERYWHERE: [&str; 3] = ["minRevision", "atRevision", "asOf"];

/// A route's own query parameters.
#[derive(Debug, Clone)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Params<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        let own = pairs.filter(|(key, _)| !EVERYWHERE.contains(&key.as_ref()));
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(own).finish();
        let wrong = |error: serde_urlencoded::de::Error| {
            ApiError::bad_input("query", query, &format!("cannot be read: {error}"))
        };
        serde_urlencoded::from_str(&text).map(Self).map_err(wrong)
    }
}

/// A week as a query names it: by its first day.
pub(crate) fn week_of(unit: &BusinessUnit, first: Date) -> Result<Interval, ApiError> {
    let wrong = |problem: String| Rejection::Invalid {
        pointer: "weekDate".to_owned(),
        value: first.to_string(),
        problem,
    };
    let week = unit.week(first).ok_or_else(|| wrong("is in no week".to_owned()))?;
    let right = unit.week_of(week.start());
    if right == first {
        return Ok(week);
    }
    Err(wrong(format!("is not the first day of a week in this unit, {right} is")).into())
}

/// An id in a path.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> Result<T, ApiError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| ApiError::bad_input("id", text, &error.to_string()))
}
