//! Trades of several agents, offers on the board, swaps that are undone, and chains.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::http::Answer;

fn leg(gives: &str, receives: &str) -> Value {
    let agent = gives.rsplit_once('-').unwrap().0;
    json!({ "agentId": agent, "gives": gives, "receives": receives })
}

async fn owner(app: &TestApp, shift: &str) -> String {
    app.get(&format!("/scheduling/shifts/{shift}")).await.is(200).text_at("/agentId").to_owned()
}

/// Sends a remedy as it is written down.
async fn follow(app: &TestApp, refusal: &Answer, id: &str) -> Answer {
    let remedies = refusal.body["conflicts"][0]["remedies"].as_array().unwrap();
    let remedy = remedies.iter().find(|remedy| remedy["id"] == id);
    let remedy = remedy.unwrap_or_else(|| panic!("{id}: {}", refusal.text));
    let path = remedy["href"].as_str().unwrap().strip_prefix("/api/v2/wfm").unwrap();
    app.ask(remedy["method"].as_str().unwrap(), path).json(&remedy["body"]).send().await
}

#[tokio::test]
async fn three_agents_trade_in_a_round_and_all_have_to_agree() {
    let app = TestApp::with_week().await;
    let legs = json!([leg("ana-0", "cem-0"), leg("ben-0", "ana-0"), leg("cem-0", "ben-0")]);
    let offer = json!({ "id": "w1", "legs": legs, "expiresAt": "2026-04-05T00:00:00Z" });
    let offered = app.post("/scheduling/shiftswaps", offer.clone()).await.is(201);
    assert_eq!(offered.text_at("/initiator/agentId"), "ana");
    assert_eq!(offered.body["legs"], legs);
    app.post("/scheduling/shiftswaps", offer).await.is(200);
    let accept =
        |agent: &str| app.post("/scheduling/shiftswaps/w1/accept", json!({ "agentId": agent }));
    let first = accept("cem").await.is(200);
    assert_eq!(first.text_at("/status"), "PENDING_PARTNER");
    assert_eq!(first.body["acceptedBy"], json!(["cem"]));
    assert_eq!(accept("dana").await.refuses(422, "INVALID").about(), ("/agentId", "dana"));
    assert_eq!(accept("ben").await.is(200).text_at("/status"), "PENDING_APPROVAL");
    let done = app.post("/scheduling/shiftswaps/w1/approve", json!({})).await.is(200);
    assert_eq!(done.text_at("/status"), "APPROVED");
    let owners =
        [owner(&app, "ana-0").await, owner(&app, "ben-0").await, owner(&app, "cem-0").await];
    assert_eq!(owners, ["ben", "cem", "ana"]);
    let listed = app.get("/scheduling/shiftswaps?businessUnitId=u1&agentId=cem").await.is(200);
    assert_eq!(listed.each("id"), ["w1"]);
}

#[tokio::test]
async fn a_round_with_a_hole_is_refused_by_leg() {
    let app = TestApp::with_week().await;
    let refused =
        |legs: Value| app.post("/scheduling/shiftswaps", json!({ "id": "w", "legs": legs }));
    let two = refused(json!([leg("ana-0", "ben-0"), leg("ben-0", "ana-0")])).await;
    assert_eq!(two.refuses(422, "INVALID").about(), ("/legs", "2"));
    let legs = json!([leg("ana-0", "cem-0"), leg("ben-0", "ana-0"), leg("cem-0", "ana-0")]);
    let twice = refused(legs).await.refuses(422, "INVALID");
    assert_eq!(twice.about(), ("/legs/2/receives", "ana-0"));
}

#[tokio::test]
async fn a_board_offer_says_when_what_it_wants_has_to_be() {
    let app = TestApp::with_week().await;
    let interval = "2026-04-07T00:00:00Z/2026-04-08T00:00:00Z";
    let offer = json!({ "id": "w1", "initiator": { "shiftId": "ana-0" },
        "acceptableIntervals": [interval] });
    let offered = app.post("/scheduling/shiftswaps", offer).await.is(201);
    assert_eq!(offered.body["acceptableIntervals"], json!([interval]));
    let take = |shift: &str| {
        let body = json!({ "agentId": "ben", "shiftId": shift });
        app.post("/scheduling/shiftswaps/w1/accept", body)
    };
    assert_eq!(take("ben-0").await.refuses(422, "INVALID").about(), ("/shiftId", "ben-0"));
    let bad = json!({ "initiator": { "shiftId": "ana-0" }, "acceptableIntervals": ["monday"] });
    let bad = app.post("/scheduling/shiftswaps", bad).await;
    assert_eq!(bad.refuses(422, "INVALID").about().0, "/acceptableIntervals/0");
}

