//! `FORBIDDEN_HOURS`: no work between two times of day, `from` and `until`, on the agent's clock.
//!
//! Meant for minors (94/33/EC Art. 9 closes the night to them), by a setting whose scope they are,
//! and for whoever has agreed not to work late. The magnitude is the minutes of work that lie
//! there.

use crate::conflict::{Finding, Subject};
use crate::instant::Interval;
use crate::rule::night_hours::daily;
use crate::rule::{Allowed, Param, Setting, Window};

pub(super) const PARAMS: &[Param] = &[
    Param { name: "from", allowed: Allowed::Time { default: jiff::civil::time(22, 0, 0, 0) } },
    Param { name: "until", allowed: Allowed::Time { default: jiff::civil::time(6, 0, 0, 0) } },
];

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let (from, until) = (setting.time("from"), setting.time("until"));
    for shift in window.shifts.iter().filter(|shift| window.is_touched(shift)) {
        let places = daily(&window.agent.zone, shift.interval(), from, until);
        let inside: Vec<Interval> =
            places.filter_map(|place| place.intersection(shift.interval())).collect();
        let shared_min: i64 = inside.iter().map(|place| place.minutes()).sum();
        if shared_min > 0 {
            let finding = setting
                .finding(window.agent)
                .about([Subject::Shift(shift.id.clone())])
                .during(inside.first().copied());
            found.push(finding.measured_min(shared_min, 0));
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn minors_do_not_work_at_night_and_adults_may() {
        check_rule(
            Kind::ForbiddenHours,
            "
            site Europe/Paris
            rule FORBIDDEN_HOURS off
            rule FORBIDDEN_HOURS block for=minors
            ana is minor=2026-03-17
            ana mon 14:00-22:00
            ana tue 14:00-22:01
            ana wed 14:00-23:00
            ben mon 22:00-06:00
            ",
            expect![[r#"
                block FORBIDDEN_HOURS ana [ana-tue] tue 22:00-22:01 1 min
            "#]],
        );
    }

    #[test]
    fn both_ends_of_a_night_count() {
        check_rule(
            Kind::ForbiddenHours,
            "
            site Europe/Paris
            rule FORBIDDEN_HOURS warn
            ana mon 05:00-22:30
            ",
            expect![[r#"
                warn FORBIDDEN_HOURS ana [ana-mon] mon 05:00-06:00 90 min
            "#]],
        );
    }

    #[test]
    fn hours_of_the_day_may_be_closed_too() {
        check_rule(
            Kind::ForbiddenHours,
            "
            site Asia/Singapore
            rule FORBIDDEN_HOURS info from=12:00 until=14:00
            ana mon 09:00-12:00
            ana mon 14:00-18:00
            ben mon 09:00-12:30
            ",
            expect![[r#"
                info FORBIDDEN_HOURS ben [ben-mon] mon 12:00-12:30 30 min
            "#]],
        );
    }
}
