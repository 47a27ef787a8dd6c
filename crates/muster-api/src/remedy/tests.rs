use expect_test::expect;
use muster_core::command::{Action, Mode, Resolution, Terms, Verdict};
use muster_core::diff;
use muster_core::draft::Edits;
use muster_core::explain::explain;
use muster_core::id::{ScheduleId, SwapId, TimeOffId};
use muster_core::merge::Keep;
use muster_core::shift::Atom;
use muster_core::{Revision, Roster};

use super::*;
use crate::conflict::ConflictView;
use crate::parse;
use crate::schedule::{ChangeSetIn, ScheduleNewIn};
use crate::shift::{ShiftIn, ShiftView};
use crate::swap::SwapIn;
use crate::terms::{RevertIn, TermsIn, VerdictIn};
use crate::testing::{
    NOW, agent, ask, at, command, done, json, mint, pretty, put, roster, shift_id,
};
use crate::time_off::TimeOffIn;

fn sent(action: &Action, roster: &Roster) -> (String, Vec<u8>) {
    let request = request(action, roster).unwrap();
    let body = serde_json::to_vec(&request.body.unwrap()).unwrap();
    (format!("{} {}", request.method, request.href), body)
}

fn change(roster: &Roster, body: &str) -> Edits {
    let set: ChangeSetIn = parse(body.as_bytes()).unwrap();
    ChangeSetIn::edits(set.edits, roster, &mut mint()).unwrap()
}

/// What a change set says when it is sent as it is.
fn resent(roster: &Roster, body: &[u8]) -> Edits {
    let set: ChangeSetIn = parse(body).unwrap();
    ChangeSetIn::edits(set.edits, roster, &mut mint()).unwrap()
}

/// The same shifts come of both.
fn check_same(roster: &Roster, one: &Edits, other: &Edits) {
    let shown = |edits: &Edits| {
        let after = diff::applied(roster, edits);
        let ids = one.shifts.iter().chain(&other.shifts).map(|edit| &edit.id);
        let shifts = ids.map(|id| {
            after.shift(id).map(|shift| {
                let mut view = json(&ShiftView::new(&after, shift));
                view["version"] = Value::Null;
                view
            })
        });
        shifts.collect::<Vec<_>>()
    };
    assert_eq!(shown(one), shown(other));
}

fn terms() -> Terms {
    Terms {
        suspects: Vec::new(),
        mode: Mode::Atomic,
        acknowledge: serde_json::from_value(json!(["00000000000000ff.3", { "kind":
            "REST_TIME_SHORT", "where": { "agentIds": ["ana"] }, "reason": "agreed" }]))
        .unwrap(),
        resolutions: vec![Resolution {
            shift_id: shift_id("s1"),
            atom: Atom::Span,
            keep: Keep::Live,
        }],
        only: Some(vec![agent("ana")]),
        reason: Some("agreed".into()),
    }
}

#[test]
fn a_publish_is_sent_with_all_its_terms() {
    let id = ScheduleId::parse("d1").unwrap();
    let (line, body) = sent(&Action::Publish { id, terms: terms() }, &roster());
    assert_eq!(line, "POST /api/v2/wfm/scheduling/schedules/d1/publish");
    assert_eq!(parse::<TermsIn>(&body).unwrap().terms().unwrap(), terms());
}

#[test]
fn a_revert_names_its_publish() {
    let roster = roster();
    let week = roster.weeks().next().unwrap();
    let (publication, edits) = (Revision(3), Edits::default());
    let action = Action::Revert { week: week.first, publication, edits, terms: terms() };
    let (line, body) = sent(&action, &roster);
    assert_eq!(line, format!("POST /api/v2/wfm/scheduling/schedules/{}/revert", week.id));
    let input: RevertIn = parse(&body).unwrap();
    assert_eq!(input.revision, Some(publication));
    assert_eq!(input.terms().unwrap(), terms());
}

