use expect_test::{Expect, expect};

use super::activities::Code;
use super::agents::Agent;
use super::*;
use crate::roster_file::testing::show_errors;

fn unit() -> Unit {
    Unit { time_zone: Zone::find("America/Chicago").unwrap(), start_day_of_week: DayOfWeek::Monday }
}

fn agents() -> Agents {
    let agent = |id: &str, zone: &str, left| Agent {
        id: id.to_owned(),
        email: Some(format!("{id}@X.com")),
        zone: Zone::find(zone).unwrap(),
        left,
    };
    Agents::new(vec![
        agent("ana", "America/Chicago", false),
        agent("zoe", "Europe/Paris", false),
        agent("old", "Europe/Paris", true),
    ])
}

fn check(text: &str, expect: Expect) {
    let code = |id: &str| Code { id: id.to_owned(), name: id.to_owned() };
    let codes = Codes::new(vec![code("Break"), code("Meal"), code("OnQueueWork")], &[]);
    let read = read(text.as_bytes(), &unit(), &agents(), &codes, Disambiguation::Reject);
    expect.assert_eq(&match read {
        Ok(weeks) => weeks.iter().map(show).collect(),
        Err(errors) => show_errors(&errors),
    });
}

fn show(week: &WeekPush) -> String {
    let WeekPush { week, agent_schedules, shifts, lines } = week;
    let mut text = format!("week {week}, {shifts} shifts, lines {lines:?}\n");
    for agent in agent_schedules {
        text += &format!("  {}\n", agent["agentId"]);
        for shift in agent["shifts"].as_array().unwrap() {
            let shift = shift.as_object().unwrap();
            shift.iter().for_each(|(name, value)| text += &format!("    {name}: {value}\n"));
        }
    }
    text
}

#[test]
fn shifts_belong_to_the_week_they_start_in_where_the_unit_is() {
    // Monday 06:00 in Paris is Sunday evening in Chicago.
    check(
        "agent,start,length_minutes,activity,activity_start,activity_length_minutes,shift_id\n\
         zoe,2026-03-30 06:00,480,,,,\n\
         ana,2026-03-30 09:00,480,break,2026-03-30 10:30,15,s1\n",
        expect![[r#"
            week 2026-03-23, 1 shifts, lines [[2]]
              "zoe"
                activities: []
                lengthMinutes: 480
                note: null
                start: "2026-03-30T04:00:00Z"
                tags: []
                timeZone: "Europe/Paris"
            week 2026-03-30, 1 shifts, lines [[3]]
              "ana"
                activities: [{"activityCodeId":"Break","lengthMinutes":15,"offsetMinutes":90}]
                id: "s1"
                lengthMinutes: 480
                note: null
                start: "2026-03-30T14:00:00Z"
                tags: []
                timeZone: "America/Chicago"
        "#]],
    );
}

#[test]
fn agents_go_by_their_id_or_their_address_and_by_one_of_them() {
    check(
        "agent,start,length_minutes\n\
         ana,2026-03-30 09:00,480\n\
         ANA@x.com,2026-03-31 09:00,480\n\
         old,2026-03-31 09:00,480\n",
        expect![[r#"
            line 4, column "agent": "old" is not a known agent
        "#]],
    );
    check(
        "agent,start,length_minutes\nana,2026-03-30 09:00,480\nANA@x.com,2026-03-31 09:00,480\n",
        expect![[r#"
            line 3, column "agent": "ANA@x.com" is "ana" of line 2: give an agent one name
        "#]],
    );
}

#[test]
fn activities_the_unit_does_not_have_are_named() {
    check(
        "agent,start,length_minutes,activity,activity_start,activity_length_minutes\n\
         ana,2026-03-30 09:00,480,Yoga,2026-03-30 10:30,15\n\
         zoe,2026-03-30 09:00,480,meal,2026-03-30 12:00,30\n",
        expect![[r#"
            line 2, column "activity": "Yoga" is no activity of the unit (there are Break,
                Meal, OnQueueWork): name it by --activity
        "#]],
    );
    check(
        "*Username,*Shift Start Date and Time,*Shift End Date and Time,*Local Time Zone,\
         *Base Activity Name\n\
         ana@x.com,03/30/2026 09:00:00,03/30/2026 17:00:00,UTC-05:00,Open\n\
         zoe@x.com,03/30/2026 09:00:00,03/30/2026 17:00:00,UTC+02:00,Night\n",
        expect![[r#"
            line 3, column "*Base Activity Name": "Night" is no activity of the unit (there
                are Break, Meal, OnQueueWork): name it by --activity
        "#]],
    );
}

#[test]
fn a_pointer_into_the_request_finds_its_line() {
    let push = testing::week();
    assert_eq!(push.line_of("/agentSchedules/0/shifts/1/start"), Some(4));
    assert_eq!(push.line_of("/agentSchedules/1"), Some(3));
    for other in ["", "/weekDate", "/agentSchedules/7/shifts/0", "/agentSchedules/x"] {
        assert_eq!(push.line_of(other), None, "{other}");
    }
}
