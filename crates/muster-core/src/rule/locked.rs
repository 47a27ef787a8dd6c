//! `PERIOD_LOCKED`: shifts up to and with the day `through` stay as they are.
//!
//! For weeks that have been paid, or are being paid. A shift belongs to the day of its start, in
//! the unit's zone; neither may a locked one be changed, nor another be moved there. The magnitude
//! is the days by which it lies before the end of the lock.

use crate::conflict::{Finding, Measure, Subject};
use crate::rule::{Allowed, Param, Setting, ShiftChange};
use crate::zone::Zone;

pub(super) const PARAMS: &[Param] =
    &[Param { name: "through", allowed: Allowed::Date { default: jiff::civil::date(1, 1, 1) } }];

pub(super) fn check(change: &ShiftChange<'_>, setting: &Setting<'_>) -> Option<Finding> {
    let through = setting.date("through");
    let bodies = [change.before, change.after].into_iter().flatten();
    let first = bodies.min_by_key(|body| body.span.start)?;
    let date = change.unit.zone.date(first.span.start);
    let days = Zone::days_between(date, through);
    (days >= 0).then(|| {
        setting
            .finding(change.agent)
            .about([Subject::Shift(change.shift.clone())])
            .during(Some(first.interval()))
            .measured(Measure::Days, days + 1, 0)
    })
}