#[test]
fn edits_of_live_shifts_are_a_change_set_of_their_week() {
    let roster = roster();
    let edits = change(
        &roster,
        r#"{"edits":[
            {"op":"update","shiftId":"s1","note":"later","start":"2026-03-23T09:00:00Z"},
            {"op":"put","id":"s8","agentId":"ben","start":"2026-03-25T08:00:00Z",
             "lengthMinutes":480,"activities":[
                {"activityCodeId":"Training","offsetMinutes":60,"lengthMinutes":60}]},
            {"op":"delete","shiftId":"s2"}]}"#,
    );
    let action = Action::EditShifts { edits: edits.clone(), terms: Terms::default() };
    let request = request(&action, &roster).unwrap();
    expect![[r#"
        {
          "method": "PATCH",
          "href": "/api/v2/wfm/scheduling/schedules/week-2026-03-23-57ff0948c5dc57e2a483",
          "body": {
            "baseVersion": 5,
            "edits": [
              {
                "lengthMinutes": 480,
                "note": "later",
                "op": "update",
                "shiftId": "s1",
                "start": "2026-03-23T09:00:00Z",
                "timeZone": "Europe/Paris"
              },
              {
                "op": "delete",
                "shiftId": "s2"
              },
              {
                "activities": [
                  {
                    "activityCodeId": "Training",
                    "lengthMinutes": 60,
                    "offsetMinutes": 60,
                    "paid": true
                  }
                ],
                "agentId": "ben",
                "externalIds": {},
                "id": "s8",
                "lengthMinutes": 480,
                "note": null,
                "op": "put",
                "site": null,
                "start": "2026-03-25T08:00:00Z",
                "tags": [],
                "timeZone": "Asia/Singapore",
                "workPlan": null
              }
            ],
            "mode": "perAgent"
          }
        }"#]]
    .assert_eq(&pretty(&request));
    let body = serde_json::to_vec(&request.body).unwrap();
    check_same(&roster, &edits, &resent(&roster, &body));
}

#[test]
fn an_agents_own_activity_alone_is_said_by_its_shift() {
    let roster = roster();
    let edits = change(
        &roster,
        r#"{"edits":[{"op":"update","shiftId":"s1","activities":[
        {"activityCodeId":"Meal","offsetMinutes":240,"lengthMinutes":30}]}]}"#,
    );
    assert!(edits.shifts.is_empty() && edits.commitments.len() == 1, "{edits:?}");
    let action = Action::EditShifts { edits: edits.clone(), terms: Terms::default() };
    let (_, body) = sent(&action, &roster);
    let again = resent(&roster, &body);
    assert_eq!(again.commitments, edits.commitments);
}

#[test]
fn a_shift_in_a_new_week_is_made_alone() {
    let roster = roster();
    let edits = change(
        &roster,
        r#"{"edits":[{"op":"put","id":"s8","agentId":"ben","start":"2026-05-25T08:00:00Z",
            "lengthMinutes":480}]}"#,
    );
    let only = Terms { mode: Mode::PerAgent, only: None, resolutions: Vec::new(), ..terms() };
    let (line, body) = sent(&Action::EditShifts { edits: edits.clone(), terms: only }, &roster);
    assert_eq!(line, "POST /api/v2/wfm/scheduling/shifts");
    let input: ShiftIn = parse(&body).unwrap();
    assert_eq!(input.terms().unwrap().acknowledge, terms().acknowledge);
    let again = diff::shift(&roster, &input.doc(&roster).unwrap(), &mut mint()).unwrap();
    check_same(&roster, &edits, &again);
}

