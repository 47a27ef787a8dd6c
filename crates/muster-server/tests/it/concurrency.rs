//! The hard scenarios, over HTTP: publishes, swaps, edits and open sessions at the same time.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::{TestApp, WEEK, agent_week, now};
use crate::oracle;

const SWAPS: usize = 200;
const CLASHES: usize = 13;

fn name(n: usize) -> String {
    format!("a{n:03}")
}

/// How many shifts each agent has, and all shifts: what swaps conserve.
async fn counted(app: &TestApp) -> (BTreeMap<String, usize>, Vec<String>) {
    let mut owners = BTreeMap::new();
    let mut ids = Vec::new();
    let mut path = "/scheduling/shifts?businessUnitId=u1".to_owned();
    loop {
        let page = app.get(&path).await.is(200);
        for shift in page.entities() {
            *owners.entry(shift["agentId"].as_str().unwrap().to_owned()).or_default() += 1;
            ids.push(shift["id"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = page.body["nextCursor"].as_str() else { return (owners, ids) };
        path = format!("/scheduling/shifts?businessUnitId=u1&cursor={cursor}");
    }
}

/// A published week of many agents, and a draft that gives everybody a meal on Monday.
async fn centre(agents: usize) -> TestApp {
    let app = TestApp::start().await;
    app.make_unit("u1").await;
    let names: Vec<String> = (0..agents).map(name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    app.make_agents("u1", &names).await;
    let weeks: Vec<Value> = names.iter().map(|agent| agent_week(agent, &[0, 1, 2])).collect();
    app.publish_week("u1", &weeks).await;
    let meal = json!([{ "activityCodeId": "Meal", "offsetMinutes": 240, "lengthMinutes": 30 }]);
    let edit = |agent: &str, day: usize| {
        let shift = format!("{agent}-{day}");
        json!({ "op": "update", "shiftId": shift, "activities": meal })
    };
    let mut edits: Vec<Value> = names.iter().map(|agent| edit(agent, 0)).collect();
    edits.extend(names[agents - CLASHES..].iter().map(|agent| edit(agent, 1)));
    let draft = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": WEEK, "edits": edits });
    app.post("/schedules", draft).await.is(201);
    app
}

/// Scenario 13.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publish_meets_two_hundred_swaps_and_nothing_is_lost() {
    let agents = 2 * SWAPS + CLASHES;
    let app = centre(agents).await;
    let before = counted(&app).await;
    let pairs: Vec<_> = (0..SWAPS)
        .map(|n| (format!("w{n}"), format!("{}-0", name(2 * n)), format!("{}-0", name(2 * n + 1))))
        .collect();
    join_all(pairs.iter().map(|(id, gives, receives)| app.swap(id, gives, receives))).await;
    for n in agents - CLASHES..agents {
        app.delete(&format!("/scheduling/shifts/{}-1", name(n))).await.is(204);
    }
    let approve = |n: usize| {
        let path = format!("/scheduling/shiftswaps/w{n}/approve");
        app.ask("POST", &path).send()
    };
    let publish = || app.ask("POST", "/schedules/d1/publish").key("monday").send();
    let (approved, published) = tokio::join!(join_all((0..SWAPS).map(approve)), publish());
    for answer in approved {
        assert_eq!(answer.is(200).text_at("/status"), "APPROVED");
    }
    let published = published.is(200);
    assert_eq!(published.text_at("/status"), "PARTIAL");
    let held = published.body["held"].as_array().unwrap();
    let held: Vec<&str> = held.iter().map(|held| held["agentId"].as_str().unwrap()).collect();
    let clashing: Vec<String> = (agents - CLASHES..agents).map(name).collect();
    assert_eq!(held, clashing);
    let again = publish().await.is(200);
    assert_eq!(again.body, published.body);
    let (owners, mut ids) = counted(&app).await;
    let gone = |id: &String| clashing.iter().any(|agent| *id == format!("{agent}-1"));
    let mut expected = before.1.clone();
    expected.retain(|id| !gone(id));
    ids.sort();
    assert_eq!(ids, expected, "no shift came or went");
    for (agent, count) in &owners {
        let clashes = usize::from(clashing.contains(agent));
        assert_eq!(count + clashes, before.0[agent], "{agent}");
    }
    for (_, gives, receives) in &pairs {
        for (shift, to) in [(gives, receives), (receives, gives)] {
            let now = app.get(&format!("/scheduling/shifts/{shift}")).await.is(200);
            assert_eq!(now.text_at("/agentId"), to.split_once('-').unwrap().0);
            assert_eq!(now.text_at("/activities/0/activityCodeId"), "Meal");
        }
    }
    let (entries, notes) = app.stop().await;
    oracle::check(&entries, &notes);
}

/// Scenario 14.
#[tokio::test]
async fn edits_of_one_agent_on_different_days_both_live() {
    let app = TestApp::with_week().await;
    let path = format!("/schedules/{}", app.live().await);
    let base = app.get(&format!("{path}?agentId=ana")).await.is(200).body;
    let with = |day: usize, minutes: u32| {
        let mut body = base.clone();
        body["agentSchedules"][0]["shifts"][day]["lengthMinutes"] = json!(minutes);
        body
    };
    app.put(&path, with(0, 420)).await.is(200);
    let second = app.put(&path, with(1, 430)).await.is(200);
    assert_eq!(second.body["merged"], true);
    let shifts = app.get("/scheduling/shifts?businessUnitId=u1&agentId=ana").await.is(200);
    let lengths: Vec<_> = shifts.entities().iter().map(|s| s["lengthMinutes"].clone()).collect();
    assert_eq!(lengths, [420, 430, 480, 480, 480]);
    let third = app.put(&path, with(0, 400)).await.refuses(409, "CONFLICT");
    let conflict = &third.body["conflicts"][0];
    let side = |name: &str| conflict[name]["lengthMinutes"].clone();
    assert_eq!((side("base"), side("yours"), side("live")), (480.into(), 400.into(), 420.into()));
}

/// Scenario 15.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_swaps_of_one_shift_one_wins_and_the_other_is_invalid() {
    let app = TestApp::with_week().await;
    app.swap("w1", "ana-0", "ben-0").await;
    app.swap("w2", "ben-0", "cem-0").await;
    let approve = |id: &str| {
        let path = format!("/scheduling/shiftswaps/{id}/approve");
        app.ask("POST", &path).send()
    };
    let (one, two) = tokio::join!(approve("w1"), approve("w2"));
    let (won, lost, loser) = if one.status == 200 { (one, two, "w2") } else { (two, one, "w1") };
    assert_eq!(won.is(200).text_at("/status"), "APPROVED");
    let lost = lost.refuses(409, "CONFLICT");
    assert_eq!(lost.text_at("/conflicts/0/kind"), "SWAP_SHIFT_TAKEN");
    let shown = app.get(&format!("/scheduling/shiftswaps/{loser}")).await.is(200);
    assert_eq!(shown.text_at("/status"), "INVALIDATED");
    assert!(shown.body["cause"]["revision"].is_u64(), "{}", shown.text);
    let (entries, notes) = app.stop().await;
    oracle::check(&entries, &notes);
}

/// Scenario 18.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publish_does_not_notice_open_sessions_and_adherence_sees_it_at_once() {
    let app = TestApp::with_week().await;
    let agents = ["ana", "ben", "cem", "dana"];
    // Monday 07:05 UTC, everybody is logged in; the publish moves the start to 09:00.
    let monday = now().plus_days(14).plus_min(-55);
    app.manual.set(monday);
    let mut app = app;
    app.token = app.client("bridge", "wfm:admin").await;
    for agent in agents {
        let path = format!("/agents/{agent}/sessions");
        app.post(&path, json!({ "sessionId": "desk", "kind": "script" })).await.is(201);
        let event = json!({ "agentId": agent, "at": monday.to_string(), "state": "On Queue" });
        app.post("/adherence/events", json!({ "events": [event] })).await.is(202);
    }
    let seen = app.get("/adherence?businessUnitId=u1").await.is(200);
    assert_eq!(seen.entities()[0]["inAdherence"], true);
    let edits: Vec<Value> = agents
        .iter()
        .map(|a| {
            json!({ "op": "update", "shiftId": format!("{a}-0"),
            "start": "2026-04-06T09:00:00Z" })
        })
        .collect();
    let draft = json!({ "id": "d1", "businessUnitId": "u1", "weekDate": WEEK, "edits": edits });
    app.post("/schedules", draft).await.is(201);
    let done = app.post("/schedules/d1/publish", json!({})).await.is(200);
    assert_eq!(done.text_at("/status"), "PUBLISHED");
    assert!(!done.text.contains("session"), "{}", done.text);
    let seen = app.get("/adherence?businessUnitId=u1").await.is(200);
    for agent in seen.entities() {
        assert_eq!(agent["scheduleRevision"], done.revision());
        assert_eq!(agent["scheduled"], Value::Null);
        assert_eq!(agent["inAdherence"], false);
        assert_eq!(agent["sessions"].as_array().unwrap().len(), 1);
    }
    // Next Tuesday's swap is not blocked by today's session.
    app.swap("w1", "ana-1", "ben-1").await;
    app.post("/scheduling/shiftswaps/w1/approve", json!({})).await.is(200);
}

/// What an outside engine does: whole documents from one base, each with its own agent changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_writers_on_one_version_need_fifty_writes() {
    let app = centre(50).await;
    let path = format!("/schedules/{}", app.live().await);
    let base = app.get(&path).await.is(200).body;
    let write = |n: usize| {
        let mut body = base.clone();
        body["agentSchedules"][n]["shifts"][0]["note"] = json!(format!("by {n}"));
        app.put(&path, body)
    };
    for (n, answer) in join_all((0..50).map(write)).await.into_iter().enumerate() {
        assert_eq!(answer.status, 200, "{n}: {}", answer.text);
    }
    let after = app.get(&path).await.is(200);
    for n in 0..50 {
        let note = &after.body["agentSchedules"][n]["shifts"][0]["note"];
        assert_eq!(note, &json!(format!("by {n}")));
    }
    let (entries, notes) = app.stop().await;
    oracle::check(&entries, &notes);
}

