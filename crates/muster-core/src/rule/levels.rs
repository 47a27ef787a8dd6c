//! `STAFFING_BELOW_MINIMUM`, `TRUNK_CAPACITY_EXCEEDED` and `SITE_SEATS_EXCEEDED`: what is asked of
//! all agents together, by quarter hours.
//!
//! An agent is on the queue in a quarter hour when all of it is on-queue work: in a shift, in none
//! of its other activities, not in one of the agent's own, not on approved time off. With a skill
//! an agent counts on the civil days on which the skill is valid. A group of trunks is used by
//! those on the queue who have one of its skills and are in one of its management units. A seat of
//! a site is taken in every quarter hour that a shift there touches, whatever the agent does.
//!
//! A finding has no agent. Touching quarter hours in which as many are missing, or too many, are
//! one finding; its magnitude is that number, and what it observed is that of its first quarter
//! hour. It is compared with what was there before in each quarter hour, so that what was as bad
//! already is standing.

use crate::conflict::{Finding, Measure, Severity};
use crate::instant::{Instant, Interval};
use crate::levels::{Bound, Day, Levels, Mask, Meter, Quarters, bits};

/// A meter on a day that a change touches.
pub(crate) struct Reading {
    pub(crate) day: Day,
    /// What it counts after the change.
    pub(crate) after: Quarters,
    /// The quarter hours in which somebody makes it worse.
    pub(crate) pushed: Mask,
}

/// A finding, and where it is.
pub(crate) struct Stretch {
    pub(crate) finding: Finding,
    pub(crate) quarters: Vec<(Day, Mask)>,
}

impl Stretch {
    /// Whether it is in one of some quarter hours.
    pub(crate) fn meets(&self, day: Day, quarters: Mask) -> bool {
        self.quarters.iter().any(|(known, mask)| *known == day && mask & quarters != 0)
    }
}

/// Which of the changes of a meter make it worse: the fewer on the queue, the more on the trunks
/// and in the seats.
pub(crate) fn pushes(meter: &Meter, grows: Mask, shrinks: Mask) -> Mask {
    match meter {
        Meter::Staff(_) => shrinks,
        Meter::Trunk(_) | Meter::Site(_) => grows,
    }
}

/// What is observed, what is asked, and by how much that is missed.
fn missed(bound: &Bound<'_>, count: &Quarters, quarter: usize) -> (u32, u32, u32) {
    let observed = count.at(quarter);
    match bound {
        Bound::AtLeast(required) => {
            let limit = required.at(quarter);
            (observed, limit, limit.saturating_sub(observed))
        }
        Bound::AtMost(limit) => (observed, *limit, observed.saturating_sub(*limit)),
    }
}

/// Quarter hours that are one finding.
struct Run {
    from: Instant,
    to: Instant,
    observed: u32,
    limit: u32,
    missed: u32,
    is_standing: bool,
    quarters: Vec<(Day, Mask)>,
}

/// What a meter's readings come to, against what was counted before; sorted by time, as they are.
pub(crate) fn stretches(
    levels: &Levels,
    severity: Severity,
    meter: &Meter,
    readings: &[Reading],
) -> Vec<Stretch> {
    let mut runs: Vec<Run> = Vec::new();
    for Reading { day, after, pushed } in readings {
        let row = (*day, meter.clone());
        let Some(bound) = levels.bound(&row) else { continue };
        let before = levels.count(&row);
        for quarter in bits(*pushed) {
            let (observed, limit, missed_now) = missed(&bound, after, quarter);
            if missed_now == 0 {
                continue;
            }
            let is_standing = missed_now <= missed(&bound, before, quarter).2;
            let (place, bit) = (day.quarter(quarter), (1 as Mask) << quarter);
            match runs.last_mut() {
                Some(run)
                    if run.to == place.start()
                        && (run.missed, run.is_standing) == (missed_now, is_standing) =>
                {
                    run.to = place.end();
                    match run.quarters.last_mut() {
                        Some((known, mask)) if known == day => *mask |= bit,
                        _ => run.quarters.push((*day, bit)),
                    }
                }
                _ => runs.push(Run {
                    from: place.start(),
                    to: place.end(),
                    observed,
                    limit,
                    missed: missed_now,
                    is_standing,
                    quarters: vec![(*day, bit)],
                }),
            }
        }
    }
    runs.into_iter().map(|run| stretch(severity, meter, run)).collect()
}

fn stretch(severity: Severity, meter: &Meter, run: Run) -> Stretch {
    let mut finding = Finding::new(meter.kind(), severity, None)
        .about(meter.subject())
        .during(Interval::new(run.from, run.to))
        .measured(Measure::Count, i64::from(run.observed), i64::from(run.limit));
    finding.standing = run.is_standing;
    Stretch { finding, quarters: run.quarters }
}
