//! `WEEKLY_REST_SHORT`: in any seven days running, or in each week, one rest of at least
//! `minRestMinutes`.
//!
//! The civil days are those of the agent's zone. They may begin on any day (`window: rolling`;
//! Illinois, ODRISA: "every consecutive seven-day period"), or they are weeks from the unit's first
//! day (`window: week`; EU 2003/88/EC Art. 5 asks for 24 hours besides the daily eleven in each
//! seven-day period, which need not be any seven days). A rest is elapsed time without a shift; of
//! one that reaches beyond the days, the part inside counts. The finding is about the worst days of
//! those that share days with each other; its magnitude is the minutes that their longest rest
//! lacks.

use jiff::civil::Date;

use crate::conflict::{Finding, Subject};
use crate::instant::{Instant, Interval};
use crate::rule::{Allowed, Param, Setting, Window, number};
use crate::shift::Shift;
use crate::zone::Zone;

pub(super) const PARAMS: &[Param] = &[
    number("minRestMinutes", 2_100, (1, 10_080)),
    number("days", 7, (2, 28)),
    Param { name: "window", allowed: Allowed::Word(&["rolling", "week"]) },
];

/// Days whose longest rest is too short.
struct Short {
    days: Interval,
    longest_min: i64,
    /// The longest rest, if there is any.
    longest: Option<Interval>,
}

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let min_min = setting.number("minRestMinutes");
    let zone = &window.agent.zone;
    let is_rolling = setting.choice("window") == 0;
    let (days, step) = if is_rolling { (setting.number("days"), 1) } else { (7, 7) };
    // The first days that a day lies in.
    let around = |day: Date| match is_rolling {
        true => Zone::days_after(day, 1 - days),
        false => Some(Zone::week_of(day, window.unit.first_day.into())),
    };
    let Some(mut first) = around(zone.date(window.hull.start())) else { return };
    let last = zone.date(Instant::from_ms(window.hull.end().ms() - 1));
    let reach = Zone::days_after(last, days - 1).and_then(|last| zone.days(first, last));
    let shifts: Vec<&Shift> =
        reach.map(|reach| window.shifts_during(reach).collect()).unwrap_or_default();
    let mut run: Option<Short> = None;
    while first <= last {
        let end = Zone::days_after(first, days).map(|after| zone.start_of_day(after));
        let span = end.and_then(|end| Interval::new(zone.start_of_day(first), end));
        let (Some(span), Some(following)) = (span, Zone::days_after(first, step)) else { break };
        let Some(next) = shifts.iter().find(|s| s.body.span.end() > span.start()) else { break };
        // A stretch of touched days may be years long: where no shift is, there is nothing to see.
        if next.body.span.start >= span.end() {
            let Some(near) = around(next.first_day(zone)) else { break };
            first = near.max(following);
            continue;
        }
        if let Some(short) = short_of(&shifts, span, min_min) {
            run = match run {
                Some(worst) if worst.days.overlaps(short.days) => {
                    Some(if short.longest_min < worst.longest_min { short } else { worst })
                }
                Some(worst) => {
                    found.push(finding(window, setting, &shifts, &worst, min_min));
                    Some(short)
                }
                None => Some(short),
            };
        }
        first = following;
    }
    found.extend(run.map(|worst| finding(window, setting, &shifts, &worst, min_min)));
}

fn short_of(shifts: &[&Shift], days: Interval, min_min: i64) -> Option<Short> {
    let (mut from, mut longest) = (days.start(), None::<Interval>);
    let from_first = shifts.partition_point(|shift| shift.body.span.end() <= days.start());
    let inside = shifts[from_first..].iter().take_while(|s| s.body.span.start < days.end());
    let mut ends = inside.map(|shift| (shift.body.span.start, shift.body.span.end()));
    loop {
        let next = ends.next();
        let until = next.map_or(days.end(), |(start, _)| start.min(days.end()));
        if let Some(rest) = Interval::new(from, until) {
            longest =
                Some(longest.map_or(rest, |l| if rest.minutes() > l.minutes() { rest } else { l }));
        }
        match next {
            Some((_, end)) => from = from.max(end),
            None => break,
        }
    }
    let longest_min = longest.map_or(0, Interval::minutes);
    (longest_min < min_min).then_some(Short { days, longest_min, longest })
}

