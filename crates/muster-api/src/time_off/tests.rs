use expect_test::expect;
use muster_core::command::Action;

use super::*;
use crate::parse;
use crate::testing::{agent, done, json, pretty, roster, unit};

fn mint() -> TimeOffId {
    TimeOffId::parse("minted").unwrap()
}

fn request(body: &str) -> Result<TimeOffRequest, BadInput> {
    parse::<TimeOffIn>(body.as_bytes()).unwrap().request(&roster(), &mut mint)
}

#[test]
fn a_full_day_is_a_civil_day_in_the_agents_zone() {
    let spring = request(r#"{"agentId":"ana","fullDays":["2026-03-29"]}"#).unwrap();
    let interval = spring.intervals[0];
    assert_eq!(interval.start().to_string(), "2026-03-28T23:00:00Z");
    assert_eq!(interval.minutes(), 23 * 60);
    let ben = request(r#"{"agentId":"ben","fullDays":["2026-03-29"]}"#).unwrap();
    assert_eq!(ben.intervals[0].start().to_string(), "2026-03-28T16:00:00Z");
    assert_eq!((spring.code.as_str(), spring.paid), ("TimeOff", true));
}

#[test]
fn days_are_sorted_and_touching_ones_joined() {
    let body = r#"{"agentId":"ana","fullDays":["2026-04-02","2026-03-31","2026-04-01",
        "2026-03-31"]}"#;
    let request = request(body).unwrap();
    assert_eq!(request.intervals.len(), 1);
    let Days::FullDays(days) = request.days else { panic!("whole days were asked for") };
    assert_eq!(days.len(), 3);
}

#[test]
fn part_of_a_day_has_start_and_end() {
    let body = r#"{"agentId":"ana","start":{"local":"2026-03-30T09:00"},
        "end":"2026-03-30T12:00:00+02:00","paid":false,"note":"dentist"}"#;
    let request = request(body).unwrap();
    assert_eq!(request.intervals[0].minutes(), 180);
    assert_eq!((request.paid, request.note.as_deref()), (false, Some("dentist")));
}

#[test]
fn a_request_that_cannot_be_is_named() {
    let pointer =
        |rest: &str| request(&format!(r#"{{"agentId":"ana"{rest}}}"#)).unwrap_err().pointer;
    let (start, end) = (r#""start":"2026-03-30T09:00:00Z""#, r#""end":"2026-03-30T09:00:00Z""#);
    assert_eq!(pointer(""), "/fullDays");
    assert_eq!(pointer(r#","fullDays":[]"#), "/fullDays");
    assert_eq!(pointer(&format!(",{start}")), "/end");
    assert_eq!(pointer(&format!(",{end}")), "/start");
    assert_eq!(pointer(&format!(",{start},{end}")), "/end");
    assert_eq!(pointer(&format!(r#","fullDays":["2026-03-30"],{start}"#)), "/start");
    let code = r#","fullDays":["2026-03-30"],"activityCodeId":"Golf""#;
    assert_eq!(pointer(code), "/activityCodeId");
    assert_eq!(request(r#"{"fullDays":["2026-03-30"]}"#).unwrap_err().pointer, "/agentId");
    let stranger = request(r#"{"agentId":"zoe","fullDays":["2026-03-30"]}"#);
    assert_eq!(stranger.unwrap_err().pointer, "/agentId");
    let twice = pointer(r#","start":{"local":"2026-03-29T02:30"},"end":"2026-03-29T09:00:00Z""#);
    assert_eq!(twice, "/start");
}

#[test]
fn a_request_that_was_read_can_be_sent_back() {
    let (mut roster, unit) = (roster(), unit());
    let bodies = [
        r#"{"id":"t1","agentId":"ana","fullDays":["2026-03-31"],"note":"spring"}"#,
        r#"{"id":"t2","agentId":"ben","start":"2026-03-30T09:00:00Z",
            "end":"2026-03-30T10:00:00Z"}"#,
    ];
    for body in bodies {
        let asked = parse::<TimeOffIn>(body.as_bytes()).unwrap();
        let asked = asked.request(&roster, &mut mint).unwrap();
        done(&mut roster, Action::RequestTimeOff(asked.clone()));
        let view = TimeOffView::new(&unit.id, &roster, roster.time_off(&asked.id).unwrap());
        let sent: TimeOffIn = parse(json(&view).to_string().as_bytes()).unwrap();
        assert_eq!(sent.clone().request(&roster, &mut mint).unwrap(), asked);
        let change = sent.change(&roster, &asked).unwrap();
        assert_eq!((change.days, change.paid), (Some(asked.days), Some(asked.paid)));
    }
    let view = TimeOffView::new(
        &unit.id,
        &roster,
        roster.time_off(&TimeOffId::parse("t1").unwrap()).unwrap(),
    );
    expect![[r#"
        {
          "id": "t1",
          "businessUnitId": "bu1",
          "agentId": "ana",
          "activityCodeId": "TimeOff",
          "status": "PENDING",
          "fullDays": [
            "2026-03-31"
          ],
          "intervals": [
            {
              "start": "2026-03-30T22:00:00Z",
              "end": "2026-03-31T22:00:00Z"
            }
          ],
          "paid": true,
          "maskedPaidMinutes": 0,
          "note": "spring",
          "createdAt": "2026-03-20T12:00:00Z",
          "version": 6,
          "lastUpdated": "2026-03-20T12:00:00Z"
        }"#]]
    .assert_eq(&pretty(&view));
}

#[test]
fn a_change_keeps_agent_and_code() {
    let roster = roster();
    let known = request(r#"{"agentId":"ana","fullDays":["2026-03-31"]}"#).unwrap();
    let change = |body: &str| parse::<TimeOffIn>(body.as_bytes()).unwrap().change(&roster, &known);
    assert_eq!(change("{}").unwrap(), TimeOffChange::default());
    assert_eq!(change(r#"{"note":null}"#).unwrap().note, Some(None));
    assert_eq!(change(r#"{"agentId":"ben"}"#).unwrap_err().pointer, "/agentId");
    let code = change(r#"{"activityCodeId":"Training"}"#);
    assert_eq!(code.unwrap_err().pointer, "/activityCodeId");
}

#[test]
fn a_query_may_name_days() {
    let query: TimeOffQueryIn = parse(
        br#"{"businessUnitId":"bu1","agentIds":["ana"],"from":"2026-03-30",
            "to":"2026-04-06T00:00:00Z","statuses":["PENDING","APPROVED"]}"#,
    )
    .unwrap();
    assert_eq!(query.from, Some(Bound::On(jiff::civil::date(2026, 3, 30))));
    assert_eq!(query.agent_ids, Some(vec![agent("ana")]));
    let error = parse::<TimeOffQueryIn>(br#"{"statuses":["MAYBE"]}"#).unwrap_err();
    assert_eq!(error.pointer, "/statuses/0");
}
