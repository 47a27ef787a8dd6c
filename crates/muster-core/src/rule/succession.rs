//! `SUCCESSION_FORBIDDEN`: no shift of a type in `next` starts on the civil day after one of a type
//! in `first`, in the agent's zone.
//!
//! Types are tags `type:NAME`; where a parameter lists none, it means every shift. Several rules
//! of this kind under different names hold beside each other: nothing but a night after a night
//! (`first: night`, `next: early,late`), no early shift after a late one. How many hours lie
//! between is for [`super::rest_time`].

use crate::conflict::{Finding, Subject};
use crate::instant::Interval;
use crate::rule::shift_type::{Types, types};
use crate::rule::{Param, Setting, Window};
use crate::shift::Shift;

pub(super) const PARAMS: &[Param] = &[types("first"), types("next")];

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let (firsts, nexts) = (Types::of(setting, "first"), Types::of(setting, "next"));
    let zone = &window.agent.zone;
    for (n, next) in window.shifts.iter().enumerate() {
        let Ok(yesterday) = next.first_day(zone).yesterday() else { continue };
        if !nexts.has(next) {
            continue;
        }
        let before = window.shifts[..n].iter().rev();
        let near = before.take_while(|shift| shift.first_day(zone) >= yesterday);
        let first = near.filter(|shift| shift.first_day(zone) == yesterday && firsts.has(shift));
        for first in first {
            if window.is_touched(first) || window.is_touched(next) {
                found.push(finding(window, setting, first, next));
            }
        }
    }
}

fn finding(window: &Window<'_>, setting: &Setting<'_>, first: &Shift, next: &Shift) -> Finding {
    let shifts = [first, next].map(|shift| Subject::Shift(shift.id.clone()));
    let during = Interval::new(first.body.span.start, next.body.span.end());
    setting.finding(window.agent).about(shifts).during(during)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn a_type_may_not_follow_another_on_the_next_day() {
        check_rule(
            Kind::SuccessionForbidden,
            "
            site Europe/Paris
            rule SUCCESSION_FORBIDDEN block as=late first=late next=early,day
            ana mon 14:00-22:00 +type:late
            ana tue 06:00-14:00 +type:early
            ben mon 14:00-22:00 +type:late
            ben tue 14:00-22:00 +type:late
            ben thu 06:00-14:00 +type:early
            cleo mon 06:00-14:00 +type:early
            cleo mon 16:00-22:00 +type:late
            cleo tue 06:00-14:00
            ",
            expect![[r#"
                block SUCCESSION_FORBIDDEN ana (late) [ana-mon, ana-tue] mon 14:00-14:00
            "#]],
        );
    }

    #[test]
    fn the_next_day_is_a_civil_day_over_midnight_and_the_weeks_end() {
        check_rule(
            Kind::SuccessionForbidden,
            "
            site Europe/Paris week 2026-03-23
            rule SUCCESSION_FORBIDDEN block first=night
            ana 2026-03-22 20:00-23:59 +type:night
            ana mon 00:00-01:00
            ben sat 22:00-06:00 +type:night
            ben sun 22:00-06:00
            cleo tue 22:00-06:00 +type:night
            cleo thu 00:00-08:00
            ",
            expect![[r#"
                block SUCCESSION_FORBIDDEN ana [ana-2026-03-22, ana-mon] 2026-03-22 20:00-01:00
                block SUCCESSION_FORBIDDEN ben [ben-sat, ben-sun] sat 22:00-06:00 [1860]
            "#]],
        );
    }

    #[test]
    fn a_day_without_a_midnight_comes_next_as_well() {
        check_rule(
            Kind::SuccessionForbidden,
            "
            site Africa/Cairo week 2026-04-20
            rule SUCCESSION_FORBIDDEN warn first=late next=early
            ana thu 14:00-22:00 +type:late
            ana fri 06:00-14:00 +type:early
            ",
            expect![[r#"
                warn SUCCESSION_FORBIDDEN ana [ana-fri, ana-thu] thu 14:00-14:00
            "#]],
        );
    }
}
