//! Many writes in one request, and jobs.

use muster_api::bulk::{BulkIn, BulkView, OutcomeView};
use muster_api::job::JobView;
use muster_api::openapi::{Schemed, answered};
use serde_json::json;

use super::Group;
use super::operation::{get, post};
use crate::http::{bulk, jobs};

const OPERATIONS: &str = r#"{"atomicity":"item","operations":[
    {"id":"1","method":"PATCH","path":"/scheduling/shifts/s-1","body":{"note":"early"}},
    {"id":"2","method":"POST","path":"/timeoffrequests/leave-1/cancel"}]}"#;

pub(super) fn bulk() -> Group {
    let lines: Schemed = |_| json!({ "type": "string" });
    let both = [("application/json", answered::<BulkView> as Schemed), (LINES, lines)];
    let operations = vec![
        post("/bulk", "sendBulk", "Many writes in one request")
            .about(
                "Each goes through its route as if it had come alone, with that route's scope; \
                 tied ones, or all, are decided together. 200 when some were refused. With \
                 `Content-Type: application/x-ndjson` the body is an operation a line, and so is \
                 the answer.",
            )
            .query::<bulk::Asked>()
            .takes::<BulkIn>(OPERATIONS)
            .commands()
            .replies(200, "What each came to, in the request's order.", &both),
        get("/jobs/{id}", "getJob", "How far a job is")
            .about("Its client's own, or any for who administers.")
            .answers::<JobView>(),
        get("/jobs/{id}/results", "listJobResults", "What a job's operations came to")
            .about("In their order, as far as they are done.")
            .query::<jobs::Part>()
            .lists::<OutcomeView>(),
        get("/jobs/{id}/progress", "watchJob", "A job's progress, as a stream")
            .about("Server-sent events, each with the job as it is; it ends when the job is over.")
            .replies(200, "The events.", &[("text/event-stream", lines)]),
        post("/jobs/{id}/cancel", "cancelJob", "Ends a job")
            .about("The operations without an outcome are not done.")
            .answers::<JobView>()
            .leads(&["getJob", "listJobResults"], &[("id", "$response.body#/id")]),
    ];
    let about = "Lists of writes, and what is done in the background.";
    Group { name: "Bulk", about, operations }
}

const LINES: &str = "application/x-ndjson";
