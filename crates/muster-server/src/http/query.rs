//! Query strings and path parameters, with errors that name the field and the value.

use axum::extract::FromRequestParts;
use axum::extract::rejection::PathRejection;
use axum::http::request::Parts;
use jiff::civil::Date;
use muster_api::time::Bound;
use muster_core::decide::Rejection;
use muster_core::unit::BusinessUnit;
use muster_core::{Instant, Interval, Roster, Zone};
use schemars::JsonSchema;
use serde::Deserialize;
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

/// A day or an instant of a query.
pub(crate) fn bound(
    name: &str,
    text: Option<&str>,
    zone: &Zone,
) -> Result<Option<Instant>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let bound: Bound =
        text.parse().map_err(|error: String| ApiError::bad_input(name, text, &error))?;
    Ok(Some(bound.instant(zone)))
}

/// `from` and `to` of a query: days, or instants.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct During {
    /// From this civil day or instant on.
    #[schemars(with = "Option<Bound>")]
    pub(crate) from: Option<String>,
    /// Before this civil day or instant.
    #[schemars(with = "Option<Bound>")]
    pub(crate) to: Option<String>,
}

impl During {
    /// The stretch that is meant: by default the current week of the unit, from `from` seven days.
    pub(crate) fn interval(
        &self,
        app: &App,
        roster: &Roster,
        most_days: i64,
    ) -> Result<Interval, ApiError> {
        let unit = roster.unit().ok_or_else(|| ApiError::unknown("business unit", &""))?;
        let bound = |name: &str, text: &Option<String>| bound(name, text.as_deref(), &unit.zone);
        let week = unit.week(unit.week_of(app.clock().now()));
        let week = week.ok_or_else(|| ApiError::bad_input("from", "now", "is in no week"))?;
        let from = bound("from", &self.from)?.unwrap_or(week.start());
        let to = bound("to", &self.to)?.unwrap_or_else(|| from.plus_days(7));
        let interval = Interval::new(from, to);
        let interval = interval.filter(|interval| interval.minutes() <= most_days * 1_440);
        interval.ok_or_else(|| {
            let problem = format!("is not within {most_days} days after from");
            ApiError::bad_input("to", &to.to_string(), &problem)
        })
    }
}

/// The parameters of a path, as text.
#[derive(Debug, Clone)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, app).await;
        let wrong = |error: PathRejection| {
            ApiError::bad_input("path", parts.uri.path(), &error.body_text())
        };
        path.map(|path| Self(path.0)).map_err(wrong)
    }
}

/// An id in a path.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> Result<T, ApiError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| ApiError::bad_input("id", text, &error.to_string()))
}
