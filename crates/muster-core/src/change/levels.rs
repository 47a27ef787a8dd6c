//! Weighing what a change does to all agents together: staffing, trunks, seats.

use std::collections::{BTreeMap, BTreeSet};

use crate::acknowledge::Answers;
use crate::change::Component;
use crate::command::{Mode, Terms};
use crate::conflict::{Finding, Severity};
use crate::event::Event;
use crate::levels::{self, Day, Delta, Mask, Meter, Row, deltas, moves, touched_days};
use crate::roster::Roster;
use crate::rule::levels::{Reading, pushes, stretches};

/// Weighs components against what is asked of all agents together. As if everything that is wanted
/// went live: what gets worse holds every component that makes it worse. Then again for what is
/// left to go live, until nothing more gets worse; no subset is searched for that would do. What is
/// found comes with the component's place.
pub(crate) fn together(
    roster: &Roster,
    components: &[&Component],
    terms: &Terms,
) -> Vec<(usize, Vec<Finding>)> {
    let mut scale = Scale::new(roster, components, terms);
    let mut due: BTreeSet<Meter> = scale.members.keys().cloned().collect();
    while !due.is_empty() {
        for meter in std::mem::take(&mut due) {
            scale.read(&meter);
        }
        if terms.mode == Mode::Atomic {
            break;
        }
        for held in scale.newly_held() {
            scale.is_live[held] = false;
            due.extend(scale.components[held].deltas.iter().map(|delta| delta.row.1.clone()));
        }
        due.retain(|meter| scale.members.contains_key(meter));
    }
    scale.found.into_iter().map(|((n, _), findings)| (n, findings)).collect()
}

/// Components in the balance.
struct Scale<'a> {
    roster: &'a Roster,
    components: &'a [&'a Component],
    answers: Answers<'a>,
    /// Whether a component would go live, for all that is known.
    is_live: Vec<bool>,
    /// The components that change what a meter counts.
    members: BTreeMap<Meter, Vec<usize>>,
    found: BTreeMap<(usize, Meter), Vec<Finding>>,
}

impl<'a> Scale<'a> {
    fn new(roster: &'a Roster, components: &'a [&'a Component], terms: &'a Terms) -> Self {
        let answers = Answers::new(roster, &terms.acknowledge);
        let is_live: Vec<bool> = components.iter().map(|c| terms.wants(&c.agents)).collect();
        let mut members: BTreeMap<Meter, Vec<usize>> = BTreeMap::new();
        for (n, component) in components.iter().enumerate().filter(|(n, _)| is_live[*n]) {
            for Delta { row: (_, meter), .. } in &component.deltas {
                match members.get_mut(meter) {
                    Some(known) if known.last() == Some(&n) => {}
                    Some(known) => known.push(n),
                    None if severity(roster, meter) == Severity::Off => {}
                    None => drop(members.insert(meter.clone(), vec![n])),
                }
            }
        }
        Self { roster, components, answers, is_live, members, found: BTreeMap::new() }
    }

    /// What a meter shows if what is live now went live.
    fn read(&mut self, meter: &Meter) {
        let members = self.members.get(meter).map_or(&[][..], Vec::as_slice);
        let live: Vec<usize> = members.iter().copied().filter(|n| self.is_live[*n]).collect();
        let of_meter = |n: &usize| {
            let deltas = self.components[*n].deltas.iter();
            deltas.filter(|delta| delta.row.1 == *meter)
        };
        let pushed: Vec<(usize, Vec<(Day, Mask)>)> =
            live.iter().map(|n| (*n, pushed(self.components[*n], of_meter(n)))).collect();
        let mut worse: BTreeMap<Day, Mask> = BTreeMap::new();
        for (day, mask) in pushed.iter().flat_map(|(_, days)| days) {
            *worse.entry(*day).or_default() |= mask;
        }
        let readings: Vec<Reading> = moves(live.iter().flat_map(of_meter))
            .into_iter()
            .map(|(row, moves)| Reading {
                day: row.0,
                after: self.roster.levels.count(&row).moved(&moves),
                pushed: worse.get(&row.0).copied().unwrap_or_default(),
            })
            .collect();
        let all = stretches(&self.roster.levels, severity(self.roster, meter), meter, &readings);
        for (n, days) in pushed {
            let met = all.iter().filter(|stretch| days.iter().any(|(d, m)| stretch.meets(*d, *m)));
            let findings: Vec<Finding> = met.map(|stretch| stretch.finding.clone()).collect();
            self.found.insert((n, meter.clone()), findings);
        }
    }

    fn newly_held(&self) -> Vec<usize> {
        let holds = |finding: &Finding| finding.is_gating() && !self.answers.covers(finding);
        let held: BTreeSet<usize> = self
            .found
            .iter()
            .filter(|(_, findings)| findings.iter().any(holds))
            .map(|((n, _), _)| *n)
            .collect();
        let is_held = |n: &usize| held.contains(n) || self.components[*n].is_held(&self.answers);
        (0..self.components.len()).filter(|n| self.is_live[*n]).filter(is_held).collect()
    }
}

fn severity(roster: &Roster, meter: &Meter) -> Severity {
    roster.rules().severity(meter.kind())
}

/// When a component makes a meter worse, all its agents together.
fn pushed<'a>(component: &Component, deltas: impl Iterator<Item = &'a Delta>) -> Vec<(Day, Mask)> {
    if component.agents.len() <= 1 {
        let alone = |delta: &Delta| (delta.row.0, pushes(&delta.row.1, delta.gained, delta.lost));
        return deltas.map(alone).filter(|(_, mask)| *mask != 0).collect();
    }
    let worse = |(row, moves): (Row, levels::Moves)| {
        let (grows, shrinks) = moves.signs();
        (row.0, pushes(&row.1, grows, shrinks))
    };
    moves(deltas).into_iter().map(worse).filter(|(_, mask)| *mask != 0).collect()
}

/// What events do to all agents together, on a look at what they lead to: who may be told.
pub(crate) fn found(before: &Roster, after: &Roster, events: &[Event]) -> Vec<Finding> {
    if !before.levels.is_watching() {
        return Vec::new();
    }
    let touched = touched_days(before, events, after);
    let all = touched.iter().flat_map(|(agent, days)| deltas(before, after, agent, days));
    let agents = touched.keys().cloned().collect();
    let all = Component { agents, deltas: all.collect(), ..Component::default() };
    let together = together(before, &[&all], &Terms { mode: Mode::Atomic, ..Terms::default() });
    let found = together.into_iter().flat_map(|(_, found)| found);
    found.filter(|finding| finding.severity > Severity::Off).collect()
}
