use expect_test::expect;
use muster_core::draft::Edits;
use muster_core::{Roster, diff};

use super::*;
use crate::testing::{agent, json, mint, put, roster, shift_id};
use crate::{BadInput, parse};

fn document(roster: &Roster) -> serde_json::Value {
    let week = roster.weeks().next().unwrap();
    let head = Head::live(&roster.unit().unwrap().id, week);
    json(&ScheduleView::new(head, roster, ScheduleView::agents(roster, week.first)))
}

fn change(roster: &Roster, body: &str) -> Result<Edits, BadInput> {
    let set: ChangeSetIn = parse(body.as_bytes()).unwrap();
    ChangeSetIn::edits(set.edits, roster, &mut mint())
}

#[test]
fn a_document_names_its_week_and_lists_its_agents() {
    let mut document = document(&roster());
    for week in document["agentSchedules"].as_array_mut().unwrap() {
        let ids = week["shifts"].as_array().unwrap().iter().map(|shift| shift["id"].clone());
        week["shifts"] = ids.collect();
    }
    expect![[r#"
        {
          "agentSchedules": [
            {
              "agentId": "ana",
              "shifts": [
                "s1",
                "s2"
              ],
              "version": 4
            },
            {
              "agentId": "ben",
              "shifts": [
                "s3"
              ],
              "version": 5
            }
          ],
          "baseRevision": 5,
          "businessUnitId": "bu1",
          "id": "week-2026-03-23-57ff0948c5dc57e2a483",
          "scheduleVersion": 5,
          "status": "PUBLISHED",
          "weekDate": "2026-03-23"
        }"#]]
    .assert_eq(&crate::testing::pretty(&document));
}

#[test]
fn a_document_that_was_read_can_be_sent_back() {
    let roster = roster();
    let body = document(&roster).to_string();
    let input: ScheduleIn = parse(body.as_bytes()).unwrap();
    assert_eq!(input.schedule_version, Some(roster.revision()));
    let week = roster.weeks().next().unwrap().first;
    let docs = AgentScheduleIn::docs(input.agent_schedules, &roster).unwrap();
    let edits = diff::week(&roster, week, &docs, &mut mint()).unwrap();
    assert!(edits.is_empty(), "{edits:?}");
}

#[test]
fn a_fault_deep_in_a_document_is_named_by_its_pointer() {
    let roster = roster();
    let body = r#"{"agentSchedules":[{"agentId":"ana","shifts":[{"id":"s1"},{"agentId":"ben"}]}]}"#;
    let input: ScheduleIn = parse(body.as_bytes()).unwrap();
    let error = AgentScheduleIn::docs(input.agent_schedules, &roster).unwrap_err();
    assert_eq!(error.pointer, "/agentSchedules/0/shifts/1/agentId");
    let body = r#"{"agentSchedules":[{"agentId":"ana","shifts":[{"start":5}]}]}"#;
    let error = parse::<ScheduleIn>(body.as_bytes()).unwrap_err();
    assert_eq!(error.pointer, "/agentSchedules/0/shifts/0/start");
}

#[test]
fn terms_cannot_be_said_of_one_shift_in_a_document() {
    let roster = roster();
    let body = r#"{"agentSchedules":[{"agentId":"ana","shifts":[{"reason":"x"}]}]}"#;
    let input: ScheduleIn = parse(body.as_bytes()).unwrap();
    let error = AgentScheduleIn::docs(input.agent_schedules, &roster).unwrap_err();
    assert_eq!(error.pointer, "/agentSchedules/0/shifts/0/reason");
}

#[test]
fn a_change_set_puts_updates_and_deletes() {
    let roster = roster();
    let edits = change(
        &roster,
        r#"{"edits":[
            {"op":"put","agentId":"ben","start":"2026-03-25T08:00:00Z","lengthMinutes":60},
            {"op":"update","shiftId":"s2","note":"swap wanted"},
            {"op":"delete","shiftId":"s3"},
            {"op":"delete","shiftId":"never-was"}]}"#,
    );
    let edits = edits.unwrap();
    let told: Vec<String> = edits
        .shifts
        .iter()
        .map(|edit| format!("{} {} {}", edit.id, edit.base.is_some(), edit.draft.is_some()))
        .collect();
    assert_eq!(told, ["new-1 false true", "s2 true true", "s3 true false"]);
}

