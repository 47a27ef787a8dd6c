//! `SKILL_MISSING`: a shift tagged `skill:NAME` is worked by somebody who has that skill.
//!
//! The skill must be valid on every civil day, in the agent's zone, that the shift touches. One
//! finding per shift and skill; nothing is measured, so its magnitude is 1.

use crate::conflict::{Finding, Subject};
use crate::rule::{Setting, Window};

/// What a tag that asks for a skill starts with.
const SKILL_TAG: &str = "skill:";

pub(super) fn check(window: &Window<'_>, setting: &Setting<'_>, found: &mut Vec<Finding>) {
    let agent = window.agent;
    for shift in &window.shifts {
        let wanted = shift.body.tags.iter().filter_map(|tag| tag.strip_prefix(SKILL_TAG));
        let (first, last) = (shift.first_day(&agent.zone), shift.last_day(&agent.zone));
        for skill in wanted.filter(|skill| !agent.has_skill(skill, first, last)) {
            found.push(
                setting
                    .finding(agent)
                    .about([Subject::Shift(shift.id.clone()), Subject::Skill(skill.into())])
                    .during(Some(shift.interval())),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::conflict::Kind;
    use crate::testing::check::check_rule;

    #[test]
    fn a_skill_that_is_asked_for_and_missing_is_told() {
        check_rule(
            Kind::SkillMissing,
            "
            site Europe/Paris
            ana is skill=french
            ana mon 09:00-17:00 +skill:french +skill:german +vip
            ",
            expect![[r#"
                block SKILL_MISSING ana [ana-mon, german] mon 09:00-17:00
            "#]],
        );
    }

    #[test]
    fn a_skill_is_valid_through_its_last_day() {
        check_rule(
            Kind::SkillMissing,
            "
            site Europe/Paris
            ana is skill=french:2026-03-16..2026-03-17
            ana mon 09:00-17:00 +skill:french
            ana tue 09:00-17:00 +skill:french
            ana wed 09:00-17:00 +skill:french
            ",
            expect![[r#"
                block SKILL_MISSING ana [ana-wed, french] wed 09:00-17:00
            "#]],
        );
    }

    #[test]
    fn a_shift_that_ends_at_midnight_does_not_touch_the_day_after() {
        check_rule(
            Kind::SkillMissing,
            "
            site Europe/Paris
            ana is skill=french:..2026-03-16
            ana mon 16:00-00:00 +skill:french
            ben is skill=french:..2026-03-16
            ben mon 16:00-00:01 +skill:french
            ",
            expect![[r#"
                block SKILL_MISSING ben [ben-mon, french] mon 16:00-00:01
            "#]],
        );
    }

    #[test]
    fn days_are_those_of_the_agents_zone() {
        check_rule(
            Kind::SkillMissing,
            "
            site Europe/Paris
            # 17:00 in Paris is midnight in Singapore
            ana is zone=Asia/Singapore skill=french:..2026-03-16
            ana mon 09:00-17:00 +skill:french
            ana mon 17:00-18:00 +skill:french
            ",
            expect![[r#"
                block SKILL_MISSING ana [ana-mon-2, french] mon 17:00-18:00
            "#]],
        );
    }
}
