//! What clock changes do to shifts, in the answers to whatever touches them.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::http::Answer;

/// In Berlin, clocks are put forward on Sunday, 29 March 2026, at 01:00Z.
const SPRING: &str = "2026-03-23";

/// From Saturday 22:00 to Sunday 06:00: seven hours.
fn night(id: &str, agent: &str) -> Value {
    json!({ "id": id, "agentId": agent, "start": "2026-03-28T21:00:00Z", "lengthMinutes": 420 })
}

fn clocks(answer: &Answer) -> &Value {
    &answer.body["clockChanges"]
}

/// The shifts that are told to be shorter or longer than they look.
fn shifts(answer: &Answer) -> Vec<&str> {
    let all = clocks(answer)["shifts"].as_array().into_iter().flatten();
    all.map(|shift| shift["shiftId"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_plan_and_its_publish_tell_of_nights_that_are_shorter_than_they_look() {
    let app = TestApp::with_unit().await;
    let weeks = json!([
        { "agentId": "ana", "shifts": [night("n1", "ana")] },
        { "agentId": "ben", "shifts": [{ "id": "d1", "start": "2026-03-28T08:00:00Z",
            "lengthMinutes": 480 }] },
    ]);
    let body = json!({ "id": "p1", "businessUnitId": "u1", "weekDate": SPRING,
        "agentSchedules": weeks });
    let made = app.post("/schedules", body).await.is(201);
    insta::assert_json_snapshot!(clocks(&made), @r#"
    {
      "shifts": [
        {
          "agentId": "ana",
          "at": "2026-03-29T01:00:00Z",
          "clockChangeMinutes": -60,
          "elapsedMinutes": 420,
          "end": "2026-03-29T04:00:00Z",
          "shiftId": "n1",
          "start": "2026-03-28T21:00:00Z",
          "timeZone": "Europe/Berlin",
          "wallMinutes": 480
        }
      ]
    }
    "#);
    let plan = app.post("/schedules/p1/validate", json!({})).await.is(200);
    assert_eq!(clocks(&plan), clocks(&made));
    let done = app.post("/schedules/p1/publish", json!({})).await.is(200);
    assert_eq!(clocks(&done), clocks(&made));
    // What is not touched is not told again.
    let body = json!({ "lengthMinutes": 400, "note": "x" });
    let edited = app.patch("/scheduling/shifts/d1", body).await.is(200);
    assert_eq!(clocks(&edited), &Value::Null);
}

#[tokio::test]
async fn edits_tell_of_it_and_take_their_answer_back() {
    let app = TestApp::with_unit().await;
    let made = app.post("/scheduling/shifts", night("n1", "ana")).await.is(201);
    assert_eq!(shifts(&made), ["n1"]);
    // What was answered can be sent again; it changes nothing, and there is nothing to tell.
    let again = app.put("/scheduling/shifts/n1", made.body.clone()).await.is(200);
    assert_eq!(clocks(&again), &Value::Null);
    let later = app.patch("/scheduling/shifts/n1", json!({ "lengthMinutes": 430 })).await.is(200);
    assert_eq!(shifts(&later), ["n1"]);
    let body = json!({ "edits": [{ "op": "update", "shiftId": "n1", "lengthMinutes": 440 }] });
    let list = format!("/schedules?businessUnitId=u1&weekDate={SPRING}");
    let live = app.get(&list).await.is(200).text_at("/entities/0/id").to_owned();
    let whole = app.patch(&format!("/schedules/{live}"), body).await.is(200);
    assert_eq!(shifts(&whole), ["n1"]);
    app.put(&format!("/schedules/{live}"), whole.body.clone()).await.is(200);
}

#[tokio::test]
async fn a_draft_tells_of_what_an_edit_of_it_speaks_of() {
    let app = TestApp::with_unit().await;
    let weeks = json!([{ "agentId": "ana", "shifts": [night("n1", "ana")] }]);
    let body = json!({ "id": "p1", "businessUnitId": "u1", "weekDate": SPRING,
        "agentSchedules": weeks });
    app.post("/schedules", body).await.is(201);
    let create = |shift: Value| {
        let mut edit = json!({ "op": "put" });
        edit.as_object_mut().unwrap().extend(shift.as_object().unwrap().clone());
        json!({ "edits": [edit] })
    };
    let edited = app.patch("/schedules/p1", create(night("n2", "ben"))).await.is(200);
    assert_eq!(shifts(&edited), ["n2"]);
    let plan = app.post("/schedules/p1/validate", json!({})).await.is(200);
    assert_eq!(shifts(&plan), ["n1", "n2"]);
}

#[tokio::test]
async fn a_swap_is_looked_at_in_the_zone_of_whoever_gets_the_shift() {
    let app = TestApp::with_unit().await;
    let mei = json!({ "id": "mei", "businessUnitId": "u1", "name": "mei",
        "timeZone": "Asia/Singapore" });
    app.put("/agents/mei", mei).await.is(201);
    // 05:00 to 12:00 on Sunday in Singapore.
    let made = app.post("/scheduling/shifts", night("mei-1", "mei")).await.is(201);
    assert_eq!(clocks(&made), &Value::Null);
    let day = json!({ "id": "ana-1", "agentId": "ana", "start": "2026-03-26T08:00:00Z",
        "lengthMinutes": 480 });
    app.post("/scheduling/shifts", day).await.is(201);
    let side = |agent: &str| json!({ "agentId": agent, "shiftId": format!("{agent}-1") });
    let offer = json!({ "initiator": side("mei"), "receiver": side("ana") });
    let looked = app.post("/scheduling/shiftswaps/evaluate", offer).await.is(200);
    assert_eq!(shifts(&looked), ["mei-1"]);
    assert_eq!(looked.text_at("/clockChanges/shifts/0/timeZone"), "Europe/Berlin");
    let offer = json!({ "id": "w1", "initiator": side("mei"), "receiver": side("ana") });
    let offered = app.post("/scheduling/shiftswaps", offer).await.is(201);
    assert_eq!(clocks(&offered), clocks(&looked));
    let accepted = app.post("/scheduling/shiftswaps/w1/accept", side("ana")).await.is(200);
    assert_eq!(clocks(&accepted), clocks(&looked));
    let approved = app.post("/scheduling/shiftswaps/w1/approve", json!({})).await.is(200);
    assert_eq!(clocks(&approved), clocks(&looked));
    // Back in Singapore, the shift is as long as it looks.
    let reverted = app.post("/scheduling/shiftswaps/w1/revert", json!({})).await.is(200);
    assert_eq!(clocks(&reverted), &Value::Null);
}

#[tokio::test]
async fn findings_say_whether_the_clocks_are_to_blame_and_answers_what_they_excuse() {
    let app = TestApp::with_unit().await;
    let shift = |id: &str, agent: &str, start: &str| -> Value {
        json!({ "id": id, "agentId": agent, "start": start, "lengthMinutes": 480 })
    };
    // Saturday until 20:00, Sunday from 07:00: eleven hours on the wall, ten in truth.
    let late = shift("ana-1", "ana", "2026-03-28T11:00:00Z");
    app.post("/scheduling/shifts", late).await.is(201);
    let early = shift("ana-2", "ana", "2026-03-29T05:00:00Z");
    let refused = app.post("/scheduling/shifts", early).await;
    let conflict = refused.refuses(409, "CONFLICT").body["conflicts"][0].clone();
    assert_eq!(conflict["becauseOfClockChange"], true);
    assert_eq!(conflict["clockChangeMinutes"], -60);
    // In autumn, Saturday until 21:00 and Sunday from 07:00 leave eleven hours, not ten.
    let late = shift("ben-1", "ben", "2026-10-24T11:00:00Z");
    app.post("/scheduling/shifts", late).await.is(201);
    let early = shift("ben-2", "ben", "2026-10-25T06:00:00Z");
    let made = app.post("/scheduling/shifts", early).await.is(201);
    let flip = &clocks(&made)["rules"][0];
    assert_eq!((&flip["verdict"], &flip["kind"]), (&json!("kept"), &json!("REST_TIME_SHORT")));
    assert_eq!(flip["shiftIds"], json!(["ben-1", "ben-2"]));
    assert_eq!(flip["clockChangeMinutes"], 60);
    let message = flip["message"].as_str().unwrap();
    assert!(message.starts_with("by the clock on the wall, rest 10:00 of 11:00"), "{message}");
    assert!(message.ends_with("it is not so, because of a clock change of +60 min"), "{message}");
}

#[tokio::test]
async fn a_break_at_a_time_that_comes_twice_is_told_with_both_offsets() {
    let app = TestApp::with_unit().await;
    let coffee = json!({ "activityCodeId": "Break", "offsetMinutes": 330, "lengthMinutes": 15,
        "paid": true });
    // From Saturday 22:00 to Sunday 06:00, nine hours; half past two comes for the second time.
    let shift = json!({ "id": "n1", "agentId": "ana", "start": "2026-10-24T20:00:00Z",
        "lengthMinutes": 540, "activities": [coffee] });
    let made = app.post("/scheduling/shifts", shift).await.is(201);
    insta::assert_json_snapshot!(clocks(&made)["times"][0], @r#"
    {
      "activityCodeId": "Break",
      "agentId": "ana",
      "at": "2026-10-25T01:30:00Z",
      "edge": "start",
      "local": "2026-10-25T02:30:00",
      "message": "2026-10-25 02:30 comes twice in Europe/Berlin: +01:00 is meant, not +02:00",
      "offset": "+01:00",
      "otherAt": "2026-10-25T00:30:00Z",
      "otherOffset": "+02:00",
      "shiftId": "n1",
      "timeZone": "Europe/Berlin"
    }
    "#);
    assert_eq!(made.text_at("/clockChanges/times/1/edge"), "end");
}
