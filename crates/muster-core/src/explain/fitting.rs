//! Shifts that fit: cut where they may not be, with the break that they lack, and with no activity
//! that sticks out.

use std::sync::Arc;

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
    let mut remedies = Vec::new();
    for id in spoken {
        let Some(body) = scene.merged(id) else { continue };
        let (name, all) = fits(scene, finding, id, &body);
        let all = all.into_iter();
        remedies.extend(all.filter_map(|(title, body)| wishing(scene, name, title, id, body)));
    }
    remedies
}

/// A name, and what the shift may be instead, the best first.
fn fits(
    scene: &Scene<'_>,
    finding: &Finding,
    id: &ShiftId,
    body: &ShiftBody,
) -> (&'static str, Vec<(String, ShiftBody)>) {
    let is_in_the_way = matches!(
        finding.kind,
        Kind::ShiftOverlap
            | Kind::RestTimeShort
            | Kind::TimeOffApprovedOverlap
            | Kind::TimeOffPendingOverlap
    );
    if is_in_the_way {
        let title = format!("cut shift {id} down to where it may be");
        let less = cut(body, &occupied(scene, finding, id));
        return ("trim", less.map(|less| (title, less)).into_iter().collect());
    }
    if finding.kind == Kind::ActivityOutsideShift {
        let less = ShiftBody { activities: inside(body), ..body.clone() };
        return ("trim", vec![(format!("leave out what does not fit into shift {id}"), less)]);
    }
    if finding.kind == Kind::BreakMissing && finding.observed < finding.limit {
        let title = format!("give shift {id} a break of {} min", finding.limit);
        let all = rested(scene, body, finding.limit).into_iter();
        return ("add_break", all.map(|body| (title.clone(), body)).collect());
    }
    ("", Vec::new())
}

/// Where a shift may not be.
fn occupied(scene: &Scene<'_>, finding: &Finding, id: &ShiftId) -> Vec<Interval> {
    let rest_min = if finding.kind == Kind::RestTimeShort { finding.limit } else { 0 };
    let taken = |subject: &Subject| {
        if let Subject::TimeOff(id) = subject {
            return Some(scene.roster.time_off(id)?.request.intervals.clone());
        }
        let Subject::Shift(other) = subject else { return None };
        let place = scene.merged(other).filter(|_| other != id)?.interval();
        let (start, end) = (place.start().plus_min(-rest_min), place.end().plus_min(rest_min));
        Some(vec![Interval::new(start, end)?])
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
fn inside(body: &ShiftBody) -> Arc<[Activity]> {
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
