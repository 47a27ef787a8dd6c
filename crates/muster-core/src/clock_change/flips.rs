//! Rules that say something else than they would if the clocks were left alone.
//!
//! Rules count elapsed time. To see what the clock on the wall would make of the same shifts, they
//! are asked about a second roster, in which the transition does not happen: the agent's clocks
//! keep their offset, and what came after the transition comes at the same wall time as before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::availability::When;
use crate::conflict::Finding;
use crate::id::{AgentId, ShiftId};
use crate::instant::{Instant, Interval};
use crate::roster::{Roster, Timeline};
use crate::rule;
use crate::shift::{Activity, Commitment, Shift, ShiftBody, Span};
use crate::time_off::{Days, TimeOff};
use crate::zone::{Transition, Zone};

/// How long after a transition what an agent has is moved, in days: farther than a rule looks from
/// a shift around the transition.
const MOVED_DAYS: i64 = 30;

/// What is true, where the clock on the wall would say the contrary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// The rule is violated, and would not be.
    Violated,
    /// The rule is kept, and would not be.
    Kept,
}

/// A rule that says something else than it would if the clocks were left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flip {
    /// What is true.
    pub truth: Truth,
    /// What the rule finds; of one that is kept, what it would find by the clock on the wall, with
    /// observed and magnitude counted so. Its stretch of time is the true one.
    pub finding: Finding,
    /// When and how the clocks are moved.
    pub transition: Transition,
}

/// What flips for the agents of shifts around a transition.
pub(super) fn around(
    roster: &Roster,
    zone: &Zone,
    transition: Transition,
    near: &[&Shift],
) -> Vec<Flip> {
    let mut agents: BTreeMap<&AgentId, Vec<&Shift>> = BTreeMap::new();
    for shift in near {
        agents.entry(&shift.body.owner).or_default().push(shift);
    }
    let mut still = Still::new(roster, transition);
    agents.into_iter().flat_map(|(agent, shifts)| still.flips(zone, agent, &shifts)).collect()
}

/// The roster in which a transition does not happen.
struct Still<'a> {
    roster: &'a Roster,
    twin: Roster,
    transition: Transition,
}

impl<'a> Still<'a> {
    fn new(roster: &'a Roster, transition: Transition) -> Self {
        let mut twin = roster.clone();
        if let Some(known) = &mut twin.unit {
            let unit = &mut Arc::make_mut(known).value;
            let before = Instant::from_ms(transition.at.ms() - 1);
            // A unit in another zone keeps its own clocks.
            if unit.zone.offset_min(before) != unit.zone.offset_min(transition.at) {
                unit.zone = unit.zone.kept_before(transition);
            }
        }
        Self { roster, twin, transition }
    }

    fn flips(&mut self, zone: &Zone, agent: &AgentId, shifts: &[&Shift]) -> Vec<Flip> {
        let starts = shifts.iter().map(|shift| shift.body.span.start);
        let ends = shifts.iter().map(|shift| shift.body.span.end());
        let hull = starts.min().zip(ends.max()).and_then(|(start, end)| Interval::new(start, end));
        let (Some(hull), true) = (hull, self.put(zone, agent)) else { return Vec::new() };
        let Some(wall_hull) = self.wall_interval(hull) else { return Vec::new() };
        let real = rule::findings(self.roster, agent, hull);
        let wall = rule::findings(&self.twin, agent, wall_hull);
        let ids: BTreeSet<&ShiftId> = shifts.iter().map(|shift| &shift.id).collect();
        let violated = real.iter().filter(|f| !wall.iter().any(|other| self.is_same(f, other)));
        let violated = violated.map(|f| (Truth::Violated, f.clone()));
        let kept = wall.iter().filter(|f| !real.iter().any(|other| self.is_same(other, f)));
        let kept = kept.map(|f| {
            let interval = f.interval.and_then(|place| self.true_interval(place));
            (Truth::Kept, f.clone().during(interval))
        });
        let is_told = |finding: &Finding| {
            finding.interval.is_some_and(|place| self.transition.is_within(place))
                && (finding.kind.is_sum() || finding.shifts().any(|id| ids.contains(id)))
        };
        let transition = self.transition;
        violated
            .chain(kept)
            .filter(|(_, finding)| is_told(finding))
            .map(|(truth, finding)| Flip { truth, finding, transition })
            .collect()
    }

    /// Puts what an agent has into the twin. Says whether the agent is known.
    fn put(&mut self, zone: &Zone, agent: &AgentId) -> bool {
        let Some(record) = self.twin.agents.get_mut(agent) else { return false };
        Arc::make_mut(record).agent.zone = zone.kept_before(self.transition);
        let Some(timeline) = self.roster.timelines.get(agent) else { return false };
        let timeline = Arc::new(self.wall_timeline(agent, timeline));
        self.twin.timelines.insert(agent.clone(), timeline);
        true
    }

