//! `SHIFT_OVERLAP`: nobody works two shifts at once.
//!
//! Two shifts of one agent share time, also over midnight and between weeks. Shifts that touch
//! (one ends when the other starts) are fine. The magnitude is the shared minutes.

use crate::conflict::{Finding, Kind, Subject};
use crate::instant::Interval;
use crate::rule::{Setting, Window};

pub(super) fn check(window: &Window<'_>, setting: &Setting, found: &mut Vec<Finding>) {
    for (n, first) in window.shifts.iter().enumerate() {
        let shared = |second: &Interval| first.interval().intersection(*second);
        for second in &window.shifts[n + 1..] {
            if second.body.span.start >= first.body.span.end() {
                break;
            }
            let Some(both) = shared(&second.interval()) else { continue };
            found.push(
                Finding::new(Kind::ShiftOverlap, setting.severity, Some(&window.agent.id))
                    .about([Subject::Shift(first.id.clone()), Subject::Shift(second.id.clone())])
                    .during(Some(both))
                    .measured_min(both.minutes().max(1), 0),
            );
        }
    }
}
