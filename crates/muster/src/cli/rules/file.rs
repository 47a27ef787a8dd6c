//! A roster as a file says it: whoever the file names works in one unit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;
use muster_api::agent::AgentIn;
use muster_api::schedule::AgentScheduleIn;
use muster_core::agent::Agent;
use muster_core::decide::Rejection;
use muster_core::event::Event;
use muster_core::id::{AgentId, UnitId};
use muster_core::unit::{BusinessUnit, DayOfWeek, ManagementUnit};
use muster_core::zone::Zone;
use serde_json::{Value, json};

use super::report::Report;
use crate::cli::agent;
use crate::cli::failure::{BadFile, Usage};
use crate::cli::schedule::{Ambiguous, named};
use crate::cli::unit::Day;
use crate::local::Local;
use crate::push::{self, Agents, Codes, FileError, Unit, WeekPush};

/// What a file of shifts does not say.
#[derive(Debug, Args)]
#[group(id = "FileArgs", multiple = true)]
pub(super) struct FileArgs {
    /// The zone in which the weeks are counted, and the days of everybody for whom --agents names
    /// no other.
    #[arg(long, value_name = "ZONE", required_unless_present = "unit")]
    time_zone: Option<String>,
    /// The first day of the week.
    #[arg(long, value_enum, default_value = "monday", ignore_case = true)]
    first_day: Day,
    /// A file of agents as muster agent import takes it: for their zones, skills, contracts and
    /// management units. Without it, whoever the file of shifts names is an agent.
    #[arg(long, value_name = "FILE")]
    agents: Option<PathBuf>,
    /// What to do with wall times that a clock change makes ambiguous or skips.
    #[arg(long, value_enum, default_value = "reject")]
    ambiguous: Ambiguous,
    /// The activity code that the file has another name for; may come several times.
    #[arg(long = "activity", value_name = "NAME=CODE", value_parser = named)]
    activities: Vec<(String, String)>,
}

impl From<Day> for DayOfWeek {
    fn from(day: Day) -> Self {
        match day {
            Day::Monday => Self::Monday,
            Day::Tuesday => Self::Tuesday,
            Day::Wednesday => Self::Wednesday,
            Day::Thursday => Self::Thursday,
            Day::Friday => Self::Friday,
            Day::Saturday => Self::Saturday,
            Day::Sunday => Self::Sunday,
        }
    }
}

/// An agent, and what the file of shifts may call it.
struct Known {
    agent: Agent,
    email: Option<String>,
}

/// Reads a file of shifts.
pub(super) fn read(file: &Path, args: &FileArgs) -> anyhow::Result<Report> {
    let path = file.display().to_string();
    let bytes = std::fs::read(file).with_context(|| format!("read {path}"))?;
    let bad = |errors| BadFile { path: path.clone(), errors };
    let unit = unit(args)?;
    let known = match &args.agents {
        Some(agents) => listed(agents, &unit)?,
        None => {
            let names = push::names(&bytes, &unit.zone, args.ambiguous.into()).map_err(bad)?;
            // An address is one, however it is capitalized.
            let mut seen = BTreeSet::new();
            let one = names.iter().filter(|name| seen.insert(address(name)));
            one.enumerate().map(|(n, name)| fresh(n, name, &unit.zone)).collect()
        }
    };
    let mut local = Local::new(unit.clone());
    local.happen(joined(&known));
    let weeks = weeks(&bytes, &unit, &known, &local, args).map_err(bad)?;
    for week in weeks {
        put(&mut local, week).map_err(|error| bad(vec![error]))?;
    }
    let is_renamed = |known: &&Known| args.agents.is_none() && known.email.is_some();
    let renamed = known.iter().filter(is_renamed);
    let names = renamed.filter_map(|known| Some((known.agent.id.clone(), known.email.clone()?)));
    Ok(Report { source: path.clone(), names: names.collect::<BTreeMap<_, _>>(), local })
}

fn unit(args: &FileArgs) -> anyhow::Result<BusinessUnit> {
    let zone = args.time_zone.as_deref().unwrap_or_default();
    let zone = Zone::find(zone).map_err(|error| Usage(format!("--time-zone: {error}")))?;
    let id = UnitId::parse("file")?;
    Ok(BusinessUnit { id, name: "file".into(), zone, first_day: args.first_day.into() })
}

