//! When an agent counts: on the queue for whole quarter hours, at a site for any part of one.

use std::sync::Arc;

use crate::activity::Category;
use crate::agent::Agent;
use crate::id::ActivityCodeId;
use crate::instant::{Instant, Interval};
use crate::levels::{Day, Mask, Meter};
use crate::roster::{AgentRecord, Roster};
use crate::shift::{Activity, Shift};
use crate::time_off::TimeOffStatus;

/// What an agent does on a day, as far as it is counted.
struct Presence {
    on_queue: Mask,
    sites: Vec<(Arc<str>, Mask)>,
}

/// Sorted, disjoint stretches of time; touching ones are one.
#[derive(Default)]
struct Spans(Vec<Interval>);

impl Spans {
    fn remove(&mut self, place: Interval) {
        let mut n = 0;
        while let Some(known) = self.0.get(n).copied() {
            let before = Interval::new(known.start(), known.end().min(place.start()));
            let after = Interval::new(known.start().max(place.end()), known.end());
            n += match (before, after) {
                _ if !known.overlaps(place) => 1,
                (Some(before), Some(after)) => {
                    self.0[n] = before;
                    self.0.insert(n + 1, after);
                    2
                }
                (Some(rest), None) | (None, Some(rest)) => {
                    self.0[n] = rest;
                    1
                }
                (None, None) => {
                    self.0.remove(n);
                    0
                }
            };
        }
    }

    fn add(&mut self, place: Interval) {
        let meets = |known: &Interval| known.start() <= place.end() && place.start() <= known.end();
        let (mut start, mut end) = (place.start(), place.end());
        for known in self.0.extract_if(.., |known| meets(known)) {
            (start, end) = (start.min(known.start()), end.max(known.end()));
        }
        let at = self.0.partition_point(|known| known.start() < start);
        self.0.splice(at..at, Interval::new(start, end));
    }

    fn mask(&self, of: impl Fn(Interval) -> Mask) -> Mask {
        self.0.iter().fold(0, |mask, place| mask | of(*place))
    }
}

/// When an agent has a skill: on the civil days, in the agent's zone, on which it is valid.
pub(super) fn skilled(agent: &Agent, name: &str, day: Day) -> Mask {
    let all = agent.skills.iter().filter(|skill| *skill.name == *name);
    let masks = all.map(|skill| {
        let from = skill.valid_from.map_or(Instant::MIN, |from| agent.zone.start_of_day(from));
        let until = skill.valid_until.and_then(|last| last.tomorrow().ok());
        let until = until.map_or(Instant::MAX, |until| agent.zone.start_of_day(until));
        Interval::new(from, until).map_or(0, |valid| day.inside(valid))
    });
    masks.fold(0, |all, mask| all | mask)
}

/// What an agent counts for on a day, and when.
pub(super) fn contributions(
    roster: &Roster,
    record: &AgentRecord,
    day: Day,
    mut give: impl FnMut(Meter, Mask),
) {
    let levels = &roster.levels;
    let Some(presence) = presence(roster, record, day) else { return };
    let agent = &record.agent;
    let mut take = |meter: Meter, mask: Mask| {
        if mask != 0 {
            give(meter, mask);
        }
    };
    let rows = levels.required.range((day, Meter::Staff(None))..(day.next(), Meter::Staff(None)));
    for ((_, meter), _) in rows {
        let Meter::Staff(skill) = meter else { continue };
        let mask = skill.as_ref().map_or(Mask::MAX, |skill| skilled(agent, skill, day));
        take(meter.clone(), mask & presence.on_queue);
    }
    let trunks = levels.trunks.as_ref().filter(|known| known.value.since <= day);
    for group in trunks.into_iter().flat_map(|known| &known.value.all) {
        take(Meter::Trunk(group.id.clone()), group.used_by(agent, day) & presence.on_queue);
    }
    for (site, mask) in presence.sites {
        take(Meter::Site(site), mask);
    }
}

/// Nothing, when nothing is counted on that day or the agent does nothing.
fn presence(roster: &Roster, record: &AgentRecord, day: Day) -> Option<Presence> {
    let agent = &record.agent.id;
    let sites = roster.levels.sites.as_ref().filter(|known| known.value.since <= day);
    if !roster.levels.is_watched(day) {
        return None;
    }
    let during = day.interval();
    let (mut queue, mut places) = (Spans::default(), Vec::<(&Arc<str>, Spans)>::new());
    for shift in roster.shifts_of(agent, during) {
        lay(roster, &mut queue, shift);
        let Some(sites) = sites else { continue };
        places.iter_mut().for_each(|(_, spans)| spans.remove(shift.interval()));
        let site = shift.body.site.as_ref();
        let Some(site) = site.filter(|site| sites.value.all.iter().any(|s| s.id == **site)) else {
            continue;
        };
        match places.iter_mut().find(|(known, _)| *known == site) {
            Some((_, spans)) => spans.add(shift.interval()),
            None => places.push((site, Spans(vec![shift.interval()]))),
        }
    }
    let requests = roster.time_off_of(agent).filter(|t| t.status == TimeOffStatus::Approved);
    let masked = requests.flat_map(|time_off| &time_off.request.intervals);
    // Whoever went to another unit is here no more; what was before that stays.
    let gone = record.left.then(|| Interval::new(record.origin.at, Instant::MAX)).flatten();
    for place in masked.copied().chain(gone).filter(|place| place.overlaps(during)) {
        queue.remove(place);
        places.iter_mut().for_each(|(_, spans)| spans.remove(place));
    }
    let site =
        |(site, spans): (&Arc<str>, Spans)| (site.clone(), spans.mask(|place| day.touching(place)));
    Some(Presence {
        on_queue: queue.mask(|place| day.inside(place)),
        sites: places.into_iter().map(site).collect(),
    })
}

/// Lays a shift over what the agent is on the queue without it.
fn lay(roster: &Roster, queue: &mut Spans, shift: &Shift) {
    queue.add(shift.interval());
    let start = shift.body.span.start;
    let take = |activity: &Activity| {
        let at = |min: u32| start.plus_min(i64::from(min));
        let end = at(activity.offset_min + activity.length_min);
        let Some(place) = Interval::new(at(activity.offset_min), end) else { return };
        if is_on_queue(roster, &activity.code) {
            queue.add(place);
        } else {
            queue.remove(place);
        }
    };
    roster.activities(&shift.body).iter().for_each(take);
}

/// Whether an activity of this code is work on the queue.
fn is_on_queue(roster: &Roster, code: &ActivityCodeId) -> bool {
    roster.category(code) == Some(Category::OnQueueWork)
}
