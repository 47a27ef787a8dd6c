//! `REST_TIME_SHORT`: between two shifts an agent rests at least `minRestMinutes`.
//!
//! Rest is elapsed time, not wall-clock time (EU Working Time Directive 2003/88/EC, Art. 3: eleven
//! consecutive hours): a clock change in the night shortens or lengthens it, and the finding says
//! so. Shifts that touch or overlap leave no rest between them and are one stretch of work
//! ([`super::consecutive_hours`]). The magnitude is the missing minutes.

use crate::conflict::{Finding, Subject};
use crate::instant::Interval;
use crate::rule::{Param, Setting, Window, number};
use crate::shift::Shift;

pub(super) const PARAMS: &[Param] = &[number("minRestMinutes", 660, (1, 2_880))];

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let min_rest_min = setting.number("minRestMinutes");
    let mut last: Option<&Shift> = None;
    for next in &window.shifts {
        if let Some(before) = last
            && let Some(rest) = Interval::new(before.body.span.end(), next.body.span.start)
            && rest.minutes() < min_rest_min
        {
            let change = window.agent.zone.clock_change_min(rest);
            found.push(
                setting
                    .finding(window.agent)
                    .about([Subject::Shift(before.id.clone()), Subject::Shift(next.id.clone())])
                    .during(Some(rest))
                    .measured_min(rest.minutes(), min_rest_min)
                    .with_clock_change(change),
            );
        }
        if last.is_none_or(|before| before.body.span.end() < next.body.span.end()) {
            last = Some(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn eleven_hours_of_rest_are_enough() {
        check_rule(
            Kind::RestTimeShort,
            "
            site Europe/Paris
            ana mon 12:00-20:00
            ana tue 07:00-15:00
            ",
            expect![""],
        );
    }

    #[test]
    fn one_minute_less_is_not() {
        check_rule(
            Kind::RestTimeShort,
            "
            site Europe/Paris
            ana mon 12:00-20:01
            ana tue 07:00-15:00
            ",
            expect![[r#"
                block REST_TIME_SHORT ana [ana-mon, ana-tue] mon 20:01-07:00 659/660 min
            "#]],
        );
    }

    #[test]
    fn shifts_that_touch_have_no_rest_between_them_to_be_short() {
        check_rule(
            Kind::RestTimeShort,
            "
            site Europe/Paris
            ana mon 09:00-13:00
            ana mon 13:00-17:00
            ",
            expect![""],
        );
    }

    #[test]
    fn rest_counts_from_whichever_shift_ends_last() {
        check_rule(
            Kind::RestTimeShort,
            "
            site Europe/Paris
            ana mon 08:00-22:00 id=long
            ana mon 09:00-10:00 id=inside
            ana tue 07:00-09:00
            ",
            expect![[r#"
                block REST_TIME_SHORT ana [ana-tue, long] mon 22:00-07:00 540/660 min
            "#]],
        );
    }

    #[test]
    fn a_skipped_hour_shortens_the_rest_that_the_clock_shows() {
        check_rule(
            Kind::RestTimeShort,
            "
            site Europe/Paris week 2026-03-23
            ana sat 12:00-20:00
            ana sun 07:00-15:00
            ",
            expect![[r#"
                block REST_TIME_SHORT ana [ana-sat, ana-sun] sat 20:00-07:00 600/660 min clock -60
            "#]],
        );
    }

    #[test]
    fn an_hour_that_comes_twice_makes_ten_hours_on_the_clock_eleven() {
        check_rule(
            Kind::RestTimeShort,
            "
            site Europe/Paris week 2026-10-19
            ana sat 13:00-21:00
            ana sun 07:00-15:00
            ",
            expect![""],
        );
    }

    #[test]
    fn half_an_hour_on_lord_howe_counts_as_half_an_hour() {
        check_rule(
            Kind::RestTimeShort,
            "
            site Australia/Lord_Howe week 2026-03-30
            ana sat 12:00-20:30
            ana sun 07:00-15:00
            ben sat 12:00-20:31
            ben sun 07:00-15:00
            ",
            expect![[r#"
                block REST_TIME_SHORT ben [ben-sat, ben-sun] sat 20:31-07:00 659/660 min clock +30
            "#]],
        );
    }

    #[test]
    fn a_unit_sets_its_own_rest() {
        check_rule(
            Kind::RestTimeShort,
            "
            site America/Chicago
            rule REST_TIME_SHORT ack minRestMinutes=600
            ana mon 12:00-20:59
            ana tue 07:00-15:00
            ben mon 12:00-21:01
            ben tue 07:00-15:00
            ",
            expect![[r#"
                ack REST_TIME_SHORT ben [ben-mon, ben-tue] mon 21:01-07:00 599/600 min
            "#]],
        );
    }
}
