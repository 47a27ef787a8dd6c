//! Rosters of the instances: published ones, each of their neighbours, and made-up ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use muster_core::conflict::Finding;
use muster_core::decide::{Decision, Rejection};
use muster_core::testing::World;

use crate::folder;
use crate::made::{self, Change, Dice, Made};
use crate::nrp::{FIRST, Instance, Row, cause, roster};

/// The instances with a published roster.
const SOLVED: [(&str, &str); 2] = [("Instance1", "607"), ("Instance2", "828")];

struct Solved {
    instance: Instance,
    roster: BTreeMap<String, Row>,
    /// With everybody at work as the roster says.
    world: World,
}

impl Solved {
    fn read(nrp: &Path, (name, penalty): (&str, &str)) -> Self {
        let instance = Instance::read(&nrp.join(format!("{name}.txt")));
        let roster = roster(&nrp.join(format!("solutions/{name}.{penalty}.csv")));
        let mut world = instance.unit();
        let shifts = instance.shifts(&roster);
        let done = world.run(&made::edit(shifts.into_iter().map(|shift| (None, Some(shift)))));
        assert_eq!(causes(&done), BTreeSet::new(), "{name}: the whole roster, as one edit");
        Self { instance, roster, world }
    }

    fn shift(&self, name: &str, day: usize, cell: Option<&str>) -> Option<Made> {
        cell.map(|of_type| self.instance.shift(name, day, of_type))
    }

    fn cell(&self, name: &str, day: usize) -> Option<&str> {
        self.roster[name][day].as_deref()
    }
}

/// Who is in the way of a command, and by which of the published names: `A:day-off`.
fn causes(answer: &Result<Decision, Rejection>) -> BTreeSet<String> {
    if let Err(other) = answer {
        assert!(matches!(other, Rejection::Conflict { .. }), "{other}");
    }
    World::findings(answer).iter().map(named).collect()
}

fn named(finding: &Finding) -> String {
    format!("{}:{}", finding.agent.as_ref().unwrap(), cause(finding))
}

fn by_definition(instance: &Instance, name: &str, row: &Row) -> BTreeSet<String> {
    instance.causes(name, row).into_iter().map(|cause| format!("{name}:{cause}")).collect()
}

fn found(instance: &Instance, world: &World, name: &str) -> BTreeSet<String> {
    made::findings(world, name, FIRST, instance.days).iter().map(named).collect()
}

#[test]
fn published_rosters_have_no_hard_violation() {
    let Some(nrp) = folder("nrp") else { return };
    for solved in SOLVED {
        let Solved { instance, roster, world } = Solved::read(&nrp, solved);
        for (name, row) in &roster {
            assert_eq!(found(&instance, &world, name), BTreeSet::new(), "{solved:?} {name}");
            assert_eq!(by_definition(&instance, name, row), BTreeSet::new(), "{solved:?} {name}");
        }
    }
}

#[test]
fn every_other_assignment_of_one_day_is_flagged_by_exactly_its_rules() {
    let Some(nrp) = folder("nrp") else { return };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for solved in SOLVED.map(|solved| Solved::read(&nrp, solved)) {
        let cells = solved.roster.iter();
        let cells = cells.flat_map(|(name, row)| (0..row.len()).map(move |day| (name, day)));
        for (name, day) in cells {
            let all = solved.instance.types.keys().map(|of_type| Some(of_type.as_str()));
            for cell in all.chain([None]).filter(|cell| *cell != solved.cell(name, day)) {
                let before = solved.shift(name, day, solved.cell(name, day));
                let action = made::edit([(before, solved.shift(name, day, cell))]);
                let mut row = solved.roster[name].clone();
                row[day] = cell.map(str::to_owned);
                let expected = by_definition(&solved.instance, name, &row);
                assert_eq!(
                    causes(&solved.world.decide(&action)),
                    expected,
                    "{name} {day} {cell:?}"
                );
                for cause in expected {
                    *seen.entry(cause.split_once(':').unwrap().1.to_owned()).or_default() += 1;
                }
            }
        }
    }
    // Every constraint was broken by some mutant.
    assert_eq!(seen.len(), 9, "{seen:?}");
}

