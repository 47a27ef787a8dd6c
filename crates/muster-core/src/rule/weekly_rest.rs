//! `WEEKLY_REST_SHORT`: in any seven days running, one rest of at least `minRestMinutes`.
//!
//! The seven civil days, in the agent's zone, may begin on any day (Illinois, ODRISA: "every
//! consecutive seven-day period"; EU 2003/88/EC Art. 5: 24 hours besides the daily eleven). A rest
//! is elapsed time without a shift; of one that reaches beyond the seven days, the part inside
//! counts. The finding is about the worst seven days of those that share days with each other; its
//! magnitude is the minutes that their longest rest lacks.

use jiff::civil::Date;

use crate::conflict::{Finding, Subject};
use crate::instant::{Instant, Interval};
use crate::rule::{Param, Setting, Window, number};
use crate::shift::Shift;

pub(super) const PARAMS: &[Param] =
    &[number("minRestMinutes", 2_100, (1, 10_080)), number("days", 7, (2, 28))];

/// Seven days whose longest rest is too short.
struct Short {
    days: Interval,
    longest_min: i64,
    /// The clock change within the longest rest.
    change_min: i64,
}

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let min_min = setting.number("minRestMinutes");
    let days = setting.number("days");
    let zone = &window.agent.zone;
    let step = jiff::Span::new().days(days - 1);
    let Ok(mut first) = zone.date(window.hull.start()).checked_sub(step) else { return };
    let last = zone.date(Instant::from_ms(window.hull.end().ms() - 1));
    let reach = reach(window, first, last, step);
    let shifts: Vec<&Shift> = reach
        .map(|reach| window.roster.shifts_of(&window.agent.id, reach).collect())
        .unwrap_or_default();
    let mut run: Option<Short> = None;
    // A stretch of touched days may be years long: where no shift is, there is nothing to look at.
    while let Some(next) = first_day_worked(&shifts, zone, first, days) {
        first = next;
        if first > last {
            break;
        }
        let Some(span) = first.checked_add(step).ok().and_then(|end| zone.days(first, end)) else {
            break;
        };
        if let Some(short) = short_of(window, &shifts, span, min_min) {
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
        let Ok(tomorrow) = first.tomorrow() else { break };
        first = tomorrow;
    }
    found.extend(run.map(|worst| finding(window, setting, &shifts, &worst, min_min)));
}

/// All days that are looked at.
fn reach(window: &Window<'_>, first: Date, last: Date, step: jiff::Span) -> Option<Interval> {
    window.agent.zone.days(first, last.checked_add(step).ok()?)
}

/// The first day not before `from` of a stretch of days that has work in it.
fn first_day_worked(
    shifts: &[&Shift],
    zone: &crate::zone::Zone,
    from: Date,
    days: i64,
) -> Option<Date> {
    let start = zone.start_of_day(from);
    let next = shifts.iter().find(|shift| shift.body.span.end() > start)?;
    let back = jiff::Span::new().days(days - 1);
    let earliest = next.first_day(zone).checked_sub(back).ok()?;
    Some(earliest.max(from))
}

fn short_of(window: &Window<'_>, shifts: &[&Shift], days: Interval, min_min: i64) -> Option<Short> {
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
    let change_min = longest.map_or(0, |rest| window.agent.zone.clock_change_min(rest));
    (longest_min < min_min).then_some(Short { days, longest_min, change_min })
}

fn finding(
    window: &Window<'_>,
    setting: &Setting<'_>,
    shifts: &[&Shift],
    short: &Short,
    min_min: i64,
) -> Finding {
    let inside = shifts.iter().filter(|shift| shift.interval().overlaps(short.days));
    let mut finding = setting
        .finding(window.agent)
        .about(inside.map(|shift| Subject::Shift(shift.id.clone())))
        .during(Some(short.days))
        .measured_min(short.longest_min, min_min);
    finding.clock_change_min = (short.change_min != 0).then_some(short.change_min);
    finding
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
