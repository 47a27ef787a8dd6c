//! Planning periods of some weeks, for the rules that sum over them.
//!
//! Periods follow each other from the `anchor`, a day on which one begins.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::instant::Instant;
use crate::rule::{Allowed, Param, Setting, Window, number};
use crate::zone::Zone;

/// How long a period is.
pub(super) const WEEKS: Param = number("weeks", 4, (1, 52));
/// A day on which a period begins.
pub(super) const ANCHOR: Param =
    Param { name: "anchor", allowed: Allowed::Date { default: jiff::civil::date(2026, 1, 5) } };

/// The first and the last days of the periods that the touched stretch, the day before it and the
/// shifts around it lie in, as days of a zone.
pub(super) fn touched(
    window: &Window<'_>,
    setting: &Setting<'_>,
    zone: &Zone,
) -> Vec<(Date, Date)> {
    let (weeks, anchor) = (setting.number("weeks"), setting.date("anchor"));
    let hull = window.hull;
    let ends = [hull.start().plus_days(-1), hull.start(), Instant::from_ms(hull.end().ms() - 1)];
    let places = window.shifts.iter().map(|shift| shift.body.span.start).chain(ends);
    let firsts: BTreeSet<Date> =
        places.filter_map(|at| first_day(anchor, weeks, zone.date(at))).collect();
    let days = jiff::Span::new().days(weeks * 7 - 1);
    firsts.into_iter().filter_map(|first| Some((first, first.checked_add(days).ok()?))).collect()
}

/// The first day of the period that a day lies in.
fn first_day(anchor: Date, weeks: i64, day: Date) -> Option<Date> {
    let since = i64::from(day.since((jiff::Unit::Day, anchor)).ok()?.get_days());
    day.checked_sub(jiff::Span::new().days(since.rem_euclid(weeks * 7))).ok()
}
