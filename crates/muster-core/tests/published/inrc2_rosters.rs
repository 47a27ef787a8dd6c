//! Solutions of INRC-II as one roster: weeks are no borders to the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use muster_core::conflict::{Finding, Kind, Severity};
use muster_core::decide::{Decision, Rejection};
use muster_core::testing::World;

use crate::folder;
use crate::inrc2::{self, Cell, Costs, FIRST, History, LENGTH_MIN, Row, Scenario};
use crate::made;

/// Scenario, history, and the week data that each week was solved with.
const SOLVED: [(&str, usize, &[usize]); 6] = [
    ("n005w4", 0, &[1, 2, 3, 3]),
    ("n005w4", 1, &[5, 3, 1, 0]),
    ("n005w4", 2, &[6, 7, 8, 9]),
    ("n012w8", 0, &[3, 5, 0, 2, 0, 4, 5, 2]),
    ("n012w8", 1, &[7, 7, 0, 8, 9, 3, 2, 6]),
    ("n012w8", 2, &[4, 5, 6, 7, 2, 1, 2, 1]),
];

struct Solved {
    scenario: Scenario,
    history: BTreeMap<String, History>,
    rows: BTreeMap<String, Row>,
    world: World,
}

impl Solved {
    fn read(folder: &Path, (name, history, weeks): (&str, usize, &[usize])) -> Self {
        let folder = folder.join(name);
        let scenario = Scenario::read(&folder.join(format!("Sc-{name}.txt")));
        let all = weeks.iter().map(usize::to_string).collect::<Vec<_>>().join("-");
        let files = weeks.iter().enumerate().map(|(n, week)| {
            folder.join(format!("Solution_H_{history}-WD_{all}/Sol-{name}-{week}-{n}.txt"))
        });
        let rows = inrc2::rows(&scenario, &files.collect::<Vec<PathBuf>>());
        let history = History::read(&folder.join(format!("H0-{name}-{history}.txt")));
        let world = scenario.world(&history, &rows);
        Self { scenario, history, rows, world }
    }

    fn findings(&self, nurse: &str) -> Vec<Finding> {
        made::findings(&self.world, nurse, FIRST, self.scenario.weeks * 7)
    }

    /// What somebody's findings cost; and by the definition, what no rule finds.
    fn costs(&self, nurse: &str) -> Costs {
        let mut costs = Costs::default();
        for finding in self.findings(nurse) {
            let of = match finding.kind {
                Kind::MaxShifts => (&mut costs.assignments, 20),
                Kind::MinHoursPeriod => {
                    costs.assignments += 20 * finding.magnitude / i64::from(LENGTH_MIN);
                    continue;
                }
                Kind::MinConsecutiveDays | Kind::MaxConsecutiveDays => (&mut costs.work, 30),
                Kind::MinDaysOff => (&mut costs.off_short, 30),
                Kind::MaxWeekends => (&mut costs.weekends, 30),
                _ => panic!("{finding:?}"),
            };
            *of.0 += of.1 * finding.magnitude;
        }
        let Costs { off_long, types, complete, .. } = self.by_definition(nurse);
        Costs { off_long, types, complete, ..costs }
    }

    fn by_definition(&self, nurse: &str) -> Costs {
        self.scenario.costs(nurse, &self.history[nurse], &self.rows[nurse])
    }
}

#[test]
fn nothing_hard_is_found_and_weeks_cost_what_they_do_as_one_roster() {
    let Some(folder) = folder("inrc2") else { return };
    for of in SOLVED {
        let solved = Solved::read(&folder, of);
        for nurse in solved.rows.keys() {
            let mut hard = solved.findings(nurse);
            hard.retain(|finding| finding.severity == Severity::Block);
            assert_eq!(hard, [], "{of:?} {nurse}");
            assert_eq!(solved.costs(nurse), solved.by_definition(nurse), "{of:?} {nurse}");
        }
    }
}

