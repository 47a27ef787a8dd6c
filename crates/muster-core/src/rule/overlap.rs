//! `SHIFT_OVERLAP`: nobody works two shifts at once.
//!
//! Two shifts of one agent share time, also over midnight and between weeks. Shifts that touch
//! (one ends when the other starts) are fine. The magnitude is the shared minutes.

use crate::conflict::{Finding, Subject};
use crate::instant::Interval;
use crate::rule::{Setting, Window};

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    for (n, first) in window.shifts.iter().enumerate() {
        let shared = |second: &Interval| first.interval().intersection(*second);
        for second in &window.shifts[n + 1..] {
            if second.body.span.start >= first.body.span.end() {
                break;
            }
            let Some(both) = shared(&second.interval()) else { continue };
            found.push(
                setting
                    .finding(window.agent)
                    .about([Subject::Shift(first.id.clone()), Subject::Shift(second.id.clone())])
                    .during(Some(both))
                    .measured_min(both.minutes().max(1), 0),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn shifts_that_touch_share_no_time() {
        check_rule(
            Kind::ShiftOverlap,
            "
            site Europe/Paris
            ana mon 09:00-13:00
            ana mon 13:00-17:00
            ",
            expect![""],
        );
    }

    #[test]
    fn one_shared_minute_is_an_overlap() {
        check_rule(
            Kind::ShiftOverlap,
            "
            site Europe/Paris
            ana mon 09:00-13:01
            ana mon 13:00-17:00
            ",
            expect![[r#"
                block SHIFT_OVERLAP ana [ana-mon, ana-mon-2] mon 13:00-13:01 1 min
            "#]],
        );
    }

    #[test]
    fn a_night_overlaps_the_morning_after_and_weeks_do_not_matter() {
        check_rule(
            Kind::ShiftOverlap,
            "
            site Europe/Paris
            ana sun 22:00-06:00
            ana 2026-03-23 05:30-09:00
            ",
            expect![[r#"
                block SHIFT_OVERLAP ana [ana-2026-03-23, ana-sun] 2026-03-23 05:30-06:00 30 min
            "#]],
        );
    }

    #[test]
    fn every_pair_is_told_once_also_behind_a_shift_that_contains_others() {
        check_rule(
            Kind::ShiftOverlap,
            "
            site Europe/Paris
            ana mon 08:00-20:00 id=long
            ana mon 09:00-10:00 id=early
            ana mon 19:00-21:00 id=late
            ",
            expect![[r#"
                block SHIFT_OVERLAP ana [early, long] mon 09:00-10:00 60 min
                block SHIFT_OVERLAP ana [late, long] mon 19:00-20:00 60 min
            "#]],
        );
    }

    #[test]
    fn two_agents_may_work_at_the_same_time() {
        check_rule(
            Kind::ShiftOverlap,
            "
            site Europe/Paris
            ana mon 09:00-17:00
            ben mon 09:00-17:00
            ",
            expect![""],
        );
    }

    #[test]
    fn an_hour_that_comes_twice_is_two_hours() {
        check_rule(
            Kind::ShiftOverlap,
            "
            site Europe/Paris week 2026-10-19
            # 02:00-03:00 comes twice: the first shift ends and the others begin in different ones
            ana sun 00:00-02:30 id=first
            ana sun 02:30*-06:00 id=second
            ana sun 02:15*-02:20* id=third
            ",
            expect![""],
        );
    }
}
