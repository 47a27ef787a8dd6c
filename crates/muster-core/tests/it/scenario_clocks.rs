//! Hard cases from the field: clocks that change. The numbers can be checked against a calendar.

use expect_test::expect;

use crate::check_decide;

#[test]
fn s01_a_spring_night_in_paris_is_seven_hours_long() {
    check_decide(
        "
        site Europe/Paris week 2026-03-23
        rule MIN_HOURS_WEEK warn minMinutes=480
        # 22:00 is 21:00Z, 06:00 is 04:00Z: seven hours, and it is the clock's fault
        > agent ana
        > edit ana sat 22:00-06:00
        > show
        ",
        expect![[r#"
            > agent ana
            r3: done
            > edit ana sat 22:00-06:00
            r4: edited ana
              warn MIN_HOURS_WEEK ana [ana-sat] mon 00:00-00:00 [10020] 420/480 min clock -60
            > show
            site Europe/Paris week 2026-03-23 start Monday
            rule MIN_HOURS_WEEK warn minMinutes=480
            ana is here
            ana-sat: ana sat 22:00-06:00
            week 2026-03-23 week-2026-03-23-fbae041b02c41ed0fd8a
        "#]],
    );
}

#[test]
fn s02_an_autumn_night_in_paris_is_nine_hours_long() {
    check_decide(
        "
        site Europe/Paris week 2026-10-19
        rule MAX_CONSECUTIVE_HOURS block maxMinutes=480
        > agent ana
        > edit ana fri 22:00-06:00
        > edit ana sat 22:00-06:00
        # a break at 02:30 may be either of two; as an instant it is one
        > rule MAX_CONSECUTIVE_HOURS block maxMinutes=720
        > edit ana sat 22:00-06:00 02:30-02:45 break
        > edit ana sat 22:00-06:00 02:30*-02:45* break
        > show
        ",
        expect![[r#"
            > agent ana
            r3: done
            > edit ana fri 22:00-06:00
            r4: edited ana
            > edit ana sat 22:00-06:00
            refused:
                block MAX_CONSECUTIVE_HOURS ana [ana-sat] sat 22:00-06:00 540/480 min clock +60
            > rule MAX_CONSECUTIVE_HOURS block maxMinutes=720
            r5: done
            > edit ana sat 22:00-06:00 02:30-02:45 break
            r6: edited ana
            > edit ana sat 22:00-06:00 02:30*-02:45* break
            r7: edited ana
            > show
            site Europe/Paris week 2026-10-19 start Monday
            rule MAX_CONSECUTIVE_HOURS block maxMinutes=720
            ana is here
            ana-fri: ana fri 22:00-06:00
            ana-sat: ana sat 22:00-06:00 02:30*-02:45* break
            week 2026-10-19 week-2026-10-19-fbae041b02c41ed0fd8a
        "#]],
    );
}

#[test]
fn s03_rest_hidden_by_a_clock_change_is_found() {
    check_decide(
        "
        site Europe/Paris week 2026-03-23
        ana sat 12:00-20:00
        # eleven hours on the wall, ten in truth
        > edit ana sun 07:00-15:00
        > edit ana sun 08:00-16:00
        ",
        expect![[r#"
            > edit ana sun 07:00-15:00
            refused:
                block REST_TIME_SHORT ana [ana-sat, ana-sun] sat 20:00-07:00 600/660 min clock -60
            > edit ana sun 08:00-16:00
            r3: edited ana
        "#]],
    );
}

#[test]
fn s03_rest_granted_by_a_clock_change_is_granted() {
    check_decide(
        "
        site Europe/Paris week 2026-10-19
        ana sat 13:00-21:00
        # ten hours on the wall, eleven in truth
        > edit ana sun 07:00-15:00
        > edit ana sun 06:59-15:00
        ",
        expect![[r#"
            > edit ana sun 07:00-15:00
            r3: edited ana
            > edit ana sun 06:59-15:00
            refused:
                block REST_TIME_SHORT ana [ana-sat, ana-sun] sat 21:00-06:59 659/660 min clock +60
        "#]],
    );
}

#[test]
fn s04_half_past_one_comes_twice_and_a_shift_from_one_to_the_other_lasts_an_hour() {
    check_decide(
        "
        site America/Chicago week 2026-10-26
        rule MAX_CONSECUTIVE_HOURS block maxMinutes=59
        > agent ana
        > edit ana sun 01:30-01:30*
        ",
        expect![[r#"
            > agent ana
            r3: done
            > edit ana sun 01:30-01:30*
            refused:
                block MAX_CONSECUTIVE_HOURS ana [ana-sun] sun 01:30-01:30* 60/59 min clock +60
        "#]],
    );
}

#[test]
fn s05_a_skipped_start_is_read_as_the_reader_says() {
    check_decide(
        "
        site America/Chicago week 2026-03-02
        # 02:30 does not exist on 8 March: read the way RFC 5545 does it is 03:30, 08:30Z
        > agent ana
        > edit ana sun 02:30-10:30
        > show
        ",
        expect![[r#"
            > agent ana
            r2: done
            > edit ana sun 02:30-10:30
            r3: edited ana
            > show
            site America/Chicago week 2026-03-02 start Monday
            ana is here
            ana-sun: ana sun 03:30-10:30
            week 2026-03-02 week-2026-03-02-fbae041b02c41ed0fd8a
        "#]],
    );
}

#[test]
fn s06_lord_howe_moves_its_clocks_by_half_an_hour() {
    check_decide(
        "
        site Australia/Lord_Howe week 2026-03-30
        rule MAX_CONSECUTIVE_HOURS block maxMinutes=510
        # 22:00 to 06:00 is eight hours and a half on 4 April
        > agent ana
        > edit ana sat 22:00-06:00
        > edit ana sat 21:59-06:00
        ",
        expect![[r#"
            > agent ana
            r3: done
            > edit ana sat 22:00-06:00
            r4: edited ana
            > edit ana sat 21:59-06:00
            refused:
                block MAX_CONSECUTIVE_HOURS ana [ana-sat] sat 21:59-06:00 511/510 min clock +30
        "#]],
    );
}

#[test]
fn s06_lord_howe_moves_them_back_by_half_an_hour() {
    check_decide(
        "
        site Australia/Lord_Howe week 2026-09-28
        rule MAX_CONSECUTIVE_HOURS block maxMinutes=449
        # and seven and a half on 3 October
        > agent ana
        > edit ana sat 22:00-06:00
        > edit ana sat 22:01-06:00
        ",
        expect![[r#"
            > agent ana
            r3: done
            > edit ana sat 22:00-06:00
            refused:
                block MAX_CONSECUTIVE_HOURS ana [ana-sat] sat 22:00-06:00 450/449 min clock -30
            > edit ana sat 22:01-06:00
            r4: edited ana
        "#]],
    );
}

#[test]
fn s08_a_night_into_monday_counts_in_the_week_it_starts_in() {
    check_decide(
        "
        site Europe/Paris
        rule MAX_HOURS_WEEK block maxMinutes=3000
        ana mon 08:00-18:00 id=a
        ana tue 08:00-18:00 id=b
        ana wed 08:00-18:00 id=c
        ana thu 08:00-18:00 id=d
        ana fri 08:00-14:00 id=e
        # 46 hours and the 8 of Sunday night are 54; the same night from Monday on is next week's
        > edit ana sun 22:00-06:00 id=f
        > edit ana 2026-03-23 22:00-06:00
        ",
        expect![[r#"
            > edit ana sun 22:00-06:00 id=f
            refused:
                block MAX_HOURS_WEEK ana [a, b, c, d, e, f] mon 00:00-00:00 [10080] 3240/3000 min
            > edit ana 2026-03-23 22:00-06:00
            r8: edited ana
        "#]],
    );
}
