//! Agents' own tokens: what is theirs, they can do.

use serde_json::json;

use crate::app::{TestApp, WEEK};

async fn as_agent(agent: &str) -> TestApp {
    let mut app = TestApp::with_week().await;
    app.token = app.agent(agent).await;
    app
}

#[tokio::test]
async fn an_agent_reads_its_own_schedule_and_shifts() {
    let app = as_agent("ana").await;
    app.get("/agents/ana").await.is(200);
    app.get("/agents/ben").await.refuses(403, "FORBIDDEN");
    let schedule = format!("/scheduling/agents/ana/schedule?from={WEEK}&to=2026-04-13");
    let shifts = app.get(&schedule).await.is(200);
    assert_eq!(shifts.text_at("/shifts/0/id"), "ana-0");
    let own = app.get("/scheduling/shifts?businessUnitId=u1&agentId=ana").await.is(200);
    assert!(own.body["entities"].as_array().is_some_and(|all| !all.is_empty()));
    let others = "/scheduling/shifts?businessUnitId=u1&agentId=ben";
    app.get(others).await.refuses(403, "FORBIDDEN");
    app.get("/scheduling/shifts/ana-0").await.is(200);
    app.get("/scheduling/shifts/ben-0").await.refuses(403, "FORBIDDEN");
    app.get("/events?businessUnitId=u1&agentId=ana").await.is(200);
    app.get("/events?businessUnitId=u1").await.refuses(403, "FORBIDDEN");
}

#[tokio::test]
async fn an_agent_asks_for_time_off_and_withdraws_it() {
    let app = as_agent("ana").await;
    let asks = json!({
        "id": "t1", "agentId": "ana", "activityCodeId": "TimeOff", "fullDays": ["2026-04-07"],
    });
    app.post("/timeoffrequests", asks).await.is(201);
    app.get("/timeoffrequests/t1").await.is(200);
    let own = json!({ "businessUnitId": "u1", "agentIds": ["ana"] });
    assert_eq!(
        app.post("/timeoffrequests/query", own).await.is(200).text_at("/entities/0/id"),
        "t1"
    );
    let all = json!({ "businessUnitId": "u1" });
    app.post("/timeoffrequests/query", all).await.refuses(403, "FORBIDDEN");
    let both = json!({ "businessUnitId": "u1", "agentIds": ["ana", "ben"] });
    app.post("/timeoffrequests/query", both).await.refuses(403, "FORBIDDEN");
    app.post("/timeoffrequests/t1/approve", json!({})).await.refuses(403, "FORBIDDEN");
    app.post("/timeoffrequests/t1/cancel", json!({})).await.is(200);
}

#[tokio::test]
async fn agents_swap_between_themselves_and_a_planner_decides() {
    let mut app = TestApp::with_week().await;
    let (planner, ana) = (app.token.clone(), app.agent("ana").await);
    let (ben, dana) = (app.agent("ben").await, app.agent("dana").await);
    app.token = ana;
    let offer = json!({
        "id": "w1",
        "initiator": { "agentId": "ana", "shiftId": "ana-0" },
        "receiver": { "agentId": "ben", "shiftId": "ben-0" },
    });
    app.post("/scheduling/shiftswaps/evaluate", offer.clone()).await.is(200);
    app.post("/scheduling/shiftswaps", offer).await.is(201);
    let board = json!({ "id": "w2", "initiator": { "agentId": "ana", "shiftId": "ana-2" } });
    app.post("/scheduling/shiftswaps", board).await.is(201);
    app.post("/scheduling/shiftswaps/w1/accept", json!({ "agentId": "ben" }))
        .await
        .refuses(403, "FORBIDDEN");
    app.token = dana;
    app.get("/scheduling/shiftswaps/w1").await.refuses(403, "FORBIDDEN");
    // What is on the board is for everybody.
    app.get("/scheduling/shiftswaps/w2").await.is(200);
    let seen = app.get("/scheduling/shiftswaps?businessUnitId=u1").await.is(200);
    let seen: Vec<_> = seen.body["entities"].as_array().into_iter().flatten().collect();
    assert!(seen.iter().all(|swap| swap["id"] == "w2") && seen.len() == 1, "{seen:?}");
    app.post("/scheduling/shiftswaps/w1/decline", json!({})).await.refuses(403, "FORBIDDEN");
    app.post("/scheduling/shiftswaps/w1/cancel", json!({})).await.refuses(403, "FORBIDDEN");
    app.token = ben;
    app.post("/scheduling/shiftswaps/w1/accept", json!({ "agentId": "ben" })).await.is(200);
    app.post("/scheduling/shiftswaps/w1/approve", json!({})).await.refuses(403, "FORBIDDEN");
    app.token = planner;
    app.post("/scheduling/shiftswaps/w1/approve", json!({})).await.is(200);
}

#[tokio::test]
async fn an_agent_edits_only_its_own_shifts() {
    let app = as_agent("ana").await;
    app.patch("/scheduling/shifts/ana-0", json!({ "note": "late" })).await.is(200);
    let gives = json!({ "agentId": "ben" });
    app.patch("/scheduling/shifts/ana-0", gives).await.refuses(403, "FORBIDDEN");
    let takes = json!({ "agentId": "ana" });
    app.patch("/scheduling/shifts/ben-0", takes).await.refuses(403, "FORBIDDEN");
    app.delete("/scheduling/shifts/ben-0").await.refuses(403, "FORBIDDEN");
}

#[tokio::test]
async fn one_key_of_two_agents_names_two_requests() {
    let mut app = TestApp::with_week().await;
    let client = app.new_client("acme", "portal", "wfm:timeoff:write").await;
    for agent in ["ana", "ben"] {
        let form = format!("&agent={agent}");
        app.token = app.token_of(&client, &form).await;
        let asks = json!({
            "agentId": agent, "activityCodeId": "TimeOff", "fullDays": ["2026-04-07"],
        });
        let ask = app.ask("POST", "/timeoffrequests").header("idempotency-key", "k-1");
        assert_eq!(ask.json(&asks).send().await.is(201).text_at("/agentId"), agent);
    }
}
