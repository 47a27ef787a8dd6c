//! `MAX_HOURS_AVERAGE`: at most `maxMinutes` a week on average over `weeks` weeks running.
//!
//! The reference period rolls (EU 2003/88/EC Art. 6 and 16: 48 hours over up to four months;
//! France: 44 hours over any twelve weeks): it may begin with any of the unit's weeks. A shift
//! counts in the week of its start; a week without shifts counts as nothing, so somebody who
//! joined lately is averaged over the whole period. The finding is about the worst of the
//! periods; its magnitude is the minutes a week beyond the limit.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::conflict::{Finding, Subject};
use crate::instant::Interval;
use crate::rule::counted::{COUNTED, Counted, average};
use crate::rule::{MINUTES_OF_WEEK, Param, Setting, Window, number};
use crate::shift::Shift;
use crate::zone::Zone;

pub(super) const PARAMS: &[Param] =
    &[number("maxMinutes", 2_880, MINUTES_OF_WEEK), number("weeks", 17, (2, 52)), COUNTED];

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let (max_min, weeks) = (setting.number("maxMinutes"), setting.number("weeks"));
    let counted = Counted::of(setting);
    let mut sums: BTreeMap<Date, (i64, Vec<&Shift>)> = BTreeMap::new();
    for shift in window.shifts_around(weeks * 7) {
        let week = sums.entry(window.unit.week_of(shift.body.span.start)).or_default();
        week.0 += counted.minutes(window, shift);
        week.1.push(shift);
    }
    let periods = sums.keys().filter_map(|last| period(window, &sums, *last, weeks));
    let worst = periods.max_by_key(|(period, sum, _)| (*sum, std::cmp::Reverse(*period)));
    let Some((period, sum, shifts)) = worst else { return };
    let average = average(sum, weeks);
    if average > max_min {
        let subjects = shifts.into_iter().map(|shift| Subject::Shift(shift.id.clone()));
        let finding = setting.finding(window.agent).about(subjects).during(Some(period));
        found.push(finding.measured_min(average, max_min));
    }
}

/// The period that ends with a week, if it was touched; its sum, and the shifts of its longest
/// week: those to look at first.
fn period<'a>(
    window: &Window<'_>,
    sums: &BTreeMap<Date, (i64, Vec<&'a Shift>)>,
    last: Date,
    weeks: i64,
) -> Option<(Interval, i64, Vec<&'a Shift>)> {
    let first = Zone::days_after(last, -7 * (weeks - 1))?;
    let end = Zone::days_after(last, 6)?;
    let period = window.unit.zone.days(first, end)?;
    if !period.overlaps(window.hull) {
        return None;
    }
    let inside = || sums.range(first..=last).map(|(_, week)| week);
    let longest = inside().max_by_key(|(sum, _)| *sum)?;
    Some((period, inside().map(|(sum, _)| sum).sum(), longest.1.clone()))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn a_long_week_is_made_up_for_by_a_short_one_next_to_it() {
        check_rule(
            Kind::MaxHoursAverage,
            "
            site Europe/Paris
            rule MAX_HOURS_AVERAGE block maxMinutes=480 weeks=2
            ana mon 08:00-20:00
            ana 2026-03-23 08:00-12:00
            ana 2026-03-09 08:00-12:00
            ben mon 08:00-20:00
            ben 2026-03-23 08:00-12:01
            ben 2026-03-09 08:00-12:00
            ",
            expect![[r#"
                block MAX_HOURS_AVERAGE ben [ben-mon] mon 00:00-00:00 [20100] 481/480 min
            "#]],
        );
    }

    #[test]
    fn the_period_may_begin_before_or_after_the_week_that_is_looked_at() {
        check_rule(
            Kind::MaxHoursAverage,
            "
            site Europe/Paris
            rule MAX_HOURS_AVERAGE warn maxMinutes=400 weeks=2
            ana mon 08:00-16:00
            ana 2026-03-09 08:00-16:00
            ana 2026-03-02 08:00-20:00
            ",
            expect![[r#"
                warn MAX_HOURS_AVERAGE ana [ana-mon] 2026-03-09 00:00-00:00 [20160] 480/400 min
            "#]],
        );
    }
}
