use expect_test::{Expect, expect};
use muster_core::activity::Category;
use muster_core::conflict::{Clash, Finding, Kind, Severity, Subject};
use muster_core::id::{SwapId, TimeOffId};
use muster_core::shift::{Atom, AtomValue, Commitment};

use super::*;
use crate::testing::{agent, at, during, pretty, shift_id, wrapped};

fn shift(id: &str) -> Subject {
    Subject::Shift(shift_id(id))
}

fn swap() -> Subject {
    Subject::Swap(SwapId::parse("w1").unwrap())
}

fn time_off(id: &str) -> Subject {
    Subject::TimeOff(TimeOffId::parse(id).unwrap())
}

fn clash() -> Box<Clash> {
    let value = |text: &str| Some(AtomValue::Note(Some(text.into())));
    Box::new(Clash { atom: Atom::Note, base: None, yours: value("late"), live: value("early") })
}

/// A finding of every kind, the way the rules make them.
#[expect(clippy::too_many_lines, reason = "a line or two for each kind")]
fn example(kind: Kind) -> Finding {
    let new = |subjects: &[Subject]| {
        Finding::new(kind, Severity::Block, Some(&agent("ana"))).about(subjects.iter().cloned())
    };
    let night = Some(during("2026-03-28T19:00:00Z", "2026-03-29T05:00:00Z"));
    match kind {
        Kind::FieldChangedBoth | Kind::StaleOverwriteSuspected => {
            Finding { clash: Some(clash()), ..new(&[shift("s1")]) }
        }
        Kind::DeletedButChanged | Kind::ChangedButDeleted => new(&[shift("s1")]),
        Kind::ShiftOverlap => new(&[shift("s1"), shift("s2")]).measured_min(30, 0),
        Kind::TimeOffApprovedOverlap | Kind::TimeOffPendingOverlap => {
            new(&[shift("s1"), time_off("t1")]).measured_min(240, 0)
        }
        Kind::TimeOffOverlapsTimeOff => new(&[time_off("t1"), time_off("t2")]).measured_min(60, 0),
        Kind::TimeOffAlreadyDecided => new(&[time_off("t1")]),
        Kind::TimeOffLimitExhausted => Finding {
            rule: Some("summer".into()),
            ..new(&[time_off("t1")]).during(night).measured(Measure::Count, 4, 3)
        },
        Kind::Unavailable | Kind::PreferenceViolated => {
            let said = Subject::Availability("school".parse().unwrap());
            new(&[shift("s1"), said]).measured_min(90, 0)
        }
        Kind::RestTimeShort => Finding {
            clock_change_min: Some(-60),
            ..new(&[shift("s1"), shift("s2")]).during(night).measured_min(600, 660)
        },
        Kind::MaxConsecutiveHours => new(&[shift("s1"), shift("s2")]).measured_min(765, 720),
        Kind::MaxHoursWeek => Finding {
            clock_change_min: Some(60),
            ..new(&[shift("s1")]).during(night).measured_min(3_000, 2_880)
        },
        Kind::MinHoursWeek => Finding {
            clock_change_min: Some(-60),
            ..new(&[shift("s1")]).measured_min(2_040, 2_100)
        },
        Kind::MaxHoursDay => new(&[shift("s1")]).during(night).measured_min(660, 600),
        Kind::MaxHoursPeriod => new(&[shift("s1")]).during(night).measured_min(10_000, 9_600),
        Kind::MinHoursPeriod => new(&[shift("s1")]).during(night).measured_min(9_000, 9_600),
        Kind::MaxHoursAverage => new(&[shift("s1")]).during(night).measured_min(2_940, 2_880),
        Kind::MaxConsecutiveDays => new(&[shift("s1")]).measured(Measure::Days, 7, 6),
        Kind::MinConsecutiveDays => new(&[shift("s1")]).measured(Measure::Days, 1, 3),
        Kind::MinDaysOff => new(&[shift("s1"), shift("s2")]).measured(Measure::Days, 1, 2),
        Kind::MaxWeekends => new(&[shift("s1")]).during(night).measured(Measure::Count, 3, 2),
        Kind::MaxShifts => new(&[shift("s1")]).during(night).measured(Measure::Count, 24, 22),
        Kind::SuccessionForbidden => new(&[shift("s1"), shift("s2")]),
        Kind::WeeklyRestShort => new(&[shift("s1")]).during(night).measured_min(1_380, 1_440),
        Kind::BreakMissing => new(&[shift("s1")]).measured_min(10, 20),
        Kind::MaxNightHours => new(&[shift("s1")]).measured_min(540, 480),
        Kind::ForbiddenHours => new(&[shift("s1")]).measured_min(30, 0),
        Kind::NoticeShort => {
            Finding { cost_min: Some(60), ..new(&[shift("s1")]).measured(Measure::Days, 3, 14) }
        }
        Kind::PeriodLocked => new(&[shift("s1")]).measured(Measure::Days, 5, 0),
        Kind::SkillMissing => new(&[shift("s1"), Subject::Skill("fr".into())]),
        Kind::StaffingBelowMinimum => Finding {
            agent: None,
            ..new(&[Subject::Skill("fr".into())]).during(night).measured(Measure::Count, 3, 5)
        },
        Kind::TrunkCapacityExceeded => {
            let trunk = Subject::Trunk("eu".parse().unwrap());
            Finding { agent: None, ..new(&[trunk]).during(night).measured(Measure::Count, 12, 10) }
        }
        Kind::SiteSeatsExceeded => {
            let site = Subject::Site("lyon".into());
            Finding { agent: None, ..new(&[site]).during(night).measured(Measure::Count, 12, 10) }
        }
        Kind::ActivityOutsideShift => new(&[shift("s1")]).measured_min(15, 0),
        Kind::SwapTermsChanged | Kind::SwapShiftTaken => new(&[swap(), shift("s1")]),
        Kind::SwapAlreadyDecided | Kind::SwapExpired | Kind::SwapWithdrawn => new(&[swap()]),
        Kind::SwapTimeUnequal => new(&[swap(), shift("s1")]).measured_min(60, 0),
        Kind::SwapOneSided => new(&[swap(), shift("s1")]),
        Kind::SwapNoticeShort => new(&[swap(), shift("s1")]).measured_min(600, 1_440),
        Kind::SwapLimitReached => new(&[swap()]).measured(Measure::Count, 3, 2),
        Kind::ShiftStarted => new(&[shift("s1")]).during(night),
        Kind::SubjectGone => new(&[shift("s1")]),
        Kind::ExternalIdDuplicate => {
            let external = Subject::ExternalId("trade_id".into(), "T-1".into());
            new(&[shift("s1"), shift("s2"), external])
        }
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a line or two for each kind")]
fn every_kind_has_a_message_with_its_values() {
    let all: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| wrapped(&format!("{}: {}", kind.name(), message(&example(*kind)))))
        .collect();
    expect![[r#"
        FIELD_CHANGED_BOTH: the note of shift s1 changed to two values since the base
        DELETED_BUT_CHANGED: shift s1 is deleted here and was changed meanwhile
        CHANGED_BUT_DELETED: shift s1 is changed here and was deleted meanwhile
        STALE_OVERWRITE_SUSPECTED: the note of shift s1 would be again what it was
            before somebody else changed it
        SHIFT_OVERLAP: shifts s1 and s2 overlap by 30 min
        TIME_OFF_APPROVED_OVERLAP: shift s1 shares 240 min with approved time-off
            request t1
        TIME_OFF_PENDING_OVERLAP: shift s1 shares 240 min with pending time-off request
            t1
        TIME_OFF_OVERLAPS_TIME_OFF: time-off requests t1 and t2 share 60 min
        TIME_OFF_ALREADY_DECIDED: time-off request t1 was decided before
        TIME_OFF_LIMIT_EXHAUSTED: time-off request t1 has no place from
            2026-03-28T19:00:00Z: limit summer lets 3 off
        UNAVAILABLE: shift s1 has 90 min when ana says they cannot work (school)
        PREFERENCE_VIOLATED: shift s1 has 90 min when ana says they would rather not
            work (school)
        REST_TIME_SHORT: rest 10:00 of 11:00 between shifts s1 and s2: short by 60 min,
            because of a clock change of -60 min
        MAX_CONSECUTIVE_HOURS: 12:45 of work in one go, of at most 12:00, in shifts s1
            and s2: too long by 45 min
        MAX_HOURS_WEEK: 50:00 in the week from 2026-03-28T19:00:00Z, of at most 48:00:
            too many by 120 min, a clock change of +60 min included
        MIN_HOURS_WEEK: 34:00 in the week, of at least 35:00: short by 60 min, because
            of a clock change of -60 min
        MAX_HOURS_DAY: 11:00 in the day from 2026-03-28T19:00:00Z, of at most 10:00: too
            many by 60 min
        MAX_HOURS_PERIOD: 166:40 in the period from 2026-03-28T19:00:00Z, of at most
            160:00: too many by 400 min
        MIN_HOURS_PERIOD: 150:00 in the period from 2026-03-28T19:00:00Z, of at least
            160:00: short by 600 min
        MAX_HOURS_AVERAGE: 49:00 a week on average from 2026-03-28T19:00:00Z, of at most
            48:00: too many by 60 min
        MAX_CONSECUTIVE_DAYS: 7 days of work running, of at most 6: 1 too many
        MIN_CONSECUTIVE_DAYS: 1 day of work running, of at least 3: 2 too few
        MIN_DAYS_OFF: 1 day off between shifts s1 and s2, of at least 2
        MAX_WEEKENDS: 3 weekends with work in the period from 2026-03-28T19:00:00Z, of
            at most 2: 1 too many
        MAX_SHIFTS: 24 shifts in the period from 2026-03-28T19:00:00Z, of at most 22: 2
            too many
        SUCCESSION_FORBIDDEN: shifts s1 and s2 may not be worked on two days running
        WEEKLY_REST_SHORT: longest rest 23:00 of 24:00 from 2026-03-28T19:00:00Z: short
            by 60 min
        BREAK_MISSING: shift s1 has 10 min of break, of at least 20
        MAX_NIGHT_HOURS: 9:00 of work at night, of at most 8:00, in shift s1: too long
            by 60 min
        FORBIDDEN_HOURS: shift s1 has 30 min at a time when ana may not work
        NOTICE_SHORT: shift s1 is changed 3 days before, of at least 14, which costs 60
            min of pay
        PERIOD_LOCKED: shift s1 lies 5 days before the end of the lock
        SKILL_MISSING: shift s1 asks for skill fr, which ana lacks on one of its days
        STAFFING_BELOW_MINIMUM: 3 agents with skill fr on the queue of at least 5 from
            2026-03-28T19:00:00Z to 2026-03-29T05:00:00Z: 2 missing
        TRUNK_CAPACITY_EXCEEDED: 12 agents on trunk group eu, which has 10 lines, from
            2026-03-28T19:00:00Z to 2026-03-29T05:00:00Z: 2 too many
        SITE_SEATS_EXCEEDED: 12 agents at site lyon, which has 10 seats, from
            2026-03-28T19:00:00Z to 2026-03-29T05:00:00Z: 2 too many
        ACTIVITY_OUTSIDE_SHIFT: an activity of shift s1 ends 15 min after it
        SWAP_TERMS_CHANGED: shift s1 was moved after both agents agreed to swap w1
        SWAP_SHIFT_TAKEN: shift s1 of swap w1 has gone to somebody else or away
        SWAP_ALREADY_DECIDED: swap w1 was decided before
        SWAP_EXPIRED: the offer of swap w1 is over
        SWAP_WITHDRAWN: swap w1 was withdrawn
        SWAP_TIME_UNEQUAL: swap w1 changes the paid time of ana by 60 min, of at most 0
        SWAP_ONE_SIDED: swap w1 gives ana a shift for none, or none for one
        SWAP_NOTICE_SHORT: a shift of swap w1 begins in 10:00, of at least 24:00
        SWAP_LIMIT_REACHED: 3 shifts of the week come to ana by swaps, of at most 2
        SHIFT_STARTED: shift s1 has begun at 2026-03-28T19:00:00Z
        SUBJECT_GONE: shift s1 needs agent ana, who is not in this unit
        EXTERNAL_ID_DUPLICATE: trade_id T-1 names one shift and would name another:
            shifts s1 and s2"#]]
    .assert_eq(&all.join("\n"));
}

fn check(finding: &Finding, expect: Expect) {
    expect.assert_eq(&wrapped(&message(finding)));
}

#[test]
fn an_activity_of_the_agent_is_named_by_its_time() {
    let meeting = Commitment {
        start: at("2026-03-23T09:00:00Z"),
        length_min: 30,
        code: Category::Meeting.default_code().id,
        paid: true,
    };
    let finding = Finding::new(Kind::ActivityOutsideShift, Severity::Block, Some(&agent("ana")))
        .about([Subject::Commitment(meeting)])
        .measured_min(30, 0);
    check(
        &finding,
        expect!["activity Meeting at 2026-03-23T09:00:00Z of ana lies 30 min outside every shift"],
    );
}

#[test]
fn activities_of_an_agent_that_clash_have_no_shift() {
    let finding = Finding::new(Kind::FieldChangedBoth, Severity::Block, Some(&agent("ana")));
    check(&finding, expect!["activities of ana were changed to two values since the base"]);
}

#[test]
fn many_shifts_are_counted() {
    let shifts = (1..=7).map(|n| shift(&format!("s{n}")));
    let finding = Finding::new(Kind::MaxHoursWeek, Severity::Warn, None)
        .about(shifts)
        .measured_min(3_000, 2_880);
    let finding = Finding { kind: Kind::MaxConsecutiveHours, ..finding };
    check(
        &finding,
        expect![[r#"
        50:00 of work in one go, of at most 48:00, in shifts s1, s2 and 5 more: too long
            by 120 min"#]],
    );
}

#[test]
fn every_value_in_a_message_is_also_a_member() {
    let clash = ConflictView::plain(&example(Kind::FieldChangedBoth));
    expect![[r#"
        {
          "fingerprint": "cc4e22e41085d81b.1",
          "kind": "FIELD_CHANGED_BOTH",
          "severity": "block",
          "agentId": "ana",
          "subject": {
            "shiftId": "s1",
            "atom": "note"
          },
          "subjects": [
            {
              "shiftId": "s1"
            }
          ],
          "yours": {
            "note": "late"
          },
          "live": {
            "note": "early"
          },
          "observed": 1,
          "limit": 0,
          "magnitude": 1,
          "unit": "count",
          "message": "the note of shift s1 changed to two values since the base"
        }"#]]
    .assert_eq(&pretty(&clash));
    let mut week = ConflictView::plain(&example(Kind::MinHoursWeek));
    assert!(week.message.ends_with("because of a clock change of -60 min"), "{}", week.message);
    week.message.clear();
    expect![[r#"
        {
          "fingerprint": "2bcd5429cddedf9a.60",
          "kind": "MIN_HOURS_WEEK",
          "severity": "block",
          "agentId": "ana",
          "subject": {
            "shiftId": "s1"
          },
          "subjects": [
            {
              "shiftId": "s1"
            }
          ],
          "observed": 2040,
          "limit": 2100,
          "magnitude": 60,
          "unit": "minutes",
          "clockChangeMinutes": -60,
          "becauseOfClockChange": true,
          "message": ""
        }"#]]
    .assert_eq(&pretty(&week));
}

#[test]
fn atoms_are_spelled_as_the_fields_of_a_shift() {
    let roster = crate::testing::roster();
    let body = &roster.shift(&shift_id("s1")).unwrap().body;
    let values = Atom::VALUED.map(|atom| crate::testing::json(&AtomView(body.get(atom))));
    let text: Vec<String> = values.iter().map(ToString::to_string).collect();
    expect![[r#"
        {"agentId":"ana"}
        {"lengthMinutes":480,
            "start":"2026-03-23T08:00:00Z",
            "timeZone":"Europe/Paris"}
        {"activities":[{"activityCodeId":"Meal",
            "lengthMinutes":30,
            "offsetMinutes":240,
            "paid":false}]}
        {"site":null}
        {"workPlan":null}
        {"externalIds":{"trade_id":"T-1"}}
        {"note":"early"}
        {"tags":["skill:fr"]}"#]]
    .assert_eq(&text.join("\n").replace(",\"", ",\n    \""));
}
