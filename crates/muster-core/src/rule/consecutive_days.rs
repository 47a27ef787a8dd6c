//! `MAX_CONSECUTIVE_DAYS` and `MIN_CONSECUTIVE_DAYS`: nobody works on more than `maxDays` civil
//! days running, or on fewer than `minDays`.
//!
//! A day is worked when a shift starts on it, in the agent's zone: a night does not make two days.
//! A run is too short only where both its ends are known: next to a week in which nothing has
//! happened it may yet grow. The magnitude is the days beyond the limit.

use jiff::civil::Date;

use crate::conflict::{Finding, Measure, Subject};
use crate::instant::Interval;
use crate::rule::{Param, Setting, Window, number};
use crate::shift::Shift;
use crate::zone::Zone;

const DAYS: (i64, i64) = (1, 60);

pub(super) const MOST: &[Param] = &[number("maxDays", 6, DAYS)];
pub(super) const LEAST: &[Param] = &[number("minDays", 2, DAYS)];

pub(super) fn most(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let max_days = setting.number("maxDays");
    for run in runs(window, max_days) {
        let during = run.days(window);
        if run.length() > max_days && during.is_some_and(|days| days.overlaps(window.hull)) {
            found.push(run.finding(window, setting, max_days));
        }
    }
}

pub(super) fn least(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let min_days = setting.number("minDays");
    for run in runs(window, min_days) {
        if run.length() >= min_days {
            continue;
        }
        let (Ok(before), Ok(after)) = (run.first.yesterday(), run.last.tomorrow()) else {
            continue;
        };
        // What is taken away next to a run shortens it.
        let around = window.agent.zone.days(before, after);
        let is_touched = around.is_some_and(|days| days.overlaps(window.hull));
        if is_touched && window.knows(before) && window.knows(after) {
            found.push(run.finding(window, setting, min_days));
        }
    }
}

/// Days of work without a day off between them.
struct Run<'a> {
    first: Date,
    last: Date,
    shifts: Vec<&'a Shift>,
}

/// The runs in and around the touched stretch; those that begin or end beyond it are longer than
/// `days` where they are cut off.
fn runs<'a>(window: &Window<'a>, days: i64) -> Vec<Run<'a>> {
    let zone = &window.agent.zone;
    let mut runs: Vec<Run<'_>> = Vec::new();
    for shift in window.shifts_around(days + 2) {
        let date = shift.first_day(zone);
        match runs.last_mut() {
            Some(run) if run.last == date || run.last.tomorrow().ok() == Some(date) => {
                run.last = date;
                run.shifts.push(shift);
            }
            _ => runs.push(Run { first: date, last: date, shifts: vec![shift] }),
        }
    }
    runs
}

impl Run<'_> {
    fn length(&self) -> i64 {
        Zone::days_between(self.first, self.last) + 1
    }

    fn days(&self, window: &Window<'_>) -> Option<Interval> {
        window.agent.zone.days(self.first, self.last)
    }

    fn finding(&self, window: &Window<'_>, setting: &Setting<'_>, limit: i64) -> Finding {
        let shifts = self.shifts.iter().map(|shift| Subject::Shift(shift.id.clone()));
        let finding = setting.finding(window.agent).about(shifts).during(self.days(window));
        finding.measured(Measure::Days, self.length(), limit)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    fn days(count: usize) -> String {
        let all = ["sat", "sun", "2026-03-23", "2026-03-24", "2026-03-25", "2026-03-26"];
        let lines = all.iter().take(count).enumerate();
        let lines = lines.map(|(n, day)| format!("ana {day} 09:00-17:00 id={n}"));
        let rule = "site Europe/Paris\nrule MAX_CONSECUTIVE_DAYS block maxDays=5\n";
        rule.to_owned() + &lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn five_days_running_are_allowed_over_the_weeks_end_and_six_are_not() {
        check_rule(Kind::MaxConsecutiveDays, &days(5), expect![""]);
        check_rule(
            Kind::MaxConsecutiveDays,
            &days(6),
            expect![[r#"
                block MAX_CONSECUTIVE_DAYS ana [0, 1, 2, 3, 4, 5] sat 00:00-00:00 [8640] 6/5 days
            "#]],
        );
    }

    #[test]
    fn nights_and_two_shifts_on_a_day_make_one_day_each() {
        check_rule(
            Kind::MaxConsecutiveDays,
            "
            site Europe/Paris
            rule MAX_CONSECUTIVE_DAYS warn maxDays=2
            ana mon 22:00-06:00
            ana tue 22:00-06:00
            ben mon 08:00-12:00
            ben mon 14:00-18:00
            ben tue 08:00-12:00
            ",
            expect![""],
        );
    }

    #[test]
    fn a_day_without_a_midnight_is_a_day() {
        check_rule(
            Kind::MaxConsecutiveDays,
            "
            site Africa/Cairo week 2026-04-20
            rule MAX_CONSECUTIVE_DAYS warn maxDays=2
            ana thu 09:00-17:00 id=1
            ana fri 09:00-17:00 id=2
            ana sat 09:00-17:00 id=3
            ",
            expect![[r#"
                warn MAX_CONSECUTIVE_DAYS ana [1, 2, 3] thu 00:00-00:00 [4260] 3/2 days
            "#]],
        );
    }

    #[test]
    fn a_run_of_two_days_is_long_enough_and_a_day_alone_is_not() {
        check_rule(
            Kind::MinConsecutiveDays,
            "
            site Europe/Paris
            rule MIN_CONSECUTIVE_DAYS ack minDays=2
            ana tue 09:00-17:00
            ana wed 09:00-17:00
            ben tue 09:00-12:00
            ben tue 14:00-17:00
            ben thu 22:00-06:00
            ",
            expect![[r#"
                ack MIN_CONSECUTIVE_DAYS ben [ben-tue, ben-tue-2] tue 00:00-00:00 1/2 days
                ack MIN_CONSECUTIVE_DAYS ben [ben-thu] thu 00:00-00:00 1/2 days
            "#]],
        );
    }

    #[test]
    fn a_run_at_the_edge_of_what_is_planned_may_yet_grow() {
        let fixture = |more: &str| {
            format!(
                "
                site Europe/Paris
                rule MIN_CONSECUTIVE_DAYS ack minDays=3
                ana mon 09:00-17:00
                ana sat 09:00-17:00
                ana sun 09:00-17:00
                {more}
                "
            )
        };
        check_rule(Kind::MinConsecutiveDays, &fixture(""), expect![""]);
        // Once somebody has shifts in the weeks around, these days off are days off.
        check_rule(
            Kind::MinConsecutiveDays,
            &fixture("ben 2026-03-10 09:00-17:00\nben 2026-03-25 09:00-17:00"),
            expect![[r#"
                ack MIN_CONSECUTIVE_DAYS ana [ana-mon] mon 00:00-00:00 1/3 days
                ack MIN_CONSECUTIVE_DAYS ana [ana-sat, ana-sun] sat 00:00-00:00 [2880] 2/3 days
            "#]],
        );
        check_rule(
            Kind::MinConsecutiveDays,
            &fixture("ana 2026-03-23 09:00-17:00\nana 2026-03-15 09:00-17:00 id=one"),
            expect![[r#"
                ack MIN_CONSECUTIVE_DAYS ana [ana-mon, one] 2026-03-15 00:00-00:00 [2880] 2/3 days
            "#]],
        );
    }
}
