//! Scenarios of INRC-II, with the history before them, and what their constraints say, told twice:
//! as rules of a unit, and by their definition, day by day.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::{Date, date};
use muster_core::conflict::{Kind, Severity};
use muster_core::rule::{RuleSetting, Value};
use muster_core::testing::World;

use crate::made::{self, Made, after, period, setting};

/// The first Monday of the horizon.
pub(crate) const FIRST: Date = date(2026, 1, 5);
/// Days before it in which the history is lived.
const BEFORE: usize = 14;
/// Shifts are eight hours, so that a number of shifts is a number of minutes.
pub(crate) const LENGTH_MIN: u32 = 480;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// What a scenario asks for.
pub(crate) struct Scenario {
    pub(crate) weeks: usize,
    /// How often a type may come running.
    pub(crate) types: BTreeMap<String, (i64, i64)>,
    /// What may not follow each type.
    pub(crate) not_after: BTreeMap<String, Vec<String>>,
    contracts: BTreeMap<String, Contract>,
    /// Contract and skills.
    pub(crate) nurses: BTreeMap<String, (String, Vec<String>)>,
}

/// Pairs are the least and the most.
pub(crate) struct Contract {
    assignments: (i64, i64),
    work: (i64, i64),
    off: (i64, i64),
    weekends: i64,
    complete: bool,
}

/// What somebody did before the horizon: nothing is known of more than the last run.
pub(crate) struct History {
    last: String,
    of_type: usize,
    work: usize,
    off: usize,
}

/// A day's shift and the skill it was assigned for.
pub(crate) type Cell = Option<(String, String)>;

/// Somebody's days.
pub(crate) type Row = Vec<Cell>;

fn pair(text: &str) -> (i64, i64) {
    let (least, most) = text.trim_matches(['(', ')']).split_once(',').unwrap();
    (least.parse().unwrap(), most.parse().unwrap())
}

