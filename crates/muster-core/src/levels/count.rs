//! Keeping the counts: what a change moves, and everything from scratch where that is asked anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use imbl::OrdMap;

use crate::event::Event;
use crate::id::{AgentId, ShiftId, TimeOffId};
use crate::instant::Interval;
use crate::levels::day::Moves;
use crate::levels::presence::contributions;
use crate::levels::{Day, Mask, Meter, Quarters, Row};
use crate::roster::Roster;
use crate::time_off::{TimeOff, TimeOffStatus};

/// What one agent's change does to a meter on a day.
#[derive(Debug, Clone)]
pub(crate) struct Delta {
    pub(crate) row: Row,
    /// When the agent counts from now on,
    pub(crate) gained: Mask,
    /// and when no longer.
    pub(crate) lost: Mask,
}

/// The days on which events may change what agents count for.
pub(crate) type Touched = BTreeMap<AgentId, BTreeSet<Day>>;

/// Whether the counts may have to follow events.
pub(crate) fn is_concerned(roster: &Roster, events: &[Event]) -> bool {
    roster.levels.is_watching() || events.iter().any(asks)
}

/// Whether an event changes what is asked for.
fn asks(event: &Event) -> bool {
    matches!(event, Event::StaffingPut(_) | Event::TrunksPut(_) | Event::SitesPut(_))
}

/// Lets the counts of a roster follow what has happened to it.
pub(crate) fn recount(before: &Roster, after: &mut Roster, events: &[Event]) {
    if let [Event::StaffingPut(change)] = events {
        let days = whole_days(change.during);
        let is_staff = |row: &Row| matches!(row.1, Meter::Staff(_));
        let counts = &mut after.levels.counts;
        let end = Day::of(days.end());
        let stale =
            counts.range((Day::of(days.start()), Meter::Staff(None))..(end, Meter::Staff(None)));
        let stale: Vec<Row> = stale.map(|(row, _)| row.clone()).filter(is_staff).collect();
        stale.iter().for_each(|row| drop(counts.remove(row)));
        let fresh = gathered(after, days);
        after.levels.counts.extend(fresh.into_iter().filter(|(row, _)| is_staff(row)));
    } else if events.iter().any(|event| asks(event) || recategorizes(before, event)) {
        after.levels.counts = counted(after);
    } else {
        let touched = touched_days(before, events, after);
        let all = touched.iter().flat_map(|(agent, days)| deltas(before, after, agent, days));
        let moves = moves(all.collect::<Vec<_>>().iter());
        for (row, moves) in moves {
            let counts = after.levels.count(&row).moved(&moves);
            if counts.is_none() {
                after.levels.counts.remove(&row);
            } else {
                after.levels.counts.insert(row, Arc::new(counts));
            }
        }
    }
}

/// Whether an event makes work on the queue of something else, or the other way round.
fn recategorizes(before: &Roster, event: &Event) -> bool {
    let Event::ActivityCodePut(code) = event else { return false };
    before.code(&code.id).is_none_or(|known| known.category != code.category)
}

/// What the counts are, by the shifts and requests alone.
pub(crate) fn counted(roster: &Roster) -> OrdMap<Row, Arc<Quarters>> {
    let watched = roster.levels.watched();
    watched.map(|watched| gathered(roster, watched).into_iter().collect()).unwrap_or_default()
}

fn gathered(roster: &Roster, during: Interval) -> BTreeMap<Row, Arc<Quarters>> {
    let mut counts: BTreeMap<Row, Quarters> = BTreeMap::new();
    for record in roster.agents.values() {
        for day in days_of(roster, &record.agent.id, during) {
            contributions(roster, record, day, |meter, mask| {
                counts.entry((day, meter)).or_insert(Quarters::NONE).add(mask);
            });
        }
    }
    counts.into_iter().map(|(row, count)| (row, Arc::new(count))).collect()
}

/// The days within a stretch of whole days on which an agent has shifts.
fn days_of(roster: &Roster, agent: &AgentId, during: Interval) -> BTreeSet<Day> {
    let shifts = roster.shifts_of(agent, during);
    let inside = shifts.filter_map(|shift| shift.interval().intersection(during));
    inside.flat_map(Day::all).collect()
}

/// The days that a stretch of time touches, as one stretch.
fn whole_days(during: Interval) -> Interval {
    let last = Day::all(during).last().unwrap_or(Day::of(during.start()));
    Interval::new(Day::of(during.start()).start(), last.next().start()).unwrap_or(during)
}

