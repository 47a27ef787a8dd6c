//! The one place where errors become HTTP: what is public goes into the problem, what is not is
//! logged once.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use muster_api::problem::Code;
use muster_api::{BadInput, Problem};
use muster_core::Revision;
use muster_core::command::Command;
use muster_core::decide::{self, Rejection};
use muster_ledger::LedgerError;

use crate::access::{AccessError, ORGANIZATION};
use crate::admission::NotNow;
use crate::desk::{Answer, DeskError};
use crate::http::{problem, reply, told};
use crate::trace::Context;

/// How long a client should wait before it tries again what could not be taken.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// An answer that refuses.
#[derive(Debug)]
pub(crate) struct ApiError {
    problem: Box<Problem>,
    /// The revision it was decided on, if it was a decision.
    revision: Option<Revision>,
    /// What `WWW-Authenticate` says.
    challenge: Option<String>,
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), revision: None, challenge: None }
    }
}

impl From<BadInput> for ApiError {
    fn from(bad: BadInput) -> Self {
        Problem::from(bad).into()
    }
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        Self::rejection(&rejection)
    }
}

impl ApiError {
    /// A refusal of the core, not explained.
    pub(crate) fn rejection(rejection: &Rejection) -> Self {
        Problem::from_rejection(rejection).into()
    }

    /// A refusal by a desk, with causes and remedies.
    pub(crate) fn refused(command: &Command, rejection: &Rejection, answer: &Answer) -> Self {
        let mut error: Self = match rejection {
            Rejection::Conflict { findings } => {
                let mut views = told::explained(&answer.before, command, findings, answer.at);
                Problem::from_rejection_with(rejection, |finding| views.take(finding)).into()
            }
            Rejection::Unknown { .. }
            | Rejection::Taken { .. }
            | Rejection::Invalid { .. }
            | Rejection::NotNow { .. }
            | Rejection::NeedsBase { .. }
            | Rejection::NotOwn { .. }
            | Rejection::Changed { .. }
            | Rejection::IsThere { .. } => Self::rejection(rejection),
        };
        if error.problem.current_version.is_none() {
            let action = &command.action;
            error.problem.current_version = decide::version(&answer.before, action);
        }
        error.revision = Some(answer.revision);
        error
    }

    pub(crate) fn unknown(what: &str, id: &(impl ToString + ?Sized)) -> Self {
        let id = id.to_string();
        let detail = format!("there is no {what} {id:?}");
        Problem::new(Code::NotFound, detail).about(None, Some(id)).into()
    }

    /// The same, of a part of the request that stands there.
    pub(crate) fn within(mut self, place: &str) -> Self {
        let fields =
            self.problem.details.iter_mut().filter_map(|detail| detail.field_name.as_mut());
        for field in fields.filter(|field| field.starts_with('/')) {
            *field = format!("{place}{field}");
        }
        self
    }

    pub(crate) fn missing(pointer: &str) -> Self {
        BadInput::missing(pointer).into()
    }

    /// A parameter of the path, the query or a header.
    pub(crate) fn bad_input(field: &str, value: &str, what: &str) -> Self {
        let detail = format!("{field}: {value:?} {what}");
        let problem = Problem::new(Code::BadParameter, detail);
        problem.about(Some(field.to_owned()), Some(value.to_owned())).into()
    }

    pub(crate) fn cross_unit(what: &str, id: &impl ToString) -> Self {
        let detail = format!("{what} {} is not the unit of the rest", id.to_string());
        Problem::new(Code::CrossUnit, detail).about(None, Some(id.to_string())).into()
    }

    /// A whole-document write without a token.
    pub(crate) fn needs_token(version: Revision) -> Self {
        let detail = "a whole document must come with the scheduleVersion it was made from";
        Problem::new(Code::BaseRequired, detail)
            .version(version)
            .about(Some("/scheduleVersion".to_owned()), None)
            .into()
    }

    pub(crate) fn cursor_expired() -> Self {
        Problem::new(Code::Gone, "the cursor is older than 15 minutes: list again").into()
    }

