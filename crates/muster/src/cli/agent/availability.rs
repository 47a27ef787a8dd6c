//! `muster agent availability`: what agents say of when they can, or would like to, work.

use clap::{Args, Subcommand, ValueEnum};
use muster_api::client::Availability;
use serde_json::{Value, json};

use crate::cli::server::{self, Server};
use crate::cli::table::{Table, counted};
use crate::cli::unit::Day;
use crate::cli::when::When;
use crate::print::Format;

#[derive(Debug, Subcommand)]
pub(super) enum AvailabilityCommand {
    /// List what is said.
    List {
        /// The business unit.
        #[arg(long, value_parser = server::id)]
        unit: String,
        /// Only what this agent says.
        #[arg(long, value_parser = server::id)]
        agent: Option<String>,
    },
    /// Say something of an agent, or something else than before under the same id.
    Put(PutOptions),
    /// Say something no longer.
    Withdraw {
        /// The agent.
        #[arg(value_parser = server::id)]
        agent: String,
        /// What was said.
        #[arg(value_parser = server::id)]
        id: String,
    },
}

/// What an agent says of some time.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Says {
    /// They cannot work then.
    Unavailable,
    /// They would rather not work then.
    PrefersOff,
    /// When they work on such a day, they would rather do it then.
    PrefersWithin,
}

#[derive(Debug, Args)]
pub(super) struct PutOptions {
    /// The agent.
    #[arg(value_parser = server::id)]
    agent: String,
    /// An id, among what this agent says.
    #[arg(value_parser = server::id)]
    id: String,
    /// What is said.
    #[arg(value_enum)]
    says: Says,
    /// A whole day, such as 2026-04-07; may come several times.
    #[arg(long, value_name = "DATE", conflicts_with_all = ["start", "on", "from"])]
    day: Vec<jiff::civil::Date>,
    /// From this instant, with its offset,
    #[arg(long, value_name = "TIME", requires = "end", conflicts_with_all = ["on", "from"])]
    start: Option<String>,
    /// to this one.
    #[arg(long, value_name = "TIME", requires = "start")]
    end: Option<String>,
    /// Every week on this day; may come several times. Without it, on every day.
    #[arg(long, value_enum, ignore_case = true, value_delimiter = ',', value_name = "DAY")]
    on: Vec<Day>,
    /// Every week from this time of day, such as 18:00; without it, whole days.
    #[arg(long, value_name = "HH:MM", requires = "to")]
    from: Option<String>,
    /// To this one, on the day after when it is not later.
    #[arg(long, value_name = "HH:MM", requires = "from")]
    to: Option<String>,
    /// The first day of what is said every week.
    #[arg(long, value_name = "DATE")]
    valid_from: Option<jiff::civil::Date>,
    /// The last day of what is said every week.
    #[arg(long, value_name = "DATE")]
    valid_until: Option<jiff::civil::Date>,
    /// A remark.
    #[arg(long)]
    note: Option<String>,
}

impl PutOptions {
    fn body(&self) -> Value {
        let says = match self.says {
            Says::Unavailable => "UNAVAILABLE",
            Says::PrefersOff => "PREFERS_OFF",
            Says::PrefersWithin => "PREFERS_WITHIN",
        };
        let mut body = json!({ "says": says });
        if !self.day.is_empty() {
            body["fullDays"] = json!(self.day);
        } else if self.start.is_some() {
            (body["start"], body["end"]) = (json!(self.start), json!(self.end));
        } else {
            body["weekly"] = self.weekly();
        }
        if let Some(note) = &self.note {
            body["note"] = json!(note);
        }
        body
    }

    fn weekly(&self) -> Value {
        let mut weekly = json!({});
        if !self.on.is_empty() {
            weekly["daysOfWeek"] = json!(self.on);
        }
        let given = [("from", json!(self.from)), ("to", json!(self.to))];
        let days = [("validFrom", json!(self.valid_from)), ("validUntil", json!(self.valid_until))];
        for (name, value) in given.into_iter().chain(days).filter(|(_, value)| !value.is_null()) {
            weekly[name] = value;
        }
        weekly
    }
}

/// Lists what is said, says something, or takes it back.
pub(super) async fn run(
    server: Server,
    command: AvailabilityCommand,
    format: Format,
) -> anyhow::Result<()> {
    match command {
        AvailabilityCommand::List { unit, agent } => {
            let server = server.in_unit(&unit).await?;
            let path = format!("/businessunits/{unit}/availability");
            let reply = server.list(&path, &[("agentId", agent.as_deref())]).await?;
            format.answer(&reply.json, || table(&reply.value, server.when()));
        }
        AvailabilityCommand::Put(options) => {
            let path = format!("/agents/{}/availability/{}", options.agent, options.id);
            let reply = server.put::<Availability>(&path, &options.body()).await?;
            format.answer(&reply.json, || told(&reply.value));
        }
        AvailabilityCommand::Withdraw { agent, id } => {
            server.delete(&format!("/agents/{agent}/availability/{id}")).await?;
            format.answer(&json!({}), || format!("{agent} says {id} no longer"));
        }
    }
    Ok(())
}

/// What is worked against it is there already, and stays.
fn told(said: &Availability) -> String {
    let Availability { id, agent_id, findings, version, .. } = said;
    let against = match findings.len() {
        0 => String::new(),
        count => format!("; {} against it", counted(count, "shift")),
    };
    let mut text = format!("{agent_id} says {id}, version {version}{against}\n");
    for finding in findings {
        text += &format!("  {}\n", finding.message);
    }
    text
}

fn table(all: &[Availability], when: &When) -> String {
    let mut table = Table::new(["agent", "id", "says", "when", "note"]);
    for said in all {
        let words = said.says.to_lowercase().replace('_', " ");
        let note = said.note.as_deref().unwrap_or_default();
        table.row([&said.agent_id, &said.id, &words, &times(said, when), note]);
    }
    if table.is_empty() { "nobody says anything".to_owned() } else { table.to_string() }
}

fn times(said: &Availability, when: &When) -> String {
    if let Some(days) = &said.full_days {
        return days.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    }
    let Some(weekly) = &said.weekly else {
        return when.said(said.start.as_deref(), said.end.as_deref());
    };
    let mut text = match weekly.days_of_week.len() {
        7 => "every day".to_owned(),
        _ => weekly.days_of_week.iter().map(|day| &day[..3]).collect::<Vec<_>>().join(" "),
    };
    if let (Some(from), Some(to)) = (&weekly.from, &weekly.to) {
        text += &format!(" {from}–{to}");
    }
    text += &weekly.valid_from.map(|day| format!(" from {day}")).unwrap_or_default();
    text += &weekly.valid_until.map(|day| format!(" until {day}")).unwrap_or_default();
    text
}
