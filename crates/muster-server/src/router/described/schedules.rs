//! Schedules: live weeks and drafts of them.

use muster_api::agent_view::AgentScheduleAnswer;
use muster_api::openapi::{Schemas, answered};
use muster_api::plan::PlanView;
use muster_api::result::PublishView;
use muster_api::schedule::{
    ChangeSetIn, DraftStatusView, DraftedView, EditedView, ScheduleHeadView, ScheduleIn,
    ScheduleNewIn, ScheduleView,
};
use muster_api::terms::{RevertIn, TermsIn};
use serde_json::{Value, json};

use super::Group;
use super::operation::{Operation, delete, get, patch, post, put};
use crate::http;

const NEW: &str = r#"{"id":"w14","businessUnitId":"paris","weekDate":"2026-03-30","name":"week 14",
    "agentSchedules":[{"agentId":"ana","shifts":[{"start":"2026-03-30T07:00:00Z",
    "lengthMinutes":480,"activities":[{"activityCodeId":"Meal","offsetMinutes":240,
    "lengthMinutes":30}]}]}]}"#;

const WHOLE: &str = r#"{"scheduleVersion":20,"agentSchedules":[{"agentId":"ana","shifts":[
    {"id":"s-1","start":"2026-03-30T07:00:00Z","lengthMinutes":480}]}]}"#;

const EDITS: &str = r#"{"baseVersion":20,"edits":[
    {"op":"put","id":"s-7","agentId":"ana","start":"2026-03-31T07:00:00Z","lengthMinutes":480},
    {"op":"update","shiftId":"s-1","note":null},{"op":"delete","shiftId":"s-2"}],
    "reason":"agreed by phone"}"#;

const TERMS: &str = r#"{"mode":"perAgent","acknowledge":["9c1e5b0d73a2f648.240"],
    "reason":"agreed by phone"}"#;

pub(super) fn schedules() -> Group {
    let mut operations = vec![
        get("/schedules", "listSchedules", "Live weeks and drafts")
            .query::<http::schedules::Filter>()
            .pages::<ScheduleHeadView<'_>>()
            .refuses(&[422])
            .leads(
                &["getSchedule", "validateSchedule"],
                &[("id", "$response.body#/entities/0/id")],
            ),
        post("/schedules", "createSchedule", "Makes a draft, or publishes a document")
            .about(
                "With `publish: true` the content goes live in the same step: the answer is that \
                 of a publish, and 428 asks for the base where agents have published shifts.",
            )
            .takes::<ScheduleNewIn>(NEW)
            .commands()
            .refuses(&[428])
            .replies(200, "It was there, or it was published.", &[(JSON, made)])
            .replies(201, "The draft was made.", &[(JSON, answered::<DraftedView<'_>>)])
            .leads(&FROM_DRAFT, &[("id", "$response.body#/id")]),
        get("/scheduling/agents/{id}/schedule", "getAgentSchedule", "One agent's time")
            .about("Shifts and time off that share time with the stretch, and what they come to.")
            .query::<http::schedules::OfAgent>()
            .shows::<AgentScheduleAnswer<'_>>()
            .of_the_past(),
    ];
    let long = one("/scheduling/schedules/{id}");
    for operation in &long {
        let path = operation.path.replace("/api/v2/wfm/scheduling/schedules", "/schedules");
        operations.push(operation.at(&path));
    }
    operations.extend(long);
    let about = "Live weeks, drafts of them, and publishing. `/schedules/{id}…` and \
                 `/scheduling/schedules/{id}…` are the same.";
    Group { name: "Schedules", about, operations }
}

const JSON: &str = "application/json";

/// What follows a new draft.
const FROM_DRAFT: [&str; 12] = [
    "getSchedule",
    "putSchedule",
    "editSchedule",
    "revertSchedule",
    "editScheduleByShortPath",
    "publishScheduleByShortPath",
    "rebaseScheduleByShortPath",
    "validateSchedule",
    "publishSchedule",
    "getScheduleStatus",
    "rebaseSchedule",
    "deleteSchedule",
];

/// A draft that was there, or what a publish did.
fn made(schemas: &mut Schemas) -> Value {
    json!({ "anyOf": [answered::<DraftedView<'_>>(schemas), answered::<PublishView>(schemas)] })
}

/// What can be done with one schedule.
fn one(path: &str) -> Vec<Operation> {
    let at = |rest: &str| format!("{path}{rest}");
    vec![
        get(path, "getSchedule", "A schedule")
            .about("A draft shows its base with its edits on it. Without `pageSize`, all agents.")
            .query::<http::schedules::Part>()
            .shows::<ScheduleView<'_>>()
            .of_the_past(),
        put(path, "putSchedule", "Writes whole weeks of the agents that are listed")
            .about(
                "Agents that are not listed are left alone. `scheduleVersion`, or `If-Match`, \
                 names the version it was made from; without, it is 428.",
            )
            .takes::<ScheduleIn>(WHOLE)
            .commands()
            .refuses(&[428])
            .writes::<EditedView<'_>>(),
        patch(path, "editSchedule", "Edits shifts of a schedule")
            .about("A change set: what to do to which shifts.")
            .takes::<ChangeSetIn>(EDITS)
            .commands()
            .writes::<EditedView<'_>>(),
        delete(path, "deleteSchedule", "Deletes a draft").commands().withdraws(),
        post(&at("/validate"), "validateSchedule", "What a publish would do")
            .about("Runs the very code of publish and writes nothing.")
            .may_take::<TermsIn>(TERMS)
            .refuses(&[409])
            .answers::<PlanView>(),
        post(&at("/publish"), "publishSchedule", "Publishes a draft")
            .about(
                "Whoever is clean goes live; the others are held with their conflicts. 409 if \
                 nothing went live and something is held.",
            )
            .may_take::<TermsIn>(TERMS)
            .commands()
            .answers::<PublishView>(),
        post(&at("/revert"), "revertSchedule", "Undoes a publish")
            .about("By default the schedule's last one. The inverse edits are merged as any other.")
            .may_take::<RevertIn>(r#"{"reason":"published by mistake"}"#)
            .commands()
            .answers::<PublishView>(),
        post(&at("/rebase"), "rebaseSchedule", "Moves a draft's base to the head")
            .commands()
            .answers::<ScheduleHeadView<'_>>(),
        get(&at("/status"), "getScheduleStatus", "Where a draft stands")
            .about("Which of its agents are behind, merge, or are in conflict.")
            .answers::<DraftStatusView>(),
    ]
}
