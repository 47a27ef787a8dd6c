//! `MAX_SHIFTS`: at most `maxShifts` shifts in a planning period of `weeks` weeks.
//!
//! `types` says which count, by their tags `type:NAME`; all do where it lists none. Several rules
//! of this kind under different names hold beside each other, one for each type. Periods follow
//! each other from the `anchor`, a day on which one begins, in the unit's zone; a shift counts in
//! the period of its start. The magnitude is the shifts beyond the limit.

use crate::conflict::{Finding, Measure, Subject};
use crate::rule::period::{self, ANCHOR, WEEKS};
use crate::rule::shift_type::{Types, types};
use crate::rule::{Param, Setting, Window, number};
use crate::shift::Shift;

pub(super) const PARAMS: &[Param] =
    &[number("maxShifts", 22, (0, 1_000)), types("types"), WEEKS, ANCHOR];

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let max = setting.number("maxShifts");
    let types = Types::of(setting, "types");
    let zone = &window.unit.zone;
    for (first, last) in period::touched(window, setting, zone) {
        let period = zone.days(first, last).filter(|period| period.overlaps(window.hull));
        let Some(period) = period else { continue };
        let all = window.shifts_starting(period);
        let counting: Vec<&Shift> = all.filter(|shift| types.has(shift)).collect();
        let count = i64::try_from(counting.len()).unwrap_or(i64::MAX);
        if count > max {
            let subjects = counting.iter().map(|shift| Subject::Shift(shift.id.clone()));
            let finding = setting.finding(window.agent).about(subjects).during(Some(period));
            found.push(finding.measured(Measure::Count, count, max));
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn as_many_shifts_as_the_limit_are_allowed() {
        check_rule(
            Kind::MaxShifts,
            "
            site Europe/Paris
            rule MAX_SHIFTS block maxShifts=2 weeks=1
            ana mon 08:00-12:00
            ana mon 14:00-18:00
            ana 2026-03-23 09:00-17:00
            ben mon 08:00-12:00
            ben mon 14:00-18:00
            ben sun 23:59-07:00
            ",
            expect![[r#"
                block MAX_SHIFTS ben [ben-mon, ben-mon-2, ben-sun] mon 00:00-00:00 [10080]
            "#]],
        );
    }

    #[test]
    fn each_type_has_its_own_limit_and_those_without_a_type_count_where_all_do() {
        check_rule(
            Kind::MaxShifts,
            "
            site Europe/Paris
            rule MAX_SHIFTS warn as=all maxShifts=2 weeks=1
            rule MAX_SHIFTS ack as=nights maxShifts=0 weeks=1 types=night,standby
            rule MAX_SHIFTS block as=days maxShifts=1 weeks=1 types=day
            ana mon 09:00-17:00 +type:day
            ana tue 22:00-06:00 +type:standby
            ana thu 09:00-17:00 +vip
            ",
            expect![[r#"
                ack MAX_SHIFTS ana (nights) [ana-tue] mon 00:00-00:00 [10080]
                warn MAX_SHIFTS ana (all) [ana-mon, ana-thu, ana-tue] mon 00:00-00:00 [10080]
            "#]],
        );
    }
}
