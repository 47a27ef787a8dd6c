//! Planning periods of some weeks, for the rules that sum over them.
//!
//! Periods follow each other from the `anchor`, a day on which one begins.

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
    let length = weeks * 7;
    let nth = |at| Zone::days_between(anchor, zone.date(at)).div_euclid(length);
    let mut all: Vec<i64> = places.map(nth).collect();
    all.sort_unstable();
    all.dedup();
    let day = |nth: i64, of_it: i64| Zone::days_after(anchor, nth * length + of_it);
    all.into_iter().filter_map(|nth| Some((day(nth, 0)?, day(nth, length - 1)?))).collect()
}
