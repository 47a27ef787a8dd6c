//! `MAX_CONSECUTIVE_HOURS`: nobody is at work for more than `maxMinutes` without going home.
//!
//! Shifts that touch or overlap are one stretch of work; breaks inside a shift do not interrupt
//! it. Elapsed time counts. The magnitude is the minutes beyond the limit.

use crate::conflict::{Finding, Subject};
use crate::instant::Interval;
use crate::rule::{Param, Setting, Window, number};
use crate::shift::Shift;

pub(super) const PARAMS: &[Param] = &[number("maxMinutes", 720, (1, 2_880))];

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let max_min = setting.number("maxMinutes");
    let mut rest = &window.shifts[..];
    while let Some((first, _)) = rest.split_first() {
        let mut end = first.body.span.end();
        let mut count = 1;
        while let Some(next) = rest.get(count)
            && next.body.span.start <= end
        {
            end = end.max(next.body.span.end());
            count += 1;
        }
        let (stretch, later) = rest.split_at(count);
        rest = later;
        let Some(during) = Interval::new(first.body.span.start, end) else { continue };
        if during.minutes() > max_min {
            found.push(finding(window, setting, stretch, during, max_min));
        }
    }
}

fn finding(
    window: &Window<'_>,
    setting: &Setting<'_>,
    stretch: &[&Shift],
    during: Interval,
    max_min: i64,
) -> Finding {
    let change = window.agent.zone.clock_change_min(during);
    setting
        .finding(window.agent)
        .about(stretch.iter().map(|shift| Subject::Shift(shift.id.clone())))
        .during(Some(during))
        .measured_min(during.minutes(), max_min)
        .with_clock_change(change)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn twelve_hours_are_allowed() {
        check_rule(
            Kind::MaxConsecutiveHours,
            "
            site Europe/Paris
            ana mon 08:00-20:00
            ",
            expect![""],
        );
    }

    #[test]
    fn twelve_hours_and_a_minute_are_not() {
        check_rule(
            Kind::MaxConsecutiveHours,
            "
            site Europe/Paris
            ana mon 08:00-20:01 12:00-14:00 lunch
            ",
            expect![[r#"
                block MAX_CONSECUTIVE_HOURS ana [ana-mon] mon 08:00-20:01 721/720 min
            "#]],
        );
    }

    #[test]
    fn shifts_that_touch_are_one_stretch_of_work() {
        check_rule(
            Kind::MaxConsecutiveHours,
            "
            site Europe/Paris
            ana mon 08:00-14:00
            ana mon 14:00-20:30
            ",
            expect![[r#"
                block MAX_CONSECUTIVE_HOURS ana [ana-mon, ana-mon-2] mon 08:00-20:30 750/720 min
            "#]],
        );
    }

    #[test]
    fn a_minute_between_two_shifts_ends_the_stretch() {
        check_rule(
            Kind::MaxConsecutiveHours,
            "
            site Europe/Paris
            ana mon 08:00-14:00
            ana mon 14:01-20:30
            ",
            expect![""],
        );
    }

    #[test]
    fn a_shift_inside_another_does_not_end_the_stretch_early() {
        check_rule(
            Kind::MaxConsecutiveHours,
            "
            site Europe/Paris
            ana mon 06:00-16:00 id=long
            ana mon 07:00-08:00 id=inside
            ana mon 15:00-19:00 id=late
            ",
            expect![[r#"
                block MAX_CONSECUTIVE_HOURS ana [inside, late, long] mon 06:00-19:00 780/720 min
            "#]],
        );
    }

    #[test]
    fn a_night_with_the_clocks_put_back_is_an_hour_longer() {
        check_rule(
            Kind::MaxConsecutiveHours,
            "
            site Europe/Paris week 2026-10-19
            ana sat 18:00-06:00
            ben sat 18:00-05:00
            ",
            expect![[r#"
                block MAX_CONSECUTIVE_HOURS ana [ana-sat] sat 18:00-06:00 780/720 min clock +60
            "#]],
        );
    }

    #[test]
    fn a_night_with_the_clocks_put_forward_is_an_hour_shorter() {
        check_rule(
            Kind::MaxConsecutiveHours,
            "
            site Europe/Paris week 2026-03-23
            ana sat 18:00-07:00
            ben sat 18:00-07:01
            ",
            expect![[r#"
                block MAX_CONSECUTIVE_HOURS ben [ben-sat] sat 18:00-07:01 721/720 min clock -60
            "#]],
        );
    }
}
