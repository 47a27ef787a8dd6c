//! The audit: who changed what, when and why; one shift's history; the export of a ledger.

mod export;
mod long_ago;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use muster_core::audit::NAMES;
use muster_server::access::SCOPES;
use serde_json::{Value, json};

use crate::app::{TestApp, WEEK, at, now, shift};
use crate::coverage::furnish;
use crate::http::Answer;

/// A unit in which something of every kind has happened.
async fn eventful() -> TestApp {
    let app = TestApp::with_week().await;
    furnish(&app).await;
    let rest = json!({ "kind": "REST_TIME_SHORT", "severity": "ack",
        "params": { "minRestMinutes": 600 } });
    app.put("/businessunits/u1/rules", json!({ "rules": [rest] })).await.is(200);
    let need = json!({ "intervals": [{ "start": at(0, 8), "end": at(0, 9), "agents": 1 }] });
    let staffing = json!({ "from": at(0, 8), "to": at(0, 10), "staffing": [need] });
    app.put("/businessunits/u1/staffing", staffing).await.is(200);
    let trunks = json!({ "trunks": [{ "id": "east", "capacity": 40 }] });
    app.put("/businessunits/u1/trunks", trunks).await.is(200);
    let sites = json!({ "sites": [{ "id": "Mitte", "seats": 40 }] });
    app.put("/businessunits/u1/sites", sites).await.is(200);
    let limit = json!({ "id": "summer", "days": [{ "date": "2026-07-01", "maxAgents": 1 }] });
    app.put("/timeofflimits", json!({ "businessUnitId": "u1", "limits": [limit] })).await.is(200);
    app.post("/timeoffrequests/t1/approve", json!({ "reason": "earned" })).await.is(200);
    app.post("/scheduling/shiftswaps/w1/approve", json!({ "reason": "fine" })).await.is(200);
    // A meeting stays with the agent; in a draft, too.
    let meeting = json!([{ "activityCodeId": "Meeting", "offsetMinutes": 60, "lengthMinutes": 30,
        "paid": true }]);
    let moved = json!({ "start": at(2, 8), "activities": meeting, "reason": "open later" });
    app.patch("/scheduling/shifts/cem-2", moved).await.is(200);
    let edits = json!([
        { "op": "update", "shiftId": "dana-2", "activities": meeting },
        { "op": "update", "shiftId": "dana-3", "note": "bring a coat" },
    ]);
    app.patch("/schedules/d1", json!({ "edits": edits })).await.is(200);
    app.post("/schedules/d1/publish", json!({ "reason": "the new week" })).await.is(200);
    // Work on a day that somebody has asked for off.
    app.time_off("t2", "dana", "2026-04-11").await;
    let mut body = shift("dana-5", "dana", 5);
    let reason = "she comes anyway";
    body["acknowledge"] = json!([{ "kind": "TIME_OFF_PENDING_OVERLAP", "reason": reason,
        "where": { "agentIds": ["dana"] } }]);
    app.post("/scheduling/shifts", body).await.is(201);
    app.delete("/scheduling/shifts/ana-4").await.is(204);
    app
}

fn entities(answer: &Answer) -> Vec<Value> {
    answer.body["entities"].as_array().unwrap_or_else(|| panic!("{}", answer.text)).clone()
}

