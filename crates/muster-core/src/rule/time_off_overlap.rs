//! `TIME_OFF_APPROVED_OVERLAP` and `TIME_OFF_PENDING_OVERLAP`: work on a day somebody wants off.
//!
//! Both look at the same thing, a shift that shares time with a request, and differ in where the
//! request stands. A finding gates a command only when the command newly places work there or
//! makes it more: where the shift lay before the time off was approved, the overlay masks it. The
//! magnitude is the shared minutes.

use crate::conflict::{Finding, Subject};
use crate::rule::{Setting, Window};
use crate::time_off::TimeOffStatus;

pub(super) fn approved(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    check(window, setting, TimeOffStatus::Approved, found);
}

pub(super) fn pending(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    check(window, setting, TimeOffStatus::Pending, found);
}

fn check(
    window: &Window<'_>,
    setting: &Setting<'_>,
    status: TimeOffStatus,
    found: &mut Vec<Finding>,
) {
    for time_off in window.time_off() {
        if time_off.status != status {
            continue;
        }
        for shift in &window.shifts {
            let shared_min = time_off.request.overlap_min(shift.interval());
            if shared_min == 0 {
                continue;
            }
            let during = time_off.request.hull().and_then(|h| h.intersection(shift.interval()));
            found.push(
                setting
                    .finding(window.agent)
                    .about([
                        Subject::Shift(shift.id.clone()),
                        Subject::TimeOff(time_off.request.id.clone()),
                    ])
                    .during(during)
                    .measured_min(shared_min, 0),
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
    fn time_off_that_touches_a_shift_is_in_nobodys_way() {
        check_rule(
            Kind::TimeOffApprovedOverlap,
            "
            site Europe/Paris
            ana mon 09:00-17:00
            ana off mon 17:00-20:00 approved
            ana off mon 08:00-09:00 approved id=early
            ",
            expect![""],
        );
    }

    #[test]
    fn one_minute_of_approved_time_off_is_told() {
        check_rule(
            Kind::TimeOffApprovedOverlap,
            "
            site Europe/Paris
            ana mon 09:00-17:00
            ana off mon 16:59-20:00 approved
            ",
            expect![[r#"
                block TIME_OFF_APPROVED_OVERLAP ana [ana-mon, ana-off-mon] mon 16:59-17:00 1 min
            "#]],
        );
    }

    #[test]
    fn a_night_runs_into_the_day_off_that_follows() {
        check_rule(
            Kind::TimeOffApprovedOverlap,
            "
            site Europe/Paris
            ana mon 22:00-06:00
            ana off tue approved
            ",
            expect![[r#"
                block TIME_OFF_APPROVED_OVERLAP ana [ana-mon, ana-off-tue] tue 00:00-06:00 360 min
            "#]],
        );
    }

    #[test]
    fn pending_denied_and_canceled_requests_are_not_approved() {
        check_rule(
            Kind::TimeOffApprovedOverlap,
            "
            site Europe/Paris
            ana mon 09:00-17:00
            ana off mon 09:00-10:00 pending
            ana off mon 10:00-11:00 denied id=two
            ana off mon 11:00-12:00 canceled id=three
            ",
            expect![""],
        );
    }

    #[test]
    fn only_pending_requests_are_pending() {
        check_rule(
            Kind::TimeOffPendingOverlap,
            "
            site Europe/Paris
            ana mon 09:00-17:00
            ana off mon 09:00-10:00 pending
            ana off mon 10:00-11:00 approved id=two
            ana off mon 11:00-12:00 denied id=three
            ",
            expect![[r#"
                ack TIME_OFF_PENDING_OVERLAP ana [ana-mon, ana-off-mon] mon 09:00-10:00 60 min
            "#]],
        );
    }

    #[test]
    fn a_day_off_is_a_day_of_the_agents_zone() {
        check_rule(
            Kind::TimeOffApprovedOverlap,
            "
            site Europe/Paris week 2026-03-23
            # Tuesday in Singapore is Monday 17:00 to Tuesday 17:00 in Paris
            ana is zone=Asia/Singapore
            ana off tue approved
            ana mon 09:00-17:30
            ana tue 17:00-22:00
            ",
            expect![[r#"
                block TIME_OFF_APPROVED_OVERLAP ana [ana-mon, ana-off-tue] mon 17:00-17:30 30 min
            "#]],
        );
    }
}
