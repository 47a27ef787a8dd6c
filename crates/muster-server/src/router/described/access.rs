//! Tokens, and what whoever runs a node asks it.

use serde_json::{Value, json};

use super::operation::open;
use super::{Group, parameter};
use crate::access::Token;
use crate::http::oauth::Form;
use muster_api::openapi::{Schemed, answered};

const TEXT: Schemed = |_| json!({ "type": "string" });

pub(super) fn access() -> Group {
    let token = open("POST", "/oauth/token", "getToken", "A token for client credentials")
        .about(
            "Takes the client's id and secret by HTTP Basic, or in the form. The token is good for \
             `expires_in` seconds; `scope` and `organization` narrow it, an `agent` makes it that \
             agent's own.",
        )
        .takes_form::<Form>(r#"{"grant_type":"client_credentials","scope":"wfm:unit:read"}"#)
        .replies(200, "The token.", &[("application/json", answered::<Token>)])
        .refuses(&[401, 503]);
    let mut token = token;
    token.refusals.remove(&422);
    let about = "Every other request carries a token, `Authorization: Bearer …`: one of \
                 these, or one of an outside issuer that the node trusts. With a token of several \
                 organizations it names the one that it is about: `Muster-Organization: …`.";
    Group { name: "Access", about, operations: vec![token] }
}

pub(super) fn node() -> Group {
    const CALENDAR: &str = "The feed, as RFC 5545 has it.";
    let operations = vec![
        open("GET", "/healthz", "isAlive", "Whether the node is there").replies(
            200,
            "It is.",
            &[("text/plain", TEXT)],
        ),
        open("GET", "/readyz", "isReady", "Whether requests should come here")
            .about("The ledger answers, and no unit has entries of a later release.")
            .replies(200, "They should.", &[("application/json", READINESS)])
            .replies(503, "They should not.", &[("application/json", READINESS)]),
        open("GET", "/metrics", "getMetrics", "What the node counts and measures").replies(
            200,
            "All measures, in the OpenMetrics text format.",
            &[("application/openmetrics-text", TEXT)],
        ),
        open("GET", "/calendar/{file}", "readCalendar", "An agent's calendar, by its secret link")
            .about("Calendar programs read it again and again; they send the tag they know.")
            .with(&[parameter::IF_NONE_MATCH])
            .replies(200, CALENDAR, &[("text/calendar", TEXT)])
            .replies(304, "It is still what `If-None-Match` names.", &[])
            .refuses(&[404, 503]),
        open("GET", "/api/v2/docs/openapi.json", "getDocument", "This document")
            .with(&[parameter::IF_NONE_MATCH])
            .replies(200, "The document.", &[("application/json", OBJECT)])
            .replies(304, "It is still what `If-None-Match` names.", &[]),
        open("GET", "/api/v2/docs", "getReference", "This document, for people")
            .with(&[parameter::IF_NONE_MATCH])
            .replies(200, "The page.", &[("text/html", TEXT)])
            .replies(304, "It is still what `If-None-Match` names.", &[]),
    ];
    let about = "How a node is doing, and what is read without a token.";
    Group { name: "Node", about, operations }
}

const OBJECT: Schemed = |_| json!({ "type": "object" });

const READINESS: Schemed = |_| -> Value {
    json!({
        "type": "object",
        "required": ["status", "steppedBack"],
        "properties": {
            "status": {
                "description": "Whether requests should come here, in words.",
                "enum": ["ready", "stepped back", "no ledger"],
            },
            "steppedBack": {
                "description": "Units with entries that this release does not know.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["businessUnitId", "unknownForm"],
                    "properties": {
                        "businessUnitId": { "description": "The unit.", "type": "string" },
                        "unknownForm": {
                            "description": "The format that is not known.",
                            "type": "integer",
                        },
                    },
                },
            },
        },
    })
};
