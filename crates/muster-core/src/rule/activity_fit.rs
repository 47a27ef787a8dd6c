//! `ACTIVITY_OUTSIDE_SHIFT`: every activity lies inside a shift.
//!
//! Found after merges and swaps: a shift was shortened below its break, or an activity bound to
//! the agent (a meeting, say) falls into no shift the agent works now. The magnitude is the
//! minutes that stick out.

use crate::conflict::{Finding, Kind, Subject};
use crate::instant::Interval;
use crate::rule::{Setting, Window};
use crate::shift::{Commitment, Shift};

pub(super) fn check(window: &Window<'_>, setting: &Setting, found: &mut Vec<Finding>) {
    let new = || Finding::new(Kind::ActivityOutsideShift, setting.severity, Some(&window.agent.id));
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
    for commitment in window.roster.commitments_of(&window.agent.id, window.hull) {
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
    let ends = shift.body.activities.iter().map(|a| a.offset_min + a.length_min);
    ends.map(|end| i64::from(end) - i64::from(shift.body.span.length_min)).max().unwrap_or(0)
}

fn uncovered_min(window: &Window<'_>, interval: Interval) -> i64 {
    let best = window.shifts.iter().filter_map(|s| s.interval().intersection(interval));
    interval.minutes() - best.map(Interval::minutes).max().unwrap_or(0)
}
