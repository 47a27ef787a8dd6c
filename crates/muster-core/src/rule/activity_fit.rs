//! `ACTIVITY_OUTSIDE_SHIFT`: every activity lies inside a shift.
//!
//! Found after merges and swaps: a shift was shortened below its break, or an activity bound to
//! the agent (a meeting, say) falls into no shift the agent works now. The magnitude is the
//! minutes that stick out.

use crate::conflict::{Finding, Subject};
use crate::instant::Interval;
use crate::rule::{Setting, Window};
use crate::shift::{Commitment, Shift};

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let new = || setting.finding(window.agent);
    for shift in &window.shifts {
        let outside_min = outside_min(shift);
        if outside_min > 0 {
            found.push(
                new()
                    .about([Subject::Shift(shift.id.clone())])
                    .during(Some(shift.interval()))
                    .measured_min(outside_min, 0),
            );
        }
    }
    for commitment in window.commitments_during(window.hull) {
        let interval = Interval::new(commitment.start, commitment.end());
        let outside_min = interval.map_or(0, |interval| uncovered_min(window, interval));
        if outside_min > 0 {
            found.push(
                new().about([subject(commitment)]).during(interval).measured_min(outside_min, 0),
            );
        }
    }
}

fn subject(commitment: &Commitment) -> Subject {
    Subject::Commitment(commitment.clone())
}

fn outside_min(shift: &Shift) -> i64 {
    let ends =
        shift.body.activities.iter().map(|a| i64::from(a.offset_min) + i64::from(a.length_min));
    ends.map(|end| end - i64::from(shift.body.span.length_min)).max().unwrap_or(0)
}

fn uncovered_min(window: &Window<'_>, interval: Interval) -> i64 {
    let best = window.shifts.iter().filter_map(|s| s.interval().intersection(interval));
    interval.minutes() - best.map(Interval::minutes).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn an_activity_that_ends_with_its_shift_fits() {
        check_rule(
            Kind::ActivityOutsideShift,
            "
            site Europe/Paris
            ana mon 09:00-17:00 16:30-17:00 break
            ",
            expect![""],
        );
    }

    #[test]
    fn an_activity_that_sticks_out_of_a_shortened_shift_is_told() {
        check_rule(
            Kind::ActivityOutsideShift,
            "
            site Europe/Paris
            ana mon 09:00-17:00 16:30-17:00 break [479]
            ",
            expect![[r#"
                block ACTIVITY_OUTSIDE_SHIFT ana [ana-mon] mon 09:00-16:59 1 min
            "#]],
        );
    }

    #[test]
    fn a_meeting_of_the_agent_that_fits_a_shift_is_well() {
        check_rule(
            Kind::ActivityOutsideShift,
            "
            site Europe/Paris
            ana mon 09:00-17:00
            ana own mon 09:00-10:00 meeting
            ana own mon 16:00-17:00 meeting
            ",
            expect![""],
        );
    }

    #[test]
    fn a_meeting_that_begins_before_the_shift_is_told() {
        check_rule(
            Kind::ActivityOutsideShift,
            "
            site Europe/Paris
            ana mon 09:00-17:00
            ana own mon 08:59-10:00 meeting
            ",
            expect![[r#"
                block ACTIVITY_OUTSIDE_SHIFT ana [mon 08:59-10:00 meeting] mon 08:59-10:00 1 min
            "#]],
        );
    }

    #[test]
    fn a_meeting_in_no_shift_is_told_whole() {
        check_rule(
            Kind::ActivityOutsideShift,
            "
            site Europe/Paris
            ana own tue 10:00-11:00 meeting
            ",
            expect![[r#"
                block ACTIVITY_OUTSIDE_SHIFT ana [tue 10:00-11:00 meeting] tue 10:00-11:00 60 min
            "#]],
        );
    }

    #[test]
    fn a_meeting_over_two_shifts_that_touch_fits_neither() {
        check_rule(
            Kind::ActivityOutsideShift,
            "
            site Europe/Paris
            ana mon 09:00-13:00
            ana mon 13:00-17:00
            ana own mon 12:45-13:15 meeting
            ",
            expect![[r#"
                block ACTIVITY_OUTSIDE_SHIFT ana [mon 12:45-13:15 meeting] mon 12:45-13:15 15 min
            "#]],
        );
    }
}
