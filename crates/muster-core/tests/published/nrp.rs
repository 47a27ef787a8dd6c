//! The instances of Curtois and Qu, and what their hard constraints say, told twice: as rules of
//! a unit, and by their definition, day by day.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::{Date, date};
use muster_core::conflict::{Finding, Kind};
use muster_core::entry::ReferenceKind;
use muster_core::rule::{RuleSetting, Value};
use muster_core::testing::World;

use crate::made::{self, Made, after, period, setting};

/// All instances start on a Monday.
pub(crate) const FIRST: Date = date(2026, 1, 5);

/// One instance: what of it is hard.
pub(crate) struct Instance {
    pub(crate) days: usize,
    /// How long each type is, and what may not come on the day after it.
    pub(crate) types: BTreeMap<String, (u32, Vec<String>)>,
    pub(crate) staff: BTreeMap<String, Person>,
}

/// What is asked of somebody.
pub(crate) struct Person {
    /// All of it as it is written: people with the same have the same contract.
    contract: String,
    most_of: BTreeMap<String, i64>,
    most_min: i64,
    least_min: i64,
    most_days: i64,
    least_days: i64,
    least_off: i64,
    weekends: i64,
    days_off: BTreeSet<usize>,
}

/// Somebody's days: the type of the shift, or nothing.
pub(crate) type Row = Vec<Option<String>>;

