//! Real time, the feed of events, and the audit.

use muster_api::adherence::{AdherenceEventsIn, AdherenceView};
use muster_api::audit::EntryView;
use muster_api::event::EventsView;
use muster_api::job::JobView;
use muster_api::openapi::{Schemed, answered};
use serde_json::json;

use super::operation::{get, post};
use super::{Group, parameter};
use crate::http::{adherence, audit, events};

pub(super) fn adherence() -> Group {
    let states =
        r#"{"events":[{"agentId":"ana","at":"2026-03-30T07:00:02Z","state":"Available"}]}"#;
    let accepted: Schemed = |schemas| {
        let about = "How many there were.";
        let taken = json!({ "type": "object", "required": ["accepted"], "properties": {
            "accepted": { "description": about, "type": "integer", "examples": [1] }}});
        json!({ "anyOf": [taken, answered::<JobView>(schemas)] })
    };
    let operations = vec![
        post("/adherence/events", "reportStates", "Says what agents do")
            .about("In any order. Real time is apart from schedules: nothing is refused for it.")
            .takes::<AdherenceEventsIn>(states)
            .finds_always()
            .replies(
                202,
                "They were taken; by a job, where `respond-async` asks for one.",
                &[("application/json", accepted)],
            ),
        get("/adherence", "listAdherence", "What agents do, against what is scheduled")
            .query::<adherence::Filter>()
            .pages::<AdherenceView<'_>>(),
    ];
    let about = "What agents do right now.";
    Group { name: "Adherence", about, operations }
}

pub(super) fn events() -> Group {
    let text: Schemed = |_| json!({ "type": "string" });
    let operations = vec![
        get("/events", "readEvents", "What happens in a unit")
            .about(
                "As JSON, after a cursor, waiting up to `waitSeconds` for something to happen; or, \
                 with `Accept: text/event-stream`, as a stream of server-sent events that goes on \
                 until the client closes it. Nothing of an agent is lost or reordered. Events are \
                 kept for 35 days.",
            )
            .query::<events::Filter>()
            .with(&[parameter::LAST_EVENT])
            .replies(
                200,
                "What happened, oldest first.",
                &[("application/json", answered::<EventsView<'_>>), ("text/event-stream", text)],
            )
            .refuses(&[410]),
    ];
    let about = "One feed for each unit, with cursors.";
    Group { name: "Events", about, operations }
}

pub(super) fn audit() -> Group {
    let lines: Schemed = |_| json!({ "type": "string" });
    let operations = vec![
        get("/audit", "listAudit", "What was changed, by whom, and why")
            .about("The entries of a unit's ledger, each with what it changed, the newest first.")
            .query::<audit::Filter>()
            .pages::<EntryView<'_>>()
            .refuses(&[422]),
        get("/audit/export", "exportAudit", "A unit's whole ledger, as lines of JSON")
            .about("With its hash chain: `muster ledger verify FILE` checks it alone.")
            .query::<audit::Of>()
            .replies(200, "All entries up to the head.", &[("application/jsonl", lines)]),
    ];
    let about = "Who changed what, when and why.";
    Group { name: "Audit", about, operations }
}
