//! `muster agent`: the people who are scheduled.

mod availability;
mod calendar;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use muster_api::client::Agent;
use serde_json::{Value, json};

use super::Outcome;
use super::failure::BadFile;
use super::server::{self, Server, ServerArgs};
use super::table::{Table, counted};
use crate::print::Format;
use crate::push::FileError;

/// The columns of a file of agents. Only the first is required.
const COLUMNS: [&str; 7] =
    ["id", "name", "email", "time_zone", "skills", "management_unit", "contract"];

/// What to do with agents.
#[derive(Debug, Args)]
pub(crate) struct AgentOptions {
    #[command(flatten)]
    pub(super) print: super::PrintArgs,
    #[command(flatten)]
    server: ServerArgs,
    #[command(subcommand)]
    command: AgentCommand,
}

#[derive(Debug, Subcommand)]
enum AgentCommand {
    /// List agents.
    List {
        /// The business unit.
        #[arg(long, value_parser = server::id)]
        unit: String,
    },
    /// Make or change agents, all of a file or none.
    Import {
        /// A CSV with the columns id, name, email, time_zone, skills (separated by ;),
        /// management_unit, contract; what is empty stays as it is.
        file: PathBuf,
        /// The business unit.
        #[arg(long, value_parser = server::id)]
        unit: String,
    },
    /// When agents can, or would like to, work, as they say.
    #[command(subcommand)]
    Availability(availability::AvailabilityCommand),
    /// The secret link with which a calendar program follows an agent's shifts and time off.
    Calendar(calendar::CalendarOptions),
}

/// Lists agents, imports them, says when they can work, or links to their calendars.
pub(crate) async fn run(options: AgentOptions, format: Format) -> anyhow::Result<Outcome> {
    let AgentOptions { print: _, server, command } = options;
    match command {
        AgentCommand::List { unit } => {
            let server = Server::connect(&server).await?;
            let query = [("businessUnitId", Some(unit.as_str()))];
            let reply = server.list::<Agent>("/agents", &query).await?;
            format.answer(&reply.json, || table(&reply.value));
        }
        AgentCommand::Availability(command) => {
            let server = Server::connect(&server).await?;
            availability::run(server, command, format).await?;
        }
        AgentCommand::Calendar(options) => {
            let server = Server::connect(&server).await?;
            calendar::run(server, &options, format).await?;
        }
        AgentCommand::Import { file, unit } => {
            let bytes = std::fs::read(&file).with_context(|| format!("read {}", file.display()))?;
            let agents = read(&bytes, &unit).map_err(|errors| bad(&file, errors))?;
            let server = Server::connect(&server).await?;
            let body = json!({ "agents": agents });
            let reply = server.post::<Value>("/agents/bulk", &body).await?;
            format.answer(&reply.json, || {
                format!("unit {unit} has {} as the file says", counted(agents.len(), "agent"))
            });
        }
    }
    Ok(Outcome::Done)
}

fn bad(file: &Path, errors: Vec<FileError>) -> BadFile {
    BadFile { path: file.display().to_string(), errors }
}

fn wrong(line: u64, column: &str, value: &str, problem: impl Into<String>) -> FileError {
    let (column, value) = (column.to_owned(), value.to_owned());
    FileError { line, column, value, problem: problem.into() }
}

/// Reads a file of agents into members of a bulk.
pub(super) fn read(bytes: &[u8], unit: &str) -> Result<Vec<Value>, Vec<FileError>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let unreadable = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        wrong(line, "", "", format!("cannot be read: {error}"))
    };
    let header = reader.headers().map_err(|error| vec![unreadable(&error)])?.clone();
    let mut errors: Vec<FileError> = header
        .iter()
        .filter(|name| !COLUMNS.contains(name))
        .map(|name| wrong(1, name, "", format!("is no column; there are {}", COLUMNS.join(", "))))
        .collect();
    if !header.iter().any(|name| name == "id") {
        errors.push(wrong(1, "id", "", "is a column that must be there"));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let (mut agents, mut seen) = (Vec::new(), BTreeMap::new());
    for record in reader.records() {
        match record {
            Err(error) => errors.push(unreadable(&error)),
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                let row: BTreeMap<&str, &str> = header.iter().zip(record.iter()).collect();
                match agent(&row, unit, line) {
                    Err(error) => errors.push(error),
                    Ok(agent) => agents.push(agent),
                }
                if let Some(first) = seen.insert(row["id"].to_owned(), line) {
                    errors.push(wrong(line, "id", row["id"], format!("repeats line {first}")));
                }
            }
        }
    }
    if agents.is_empty() && errors.is_empty() {
        errors.push(wrong(1, "", "", "the file has no agents"));
    }
    if errors.is_empty() { Ok(agents) } else { Err(errors) }
}

/// One row as a member of a bulk.
fn agent(row: &BTreeMap<&str, &str>, unit: &str, line: u64) -> Result<Value, FileError> {
    let value = |name: &str| row.get(name).copied().filter(|value| !value.is_empty());
    let id = value("id").unwrap_or_default();
    server::id(id).map_err(|problem| wrong(line, "id", id, problem))?;
    let mut agent = json!({ "id": id, "businessUnitId": unit });
    if let Some(zone) = value("time_zone") {
        let unknown = |error: muster_core::zone::UnknownZone| {
            let release = muster_core::zone::Zone::release();
            wrong(line, "time_zone", &error.name, format!("is no zone of IANA's {release}"))
        };
        muster_core::zone::Zone::find(zone).map_err(unknown)?;
        agent["timeZone"] = json!(zone);
    }
    for (column, name) in [
        ("name", "name"),
        ("email", "email"),
        ("management_unit", "managementUnitId"),
        ("contract", "contract"),
    ] {
        if let Some(value) = value(column) {
            agent[name] = json!(value);
        }
    }
    if let Some(skills) = value("skills") {
        let skills = skills.split(';').map(str::trim).filter(|skill| !skill.is_empty());
        agent["skills"] = skills.map(|skill| json!({ "name": skill })).collect();
    }
    Ok(agent)
}

fn table(agents: &[Agent]) -> String {
    let mut table = Table::new(["agent", "name", "email", "zone", "management unit", "contract"]);
    for Agent { id, name, email, time_zone, management_unit_id, contract } in agents {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let (group, contract) = (text(management_unit_id), text(contract));
        table.row([id, &text(name), &text(email), time_zone, &group, &contract]);
    }
    if table.is_empty() { "no agents".to_owned() } else { table.to_string() }
}