impl Instance {
    pub(crate) fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap();
        let mut it = Self { days: 0, types: BTreeMap::new(), staff: BTreeMap::new() };
        let mut section = "";
        for line in text.lines().map(str::trim) {
            if line.starts_with("SECTION") {
                section = line;
            } else if !line.is_empty() && !line.starts_with('#') {
                it.take(section, line);
            }
        }
        it
    }

    fn take(&mut self, section: &str, line: &str) {
        let cells: Vec<&str> = line.split(',').collect();
        match (section, &cells[..]) {
            ("SECTION_HORIZON", [days]) => self.days = days.parse().unwrap(),
            ("SECTION_SHIFTS", [name, length, not_after]) => {
                let not_after = not_after.split('|').filter(|name| !name.is_empty());
                let not_after = not_after.map(str::to_owned).collect();
                self.types.insert((*name).to_owned(), (length.parse().unwrap(), not_after));
            }
            ("SECTION_STAFF", [name, most_of, rest @ ..]) => {
                let most_of = most_of.split('|').map(|pair| {
                    let (name, most) = pair.split_once('=').unwrap();
                    (name.to_owned(), most.parse().unwrap())
                });
                let limits: Vec<i64> = rest.iter().map(|cell| cell.parse().unwrap()).collect();
                let [most_min, least_min, most_days, least_days, least_off, weekends] = limits[..]
                else {
                    panic!("{line}")
                };
                let contract = cells[1..].join(" ");
                let (most_of, days_off) = (most_of.collect(), BTreeSet::new());
                let person = Person {
                    contract,
                    most_of,
                    most_min,
                    least_min,
                    most_days,
                    least_days,
                    least_off,
                    weekends,
                    days_off,
                };
                self.staff.insert((*name).to_owned(), person);
            }
            ("SECTION_DAYS_OFF", [name, days @ ..]) => {
                let days = days.iter().map(|day| day.parse().unwrap());
                self.staff.get_mut(*name).unwrap().days_off = days.collect();
            }
            // Wishes and cover are soft, and cover is not about one person.
            ("SECTION_SHIFT_ON_REQUESTS" | "SECTION_SHIFT_OFF_REQUESTS" | "SECTION_COVER", _) => {}
            _ => panic!("{section}: {line}"),
        }
    }

    /// The hard constraints as rules: everybody's limits by their contract, successions for all.
    fn rules(&self) -> Vec<RuleSetting> {
        let mut rules = Vec::new();
        let number = |name, value: i64| (name, Value::Number(value));
        for (name, (_, not_after)) in &self.types {
            if !not_after.is_empty() {
                let word = |text: &str| Value::Word(text.into());
                let params = [("first", word(name)), ("next", word(&not_after.join(",")))];
                rules.push(setting(Kind::SuccessionForbidden, name, None, &params));
            }
        }
        let contracts: BTreeMap<&str, &Person> =
            self.staff.values().map(|person| (person.contract.as_str(), person)).collect();
        for (contract, person) in contracts {
            let mut of = |kind, name: &str, params: &[(&str, Value)], is_period: bool| {
                let period = is_period.then(|| period(FIRST, self.days));
                let params = [params, period.as_ref().map_or(&[], |period| &period[..])].concat();
                rules.push(setting(kind, name, Some(contract), &params));
            };
            for (name, most) in &person.most_of {
                let types = ("types", Value::Word(name.as_str().into()));
                of(Kind::MaxShifts, name, &[number("maxShifts", *most), types], true);
            }
            let most_min = number("maxMinutes", person.most_min);
            let least_min = number("minMinutes", person.least_min.max(1));
            of(Kind::MaxHoursPeriod, "", &[most_min], true);
            of(Kind::MinHoursPeriod, "", &[least_min], true);
            of(Kind::MaxConsecutiveDays, "", &[number("maxDays", person.most_days)], false);
            of(Kind::MinConsecutiveDays, "", &[number("minDays", person.least_days)], false);
            of(Kind::MinDaysOff, "", &[number("minDays", person.least_off)], false);
            of(Kind::MaxWeekends, "", &[number("maxWeekends", person.weekends)], true);
        }
        // A fixed day off is not time off that was approved: approved time off masks the work
        // below it, which then counts for no sum, and a fixed day off leaves the sums as they are.
        // So it stands as a request that nobody has decided, and work on it blocks.
        rules.push(setting(Kind::TimeOffPendingOverlap, "", None, &[]));
        rules
    }

    /// A unit with the instance's people and rules, and nobody at work.
    pub(crate) fn unit(&self) -> World {
        let people = self.staff.iter().map(|(name, who)| (&**name, &*who.contract, &[][..]));
        let mut world = made::unit(FIRST, self.rules(), &people.collect::<Vec<_>>());
        let days_off = self.staff.iter().flat_map(|(name, person)| {
            person.days_off.iter().map(|day| made::day_off(name, after(FIRST, *day)))
        });
        let requests = days_off.collect();
        world.happen(ReferenceKind::TimeOffRequest, "all", requests);
        world
    }

    /// The shift of a cell.
    pub(crate) fn shift(&self, name: &str, day: usize, of_type: &str) -> Made {
        made::shift(name, after(FIRST, day), &[format!("type:{of_type}")], self.types[of_type].0)
    }

    /// All shifts of a roster.
    pub(crate) fn shifts(&self, roster: &BTreeMap<String, Row>) -> Vec<Made> {
        let cells = roster.iter().flat_map(|(name, row)| {
            let days = row.iter().enumerate();
            days.filter_map(move |(day, cell)| Some((name, day, cell.as_deref()?)))
        });
        cells.map(|(name, day, of_type)| self.shift(name, day, of_type)).collect()
    }

    /// What a row violates, by the constraints' definition: before the horizon and after it, days
    /// are whatever makes a run long enough and none too long.
    pub(crate) fn causes(&self, name: &str, row: &Row) -> BTreeSet<&'static str> {
        let person = &self.staff[name];
        let mut causes = BTreeSet::new();
        let mut is = |cause, holds: bool| holds.then(|| causes.insert(cause));
        let count = |of: &str| row.iter().flatten().filter(|cell| *cell == of).count() as i64;
        is("max-shifts", person.most_of.iter().any(|(of, most)| count(of) > *most));
        let minutes: i64 = row.iter().flatten().map(|of| i64::from(self.types[of].0)).sum();
        is("max-minutes", minutes > person.most_min);
        is("min-minutes", minutes < person.least_min);
        is("day-off", person.days_off.iter().any(|day| row[*day].is_some()));
        let is_forbidden = |pair: &[Option<String>]| match pair {
            [Some(first), Some(next)] => self.types[first].1.contains(next),
            _ => false,
        };
        is("forbidden-succession", row.windows(2).any(is_forbidden));
        let weekends = row.chunks(7).filter(|week| week[5].is_some() || week[6].is_some());
        is("max-weekends", weekends.count() as i64 > person.weekends);
        let mut day = 0;
        for run in row.chunk_by(|a, b| a.is_some() == b.is_some()) {
            let is_inside = day > 0 && day + run.len() < row.len();
            let (is_work, length) = (run[0].is_some(), run.len() as i64);
            is("max-consecutive", is_work && length > person.most_days);
            is("min-consecutive", is_work && is_inside && length < person.least_days);
            is("min-days-off", !is_work && is_inside && length < person.least_off);
            day += run.len();
        }
        causes
    }
}

/// A roster as it was published.
pub(crate) fn roster(file: &Path) -> BTreeMap<String, Row> {
    let text = std::fs::read_to_string(file).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (name, cells) = line.split_once(',').unwrap();
        let cell = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
        (name.to_owned(), cells.split(',').map(cell).collect())
    });
    rows.collect()
}

/// The published name of what a finding is about.
pub(crate) fn cause(finding: &Finding) -> &'static str {
    let published = [
        (Kind::MaxShifts, "max-shifts"),
        (Kind::MaxHoursPeriod, "max-minutes"),
        (Kind::MinHoursPeriod, "min-minutes"),
        (Kind::MaxConsecutiveDays, "max-consecutive"),
        (Kind::MinConsecutiveDays, "min-consecutive"),
        (Kind::MinDaysOff, "min-days-off"),
        (Kind::MaxWeekends, "max-weekends"),
        (Kind::TimeOffPendingOverlap, "day-off"),
        (Kind::SuccessionForbidden, "forbidden-succession"),
    ];
    let known = published.iter().find(|(kind, _)| *kind == finding.kind);
    known.unwrap_or_else(|| panic!("{finding:?}")).1
}
