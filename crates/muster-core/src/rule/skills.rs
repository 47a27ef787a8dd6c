//! `SKILL_MISSING`: a shift tagged `skill:NAME` is worked by somebody who has that skill.
//!
//! The skill must be valid on every civil day, in the agent's zone, that the shift touches. One
//! finding per shift and skill; nothing is measured, so its magnitude is 1.

use crate::conflict::{Finding, Kind, Subject};
use crate::instant::Instant;
use crate::rule::{Setting, Window};

/// What a tag that asks for a skill starts with.
const SKILL_TAG: &str = "skill:";

pub(super) fn check(window: &Window<'_>, setting: &Setting, found: &mut Vec<Finding>) {
    let agent = window.agent;
    for shift in &window.shifts {
        let wanted = shift.body.tags.iter().filter_map(|tag| tag.strip_prefix(SKILL_TAG));
        let last_instant = Instant::from_ms(shift.body.span.end().ms() - 1);
        let first = agent.zone.date(shift.body.span.start);
        let last = agent.zone.date(last_instant);
        for skill in wanted.filter(|skill| !agent.has_skill(skill, first, last)) {
            found.push(
                Finding::new(Kind::SkillMissing, setting.severity, Some(&agent.id))
                    .about([Subject::Shift(shift.id.clone()), Subject::Skill(skill.into())])
                    .during(Some(shift.interval())),
            );
        }
    }
}
