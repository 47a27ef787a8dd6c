use expect_test::expect;
use muster_core::{Roster, diff};

use super::*;
use crate::testing::{json, mint, pretty, put, roster, shift_id};
use crate::{BadInput, parse};

fn view(roster: &Roster, id: &str) -> serde_json::Value {
    json(&ShiftView::new(roster, roster.shift(&shift_id(id)).unwrap()))
}

fn bad(roster: &Roster, body: &str) -> BadInput {
    parse::<ShiftIn>(body.as_bytes()).unwrap().doc(roster).unwrap_err()
}

#[test]
fn a_shift_shows_everything_it_holds() {
    let roster = roster();
    let shift = roster.shift(&shift_id("s1")).unwrap();
    expect![[r#"
        {
          "id": "s1",
          "agentId": "ana",
          "start": "2026-03-23T08:00:00Z",
          "lengthMinutes": 480,
          "timeZone": "Europe/Paris",
          "activities": [
            {
              "activityCodeId": "Meeting",
              "offsetMinutes": 60,
              "lengthMinutes": 30,
              "paid": true
            },
            {
              "activityCodeId": "Meal",
              "offsetMinutes": 240,
              "lengthMinutes": 30,
              "paid": false
            }
          ],
          "paidMinutes": 450,
          "externalIds": {
            "trade_id": "T-1"
          },
          "note": "early",
          "tags": [
            "skill:fr"
          ],
          "version": 3,
          "lastUpdated": "2026-03-20T12:00:00Z"
        }"#]]
    .assert_eq(&pretty(&ShiftView::new(&roster, shift)));
}

#[test]
fn what_was_read_can_be_sent_back_and_changes_nothing() {
    let roster = roster();
    for id in ["s1", "s2", "s3"] {
        let body = view(&roster, id).to_string();
        let doc = parse::<ShiftIn>(body.as_bytes()).unwrap().doc(&roster).unwrap();
        let edits = diff::shift(&roster, &doc, &mut mint()).unwrap();
        assert!(edits.is_empty(), "{id}: {edits:?}");
    }
}

#[test]
fn read_only_fields_are_ignored_whatever_they_hold() {
    let roster = roster();
    let body = r#"{"id":"s1","lastUpdated":[1],"paidMinutes":null,"merged":true}"#;
    let doc = parse::<ShiftIn>(body.as_bytes()).unwrap().doc(&roster).unwrap();
    assert!(diff::shift(&roster, &doc, &mut mint()).unwrap().is_empty());
}

#[test]
fn length_alone_keeps_start_and_zone() {
    let mut roster = roster();
    put(&mut roster, r#"{"id":"s1","lengthMinutes":420}"#);
    let shift = view(&roster, "s1");
    assert_eq!(shift["start"], "2026-03-23T08:00:00Z");
    assert_eq!(shift["lengthMinutes"], 420);
    assert_eq!(shift["timeZone"], "Europe/Paris");
}

#[test]
fn a_new_shift_has_its_agents_zone_unless_it_names_one() {
    let mut roster = roster();
    put(
        &mut roster,
        r#"{"id":"b1","agentId":"ben","start":{"local":"2026-03-26T09:00"},"lengthMinutes":60}"#,
    );
    assert_eq!(view(&roster, "b1")["start"], "2026-03-26T01:00:00Z");
    assert_eq!(view(&roster, "b1")["timeZone"], "Asia/Singapore");
    put(
        &mut roster,
        r#"{"id":"b2","agentId":"ben","lengthMinutes":60,
            "start":{"local":"2026-03-27T09:00","timeZone":"Europe/Paris"}}"#,
    );
    assert_eq!(view(&roster, "b2")["start"], "2026-03-27T08:00:00Z");
    assert_eq!(view(&roster, "b2")["timeZone"], "Europe/Paris");
}

#[test]
fn a_new_shift_needs_start_and_length() {
    let roster = roster();
    let error = bad(&roster, r#"{"agentId":"ben","lengthMinutes":60}"#);
    assert_eq!(error.pointer, "/start");
    let error = bad(&roster, r#"{"agentId":"ben","start":"2026-03-26T09:00:00Z"}"#);
    assert_eq!(error.pointer, "/lengthMinutes");
}

#[test]
fn aliases_are_external_ids() {
    let mut roster = roster();
    put(&mut roster, r#"{"id":"s3","trade_id":"T-9","swap_request_id":17}"#);
    let ids = view(&roster, "s3")["externalIds"].to_string();
    assert_eq!(ids, r#"{"swap_request_id":"17","trade_id":"T-9"}"#);
    let error = bad(&roster, r#"{"id":"s3","trade_id":"T-9","externalIds":{"trade_id":"T-8"}}"#);
    assert_eq!((error.pointer.as_str(), error.value.as_str()), ("/trade_id", "T-9"));
}

#[test]
fn an_alias_beside_nothing_keeps_the_other_ids() {
    let mut roster = roster();
    put(&mut roster, r#"{"id":"s1","swap_request_id":"R-1"}"#);
    let ids = view(&roster, "s1")["externalIds"].to_string();
    assert_eq!(ids, r#"{"swap_request_id":"R-1","trade_id":"T-1"}"#);
}

#[test]
fn null_takes_a_note_away_and_absence_leaves_it() {
    let mut roster = roster();
    put(&mut roster, r#"{"id":"s1","lengthMinutes":450}"#);
    assert_eq!(view(&roster, "s1")["note"], "early");
    put(&mut roster, r#"{"id":"s1","note":null}"#);
    assert_eq!(view(&roster, "s1")["note"], serde_json::Value::Null);
}

#[test]
fn members_of_a_change_set_are_unknown_in_a_shift_alone() {
    let roster = roster();
    assert_eq!(bad(&roster, r#"{"op":"put","id":"s1"}"#).pointer, "/op");
    assert_eq!(bad(&roster, r#"{"shiftId":"s1"}"#).pointer, "/shiftId");
}

#[test]
fn a_shift_alone_may_acknowledge() {
    let input: ShiftIn =
        parse(br#"{"acknowledge":["00000000000000ff.3"],"reason":"she asked for it"}"#).unwrap();
    let terms = input.terms().unwrap();
    assert_eq!(terms.acknowledge.len(), 1);
    assert_eq!(terms.reason.as_deref(), Some("she asked for it"));
}
