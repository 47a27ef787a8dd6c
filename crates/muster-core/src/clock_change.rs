//! What clock changes do to the shifts that a command touches: for planners to see, and never a
//! reason to hold anything back.
//!
//! Three things are told. Shifts whose elapsed length is not what the clock on the wall shows.
//! Starts and ends, of shifts and of what is done in them, at a wall time that comes twice, or at
//! the beginning of a day that has no midnight. And rules that say something else than they would
//! if the clocks were left alone ([`Flip`]). All of it is said in the zone of the agent who works
//! the shift, so that a shift that is traded into another zone is looked at there.
//!
//! Most weeks have no clock change: then a zone is asked once for its transitions, and that is all.

mod ahead;
mod flips;

use std::collections::{BTreeMap, BTreeSet};

use crate::conflict::Finding;
use crate::id::{ActivityCodeId, AgentId, ShiftId};
use crate::instant::{Instant, Interval};
use crate::roster::Roster;
use crate::shift::Shift;
use crate::zone::{Midnight, Transition, Zone};

pub use ahead::{of_edits, of_swap};
pub use flips::{Flip, Truth};

/// How far from a transition shifts are looked at, in days: a week, as far as rules about rests
/// and weeks reach, and the day it ends on.
const REACH_DAYS: i64 = 8;

/// What clock changes do to some shifts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clocks {
    /// Shifts that are not as long as they look, by agent and start.
    pub changes: Vec<ClockChange>,
    /// Starts and ends that could be taken for others, by agent and time.
    pub times: Vec<LocalTime>,
    /// What the rules say only because the clocks are moved, by agent.
    pub flips: Vec<Flip>,
}

/// A shift that is not as long as the clock on the wall shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockChange {
    /// Who works it.
    pub agent: AgentId,
    /// The shift.
    pub shift: ShiftId,
    /// When it is.
    pub interval: Interval,
    /// The agent's zone.
    pub zone: Zone,
    /// When and how its clocks are moved meanwhile.
    pub transition: Transition,
}

impl ClockChange {
    /// How long it is.
    #[must_use]
    pub fn elapsed_min(&self) -> i64 {
        self.interval.minutes()
    }

    /// How long the clock on the wall shows it to be.
    #[must_use]
    pub fn wall_min(&self) -> i64 {
        self.elapsed_min() - self.transition.change_min()
    }
}

/// Which end of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edge {
    /// Its first instant.
    Start,
    /// The first instant after it.
    End,
}

/// A start or an end that could be taken for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalTime {
    /// Whose it is.
    pub agent: AgentId,
    /// The shift.
    pub shift: ShiftId,
    /// The activity in it; nothing for the shift itself.
    pub activity: Option<ActivityCodeId>,
    /// Which end of it.
    pub edge: Edge,
    /// The instant that is meant.
    pub at: Instant,
    /// The agent's zone.
    pub zone: Zone,
    /// When and how its clocks are moved.
    pub transition: Transition,
    /// The instant at which they show the same; nothing where it is a day that has no midnight.
    pub other: Option<Instant>,
}

impl LocalTime {
    /// The offset from UTC that is meant, and the one that is not, in minutes.
    #[must_use]
    pub fn offsets_min(&self) -> (i64, i64) {
        let Transition { at, before_min, after_min } = self.transition;
        if self.at < at { (before_min, after_min) } else { (after_min, before_min) }
    }
}

impl Finding {
    /// Whether it would not be there if the clocks were left alone: what they add to what was
    /// measured, or take from it, is more than the excess over the limit.
    #[must_use]
    pub fn is_because_of_clock_change(&self) -> bool {
        let Some(change_min) = self.clock_change_min else { return false };
        let wall = self.observed - change_min;
        if self.observed > self.limit { wall <= self.limit } else { wall >= self.limit }
    }
}

/// What clock changes do to the shifts that are made or changed between two states of a unit.
#[must_use]
pub fn between(before: &Roster, after: &Roster) -> Clocks {
    check(after, &touched(before, after))
}

/// What clock changes do to all shifts of a unit.
#[must_use]
pub fn everywhere(roster: &Roster) -> Clocks {
    check(roster, &roster.shifts().collect::<Vec<_>>())
}