/// The retry loop quoted in the field: fetch, put the fresh version on the stale body, retry.
#[tokio::test]
async fn a_fresh_version_on_a_stale_body_is_suspected_never_silent() {
    let app = TestApp::with_week().await;
    let path = format!("/schedules/{}", app.live().await);
    let of_ana = format!("{path}?agentId=ana");
    let mut stale = app.get(&of_ana).await.is(200).body;
    app.patch("/scheduling/shifts/ana-0", json!({ "lengthMinutes": 420 })).await.is(200);
    stale["agentSchedules"][0]["shifts"][1]["lengthMinutes"] = json!(430);
    let token = app.client("engine", "wfm:schedule:write wfm:conflict:acknowledge").await;
    let read = async || app.get(&of_ana).await.is(200).body["scheduleVersion"].clone();
    let put = async |version: Value, body: &Value| {
        let mut body = body.clone();
        body["scheduleVersion"] = version;
        app.ask("PUT", &path).token(&token).json(&body).send().await
    };
    let head = app.get("/businessunits/u1").await.revision();
    let mut answer = put(read().await, &stale).await;
    for _ in 0..3 {
        let again = put(read().await, &stale).await;
        let prints = [&answer, &again].map(|one| one.text_at("/conflicts/0/fingerprint"));
        assert_eq!(prints[0], prints[1], "the same conflict each time");
        answer = again;
    }
    let refused = answer.refuses(409, "CONFLICT");
    let conflict = &refused.body["conflicts"][0];
    assert_eq!(conflict["kind"], "STALE_OVERWRITE_SUSPECTED");
    assert_eq!(conflict["causes"][0]["revision"], head);
    assert_eq!(app.get("/businessunits/u1").await.revision(), head, "a loop costs no entry");
    // What it offers first is to go ahead all the same; then to merge.
    let remedies = conflict["remedies"].as_array().unwrap();
    let named = |id: &str| remedies.iter().find(|remedy| remedy["id"] == id).unwrap();
    named("acknowledge");
    let merge = named("merge");
    let ask = app.bare(merge["method"].as_str().unwrap(), merge["href"].as_str().unwrap());
    ask.token(&token).json(&merge["body"]).send().await.is(200);
    assert_eq!(app.get("/scheduling/shifts/ana-0").await.number("/lengthMinutes"), 420);
    assert_eq!(app.get("/scheduling/shifts/ana-1").await.number("/lengthMinutes"), 430);
}

