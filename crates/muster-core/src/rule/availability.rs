//! `UNAVAILABLE` and `PREFERENCE_VIOLATED`: work when an agent has said that they cannot, or would
//! rather not, work.
//!
//! Each looks at the shifts that a command touches. The magnitude is the minutes of the shift that
//! lie on such time or, for an agent who prefers to work within some hours of a day, the minutes of
//! a shift beginning on that day that lie outside of them. Preferences are soft: they are told and
//! counted, and never hold a command.

use crate::availability::{Availability, Says};
use crate::conflict::{Finding, Subject};
use crate::instant::Interval;
use crate::rule::{Setting, Window};
use crate::shift::Shift;
use crate::zone::Zone;

pub(super) fn unavailable(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    check(window, setting, |says| says == Says::Unavailable, found);
}

pub(super) fn preferences(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    check(window, setting, |says| says != Says::Unavailable, found);
}

fn check(
    window: &Window<'_>,
    setting: &Setting<'_>,
    is_meant: impl Fn(Says) -> bool,
    found: &mut Vec<Finding>,
) {
    let agent = window.agent;
    let said = window.roster.availability_of(&agent.id).map(|known| &known.value);
    for availability in said.filter(|availability| is_meant(availability.says)) {
        for shift in window.shifts.iter().filter(|shift| window.is_touched(shift)) {
            let wrong = match availability.says {
                Says::Unavailable | Says::PrefersOff => inside(availability, &agent.zone, shift),
                Says::PrefersWithin => outside(availability, &agent.zone, shift),
            };
            if wrong == 0 {
                continue;
            }
            let subjects =
                [Subject::Shift(shift.id.clone()), Subject::Availability(availability.id.clone())];
            let finding = setting.finding(agent).about(subjects).during(Some(shift.interval()));
            found.push(finding.measured_min(wrong, 0));
        }
    }
}

fn shared(places: &[Interval], shift: &Shift) -> i64 {
    places.iter().filter_map(|p| p.intersection(shift.interval())).map(Interval::minutes).sum()
}

/// The minutes of a shift on the time that is spoken of.
fn inside(availability: &Availability, zone: &Zone, shift: &Shift) -> i64 {
    shared(&availability.during(zone, shift.interval()), shift)
}

/// The minutes of a shift outside the time that is spoken of on the day it begins; none, where
/// nothing is said of that day.
fn outside(availability: &Availability, zone: &Zone, shift: &Shift) -> i64 {
    let day = zone.date(shift.interval().start());
    let Some(whole) = zone.day(day) else { return 0 };
    let mut places = availability.during(zone, whole);
    places.retain(|place| zone.date(place.start()) == day);
    if places.is_empty() { 0 } else { shift.interval().minutes() - shared(&places, shift) }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::World;
    use crate::testing::check::check_rule;

    #[test]
    fn one_minute_of_unavailable_time_is_told_and_touching_is_not() {
        check_rule(
            Kind::Unavailable,
            "
            site Europe/Paris
            ana cannot mon 17:00-20:00
            ana cannot mon 06:00-09:01 id=school
            ana mon 09:00-17:00
            ",
            expect![[r#"
                ack UNAVAILABLE ana [ana-mon, school] mon 09:00-17:00 1 min
            "#]],
        );
    }

    #[test]
    fn what_comes_back_every_week_is_found_in_each() {
        check_rule(
            Kind::Unavailable,
            "
            site Europe/Paris
            ana cannot weekly mon,thu 18:00-00:00
            ana mon 12:00-20:00
            ana tue 12:00-20:00
            ana thu 10:00-18:00
            ana sun 22:00-06:00
            ",
            expect![[r#"
                ack UNAVAILABLE ana [ana-mon, ana-weekly-mon] mon 12:00-20:00 120 min
            "#]],
        );
    }

    #[test]
    fn days_are_those_of_the_agents_zone() {
        check_rule(
            Kind::Unavailable,
            "
            site Europe/Paris week 2026-03-23
            # Tuesday in Singapore is Monday 17:00 to Tuesday 17:00 in Paris
            ana is zone=Asia/Singapore
            ana cannot tue
            ana mon 09:00-17:30
            ana tue 17:00-22:00
            ",
            expect![[r#"
                ack UNAVAILABLE ana [ana-mon, ana-cannot-tue] mon 09:00-17:30 30 min
            "#]],
        );
    }

    #[test]
    fn preferences_are_told_for_what_they_are() {
        check_rule(
            Kind::PreferenceViolated,
            "
            site Europe/Paris
            ana avoids weekly sat,sun
            ana likes weekly mon,tue,wed 07:00-15:00
            ana cannot fri
            ana mon 07:00-15:00
            ana tue 08:00-16:00
            ana thu 12:00-20:00
            ana fri 09:00-17:00
            ana sat 09:00-17:00
            ",
            expect![[r#"
                info PREFERENCE_VIOLATED ana [ana-tue, ana-weekly-mon] tue 08:00-16:00 60 min
                info PREFERENCE_VIOLATED ana [ana-sat, ana-weekly-sat] sat 09:00-17:00 480 min
            "#]],
        );
    }

    #[test]
    fn a_preferred_night_lasts_into_the_day_after() {
        check_rule(
            Kind::PreferenceViolated,
            "
            site Europe/Paris
            ana likes weekly mon,tue 22:00-06:00
            ana mon 22:00-06:00
            ana tue 23:00-07:00
            ",
            expect![[r#"
                info PREFERENCE_VIOLATED ana [ana-tue, ana-weekly-mon] tue 23:00-07:00 60 min
            "#]],
        );
    }

    #[test]
    fn hours_that_are_skipped_are_not_worked() {
        check_rule(
            Kind::Unavailable,
            "
            site Europe/Paris week 2026-03-23
            # 02:00 to 04:00 is an hour long in this night
            ana cannot weekly sun 02:00-04:00
            ana sun 01:00-09:00
            ",
            expect![[r#"
                ack UNAVAILABLE ana [ana-sun, ana-weekly-sun] sun 01:00-09:00 60 min
            "#]],
        );
    }

    #[test]
    fn a_preference_never_holds_anything() {
        let told = World::play(
            "
            site Europe/Paris
            > rule PREFERENCE_VIOLATED ack
            > rule PREFERENCE_VIOLATED warn
            ",
        );
        expect![[r#"
            > rule PREFERENCE_VIOLATED ack
            refused:
                /rules/severity: ack is not a severity PREFERENCE_VIOLATED can have: off, info, warn
            > rule PREFERENCE_VIOLATED warn
            r2: done
        "#]]
        .assert_eq(&told);
    }
}
