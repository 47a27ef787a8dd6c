//! `MAX_HOURS_DAY`: at most `maxMinutes` of work in a day.
//!
//! A day is a civil day in the agent's zone, from midnight to midnight whatever its length
//! (`window: civilDay`; France counts so), or the 24 hours from a shift's start (`fromStart`).
//! What counts is paid, elapsed or worked time. The magnitude is the minutes beyond the limit; the
//! shifts named are the fewest that are enough for that.

use jiff::civil::Date;

use crate::conflict::{Finding, Subject};
use crate::instant::Interval;
use crate::rule::counted::{COUNTED, Counted, fewest};
use crate::rule::{Allowed, Param, Setting, Window, number};

pub(super) const PARAMS: &[Param] = &[
    number("maxMinutes", 600, (1, 1_500)),
    Param { name: "window", allowed: Allowed::Word(&["civilDay", "fromStart"]) },
    COUNTED,
];

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let max_min = setting.number("maxMinutes");
    let counted = Counted::of(setting);
    let days = match setting.choice("window") {
        0 => civil_days(window),
        _ => from_starts(window),
    };
    for day in days {
        let inside = window.shifts.iter().filter(|shift| shift.interval().overlaps(day));
        let shifts: Vec<_> =
            inside.map(|shift| (*shift, counted.minutes_in(window, shift, day))).collect();
        let sum: i64 = shifts.iter().map(|(_, minutes)| minutes).sum();
        if sum <= max_min {
            continue;
        }
        let places = shifts.iter().filter_map(|(shift, _)| shift.interval().intersection(day));
        let change: i64 = places.map(|place| window.agent.zone.clock_change_min(place)).sum();
        let fewest = fewest(shifts, max_min);
        found.push(
            setting
                .finding(window.agent)
                .about(fewest.iter().map(|shift| Subject::Shift(shift.id.clone())))
                .during(Some(day))
                .measured_min(sum, max_min)
                .with_clock_change(change),
        );
    }
}

/// The days that the touched stretch lies in and that have a shift.
fn civil_days(window: &Window<'_>) -> Vec<Interval> {
    let zone = &window.agent.zone;
    let of = |shift: &&crate::shift::Shift| [shift.first_day(zone), shift.last_day(zone)];
    let mut dates: Vec<Date> = window.shifts.iter().flat_map(of).collect();
    dates.sort_unstable();
    dates.dedup();
    let days = dates.into_iter().filter_map(|date| zone.day(date));
    days.filter(|day| day.overlaps(window.hull)).collect()
}

fn from_starts(window: &Window<'_>) -> Vec<Interval> {
    let starts = window.shifts.iter().map(|shift| shift.body.span.start);
    let days = starts.filter_map(|start| Interval::new(start, start.plus_min(24 * 60)));
    days.filter(|day| day.overlaps(window.hull)).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn ten_hours_are_allowed_and_a_minute_more_is_not() {
        check_rule(
            Kind::MaxHoursDay,
            "
            site Europe/Paris
            rule MAX_HOURS_DAY block
            ana mon 08:00-18:00
            ben mon 08:00-18:01
            ",
            expect![[r#"
                block MAX_HOURS_DAY ben [ben-mon] mon 00:00-00:00 601/600 min
            "#]],
        );
    }

    #[test]
    fn unpaid_meals_do_not_count_unless_elapsed_time_does() {
        let fixture = |counted: &str| {
            format!(
                "
                site Europe/Paris
                rule MAX_HOURS_DAY block counted={counted}
                ana mon 08:00-18:30 12:00-12:30 lunch 15:00-15:10 break
                "
            )
        };
        check_rule(Kind::MaxHoursDay, &fixture("paid"), expect![""]);
        check_rule(Kind::MaxHoursDay, &fixture("worked"), expect![""]);
        check_rule(
            Kind::MaxHoursDay,
            &fixture("elapsed"),
            expect![[r#"
                block MAX_HOURS_DAY ana [ana-mon] mon 00:00-00:00 630/600 min
            "#]],
        );
    }

    #[test]
    fn a_civil_day_ends_at_midnight_and_a_day_from_the_start_does_not() {
        let fixture = |window: &str| {
            format!(
                "
                site Europe/Paris
                rule MAX_HOURS_DAY ack maxMinutes=480 window={window}
                ana mon 20:00-04:00
                ana tue 18:00-19:00
                ana tue 20:00-00:00
                "
            )
        };
        // Tuesday has four hours of the night, one, and four more.
        check_rule(
            Kind::MaxHoursDay,
            &fixture("civilDay"),
            expect![[r#"
                ack MAX_HOURS_DAY ana [ana-mon, ana-tue, ana-tue-2] tue 00:00-00:00 540/480 min
            "#]],
        );
        // From Monday 20:00 to Tuesday 20:00 it is eight hours and one.
        check_rule(
            Kind::MaxHoursDay,
            &fixture("fromStart"),
            expect![[r#"
                ack MAX_HOURS_DAY ana [ana-mon, ana-tue] mon 20:00-20:00 540/480 min
            "#]],
        );
    }

    #[test]
    fn an_hour_that_comes_twice_counts_twice() {
        check_rule(
            Kind::MaxHoursDay,
            "
            site Europe/Paris week 2026-10-19
            rule MAX_HOURS_DAY block
            ana sun 00:00-10:00
            ",
            expect![[r#"
                block MAX_HOURS_DAY ana [ana-sun] sun 00:00-00:00 660/600 min clock +60
            "#]],
        );
    }

    #[test]
    fn the_day_is_the_agents() {
        // Monday 09:00 to 17:00 in Paris is 16:00 to midnight in Singapore.
        check_rule(
            Kind::MaxHoursDay,
            "
            site Europe/Paris
            rule MAX_HOURS_DAY warn maxMinutes=480
            ana is zone=Asia/Singapore
            ana mon 09:00-17:00
            ana mon 17:00-18:00
            ",
            expect![""],
        );
    }

    #[test]
    fn a_day_without_midnight_begins_at_one() {
        check_rule(
            Kind::MaxHoursDay,
            "
            site Africa/Cairo week 2026-04-20
            rule MAX_HOURS_DAY warn maxMinutes=1300
            ana fri 01:00-23:00
            ",
            expect![[r#"
                warn MAX_HOURS_DAY ana [ana-fri] fri 01:00-00:00 1320/1300 min
            "#]],
        );
    }

    #[test]
    fn what_approved_time_off_masks_does_not_count() {
        check_rule(
            Kind::MaxHoursDay,
            "
            site Europe/Paris
            rule MAX_HOURS_DAY block
            ana mon 08:00-19:00 12:00-12:30 lunch
            ana off mon 12:15-13:00 approved
            ",
            expect![""],
        );
    }
}