/// The shifts that get another agent, time or activities, and those in which their agent gets
/// another activity.
fn touched<'a>(before: &'a Roster, after: &'a Roster) -> Vec<&'a Shift> {
    use imbl::ordmap::DiffItem::{Add, Remove, Update};
    let is_moved = |old: &Shift, new: &Shift| {
        let (old, new) = (&old.body, &new.body);
        old.owner != new.owner || old.span != new.span || old.activities != new.activities
    };
    let shifts = before.shifts.diff(&after.shifts).filter_map(|item| match item {
        Add(_, new) => Some(&**new),
        Update { old, new } if is_moved(old.1, new.1) => Some(&**new.1),
        Update { .. } | Remove(..) => None,
    });
    let mut all: Vec<&Shift> = shifts.collect();
    let known: BTreeSet<&ShiftId> = all.iter().map(|shift| &shift.id).collect();
    let mut others = BTreeMap::new();
    for item in before.timelines.diff(&after.timelines) {
        let Update { old, new } = item else { continue };
        if old.1.committed == new.1.committed {
            continue;
        }
        let added = new.1.commitments.iter().filter(|c| !old.1.commitments.contains(*c));
        let places = added.filter_map(|c| Interval::new(c.start, c.end()));
        let inside = places.flat_map(|place| after.shifts_of(new.0, place));
        others.extend(inside.filter(|s| !known.contains(&s.id)).map(|shift| (&shift.id, shift)));
    }
    all.extend(others.into_values());
    all
}

fn check(roster: &Roster, shifts: &[&Shift]) -> Clocks {
    let mut clocks = Clocks::default();
    for (zone, shifts) in by_zone(roster, shifts) {
        let starts = shifts.iter().map(|shift| shift.body.span.start);
        let ends = shifts.iter().map(|shift| shift.body.span.end());
        let (Some(first), Some(last)) = (starts.min(), ends.max()) else { continue };
        let wide = Interval::new(first.plus_days(-REACH_DAYS), last.plus_days(REACH_DAYS));
        for transition in wide.map(|wide| zone.transitions(wide)).unwrap_or_default() {
            let near = |shift: &&&Shift| {
                shift.body.span.end() >= transition.at.plus_days(-REACH_DAYS)
                    && shift.body.span.start <= transition.at.plus_days(REACH_DAYS)
            };
            let near: Vec<&Shift> = shifts.iter().filter(near).copied().collect();
            clocks.look(roster, zone, transition, &near);
        }
    }
    clocks.changes.sort_by(|a, b| (&a.agent, a.interval).cmp(&(&b.agent, b.interval)));
    let key = |time: &LocalTime| (time.agent.clone(), time.at, time.edge, time.activity.clone());
    clocks.times.sort_by_cached_key(key);
    clocks.flips.sort_by_cached_key(|flip| (flip.finding.agent.clone(), flip.finding.sort_key()));
    clocks
}

/// Shifts by the zone of whoever works them; of an agent whom nobody knows, the zone they were
/// entered with.
fn by_zone<'a>(roster: &'a Roster, shifts: &[&'a Shift]) -> BTreeMap<&'a Zone, Vec<&'a Shift>> {
    let mut zones: BTreeMap<&Zone, Vec<&Shift>> = BTreeMap::new();
    for shift in shifts {
        let record = roster.agent(&shift.body.owner);
        let zone = record.map_or(&shift.body.span.zone, |record| &record.agent.zone);
        zones.entry(zone).or_default().push(shift);
    }
    zones
}

impl Clocks {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.times.is_empty() && self.flips.is_empty()
    }

    /// What one transition does to the shifts around it.
    fn look(&mut self, roster: &Roster, zone: &Zone, transition: Transition, near: &[&Shift]) {
        for shift in near {
            if transition.is_within(shift.interval()) {
                self.changes.push(ClockChange {
                    agent: shift.body.owner.clone(),
                    shift: shift.id.clone(),
                    interval: shift.interval(),
                    zone: zone.clone(),
                    transition,
                });
            }
            self.times.extend(times(roster, zone, transition, shift));
        }
        self.flips.extend(flips::around(roster, zone, transition, near));
    }
}

/// Where a shift, or something in it, starts or ends that could be taken for another time.
fn times(roster: &Roster, zone: &Zone, transition: Transition, shift: &Shift) -> Vec<LocalTime> {
    let day = Interval::new(transition.at.plus_days(-1), transition.at.plus_days(1));
    if day.is_none_or(|day| !day.overlaps(shift.interval())) {
        return Vec::new();
    }
    let start = shift.body.span.start;
    let whole = (None, start, shift.body.span.end());
    let inside = roster.activities(&shift.body).into_iter().map(|activity| {
        let from = start.plus_min(i64::from(activity.offset_min));
        (Some(activity.code), from, from.plus_min(i64::from(activity.length_min)))
    });
    let edges = [whole].into_iter().chain(inside).flat_map(|(activity, start, end)| {
        [(activity.clone(), Edge::Start, start), (activity, Edge::End, end)]
    });
    let doubtful = edges.filter_map(|(activity, edge, at)| {
        let other = transition.other_reading(at);
        let no_midnight = at == transition.at && transition.midnight() == Some(Midnight::Skipped);
        (other.is_some() || no_midnight).then(|| LocalTime {
            agent: shift.body.owner.clone(),
            shift: shift.id.clone(),
            activity,
            edge,
            at,
            zone: zone.clone(),
            transition,
            other,
        })
    });
    doubtful.collect()
}

#[cfg(test)]
mod tests;