/// The sum of what changes do, by meter and day.
pub(crate) fn moves<'a>(deltas: impl Iterator<Item = &'a Delta>) -> BTreeMap<Row, Moves> {
    let mut all: BTreeMap<Row, Moves> = BTreeMap::new();
    for Delta { row, gained, lost } in deltas {
        match all.get_mut(row) {
            Some(moves) => moves.add(*gained, *lost),
            None => all.entry(row.clone()).or_insert(Moves::NONE).add(*gained, *lost),
        }
    }
    all
}

/// What an agent counts for on some days after a change, against before it.
pub(crate) fn deltas(
    before: &Roster,
    after: &Roster,
    agent: &AgentId,
    days: &BTreeSet<Day>,
) -> Vec<Delta> {
    let mut all = Vec::new();
    for day in days {
        let mut masks = Masks(Vec::new());
        if let Some(record) = before.agent(agent) {
            contributions(before, record, *day, |meter, mask| masks.of(meter).0 |= mask);
        }
        if let Some(record) = after.agent(agent) {
            contributions(after, record, *day, |meter, mask| masks.of(meter).1 |= mask);
        }
        masks.tell(*day, &mut all);
    }
    all
}

/// When an agent counts on a day, before and after, by meter; these are few.
struct Masks(Vec<(Meter, (Mask, Mask))>);

impl Masks {
    fn of(&mut self, meter: Meter) -> &mut (Mask, Mask) {
        let place = self.0.iter().position(|(known, _)| *known == meter);
        let place = place.unwrap_or_else(|| {
            self.0.push((meter, (0, 0)));
            self.0.len() - 1
        });
        &mut self.0[place].1
    }

    fn tell(self, day: Day, all: &mut Vec<Delta>) {
        let changed = self.0.into_iter().filter(|(_, (before, after))| before != after);
        all.extend(changed.map(|(meter, (before, after))| Delta {
            row: (day, meter),
            gained: after & !before,
            lost: before & !after,
        }));
    }
}

/// Whose days events touch.
pub(crate) fn touched_days<'a>(
    before: &Roster,
    events: impl IntoIterator<Item = &'a Event>,
    after: &Roster,
) -> Touched {
    let mut touched = Touched::new();
    let mut touch = |agent: &AgentId, place: Interval| {
        if let Some(days) = touched.get_mut(agent) {
            days.extend(Day::all(place));
        } else {
            touched.insert(agent.clone(), Day::all(place).collect());
        }
    };
    for event in events {
        if let Event::ShiftCreated { id, .. }
        | Event::ShiftChanged { id, .. }
        | Event::ShiftDeleted { id } = event
        {
            for shift in shifts(before, id, after) {
                touch(&shift.body.owner, shift.interval());
            }
        } else if let Event::CommitmentsChanged { agent, removed, added } = event {
            // In a shift they are laid by whole minutes of the shift.
            let wide = removed
                .iter()
                .chain(added)
                .filter_map(|own| Interval::new(own.start.plus_min(-1), own.end().plus_min(1)));
            wide.for_each(|place| touch(agent, place));
        } else if let Event::TimeOffDecided { id, .. } = event {
            approved(before, id, after, &mut touch);
        } else if let Event::TimeOffChanged(request) = event {
            approved(before, &request.id, after, &mut touch);
        } else if let Event::AgentPut(crate::agent::Agent { id, .. }) | Event::AgentLeft(id) = event
        {
            let watched = after.levels.watched();
            let days = watched.map(|watched| days_of(after, id, watched)).unwrap_or_default();
            days.into_iter().for_each(|day| touch(id, day.interval()));
        }
    }
    touched
}

fn shifts<'a>(
    before: &'a Roster,
    id: &ShiftId,
    after: &'a Roster,
) -> impl Iterator<Item = &'a crate::shift::Shift> {
    before.shift(id).into_iter().chain(after.shift(id))
}

fn approved(
    before: &Roster,
    id: &TimeOffId,
    after: &Roster,
    touch: &mut impl FnMut(&AgentId, Interval),
) {
    let requests: [Option<&TimeOff>; 2] = [before.time_off(id), after.time_off(id)];
    let approved = requests.into_iter().flatten().filter(|t| t.status == TimeOffStatus::Approved);
    for time_off in approved {
        let request = &time_off.request;
        request.intervals.iter().for_each(|place| touch(&request.agent, *place));
    }
}
