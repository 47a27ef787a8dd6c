//! Limits on time off: who has a place, who waits, who moves up; and what time off breaks.

use expect_test::expect;

use crate::check_decide;

#[test]
fn who_comes_when_all_places_are_taken_waits_and_moves_up_in_the_entry_that_frees_one() {
    check_decide(
        "
        site Europe/Paris
        ana is contract=full
        ben is contract=full
        cleo is contract=full
        dan is contract=full
        limit summer mon tue 1
        > off ana mon..tue id=t1
        > off ben mon id=t2
        > off cleo tue id=t3
        > off dan tue id=t4
        > off ana wed id=t5
        > approve-off t2
        > cancel-off t1
        > change-off t3 thu
        > approve-off(ack) t2
        > show
        ",
        expect![[r#"
            > off ana mon..tue id=t1
            r7: time off t1 PENDING
            > off ben mon id=t2
            r8: time off t2 WAITLISTED
                ack TIME_OFF_LIMIT_EXHAUSTED ben (summer) [t2] mon 00:00-00:00
            > off cleo tue id=t3
            r9: time off t3 WAITLISTED
                ack TIME_OFF_LIMIT_EXHAUSTED cleo (summer) [t3] tue 00:00-00:00
            > off dan tue id=t4
            r10: time off t4 WAITLISTED
                ack TIME_OFF_LIMIT_EXHAUSTED dan (summer) [t4] tue 00:00-00:00
            > off ana wed id=t5
            r11: time off t5 PENDING
            > approve-off t2
            refused:
                ack TIME_OFF_LIMIT_EXHAUSTED ben (summer) [t2] mon 00:00-00:00
            > cancel-off t1
            r12: time off t1 CANCELED
            > change-off t3 thu
            r13: time off t3 PENDING
            > approve-off(ack) t2
            r14: time off t2 APPROVED
            > show
            site Europe/Paris week 2026-03-16 start Monday
            ana is here contract=full
            ben is here contract=full
            cleo is here contract=full
            dan is here contract=full
            limit summer mon 00:00-00:00 1, tue 00:00-00:00 1
            t1: ana off mon 00:00-00:00 [2880] TimeOff paid CANCELED
            t2: ben off mon 00:00-00:00 TimeOff paid APPROVED
            t3: cleo off thu 00:00-00:00 TimeOff paid PENDING
            t4: dan off tue 00:00-00:00 TimeOff paid PENDING
            t5: ana off wed 00:00-00:00 TimeOff paid PENDING
        "#]],
    );
}

#[test]
fn somebody_may_be_let_off_over_the_limit_by_name() {
    check_decide(
        "
        site Europe/Paris
        ana is contract=full
        ben is contract=full
        limit summer mon 1
        > off ana mon id=t1
        > off ben mon id=t2
        > approve-off(ack) t2
        > deny-off t1
        > rule TIME_OFF_LIMIT_EXHAUSTED block
        > off ana mon id=t3
        > approve-off(ack) t3
        > rule TIME_OFF_LIMIT_EXHAUSTED off
        > cancel-off t3
        > off ana mon id=t4
        ",
        expect![[r#"
            > off ana mon id=t1
            r5: time off t1 PENDING
            > off ben mon id=t2
            r6: time off t2 WAITLISTED
                ack TIME_OFF_LIMIT_EXHAUSTED ben (summer) [t2] mon 00:00-00:00
            > approve-off(ack) t2
            r7: time off t2 APPROVED
                ack TIME_OFF_LIMIT_EXHAUSTED ben (summer) [t2] mon 00:00-00:00
            > deny-off t1
            r8: time off t1 DENIED
            > rule TIME_OFF_LIMIT_EXHAUSTED block
            r9: done
            > off ana mon id=t3
            r10: time off t3 WAITLISTED
                block TIME_OFF_LIMIT_EXHAUSTED ana (summer) [t3] mon 00:00-00:00
            > approve-off(ack) t3
            refused:
                block TIME_OFF_LIMIT_EXHAUSTED ana (summer) [t3] mon 00:00-00:00
            > rule TIME_OFF_LIMIT_EXHAUSTED off
            r11: done
            > cancel-off t3
            r12: time off t3 CANCELED
            > off ana mon id=t4
            r13: time off t4 PENDING
        "#]],
    );
}

#[test]
fn a_limit_is_for_a_group_and_for_kinds_of_time_off() {
    check_decide(
        "
        site Europe/Paris
        code course Training agent paid
        ana is contract=full
        ben is contract=full
        cleo is contract=full
        limit summer mon 1 code=off
        > off ana mon code=course id=t1
        > off ben mon id=t2
        > off ana tue id=t3
        > limit summer mon 0
        > off cleo mon id=t4
        ",
        expect![[r#"
            > off ana mon code=course id=t1
            r7: time off t1 PENDING
            > off ben mon id=t2
            r8: time off t2 PENDING
            > off ana tue id=t3
            r9: time off t3 PENDING
            > limit summer mon 0
            r10: done
            > off cleo mon id=t4
            r11: time off t4 WAITLISTED
                ack TIME_OFF_LIMIT_EXHAUSTED cleo (summer) [t4] mon 00:00-00:00
        "#]],
    );
}

#[test]
fn more_places_move_people_up_and_fewer_take_none_away() {
    check_decide(
        "
        site Europe/Paris
        rule auto-approve-time-off
        ana is contract=full
        ben is contract=full
        cleo is contract=full
        limit summer mon 0
        > off ana mon id=t1
        > off ben mon id=t2
        > off cleo mon id=t3
        > limit summer mon 2
        > limit summer mon 2
        > limit summer mon 1
        > cancel-off t1
        > limit summer
        > limit summer tue 3
        > limit summer tue mon 3
        ",
        expect![[r#"
            > off ana mon id=t1
            r7: time off t1 WAITLISTED
                ack TIME_OFF_LIMIT_EXHAUSTED ana (summer) [t1] mon 00:00-00:00
            > off ben mon id=t2
            r8: time off t2 WAITLISTED
                ack TIME_OFF_LIMIT_EXHAUSTED ben (summer) [t2] mon 00:00-00:00
            > off cleo mon id=t3
            r9: time off t3 WAITLISTED
                ack TIME_OFF_LIMIT_EXHAUSTED cleo (summer) [t3] mon 00:00-00:00
            > limit summer mon 2
            r10: done
            > limit summer mon 2
            no entry: done
            > limit summer mon 1
            r11: done
            > cancel-off t1
            r12: time off t1 CANCELED
            > limit summer
            r13: done
            > limit summer tue 3
            r14: done
            > limit summer tue mon 3
            refused:
                /limits/0/intervals: 2026-03-15T23:00:00Z begins before another ends
        "#]],
    );
}

#[test]
fn what_an_approval_breaks_is_told_and_what_comes_back_too() {
    check_decide(
        "
        site Europe/Paris
        rule MIN_HOURS_WEEK ack minMinutes=480
        rule auto-approve-time-off
        ana mon 09:00-17:00
        ben mon 09:00-17:00
        ben tue 09:00-17:00
        > off ana mon unpaid id=t1
        > off ben mon unpaid id=t2
        > off ben tue id=t3
        > approve-off t1
        > edit ana mon 08:00-16:00
        > cancel-off t1
        ",
        expect![[r#"
            > off ana mon unpaid id=t1
            r7: time off t1 PENDING
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, t1] mon 09:00-17:00 480 min
                ack MIN_HOURS_WEEK ana [ana-mon] mon 00:00-00:00 [10080] 0/480 min
            > off ben mon unpaid id=t2
            r8: time off t2 APPROVED
                info TIME_OFF_APPROVED_OVERLAP ben [ben-mon, t2] mon 09:00-17:00 480 min
            > off ben tue id=t3
            r9: time off t3 APPROVED
                info TIME_OFF_APPROVED_OVERLAP ben [ben-tue, t3] tue 09:00-17:00 480 min
            > approve-off t1
            r10: time off t1 APPROVED
                info TIME_OFF_APPROVED_OVERLAP ana [ana-mon, t1] mon 09:00-17:00 480 min
                ack MIN_HOURS_WEEK ana [ana-mon] mon 00:00-00:00 [10080] 0/480 min
            > edit ana mon 08:00-16:00
            r11: edited ana
              ack MIN_HOURS_WEEK ana [ana-mon] mon 00:00-00:00 [10080] 0/480 min standing
            > cancel-off t1
            r12: time off t1 CANCELED
        "#]],
    );
}

/// SCENARIOS 21: a day off is a civil day of the agent's zone, of 23 hours without a midnight.
#[test]
fn a_day_without_a_midnight_is_a_day_off_of_23_hours() {
    check_decide(
        "
        site Africa/Cairo week 2026-04-20
        ana fri 22:00-06:00
        ana thu 20:00-23:30
        > off ana fri id=t1
        > approve-off t1
        > show
        ",
        expect![[r#"
            > off ana fri id=t1
            r4: time off t1 PENDING
                info TIME_OFF_APPROVED_OVERLAP ana [ana-fri, t1] fri 22:00-00:00 120 min
            > approve-off t1
            r5: time off t1 APPROVED
                info TIME_OFF_APPROVED_OVERLAP ana [ana-fri, t1] fri 22:00-00:00 120 min
            > show
            site Africa/Cairo week 2026-04-20 start Monday
            ana is here
            ana-fri: ana fri 22:00-06:00
            ana-thu: ana thu 20:00-23:30
            week 2026-04-20 week-2026-04-20-fbae041b02c41ed0fd8a
            t1: ana off fri 01:00-00:00 TimeOff paid APPROVED
        "#]],
    );
}