#[test]
fn an_edit_that_still_clashes_is_no_request() {
    let mut roster = roster();
    let edits = change(&roster, r#"{"edits":[{"op":"update","shiftId":"s1","lengthMinutes":60}]}"#);
    put(&mut roster, r#"{"id":"s1","lengthMinutes":300}"#);
    let action = Action::EditShifts { edits, terms: Terms::default() };
    assert_eq!(request(&action, &roster), None);
}

#[test]
fn a_document_is_published_again_with_its_edits() {
    let roster = roster();
    let edits = change(&roster, r#"{"edits":[{"op":"update","shiftId":"s3","lengthMinutes":60}]}"#);
    let action = Action::PublishDocument {
        id: ScheduleId::parse("d1").unwrap(),
        week: jiff::civil::date(2026, 3, 23),
        name: "pushed".into(),
        base: Some(Revision(5)),
        edits: edits.clone(),
        agents: vec![agent("ben")],
        terms: terms(),
    };
    let (line, body) = sent(&action, &roster);
    assert_eq!(line, "POST /api/v2/wfm/schedules");
    let input: ScheduleNewIn = parse(&body).unwrap();
    assert!(input.publish && input.base_revision == Some(Revision(5)));
    assert_eq!(input.terms().unwrap(), terms());
    let again = ChangeSetIn::edits(input.edits.unwrap(), &roster, &mut mint()).unwrap();
    assert_eq!(again, edits);
}

#[test]
fn decisions_carry_what_the_decider_says() {
    let roster = roster();
    let (swap, time_off) = (SwapId::parse("w1").unwrap(), TimeOffId::parse("t1").unwrap());
    let verdict = || Verdict { acknowledge: terms().acknowledge, reason: terms().reason };
    let actions = [
        Action::ApproveSwap { id: swap.clone(), verdict: verdict() },
        Action::DenySwap { id: swap.clone(), verdict: verdict() },
        Action::ApproveTimeOff { id: time_off.clone(), verdict: verdict() },
        Action::DenyTimeOff { id: time_off.clone(), verdict: verdict() },
    ];
    let lines = actions.map(|action| {
        let (line, body) = sent(&action, &roster);
        assert_eq!(parse::<VerdictIn>(&body).unwrap().verdict().unwrap(), verdict());
        line.replace(ROOT, "")
    });
    assert_eq!(
        lines,
        [
            "POST /scheduling/shiftswaps/w1/approve",
            "POST /scheduling/shiftswaps/w1/deny",
            "POST /timeoffrequests/t1/approve",
            "POST /timeoffrequests/t1/deny",
        ]
    );
    assert_eq!(sent(&Action::CancelSwap(swap), &roster).1, b"{}");
    assert_eq!(sent(&Action::CancelTimeOff(time_off), &roster).1, b"{}");
}

#[test]
fn requests_are_asked_again_as_they_were() {
    let roster = roster();
    let body = br#"{"id":"w1","initiator":{"shiftId":"s2"},"receiver":{"shiftId":"s3"},
        "expiresAt":"2026-03-27T00:00:00Z","externalIds":{"trade_id":"T-7"}}"#;
    let mut minted = || SwapId::parse("minted").unwrap();
    let offer = parse::<SwapIn>(body).unwrap().offer(&roster, &mut minted).unwrap();
    let (_, body) = sent(&Action::OfferSwap(offer.clone()), &roster);
    assert_eq!(parse::<SwapIn>(&body).unwrap().offer(&roster, &mut minted).unwrap(), offer);
    let bodies = [
        r#"{"id":"t1","agentId":"ana","fullDays":["2026-03-31"],"note":"spring"}"#,
        r#"{"id":"t2","agentId":"ben","start":"2026-03-30T09:00:00Z",
            "end":"2026-03-30T10:00:00Z"}"#,
    ];
    let mut minted = || TimeOffId::parse("minted").unwrap();
    for body in bodies {
        let asked = parse::<TimeOffIn>(body.as_bytes()).unwrap();
        let asked = asked.request(&roster, &mut minted).unwrap();
        let (_, body) = sent(&Action::RequestTimeOff(asked.clone()), &roster);
        assert_eq!(
            parse::<TimeOffIn>(&body).unwrap().request(&roster, &mut minted).unwrap(),
            asked
        );
    }
}

#[test]
fn every_remedy_of_a_refused_edit_can_be_sent_and_is_accepted() {
    let mut roster = roster();
    let edits =
        change(&roster, r#"{"edits":[{"op":"update","shiftId":"s1","lengthMinutes":300}]}"#);
    put(&mut roster, r#"{"id":"s1","lengthMinutes":420}"#);
    let action = Action::EditShifts { edits, terms: Terms::default() };
    let refusal = ask(&roster, action.clone()).unwrap_err();
    let muster_core::decide::Rejection::Conflict { findings } = refusal else {
        panic!("{refusal:?}")
    };
    let explained = explain(&roster, &command(action), &findings, at(NOW));
    let view = ConflictView::explained(&explained[0], &roster);
    assert_eq!(view.causes[0].kind.name(), "shift_edit");
    assert!(!view.remedies.is_empty());
    for remedy in &view.remedies {
        let body = serde_json::to_vec(remedy.request.body.as_ref().unwrap()).unwrap();
        let edits = resent(&roster, &body);
        let terms = parse::<ChangeSetIn>(&body).unwrap().terms().unwrap();
        done(&mut roster.clone(), Action::EditShifts { edits, terms });
    }
    let yours = view.remedies.iter().find(|remedy| remedy.id == "take_yours").unwrap();
    expect![[r#"
        {
          "id": "take_yours",
          "title": "set it to your value",
          "way": "itself",
          "method": "PATCH",
          "href": "/api/v2/wfm/scheduling/schedules/week-2026-03-23-57ff0948c5dc57e2a483",
          "body": {
            "baseVersion": 6,
            "edits": [
              {
                "lengthMinutes": 300,
                "op": "update",
                "shiftId": "s1",
                "start": "2026-03-23T08:00:00Z",
                "timeZone": "Europe/Paris"
              }
            ],
            "mode": "perAgent"
          },
          "requires": [
            "wfm:schedule:write"
          ]
        }"#]]
    .assert_eq(&pretty(yours));
}