    /// Events older than what is kept.
    pub(crate) fn feed_gone(snapshot: &str) -> Self {
        let detail = format!("events that far back are no longer kept; read {snapshot}");
        Problem::new(Code::Gone, detail).about(Some("after".to_owned()), None).into()
    }

    /// Nobody was ever told of that revision: whoever was finds it here.
    pub(crate) fn not_yet(revision: Revision) -> Self {
        Self::bad_input("minRevision", &revision.to_string(), "does not exist yet")
    }

    pub(crate) fn too_large(most: usize) -> Self {
        let detail = format!("a body has at most {most} bytes here");
        Problem::new(Code::BodyTooLarge, detail).into()
    }

    /// A body that is compressed.
    pub(crate) fn encoded(coding: &str) -> Self {
        let detail = format!("Content-Encoding: {coding:?} is not taken; send the body as it is");
        let about = (Some("Content-Encoding".to_owned()), Some(coding.to_owned()));
        Problem::new(Code::UnsupportedMediaType, detail).about(about.0, about.1).into()
    }

    /// A body of a form that is not taken here.
    pub(crate) fn media_type(given: &str, taken: &str) -> Self {
        let detail = format!("Content-Type: {given:?} is not taken here; send {taken}");
        let about = (Some("Content-Type".to_owned()), Some(given.to_owned()));
        Problem::new(Code::UnsupportedMediaType, detail).about(about.0, about.1).into()
    }

    /// A body that ended before its end.
    pub(crate) fn cut_off() -> Self {
        let detail = "body: \"\" ended before its end; send it again";
        Problem::new(Code::BadParameter, detail).about(Some("body".to_owned()), None).into()
    }

    /// A body that took too long.
    pub(crate) fn slow_body(within: Duration) -> Self {
        let detail = format!("the body did not arrive within {within:?}; send it again");
        Problem::new(Code::RequestTimeout, detail).after(RETRY_AFTER).into()
    }

    /// A path and query that are too long.
    pub(crate) fn url_too_long(most: usize) -> Self {
        let detail = format!("a path and its query have at most {most} bytes here");
        Problem::new(Code::UrlTooLong, detail).into()
    }

    /// A request that took too long.
    pub(crate) fn too_slow(within: Duration) -> Self {
        let detail = format!(
            "there was no answer within {within:?}; what was accepted still happens: the same \
             request with the same Idempotency-Key is answered with what came of it"
        );
        Problem::new(Code::Unavailable, detail).after(RETRY_AFTER).into()
    }

    pub(crate) fn no_token() -> Self {
        AccessError::NoToken.into()
    }

    pub(crate) fn no_route() -> Self {
        Problem::new(Code::NotFound, "there is nothing at this path").into()
    }

    pub(crate) fn no_method() -> Self {
        Problem::new(Code::MethodNotAllowed, "this path takes other methods").into()
    }

    pub(crate) fn broken() -> Self {
        Problem::new(Code::Internal, "the request could not be handled").into()
    }

    /// A read that gets no state: of one that is too old, 410 says that it will not come back.
    pub(crate) fn of_read(error: DeskError) -> Self {
        match error {
            DeskError::BaseExpired(_) => Problem::new(Code::Gone, error.to_string()).into(),
            other => other.into(),
        }
    }

    /// What is told of it, to be told more of.
    pub(crate) fn problem_mut(&mut self) -> &mut Problem {
        &mut self.problem
    }

    /// What is told of it.
    pub(crate) fn into_problem(self) -> Box<Problem> {
        self.problem
    }

