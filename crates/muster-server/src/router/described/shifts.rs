//! Single shifts.

use muster_api::audit::EntryView;
use muster_api::shift::{MadeShiftView, ShiftIn, ShiftView, WrittenShiftView};

use super::Group;
use super::operation::{delete, get, patch, post, put};
use crate::http::{audit, shifts};

const NEW: &str = r#"{"id":"s-1","agentId":"ana","start":"2026-03-30T07:00:00Z",
    "lengthMinutes":480,"activities":[{"activityCodeId":"Meal","offsetMinutes":240,
    "lengthMinutes":30}],"externalIds":{"trade_id":"T-4711"},"tags":["skill:fr"]}"#;

pub(super) fn shifts() -> Group {
    let whole = r#"{"version":20,"start":"2026-03-30T08:00:00Z","lengthMinutes":450}"#;
    let reads = ["getShift", "getShiftHistory", "changeShift", "deleteShift"];
    let operations = vec![
        get("/scheduling/shifts", "listShifts", "Live shifts of a business unit")
            .about("`weekDate`, or `from` and `to`, select by overlap.")
            .query::<shifts::Filter>()
            .pages::<ShiftView<'_>>()
            .refuses(&[422])
            .leads(&reads, &[("id", "$response.body#/entities/0/id")]),
        post("/scheduling/shifts", "createShift", "Makes a shift")
            .about(
                "The same shift again, by its `id` or by an id of another system, is 200. \
                 `trade_id` and `swap_request_id` are aliases of `externalIds`.",
            )
            .takes::<ShiftIn>(NEW)
            .commands()
            .makes::<MadeShiftView<'_>>()
            .leads(&reads, &[("id", "$response.body#/id")])
            .leads(&["putShift"], &[("id", "$response.body#/id")]),
        get("/scheduling/shifts/{id}", "getShift", "A shift")
            .shows::<ShiftView<'_>>()
            .of_the_past(),
        put("/scheduling/shifts/{id}", "putShift", "Writes a shift")
            .about(
                "What is absent stays as it was. `baseVersion`, `If-Match` or `version` names the \
                 version it was made from; without, it is 428.",
            )
            .takes::<ShiftIn>(whole)
            .commands()
            .refuses(&[428])
            .writes::<WrittenShiftView<'_>>(),
        patch("/scheduling/shifts/{id}", "changeShift", "Changes fields of a shift")
            .takes::<ShiftIn>(r#"{"note":"bring the headset"}"#)
            .commands()
            .writes::<WrittenShiftView<'_>>(),
        delete("/scheduling/shifts/{id}", "deleteShift", "Deletes a shift")
            .about("With the agent's own activities in it. Deleting it again is 204.")
            .commands()
            .withdraws(),
        get("/scheduling/shifts/{id}/history", "getShiftHistory", "What became of a shift")
            .about("The entries that made, changed or deleted it, the oldest first.")
            .query::<audit::HistoryFilter>()
            .pages::<EntryView<'_>>(),
    ];
    let about = "Single shifts of the live schedule.";
    Group { name: "Shifts", about, operations }
}
