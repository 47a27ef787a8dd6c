//! `MAX_NIGHT_HOURS`: who works at night works at most `maxMinutes` in that shift, or on average.
//!
//! A shift is night work when at least `nightMinutes` of it lie between `nightFrom` and
//! `nightUntil` on the agent's wall clock (EU 2003/88/EC Art. 2: at least three hours of daily
//! working time as a normal course; Art. 8: eight hours in 24). With `averageDays` 0 every such
//! shift is held to the limit by itself; otherwise the average over the night shifts that start in
//! that many days up to each of them is. Elapsed minutes count, so that a night on which the clocks
//! are put back is an hour longer. The magnitude is the minutes beyond the limit.

use crate::conflict::{Finding, Subject};
use crate::instant::{Instant, Interval};
use crate::rule::counted::{COUNTED, Counted};
use crate::rule::{Allowed, Param, Setting, Window, number};
use crate::shift::Shift;
use crate::zone::{Disambiguation, Zone};

pub(super) const PARAMS: &[Param] = &[
    number("maxMinutes", 480, (1, 1_440)),
    Param { name: "nightFrom", allowed: Allowed::Time { default: jiff::civil::time(22, 0, 0, 0) } },
    Param { name: "nightUntil", allowed: Allowed::Time { default: jiff::civil::time(6, 0, 0, 0) } },
    number("nightMinutes", 180, (1, 1_440)),
    number("averageDays", 0, (0, 366)),
    COUNTED,
];

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let max_min = setting.number("maxMinutes");
    let average_days = setting.number("averageDays");
    let counted = Counted::of(setting);
    let nights: Vec<&Shift> = window
        .shifts_around(average_days)
        .into_iter()
        .filter(|shift| is_night(setting, &window.agent.zone, shift))
        .collect();
    let reach = |shift: &Shift| {
        let from = shift.body.span.end().plus_days(-average_days).min(shift.body.span.start);
        Interval::new(from, shift.body.span.end())
    };
    for last in &nights {
        let Some(reach) = reach(last).filter(|reach| reach.overlaps(window.hull)) else { continue };
        let within: Vec<&Shift> =
            nights.iter().copied().filter(|s| reach.contains(s.body.span.start)).collect();
        let sum: i64 = within.iter().map(|shift| counted.minutes(window, shift)).sum();
        let count = i64::try_from(within.len()).unwrap_or(i64::MAX).max(1);
        // Rounded up, so that the limit is never exceeded unseen.
        let per_night = |sum: i64| sum.div_euclid(count) + i64::from(sum.rem_euclid(count) > 0);
        let average = per_night(sum);
        if average > max_min {
            let change: i64 =
                within.iter().map(|s| window.agent.zone.clock_change_min(s.interval())).sum();
            let change = average - per_night(sum - change);
            let mut finding = setting
                .finding(window.agent)
                .about(within.iter().map(|shift| Subject::Shift(shift.id.clone())))
                .during(Some(reach))
                .measured_min(average, max_min);
            finding.clock_change_min = (change != 0).then_some(change);
            found.push(finding);
        }
    }
}

fn is_night(setting: &Setting<'_>, zone: &Zone, shift: &Shift) -> bool {
    let places =
        daily(zone, shift.interval(), setting.time("nightFrom"), setting.time("nightUntil"));
    let shared = places.into_iter().filter_map(|place| place.intersection(shift.interval()));
    shared.map(Interval::minutes).sum::<i64>() >= setting.number("nightMinutes")
}

/// The stretches between two times of day, over midnight if the second is not after the first,
/// that share time with a stretch.
pub(super) fn daily(
    zone: &Zone,
    during: Interval,
    from: jiff::civil::Time,
    until: jiff::civil::Time,
) -> Vec<Interval> {
    let at = |date: jiff::civil::Date, time| {
        zone.resolve(date.to_datetime(time), Disambiguation::Compatible).ok()
    };
    let mut day = zone.date(during.start()).yesterday().ok();
    let last = zone.date(Instant::from_ms(during.end().ms() - 1));
    let mut places = Vec::new();
    while let Some(date) = day.filter(|date| *date <= last) {
        let end = if until > from { Some(date) } else { date.tomorrow().ok() };
        let place = at(date, from).zip(end.and_then(|end| at(end, until)));
        places.extend(place.and_then(|(start, end)| Interval::new(start, end)));
        day = date.tomorrow().ok();
    }
    places.retain(|place| place.overlaps(during));
    places
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn eight_hours_at_night_are_allowed_and_a_minute_more_is_not() {
        check_rule(
            Kind::MaxNightHours,
            "
            site Europe/Paris
            rule MAX_NIGHT_HOURS block
            ana mon 22:00-06:00
            ben mon 21:59-06:00
            ",
            expect![[r#"
                block MAX_NIGHT_HOURS ben [ben-mon] mon 21:59-06:00 481/480 min
            "#]],
        );
    }

    #[test]
    fn less_than_three_hours_between_ten_and_six_are_no_night_work() {
        check_rule(
            Kind::MaxNightHours,
            "
            site Europe/Paris
            rule MAX_NIGHT_HOURS warn
            ana mon 15:00-00:59
            ben mon 15:00-01:00
            cleo mon 03:01-12:00
            ",
            expect![[r#"
                warn MAX_NIGHT_HOURS ben [ben-mon] mon 15:00-01:00 600/480 min
            "#]],
        );
    }

    #[test]
    fn a_night_on_which_the_clocks_are_put_back_is_too_long_because_of_that() {
        check_rule(
            Kind::MaxNightHours,
            "
            site Europe/Paris week 2026-10-19
            rule MAX_NIGHT_HOURS block
            ana fri 22:00-06:00
            ana sat 22:00-06:00
            ",
            expect![[r#"
                block MAX_NIGHT_HOURS ana [ana-sat] sat 22:00-06:00 540/480 min clock +60
            "#]],
        );
    }

    #[test]
    fn a_long_night_may_be_made_up_for_where_the_average_counts() {
        check_rule(
            Kind::MaxNightHours,
            "
            site Europe/Paris
            rule MAX_NIGHT_HOURS block averageDays=7
            ana mon 22:00-05:00
            ana tue 22:00-07:00
            ben mon 22:00-06:00
            ben tue 22:00-06:02
            ",
            expect![[r#"
                block MAX_NIGHT_HOURS ben [ben-mon, ben-tue] 2026-03-11 06:02-06:02 [10080] 481/480 min
            "#]],
        );
    }
}
