//! The body of a request: whether its form is one that is spoken here, its size, its time.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::http::{HeaderMap, HeaderName, header};
use http_body_util::{BodyExt as _, LengthLimitError};

use crate::error::ApiError;
use crate::limits;

/// What a route takes for a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// JSON, of any media type that says so; also without one.
    Json,
    /// The same, or JSON lines.
    JsonOrLines,
    /// A form, as OAuth has it; also without a media type.
    Form,
}

impl Takes {
    fn media_type(self, given: &str) -> bool {
        let given = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match self {
            Self::Json => {
                let kind = given.strip_prefix("application/");
                kind.is_some_and(|kind| kind == "json" || kind.ends_with("+json"))
            }
            Self::JsonOrLines => given == "application/x-ndjson" || Self::Json.media_type(&given),
            Self::Form => given == "application/x-www-form-urlencoded",
        }
    }

    fn named(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::JsonOrLines => "application/json or application/x-ndjson",
            Self::Form => "application/x-www-form-urlencoded",
        }
    }

    fn most(self) -> usize {
        match self {
            Self::Json | Self::JsonOrLines => limits::BODY_BYTES,
            Self::Form => limits::FORM_BYTES,
        }
    }
}

/// Reads a body, if it is one that is taken, within a time.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    takes: Takes,
    within: Duration,
) -> Result<Bytes, ApiError> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let read = async {
        match check(headers, &body, takes) {
            Ok(()) => whole(body, takes.most()).await,
            Err(error) => {
                discard(body).await;
                Err(error)
            }
        }
    };
    tokio::time::timeout(within, read).await.unwrap_or_else(|_| Err(ApiError::slow_body(within)))
}

/// What can be said of a body before it is read.
fn check(headers: &HeaderMap, body: &Body, takes: Takes) -> Result<(), ApiError> {
    let coding = lines(headers, header::CONTENT_ENCODING)
        .find(|coding| !coding.trim().eq_ignore_ascii_case("identity"));
    if let Some(coding) = coding {
        return Err(ApiError::encoded(coding));
    }
    let other = lines(headers, header::CONTENT_TYPE).find(|given| !takes.media_type(given));
    if let Some(given) = other {
        return Err(ApiError::media_type(given, takes.named()));
    }
    match body.size_hint().lower() > takes.most() as u64 {
        true => Err(ApiError::too_large(takes.most())),
        false => Ok(()),
    }
}

async fn whole(body: Body, most: usize) -> Result<Bytes, ApiError> {
    to_bytes(body, most).await.map_err(|error| match error.into_inner().is::<LengthLimitError>() {
        true => ApiError::too_large(most),
        false => ApiError::cut_off(),
    })
}

/// Reads a body that is refused, as far as one may be read: a client that is still sending would
/// otherwise see a broken connection, not the refusal.
async fn discard(mut body: Body) {
    let mut left = limits::BODY_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let read = frame.data_ref().map_or(0, Bytes::len);
        match left.checked_sub(read) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

/// The values of a header; one that is no text says nothing that is known here.
fn lines(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).into_iter().map(|line| line.to_str().unwrap_or("?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_many_names() {
        for json in ["application/json", "Application/JSON; charset=utf-8", "application/a.b+json"]
        {
            assert!(Takes::Json.media_type(json), "{json}");
        }
        for other in ["text/plain", "text/json", "application/jsonp", "application/xml", ""] {
            assert!(!Takes::Json.media_type(other), "{other}");
        }
        assert!(!Takes::Json.media_type("application/x-ndjson"));
        for taken in ["application/x-ndjson", "application/json"] {
            assert!(Takes::JsonOrLines.media_type(taken));
        }
        assert!(Takes::Form.media_type("application/x-www-form-urlencoded"));
        assert!(!Takes::Form.media_type("application/json"));
    }
}
