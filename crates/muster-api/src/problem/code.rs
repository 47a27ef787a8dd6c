//! The codes that refusals carry. Clients test for them; they never change their meaning.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RetryClass;

macro_rules! codes {
    ($(
        $(#[$doc:meta])*
        $name:ident = $text:literal, $status:literal, $retry:ident, $title:literal;
    )*) => {
        /// What sort of refusal it is.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
        )]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name, as answers spell it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP status it comes with.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// Whether sending the request again can help.
            #[must_use]
            pub fn retry(self) -> RetryClass {
                match self { $(Self::$name => RetryClass::$retry,)* }
            }

            /// What it says to people.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The body is no JSON.
    MalformedJson = "MALFORMED_JSON", 400, Never, "the body is not JSON";
    /// A parameter of the path, the query or a header cannot be.
    BadParameter = "BAD_PARAMETER", 400, Never, "a parameter cannot be";
    /// A field that nobody knows.
    UnknownField = "UNKNOWN_FIELD", 422, Never, "an unknown field";
    /// A field that must be there.
    MissingField = "MISSING_FIELD", 422, Never, "a field is missing";
    /// A value that cannot be.
    Invalid = "INVALID", 422, Never, "a value cannot be";
    /// A wall time that comes twice.
    LocalTimeAmbiguous = "LOCAL_TIME_AMBIGUOUS", 422, Never, "a wall time that comes twice";
    /// A wall time that clocks jump over.
    LocalTimeNonexistent = "LOCAL_TIME_NONEXISTENT", 422, Never, "a wall time that does not exist";
    /// Things of different units in one request.
    CrossUnit = "CROSS_UNIT", 422, Never, "things of different units";
    /// The key came before with another body.
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED", 422, Never, "the key was used before";
    /// No token, or one that is bad or expired.
    Unauthorized = "UNAUTHORIZED", 401, Never, "no valid token";
    /// The token lacks a scope.
    Forbidden = "FORBIDDEN", 403, Never, "the token does not reach that far";
    /// There is no such thing.
    NotFound = "NOT_FOUND", 404, Never, "there is no such thing";
    /// The path is known, not with this method.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405, Never, "the method is not allowed here";
    /// None of the forms the client takes is spoken.
    NotAcceptable = "NOT_ACCEPTABLE", 406, Never, "no form that the client takes";
    /// The body took too long to arrive.
    RequestTimeout = "REQUEST_TIMEOUT", 408, Wait, "the body took too long";
    /// A true conflict.
    Conflict = "CONFLICT", 409, Never, "a decision is needed";
    /// The id names something else already.
    AlreadyExists = "ALREADY_EXISTS", 409, Never, "the id is taken";
    /// A thing is not in a state in which this can be done.
    NotInState = "NOT_IN_STATE", 409, Rebase, "not in a state for this";
    /// Strict mode: the version named is not the current one.
    VersionMismatch = "VERSION_MISMATCH", 409, Merge, "not the version you read";
    /// The base is older than what is kept.
    BaseExpired = "BASE_EXPIRED", 409, Rebase, "the base is too old";
    /// The cursor or revision is older than what is kept.
    Gone = "GONE", 410, Rebase, "too old to be kept";
    /// A condition of the request does not hold.
    PreconditionFailed = "PRECONDITION_FAILED", 412, Rebase, "a condition does not hold";
    /// The body is longer than what is taken.
    BodyTooLarge = "BODY_TOO_LARGE", 413, Never, "the body is too large";
    /// The path and query are longer than what is taken.
    UrlTooLong = "URL_TOO_LONG", 414, Never, "the path is too long";
    /// The body is of a form that is not spoken.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", 415, Never, "the body is not JSON";
    /// An operation of a bulk that it stands or falls with was refused.
    FailedDependency = "FAILED_DEPENDENCY", 424, Never, "falls with another operation";
    /// A whole-document write must say what it started from.
    BaseRequired = "BASE_REQUIRED", 428, Rebase, "name the version you read";
    /// More requests than the token may make.
    RateLimited = "RATE_LIMITED", 429, Wait, "too many requests";
    /// A fault of the server.
    Internal = "INTERNAL", 500, Wait, "a fault of the server";
    /// The server cannot take it now.
    Unavailable = "UNAVAILABLE", 503, Wait, "not available now";
}

impl Code {
    /// The URI that names it in `type`.
    #[must_use]
    pub fn uri(self) -> String {
        let name = self.name().to_lowercase().replace('_', "-");
        format!("https://muster.dev/problems/{name}")
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