/// The agents of a file of agents.
fn listed(file: &Path, unit: &BusinessUnit) -> anyhow::Result<Vec<Known>> {
    let path = file.display().to_string();
    let bytes = std::fs::read(file).with_context(|| format!("read {path}"))?;
    let all = agent::read(&bytes, unit.id.as_str());
    let all = all.map_err(|errors| BadFile { path: path.clone(), errors })?;
    let wrong = |error: &dyn std::fmt::Display| anyhow!("{path}: {error}");
    let known = all.into_iter().map(|value| {
        let input: AgentIn = serde_json::from_value(value).map_err(|error| wrong(&error))?;
        let id = input.id.clone().ok_or_else(|| wrong(&"an agent has no id"))?;
        let (agent, profile) = input.agent(id, unit, None, "").map_err(|bad| wrong(&bad))?;
        Ok(Known { agent, email: profile.email.flatten().map(|email| email.to_string()) })
    });
    known.collect()
}

fn address(name: &str) -> String {
    if name.contains('@') { name.to_lowercase() } else { name.to_owned() }
}

/// An agent of whom a name is all that is known: an id, or else an e-mail address.
fn fresh(n: usize, name: &str, zone: &Zone) -> Known {
    let (id, email) = match AgentId::parse(name) {
        Ok(id) => (id, None),
        Err(_) => {
            let id = AgentId::parse(&format!("agent-{}", n + 1)).expect("a word and a number");
            (id, Some(name.to_owned()))
        }
    };
    let agent = Agent {
        id,
        management_unit: None,
        zone: zone.clone(),
        skills: Vec::new(),
        contract: None,
        minor_until: None,
    };
    Known { agent, email }
}

/// Everybody joins, and with them the management units they are in.
fn joined(known: &[Known]) -> Vec<Event> {
    let groups = known.iter().filter_map(|known| known.agent.management_unit.clone());
    let groups: BTreeSet<_> = groups.collect();
    let group = |id: muster_core::id::ManagementUnitId| {
        let name = id.as_str().into();
        Event::ManagementUnitPut(ManagementUnit { id, name })
    };
    let agents = known.iter().map(|known| Event::AgentPut(known.agent.clone()));
    groups.into_iter().map(group).chain(agents).collect()
}

fn weeks(
    bytes: &[u8],
    unit: &BusinessUnit,
    known: &[Known],
    local: &Local,
    args: &FileArgs,
) -> Result<Vec<WeekPush>, Vec<FileError>> {
    let agents = known.iter().map(|Known { agent, email }| push::Agent {
        id: agent.id.to_string(),
        email: email.clone(),
        zone: agent.zone.clone(),
        left: false,
    });
    let codes = local.roster().codes().into_iter();
    let codes =
        codes.map(|code| push::Code { id: code.id.to_string(), name: code.name.to_string() });
    let codes = Codes::new(codes.collect(), &args.activities);
    let unit = Unit { time_zone: unit.zone.clone(), start_day_of_week: unit.first_day };
    push::read(bytes, &unit, &Agents::new(agents.collect()), &codes, args.ambiguous.into())
}

/// Writes a week; a shift without an id is called after its line.
fn put(local: &mut Local, mut week: WeekPush) -> Result<(), FileError> {
    let mut documents = std::mem::take(&mut week.agent_schedules);
    for (n, agent) in documents.iter_mut().enumerate() {
        let shifts = agent["shifts"].as_array_mut();
        for (m, shift) in shifts.into_iter().flatten().enumerate() {
            let line = week.line_of(&format!("/agentSchedules/{n}/shifts/{m}")).unwrap_or(0);
            if shift.get("id").is_none() {
                shift["id"] = json!(format!("line-{line}"));
            }
        }
    }
    let wrong = |pointer: &str, value: &str, problem: &str| FileError {
        line: week.line_of(pointer).unwrap_or(1),
        column: pointer.rsplit('/').next().unwrap_or_default().to_owned(),
        value: value.to_owned(),
        problem: problem.to_owned(),
    };
    let documents: Vec<AgentScheduleIn> = serde_json::from_value(Value::Array(documents))
        .map_err(|error| wrong("", "", &error.to_string()))?;
    let documents = AgentScheduleIn::docs(documents, local.roster())
        .map_err(|bad| wrong(&bad.pointer, &bad.value, &bad.problem))?;
    local.put_week(week.week, &documents).map_err(|rejection| match rejection {
        Rejection::Invalid { pointer, value, problem } => wrong(&pointer, &value, &problem),
        other @ (Rejection::Unknown { .. }
        | Rejection::Taken { .. }
        | Rejection::NotNow { .. }
        | Rejection::NeedsBase { .. }
        | Rejection::NotOwn { .. }
        | Rejection::Changed { .. }
        | Rejection::IsThere { .. }
        | Rejection::Conflict { .. }) => wrong("", "", &other.to_string()),
    })
}