    fn wall_timeline(&self, agent: &AgentId, timeline: &Timeline) -> Timeline {
        let mut moved = timeline.clone();
        let at = self.transition.at;
        let before = Instant::from_ms(at.ms() - 1);
        let Some(reach) = Interval::new(before, at.plus_days(MOVED_DAYS)) else { return moved };
        for shift in self.roster.shifts_of(agent, reach) {
            moved.shifts.remove(&(shift.body.span.start, shift.id.clone()));
        }
        for shift in self.roster.shifts_of(agent, reach) {
            let shift = self.wall_shift(shift);
            let key = (shift.body.span.start, shift.id.clone());
            moved.shifts.insert(key, Arc::new(shift));
        }
        for own in self.roster.commitments_of(agent, reach) {
            moved.commitments.remove(own);
        }
        let own = self.roster.commitments_of(agent, reach);
        moved.commitments.extend(own.filter_map(|own| self.wall_commitment(own)));
        for (key, time_off) in &timeline.time_off {
            if time_off.request.intervals.iter().any(|place| place.overlaps(reach)) {
                let time_off = Arc::new(self.wall_time_off(time_off));
                moved.time_off.insert(key.clone(), time_off);
            }
        }
        for (id, known) in &timeline.availability {
            if let When::On(Days::Partial(place)) = known.value.when
                && let Some(place) = self.wall_interval(place)
            {
                let mut known = (**known).clone();
                known.value.when = When::On(Days::Partial(place));
                moved.availability.insert(id.clone(), Arc::new(known));
            }
        }
        moved
    }

    fn wall_shift(&self, shift: &Shift) -> Shift {
        let Span { start, zone, .. } = &shift.body.span;
        let moved = self.wall(*start);
        let end = self.wall(shift.body.span.end());
        let length_min = u32::try_from(moved.minutes_until(end)).unwrap_or(0).max(1);
        let activity = |activity: &Activity| {
            let from = start.plus_min(i64::from(activity.offset_min));
            let until = self.wall(from.plus_min(i64::from(activity.length_min)));
            let from = self.wall(from);
            Some(Activity {
                offset_min: u32::try_from(moved.minutes_until(from)).ok()?,
                length_min: u32::try_from(from.minutes_until(until)).ok().filter(|m| *m > 0)?,
                ..activity.clone()
            })
        };
        let body = ShiftBody {
            span: Span { start: moved, length_min, zone: zone.clone() },
            activities: shift.body.activities.iter().filter_map(activity).collect(),
            ..(*shift.body).clone()
        };
        Shift { body: Arc::new(body), ..shift.clone() }
    }

    fn wall_commitment(&self, own: &Commitment) -> Option<Commitment> {
        let (start, end) = (self.wall(own.start), self.wall(own.end()));
        let length_min = u32::try_from(start.minutes_until(end)).ok().filter(|min| *min > 0)?;
        Some(Commitment { start, length_min, ..own.clone() })
    }

    fn wall_time_off(&self, time_off: &TimeOff) -> TimeOff {
        let mut moved = time_off.clone();
        let intervals = time_off.request.intervals.iter();
        moved.request.intervals = intervals.filter_map(|i| self.wall_interval(*i)).collect();
        moved
    }

    /// Where an instant comes when the clocks are left alone and show the same.
    fn wall(&self, at: Instant) -> Instant {
        let is_after = at >= self.transition.at;
        if is_after { at.plus_min(-self.transition.change_min()) } else { at }
    }

    fn wall_interval(&self, place: Interval) -> Option<Interval> {
        Interval::new(self.wall(place.start()), self.wall(place.end()))
    }

    /// Where a stretch of the twin really is; as long as can be where that is not clear.
    fn true_interval(&self, place: Interval) -> Option<Interval> {
        let at = self.transition.at;
        let later = |wall: Instant| wall.plus_min(self.transition.change_min());
        let (start, end) = (place.start(), place.end());
        let start = if start < at { start } else { later(start).max(at) };
        Interval::new(start, if later(end) < at { end.min(at) } else { later(end) })
    }

    /// Whether a finding and one of the twin are the same: about the same window for what is
    /// summed up, the same stretch of work or rest, or else the same shifts.
    fn is_same(&self, real: &Finding, wall: &Finding) -> bool {
        let is_sum = real.kind.is_sum();
        let places = real.interval.and_then(|place| self.wall_interval(place)).zip(wall.interval);
        let is_there = places.is_none_or(|(place, other)| {
            // The windows of a unit in another zone are moved apart.
            let apart_min = place.start().minutes_until(other.start()).abs();
            let is_window = apart_min <= self.transition.change_min().abs();
            if is_sum { is_window } else { place.overlaps(other) }
        });
        let names_shifts = !is_sum && !real.kind.is_stretch();
        (real.kind, &real.rule) == (wall.kind, &wall.rule)
            && is_there
            && (!names_shifts || real.shifts().eq(wall.shifts()))
    }
}
