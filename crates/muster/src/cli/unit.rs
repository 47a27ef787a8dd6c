//! `muster unit`: business units.

mod acknowledgements;
mod levels;

use clap::{Args, Subcommand, ValueEnum};
use muster_api::client::Unit;
use serde::Serialize;
use serde_json::json;

use super::Outcome;
use super::server::{self, Server, ServerArgs};
use super::table::Table;
use crate::print::Format;

/// What to do with business units.
#[derive(Debug, Args)]
pub(crate) struct UnitOptions {
    #[command(flatten)]
    pub(super) print: super::PrintArgs,
    #[command(flatten)]
    server: ServerArgs,
    #[command(subcommand)]
    command: UnitCommand,
}

#[derive(Debug, Subcommand)]
enum UnitCommand {
    /// List units.
    List,
    /// Make a unit.
    Create {
        /// Its id.
        #[arg(value_parser = server::id)]
        id: String,
        /// What people call it; its id if nothing is given.
        #[arg(long)]
        name: Option<String>,
        /// The zone in which its days and weeks are counted, such as America/Chicago.
        #[arg(long, value_name = "ZONE")]
        time_zone: String,
        /// The first day of its weeks.
        #[arg(long, value_enum, default_value = "monday", ignore_case = true)]
        first_day: Day,
    },
    /// Show or set how many agents are required, and how many there are.
    Staffing(levels::StaffingArgs),
    /// Show or set the trunk groups.
    Trunks(levels::Setting),
    /// Show or set the sites and their seats.
    Sites(levels::Setting),
    /// List the findings that somebody answered for, the newest first.
    Acknowledgements(acknowledgements::AcknowledgementsArgs),
}

/// A day of the week.
#[derive(Debug, Clone, Copy, ValueEnum, Serialize)]
pub(super) enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// Lists units, makes one, shows or sets what one asks of all agents together, lists what was
/// acknowledged in one.
pub(crate) async fn run(options: UnitOptions, format: Format) -> anyhow::Result<Outcome> {
    let UnitOptions { print: _, server, command } = options;
    let server = Server::connect(&server).await?;
    match command {
        UnitCommand::List => {
            let reply = server.list::<Unit>("/businessunits", &[]).await?;
            format.answer(&reply.json, || table(&reply.value));
        }
        UnitCommand::Create { id, name, time_zone, first_day } => {
            let name = name.as_deref().unwrap_or(&id);
            let body = json!({
                "id": id, "name": name, "timeZone": time_zone, "startDayOfWeek": first_day,
            });
            let reply = server.post::<Unit>("/businessunits", &body).await?;
            format.answer(&reply.json, || table(std::slice::from_ref(&reply.value)));
        }
        UnitCommand::Staffing(args) => levels::staffing(server, args, format).await?,
        UnitCommand::Trunks(setting) => levels::trunks(server, setting, format).await?,
        UnitCommand::Sites(setting) => levels::sites(server, setting, format).await?,
        UnitCommand::Acknowledgements(args) => acknowledgements::run(server, args, format).await?,
    }
    Ok(Outcome::Done)
}

fn table(units: &[Unit]) -> String {
    let mut table = Table::new(["unit", "name", "zone", "first day"]);
    for Unit { id, name, time_zone, start_day_of_week, .. } in units {
        table.row([id, name, time_zone, start_day_of_week]);
    }
    if table.is_empty() { "no units".to_owned() } else { table.to_string() }
}
