//! `MAX_HOURS_WEEK` and `MIN_HOURS_WEEK`: time in a week.
//!
//! Weeks are those of the agent's zone, whatever the unit's is. Which of them a shift counts in is
//! a matter of agreement (`attribution`): that of its start, from the unit's first day (`byStart`);
//! each of two weeks its part (`split`); or that of its start in weeks for which people are paid,
//! from `payDayOfWeek` (`payWeek`). What
//! counts is paid, elapsed or worked time. When a clock change makes shifts of the week longer or
//! shorter than they look, the finding carries by how much, so that nobody takes a short night for
//! a short shift. A week without any shift is not short. The magnitude is the minutes beyond the
//! limit; of too many hours, the shifts named are the fewest that are enough for that.

use jiff::civil::Weekday;

use crate::conflict::{Finding, Subject};
use crate::instant::Interval;
use crate::rule::counted::{COUNTED, Counted, fewest};
use crate::rule::{Allowed, MINUTES_OF_WEEK, Param, Setting, Window, number};
use crate::shift::Shift;

const ATTRIBUTION: Param =
    Param { name: "attribution", allowed: Allowed::Word(&["byStart", "split", "payWeek"]) };
const PAY_WEEK: Param = Param {
    name: "payDayOfWeek",
    allowed: Allowed::Word(&[
        "sunday",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
    ]),
};

pub(super) const MOST: &[Param] =
    &[number("maxMinutes", 2_880, MINUTES_OF_WEEK), ATTRIBUTION, PAY_WEEK, COUNTED];
pub(super) const LEAST: &[Param] =
    &[number("minMinutes", 2_100, MINUTES_OF_WEEK), ATTRIBUTION, PAY_WEEK, COUNTED];

pub(super) fn most(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let limit_min = setting.number("maxMinutes");
    for (week, shifts) in weeks(window, setting, Counted::of(setting)) {
        let sum: i64 = shifts.iter().map(|(_, minutes)| minutes).sum();
        if sum > limit_min {
            let picked = fewest(shifts.clone(), limit_min);
            found.push(finding(window, setting, week, &shifts, &picked, limit_min));
        }
    }
}

pub(super) fn least(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let limit_min = setting.number("minMinutes");
    for (week, shifts) in weeks(window, setting, Counted::of_least(setting)) {
        let sum: i64 = shifts.iter().map(|(_, minutes)| minutes).sum();
        if sum < limit_min {
            let all: Vec<&Shift> = shifts.iter().map(|(shift, _)| *shift).collect();
            found.push(finding(window, setting, week, &shifts, &all, limit_min));
        }
    }
}

/// The weeks that were touched, and the shifts that count in each, with their minutes.
fn weeks<'a>(
    window: &Window<'a>,
    setting: &Setting<'_>,
    counted: Counted,
) -> Vec<(Interval, Vec<(&'a Shift, i64)>)> {
    let (is_split, is_pay_week) = match setting.choice("attribution") {
        0 => (false, false),
        1 => (true, false),
        _ => (false, true),
    };
    let first_day = match is_pay_week {
        true => {
            let nth = i8::try_from(setting.choice("payDayOfWeek")).unwrap_or_default();
            Weekday::from_sunday_zero_offset(nth).unwrap_or(Weekday::Sunday)
        }
        false => window.unit.first_day.into(),
    };
    let of_week = |week: Interval| {
        let minutes = |shift: &&'a Shift| match is_split {
            true => counted.minutes_in(window, shift, week),
            false => counted.minutes(window, shift),
        };
        let counts = |shift: &&&Shift| match is_split {
            true => shift.interval().overlaps(week),
            false => week.contains(shift.body.span.start),
        };
        let shifts = window.shifts.iter().filter(counts);
        (week, shifts.map(|shift| (*shift, minutes(shift))).collect::<Vec<_>>())
    };
    let weeks = window.weeks_from(first_day).into_iter().map(of_week);
    weeks.filter(|(_, shifts)| !shifts.is_empty()).collect()
}

