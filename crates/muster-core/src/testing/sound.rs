//! What holds of every roster that entries led to, whatever they were.

use std::collections::{BTreeMap, BTreeSet};

use crate::activity::Category;
use crate::conflict::Kind;
use crate::draft::Draft;
use crate::effective::{Segment, effective};
use crate::instant::{Instant, Interval};
use crate::levels::{Bound, Day, Mask, Meter, Quarters};
use crate::roster::{AgentRecord, Image, Roster};
use crate::shift::Atom;

/// What is wrong with a roster: indexes that do not say what the maps say, weeks that nobody
/// opened, swaps of shifts that are somebody else's. Nothing, if all is well.
#[must_use]
pub fn unsound(roster: &Roster) -> Vec<String> {
    let mut wrong = Vec::new();
    shifts(roster, &mut wrong);
    swaps(roster, &mut wrong);
    time_off(roster, &mut wrong);
    levels(roster, &mut wrong);
    drafts(roster, &mut wrong);
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

fn drafts(roster: &Roster, wrong: &mut Vec<String>) {
    let open: Vec<_> = roster.drafts().filter(|draft| draft.is_open()).map(|d| &d.id).collect();
    let indexed: Vec<_> = roster.open_drafts.iter().collect();
    if open != indexed {
        wrong.push(format!("open drafts: {open:?} indexed as {indexed:?}"));
    }
    for draft in roster.drafts() {
        let mut again = Draft::empty(&draft.id, draft.week, &draft.name, draft.base, &draft.origin);
        again.put(&draft.edits());
        if again.links != draft.links {
            wrong.push(format!(
                "draft {}: {:?} indexed as {:?}",
                draft.id, again.links, draft.links
            ));
        }
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

/// What is counted of all agents together, counted from what everybody does.
fn levels(roster: &Roster, wrong: &mut Vec<String>) {
    let mut expected: BTreeMap<(Day, Meter), Quarters> = BTreeMap::new();
    for record in roster.agents.values() {
        let shifts = roster.timelines.get(&record.agent.id).map(|timeline| &timeline.shifts);
        let shifts = shifts.into_iter().flat_map(|shifts| shifts.values());
        let days: BTreeSet<Day> = shifts.flat_map(|shift| Day::all(shift.interval())).collect();
        for day in days {
            for (meter, quarters) in present(roster, record, day) {
                expected.entry((day, meter)).or_insert(Quarters::NONE).add(quarters);
            }
        }
    }
    let counts = roster.levels.counts.iter();
    let counts: BTreeMap<_, _> =
        counts.map(|(row, count)| (row.clone(), (**count).clone())).collect();
    expected.retain(|_, count| !count.is_none());
    if expected != counts {
        wrong.push(format!("levels: {expected:?} counted as {counts:?}"));
    }
}

/// Where fewer agents are than asked, or more, by more than before: what that is, and when.
#[must_use]
pub fn worsened(before: &Roster, after: &Roster) -> Vec<(Kind, Interval)> {
    let rows = before.levels.counts.keys().chain(after.levels.counts.keys());
    let rows = rows.chain(after.levels.required.keys());
    let rows: BTreeSet<&(Day, Meter)> = rows.collect();
    let mut worse = Vec::new();
    for row in rows {
        let missed = |roster: &Roster, quarter: usize| {
            let count = i64::from(roster.levels.count(row).at(quarter));
            match after.levels.bound(row) {
                Some(Bound::AtLeast(required)) => (i64::from(required.at(quarter)) - count).max(0),
                Some(Bound::AtMost(limit)) => (count - i64::from(limit)).max(0),
                None => 0,
            }
        };
        let grown = (0..96).filter(|n| missed(after, *n) > missed(before, *n));
        worse.extend(grown.map(|n| (row.1.kind(), row.0.quarter(n))));
    }
    worse
}

/// When an agent counts for what on a day, quarter hour by quarter hour.
fn present(roster: &Roster, record: &AgentRecord, day: Day) -> Vec<(Meter, Mask)> {
    let mut segments = effective(roster, &record.agent.id, day.interval());
    segments.retain(|segment| segment.time_off.is_none());
    let until = if record.left { record.origin.at } else { Instant::MAX };
    let counted = |inside: &dyn Fn(Interval) -> bool| {
        let of = (0..96).filter(|n| inside(day.quarter(*n)));
        of.fold(0, |mask: Mask, n| mask | (1 << n))
    };
    let is_work = |segment: &&Segment| {
        roster.code(&segment.code).is_some_and(|code| code.category == Category::OnQueueWork)
    };
    let on_queue = counted(&|quarter| {
        let work = segments.iter().filter(is_work);
        let parts = work.filter_map(|segment| segment.interval.intersection(quarter));
        let ms: i64 = parts.map(|part| part.end().ms() - part.start().ms()).sum();
        ms == quarter.end().ms() - quarter.start().ms() && quarter.end() <= until
    });
    let has = |skill: &str, quarter: Interval| {
        let date = record.agent.zone.date(quarter.start());
        record.agent.has_skill(skill, date, date)
    };
    let levels = &roster.levels;
    let mut all = Vec::new();
    for ((_, meter), _) in levels.required.iter().filter(|((known, _), _)| *known == day) {
        let Meter::Staff(skill) = meter else { continue };
        let skilled = counted(&|q| skill.as_ref().is_none_or(|skill| has(skill, q)));
        all.push((meter.clone(), on_queue & skilled));
    }
    for group in levels.trunks().iter().filter(|k| k.value.since <= day).flat_map(|k| &k.value.all)
    {
        let groups = &group.management_units;
        let is_in = groups.is_empty()
            || record.agent.management_unit.as_ref().is_some_and(|id| groups.contains(id));
        let skills = &group.skills;
        let uses = counted(&|q| is_in && (skills.is_empty() || skills.iter().any(|s| has(s, q))));
        all.push((Meter::Trunk(group.id.clone()), on_queue & uses));
    }
    for site in levels.sites().iter().filter(|k| k.value.since <= day).flat_map(|k| &k.value.all) {
        let there = counted(&|quarter| {
            segments.iter().any(|segment| {
                let shift = segment.shift.as_ref().and_then(|id| roster.shift(id));
                let shift = shift.filter(|shift| shift.body.site.as_ref() == Some(&site.id));
                let part = shift.and_then(|shift| segment.interval.intersection(shift.interval()));
                let part = part.and_then(|part| part.intersection(quarter));
                part.is_some_and(|part| part.start() < until)
            })
        });
        all.push((Meter::Site(site.id.clone()), there));
    }
    all
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
