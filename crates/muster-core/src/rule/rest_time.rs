//! `REST_TIME_SHORT`: between two shifts an agent rests at least `minRestMinutes`.
//!
//! Rest is elapsed time, not wall-clock time (EU Working Time Directive 2003/88/EC, Art. 3: eleven
//! consecutive hours): a clock change in the night shortens or lengthens it, and the finding says
//! so. Shifts that touch or overlap leave no rest between them and are one stretch of work
//! ([`super::consecutive_hours`]). The magnitude is the missing minutes.

use crate::conflict::{Finding, Kind, Subject};
use crate::instant::Interval;
use crate::rule::{Setting, Window};
use crate::shift::Shift;

pub(super) fn check(window: &Window<'_>, setting: &Setting, found: &mut Vec<Finding>) {
    let min_rest_min = setting.param(Kind::RestTimeShort, "minRestMinutes");
    let mut last: Option<&Shift> = None;
    for next in &window.shifts {
        if let Some(before) = last
            && let Some(rest) = Interval::new(before.body.span.end(), next.body.span.start)
            && rest.minutes() < min_rest_min
        {
            let change = window.agent.zone.clock_change_min(rest);
            let mut finding =
                Finding::new(Kind::RestTimeShort, setting.severity, Some(&window.agent.id))
                    .about([Subject::Shift(before.id.clone()), Subject::Shift(next.id.clone())])
                    .during(Some(rest))
                    .measured_min(rest.minutes(), min_rest_min);
            finding.clock_change_min = (change != 0).then_some(change);
            found.push(finding);
        }
        if last.is_none_or(|before| before.body.span.end() < next.body.span.end()) {
            last = Some(next);
        }
    }
}
