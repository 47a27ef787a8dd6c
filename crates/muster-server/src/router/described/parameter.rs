//! Parameters that many routes take, and those of paths.

use muster_api::openapi::{Schemas, Schemed, taken};
use muster_core::Revision;
use muster_core::id::{
    ActivityCodeId, AgentId, AvailabilityId, JobId, ManagementUnitId, ScheduleId, SessionId,
    ShiftId, SwapId, TimeOffId, UnitId, WebhookId,
};
use serde_json::{Value, json};

use crate::http::KEY_LEN;

/// A parameter of a header or of the query.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    place: &'static str,
    about: &'static str,
    schema: Schemed,
}

const fn header(name: &'static str, about: &'static str, schema: Schemed) -> Parameter {
    Parameter { name, place: "header", about, schema }
}

const fn query(name: &'static str, about: &'static str, schema: Schemed) -> Parameter {
    Parameter { name, place: "query", about, schema }
}

pub(super) const MIN_REVISION: Parameter = query(
    "minRevision",
    "Waits until this node has this revision of the unit: one that was told by another node.",
    taken::<Revision>,
);

pub(super) const AT_REVISION: Parameter = query(
    "atRevision",
    "Shows the unit as it was at this revision, for 35 days.",
    taken::<Revision>,
);

pub(super) const AS_OF: Parameter = query(
    "asOf",
    "Shows the unit as it was at this instant, for 35 days. `atRevision` comes before it.",
    |_| json!({ "type": "string", "format": "date-time", "examples": ["2026-03-30T07:00:00Z"] }),
);

pub(super) const KEY: Parameter = header(
    "Idempotency-Key",
    "Names the command, so that it happens once however often it is sent: the same key with the \
     same request gets the first answer, with another request 422.",
    |_| {
        let pattern = "^[ -~]+$";
        json!({ "type": "string", "minLength": 1, "maxLength": KEY_LEN, "pattern": pattern,
                "examples": ["5f0f3c1e-publish-w14"] })
    },
);

pub(super) const IF_MATCH: Parameter = header(
    "If-Match",
    "The tag that was read. On a single record the write holds only if it still has this tag (409 \
     `VERSION_MISMATCH`); on a document of many agents it names the base of a merge.",
    |_| {
        let pattern = r#"^(\*|(W/)?"[0-9]{1,18}\.[0-9a-f]{24}")$"#;
        json!({ "type": "string", "pattern": pattern,
                "examples": ["\"20.44136fa355b3678a1146ad16\""] })
    },
);

pub(super) const IF_NONE_MATCH: Parameter = header(
    "If-None-Match",
    "Tags that are known already: one of them gets 304 instead of the document.",
    |_| json!({ "type": "string", "examples": ["\"20.44136fa355b3678a1146ad16\""] }),
);

pub(super) const IF_ABSENT: Parameter = header(
    "If-None-Match",
    "`*`: only if there is nothing of this id yet; else 412.",
    |_| json!({ "type": "string", "examples": ["*"] }),
);

pub(super) const PREFER: Parameter = header(
    "Prefer",
    "`handling=strict` takes `If-Match` to the letter on documents too, `handling=lenient` merges \
     everywhere; `respond-async` answers 202 with a job at once (RFC 7240). What nobody knows is \
     ignored.",
    |_| json!({ "type": "string", "examples": ["handling=lenient"] }),
);

pub(super) const LAST_EVENT: Parameter = header(
    "Last-Event-ID",
    "The cursor of the last event that was read; it comes before `after`.",
    |_| json!({ "type": "string", "pattern": "^[0-9]{1,18}(-[0-9]{1,9})?$", "examples": ["1-0"] }),
);

impl Parameter {
    pub(super) fn to_value(self, schemas: &mut Schemas) -> Value {
        let Self { name, place, about, schema } = self;
        json!({ "name": name, "in": place, "description": about, "required": false,
                "schema": schema(schemas) })
    }
}

/// The parameters of a path, each with its schema: what comes before it says what it names.
pub(super) fn of_path(path: &str, schemas: &mut Schemas) -> Vec<Value> {
    let segments: Vec<&str> = path.split('/').collect();
    let pairs = segments.windows(2);
    let named = pairs.filter_map(|pair| {
        let name = pair[1].strip_prefix('{')?.strip_suffix('}')?;
        let (about, schema) = of_segment(pair[0], name);
        Some(json!({ "name": name, "in": "path", "required": true, "description": about,
                     "schema": schema(schemas) }))
    });
    named.collect()
}

fn of_segment(before: &str, name: &str) -> (&'static str, Schemed) {
    match (before, name) {
        ("businessunits", _) => ("The business unit.", taken::<UnitId>),
        ("managementunits", _) => ("The management unit.", taken::<ManagementUnitId>),
        ("activitycodes", _) => ("The activity code.", taken::<ActivityCodeId>),
        ("timeoffrequests", _) => ("The time-off request.", taken::<TimeOffId>),
        ("shifts", _) => ("The shift.", taken::<ShiftId>),
        ("shiftswaps", _) => ("The swap.", taken::<SwapId>),
        ("schedules", _) => ("The schedule: a live week or a draft.", taken::<ScheduleId>),
        ("availability", _) => ("What the agent says, by its id.", taken::<AvailabilityId>),
        ("sessions", _) => ("The session.", taken::<SessionId>),
        ("webhooks", _) => ("The webhook.", taken::<WebhookId>),
        ("jobs", _) => ("The job.", taken::<JobId>),
        ("calendar", _) => ("The secret of the link, and `.ics`.", |_| {
            let example = "vT9cZ0mS3rI5yq1Xh8fKx2wLd7nBp4uGaQeJtRzUoYk.ics";
            json!({ "type": "string", "examples": [example] })
        }),
        (_, _) => ("The agent.", taken::<AgentId>),
    }
}