/// Who undoes its own change, or somebody else's of long ago, is believed.
#[tokio::test]
async fn what_is_put_back_on_purpose_is_not_suspected() {
    let app = TestApp::with_week().await;
    let shift = "/scheduling/shifts/ana-0";
    let old = app.get(shift).await.is(200).body;
    let back = async |token: &str| {
        let mut body = old.clone();
        let read = app.ask("GET", shift).token(token).send().await.is(200);
        body["version"] = read.body["version"].clone();
        app.ask("PUT", shift).token(token).json(&body).send().await
    };
    let scopes = "wfm:shift:read wfm:shift:write";
    app.patch(shift, json!({ "lengthMinutes": 420 })).await.is(200);
    back(&app.token).await.is(200);
    app.patch(shift, json!({ "lengthMinutes": 420 })).await.is(200);
    let engine = app.client("engine", scopes).await;
    let refused = back(&engine).await.refuses(409, "CONFLICT");
    assert_eq!(refused.text_at("/conflicts/0/kind"), "STALE_OVERWRITE_SUSPECTED");
    app.manual.set(now().plus_min(61));
    back(&app.client("engine", scopes).await).await.is(200);
}

/// Registry writes name some fields and leave the others: both of two such writes live.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_of_different_fields_of_one_record_both_live() {
    let app = TestApp::with_unit().await;
    let code = json!({ "businessUnitId": "u1", "category": "Break", "name": "0" });
    app.put("/activitycodes/nap", code).await.is(201);
    for n in 1..20 {
        let paid = n % 2 == 0;
        let days = ["Monday", "Tuesday"];
        let rule = json!({ "kind": "REST_TIME_SHORT", "params": { "minRestMinutes": n } });
        let written = tokio::join!(
            app.patch("/businessunits/u1", json!({ "name": format!("unit {n}") })),
            app.patch("/businessunits/u1", json!({ "startDayOfWeek": days[n % 2] })),
            app.put("/activitycodes/nap", json!({ "name": format!("nap {n}") })),
            app.put("/activitycodes/nap", json!({ "paid": paid })),
            app.put("/businessunits/u1/rules", json!({ "autoApprove": paid })),
            app.put("/businessunits/u1/rules", json!({ "rules": [rule] })),
            app.put("/agents/ana", json!({ "contract": format!("contract {n}") })),
            app.put("/agents/ana", json!({ "skills": [{ "name": format!("skill {n}") }] })),
        );
        for answer in [written.0, written.1, written.2, written.3, written.4, written.5] {
            answer.is(200);
        }
        let unit = app.get("/businessunits/u1").await.is(200);
        let told = (unit.text_at("/name"), unit.text_at("/startDayOfWeek"));
        assert_eq!(told, (format!("unit {n}").as_str(), days[n % 2]));
        let codes = app.get("/activitycodes?businessUnitId=u1").await.is(200);
        let nap = codes.entities().iter().find(|code| code["id"] == "nap").unwrap();
        assert_eq!((&nap["name"], &nap["paid"]), (&json!(format!("nap {n}")), &json!(paid)));
        let rules = app.get("/businessunits/u1/rules").await.is(200);
        assert_eq!(rules.body["autoApprove"], paid, "round {n}");
        assert!(rules.text.contains(&format!("\"minRestMinutes\":{n}}}")), "{}", rules.text);
        let ana = app.get("/agents/ana").await.is(200);
        assert_eq!(ana.text_at("/contract"), format!("contract {n}"));
        assert_eq!(ana.text_at("/skills/0/name"), format!("skill {n}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_units_with_one_id_and_other_content_one_is_refused() {
    let app = TestApp::start().await;
    let make = |n: usize| {
        let body = json!({ "id": "u1", "name": format!("unit {n}"), "timeZone": "UTC" });
        app.post("/businessunits", body)
    };
    let answers = join_all((0..8).map(make)).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let taken = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((made, taken), (1, 7));
}
