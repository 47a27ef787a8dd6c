//! What the unit's rules do to commands: what is new gates, what was so before does not.

use expect_test::expect;

use crate::check_decide;

#[test]
fn hours_gate_where_a_command_makes_them_too_many_or_too_few() {
    check_decide(
        "
        site Europe/Paris
        rule MAX_HOURS_DAY ack maxMinutes=480
        rule MAX_HOURS_PERIOD ack maxMinutes=960 weeks=1
        rule MIN_HOURS_PERIOD warn minMinutes=480 weeks=1
        rule MAX_HOURS_AVERAGE block maxMinutes=1000 weeks=2
        ana is contract=full
        ben is contract=full
        cleo is contract=full
        > edit ana mon 09:00-17:00
        > edit ana mon 09:00-18:00
        > edit ana tue 09:00-17:30
        > edit ben mon 09:00-12:00
        > edit cleo mon 09:00-17:00; cleo tue 09:00-17:00
        > edit(ack) cleo wed 09:00-17:00; cleo thu 09:00-17:00; cleo fri 09:00-17:00
        ",
        expect![[r#"
            > edit ana mon 09:00-17:00
            r9: edited ana
            > edit ana mon 09:00-18:00
            refused:
                ack MAX_HOURS_DAY ana [ana-mon] mon 00:00-00:00 540/480 min
            > edit ana tue 09:00-17:30
            refused:
                ack MAX_HOURS_PERIOD ana [ana-mon, ana-tue] mon 00:00-00:00 [10080] 990/960 min
                ack MAX_HOURS_DAY ana [ana-tue] tue 00:00-00:00 510/480 min
            > edit ben mon 09:00-12:00
            r10: edited ben
              warn MIN_HOURS_PERIOD ben [ben-mon] mon 00:00-00:00 [10080] 180/480 min
            > edit cleo mon 09:00-17:00; cleo tue 09:00-17:00
            r11: edited cleo
            > edit(ack) cleo wed 09:00-17:00; cleo thu 09:00-17:00; cleo fri 09:00-17:00
            refused:
                block MAX_HOURS_AVERAGE cleo [cleo-fri, cleo-mon, cleo-thu, cleo-tue, cleo-wed] 2026-03-09 00:00-00:00 [20160] 1200/1000 min
                ack MAX_HOURS_PERIOD cleo [cleo-mon, cleo-tue, cleo-wed] mon 00:00-00:00 [10080] 2400/960 min
        "#]],
    );
}

#[test]
fn a_stretch_that_gets_no_worse_was_there_before() {
    check_decide(
        "
        site Europe/Paris
        rule MAX_CONSECUTIVE_DAYS block maxDays=3
        rule WEEKLY_REST_SHORT block minRestMinutes=6000
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        ana wed 09:00-17:00
        ana thu 09:00-17:00
        ana fri 09:00-17:00
        > edit delete ana-fri
        > edit ana sat 09:00-17:00
        > edit ana fri 09:00-17:00
        > edit ana sun 09:00-17:00
        ",
        expect![[r#"
            > edit delete ana-fri
            r9: edited ana
              block WEEKLY_REST_SHORT ana [ana-mon, ana-thu, ana-tue, ana-wed] 2026-03-15 00:00-00:00 [10080] 3300/6000 min standing
            > edit ana sat 09:00-17:00
            refused:
                block WEEKLY_REST_SHORT ana [ana-mon, ana-sat, ana-thu, ana-tue, ana-wed] 2026-03-15 00:00-00:00 [10080] 2400/6000 min
            > edit ana fri 09:00-17:00
            refused:
                block WEEKLY_REST_SHORT ana [ana-fri, ana-mon, ana-thu, ana-tue, ana-wed] 2026-03-15 00:00-00:00 [10080] 1980/6000 min
                block MAX_CONSECUTIVE_DAYS ana [ana-fri, ana-mon, ana-thu, ana-tue, ana-wed] mon 00:00-00:00 [7200] 5/3 days
            > edit ana sun 09:00-17:00
            refused:
                block WEEKLY_REST_SHORT ana [ana-mon, ana-sun, ana-thu, ana-tue, ana-wed] mon 00:00-00:00 [10080] 3840/6000 min
        "#]],
    );
}

#[test]
fn breaks_nights_and_closed_hours_gate() {
    check_decide(
        "
        site Europe/Paris
        rule BREAK_MISSING ack
        rule MAX_NIGHT_HOURS block
        rule FORBIDDEN_HOURS block for=minors
        ana is contract=full
        ben is minor=2030-01-01
        > edit ana mon 09:00-17:00
        > edit ana mon 09:00-17:00 12:00-12:30 lunch
        > edit ana tue 21:00-06:00 01:00-01:30 lunch
        > edit ben mon 17:00-22:30
        > edit ben mon 17:00-22:00
        ",
        expect![[r#"
            > edit ana mon 09:00-17:00
            refused:
                ack BREAK_MISSING ana [ana-mon] mon 09:00-17:00 0/20 min
            > edit ana mon 09:00-17:00 12:00-12:30 lunch
            r7: edited ana
            > edit ana tue 21:00-06:00 01:00-01:30 lunch
            refused:
                block MAX_NIGHT_HOURS ana [ana-tue] tue 21:00-06:00 510/480 min
            > edit ben mon 17:00-22:30
            refused:
                block FORBIDDEN_HOURS ben [ben-mon] mon 22:00-22:30 30 min
            > edit ben mon 17:00-22:00
            r8: edited ben
        "#]],
    );
}

#[test]
fn notice_is_owed_for_what_the_agent_did_not_ask_for() {
    // It is Friday the 13th.
    check_decide(
        "
        site Europe/Paris
        rule NOTICE_SHORT ack noticeDays=7
        ana mon 09:00-17:00
        ana 2026-03-12 09:00-17:00
        ben tue 09:00-17:00
        > edit ana mon 09:20-17:20
        > edit ana mon 10:00-18:00
        > as ana edit ana mon 10:00-18:00
        > edit delete ana-mon
        > edit ana mon 10:00-16:00
        > edit ana 2026-03-20 09:00-17:00
        > edit ana 2026-03-12 09:00-18:00
        > edit(ack) ana thu 09:00-17:00
        > swap w ana-mon for ben-tue
        > accept w ben
        > approve w
        ",
        expect![[r#"
            > edit ana mon 09:20-17:20
            r6: edited ana
            > edit ana mon 10:00-18:00
            refused:
                ack NOTICE_SHORT ana [ana-mon] mon 09:20-17:20 3/7 days costs 60
            > as ana edit ana mon 10:00-18:00
            r7: edited ana
            > edit delete ana-mon
            refused:
                ack NOTICE_SHORT ana [ana-mon] mon 10:00-18:00 3/7 days costs 240
            > edit ana mon 10:00-16:00
            refused:
                ack NOTICE_SHORT ana [ana-mon] mon 10:00-16:00 3/7 days costs 60
            > edit ana 2026-03-20 09:00-17:00
            r8: edited ana
            > edit ana 2026-03-12 09:00-18:00
            r9: edited ana
            > edit(ack) ana thu 09:00-17:00
            r10: edited ana
              ack NOTICE_SHORT ana [ana-thu] thu 09:00-17:00 6/7 days costs 60
            > swap w ana-mon for ben-tue
            r11: swap w PENDING_PARTNER
            > accept w ben
            r12: swap w PENDING_APPROVAL
            > approve w
            r13: swap w APPROVED
        "#]],
    );
}

#[test]
fn a_locked_day_stays_as_it_is() {
    check_decide(
        "
        site Europe/Paris
        rule PERIOD_LOCKED block through=2026-03-16
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        > edit ana mon 09:00-17:00 +vip
        > edit delete ana-mon
        > edit ana tue 10:00-18:00
        > edit ana sun 23:00-07:00
        > edit ana mon 23:00-07:00
        > edit ana tue 00:00-08:00
        ",
        expect![[r#"
            > edit ana mon 09:00-17:00 +vip
            refused:
                block PERIOD_LOCKED ana [ana-mon] mon 09:00-17:00 1 days
            > edit delete ana-mon
            refused:
                block PERIOD_LOCKED ana [ana-mon] mon 09:00-17:00 1 days
            > edit ana tue 10:00-18:00
            r5: edited ana
            > edit ana sun 23:00-07:00
            r6: edited ana
            > edit ana mon 23:00-07:00
            refused:
                block PERIOD_LOCKED ana [ana-mon] mon 09:00-17:00 1 days
                block REST_TIME_SHORT ana [ana-mon, ana-tue] tue 07:00-10:00 180/660 min
            > edit ana tue 00:00-08:00
            refused:
                block REST_TIME_SHORT ana [ana-mon, ana-tue] mon 17:00-00:00 420/660 min
        "#]],
    );
}

#[test]
fn runs_of_work_and_of_days_off_gate_where_a_command_shortens_them() {
    check_decide(
        "
        site Europe/Paris
        rule MIN_CONSECUTIVE_DAYS ack minDays=2
        rule MIN_DAYS_OFF block minDays=2
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        ana wed 09:00-17:00
        ben 2026-03-11 09:00-17:00
        > edit delete ana-tue
        > edit delete ana-wed
        > edit delete ana-mon
        > edit ana wed 09:00-17:00
        > edit ana fri 09:00-17:00
        > edit(ack) ana sat 09:00-17:00
        > edit ana sun 09:00-17:00
        > edit ana 2026-03-23 09:00-17:00
        ",
        expect![[r#"
            > edit delete ana-tue
            refused:
                block MIN_DAYS_OFF ana [ana-mon, ana-wed] tue 00:00-00:00 1/2 days
                ack MIN_CONSECUTIVE_DAYS ana [ana-mon] mon 00:00-00:00 1/2 days
                ack MIN_CONSECUTIVE_DAYS ana [ana-wed] wed 00:00-00:00 1/2 days
            > edit delete ana-wed
            r8: edited ana
            > edit delete ana-mon
            refused:
                ack MIN_CONSECUTIVE_DAYS ana [ana-tue] tue 00:00-00:00 1/2 days
            > edit ana wed 09:00-17:00
            r9: edited ana
            > edit ana fri 09:00-17:00
            refused:
                block MIN_DAYS_OFF ana [ana-fri, ana-wed] thu 00:00-00:00 1/2 days
                ack MIN_CONSECUTIVE_DAYS ana [ana-fri] fri 00:00-00:00 1/2 days
            > edit(ack) ana sat 09:00-17:00
            r10: edited ana
              ack MIN_CONSECUTIVE_DAYS ana [ana-sat] sat 00:00-00:00 1/2 days
            > edit ana sun 09:00-17:00
            r11: edited ana
            > edit ana 2026-03-23 09:00-17:00
            r12: edited ana
        "#]],
    );
}

#[test]
fn weekends_and_shifts_are_counted_and_types_may_not_follow_each_other() {
    check_decide(
        "
        site Europe/Paris
        rule MAX_WEEKENDS block maxWeekends=1 weeks=2 anchor=2026-03-16
        rule MAX_SHIFTS block as=nights types=night maxShifts=1 weeks=1
        rule MAX_SHIFTS warn as=all maxShifts=3 weeks=1
        rule SUCCESSION_FORBIDDEN ack first=night next=early
        ana is contract=full
        > edit ana mon 22:00-06:00 +type:night
        > edit ana tue 22:00-06:00 +type:night
        > edit ana tue 17:00-22:00 +type:early
        > edit ana tue 17:00-22:00
        > edit ana sat 09:00-17:00; ana sun 09:00-17:00
        > edit ana 2026-03-29 09:00-17:00
        > edit ana 2026-04-04 09:00-17:00
        ",
        expect![[r#"
            > edit ana mon 22:00-06:00 +type:night
            r7: edited ana
            > edit ana tue 22:00-06:00 +type:night
            refused:
                block MAX_SHIFTS ana (nights) [ana-mon, ana-tue] mon 00:00-00:00 [10080]
            > edit ana tue 17:00-22:00 +type:early
            refused:
                ack SUCCESSION_FORBIDDEN ana [ana-mon, ana-tue] mon 22:00-22:00
            > edit ana tue 17:00-22:00
            r8: edited ana
            > edit ana sat 09:00-17:00; ana sun 09:00-17:00
            r9: edited ana
              warn MAX_SHIFTS ana (all) [ana-mon, ana-sat, ana-sun, ana-tue] mon 00:00-00:00 [10080]
            > edit ana 2026-03-29 09:00-17:00
            refused:
                block MAX_WEEKENDS ana [ana-2026-03-29, ana-sat, ana-sun] mon 00:00-00:00 [20100]
            > edit ana 2026-04-04 09:00-17:00
            r10: edited ana
        "#]],
    );
}
