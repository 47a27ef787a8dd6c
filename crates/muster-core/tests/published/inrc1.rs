//! The unit problems of INRC-2010: one constraint at a time, and what each costs by the evaluator
//! of the University of Osnabrück.
//!
//! [`LEFT_OUT`] names the constraints that no rule of ours speaks of.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use muster_core::conflict::{Finding, Kind, Measure};
use muster_core::entry::ReferenceKind;
use muster_core::rule::{RuleSetting, Value};
use muster_core::testing::World;

use crate::folder;
use crate::made::{self, Made, after, period, setting};

/// Published solutions whose cost has a part that no rule finds, by how their names begin, and
/// which part that is.
const LEFT_OUT: [(&str, &str); 12] = [
    ("test_01", "coverage: how many people a day needs is about no one person"),
    ("test_03B", "a wish to work on a day is a preference"),
    ("test_03C", "a wish not to work one of two types at the same time: time off has times only"),
    ("test_03D", "a wish to work one type is a preference"),
    ("test_06_consecutive_days_off_constraint_solution_02", "no rule limits days off running"),
    ("test_06_consecutive_days_off_constraint_solution_04", "no rule limits days off running"),
    ("test_07", "complete weekends: no rule asks for the other day of a weekend"),
    ("test_08A", "one type on all days of a weekend"),
    ("test_08B", "one type on all days of a weekend"),
    ("test_09", "no night before a free weekend; the evaluator has it disabled"),
    ("test_10", "weekends running: MAX_WEEKENDS counts those of a period"),
    ("test_11_unwanted_shift_patterns_constraint_solution_03", "a pattern of three days"),
];

/// Shifts are eight hours, so that a number of shifts is a number of minutes.
const LENGTH_MIN: u32 = 480;

/// An element: its attributes as they are written, and what is inside.
type Element<'a> = (&'a str, &'a str);

/// All elements of a name, in order; none of them lies in another of its name.
fn elements<'a>(text: &'a str, name: &str) -> Vec<Element<'a>> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let pieces = text.match_indices(&open).filter_map(|(at, _)| {
        let rest = &text[at + open.len()..];
        let (attributes, rest) = rest.split_once('>')?;
        let is_it = attributes.is_empty() || attributes.starts_with(' ');
        if !is_it || attributes.ends_with('/') {
            return None;
        }
        Some((attributes, rest.split_once(&close)?.0.trim()))
    });
    pieces.collect()
}

fn inside<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    elements(text, name).first().map(|(_, inside)| *inside)
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    attributes.split_once(&format!("{name}=\""))?.1.split_once('"').map(|(value, _)| value)
}

/// What a finding costs: so much each, or for each unit that it is too many or too few.
struct Cost {
    weight: i64,
    per: i64,
}

struct Problem {
    first: Date,
    days: usize,
    rules: Vec<RuleSetting>,
    /// By rule, its name, and the contract it is for.
    costs: BTreeMap<(Kind, String, String), Cost>,
    /// By employee.
    contracts: BTreeMap<String, String>,
    skills: BTreeMap<String, Vec<String>>,
    /// What each type asks for.
    types: BTreeMap<String, Vec<String>>,
    days_off: Vec<(String, Date)>,
    day_off_weight: i64,
    /// Whether days off are over where the horizon is.
    ends_with_work: bool,
}

