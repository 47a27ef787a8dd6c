//! What an agent really does when: shifts, the activities in them, and approved time off on top.

use std::sync::LazyLock;

use crate::id::{ActivityCodeId, AgentId, ShiftId, TimeOffId};
use crate::instant::{Instant, Interval};
use crate::roster::Roster;
use crate::shift::Shift;
use crate::time_off::{TimeOff, TimeOffStatus};

/// A stretch of time that an agent spends on one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// When.
    pub interval: Interval,
    /// What on; on-queue work where a shift has no activity.
    pub code: ActivityCodeId,
    /// Whether it is paid.
    pub paid: bool,
    /// The shift it is part of.
    pub shift: Option<ShiftId>,
    /// The time off that masks it.
    pub time_off: Option<TimeOffId>,
}

/// The code of the time in a shift that no activity covers.
#[must_use]
pub fn on_queue() -> ActivityCodeId {
    static CODE: LazyLock<ActivityCodeId> =
        LazyLock::new(|| ActivityCodeId::parse("OnQueueWork").expect("it is an id"));
    CODE.clone()
}

/// An agent's time within a stretch, sorted and disjoint; gaps are free time. Approved time off
/// masks shifts, and shows outside them too.
#[must_use]
pub fn effective(roster: &Roster, agent: &AgentId, during: Interval) -> Vec<Segment> {
    let mut segments = planned(roster, agent, during);
    let approved = roster.time_off_of(agent).filter(|t| t.status == TimeOffStatus::Approved);
    for time_off in approved {
        lay(&mut segments, off(time_off));
    }
    segments.retain_mut(|segment| match segment.interval.intersection(during) {
        Some(inside) => {
            segment.interval = inside;
            true
        }
        None => false,
    });
    segments.sort_by_key(|segment| segment.interval);
    segments
}

/// The shifts that share time with a stretch and what is in them, whole and as if there were no
/// time off.
#[must_use]
pub fn planned(roster: &Roster, agent: &AgentId, during: Interval) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for shift in roster.shifts_of(agent, during) {
        lay(&mut segments, worked(roster, shift));
    }
    segments
}

/// What an agent does at an instant.
#[must_use]
pub fn effective_at(roster: &Roster, agent: &AgentId, at: Instant) -> Option<Segment> {
    let during = Interval::new(at, Instant::from_ms(at.ms() + 1))?;
    effective(roster, agent, during).pop()
}

fn worked(roster: &Roster, shift: &Shift) -> Vec<Segment> {
    let start = shift.body.span.start;
    let segment = |from: u32, to: u32, code: ActivityCodeId, paid: bool| {
        let at = |min: u32| start.plus_min(i64::from(min));
        let interval = Interval::new(at(from), at(to))?;
        Some(Segment { interval, code, paid, shift: Some(shift.id.clone()), time_off: None })
    };
    let length_min = shift.body.span.length_min;
    let mut segments = Vec::new();
    let mut free_from = 0;
    for activity in roster.activities(&shift.body).into_owned() {
        // An activity may lie outside the shift; the time before it does not become work.
        segments.extend(segment(free_from, activity.offset_min.min(length_min), on_queue(), true));
        let end = activity.offset_min + activity.length_min;
        segments.extend(segment(activity.offset_min, end, activity.code, activity.paid));
        free_from = end;
    }
    segments.extend(segment(free_from, length_min, on_queue(), true));
    segments
}

fn off(time_off: &TimeOff) -> Vec<Segment> {
    let request = &time_off.request;
    let segment = |interval: &Interval| Segment {
        interval: *interval,
        code: request.code.clone(),
        paid: request.paid,
        shift: None,
        time_off: Some(request.id.clone()),
    };
    request.intervals.iter().map(segment).collect()
}

/// Lays `top` over `below`, cutting what it covers.
fn lay(below: &mut Vec<Segment>, top: Vec<Segment>) {
    for mut piece in top {
        let place = piece.interval;
        let cut = |segment: Segment| {
            let part = |start: Instant, end: Instant| {
                let interval = Interval::new(start, end)?;
                Some(Segment { interval, ..segment.clone() })
            };
            let interval = segment.interval;
            if !interval.overlaps(place) {
                return [Some(segment), None];
            }
            [part(interval.start(), place.start()), part(place.end(), interval.end())]
        };
        // Mostly nothing is under it.
        if let Some(under) = below.iter().find(|segment| segment.interval.overlaps(place)) {
            piece.shift = piece.shift.or_else(|| under.shift.clone());
            *below = std::mem::take(below).into_iter().flat_map(cut).flatten().collect();
        }
        below.push(piece);
    }
}
