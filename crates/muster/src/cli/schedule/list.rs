//! `muster schedule list`

use clap::{Args, ValueEnum};
use muster_api::client::ScheduleHead;

use crate::cli::Outcome;
use crate::cli::server::{self, Server};
use crate::cli::table::Table;
use crate::print::Format;

/// Where a schedule stands.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Status {
    Draft,
    Published,
    Closed,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Published => "PUBLISHED",
            Self::Closed => "CLOSED",
        }
    }
}

/// Which schedules.
#[derive(Debug, Args)]
pub(super) struct ListOptions {
    /// The business unit.
    #[arg(long, value_parser = server::id)]
    unit: String,
    /// The week, by its first day.
    #[arg(long, value_name = "DATE")]
    week: Option<jiff::civil::Date>,
    /// Where they stand.
    #[arg(long, ignore_case = true)]
    status: Option<Status>,
}

/// Lists schedules by week, the live one first.
pub(super) async fn run(
    server: Server,
    options: ListOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let week = options.week.map(|week| week.to_string());
    let query = [
        ("businessUnitId", Some(options.unit.as_str())),
        ("weekDate", week.as_deref()),
        ("status", options.status.map(Status::name)),
    ];
    let reply = server.list::<ScheduleHead>("/schedules", &query).await?;
    format.answer(&reply.json, || table(reply.value));
    Ok(Outcome::Done)
}

fn table(mut schedules: Vec<ScheduleHead>) -> String {
    schedules.sort_by_key(|head| {
        (head.week_date, head.status != "PUBLISHED", head.schedule_version, head.id.clone())
    });
    let mut table = Table::new(["week", "status", "schedule", "version", "name"]);
    for head in &schedules {
        let (week, version) = (head.week_date.to_string(), head.schedule_version.to_string());
        let name = head.name.as_deref().unwrap_or_default();
        table.row([&week, &head.status, &head.id, &version, name]);
    }
    if table.is_empty() { "no schedules".to_owned() } else { table.to_string() }
}