impl Problem {
    fn read(text: &str) -> Self {
        let date = |name| -> Date { inside(text, name).unwrap().parse().unwrap() };
        let (first, last) = (date("StartDate"), date("EndDate"));
        let days = usize::try_from(last.since(first).unwrap().get_days()).unwrap() + 1;
        let listed = |text: &str| -> Vec<String> {
            elements(text, "Skill").iter().map(|(_, name)| (*name).to_owned()).collect()
        };
        let employees = || elements(inside(text, "Employees").unwrap(), "Employee");
        let id = |attributes| attribute(attributes, "ID").unwrap().to_owned();
        let types = elements(inside(text, "ShiftTypes").unwrap(), "Shift");
        let contract = |of: &str| inside(of, "ContractID").unwrap().to_owned();
        let mut it = Self {
            first,
            days,
            rules: Vec::new(),
            costs: BTreeMap::new(),
            contracts: employees().into_iter().map(|(a, of)| (id(a), contract(of))).collect(),
            skills: employees().into_iter().map(|(a, of)| (id(a), listed(of))).collect(),
            types: types.into_iter().map(|(a, of)| (id(a), listed(of))).collect(),
            days_off: Vec::new(),
            day_off_weight: 0,
            ends_with_work: false,
        };
        for (attributes, request) in elements(text, "DayOff") {
            let who = inside(request, "EmployeeID").unwrap().to_owned();
            it.days_off.push((who, inside(request, "Date").unwrap().parse().unwrap()));
            it.day_off_weight = attribute(attributes, "weight").unwrap().parse().unwrap();
        }
        it.rules.push(setting(Kind::TimeOffPendingOverlap, "", None, &[]));
        let patterns = inside(text, "Patterns").unwrap_or_default();
        for (attributes, terms) in elements(inside(text, "Contracts").unwrap(), "Contract") {
            it.contract(&id(attributes), terms, patterns);
        }
        it
    }

    fn contract(&mut self, contract: &str, terms: &str, patterns: &str) {
        // What is on, its weight and its number.
        let on = |name: &str| {
            let (attributes, value) = *elements(terms, name).first()?;
            let weight: i64 = attribute(attributes, "weight")?.parse().ok()?;
            let is_on = attribute(attributes, "on").is_none_or(|on| on == "1");
            (is_on && weight > 0).then(|| (weight, value.parse::<i64>().unwrap_or(0)))
        };
        let length = i64::from(LENGTH_MIN);
        for (name, kind, param, per) in [
            ("MaxNumAssignments", Kind::MaxShifts, "maxShifts", 1),
            ("MinNumAssignments", Kind::MinHoursPeriod, "minMinutes", length),
            ("MaxConsecutiveWorkingDays", Kind::MaxConsecutiveDays, "maxDays", 1),
            ("MinConsecutiveWorkingDays", Kind::MinConsecutiveDays, "minDays", 1),
            ("MinConsecutiveFreeDays", Kind::MinDaysOff, "minDays", 1),
            ("AlternativeSkillCategory", Kind::SkillMissing, "", 1),
        ] {
            let Some((weight, limit)) = on(name) else { continue };
            let mut params = Vec::new();
            if !param.is_empty() {
                params.push((param, Value::Number(limit * per)));
            }
            if matches!(kind, Kind::MaxShifts | Kind::MinHoursPeriod) {
                params.extend(period(self.first, self.days));
            }
            self.put(setting(kind, "", Some(contract), &params), contract, weight, per);
            self.ends_with_work |= kind == Kind::MinDaysOff;
        }
        let unwanted = inside(terms, "UnwantedPatterns").unwrap_or_default();
        for (_, unwanted) in elements(unwanted, "Pattern") {
            let mut all = elements(patterns, "Pattern").into_iter();
            let is_it =
                |(attributes, _): &Element<'_>| attribute(attributes, "ID") == Some(unwanted);
            let (attributes, pattern) = all.find(is_it).unwrap();
            let weight = attribute(attributes, "weight").unwrap().parse().unwrap();
            let types = elements(pattern, "ShiftType");
            if let [(_, first), (_, next)] = types[..] {
                let param = |name, of_type: &str| (name, Value::Word(of_type.into()));
                let params = [param("first", first), param("next", next)];
                let rule = setting(Kind::SuccessionForbidden, unwanted, Some(contract), &params);
                self.put(rule, contract, weight, 1);
            }
        }
    }

    fn put(&mut self, rule: RuleSetting, contract: &str, weight: i64, per: i64) {
        let key = (rule.key.kind, rule.key.name.to_string(), contract.to_owned());
        self.costs.insert(key, Cost { weight, per });
        self.rules.push(rule);
    }

