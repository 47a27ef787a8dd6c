//! `MAX_CONSECUTIVE_DAYS`: nobody works on more than `maxDays` civil days running.
//!
//! A day is worked when a shift starts on it, in the agent's zone: a night does not make two days.
//! The magnitude is the days beyond the limit.

use jiff::civil::Date;

use crate::conflict::{Finding, Measure, Subject};
use crate::rule::{Param, Setting, Window, number};
use crate::shift::Shift;

pub(super) const PARAMS: &[Param] = &[number("maxDays", 6, (1, 60))];

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let max_days = setting.number("maxDays");
    let zone = &window.agent.zone;
    let mut run: Vec<(Date, &Shift)> = Vec::new();
    let shifts = window.shifts_around(max_days + 1);
    for shift in shifts {
        let date = shift.first_day(zone);
        let goes_on =
            run.last().is_some_and(|(last, _)| *last == date || last.tomorrow().ok() == Some(date));
        if !goes_on {
            found.extend(finding(window, setting, &run, max_days));
            run.clear();
        }
        run.push((date, shift));
    }
    found.extend(finding(window, setting, &run, max_days));
}

fn finding(
    window: &Window<'_>,
    setting: &Setting<'_>,
    run: &[(Date, &Shift)],
    max_days: i64,
) -> Option<Finding> {
    let ((first, _), (last, _)) = (run.first()?, run.last()?);
    let days = i64::from(last.since(*first).ok()?.get_days()) + 1;
    if days <= max_days {
        return None;
    }
    let during = window.agent.zone.days(*first, *last);
    let shifts = run.iter().map(|(_, shift)| Subject::Shift(shift.id.clone()));
    let finding = setting.finding(window.agent).about(shifts).during(during);
    let is_touched = during.is_some_and(|days| days.overlaps(window.hull));
    is_touched.then(|| finding.measured(Measure::Days, days, max_days))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    fn days(count: usize) -> String {
        let all = ["sat", "sun", "2026-03-23", "2026-03-24", "2026-03-25", "2026-03-26"];
        let lines = all.iter().take(count).map(|day| format!("ana {day} 09:00-17:00"));
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
                block MAX_CONSECUTIVE_DAYS ana [ana-2026-03-23, ana-2026-03-24, ana-2026-03-25, ana-2026-03-26, ana-sat, ana-sun] sat 00:00-00:00 [8640] 6/5 days
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
            ana thu 09:00-17:00
            ana fri 09:00-17:00
            ana sat 09:00-17:00
            ",
            expect![[r#"
                warn MAX_CONSECUTIVE_DAYS ana [ana-fri, ana-sat, ana-thu] thu 00:00-00:00 [4260] 3/2 days
            "#]],
        );
    }
}