/// Only for this one the validator's sums are published. Preferences and cover are left out: wishes
/// about types and how many people a day needs are no rules.
#[test]
fn the_sums_are_those_of_the_validator() {
    let Some(folder) = folder("inrc2") else { return };
    let solved = Solved::read(&folder, SOLVED[0]);
    let costs: Vec<Costs> = solved.rows.keys().map(|nurse| solved.costs(nurse)).collect();
    let sum = |of: fn(&Costs) -> i64| costs.iter().map(of).sum::<i64>();
    let file = folder.join("n005w4/Solution_H_0-WD_1-2-3-3/validator.txt");
    let validator = std::fs::read_to_string(file).unwrap();
    for (name, sum) in [
        ("Total assignment constraints", sum(|costs| costs.assignments)),
        ("Consecutive constraints", sum(|costs| costs.work + costs.types)),
        ("Non working days constraints", sum(|costs| costs.off_short + costs.off_long)),
        ("Max working weekend", sum(|costs| costs.weekends)),
        ("Complete weekends", sum(|costs| costs.complete)),
    ] {
        let line = validator.lines().find(|line| line.starts_with(&format!("{name}:"))).unwrap();
        assert_eq!(line, format!("{name}: {sum}"));
    }
}

#[test]
fn every_other_assignment_is_refused_by_exactly_its_rule() {
    let Some(folder) = folder("inrc2") else { return };
    let mut seen: BTreeMap<Kind, usize> = BTreeMap::new();
    for solved in [SOLVED[0], SOLVED[3]].map(|of| Solved::read(&folder, of)) {
        for (nurse, row) in &solved.rows {
            for (day, before) in row.iter().enumerate() {
                for cell in others(&solved.scenario, before) {
                    let change = [before, &cell].map(|cell| inrc2::shift(nurse, day, cell));
                    let [before, after] = change;
                    let answer = solved.world.decide(&made::edit([(before, after)]));
                    let expected = by_definition(&solved, nurse, day, &cell);
                    assert_eq!(refused(&answer), expected, "{nurse} {day} {cell:?}");
                    for kind in expected {
                        *seen.entry(kind).or_default() += 1;
                    }
                }
            }
        }
    }
    assert_eq!(seen.len(), 2, "{seen:?}");
}

/// Every assignment that a day may have instead.
fn others(scenario: &Scenario, cell: &Cell) -> Vec<Cell> {
    let types = scenario.types.keys();
    let skills = ["HeadNurse", "Nurse"];
    let all = types.flat_map(|of| skills.map(|skill| Some((of.clone(), skill.to_owned()))));
    all.filter(|other| other != cell).collect()
}

fn by_definition(solved: &Solved, nurse: &str, day: usize, cell: &Cell) -> BTreeSet<Kind> {
    let mut row = solved.rows[nurse].clone();
    row[day].clone_from(cell);
    let of_type = |cell: &Cell| cell.as_ref().map(|(of_type, _)| of_type.clone());
    let past = solved.history[nurse].last_type();
    let days: Vec<Option<String>> = std::iter::once(past).chain(row.iter().map(of_type)).collect();
    let is_forbidden = |pair: &[Option<String>]| match pair {
        [Some(first), Some(next)] => solved.scenario.not_after[first].contains(next),
        _ => false,
    };
    let mut kinds = BTreeSet::new();
    if days.windows(2).any(is_forbidden) {
        kinds.insert(Kind::SuccessionForbidden);
    }
    let own = &solved.scenario.nurses[nurse].1;
    if row.iter().flatten().any(|(_, skill)| !own.contains(skill)) {
        kinds.insert(Kind::SkillMissing);
    }
    kinds
}

fn refused(answer: &Result<Decision, Rejection>) -> BTreeSet<Kind> {
    let findings = World::findings(answer);
    findings.iter().filter(|f| f.severity == Severity::Block).map(|f| f.kind).collect()
}
