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

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn as_many_hours_as_the_limit_are_allowed() {
        check_rule(
            Kind::MaxHoursWeek,
            "
            site Europe/Paris
            rule MAX_HOURS_WEEK warn maxMinutes=960
            ana mon 09:00-17:00
            ana tue 09:00-17:00
            ",
            expect![""],
        );
    }

    #[test]
    fn a_minute_more_is_too_much() {
        check_rule(
            Kind::MaxHoursWeek,
            "
            site Europe/Paris
            rule MAX_HOURS_WEEK warn maxMinutes=960
            ana mon 09:00-17:00
            ana tue 09:00-17:01
            ",
            expect![[r#"
                warn MAX_HOURS_WEEK ana [ana-mon, ana-tue] mon 00:00-00:00 [10080] 961/960 min
            "#]],
        );
    }

    #[test]
    fn unpaid_activities_do_not_count_and_paid_ones_do() {
        check_rule(
            Kind::MaxHoursWeek,
            "
            site Europe/Paris
            rule MAX_HOURS_WEEK warn maxMinutes=450
            ana mon 09:00-17:00 12:00-12:30 lunch 15:00-15:15 break
            ben mon 09:00-17:00 12:00-12:29 lunch
            ",
            expect![[r#"
                warn MAX_HOURS_WEEK ben [ben-mon] mon 00:00-00:00 [10080] 451/450 min
            "#]],
        );
    }

    #[test]
    fn a_shift_counts_in_the_week_it_starts_in() {
        check_rule(
            Kind::MaxHoursWeek,
            "
            site Europe/Paris
            rule MAX_HOURS_WEEK warn maxMinutes=479
            ana sun 22:00-06:00
            ana 2026-03-15 22:00-06:00
            ",
            expect![[r#"
                warn MAX_HOURS_WEEK ana [ana-sun] mon 00:00-00:00 [10080] 480/479 min
            "#]],
        );
    }

    #[test]
    fn a_week_may_start_on_sunday() {
        check_rule(
            Kind::MaxHoursWeek,
            "
            site America/Chicago start sunday
            rule MAX_HOURS_WEEK warn maxMinutes=480
            # Sunday the 15th and Monday the 16th are one week, Sunday the 22nd is the next
            ana 2026-03-15 09:00-17:00 id=one
            ana mon 09:00-17:00 id=two
            ana sun 09:00-17:00
            ",
            expect![[r#"
                warn MAX_HOURS_WEEK ana [one, two] 2026-03-15 00:00-00:00 [10080] 960/480 min
            "#]],
        );
    }

    #[test]
    fn a_short_week_is_told_with_what_the_clocks_took() {
        check_rule(
            Kind::MinHoursWeek,
            "
            site Europe/Paris week 2026-03-23
            rule MIN_HOURS_WEEK warn minMinutes=480
            ana sat 22:00-06:00
            ",
            expect![[r#"
                warn MIN_HOURS_WEEK ana [ana-sat] mon 00:00-00:00 [10020] 420/480 min clock -60
            "#]],
        );
    }

    #[test]
    fn a_week_just_long_enough_is_not_short() {
        check_rule(
            Kind::MinHoursWeek,
            "
            site Europe/Paris
            rule MIN_HOURS_WEEK warn minMinutes=480
            ana mon 09:00-17:00
            ben mon 09:00-16:59
            ",
            expect![[r#"
                warn MIN_HOURS_WEEK ben [ben-mon] mon 00:00-00:00 [10080] 479/480 min
            "#]],
        );
    }

    #[test]
    fn a_week_without_any_shift_is_not_short() {
        check_rule(
            Kind::MinHoursWeek,
            "
            site Europe/Paris
            rule MIN_HOURS_WEEK warn minMinutes=480
            ana is contract=none
            ",
            expect![""],
        );
    }
}
