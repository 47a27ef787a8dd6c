//! `NOTICE_SHORT`: a shift is not changed less than `noticeDays` calendar days before its day.
//!
//! Days are counted in the agent's zone, from today to the earlier of the days the shift was and
//! will be on (Oregon SB 828, Chicago FWO: 14 days). A move within `graceMinutes` is no change, nor
//! is what the agent asked for: an own edit, a swap. Work that has begun is corrected, not
//! announced. The finding carries what the change costs: `premiumMinutes` of pay for a shift that
//! is added or moved, `lostPercent` of the hours that are taken away. The magnitude is the days of
//! notice that are missing.

use crate::conflict::{Finding, Measure, Subject};
use crate::rule::{Param, Setting, ShiftChange, number};
use crate::shift::ShiftBody;
use crate::zone::Zone;

pub(super) const PARAMS: &[Param] = &[
    number("noticeDays", 14, (1, 60)),
    number("graceMinutes", 30, (0, 480)),
    number("premiumMinutes", 60, (0, 480)),
    number("lostPercent", 50, (0, 100)),
];

pub(super) fn check(change: &ShiftChange<'_>, setting: &Setting<'_>) -> Option<Finding> {
    let ShiftChange { agent, before, after, now, .. } = change;
    let spans = [before, after].map(|body| body.map(ShiftBody::interval));
    let first = spans.into_iter().flatten().min()?;
    if change.is_own_wish || first.start() <= *now {
        return None;
    }
    let cost_min = cost_min(change, setting)?;
    let zone = &agent.zone;
    let days = Zone::days_between(zone.date(*now), zone.date(first.start()));
    let wanted = setting.number("noticeDays");
    (days < wanted).then(|| {
        let mut finding = setting
            .finding(agent)
            .about([Subject::Shift(change.shift.clone())])
            .during(Some(first))
            .measured(Measure::Days, days, wanted);
        finding.cost_min = Some(cost_min);
        finding
    })
}

/// What the change costs, in minutes of pay; nothing for one that need not be announced.
fn cost_min(change: &ShiftChange<'_>, setting: &Setting<'_>) -> Option<i64> {
    let premium_min = setting.number("premiumMinutes");
    let lost = |minutes: i64| minutes * setting.number("lostPercent") / 100;
    let grace_min = setting.number("graceMinutes");
    match (change.before, change.after) {
        (None, None) => None,
        (None, Some(_)) => Some(premium_min),
        (Some(before), None) => Some(lost(i64::from(before.span.length_min))),
        (Some(before), Some(after)) => {
            let (was, will) = (&before.span, &after.span);
            let moved = was.start.minutes_until(will.start).abs();
            let moved = moved.max(was.end().minutes_until(will.end()).abs());
            if moved <= grace_min {
                return None;
            }
            let shorter = i64::from(was.length_min) - i64::from(will.length_min);
            Some(if shorter > 0 { lost(shorter) } else { premium_min })
        }
    }
}
