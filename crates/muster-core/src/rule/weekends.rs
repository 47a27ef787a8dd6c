//! `MAX_WEEKENDS`: work on at most `maxWeekends` weekends of a planning period of `weeks` weeks.
//!
//! A weekend is a Saturday and the Sunday after it, in the agent's zone, and is worked when a shift
//! starts on either. It counts in the period of its Saturday. Periods follow each other from the
//! `anchor`, a day on which one begins. The magnitude is the weekends beyond the limit.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use crate::conflict::{Finding, Measure, Subject};
use crate::rule::period::{self, ANCHOR, WEEKS};
use crate::rule::{Param, Setting, Window, number};
use crate::shift::Shift;

pub(super) const PARAMS: &[Param] = &[number("maxWeekends", 2, (0, 52)), WEEKS, ANCHOR];

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let max = setting.number("maxWeekends");
    let zone = &window.agent.zone;
    for (first, last) in period::touched(window, setting, zone) {
        // The Sunday of the last weekend may lie on the day after the period.
        let wide = last.tomorrow().ok().and_then(|sunday| zone.days(first, sunday));
        let Some(wide) = wide.filter(|wide| wide.overlaps(window.hull)) else { continue };
        let mut weekends: BTreeMap<Date, Vec<&Shift>> = BTreeMap::new();
        for shift in window.shifts_starting(wide) {
            let saturday = saturday(shift.first_day(zone));
            if let Some(saturday) = saturday.filter(|day| (first..=last).contains(day)) {
                weekends.entry(saturday).or_default().push(shift);
            }
        }
        let worked = i64::try_from(weekends.len()).unwrap_or(i64::MAX);
        if worked > max {
            let shifts = weekends.values().flatten();
            let subjects = shifts.map(|shift| Subject::Shift(shift.id.clone()));
            let finding = setting.finding(window.agent).about(subjects);
            let finding = finding.during(zone.days(first, last));
            found.push(finding.measured(Measure::Count, worked, max));
        }
    }
}

/// The Saturday of the weekend that a day lies on.
fn saturday(day: Date) -> Option<Date> {
    match day.weekday() {
        Weekday::Saturday => Some(day),
        Weekday::Sunday => day.yesterday().ok(),
        Weekday::Monday
        | Weekday::Tuesday
        | Weekday::Wednesday
        | Weekday::Thursday
        | Weekday::Friday => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn a_weekend_counts_once_for_either_day_or_both() {
        check_rule(
            Kind::MaxWeekends,
            "
            site Europe/Paris
            rule MAX_WEEKENDS ack maxWeekends=1 weeks=2 anchor=2026-03-09
            ana 2026-03-14 09:00-17:00
            ana 2026-03-15 09:00-17:00
            ana fri 22:00-06:00
            ben 2026-03-15 09:00-17:00 id=one
            ben sat 09:00-17:00
            ben sun 09:00-17:00
            ",
            expect![[r#"
                ack MAX_WEEKENDS ben [ben-sat, ben-sun, one] 2026-03-09 00:00-00:00 [20160]
            "#]],
        );
    }

    #[test]
    fn a_weekend_counts_in_the_period_of_its_saturday() {
        // Periods of a week from Sunday: the 15th belongs to the one that ended on the 14th.
        check_rule(
            Kind::MaxWeekends,
            "
            site America/Chicago start sunday
            rule MAX_WEEKENDS warn maxWeekends=0 weeks=1 anchor=2026-03-15
            ana 2026-03-15 09:00-17:00
            ben sat 09:00-17:00
            cleo sun 09:00-17:00
            ",
            expect![[r#"
                warn MAX_WEEKENDS ana [ana-2026-03-15] 2026-03-08 00:00-00:00 [10020]
                warn MAX_WEEKENDS ben [ben-sat] 2026-03-15 00:00-00:00 [10080]
                warn MAX_WEEKENDS cleo [cleo-sun] 2026-03-15 00:00-00:00 [10080]
            "#]],
        );
    }

    #[test]
    fn the_weekend_is_the_agents() {
        // Friday 20:00 in Paris is Saturday in Singapore.
        check_rule(
            Kind::MaxWeekends,
            "
            site Europe/Paris
            rule MAX_WEEKENDS warn maxWeekends=0
            ana is zone=Asia/Singapore
            ana fri 20:00-22:00
            ben fri 20:00-22:00
            ",
            expect![[r#"
                warn MAX_WEEKENDS ana [ana-fri] 2026-03-01 17:00-18:00 [40320]
            "#]],
        );
    }
}
