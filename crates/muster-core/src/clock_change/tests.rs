use expect_test::{Expect, expect};

use super::*;
use crate::testing::World;

fn time(zone: &Zone, at: Instant) -> String {
    format!("{}{:+}", zone.wall(at).strftime("%a %H:%M"), zone.offset_min(at))
}

fn told(clocks: &Clocks) -> String {
    let mut text = String::new();
    for change in &clocks.changes {
        let ClockChange { shift, interval, zone, transition, .. } = change;
        let (start, end) = (time(zone, interval.start()), time(zone, interval.end()));
        let (wall, elapsed) = (change.wall_min(), change.elapsed_min());
        let midnight = transition.midnight().map_or(String::new(), |m| format!(" {m:?}"));
        text += &format!("{shift} {start} {end}: looks {wall}, is {elapsed}");
        text += &format!(" by {}{midnight}\n", time(zone, transition.at));
    }
    for doubtful in &clocks.times {
        let LocalTime { shift, activity, edge, at, zone, other, .. } = doubtful;
        let activity = activity.as_ref().map_or(String::new(), |code| format!(" {code}"));
        let other = other.map_or_else(|| "no midnight".to_owned(), |at| time(zone, at));
        let (meant, not) = doubtful.offsets_min();
        text += &format!("{shift}{activity} {edge:?}: {}", time(zone, *at));
        text += &format!(", not {other} ({meant:+}, {not:+})\n");
    }
    for Flip { truth, finding, transition } in &clocks.flips {
        let Finding { kind, observed, limit, interval, .. } = finding;
        let shifts: Vec<&str> = finding.shifts().map(ShiftId::as_str).collect();
        let change = transition.change_min();
        text += &format!("{} {shifts:?} {truth:?} by {change:+}", kind.name());
        text += &format!(": {observed}/{limit} in {} min\n", interval.unwrap().minutes());
    }
    text
}

/// What clock changes do to all shifts of a fixture.
#[expect(clippy::needless_pass_by_value, reason = "expectations are written in place")]
fn check(fixture: &str, expected: Expect) {
    expected.assert_eq(&told(&everywhere(World::of(fixture).head())));
}