    /// With everybody at work as a solution says.
    fn world(&self, solution: &str) -> World {
        let people = self.contracts.iter();
        let people = people.map(|(who, of)| (who.as_str(), of.as_str(), &self.skills[who][..]));
        let mut world = made::unit(self.first, self.rules.clone(), &people.collect::<Vec<_>>());
        let days_off = self.days_off.iter().map(|(who, day)| made::day_off(who, *day));
        world.happen(ReferenceKind::TimeOffRequest, "all", days_off.collect());
        made::happened(&mut world, self.first, self.days, self.shifts(solution));
        world
    }

    fn shifts(&self, solution: &str) -> Vec<Made> {
        let mut shifts = Vec::new();
        for (_, assignment) in elements(solution, "Assignment") {
            let of = |name| inside(assignment, name).unwrap();
            let of_type = of("ShiftType");
            let asked = self.types[of_type].iter().map(|skill| format!("skill:{skill}"));
            let tags: Vec<String> = asked.chain([format!("type:{of_type}")]).collect();
            let day = of("Date").parse().unwrap();
            shifts.push(made::shift(of("Employee"), day, &tags, LENGTH_MIN));
        }
        if self.ends_with_work {
            // The evaluator counts days off as over on the last day, as if everybody worked on the
            // next; for our rule days off have an end where work begins.
            let next = after(self.first, self.days);
            let all = self.contracts.keys();
            shifts.extend(all.map(|who| made::shift(who, next, &[], LENGTH_MIN)));
        }
        shifts
    }

    fn cost(&self, solution: &str) -> i64 {
        let world = self.world(solution);
        let found = self
            .contracts
            .keys()
            .flat_map(|who| made::findings(&world, who, self.first, self.days));
        found.map(|finding| self.cost_of(&finding)).sum()
    }

    fn cost_of(&self, finding: &Finding) -> i64 {
        if finding.kind == Kind::TimeOffPendingOverlap {
            return self.day_off_weight;
        }
        let who = finding.agent.as_ref().unwrap().as_str();
        let name = finding.rule.as_deref().unwrap_or_default().to_owned();
        let Cost { weight, per } = &self.costs[&(finding.kind, name, self.contracts[who].clone())];
        match finding.kind {
            // An assignment without its skills costs once, however many are missing.
            Kind::SkillMissing => i64::from(is_first_skill(finding, self)) * weight,
            _ => {
                assert!(finding.measure != Measure::Minutes || finding.magnitude % per == 0);
                finding.magnitude / per * weight
            }
        }
    }
}

/// Whether a finding is about the first of the skills that the shift's agent lacks.
fn is_first_skill(finding: &Finding, problem: &Problem) -> bool {
    let own = &problem.skills[finding.agent.as_ref().unwrap().as_str()];
    let named = finding.subjects.iter().find_map(|subject| match subject {
        muster_core::conflict::Subject::Skill(name) => Some(name.to_string()),
        _ => None,
    });
    let is_asked_first = |skills: &Vec<String>| {
        let mut lacking: Vec<&String> = skills.iter().filter(|s| !own.contains(s)).collect();
        lacking.sort();
        lacking.first().copied() == named.as_ref()
    };
    problem.types.values().any(is_asked_first)
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn unit_solutions_cost_what_was_published() {
    let Some(folder) = folder("inrc1-unit") else { return };
    let expected = read(&folder, "expected.csv");
    let (mut compared, mut left_out) = (0, 0);
    for line in expected.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [_constraint, problem, solution, hard, soft] = cells[..] else { panic!("{line}") };
        if LEFT_OUT.iter().any(|(name, _)| solution.starts_with(name)) {
            left_out += 1;
            continue;
        }
        let problem = Problem::read(&read(&folder, problem));
        assert_eq!(hard, "0", "{line}");
        assert_eq!(problem.cost(&read(&folder, solution)).to_string(), soft, "{line}");
        compared += 1;
    }
    assert_eq!((compared, left_out), (13, 24));
}
