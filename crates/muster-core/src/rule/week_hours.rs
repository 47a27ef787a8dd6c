//! `MAX_HOURS_WEEK` and `MIN_HOURS_WEEK`: paid time in a planning week.
//!
//! A shift counts in the week of its start, in the unit's zone, with its paid elapsed minutes.
//! When a clock change makes shifts of the week longer or shorter than they look, the finding
//! carries by how much, so that nobody takes a short night for a short shift. A week without any
//! shift is not short. The magnitude is the minutes beyond the limit.

use crate::conflict::{Finding, Kind, Subject};
use crate::instant::Interval;
use crate::rule::{Setting, Window};
use crate::shift::Shift;

pub(super) fn most(window: &Window<'_>, setting: &Setting, found: &mut Vec<Finding>) {
    let limit_min = setting.param(Kind::MaxHoursWeek, "maxMinutes");
    check(window, setting, Kind::MaxHoursWeek, limit_min, |paid| paid > limit_min, found);
}

pub(super) fn least(window: &Window<'_>, setting: &Setting, found: &mut Vec<Finding>) {
    let limit_min = setting.param(Kind::MinHoursWeek, "minMinutes");
    check(window, setting, Kind::MinHoursWeek, limit_min, |paid| paid < limit_min, found);
}

fn check(
    window: &Window<'_>,
    setting: &Setting,
    kind: Kind,
    limit_min: i64,
    is_broken: impl Fn(i64) -> bool,
    found: &mut Vec<Finding>,
) {
    for week in window.weeks() {
        let shifts: Vec<&Shift> = in_week(window, week).collect();
        let paid: i64 = shifts.iter().map(|shift| window.roster.paid_min(&shift.body)).sum();
        if shifts.is_empty() || !is_broken(paid) {
            continue;
        }
        let zone = &window.agent.zone;
        let change: i64 = shifts.iter().map(|s| zone.clock_change_min(s.interval())).sum();
        let mut finding = Finding::new(kind, setting.severity, Some(&window.agent.id))
            .during(Some(week))
            .measured_min(paid, limit_min);
        finding.clock_change_min = (change != 0).then_some(change);
        finding.subjects = shifts.iter().map(|s| Subject::Shift(s.id.clone())).collect();
        finding.subjects.sort();
        found.push(finding);
    }
}

fn in_week<'a>(window: &Window<'a>, week: Interval) -> impl Iterator<Item = &'a Shift> {
    window.shifts.iter().copied().filter(move |shift| week.contains(shift.body.span.start))
}
