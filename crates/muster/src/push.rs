//! From a schedule file to the weeks of a unit, as the API takes them; or every error at once.
//!
//! Nothing here talks to a server: what it knows of the unit comes in as a [`Unit`]. The command
//! that does is `cli::schedule::push`.

mod activities;
mod agents;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use muster_core::unit::DayOfWeek;
pub(crate) use muster_core::zone::Disambiguation;
use muster_core::zone::Zone;
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use crate::roster_file::FileError;
use crate::roster_file::{self, FileActivity, FileShift, Format, ReadOptions};
pub(crate) use activities::{Code, Codes};
pub(crate) use agents::{Agent, Agents};

/// The system whose ids a file's `external_id` column has.
const SYSTEM: &str = "file";

/// Most errors that one reading returns.
const ERRORS: usize = 200;

/// What must be known of a unit.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unit {
    /// The zone in which its weeks are counted.
    pub(crate) time_zone: Zone,
    /// The first day of its weeks.
    pub(crate) start_day_of_week: DayOfWeek,
}

impl Unit {
    fn week_of(&self, shift: &FileShift) -> Date {
        let first: Weekday = self.start_day_of_week.into();
        Zone::week_of(self.time_zone.date(shift.start), first)
    }
}

/// What a file says of one week.
#[derive(Debug)]
pub(crate) struct WeekPush {
    /// The week's first day.
    pub(crate) week: Date,
    /// Whole weeks of the agents that the file names, as `agentSchedules`.
    pub(crate) agent_schedules: Vec<Value>,
    /// How many shifts.
    pub(crate) shifts: usize,
    /// Where each of them stands in the file: by agent, by shift.
    lines: Vec<Vec<u64>>,
}

impl WeekPush {
    /// The line of the file that a JSON pointer into the request is about.
    pub(crate) fn line_of(&self, pointer: &str) -> Option<u64> {
        let mut parts = pointer.strip_prefix("/agentSchedules/")?.split('/');
        let lines = self.lines.get(parts.next()?.parse::<usize>().ok()?)?;
        match (parts.next(), parts.next()) {
            (Some("shifts"), Some(n)) => lines.get(n.parse::<usize>().ok()?).copied(),
            _ => lines.first().copied(),
        }
    }
}

/// Shifts as the API takes them, with their lines, by agent.
type ByAgent<'a> = BTreeMap<&'a str, Vec<(u64, Value)>>;

/// Reads a file into weeks, sorted.
///
/// # Errors
/// Everything that is wrong with the file, sorted by line.
pub(crate) fn read(
    bytes: &[u8],
    unit: &Unit,
    agents: &Agents,
    codes: &Codes,
    ambiguous: Disambiguation,
) -> Result<Vec<WeekPush>, Vec<FileError>> {
    let zone_of = |name: &str| agents.find(name).map(|agent| agent.zone.clone());
    let file = roster_file::read(bytes, &ReadOptions { zone_of: &zone_of, ambiguous })?;
    let mut errors = agents.two_names(&file);
    let mut weeks: BTreeMap<Date, ByAgent<'_>> = BTreeMap::new();
    for shift in &file.shifts {
        let Some(agent) = agents.find(&shift.agent) else { continue };
        match written(shift, codes, file.format) {
            Ok(value) => {
                let week = weeks.entry(unit.week_of(shift)).or_default();
                week.entry(agent.id.as_str()).or_default().push((shift.line, value));
            }
            Err(found) => errors.extend(found),
        }
    }
    if !errors.is_empty() {
        return Err(sorted(errors));
    }
    Ok(weeks.into_iter().map(|(week, agents)| pushed(week, agents)).collect())
}

/// Whom a file names, where nobody is known.
///
/// # Errors
/// Everything that is wrong with the file, sorted by line.
pub(crate) fn names(
    bytes: &[u8],
    zone: &Zone,
    ambiguous: Disambiguation,
) -> Result<BTreeSet<String>, Vec<FileError>> {
    let zone_of = |_: &str| Some(zone.clone());
    let file = roster_file::read(bytes, &ReadOptions { zone_of: &zone_of, ambiguous })?;
    Ok(file.shifts.into_iter().map(|shift| shift.agent).collect())
}

/// The first errors by line, and whether there are more.
fn sorted(mut errors: Vec<FileError>) -> Vec<FileError> {
    errors.sort_by_key(|error| error.line);
    errors.dedup();
    if errors.len() > ERRORS {
        let line = errors[ERRORS - 1].line;
        errors.truncate(ERRORS);
        let problem = format!("more errors follow; these are the first {ERRORS}");
        errors.push(error(line, "", "", problem));
    }
    errors
}

fn pushed(week: Date, agents: ByAgent<'_>) -> WeekPush {
    let mut push = WeekPush { week, agent_schedules: Vec::new(), shifts: 0, lines: Vec::new() };
    for (agent, shifts) in agents {
        let (lines, shifts): (Vec<u64>, Vec<Value>) = shifts.into_iter().unzip();
        push.shifts += shifts.len();
        push.lines.push(lines);
        push.agent_schedules.push(json!({ "agentId": agent, "shifts": shifts }));
    }
    push
}

/// A shift as the API takes it, or what is wrong with its activities.
fn written(shift: &FileShift, codes: &Codes, format: Format) -> Result<Value, Vec<FileError>> {
    let mut parts = Vec::with_capacity(shift.activities.len());
    let mut errors = Vec::new();
    for activity in &shift.activities {
        let FileActivity { line, name, start, length_min, paid } = activity;
        match codes.find(name) {
            Ok(code) => {
                let offset = shift.start.minutes_until(*start);
                parts.push(activities::Part::new(offset, *length_min, &code.id, *paid));
            }
            Err(problem) => errors.push(error(*line, column(format), name, problem)),
        }
    }
    if let Some(base) = &shift.base_activity {
        match codes.base(base) {
            Ok(Some(code)) => parts = activities::filled(parts, shift.length_min, &code.id),
            Ok(None) => {}
            Err(problem) => errors.push(error(shift.line, "*Base Activity Name", base, problem)),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut value = json!({
        "start": shift.start.to_string(),
        "lengthMinutes": shift.length_min,
        "timeZone": shift.zone.name(),
        "activities": parts,
        "note": shift.note,
        "tags": shift.tags,
    });
    if let Some(id) = &shift.id {
        value["id"] = json!(id);
    }
    if let Some(id) = &shift.external_id {
        value["externalIds"] = json!({ SYSTEM: id });
    }
    Ok(value)
}

/// Where a format names an activity.
fn column(format: Format) -> &'static str {
    match format {
        Format::Cxone => "Activity Name",
        Format::Plain => "activity",
    }
}

fn error(line: u64, column: &str, value: &str, problem: impl Into<String>) -> FileError {
    let (column, value) = (column.to_owned(), value.to_owned());
    FileError { line, column, value, problem: problem.into() }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A week of two agents, whose shifts stand on the lines 2 and 4, and 3.
    pub(crate) fn week() -> WeekPush {
        let week = jiff::civil::date(2026, 3, 30);
        let lines = vec![vec![2, 4], vec![3]];
        WeekPush { week, agent_schedules: Vec::new(), shifts: 3, lines }
    }
}

#[cfg(test)]
mod tests;