#[test]
fn a_spring_night_is_shorter_than_it_looks_and_an_autumn_night_longer() {
    check(
        "
        site Europe/Paris week 2026-03-23
        ana sat 22:00-06:00
        # it ends when the clocks are moved, and another begins then: 02:00 is 03:00 already
        ben sat 22:00-03:00
        ben sun 03:00-05:00 id=after
        # it ends before
        cem sat 22:00-01:59
        ",
        expect![[r#"
            ana-sat Sat 22:00+60 Sun 06:00+120: looks 480, is 420 by Sun 03:00+120
            ben-sat Sat 22:00+60 Sun 03:00+120: looks 300, is 240 by Sun 03:00+120
        "#]],
    );
    check(
        "
        site America/Chicago week 2026-10-26
        ana sat 22:00-06:00
        ",
        expect![[r#"
            ana-sat Sat 22:00-300 Sun 06:00-360: looks 480, is 540 by Sun 01:00-360
        "#]],
    );
}

#[test]
fn lord_howe_moves_its_clocks_by_half_an_hour_and_singapore_never() {
    check(
        "
        site Australia/Lord_Howe week 2026-03-30
        ana sat 22:00-06:00
        # 01:45 comes twice: after the second time the night is half an hour shorter
        ben sat 22:00-01:45
        cem sun 01:45*-06:00
        # dan works the same hours in a zone that has no clock changes
        dan is zone=Asia/Singapore
        dan sat 22:00-06:00
        ",
        expect![[r#"
            ana-sat Sat 22:00+660 Sun 06:00+630: looks 480, is 510 by Sun 01:30+630
            ben-sat End: Sun 01:45+660, not Sun 01:45+630 (+660, +630)
            cem-sun Start: Sun 01:45+630, not Sun 01:45+660 (+630, +660)
        "#]],
    );
    check(
        "
        site Australia/Lord_Howe week 2026-09-28
        ana sat 22:00-06:00
        ",
        expect![[r#"
            ana-sat Sat 22:00+630 Sun 06:00+660: looks 480, is 450 by Sun 02:30+660
        "#]],
    );
}

#[test]
fn days_without_a_midnight_are_named_and_so_are_days_with_two() {
    check(
        "
        site Africa/Cairo week 2026-04-20
        ana thu 22:00-06:00
        # until midnight, when it is one o'clock
        ben thu 16:00-01:00
        cem fri 01:00-09:00
        ",
        expect![[r#"
            ana-thu Thu 22:00+120 Fri 06:00+180: looks 480, is 420 by Fri 01:00+180 Skipped
            ben-thu Thu 16:00+120 Fri 01:00+180: looks 540, is 480 by Fri 01:00+180 Skipped
            ben-thu End: Fri 01:00+180, not no midnight (+180, +120)
            cem-fri Start: Fri 01:00+180, not no midnight (+180, +120)
        "#]],
    );
    check(
        "
        site Asia/Beirut week 2026-03-23
        ana sat 20:00-04:00
        ",
        expect![[r#"
            ana-sat Sat 20:00+120 Sun 04:00+180: looks 480, is 420 by Sun 01:00+180 Skipped
        "#]],
    );
    check(
        "
        site America/Santiago week 2026-03-30
        # 23:30 comes twice on Saturday, which is 25 hours long; midnight does not
        ana sat 16:00-23:30*
        ben sat 16:00-00:00
        ",
        expect![[r#"
            ana-sat Sat 16:00-180 Sat 23:30-240: looks 450, is 510 by Sat 23:00-240
            ben-sat Sat 16:00-180 Sun 00:00-240: looks 480, is 540 by Sat 23:00-240
            ana-sat End: Sat 23:30-240, not Sat 23:30-180 (-240, -180)
        "#]],
    );
    check(
        "
        site America/Havana week 2026-10-26
        ana sat 16:00-00:00
        ben sat 16:00-00:00*
        ",
        expect![[r#"
            ben-sat Sat 16:00-240 Sun 00:00-300: looks 480, is 540 by Sun 00:00-300 Twice
            ana-sat End: Sun 00:00-240, not Sun 00:00-300 (-240, -300)
            ben-sat End: Sun 00:00-300, not Sun 00:00-240 (-300, -240)
        "#]],
    );
}

#[test]
fn activities_are_looked_at_too() {
    check(
        "
        site Europe/Paris week 2026-10-19
        code coaching Meeting agent paid
        ana sat 22:00-06:00 02:30-02:45 break
        ana own sun 02:30*-03:30 coaching
        ",
        expect![[r#"
            ana-sat Sat 22:00+120 Sun 06:00+60: looks 480, is 540 by Sun 02:00+60
            ana-sat Break Start: Sun 02:30+120, not Sun 02:30+60 (+120, +60)
            ana-sat Break End: Sun 02:45+120, not Sun 02:45+60 (+120, +60)
            ana-sat coaching Start: Sun 02:30+60, not Sun 02:30+120 (+60, +120)
        "#]],
    );
}

#[test]
fn a_rest_that_is_short_or_long_enough_only_by_the_clocks_flips() {
    check(
        "
        site Europe/Paris week 2026-03-23
        ana sat 12:00-20:00
        ana sun 07:00-15:00
        # an hour too short on the wall as well
        ben sat 12:00-21:00
        ben sun 07:00-15:00
        # eleven hours in truth
        cem sat 12:00-20:00
        cem sun 08:00-15:00
        ",
        expect![[r#"
            REST_TIME_SHORT ["ana-sat", "ana-sun"] Violated by -60: 600/660 in 600 min
        "#]],
    );
    check(
        "
        site Europe/Paris week 2026-10-19
        ana sat 13:00-21:00
        ana sun 07:00-15:00
        # ten hours and 59 minutes in truth
        ben sat 13:00-21:00
        ben sun 06:59-15:00
        ",
        expect![[r#"
            REST_TIME_SHORT ["ana-sat", "ana-sun"] Kept by +60: 600/660 in 660 min
        "#]],
    );
}

#[test]
fn every_rule_may_flip() {
    check(
        "
        site Europe/Paris week 2026-10-19
        rule MAX_CONSECUTIVE_HOURS block maxMinutes=480
        rule MAX_HOURS_WEEK block maxMinutes=480
        rule BREAK_MISSING warn fromMinutes=481 breakMinutes=30
        ana sat 22:00-06:00
        ",
        expect![[r#"
            ana-sat Sat 22:00+120 Sun 06:00+60: looks 480, is 540 by Sun 02:00+60
            MAX_HOURS_WEEK ["ana-sat"] Violated by +60: 540/480 in 10140 min
            MAX_CONSECUTIVE_HOURS ["ana-sat"] Violated by +60: 540/480 in 540 min
            BREAK_MISSING ["ana-sat"] Violated by +60: 0/30 in 540 min
        "#]],
    );
    check(
        "
        site Europe/Paris week 2026-03-23
        rule MAX_CONSECUTIVE_HOURS block maxMinutes=420
        rule MIN_HOURS_WEEK warn minMinutes=480
        rule WEEKLY_REST_SHORT warn minRestMinutes=2100
        ana sat 22:00-06:00
        ",
        expect![[r#"
            ana-sat Sat 22:00+60 Sun 06:00+120: looks 480, is 420 by Sun 03:00+120
            MAX_CONSECUTIVE_HOURS ["ana-sat"] Kept by -60: 480/420 in 420 min
            MIN_HOURS_WEEK ["ana-sat"] Violated by -60: 420/480 in 10020 min
        "#]],
    );
}

#[test]
fn two_shifts_that_overlap_on_the_wall_need_not() {
    check(
        "
        site Europe/Paris week 2026-10-19
        rule REST_TIME_SHORT off
        ana sat 20:00-02:30
        ana sun 02:00*-06:00
        ",
        expect![[r#"
            ana-sat End: Sun 02:30+120, not Sun 02:30+60 (+120, +60)
            ana-sun Start: Sun 02:00+60, not Sun 02:00+120 (+60, +120)
            SHIFT_OVERLAP ["ana-sat", "ana-sun"] Kept by +60: 30/0 in 90 min
        "#]],
    );
}

#[test]
fn weeks_are_those_of_the_agents_zone() {
    check(
        "
        site Europe/Paris week 2026-10-26
        rule MAX_HOURS_WEEK block maxMinutes=480
        ana is zone=America/Chicago
        # 22:00 to 06:00 in Chicago
        ana 2026-11-01 04:00-13:00 id=night
        ",
        expect![[r#"
            night Sat 22:00-300 Sun 06:00-360: looks 480, is 540 by Sun 01:00-360
            MAX_HOURS_WEEK ["night"] Violated by +60: 540/480 in 10140 min
        "#]],
    );
}

#[test]
fn what_a_command_does_not_touch_is_not_told() {
    let mut world = World::of(
        "
        site Europe/Paris week 2026-03-23
        code coaching Meeting agent paid
        ana sat 22:00-06:00
        ben sat 22:00-06:00
        ben mon 09:00-17:00
        ",
    );
    let before = world.head().clone();
    world.send("edit ben mon 10:00-18:00");
    assert_eq!(between(&before, world.head()), Clocks::default());
    let before = world.head().clone();
    world.send("edit ana sat 22:00-06:00 +night");
    assert_eq!(between(&before, world.head()), Clocks::default());
    world.send("edit ben own sun 04:00-05:00 coaching");
    expect![[r#"
        ben-sat Sat 22:00+60 Sun 06:00+120: looks 480, is 420 by Sun 03:00+120
    "#]]
    .assert_eq(&told(&between(&before, world.head())));
}

#[test]
fn a_shift_is_looked_at_in_the_zone_of_whoever_gets_it() {
    let mut world = World::of(
        "
        site Asia/Singapore week 2026-10-19
        ana is zone=Europe/Paris
        ben sun 04:00-12:00
        ",
    );
    assert_eq!(everywhere(world.head()), Clocks::default());
    let before = world.head().clone();
    let told_by = world.send("edit ana sun 04:00-12:00 id=ben-sun");
    assert!(!told_by.starts_with("refused"), "{told_by}");
    expect![[r#"
        ben-sun Sat 22:00+120 Sun 05:00+60: looks 420, is 480 by Sun 02:00+60
    "#]]
    .assert_eq(&told(&between(&before, world.head())));
}

/// Looks at every finding of the agents in the clocks' week, by arithmetic and by the flips.
fn check_agreement(fixture: &str, least: usize) {
    let world = World::of(fixture);
    let week = world.head().unit().unwrap().week(world.clock.week).unwrap();
    let flips = everywhere(world.head()).flips;
    let mut count = 0;
    for record in world.head().agents() {
        for finding in crate::rule::findings(world.head(), &record.agent.id, week) {
            let is_flip = flips.iter().any(|flip| flip.finding == finding);
            assert_eq!(finding.is_because_of_clock_change(), is_flip, "{finding:?}");
            count += 1;
        }
    }
    assert!(count >= least, "{count}");
}

#[test]
fn arithmetic_and_the_second_roster_agree_on_what_is_violated() {
    check_agreement(
        "
        site Europe/Paris week 2026-10-19
        rule MAX_CONSECUTIVE_HOURS block maxMinutes=480
        rule MAX_NIGHT_HOURS block maxMinutes=480
        rule MAX_HOURS_DAY block maxMinutes=480 window=fromStart
        rule MAX_HOURS_WEEK block maxMinutes=2000
        ana thu 22:00-06:00
        ana fri 22:00-06:00
        ana sat 22:00-06:00
        ben sat 21:59-06:00
        ",
        5,
    );
    // Of an average, the hour is shared by the nights; of a week that ends on Saturday, the hour of
    // Sunday night is no part.
    check_agreement(
        "
        site Europe/Paris week 2026-10-19
        rule MAX_NIGHT_HOURS block maxMinutes=490 averageDays=7
        rule MAX_HOURS_WEEK block maxMinutes=100 attribution=split as=split
        rule MAX_HOURS_WEEK block maxMinutes=370 attribution=payWeek payDayOfWeek=sunday
        ana fri 22:00-06:00
        ana sat 22:00-06:00
        ben fri 22:00-06:20
        ben sat 22:00-06:00
        ",
        5,
    );
}