#[tokio::test]
async fn an_approved_swap_is_given_back() {
    let app = TestApp::with_week().await;
    app.swap("w1", "ana-0", "ben-0").await;
    let early = app.post("/scheduling/shiftswaps/w1/revert", json!({})).await;
    early.refuses(409, "NOT_IN_STATE");
    app.post("/scheduling/shiftswaps/w1/approve", json!({})).await.is(200);
    let back = app.post("/scheduling/shiftswaps/w1/revert", json!({ "reason": "sick" })).await;
    assert_eq!(back.is(200).text_at("/status"), "CANCELED");
    assert_eq!(owner(&app, "ana-0").await, "ana");
}

/// SCENARIOS 15: two swaps of one shift. The second is told of the first, and what came of it.
#[tokio::test]
async fn who_comes_second_is_offered_the_chain() {
    let app = TestApp::with_week().await;
    app.swap("w1", "ana-0", "ben-0").await;
    app.swap("w2", "ben-0", "cem-0").await;
    app.post("/scheduling/shiftswaps/w1/approve", json!({})).await.is(200);
    let second = app.get("/scheduling/shiftswaps/w2").await.is(200);
    assert_eq!(second.text_at("/status"), "INVALIDATED");
    assert_eq!(second.text_at("/cause/id"), "w1");
    let late = app.post("/scheduling/shiftswaps/w2/approve", json!({})).await;
    let late = late.refuses(409, "CONFLICT");
    assert_eq!(late.text_at("/conflicts/0/kind"), "SWAP_SHIFT_TAKEN");
    assert_eq!(late.text_at("/conflicts/0/causes/0/id"), "w1");
    let chain = follow(&app, &late, "chain").await.is(201);
    assert_eq!(chain.text_at("/initiator/shiftId"), "ana-0");
    let accept = json!({ "agentId": "cem", "shiftId": "cem-0" });
    app.post("/scheduling/shiftswaps/w2:again/accept", accept).await.is(200);
    app.post("/scheduling/shiftswaps/w2:again/approve", json!({})).await.is(200);
    let owners =
        [owner(&app, "ana-0").await, owner(&app, "ben-0").await, owner(&app, "cem-0").await];
    assert_eq!(owners, ["cem", "ana", "ben"]);
}

#[tokio::test]
async fn what_was_agreed_before_a_move_is_agreed_again() {
    let app = TestApp::with_week().await;
    app.swap("w1", "ana-0", "ben-0").await;
    let moved = json!({ "lengthMinutes": 450 });
    app.patch("/scheduling/shifts/ben-0", moved).await.is(200);
    let changed = app.post("/scheduling/shiftswaps/w1/approve", json!({})).await;
    let changed = changed.refuses(409, "CONFLICT");
    assert_eq!(changed.text_at("/conflicts/0/kind"), "SWAP_TERMS_CHANGED");
    follow(&app, &changed, "agree_again").await.is(200);
    app.post("/scheduling/shiftswaps/w1/approve", json!({})).await.is(200);
}

#[tokio::test]
async fn many_swaps_are_evaluated_in_one_request() {
    let app = TestApp::with_week().await;
    app.swap("w1", "ana-0", "ben-0").await;
    let side = |shift: &str| json!({ "shiftId": shift });
    let pair =
        |gives: &str, gets: &str| json!({ "initiator": side(gives), "receiver": side(gets) });
    let body = json!({ "swaps": [{ "id": "w1" }, pair("ana-0", "ben-1"), pair("cem-0", "ana-2")] });
    let done = app.post("/scheduling/shiftswaps/evaluate", body).await.is(200);
    let clean: Vec<_> = done.entities().iter().map(|one| one["clean"].clone()).collect();
    assert_eq!(clean, [true, false, false], "{}", done.text);
    let bad = json!({ "swaps": [{ "id": "w1" }, pair("ana-0", "x")] });
    let bad = app.post("/scheduling/shiftswaps/evaluate", bad).await;
    assert_eq!(bad.refuses(422, "INVALID").about().0, "/swaps/1/receiver/shiftId");
    let both = json!({ "id": "w1", "swaps": [{ "id": "w1" }] });
    app.post("/scheduling/shiftswaps/evaluate", both).await.refuses(400, "BAD_PARAMETER");
}
