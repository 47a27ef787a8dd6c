//! `TIME_OFF_APPROVED_OVERLAP` and `TIME_OFF_PENDING_OVERLAP`: work on a day somebody wants off.
//!
//! Both look at the same thing, a shift that shares time with a request, and differ in where the
//! request stands. A finding gates a command only when the command newly places work there or
//! makes it more: where the shift lay before the time off was approved, the overlay masks it. The
//! magnitude is the shared minutes.

use crate::conflict::{Finding, Kind, Subject};
use crate::rule::{Setting, Window};
use crate::time_off::TimeOffStatus;

pub(super) fn approved(window: &Window<'_>, setting: &Setting, found: &mut Vec<Finding>) {
    check(window, setting, TimeOffStatus::Approved, Kind::TimeOffApprovedOverlap, found);
}

pub(super) fn pending(window: &Window<'_>, setting: &Setting, found: &mut Vec<Finding>) {
    check(window, setting, TimeOffStatus::Pending, Kind::TimeOffPendingOverlap, found);
}

fn check(
    window: &Window<'_>,
    setting: &Setting,
    status: TimeOffStatus,
    kind: Kind,
    found: &mut Vec<Finding>,
) {
    for time_off in window.roster.time_off_of(&window.agent.id) {
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
                Finding::new(kind, setting.severity, Some(&window.agent.id))
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