impl Scenario {
    pub(crate) fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap();
        let mut it = Self {
            weeks: 0,
            types: BTreeMap::new(),
            not_after: BTreeMap::new(),
            contracts: BTreeMap::new(),
            nurses: BTreeMap::new(),
        };
        let mut section = "";
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                [] => {}
                ["WEEKS", "=", weeks] => it.weeks = weeks.parse().unwrap(),
                [name, "=", ..] | [name @ "FORBIDDEN_SHIFT_TYPES_SUCCESSIONS"] => section = name,
                _ => it.take(section, &words),
            }
        }
        it
    }

    fn take(&mut self, section: &str, words: &[&str]) {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match (section, words) {
            ("SKILLS", _) => {}
            ("SHIFT_TYPES", [name, running]) => {
                self.types.insert((*name).to_owned(), pair(running));
            }
            ("FORBIDDEN_SHIFT_TYPES_SUCCESSIONS", [name, _count, rest @ ..]) => {
                self.not_after.insert((*name).to_owned(), owned(rest));
            }
            ("CONTRACTS", [name, assignments, work, off, weekends, complete]) => {
                let contract = Contract {
                    assignments: pair(assignments),
                    work: pair(work),
                    off: pair(off),
                    weekends: weekends.parse().unwrap(),
                    complete: *complete == "1",
                };
                self.contracts.insert((*name).to_owned(), contract);
            }
            ("NURSES", [name, contract, _count, skills @ ..]) => {
                self.nurses.insert((*name).to_owned(), ((*contract).to_owned(), owned(skills)));
            }
            _ => panic!("{section}: {words:?}"),
        }
    }

    pub(crate) fn contract(&self, nurse: &str) -> &Contract {
        &self.contracts[&self.nurses[nurse].0]
    }

    /// Successions and skills are hard and block; what costs only, warns.
    pub(crate) fn rules(&self) -> Vec<RuleSetting> {
        let word = |text: &str| Value::Word(text.into());
        let mut rules = vec![setting(Kind::SkillMissing, "", None, &[])];
        for (name, not_after) in self.not_after.iter().filter(|(_, next)| !next.is_empty()) {
            let params = [("first", word(name)), ("next", word(&not_after.join(",")))];
            rules.push(setting(Kind::SuccessionForbidden, name, None, &params));
        }
        for (name, contract) in &self.contracts {
            let mut soft = |kind, param, limit, is_period: bool| {
                let mut params = vec![(param, Value::Number(limit))];
                if is_period {
                    params.extend(period(FIRST, self.weeks * 7));
                }
                let rule = setting(kind, "", Some(name), &params);
                rules.push(RuleSetting { severity: Severity::Warn, ..rule });
            };
            let Contract { assignments, work, off, weekends, complete: _ } = contract;
            let least_min = assignments.0 * i64::from(LENGTH_MIN);
            soft(Kind::MinHoursPeriod, "minMinutes", least_min, true);
            soft(Kind::MaxShifts, "maxShifts", assignments.1, true);
            soft(Kind::MinConsecutiveDays, "minDays", work.0, false);
            soft(Kind::MaxConsecutiveDays, "maxDays", work.1, false);
            soft(Kind::MinDaysOff, "minDays", off.0, false);
            soft(Kind::MaxWeekends, "maxWeekends", *weekends, true);
        }
        rules
    }

    /// The unit with everybody at work, before the horizon and in it.
    pub(crate) fn world(
        &self,
        history: &BTreeMap<String, History>,
        rows: &BTreeMap<String, Row>,
    ) -> World {
        let people = self.nurses.iter().map(|(name, (of, skills))| (&**name, &**of, &**skills));
        let mut world = made::unit(FIRST, self.rules(), &people.collect::<Vec<_>>());
        let mut shifts: Vec<Made> =
            history.iter().flat_map(|(name, past)| past.lived(name)).collect();
        for (name, row) in rows {
            let days = row.iter().enumerate();
            shifts.extend(days.filter_map(|(day, cell)| shift(name, day, cell)));
        }
        let monday = FIRST.checked_sub(jiff::Span::new().days(14)).unwrap();
        made::happened(&mut world, monday, BEFORE + self.weeks * 7, shifts);
        world
    }

    /// What a row costs by the definition, by the rule that finds it; and what no rule finds:
    /// too many days off running, types running, and weekends that are not complete.
    pub(crate) fn costs(&self, nurse: &str, past: &History, row: &Row) -> Costs {
        let Contract { assignments, work, off, weekends, complete } = self.contract(nurse);
        let is_on: Vec<bool> = row.iter().map(Option::is_some).collect();
        let count = is_on.iter().filter(|on| **on).count() as i64;
        let worked = is_on.chunks(7).filter(|week| week[5] || week[6]).count() as i64;
        let halved = is_on.chunks(7).filter(|week| week[5] != week[6]).count() as i64;
        let mut costs = Costs {
            assignments: 20 * ((assignments.0 - count).max(0) + (count - assignments.1).max(0)),
            weekends: 30 * (worked - weekends).max(0),
            complete: 30 * halved * i64::from(*complete),
            ..Costs::default()
        };
        let lived = std::iter::repeat_n(past.work > 0, past.work.max(past.off));
        let before = past.work.max(past.off);
        let all: Vec<bool> = lived.chain(is_on).collect();
        for run in runs(&all, before) {
            match run.value {
                true => costs.work += 30 * (run.short(work.0) + run.long(work.1)),
                false => {
                    costs.off_short += 30 * run.short(off.0);
                    costs.off_long += 30 * run.long(off.1);
                }
            }
        }
        let lived = std::iter::repeat_n(past.last.as_str(), past.of_type);
        let types = row.iter().map(|cell| cell.as_ref().map_or("", |(of_type, _)| of_type));
        let all: Vec<&str> = lived.chain(types).collect();
        for run in runs(&all, past.of_type).filter(|run| !run.value.is_empty()) {
            let (least, most) = self.types[run.value];
            costs.types += 15 * (run.short(least) + run.long(most));
        }
        costs
    }
}

/// A cell's shift.
pub(crate) fn shift(nurse: &str, day: usize, cell: &Cell) -> Option<Made> {
    let (of_type, skill) = cell.as_ref()?;
    let tags = [format!("type:{of_type}"), format!("skill:{skill}")];
    Some(made::shift(nurse, after(FIRST, day), &tags, LENGTH_MIN))
}

