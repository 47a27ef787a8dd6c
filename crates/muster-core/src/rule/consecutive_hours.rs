//! `MAX_CONSECUTIVE_HOURS`: nobody is at work for more than `maxMinutes` without going home.
//!
//! Shifts that touch or overlap are one stretch of work; breaks inside a shift do not interrupt
//! it. Elapsed time counts. The magnitude is the minutes beyond the limit.

use crate::conflict::{Finding, Kind, Subject};
use crate::instant::Interval;
use crate::rule::{Setting, Window};
use crate::shift::Shift;

pub(super) fn check(window: &Window<'_>, setting: &Setting, found: &mut Vec<Finding>) {
    let max_min = setting.param(Kind::MaxConsecutiveHours, "maxMinutes");
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
    setting: &Setting,
    stretch: &[&Shift],
    during: Interval,
    max_min: i64,
) -> Finding {
    let change = window.agent.zone.clock_change_min(during);
    let mut finding =
        Finding::new(Kind::MaxConsecutiveHours, setting.severity, Some(&window.agent.id))
            .about(stretch.iter().map(|shift| Subject::Shift(shift.id.clone())))
            .during(Some(during))
            .measured_min(during.minutes(), max_min);
    finding.clock_change_min = (change != 0).then_some(change);
    finding
}