#[test]
fn every_exchange_of_one_day_is_judged_as_published() {
    let (Some(nrp), Some(oracles)) = (folder("nrp"), folder("oracles")) else { return };
    let mut judged = 0;
    for solved in SOLVED {
        let text = read(&oracles.join(format!("nrp-{}-swaps.csv", solved.0)));
        let solved = Solved::read(&nrp, solved);
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let [one, other, day, cell, other_cell, verdict, _penalty, expected] = cells[..] else {
                panic!("{line}")
            };
            let day = day.parse().unwrap();
            let given = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
            assert_eq!(solved.cell(one, day), given(cell).as_deref(), "{line}");
            assert_eq!(solved.cell(other, day), given(other_cell).as_deref(), "{line}");
            let exchange = [moved(&solved, one, other, day), moved(&solved, other, one, day)];
            let answer = solved.world.decide(&made::edit(exchange.into_iter().flatten()));
            let expected = expected.split(';').filter(|cause| !cause.is_empty());
            assert_eq!(causes(&answer), expected.map(str::to_owned).collect(), "{line}");
            assert_eq!(answer.is_ok(), verdict == "accept", "{line}");
            judged += 1;
        }
    }
    assert_eq!(judged, 1_023);
}

/// Somebody's shift of a day, if there is one, becomes another's.
fn moved(solved: &Solved, from: &str, to: &str, day: usize) -> Option<Change> {
    let before = solved.shift(from, day, solved.cell(from, day))?;
    let mut body = (*before.1).clone();
    body.owner = to.parse().unwrap();
    Some((Some(before.clone()), Some((before.0, body.into()))))
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

/// No roster of the other instances is published; their constraints hold for any.
#[test]
fn made_up_rosters_of_every_instance_are_judged_by_the_definition() {
    let Some(nrp) = folder("nrp") else { return };
    let mut seen = BTreeSet::new();
    for n in 1..=24 {
        let file: PathBuf = nrp.join(format!("Instance{n}.txt"));
        let instance = Instance::read(&file);
        let roster = made_up(&instance, n);
        let shifts = instance.shifts(&roster);
        let (people, count) = (roster.len(), shifts.len());
        let mut world = instance.unit();
        made::happened(&mut world, FIRST, instance.days, shifts);
        let began = Instant::now();
        let found: Vec<_> = roster.keys().map(|name| found(&instance, &world, name)).collect();
        let took = began.elapsed();
        for (found, (name, row)) in found.iter().zip(&roster) {
            assert_eq!(*found, by_definition(&instance, name, row), "Instance{n} {name}: {row:?}");
            seen.extend(found.iter().map(|cause| cause.split_once(':').unwrap().1.to_owned()));
        }
        if n == 24 {
            told(&format!(
                "Instance24: {people} people, {} days, {count} shifts under all rules: {took:.1?}",
                instance.days
            ));
        }
    }
    assert_eq!(seen.len(), 9, "{seen:?}");
}

#[expect(clippy::print_stderr, reason = "a measurement is for whoever reads it")]
fn told(text: &str) {
    eprintln!("{text}");
}

/// Runs of work and of days off, mostly of the lengths that people work, now and then not.
fn made_up(instance: &Instance, seed: u64) -> BTreeMap<String, Row> {
    let mut dice = Dice(seed);
    let types: Vec<&String> = instance.types.keys().collect();
    let mut row = || {
        let mut row: Row = Vec::new();
        while row.len() < instance.days {
            row.extend(std::iter::repeat_n(None, dice.roll(4)));
            let of_type = dice.roll(types.len());
            for _ in 0..dice.roll(7) {
                let other = if dice.roll(6) == 0 { dice.roll(types.len()) } else { of_type };
                row.push(Some(types[other].clone()));
            }
        }
        row.truncate(instance.days);
        row
    };
    instance.staff.keys().map(|name| (name.clone(), row())).collect()
}
