use expect_test::{Expect, expect};
use muster_core::command::{Action, Verdict};

use super::*;
use crate::parse;
use crate::testing::{agent, done, during, json, roster};
use crate::time_off::TimeOffIn;

fn with_time_off(body: &str) -> Roster {
    let mut roster = roster();
    let mut mint = || TimeOffId::parse("t1").unwrap();
    let asked = parse::<TimeOffIn>(body.as_bytes()).unwrap().request(&roster, &mut mint).unwrap();
    let (id, verdict) = (asked.id.clone(), Verdict::default());
    done(&mut roster, Action::RequestTimeOff(asked));
    done(&mut roster, Action::ApproveTimeOff { id, verdict });
    roster
}

fn check(roster: &Roster, from: &str, to: &str, expect: Expect) {
    let answer = AgentScheduleAnswer::new(roster, &agent("ana"), during(from, to)).unwrap();
    let clock = |at: At| at.0.to_string()[11..16].to_owned();
    let lines: Vec<String> = answer
        .effective
        .iter()
        .map(|segment| {
            let (start, end) = (clock(segment.start), clock(segment.end));
            let paid = if segment.paid { "paid" } else { "unpaid" };
            let code = &segment.activity_code_id;
            format!("{start}-{end} {code} {:?} {paid}", segment.category)
        })
        .collect();
    expect.assert_eq(&lines.join("\n"));
}

#[test]
fn on_queue_time_is_filled_in() {
    let roster = roster();
    check(
        &roster,
        "2026-03-23T00:00:00Z",
        "2026-03-24T00:00:00Z",
        expect![[r#"
        08:00-09:00 OnQueueWork OnQueueWork paid
        09:00-09:30 Meeting Meeting paid
        09:30-12:00 OnQueueWork OnQueueWork paid
        12:00-12:30 Meal Meal unpaid
        12:30-16:00 OnQueueWork OnQueueWork paid"#]],
    );
}

#[test]
fn approved_time_off_lies_on_top() {
    let roster = with_time_off(
        r#"{"agentId":"ana","start":"2026-03-23T10:00:00Z","end":"2026-03-23T13:00:00Z"}"#,
    );
    check(
        &roster,
        "2026-03-23T09:00:00Z",
        "2026-03-23T15:00:00Z",
        expect![[r#"
        09:00-09:30 Meeting Meeting paid
        09:30-10:00 OnQueueWork OnQueueWork paid
        10:00-13:00 TimeOff TimeOff paid
        13:00-15:00 OnQueueWork OnQueueWork paid"#]],
    );
}

#[test]
fn an_answer_holds_shifts_time_off_and_their_version() {
    let roster = with_time_off(r#"{"agentId":"ana","fullDays":["2026-03-23"]}"#);
    let during = during("2026-03-22T23:00:00Z", "2026-03-23T23:00:00Z");
    let answer = json(&AgentScheduleAnswer::new(&roster, &agent("ana"), during).unwrap());
    assert_eq!(answer["agentId"], "ana");
    assert_eq!(answer["timeZone"], "Europe/Paris");
    assert_eq!(answer["state"], "SCHEDULED");
    assert_eq!(answer["shifts"][0]["id"], "s1");
    assert_eq!(answer["timeOff"][0]["status"], "APPROVED");
    assert_eq!(answer["effective"][0]["timeOffId"], "t1");
    assert_eq!(answer["scheduleVersion"], roster.revision().0);
}

#[test]
fn nobody_has_no_schedule() {
    let during = during("2026-03-23T00:00:00Z", "2026-03-24T00:00:00Z");
    assert!(AgentScheduleAnswer::new(&roster(), &agent("zoe"), during).is_none());
}
