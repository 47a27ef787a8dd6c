//! What holds of every roster that entries led to, whatever they were.

use std::collections::{BTreeMap, BTreeSet};

use crate::roster::{Image, Roster};
use crate::shift::Atom;

/// What is wrong with a roster: indexes that do not say what the maps say, weeks that nobody
/// opened, swaps of shifts that are somebody else's. Nothing, if all is well.
#[must_use]
pub fn unsound(roster: &Roster) -> Vec<String> {
    let mut wrong = Vec::new();
    shifts(roster, &mut wrong);
    swaps(roster, &mut wrong);
    time_off(roster, &mut wrong);
    wrong
}

/// What is wrong with a roster's image: that another roster comes back, or another hash.
#[must_use]
pub fn blurred(roster: &Roster) -> Option<&'static str> {
    let image = Image::of(roster);
    let Some(back) = image.clone().roster() else { return Some("the image points at nothing") };
    if back != *roster {
        return Some("the image is of another roster");
    }
    (Image::of(&back).hash() != image.hash()).then_some("the image's hash is another")
}

fn shifts(roster: &Roster, wrong: &mut Vec<String>) {
    let timelines = roster.timelines.iter().flat_map(|(agent, timeline)| {
        timeline.shifts.iter().map(move |((start, id), shift)| (id, (agent, start, shift)))
    });
    let placed: Vec<_> = timelines.collect();
    let count = placed.len();
    let placed: BTreeMap<_, _> = placed.into_iter().collect();
    if count != roster.shifts.len() || placed.len() != count {
        wrong.push(format!("{} shifts, {count} in timelines", roster.shifts.len()));
    }
    let mut external = BTreeMap::new();
    for (id, shift) in &roster.shifts {
        let body = &shift.body;
        let place = placed.get(id);
        if place.is_none_or(|p| (p.0, *p.1, p.2) != (&body.owner, body.span.start, shift)) {
            wrong.push(format!("shift {id} is not in its owner's timeline as it is"));
        }
        external.extend(body.external_ids.clone().into_iter().map(|key| (key, id.clone())));
        let week = roster.unit().map(|unit| unit.week_of(body.span.start));
        if week.is_none_or(|week| roster.week(week).is_none()) {
            wrong.push(format!("shift {id} lies in a week that nobody opened"));
        }
        if shift.origin(Atom::Exists).revision > shift.version() || roster.gone(id).is_some() {
            wrong.push(format!("shift {id} is there and gone"));
        }
    }
    let indexed: BTreeMap<_, _> =
        roster.external.iter().map(|(key, id)| (key.clone(), id.clone())).collect();
    if indexed != external {
        wrong.push(format!("ids of other systems: {external:?} indexed as {indexed:?}"));
    }
}

fn swaps(roster: &Roster, wrong: &mut Vec<String>) {
    let open = roster.swaps().filter(|swap| swap.state.is_open());
    let pairs = open.flat_map(|s| s.offer.shifts().map(|id| (id.clone(), s.offer.id.clone())));
    let pairs: BTreeSet<_> = pairs.collect();
    let indexed: BTreeSet<_> = roster.open_swaps.iter().cloned().collect();
    if pairs != indexed {
        wrong.push(format!("open swaps: {pairs:?} indexed as {indexed:?}"));
    }
    // What ran out stays as it ran out, wherever its shifts go.
    for swap in roster.swaps().filter(|swap| swap.state_at(roster.at()).is_open()) {
        let sides = [Some(&swap.offer.initiator), swap.offer.receiver.as_ref()];
        for side in sides.into_iter().flatten() {
            let shift = side.shift.as_ref().map(|id| roster.shift(id));
            if shift.is_some_and(|s| s.is_none_or(|s| s.body.owner != side.agent)) {
                let id = &swap.offer.id;
                wrong.push(format!("swap {id} is open for a shift that is not {}'s", side.agent));
            }
        }
    }
}

fn time_off(roster: &Roster, wrong: &mut Vec<String>) {
    let all: BTreeSet<_> = roster.all_time_off().map(|t| t.request.id.clone()).collect();
    let timelines = roster.timelines.values().flat_map(|timeline| timeline.time_off.iter());
    let placed: Vec<_> = timelines.map(|((start, id), off)| (start, id.clone(), off)).collect();
    for (start, id, off) in &placed {
        let first = off.request.hull().map(|hull| hull.start());
        if first != Some(**start) || roster.time_off(id) != Some(&***off) {
            wrong.push(format!("time off {id} is not in its timeline as it is"));
        }
    }
    let placed: BTreeSet<_> = placed.into_iter().map(|(_, id, _)| id).collect();
    if all != placed {
        wrong.push(format!("time off: {all:?} in timelines as {placed:?}"));
    }
}
