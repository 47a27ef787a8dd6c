//! `MAX_HOURS_PERIOD` and `MIN_HOURS_PERIOD`: time in a planning period of `weeks` weeks.
//!
//! Periods follow each other from the `anchor`, a day on which one begins, in the unit's zone. A
//! shift counts in the period of its start. A period without any shift is not short. What counts
//! is paid, elapsed or worked time; the magnitude is the minutes beyond the limit.

use crate::conflict::{Finding, Subject};
use crate::instant::Interval;
use crate::rule::counted::{COUNTED, Counted, fewest};
use crate::rule::period::{self, ANCHOR, WEEKS};
use crate::rule::{Param, Setting, Window, number};
use crate::shift::Shift;

const MINUTES: (i64, i64) = (1, 530_000);

pub(super) const MOST: &[Param] = &[number("maxMinutes", 11_520, MINUTES), WEEKS, ANCHOR, COUNTED];
pub(super) const LEAST: &[Param] = &[number("minMinutes", 8_400, MINUTES), WEEKS, ANCHOR, COUNTED];

pub(super) fn most(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let limit_min = setting.number("maxMinutes");
    for (period, shifts, sum) in periods(window, setting, Counted::of(setting)) {
        if sum > limit_min {
            let fewest = fewest(shifts, limit_min);
            found.push(finding(window, setting, period, &fewest).measured_min(sum, limit_min));
        }
    }
}

pub(super) fn least(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let limit_min = setting.number("minMinutes");
    for (period, shifts, sum) in periods(window, setting, Counted::of_least(setting)) {
        if sum < limit_min {
            let all: Vec<&Shift> = shifts.into_iter().map(|(shift, _)| shift).collect();
            found.push(finding(window, setting, period, &all).measured_min(sum, limit_min));
        }
    }
}

fn finding(
    window: &Window<'_>,
    setting: &Setting<'_>,
    period: Interval,
    shifts: &[&Shift],
) -> Finding {
    let subjects = shifts.iter().map(|shift| Subject::Shift(shift.id.clone()));
    setting.finding(window.agent).about(subjects).during(Some(period))
}

type Period<'a> = (Interval, Vec<(&'a Shift, i64)>, i64);

/// The periods that were touched and have shifts, with the shifts' minutes and their sum.
fn periods<'a>(window: &Window<'a>, setting: &Setting<'_>, counted: Counted) -> Vec<Period<'a>> {
    let zone = &window.unit.zone;
    let all = period::touched(window, setting, zone).into_iter().filter_map(|(first, last)| {
        let period = zone.days(first, last)?;
        let shifts: Vec<(&Shift, i64)> = window
            .shifts_starting(period)
            .map(|shift| (shift, counted.minutes(window, shift)))
            .collect();
        let sum = shifts.iter().map(|(_, minutes)| minutes).sum();
        Some((period, shifts, sum))
    });
    all.filter(|(period, shifts, _)| period.overlaps(window.hull) && !shifts.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn a_period_has_its_own_beginning_and_spans_weeks() {
        // Two weeks from 9 March: the 16th is in them, the 23rd is not.
        check_rule(
            Kind::MaxHoursPeriod,
            "
            site Europe/Paris
            rule MAX_HOURS_PERIOD ack maxMinutes=960 weeks=2 anchor=2026-03-09
            ana 2026-03-09 09:00-17:00
            ana mon 09:00-17:00
            ana 2026-03-23 09:00-17:00
            ben 2026-03-09 09:00-17:00
            ben mon 09:00-17:00
            ben tue 09:00-10:00
            ",
            expect![[r#"
                ack MAX_HOURS_PERIOD ben [ben-2026-03-09, ben-mon, ben-tue] 2026-03-09 00:00-00:00 [20160] 1020/960 min
            "#]],
        );
    }

    #[test]
    fn a_period_before_the_anchor_is_a_period_too() {
        check_rule(
            Kind::MaxHoursPeriod,
            "
            site Europe/Paris
            rule MAX_HOURS_PERIOD warn maxMinutes=479 weeks=1 anchor=2030-01-07
            ana mon 09:00-17:00
            ",
            expect![[r#"
                warn MAX_HOURS_PERIOD ana [ana-mon] mon 00:00-00:00 [10080] 480/479 min
            "#]],
        );
    }

    #[test]
    fn a_period_with_shifts_may_be_too_short_and_one_without_is_not() {
        check_rule(
            Kind::MinHoursPeriod,
            "
            site Europe/Paris
            rule MIN_HOURS_PERIOD info minMinutes=481 weeks=1
            ana mon 09:00-17:00
            ben mon 09:00-17:01
            ",
            expect![[r#"
                info MIN_HOURS_PERIOD ana [ana-mon] mon 00:00-00:00 [10080] 480/481 min
            "#]],
        );
    }
}