    fn unavailable(why: &str) -> Self {
        tracing::error!(why, "request not served");
        Problem::new(Code::Unavailable, "the ledger does not answer now").after(RETRY_AFTER).into()
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        let detail = error.to_string();
        let unauthorized = |challenge: &str| Self {
            challenge: Some(String::from(challenge)),
            ..Problem::new(Code::Unauthorized, detail.clone()).into()
        };
        match error {
            AccessError::BadClient => unauthorized("Basic realm=\"muster\""),
            AccessError::NoToken => unauthorized("Bearer realm=\"muster\""),
            AccessError::BadToken => unauthorized(
                "Bearer realm=\"muster\", error=\"invalid_token\", \
                 error_description=\"the token is not valid\"",
            ),
            AccessError::Expired => unauthorized(
                "Bearer realm=\"muster\", error=\"invalid_token\", \
                 error_description=\"the token has expired\"",
            ),
            AccessError::Revoked => unauthorized(
                "Bearer realm=\"muster\", error=\"invalid_token\", \
                 error_description=\"the client was revoked\"",
            ),
            AccessError::Unfit(why) => unauthorized(&format!(
                "Bearer realm=\"muster\", error=\"invalid_token\", \
                 error_description=\"the token {why}\""
            )),
            AccessError::WhichOrganization(place) => {
                Problem::new(Code::BadParameter, detail).about(Some(place.to_owned()), None).into()
            }
            AccessError::NotItsOrganization(_) => Problem::new(Code::Forbidden, detail)
                .about(Some(ORGANIZATION.to_owned()), None)
                .into(),
            AccessError::Scope(scope) => {
                let mut problem = Problem::new(Code::Forbidden, detail);
                problem.scope = Some(scope.to_owned());
                problem.into()
            }
            AccessError::NotOwn(agent) => {
                Problem::new(Code::Forbidden, detail).about(None, Some(agent.to_string())).into()
            }
            AccessError::Busy | AccessError::IssuerSilent => {
                Problem::new(Code::Unavailable, detail).after(RETRY_AFTER).into()
            }
            AccessError::NotItsScope(scope) => Self::bad_input("scope", &scope, "is not granted"),
            AccessError::Ledger(error) => error.into(),
        }
    }
}

impl From<NotNow> for ApiError {
    fn from(why: NotNow) -> Self {
        let detail = why.to_string();
        match why {
            NotNow::Token(wait) | NotNow::Organization(wait) | NotNow::Login(wait) => {
                // Rounded up: who comes a fraction too early would be refused again.
                let wait = wait + Duration::from_micros(999);
                Problem::new(Code::RateLimited, detail).after(wait).into()
            }
            NotNow::InFlight => Problem::new(Code::Unavailable, detail).after(RETRY_AFTER).into(),
        }
    }
}

impl From<LedgerError> for ApiError {
    fn from(error: LedgerError) -> Self {
        Self::unavailable(&error.to_string())
    }
}

impl From<DeskError> for ApiError {
    fn from(error: DeskError) -> Self {
        let detail = error.to_string();
        match error {
            DeskError::Busy | DeskError::Behind | DeskError::Moved | DeskError::UnknownForm(_) => {
                Problem::new(Code::Unavailable, detail).after(RETRY_AFTER).into()
            }
            DeskError::Unavailable(why) => Self::unavailable(&why),
            DeskError::Fallen => Problem::new(Code::FailedDependency, detail).into(),
            DeskError::KeyReused => Problem::new(Code::IdempotencyKeyReused, detail).into(),
            DeskError::CrossUnit { id, .. } => {
                Problem::new(Code::CrossUnit, detail).about(None, Some(id)).into()
            }
            DeskError::BaseExpired(_) => Problem::new(Code::BaseExpired, detail).into(),
            DeskError::FutureRevision(revision) => {
                Self::bad_input("revision", &revision.to_string(), "does not exist yet")
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(mut self) -> Response {
        self.problem.context_id = Context::current_id();
        let status = StatusCode::from_u16(self.problem.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = problem(status, &self.problem);
        let headers = response.headers_mut();
        if let Some(revision) = self.revision {
            headers.insert(reply::REVISION, HeaderValue::from(revision.0));
        }
        if let Some(challenge) = self.challenge.and_then(|it| HeaderValue::from_str(&it).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(after_ms) = self.problem.retry.after_ms {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(after_ms.div_ceil(1_000)));
        }
        response
    }
}
