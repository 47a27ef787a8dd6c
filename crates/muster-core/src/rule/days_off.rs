//! `MIN_DAYS_OFF`: between two days of work an agent has none or at least `minDays` days off.
//!
//! A day is worked when a shift starts on it, in the agent's zone: the day on which a night ends is
//! a day off ([`super::rest_time`] and [`super::weekly_rest`] count hours). Days off before the
//! first or after the last shift that is known may be more than they look and are never too few.
//! The magnitude is the days that are missing.

use jiff::civil::Date;

use crate::conflict::{Finding, Measure, Subject};
use crate::rule::{Param, Setting, Window, number};
use crate::shift::Shift;
use crate::zone::Zone;

pub(super) const PARAMS: &[Param] = &[number("minDays", 2, (1, 60))];

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let min_days = setting.number("minDays");
    let zone = &window.agent.zone;
    let mut last: Option<(Date, &Shift)> = None;
    for next in window.shifts_around(min_days + 2) {
        let day = next.first_day(zone);
        if let Some((worked, before)) = last {
            found.extend(between(window, setting, (worked, before), (day, next), min_days));
        }
        last = Some((day, next));
    }
}

fn between(
    window: &Window<'_>,
    setting: &Setting<'_>,
    (worked, before): (Date, &Shift),
    (day, next): (Date, &Shift),
    min_days: i64,
) -> Option<Finding> {
    let zone = &window.agent.zone;
    let days = Zone::days_between(worked, day) - 1;
    // Work that comes or goes beside the days off makes them fewer.
    let is_touched = zone.days(worked, day)?.overlaps(window.hull);
    if !(1..min_days).contains(&days) || !is_touched {
        return None;
    }
    let shifts = [before, next].map(|shift| Subject::Shift(shift.id.clone()));
    let during = zone.days(worked.tomorrow().ok()?, day.yesterday().ok()?);
    let finding = setting.finding(window.agent).about(shifts).during(during);
    Some(finding.measured(Measure::Days, days, min_days))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn two_days_off_are_enough_and_one_is_not() {
        check_rule(
            Kind::MinDaysOff,
            "
            site Europe/Paris
            rule MIN_DAYS_OFF block
            ana mon 09:00-17:00
            ana thu 09:00-17:00
            ben mon 09:00-17:00
            ben wed 09:00-17:00
            cleo mon 09:00-17:00
            cleo tue 09:00-17:00
            ",
            expect![[r#"
                block MIN_DAYS_OFF ben [ben-mon, ben-wed] tue 00:00-00:00 1/2 days
            "#]],
        );
    }

    #[test]
    fn a_night_leaves_the_day_on_which_it_ends_off_and_two_shifts_make_one_day() {
        check_rule(
            Kind::MinDaysOff,
            "
            site Europe/Paris
            rule MIN_DAYS_OFF warn minDays=2
            ana mon 22:00-06:00
            ana wed 06:00-10:00
            ana wed 12:00-16:00
            ",
            expect![[r#"
                warn MIN_DAYS_OFF ana [ana-mon, ana-wed] tue 00:00-00:00 1/2 days
            "#]],
        );
    }

    #[test]
    fn days_off_go_over_the_weeks_end_and_have_no_end_where_nothing_follows() {
        check_rule(
            Kind::MinDaysOff,
            "
            site Europe/Paris
            rule MIN_DAYS_OFF block minDays=3
            ana sat 09:00-17:00
            ana 2026-03-24 09:00-17:00
            ben fri 09:00-17:00
            cleo 2026-03-14 09:00-17:00 id=one
            cleo tue 09:00-17:00
            cleo sat 09:00-17:00
            ",
            expect![[r#"
                block MIN_DAYS_OFF ana [ana-2026-03-24, ana-sat] sun 00:00-00:00 [2880] 2/3 days
                block MIN_DAYS_OFF cleo [cleo-tue, one] 2026-03-15 00:00-00:00 [2880] 2/3 days
            "#]],
        );
    }

    #[test]
    fn days_without_a_midnight_and_days_of_25_hours_are_days() {
        let fixture = |zone: &str, week: &str, days: [&str; 2]| {
            let shifts = days.map(|day| format!("ana {day} 09:00-17:00"));
            format!("site {zone} week {week}\nrule MIN_DAYS_OFF warn\n{}", shifts.join("\n"))
        };
        check_rule(
            Kind::MinDaysOff,
            &fixture("Europe/Paris", "2026-10-19", ["sat", "2026-10-26"]),
            expect![[r#"
                warn MIN_DAYS_OFF ana [ana-2026-10-26, ana-sat] sun 00:00-00:00 1/2 days
            "#]],
        );
        check_rule(
            Kind::MinDaysOff,
            &fixture("Africa/Cairo", "2026-04-20", ["thu", "sat"]),
            expect![[r#"
                warn MIN_DAYS_OFF ana [ana-sat, ana-thu] fri 01:00-00:00 1/2 days
            "#]],
        );
    }
}