/// All pages of a listing.
async fn all(app: &TestApp, path: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for _ in 0..1_000 {
        let page = app.get(&format!("{path}{cursor}")).await.is(200);
        found.extend(entities(&page));
        match page.body["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
    panic!("{path} has no end");
}

async fn oldest_first(app: &TestApp, query: &str) -> Vec<Value> {
    all(app, &format!("/audit?order=oldest&{query}")).await
}

fn changes(entry: &Value) -> &[Value] {
    entry["changes"].as_array().unwrap()
}

fn revisions(entries: &[Value]) -> Vec<u64> {
    entries.iter().map(|entry| entry["revision"].as_u64().unwrap()).collect()
}

/// An entry in a line: what it is about, why, and what changed in which way, of many the last ones.
fn line(entry: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut line = format!("{} ({})", text(&entry["about"]["type"]), text(&entry["reason"]));
    let left_out = changes(entry).len().saturating_sub(5);
    if left_out > 0 {
        let _ = write!(line, " …{left_out}");
    }
    for change in &changes(entry)[left_out..] {
        let way = match (change["before"].is_null(), change["after"].is_null()) {
            (true, false) => "+",
            (false, true) => "-",
            (false, false) => "~",
            (true, true) => "?",
        };
        let _ = write!(line, " {way}{}:{}", text(&change["type"]), text(&change["id"]));
    }
    line
}

#[tokio::test]
async fn every_kind_of_thing_is_shown_with_who_why_before_and_after() {
    let app = eventful().await;
    let entries = oldest_first(&app, "businessUnitId=u1").await;
    let head = app.get("/businessunits/u1").await.revision();
    assert_eq!(revisions(&entries), (1..=head).collect::<Vec<_>>());
    let mut seen = BTreeSet::new();
    for entry in &entries {
        let client = entry["actor"]["clientId"].as_str().unwrap();
        assert!(client.starts_with("planner-"), "{entry}");
        assert_eq!(entry["at"], now().to_string(), "{entry}");
        assert!(entry["commandId"].is_string() && entry["timeZoneData"].is_string(), "{entry}");
        assert_eq!(entry["changeCount"], changes(entry).len(), "{entry}");
        for change in changes(entry) {
            assert_ne!(change["before"], change["after"], "{change}");
            seen.insert(change["type"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(seen, NAMES.map(str::to_owned).into(), "not every kind has happened");
    let lines = entries.iter().map(line).collect::<Vec<_>>();
    insta::assert_snapshot!(lines.join("\n").replace(&app.live().await, "LIVE"), @r"
    unit (-) +unit:u1
    agents (-) +agent:ana +agent:ben +agent:cem +agent:dana
    publish (-) …16 +shift:dana-1 +shift:dana-2 +shift:dana-3 +shift:dana-4 +schedule:LIVE
    unit (-) +managementUnit:m1
    unit (-) +activityCode:coaching
    time_off_request (-) +timeOff:t1
    swap (-) +swap:w1
    swap (-) ~swap:w1
    draft (-) +draft:d1
    availability (-) +availability:school
    unit (-) ~rules:u1
    unit (-) ~staffing:u1
    unit (-) +trunks:u1
    unit (-) +sites:u1
    unit (-) +timeOffLimit:summer
    time_off_request (earned) ~timeOff:t1
    swap (fine) ~shift:ana-0 ~shift:ben-0 ~swap:w1
    shift_edit (open later) ~shift:cem-2 +commitments:cem
    draft (-) ~draft:d1 +draftShift:dana-3 +draftCommitments:dana
    publish (the new week) ~shift:dana-3 +commitments:dana ~draft:d1 ~schedule:LIVE
    time_off_request (-) +timeOff:t2
    shift_edit (-) +shift:dana-5 +acknowledgement:7849590cb8b302b1.480
    shift_edit (-) -shift:ana-4
    ");
}

#[tokio::test]
async fn what_was_is_what_was_read_then_and_what_is_what_is_read_now() {
    let app = eventful().await;
    let roads = [
        ("unit", "/businessunits/"),
        ("managementUnit", "/managementunits/"),
        ("shift", "/scheduling/shifts/"),
        ("swap", "/scheduling/shiftswaps/"),
        ("timeOff", "/timeoffrequests/"),
    ];
    let mut compared = 0;
    for entry in oldest_first(&app, "businessUnitId=u1").await {
        let revision = entry["revision"].as_u64().unwrap();
        for change in changes(&entry) {
            let kind = change["type"].as_str().unwrap();
            let Some((_, path)) = roads.iter().find(|road| road.0 == kind) else { continue };
            let id = change["id"].as_str().unwrap();
            for (side, at) in [("before", revision - 1), ("after", revision)] {
                let path = match kind {
                    "shift" => format!("/scheduling/shifts?businessUnitId=u1&atRevision={at}"),
                    _ if at == app.get("/businessunits/u1").await.revision() => {
                        format!("{path}{id}")
                    }
                    _ => continue,
                };
                let read = app.get(&path).await.is(200);
                let read = match kind {
                    "shift" => entities(&read).into_iter().find(|shift| shift["id"] == id),
                    _ => Some(read.body.clone()),
                };
                assert_eq!(change[side], read.unwrap_or_default(), "{id} at {at}");
                compared += 1;
            }
        }
    }
    assert!(compared > 40, "{compared}");
}

#[tokio::test]
async fn a_swap_shows_both_sides_and_a_shift_only_the_atoms_that_changed() {
    let app = eventful().await;
    let approved = oldest_first(&app, "swapId=w1").await.pop().unwrap();
    assert_eq!(approved["reason"], "fine");
    assert_eq!(approved["about"], json!({ "type": "swap", "id": "w1" }));
    let of = |id: &str| changes(&approved).iter().find(|change| change["id"] == id).unwrap();
    assert_eq!(of("w1")["before"]["status"], "PENDING_APPROVAL");
    assert_eq!(of("w1")["after"]["status"], "APPROVED");
    for (id, from, to) in [("ana-0", "ana", "ben"), ("ben-0", "ben", "ana")] {
        let owner = |agent| json!({ "agentId": agent });
        let atom = json!({ "atom": "owner", "before": owner(from), "after": owner(to) });
        assert_eq!(of(id)["atoms"], json!([atom]));
        assert_eq!(
            (&of(id)["before"]["agentId"], &of(id)["after"]["agentId"]),
            (&json!(from), &json!(to))
        );
    }
    let moved = all(&app, "/scheduling/shifts/cem-2/history?pageSize=9").await.pop().unwrap();
    let span = json!([{ "atom": "span",
        "before": { "start": at(2, 7), "lengthMinutes": 480, "timeZone": "Europe/Berlin" },
        "after": { "start": at(2, 8), "lengthMinutes": 480, "timeZone": "Europe/Berlin" } }]);
    assert_eq!(changes(&moved)[0]["atoms"], span);
}

#[tokio::test]
async fn rules_show_what_differs_and_acknowledgements_their_reason() {
    let app = eventful().await;
    let rules = oldest_first(&app, "entity=rules&businessUnitId=u1").await;
    let change = &changes(&rules[0])[0];
    let only = |side: &Value| {
        let rules = side["rules"].as_array().unwrap();
        assert_eq!(rules.len(), 1, "{side}");
        (rules[0]["kind"].clone(), rules[0]["severity"].clone())
    };
    assert_eq!(only(&change["before"]), (json!("REST_TIME_SHORT"), json!("block")));
    assert_eq!(only(&change["after"]), (json!("REST_TIME_SHORT"), json!("ack")));
    let known = oldest_first(&app, "entity=acknowledgement&businessUnitId=u1").await;
    let [entry] = &known[..] else { panic!("{known:?}") };
    let after = &changes(entry)[0]["after"];
    assert_eq!(after["reason"], "she comes anyway");
    assert_eq!(after["kind"], "TIME_OFF_PENDING_OVERLAP");
    assert_eq!(after["agentId"], "dana");
    assert_eq!(entry["changeCount"], 2, "{}", line(entry));
}

#[tokio::test]
async fn names_and_addresses_are_in_no_entry() {
    let app = TestApp::with_unit().await;
    let ana = json!({ "name": "Ana Novak", "email": "ana@x.example", "contract": "night" });
    app.put("/agents/ana", ana).await.is(200);
    for path in ["/audit?agentId=ana", "/audit/export?businessUnitId=u1"] {
        let text = app.get(path).await.is(200).text;
        assert!(text.contains("night"), "{text}");
        assert!(!text.contains("Novak") && !text.contains("ana@x.example"), "{text}");
    }
}

#[tokio::test]
async fn filters_find_an_agent_a_shift_a_swap_a_thing_an_actor_and_a_time() {
    let mut app = eventful().await;
    let lines = async |app: &TestApp, query: &str| {
        let found = oldest_first(app, query).await;
        found.iter().map(line).collect::<Vec<_>>()
    };
    let live = app.live().await;
    let masked = async |query: &str| lines(&app, query).await.join("\n").replace(&live, "LIVE");
    insta::assert_snapshot!(masked("shiftId=dana-3").await, @r"
    publish (-) +shift:dana-3
    draft (-) +draftShift:dana-3
    publish (the new week) ~shift:dana-3
    ");
    insta::assert_snapshot!(masked("swapId=w1").await, @r"
    swap (-) +swap:w1
    swap (-) ~swap:w1
    swap (fine) ~shift:ana-0 ~shift:ben-0 ~swap:w1
    ");
    insta::assert_snapshot!(masked("entity=timeOff/t1").await, @r"
    time_off_request (-) +timeOff:t1
    time_off_request (earned) ~timeOff:t1
    ");
    insta::assert_snapshot!(masked("agentId=dana&after=7").await, @r"
    draft (-) +draftShift:dana-3 +draftCommitments:dana
    publish (the new week) ~shift:dana-3 +commitments:dana ~schedule:LIVE
    time_off_request (-) +timeOff:t2
    shift_edit (-) +shift:dana-5 +acknowledgement:7849590cb8b302b1.480
    ");
    // Where several are said, all have to hold.
    let both = masked("agentId=ben&shiftId=ana-0").await;
    insta::assert_snapshot!(both, @"swap (fine) ~shift:ana-0");
    assert_eq!(masked("businessUnitId=u1&shiftId=nobodys").await, "");
    let head = app.get("/businessunits/u1").await.revision();
    app.manual.set(now().plus_min(90));
    app.token = app.client("other", &SCOPES.join(" ")).await;
    app.patch("/scheduling/shifts/ben-1", json!({ "note": "late bus" })).await.is(200);
    let late = async |query: String| revisions(&oldest_first(&app, &query).await);
    assert_eq!(late(format!("businessUnitId=u1&from={}", now().plus_min(90))).await, [head + 1]);
    assert_eq!(late(format!("businessUnitId=u1&from={}", now().plus_min(91))).await, [0; 0]);
    let until = late(format!("businessUnitId=u1&to={}", now().plus_min(90))).await;
    assert_eq!(until, (1..=head).collect::<Vec<_>>());
    assert_eq!(
        late("businessUnitId=u1&from=2026-03-23&to=2026-03-24".to_owned()).await.len() as u64,
        head + 1
    );
    let entry = oldest_first(&app, &format!("businessUnitId=u1&after={head}")).await.remove(0);
    let actor = entry["actor"]["clientId"].as_str().unwrap();
    assert_eq!(late(format!("businessUnitId=u1&actor={actor}")).await, [head + 1]);
    assert_eq!(late("businessUnitId=u1&actor=nobody".to_owned()).await, [0; 0]);
}

#[tokio::test]
async fn an_agent_who_acts_is_named_as_the_actor() {
    let mut app = TestApp::with_week().await;
    let planner = app.token.clone();
    app.token = app.agent("ana").await;
    app.time_off("t1", "ana", "2026-04-07").await;
    for path in [
        "/audit?agentId=ana",
        "/scheduling/shifts/ana-0/history",
        "/audit/export?businessUnitId=u1",
    ] {
        app.get(path).await.refuses(403, "FORBIDDEN");
    }
    app.token = planner;
    let [entry] = &oldest_first(&app, "entity=timeOff/t1").await[..] else { panic!() };
    assert_eq!(entry["actor"]["agentId"], "ana");
    assert_eq!(oldest_first(&app, "businessUnitId=u1&actor=ana").await.len(), 1);
}

#[tokio::test]
async fn pages_show_one_revision_whoever_writes_meanwhile() {
    let app = eventful().await;
    let whole = all(&app, "/audit?businessUnitId=u1").await;
    for order in ["newest", "oldest"] {
        let path = format!("/audit?businessUnitId=u1&order={order}&pageSize=3");
        let first = app.get(&path).await.is(200);
        let (mut found, revision) = (entities(&first), first.number("/revision"));
        let mut cursor = first.text_at("/nextCursor").to_owned();
        loop {
            app.patch("/scheduling/shifts/ben-3", json!({ "note": cursor })).await.is(200);
            let page = app.get(&format!("{path}&cursor={cursor}")).await.is(200);
            assert_eq!(page.number("/revision"), revision);
            assert!((1..=3).contains(&entities(&page).len()));
            found.extend(entities(&page));
            match page.body["nextCursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        if order == "newest" {
            assert_eq!(found, whole);
            found.reverse();
        }
        assert_eq!(revisions(&found), (1..=revision).collect::<Vec<_>>(), "{order}");
    }
}

#[tokio::test]
async fn an_entry_with_many_changes_goes_on_on_the_next_page() {
    let app = TestApp::with_unit().await;
    let agents: Vec<String> = (0..1_500).map(|n| format!("a{n:04}")).collect();
    app.make_agents("u1", &agents.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for order in ["newest", "oldest"] {
        let parts = all(&app, &format!("/audit?businessUnitId=u1&after=2&order={order}")).await;
        let [first, second] = &parts[..] else { panic!("{} parts", parts.len()) };
        assert_eq!((changes(first).len(), changes(second).len()), (1_000, 500));
        assert_eq!((&first["changeCount"], &second["changeCount"]), (&json!(1_500), &json!(1_500)));
        assert_eq!(
            (&first["continuedFrom"], &second["continuedFrom"]),
            (&json!(null), &json!(1_000))
        );
        let shown = changes(first).iter().chain(changes(second)).map(|one| one["id"].as_str());
        assert!(shown.flatten().eq(agents.iter()));
    }
    let one = all(&app, "/audit?businessUnitId=u1&agentId=a1499").await;
    assert_eq!((changes(&one[0]).len(), &one[0]["changeCount"]), (1, &json!(1_500)));
}

#[tokio::test]
async fn refusals_and_reading_leave_no_entry() {
    let app = TestApp::with_week().await;
    let head = app.get("/businessunits/u1").await.revision();
    let overlap =
        json!({ "id": "ana-x", "agentId": "ana", "start": at(0, 8), "lengthMinutes": 60 });
    app.post("/scheduling/shifts", overlap).await.is(409);
    app.patch("/scheduling/shifts/ana-0", json!({ "start": "soon" })).await.refuses(422, "INVALID");
    // What is so already is no change.
    app.patch("/scheduling/shifts/ana-0", json!({ "start": at(0, 7) })).await.is(200);
    let entries = all(&app, "/audit?businessUnitId=u1").await;
    assert_eq!(revisions(&entries).first(), Some(&head));
}

#[tokio::test]
async fn a_shifts_history_is_its_own_and_survives_it() {
    let mut app = eventful().await;
    app.restart().await;
    let gone = all(&app, "/scheduling/shifts/ana-4/history?pageSize=1").await;
    let lines: Vec<String> = gone.iter().map(line).collect();
    assert_eq!(lines, ["publish (-) +shift:ana-4", "shift_edit (-) -shift:ana-4"]);
    assert_eq!(gone[1]["changes"][0]["before"], gone[0]["changes"][0]["after"]);
    // Whoever may read shifts sees nothing of drafts, nor of anything else.
    app.token = app.client("reader", "wfm:shift:read").await;
    let dana = all(&app, "/scheduling/shifts/dana-3/history?order=newest").await;
    let lines: Vec<String> = dana.iter().map(line).collect();
    assert_eq!(lines, ["publish (the new week) ~shift:dana-3", "publish (-) +shift:dana-3"]);
    assert_eq!(dana[0]["about"]["id"], "d1");
    app.get("/audit?shiftId=dana-3").await.refuses(403, "FORBIDDEN");
    app.get("/scheduling/shifts/nobodys/history").await.refuses(404, "NOT_FOUND");
}

#[tokio::test]
async fn the_link_of_a_cause_leads_to_its_entry() {
    let app = TestApp::with_week().await;
    let drafted = async |id: &str, hour: i64| {
        let edits = json!([{ "op": "update", "shiftId": "ana-0", "start": at(0, hour) }]);
        app.post("/schedules", json!({ "id": id, "businessUnitId": "u1", "weekDate": WEEK }))
            .await
            .is(201);
        app.patch(&format!("/schedules/{id}"), json!({ "edits": edits })).await.is(200);
    };
    drafted("d1", 8).await;
    app.post("/schedules/d1/publish", json!({})).await.is(200);
    drafted("d2", 9).await;
    let revert = format!("/schedules/{}/revert", app.live().await);
    let reverted = app.post(&revert, json!({ "reason": "too late" })).await.is(200).revision();
    let held = app.post("/schedules/d2/publish", json!({})).await.is(409);
    let cause = &held.body["conflicts"][0]["causes"][0];
    assert_eq!((&cause["type"], &cause["revision"]), (&json!("revert"), &json!(reverted)));
    let link = app.bare("GET", cause["href"].as_str().unwrap()).token(&app.token);
    let [entry] = &entities(&link.send().await.is(200))[..] else { panic!("{cause}") };
    assert_eq!((&entry["revision"], &entry["reason"]), (&json!(reverted), &json!("too late")));
}

#[tokio::test]
async fn bad_filters_are_named() {
    let app = TestApp::with_unit().await;
    let refused = async |query: &str, field: &str| {
        let answer = app.get(&format!("/audit?{query}")).await.refuses(400, "BAD_PARAMETER");
        assert_eq!(answer.about().0, field, "{}", answer.text);
    };
    for bad in ["color=red", "order=upside-down", "after=soon", "agentId=a%20b", "pageSize=x"] {
        refused(&format!("businessUnitId=u1&{bad}"), "query").await;
    }
    refused("businessUnitId=u1&from=soon", "from").await;
    refused("businessUnitId=u1&from=2026-03-24&to=2026-03-24", "to").await;
    refused("businessUnitId=u1&pageSize=0", "pageSize").await;
    refused("businessUnitId=u1&pageSize=1001", "pageSize").await;
    refused("businessUnitId=u1&entity=spaceship", "entity").await;
    refused("businessUnitId=u1&entity=shift/", "entity").await;
    for cursor in ["nonsense", "OTkgMSAw", "MiAzIDA", "MiAwIDA", "MiAxIDAgMA"] {
        refused(&format!("businessUnitId=u1&cursor={cursor}"), "cursor").await;
    }
    app.get("/audit").await.is(422);
    app.get("/audit?entity=shift").await.is(422);
    for nowhere in ["businessUnitId=u9", "shiftId=none", "swapId=none", "entity=timeOff/none"] {
        app.get(&format!("/audit?{nowhere}")).await.refuses(404, "NOT_FOUND");
    }
    app.get("/audit/export").await.refuses(400, "BAD_PARAMETER");
    app.get("/audit/export?businessUnitId=u9").await.refuses(404, "NOT_FOUND");
}