fn finding(
    window: &Window<'_>,
    setting: &Setting<'_>,
    shifts: &[&Shift],
    short: &Short,
    min_min: i64,
) -> Finding {
    let inside = shifts.iter().filter(|shift| shift.interval().overlaps(short.days));
    let change_min = short.longest.map_or(0, |rest| window.agent.zone.clock_change_min(rest));
    setting
        .finding(window.agent)
        .about(inside.map(|shift| Subject::Shift(shift.id.clone())))
        .during(Some(short.days))
        .measured_min(short.longest_min, min_min)
        .with_clock_change(change_min)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    const SIX_DAYS: &str = "
        ana mon 09:00-17:00
        ana tue 09:00-17:00
        ana wed 09:00-17:00
        ana thu 09:00-17:00
        ana fri 09:00-17:00
        ana sat 09:00-17:00
    ";

    #[test]
    fn six_days_of_seven_leave_a_rest() {
        // From Saturday 17:00 to the end of Sunday it is 31 hours.
        let fixture = |min: u32| {
            let rule = format!("rule WEEKLY_REST_SHORT block minRestMinutes={min}");
            format!("site Europe/Paris\n{rule}\n{SIX_DAYS}")
        };
        check_rule(Kind::WeeklyRestShort, &fixture(1_860), expect![""]);
        check_rule(
            Kind::WeeklyRestShort,
            &fixture(1_861),
            expect![[r#"
                block WEEKLY_REST_SHORT ana [ana-fri, ana-mon, ana-sat, ana-thu, ana-tue, ana-wed] mon 00:00-00:00 [10080] 1860/1861 min
            "#]],
        );
    }

    #[test]
    fn the_seven_days_begin_on_any_day() {
        check_rule(
            Kind::WeeklyRestShort,
            "
            site Europe/Paris
            rule WEEKLY_REST_SHORT ack minRestMinutes=1440
            ana mon 09:00-17:00
            ana wed 09:00-17:00
            ana thu 09:00-17:00
            ana fri 09:00-17:00
            ana sat 09:00-17:00
            ana sun 09:00-17:00
            ana 2026-03-23 09:00-17:00
            ana 2026-03-24 09:00-17:00
            ",
            expect![[r#"
                ack WEEKLY_REST_SHORT ana [ana-2026-03-23, ana-2026-03-24, ana-fri, ana-sat, ana-sun, ana-thu, ana-wed] wed 00:00-00:00 [10080] 960/1440 min
            "#]],
        );
    }

    #[test]
    fn two_days_off_are_enough_for_each_week_but_not_for_any_seven_days() {
        // Of the two days off, a Sunday's seven days see 33 hours at their start and 31 at the end.
        let fixture = |params: &str| {
            let rule = format!("rule WEEKLY_REST_SHORT block minRestMinutes=2100 {params}");
            let days = ["mon", "tue", "wed", "thu", "fri", "2026-03-23", "2026-03-24"];
            let shifts: String =
                days.iter().map(|day| format!("ana {day} 09:00-17:00\n")).collect();
            format!("site Europe/Paris\n{rule}\n{shifts}")
        };
        check_rule(Kind::WeeklyRestShort, &fixture("window=week"), expect![""]);
        check_rule(
            Kind::WeeklyRestShort,
            &fixture("window=rolling"),
            expect![[r#"
            block WEEKLY_REST_SHORT ana [ana-fri, ana-mon, ana-thu, ana-tue, ana-wed] 2026-03-15 00:00-00:00 [10080] 1980/2100 min
        "#]],
        );
    }

    #[test]
    fn a_week_begins_on_the_units_first_day() {
        // The rest lies on both sides of Sunday's midnight: 31 hours in one week, 9 in the next.
        let fixture = |min: u32| {
            let rule = format!("rule WEEKLY_REST_SHORT block minRestMinutes={min} window=week");
            let monday = "ana 2026-03-23 09:00-17:00";
            format!("site Europe/Paris\n{rule}\n{SIX_DAYS}\n{monday}")
        };
        check_rule(Kind::WeeklyRestShort, &fixture(1_860), expect![""]);
        check_rule(
            Kind::WeeklyRestShort,
            &fixture(1_861),
            expect![[r#"
            block WEEKLY_REST_SHORT ana [ana-fri, ana-mon, ana-sat, ana-thu, ana-tue, ana-wed] mon 00:00-00:00 [10080] 1860/1861 min
        "#]],
        );
    }

    #[test]
    fn a_clock_change_shortens_the_rest_it_falls_in() {
        check_rule(
            Kind::WeeklyRestShort,
            "
            site Europe/Paris week 2026-03-23
            rule WEEKLY_REST_SHORT warn minRestMinutes=1440
            ana mon 09:00-17:00
            ana tue 09:00-17:00
            ana wed 09:00-17:00
            ana thu 09:00-17:00
            ana fri 09:00-17:00
            ana sat 09:00-23:59
            ",
            expect![[r#"
                warn WEEKLY_REST_SHORT ana [ana-fri, ana-mon, ana-sat, ana-thu, ana-tue, ana-wed] mon 00:00-00:00 [10020] 1381/1440 min clock -60
            "#]],
        );
    }

    #[test]
    fn who_does_not_work_rests() {
        check_rule(
            Kind::WeeklyRestShort,
            "
            site Europe/Paris
            rule WEEKLY_REST_SHORT block minRestMinutes=10080
            ana is contract=none
            ",
            expect![""],
        );
    }
}
