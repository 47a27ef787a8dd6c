//! Shift swaps.

use muster_api::list::ListView;
use muster_api::openapi::{Schemas, answered};
use muster_api::swap::{
    AcceptIn, DeclineIn, EvaluationView, SwapBulkIn, SwapIn, SwapOutcomeView, SwapView,
};
use muster_api::terms::VerdictIn;
use serde_json::{Value, json};

use super::Group;
use super::operation::{Operation, get, post};
use crate::http::swaps;

const ACTIONS: [&str; 7] =
    ["getSwap", "acceptSwap", "declineSwap", "approveSwap", "denySwap", "cancelSwap", "revertSwap"];

const VERDICT: &str = r#"{"acknowledge":["9c1e5b0d73a2f648.240"],"reason":"agreed by phone"}"#;

/// Something done to a swap.
fn done(action: &str, id: &'static str, summary: &'static str) -> Operation {
    let path = format!("/scheduling/shiftswaps/{{id}}/{action}");
    post(&path, id, summary).commands().answers::<SwapView<'_>>()
}

pub(super) fn swaps() -> Group {
    let offer = r#"{"id":"swap-1","initiator":{"agentId":"ana","shiftId":"s-1"},
                    "receiver":{"agentId":"ben","shiftId":"s-2"}}"#;
    let operations = vec![
        get("/scheduling/shiftswaps", "listSwaps", "Swaps of a unit, or of all")
            .about("Without a unit, those of all units if they fit one page.")
            .query::<swaps::Filter>()
            .pages::<SwapView<'_>>()
            .leads(&ACTIONS, &[("id", "$response.body#/entities/0/id")]),
        post("/scheduling/shiftswaps", "offerSwap", "Offers a swap")
            .about("Without a receiver it is on the board. `legs` make a trade of three or more.")
            .takes::<SwapIn>(offer)
            .commands()
            .makes::<SwapView<'_>>()
            .leads(&ACTIONS, &[("id", "$response.body#/id")]),
        post("/scheduling/shiftswaps/evaluate", "evaluateSwap", "What a swap would do")
            .about("Of one swap, or of each of `swaps`. Nothing is written.")
            .takes::<SwapIn>(r#"{"id":"swap-1"}"#)
            .replies(200, "What would happen.", &[("application/json", evaluated)]),
        post("/scheduling/shiftswaps/bulk", "decideSwaps", "Decides many swaps")
            .about("Each on its own: some may be refused while others pass.")
            .takes::<SwapBulkIn>(r#"{"ids":["swap-1","swap-2"],"action":"approve"}"#)
            .commands()
            .lists::<SwapOutcomeView>(),
        get("/scheduling/shiftswaps/{id}", "getSwap", "A swap").shows::<SwapView<'_>>(),
        done("accept", "acceptSwap", "Accepts a swap")
            .about("What blocks is 409 and the swap stays where it was.")
            .takes::<AcceptIn>(r#"{"agentId":"ben","shiftId":"s-2"}"#),
        done("decline", "declineSwap", "Declines a swap")
            .may_take::<DeclineIn>(r#"{"agentId":"ben"}"#),
        done("cancel", "cancelSwap", "Withdraws a swap"),
        done("approve", "approveSwap", "Lets the shifts change hands")
            .about("Weighed again and committed in one step; approving it twice is 200.")
            .may_take::<VerdictIn>(VERDICT),
        done("deny", "denySwap", "Refuses a swap").may_take::<VerdictIn>(VERDICT),
        done("revert", "revertSwap", "Gives the shifts back").may_take::<VerdictIn>(VERDICT),
    ];
    let about = "Agents exchange shifts; planners decide.";
    Group { name: "Swaps", about, operations }
}

/// Of one swap, or of many.
fn evaluated(schemas: &mut Schemas) -> Value {
    let (one, many) = (answered::<EvaluationView>, answered::<ListView<EvaluationView>>);
    json!({ "anyOf": [one(schemas), many(schemas)] })
}
