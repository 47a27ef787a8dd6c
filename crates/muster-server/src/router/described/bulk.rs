//! Many writes in one request.

use muster_api::bulk::{BulkIn, BulkView};
use muster_api::openapi::{Schemed, answered};
use serde_json::json;

use super::Group;
use super::operation::post;
use crate::http::bulk;

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
    ];
    let about = "Lists of writes.";
    Group { name: "Bulk", about, operations }
}

const LINES: &str = "application/x-ndjson";
