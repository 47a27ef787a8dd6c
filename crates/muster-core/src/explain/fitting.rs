//! Shifts that fit: cut where they may not be, with the break that they lack, and with no activity
//! that sticks out.

use crate::activity::Category;
use crate::conflict::{Finding, Kind, Subject};
use crate::explain::editing::wishing;
use crate::explain::{Remedy, Scene};
use crate::id::ShiftId;
use crate::instant::Interval;
use crate::shift::{Activity, ShiftBody};

/// What is left of a shift has at least so many minutes.
const LEAST_MIN: i64 = 60;
/// Breaks begin at such a quarter of an hour after the shift.
const STEP_MIN: u32 = 15;

pub(super) fn fitting(scene: &Scene<'_>, finding: &Finding, spoken: &[&ShiftId]) -> Vec<Remedy> {
    let bodies = spoken.iter().filter_map(|id| Some((*id, scene.merged(id)?)));
    let fit = |(id, body): (&ShiftId, std::sync::Arc<ShiftBody>)| match finding.kind {
        Kind::ShiftOverlap
        | Kind::RestTimeShort
        | Kind::TimeOffApprovedOverlap
        | Kind::TimeOffPendingOverlap => {
            let less = cut(&body, &occupied(scene, finding, id));
            let named = less.map(|less| (format!("work shift {id} only where it may be"), less));
            trimmed("trim", named.into_iter().collect(), scene, id)
        }
        Kind::ActivityOutsideShift => {
            let less = ShiftBody { activities: inside(&body), ..(*body).clone() };
            let title = format!("leave out what does not fit into shift {id}");
            trimmed("trim", vec![(title, less)], scene, id)
        }
        Kind::BreakMissing if finding.observed < finding.limit => {
            let title = format!("give shift {id} a break of {} min", finding.limit);
            let all = rested(scene, &body, finding.limit);
            let all = all.into_iter().map(|body| (title.clone(), body)).collect();
            trimmed("add_break", all, scene, id)
        }
        _ => Vec::new(),
    };
    bodies.flat_map(fit).collect()
}

fn trimmed(
    name: &'static str,
    bodies: Vec<(String, ShiftBody)>,
    scene: &Scene<'_>,
    id: &ShiftId,
) -> Vec<Remedy> {
    let all = bodies.into_iter();
    all.filter_map(|(title, body)| wishing(scene, name, title, id, body)).collect()
}

/// Where a shift may not be.
fn occupied(scene: &Scene<'_>, finding: &Finding, id: &ShiftId) -> Vec<Interval> {
    let rest_min = if finding.kind == Kind::RestTimeShort { finding.limit } else { 0 };
    let taken = |subject: &Subject| match subject {
        Subject::Shift(other) if other != id => {
            let place = scene.merged(other)?.interval();
            let (start, end) = (place.start().plus_min(-rest_min), place.end().plus_min(rest_min));
            Some(vec![Interval::new(start, end)?])
        }
        Subject::TimeOff(id) => Some(scene.roster.time_off(id)?.request.intervals.clone()),
        _ => None,
    };
    finding.subjects.iter().filter_map(taken).flatten().collect()
}

/// The longest part of a shift that lies outside of some stretches of time, with the activities
/// that lie in it whole.
fn cut(body: &ShiftBody, occupied: &[Interval]) -> Option<ShiftBody> {
    let mut free = vec![body.interval()];
    for taken in occupied {
        let around = |place: Interval| {
            let before = Interval::new(place.start(), place.end().min(taken.start()));
            let after = Interval::new(place.start().max(taken.end()), place.end());
            before.into_iter().chain(after)
        };
        free = free.into_iter().flat_map(around).collect();
    }
    let longest = free.into_iter().max_by_key(|place| place.minutes())?;
    if longest.minutes() < LEAST_MIN || longest == body.interval() {
        return None;
    }
    let mut less = body.clone();
    less.span.start = longest.start();
    less.span.length_min = u32::try_from(longest.minutes()).ok()?;
    let later_min = u32::try_from(body.span.start.minutes_until(longest.start())).ok()?;
    let moved = body.activities.iter().filter_map(|activity| {
        let offset_min = activity.offset_min.checked_sub(later_min)?;
        Some(Activity { offset_min, ..activity.clone() })
    });
    less.activities = moved.collect();
    less.activities = inside(&less);
    Some(less)
}

/// The activities that lie in the shift whole.
fn inside(body: &ShiftBody) -> std::sync::Arc<[Activity]> {
    let ends = |activity: &&Activity| activity.offset_min + activity.length_min;
    body.activities.iter().filter(|a| ends(a) <= body.span.length_min).cloned().collect()
}

/// The shift with a break in the middle, or, where something else is or that is too late, earlier.
fn rested(scene: &Scene<'_>, body: &ShiftBody, length_min: i64) -> Vec<ShiftBody> {
    let Ok(length_min) = u32::try_from(length_min) else { return Vec::new() };
    let code = Category::Break.default_code();
    let Some(code) = scene.roster.code(&code.id).filter(|code| code.category == Category::Break)
    else {
        return Vec::new();
    };
    let others = scene.roster.activities(body);
    let is_free = |from: u32| {
        let mut others = others.iter();
        others.all(|a| a.offset_min + a.length_min <= from || from + length_min <= a.offset_min)
    };
    let places = [(1, 2), (1, 3), (1, 4), (2, 3)]
        .into_iter()
        .map(|(part, of)| body.span.length_min * part / of / STEP_MIN * STEP_MIN);
    let with = |offset_min: u32| {
        let (code, paid) = (code.id.clone(), code.paid);
        let mut all: Vec<Activity> = body.activities.to_vec();
        all.push(Activity { offset_min, length_min, code, paid });
        all.sort();
        ShiftBody { activities: all.into(), ..body.clone() }
    };
    places.filter(|from| is_free(*from)).map(with).collect()
}
