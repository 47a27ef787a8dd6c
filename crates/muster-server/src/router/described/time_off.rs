//! Time off.

use muster_api::terms::VerdictIn;
use muster_api::time_off::{
    LimitView, LimitsIn, TimeOffEvaluationView, TimeOffIn, TimeOffQueryIn, TimeOffView,
};

use super::Group;
use super::operation::{Operation, get, patch, post, put};
use crate::http::time_off;

const ACTIONS: [&str; 5] =
    ["getTimeOff", "changeTimeOff", "approveTimeOff", "denyTimeOff", "cancelTimeOff"];

const VERDICT: &str = r#"{"acknowledge":["9c1e5b0d73a2f648.240"],"reason":"cover was found"}"#;

/// Something done to a request.
fn done(action: &str, id: &'static str, summary: &'static str) -> Operation {
    let path = format!("/timeoffrequests/{{id}}/{action}");
    post(&path, id, summary).commands().answers::<TimeOffView<'_>>()
}

pub(super) fn time_off() -> Group {
    let request = r#"{"id":"leave-1","agentId":"ana","fullDays":["2026-03-31"]}"#;
    let query = r#"{"businessUnitId":"paris","from":"2026-03-30","to":"2026-04-06",
                    "statuses":["PENDING"]}"#;
    let limits = r#"{"businessUnitId":"paris","limits":[{"id":"summer","days":[
                     {"date":"2026-08-03","maxAgents":4}]}]}"#;
    let operations = vec![
        post("/timeoffrequests", "requestTimeOff", "Asks for time off")
            .takes::<TimeOffIn>(request)
            .commands()
            .makes::<TimeOffView<'_>>()
            .leads(&ACTIONS, &[("id", "$response.body#/id")]),
        post("/timeoffrequests/query", "queryTimeOff", "Finds requests")
            .about("Answers from the head of the ledger, with its revision.")
            .takes::<TimeOffQueryIn>(query)
            .pages::<TimeOffView<'_>>()
            .leads(&ACTIONS, &[("id", "$response.body#/entities/0/id")]),
        post("/timeoffrequests/evaluate", "evaluateTimeOff", "What an approval would do")
            .about("Of a known request or of one that could be made. Nothing is written.")
            .takes::<TimeOffIn>(request)
            .answers::<TimeOffEvaluationView>(),
        get("/timeofflimits", "listTimeOffLimits", "How many may be off")
            .query::<time_off::LimitsOf>()
            .lists::<LimitView<'_>>(),
        put("/timeofflimits", "putTimeOffLimits", "Sets the limits that it lists")
            .about("One without intervals and days is taken away.")
            .takes::<LimitsIn>(limits)
            .commands()
            .lists::<LimitView<'_>>(),
        get("/timeoffrequests/{id}", "getTimeOff", "A request").shows::<TimeOffView<'_>>(),
        patch("/timeoffrequests/{id}", "changeTimeOff", "Changes an undecided request")
            .about("Its days, pay and note; the agent and the kind of time off stay.")
            .takes::<TimeOffIn>(r#"{"fullDays":["2026-04-01"],"note":null}"#)
            .commands()
            .answers::<TimeOffView<'_>>(),
        done("approve", "approveTimeOff", "Grants a request")
            .about("It masks the agent's shifts and removes none.")
            .may_take::<VerdictIn>(VERDICT),
        done("deny", "denyTimeOff", "Refuses a request").may_take::<VerdictIn>(VERDICT),
        done("cancel", "cancelTimeOff", "Withdraws a request"),
    ];
    let about = "Requests for time off, and how many may be off at a time.";
    Group { name: "Time off", about, operations }
}
