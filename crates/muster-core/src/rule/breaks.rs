//! `BREAK_MISSING`: who works long has a break, and not too late.
//!
//! A shift of at least `fromMinutes` needs one break (an activity of category Break or Meal) of at
//! least `breakMinutes`, or as much in all (`counting: sum`); it has begun at the latest
//! `latestMinutes` after the shift's start, where that is not 0. Several rules of this kind under
//! different names make a ladder: a meal from 7:30, a second one from 12:00. The magnitude is the
//! minutes of break that are missing, or by how much the first long enough one is late.

use crate::activity::Category;
use crate::conflict::{Finding, Subject};
use crate::rule::{Allowed, Param, Setting, Window, number};
use crate::shift::{Activity, Shift};

pub(super) const PARAMS: &[Param] = &[
    number("fromMinutes", 361, (1, 2_880)),
    number("breakMinutes", 20, (1, 480)),
    Param { name: "counting", allowed: Allowed::Word(&["longest", "sum"]) },
    number("latestMinutes", 0, (0, 2_880)),
];

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let from_min = setting.number("fromMinutes");
    for shift in &window.shifts {
        if i64::from(shift.body.span.length_min) >= from_min && window.is_touched(shift) {
            found.extend(look(window, setting, shift));
        }
    }
}

fn look(window: &Window<'_>, setting: &Setting<'_>, shift: &Shift) -> Option<Finding> {
    let wanted_min = setting.number("breakMinutes");
    let breaks = breaks(window, shift);
    let length = |activity: &Activity| i64::from(activity.length_min);
    let has_min = match setting.choice("counting") {
        0 => breaks.iter().map(length).max().unwrap_or_default(),
        _ => breaks.iter().map(length).sum(),
    };
    let finding = || {
        let subject = Subject::Shift(shift.id.clone());
        setting.finding(window.agent).about([subject]).during(Some(shift.interval()))
    };
    if has_min < wanted_min {
        return Some(finding().measured_min(has_min, wanted_min));
    }
    let latest_min = setting.number("latestMinutes");
    let begins_min = begins_min(&breaks, setting, wanted_min);
    let is_late = latest_min > 0 && begins_min > latest_min;
    is_late.then(|| finding().measured_min(begins_min, latest_min))
}

/// When the break that is long enough begins: the one that makes it so, where all count together.
fn begins_min(breaks: &[Activity], setting: &Setting<'_>, wanted_min: i64) -> i64 {
    let mut sum = 0;
    let enough = breaks.iter().find(|activity| {
        let length_min = i64::from(activity.length_min);
        sum += length_min;
        match setting.choice("counting") {
            0 => length_min >= wanted_min,
            _ => sum >= wanted_min,
        }
    });
    enough.map_or(0, |activity| i64::from(activity.offset_min))
}

/// A shift's breaks and meals in order; those that touch are one.
fn breaks(window: &Window<'_>, shift: &Shift) -> Vec<Activity> {
    let is_break = |activity: &Activity| {
        let category = window.roster.category(&activity.code);
        matches!(category, Some(Category::Break | Category::Meal))
    };
    let mut joined: Vec<Activity> = Vec::new();
    for next in window.activities(shift).iter().filter(|activity| is_break(activity)) {
        match joined.last_mut() {
            Some(last) if last.offset_min + last.length_min == next.offset_min => {
                last.length_min += next.length_min;
            }
            _ => joined.push(next.clone()),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn six_hours_need_no_break_and_a_minute_more_does() {
        check_rule(
            Kind::BreakMissing,
            "
            site Europe/Paris
            rule BREAK_MISSING ack
            ana mon 09:00-15:00
            ben mon 09:00-15:01
            cleo mon 09:00-15:01 12:00-12:19 break
            dan mon 09:00-15:01 12:00-12:20 break
            ",
            expect![[r#"
                ack BREAK_MISSING ben [ben-mon] mon 09:00-15:01 0/20 min
                ack BREAK_MISSING cleo [cleo-mon] mon 09:00-15:01 19/20 min
            "#]],
        );
    }

    #[test]
    fn short_breaks_together_are_one_only_where_the_rule_says_so_or_where_they_touch() {
        let fixture = |counting: &str| {
            format!(
                "
                site Europe/Paris
                rule BREAK_MISSING warn counting={counting}
                ana mon 09:00-17:00 11:00-11:10 break 14:00-14:10 break
                ben mon 09:00-17:00 11:00-11:10 break 11:10-11:20 lunch
                "
            )
        };
        check_rule(
            Kind::BreakMissing,
            &fixture("longest"),
            expect![[r#"
                warn BREAK_MISSING ana [ana-mon] mon 09:00-17:00 10/20 min
            "#]],
        );
        check_rule(Kind::BreakMissing, &fixture("sum"), expect![""]);
    }

    #[test]
    fn a_break_may_not_begin_too_late() {
        check_rule(
            Kind::BreakMissing,
            "
            site America/Chicago
            rule BREAK_MISSING block fromMinutes=450 latestMinutes=300
            ana mon 09:00-17:00 14:00-14:20 lunch
            ben mon 09:00-17:00 10:00-10:10 break 14:01-14:21 lunch
            ",
            expect![[r#"
                block BREAK_MISSING ben [ben-mon] mon 09:00-17:00 301/300 min
            "#]],
        );
    }

    #[test]
    fn rules_of_several_names_hold_beside_each_other() {
        check_rule(
            Kind::BreakMissing,
            "
            site America/Chicago
            rule BREAK_MISSING block as=first fromMinutes=450
            rule BREAK_MISSING ack as=second fromMinutes=720 breakMinutes=40 counting=sum
            ana mon 08:00-20:00 12:00-12:20 lunch
            ",
            expect![[r#"
                ack BREAK_MISSING ana (second) [ana-mon] mon 08:00-20:00 20/40 min
            "#]],
        );
    }
}
