//! Refusals and headers of answers, each said once.

use muster_api::Problem;
use muster_api::openapi::{Schemas, answered};
use muster_api::problem::Code;
use serde_json::{Map, Value, json};

/// What a status means; its codes stand beside it.
fn about(status: u16) -> &'static str {
    match status {
        400 => "The body is no JSON, or a parameter of the path, the query or a header cannot be.",
        401 => "There is no token, or it is not valid; `WWW-Authenticate` says why.",
        403 => "The token does not reach that far: a scope is missing, which is named.",
        404 => "There is no such thing, for this organization.",
        408 => "The body did not come in time.",
        409 => {
            "The state conflicts: with causes, and with requests that resolve it. `retry.class` \
             says whether sending it again can help."
        }
        410 => "The cursor or revision is older than what is kept.",
        412 => "There is something of this id already.",
        413 => "The body is larger than what is taken.",
        414 => "The path and the query are longer than what is taken.",
        415 => "The body is no JSON by its `Content-Type`, or it is encoded.",
        422 => "A field is unknown, missing or cannot be; it is named by JSON pointer.",
        428 => "A whole document must name the version it was made from.",
        429 => "More requests than may be made; `Retry-After` says when to go on.",
        431 => "The head of the request is larger than what is taken.",
        _ => "It cannot be taken now; `Retry-After` says when to try again.",
    }
}

/// The name under which a refusal stands among the components.
pub(super) fn name(status: u16) -> String {
    format!("Refusal{status}")
}

/// All statuses that a refusal may have.
pub(super) const ALL: [u16; 16] =
    [400, 401, 403, 404, 408, 409, 410, 412, 413, 414, 415, 422, 428, 429, 431, 503];

/// The refusals, by name.
pub(super) fn responses(schemas: &mut Schemas) -> Value {
    let problem = answered::<Problem>(schemas);
    let response = |status: u16| {
        let codes = Code::ALL.iter().filter(|code| code.status() == status);
        let names: Vec<String> = codes.map(|code| format!("`{code}`")).collect();
        let about = format!("{} Codes: {}.", about(status), names.join(", "));
        let mut headers = headers(&["X-Correlation-Id"]);
        match status {
            401 => headers.extend(self::headers(&["WWW-Authenticate"])),
            429 | 503 => headers.extend(self::headers(&["Retry-After"])),
            _ => headers.extend(self::headers(&["Muster-Revision"])),
        }
        let example = example(status);
        let content =
            json!({ "application/problem+json": { "schema": problem, "example": example }});
        (name(status), json!({ "description": about, "headers": headers, "content": content }))
    };
    Value::Object(ALL.into_iter().map(response).collect())
}

/// The first code of a status, as a refusal.
fn example(status: u16) -> Value {
    let code = Code::ALL.iter().find(|code| code.status() == status).copied();
    let problem = Problem::new(code.unwrap_or(Code::Unavailable), about(status));
    json!(problem.context("00c0ffee00c0ffee"))
}

/// References to headers, by name.
pub(super) fn headers(names: &[&str]) -> Map<String, Value> {
    let header = |name: &&str| {
        let reference = format!("#/components/headers/{name}");
        ((*name).to_owned(), json!({ "$ref": reference }))
    };
    names.iter().map(header).collect()
}

/// The headers of answers.
pub(super) fn all_headers() -> Value {
    let text = |about: &str, example: &str| {
        let schema = json!({ "type": "string", "examples": [example] });
        json!({ "description": about, "schema": schema })
    };
    let number = |about: &str, example: u64| {
        let schema = json!({ "type": "integer", "minimum": 0, "examples": [example] });
        json!({ "description": about, "schema": schema })
    };
    json!({
        "ETag": text(
            "Names exactly what was answered, and the base of a later write.",
            "\"20.44136fa355b3678a1146ad16\"",
        ),
        "Muster-Revision": number("The revision of the unit that the answer shows.", 811),
        "X-Correlation-Id": text(
            "Names the request in logs: the one that was sent, or a new one.",
            "00c0ffee00c0ffee",
        ),
        "Location": text("Where the job is.", "/api/v2/wfm/jobs/job-1"),
        "Preference-Applied": text("That the preference was taken.", "respond-async"),
        "RateLimit": text("What is left, as the IETF's draft has it.", "\"token\";r=99;t=1"),
        "RateLimit-Policy": text("How much may be asked.", "\"token\";q=2000;w=1"),
        "Retry-After": number("In how many seconds to try again.", 1),
        "WWW-Authenticate": text("How to get a token, and what is wrong with this one.",
            "Bearer realm=\"muster\""),
    })
}