#[test]
fn a_deleted_shift_takes_the_agents_own_activities_in_it_along() {
    let roster = roster();
    let edits = removal(&roster, &shift_id("s1"));
    let own = &edits.commitments[0];
    assert_eq!((own.agent.as_str(), own.base.len(), own.draft.len()), ("ana", 1, 0));
    assert!(removal(&roster, &shift_id("never-was")).is_empty());
}

#[test]
fn what_several_shifts_say_of_one_agents_meetings_is_joined() {
    let mut roster = roster();
    put(
        &mut roster,
        r#"{"id":"s4","agentId":"ana","start":"2026-03-25T08:00:00Z","lengthMinutes":480,
            "activities":[{"activityCodeId":"Training","offsetMinutes":0,"lengthMinutes":60}]}"#,
    );
    let edits = change(
        &roster,
        r#"{"edits":[{"op":"update","shiftId":"s4","activities":[]},
            {"op":"update","shiftId":"s1","activities":[]}]}"#,
    );
    let edits = edits.unwrap();
    assert_eq!(edits.commitments.len(), 1);
    let own = &edits.commitments[0];
    assert_eq!((own.agent.as_str(), own.base.len(), own.draft.len()), ("ana", 2, 0));
}

#[test]
fn a_change_set_that_cannot_be_is_refused_by_its_pointer() {
    let roster = roster();
    let pointer = |body: &str| change(&roster, body).unwrap_err().pointer;
    assert_eq!(pointer(r#"{"edits":[{"shiftId":"s1"}]}"#), "/edits/0/op");
    assert_eq!(pointer(r#"{"edits":[{"op":"update"}]}"#), "/edits/0/shiftId");
    assert_eq!(pointer(r#"{"edits":[{"op":"update","shiftId":"no"}]}"#), "/edits/0/shiftId");
    assert_eq!(
        pointer(r#"{"edits":[{"op":"delete","shiftId":"s1","id":"s2"}]}"#),
        "/edits/0/shiftId"
    );
    assert_eq!(
        pointer(
            r#"{"edits":[{"op":"delete","shiftId":"s1"},
                {"op":"update","shiftId":"s1","note":"x"}]}"#
        ),
        "/edits/1/shiftId"
    );
    assert_eq!(
        pointer(r#"{"edits":[{"op":"update","shiftId":"s1","lengthMinutes":0}]}"#),
        "/edits/0/lengthMinutes"
    );
}

#[test]
fn a_new_schedule_says_what_it_starts_from() {
    let body = |from: &str| {
        let body = format!(r#"{{"businessUnitId":"bu1","weekDate":"2026-03-23","from":"{from}"}}"#);
        parse::<ScheduleNewIn>(body.as_bytes())
    };
    assert_eq!(body("empty").unwrap().from, Some(StartFrom::Empty));
    assert_eq!(body("published").unwrap().from, Some(StartFrom::Published));
    let other = StartFrom::Schedule(muster_core::id::ScheduleId::parse("d1").unwrap());
    assert_eq!(body("d1").unwrap().from, Some(other));
    assert_eq!(body("a b").unwrap_err().pointer, "/from");
    assert_eq!(&*body("empty").unwrap().name(), "week of 2026-03-23");
}

#[test]
fn an_agent_without_shifts_is_not_listed_unless_named() {
    let roster = roster();
    let week = roster.weeks().next().unwrap().first;
    let ids: Vec<_> = ScheduleView::agents(&roster, week).map(ToString::to_string).collect();
    assert_eq!(ids, ["ana", "ben"]);
    let nobody = agent("ben");
    let later = jiff::civil::date(2026, 4, 6);
    assert!(AgentScheduleView::new(&roster, &nobody, later).shifts.is_empty());
}