fn finding(
    window: &Window<'_>,
    setting: &Setting<'_>,
    week: Interval,
    counting: &[(&Shift, i64)],
    named: &[&Shift],
    limit_min: i64,
) -> Finding {
    let sum = counting.iter().map(|(_, minutes)| minutes).sum();
    let zone = &window.agent.zone;
    let is_split = setting.choice("attribution") == 1;
    let counted = |shift: &Shift| match is_split {
        true => shift.interval().intersection(week),
        false => Some(shift.interval()),
    };
    let places = counting.iter().filter_map(|(shift, _)| counted(shift));
    let change: i64 = places.map(|place| zone.clock_change_min(place)).sum();
    let mut finding = setting
        .finding(window.agent)
        .about(named.iter().map(|shift| Subject::Shift(shift.id.clone())))
        .during(Some(week))
        .measured_min(sum, limit_min);
    finding.clock_change_min = (change != 0).then_some(change);
    finding
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn as_many_hours_as_the_limit_are_allowed() {
        check_rule(
            Kind::MaxHoursWeek,
            "
            site Europe/Paris
            rule MAX_HOURS_WEEK warn maxMinutes=960
            ana mon 09:00-17:00
            ana tue 09:00-17:00
            ",
            expect![""],
        );
    }

    #[test]
    fn a_minute_more_is_too_much() {
        check_rule(
            Kind::MaxHoursWeek,
            "
            site Europe/Paris
            rule MAX_HOURS_WEEK warn maxMinutes=960
            ana mon 09:00-17:00
            ana tue 09:00-17:01
            ",
            expect![[r#"
                warn MAX_HOURS_WEEK ana [ana-mon, ana-tue] mon 00:00-00:00 [10080] 961/960 min
            "#]],
        );
    }

    #[test]
    fn unpaid_activities_do_not_count_and_paid_ones_do() {
        check_rule(
            Kind::MaxHoursWeek,
            "
            site Europe/Paris
            rule MAX_HOURS_WEEK warn maxMinutes=450
            ana mon 09:00-17:00 12:00-12:30 lunch 15:00-15:15 break
            ben mon 09:00-17:00 12:00-12:29 lunch
            ",
            expect![[r#"
                warn MAX_HOURS_WEEK ben [ben-mon] mon 00:00-00:00 [10080] 451/450 min
            "#]],
        );
    }

    #[test]
    fn a_shift_counts_in_the_week_it_starts_in() {
        check_rule(
            Kind::MaxHoursWeek,
            "
            site Europe/Paris
            rule MAX_HOURS_WEEK warn maxMinutes=479
            ana sun 22:00-06:00
            ana 2026-03-15 22:00-06:00
            ",
            expect![[r#"
                warn MAX_HOURS_WEEK ana [ana-sun] mon 00:00-00:00 [10080] 480/479 min
            "#]],
        );
    }

    #[test]
    fn a_week_may_start_on_sunday() {
        check_rule(
            Kind::MaxHoursWeek,
            "
            site America/Chicago start sunday
            rule MAX_HOURS_WEEK warn maxMinutes=480
            # Sunday the 15th and Monday the 16th are one week, Sunday the 22nd is the next
            ana 2026-03-15 09:00-17:00 id=one
            ana mon 09:00-17:00 id=two
            ana sun 09:00-17:00
            ",
            expect![[r#"
                warn MAX_HOURS_WEEK ana [one, two] 2026-03-15 00:00-00:00 [10080] 960/480 min
            "#]],
        );
    }

    #[test]
    fn a_short_week_is_told_with_what_the_clocks_took() {
        check_rule(
            Kind::MinHoursWeek,
            "
            site Europe/Paris week 2026-03-23
            rule MIN_HOURS_WEEK warn minMinutes=480
            ana sat 22:00-06:00
            ",
            expect![[r#"
                warn MIN_HOURS_WEEK ana [ana-sat] mon 00:00-00:00 [10020] 420/480 min clock -60
            "#]],
        );
    }

    #[test]
    fn a_week_just_long_enough_is_not_short() {
        check_rule(
            Kind::MinHoursWeek,
            "
            site Europe/Paris
            rule MIN_HOURS_WEEK warn minMinutes=480
            ana mon 09:00-17:00
            ben mon 09:00-16:59
            ",
            expect![[r#"
                warn MIN_HOURS_WEEK ben [ben-mon] mon 00:00-00:00 [10080] 479/480 min
            "#]],
        );
    }

    #[test]
    fn a_week_without_any_shift_is_not_short() {
        check_rule(
            Kind::MinHoursWeek,
            "
            site Europe/Paris
            rule MIN_HOURS_WEEK warn minMinutes=480
            ana is contract=none
            ",
            expect![""],
        );
    }

    /// SCENARIOS 8: 46 hours, and a night from Sunday 22:00 to Monday 06:00.
    fn night_at_the_weeks_end(attribution: &str) -> String {
        format!(
            "
            site Europe/Paris
            rule MAX_HOURS_WEEK block attribution={attribution}
            ana mon 08:00-18:00
            ana tue 08:00-18:00
            ana wed 08:00-18:00
            ana thu 08:00-18:00
            ana fri 08:00-14:00
            ana sun 22:00-06:00
            "
        )
    }

    #[test]
    fn by_its_start_a_night_counts_in_the_week_that_ends() {
        check_rule(
            Kind::MaxHoursWeek,
            &night_at_the_weeks_end("byStart"),
            expect![[r#"
                block MAX_HOURS_WEEK ana [ana-fri, ana-mon, ana-sun, ana-thu, ana-tue, ana-wed] mon 00:00-00:00 [10080] 3240/2880 min
            "#]],
        );
    }

    #[test]
    fn split_at_the_boundary_each_week_has_its_part() {
        check_rule(Kind::MaxHoursWeek, &night_at_the_weeks_end("split"), expect![""]);
    }

    #[test]
    fn a_pay_week_from_sunday_has_the_night_in_the_next() {
        check_rule(Kind::MaxHoursWeek, &night_at_the_weeks_end("payWeek"), expect![""]);
        check_rule(
            Kind::MaxHoursWeek,
            &night_at_the_weeks_end("payWeek payDayOfWeek=monday"),
            expect![[r#"
                block MAX_HOURS_WEEK ana [ana-fri, ana-mon, ana-sun, ana-thu, ana-tue, ana-wed] mon 00:00-00:00 [10080] 3240/2880 min
            "#]],
        );
    }
}