/// Costs by constraint, as the validator sums them up.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Costs {
    pub(crate) assignments: i64,
    pub(crate) work: i64,
    pub(crate) off_short: i64,
    pub(crate) weekends: i64,
    pub(crate) off_long: i64,
    pub(crate) types: i64,
    pub(crate) complete: i64,
}

/// Days of the same, those before the horizon among them.
struct Run<T> {
    value: T,
    /// The first day and the day after the last, of all days.
    from: i64,
    to: i64,
    /// How many days lie before the horizon, and how many there are.
    before: i64,
    all: i64,
}

fn runs<T: Copy + PartialEq>(days: &[T], before: usize) -> impl Iterator<Item = Run<T>> {
    let (before, all) = (before as i64, days.len() as i64);
    let mut to = 0;
    days.chunk_by(|a, b| a == b).map(move |run| {
        let from = to;
        to += run.len() as i64;
        Run { value: run[0], from, to, before, all }
    })
}

impl<T> Run<T> {
    /// What goes on beyond the horizon may still grow.
    fn short(&self, least: i64) -> i64 {
        if self.to == self.all { 0 } else { (least - (self.to - self.from)).max(0) }
    }

    /// What was too long before the horizon was paid for.
    fn long(&self, most: i64) -> i64 {
        let paid = (self.to.min(self.before) - self.from - most).max(0);
        (self.to - self.from - most).max(0) - paid
    }
}

impl History {
    pub(crate) fn read(file: &Path) -> BTreeMap<String, Self> {
        let text = std::fs::read_to_string(file).unwrap();
        let lines = text.split_once("NURSE_HISTORY").unwrap().1.lines();
        let read = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
        let of = |words: Vec<&str>| {
            let [name, assignments, weekends, last, of_type, work, off] = words[..] else {
                return None;
            };
            assert_eq!((assignments, weekends), ("0", "0"), "the horizon is the whole period");
            let number = |text: &str| -> usize { text.parse().unwrap() };
            let last = last.to_owned();
            let (of_type, work, off) = (number(of_type), number(work), number(off));
            Some((name.to_owned(), Self { last, of_type, work, off }))
        };
        read.filter_map(of).collect()
    }

    /// What was worked on the last day before the horizon.
    pub(crate) fn last_type(&self) -> Option<String> {
        (self.work > 0).then(|| self.last.clone())
    }

    /// The last run before the horizon. Days off end where work was, of which nothing is known but
    /// that it was.
    fn lived(&self, nurse: &str) -> Vec<Made> {
        let shift = |days_before: usize, tags: &[String]| {
            let day = i64::try_from(days_before).unwrap();
            let day = FIRST.checked_sub(jiff::Span::new().days(day)).unwrap();
            made::shift(nurse, day, tags, LENGTH_MIN)
        };
        if self.work == 0 {
            return vec![shift(self.off + 1, &[])];
        }
        let of_type = format!("type:{}", self.last);
        let tags = |days_before| match days_before <= self.of_type {
            true => vec![of_type.clone()],
            false => Vec::new(),
        };
        (1..=self.work).map(|before| shift(before, &tags(before))).collect()
    }
}

/// The rows of a solution: one file for each week.
pub(crate) fn rows(scenario: &Scenario, files: &[std::path::PathBuf]) -> BTreeMap<String, Row> {
    let mut rows: BTreeMap<String, Row> =
        scenario.nurses.keys().map(|name| (name.clone(), vec![None; scenario.weeks * 7])).collect();
    for (week, file) in files.iter().enumerate() {
        let text = std::fs::read_to_string(file).unwrap();
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [name, day, of_type, skill] = words[..] else { continue };
            let day = week * 7 + DAYS.iter().position(|known| *known == day).unwrap();
            let cell = Some((of_type.to_owned(), skill.to_owned()));
            assert_eq!(rows.get_mut(name).unwrap()[day].replace(cell.clone().unwrap()), None);
        }
    }
    rows
}
