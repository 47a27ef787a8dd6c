//! `muster schedule show`

use clap::Args;
use muster_api::client::{Activity, Schedule, ScheduleHead, Shift};
use serde::Deserialize as _;
use serde_json::Value;

use super::{path, titled};
use crate::cli::Outcome;
use crate::cli::server::{self, Server};
use crate::cli::table::{Table, counted};
use crate::cli::when::When;
use crate::print::Format;

/// Agents on one page.
const PAGE: &str = "500";

/// Which schedule, and which part of it.
#[derive(Debug, Args)]
pub(super) struct ShowOptions {
    /// The schedule.
    #[arg(value_parser = server::id)]
    id: String,
    /// Only this agent.
    #[arg(long, value_parser = server::id)]
    agent: Option<String>,
}

/// Shows a schedule, with times in its unit's zone.
pub(super) async fn run(
    server: Server,
    options: ShowOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let ShowOptions { id, agent } = options;
    let json = whole(&server, &id, agent.as_deref()).await?;
    let schedule = Schedule::deserialize(&json)?;
    let head = ScheduleHead::deserialize(&json)?;
    let server = server.in_unit(&schedule.business_unit_id).await?;
    format.answer(&json, || told(&head, &schedule, server.when()));
    Ok(Outcome::Done)
}

/// All pages of a schedule as one document.
pub(in crate::cli) async fn whole(
    server: &Server,
    id: &str,
    agent: Option<&str>,
) -> anyhow::Result<Value> {
    let page = async |cursor: Option<String>| {
        let query = [("agentId", agent), ("pageSize", Some(PAGE)), ("cursor", cursor.as_deref())];
        server.get::<Schedule>(&path(id), &query).await
    };
    let first = page(None).await?;
    let (mut json, mut cursor) = (first.json, first.value.next_cursor);
    while let Some(next) = cursor {
        let mut more = page(Some(next)).await?;
        let agents = more.json["agentSchedules"].as_array_mut().map(std::mem::take);
        if let (Some(all), Some(agents)) = (json["agentSchedules"].as_array_mut(), agents) {
            all.extend(agents);
        }
        cursor = more.value.next_cursor;
    }
    if let Some(object) = json.as_object_mut() {
        object.remove("nextCursor");
    }
    Ok(json)
}

fn told(head: &ScheduleHead, schedule: &Schedule, when: &When) -> String {
    let mut table = Table::new(["agent", "shift", "hours", "paid", "activities", "id", "note"]);
    let mut shifts = 0;
    for agent in &schedule.agent_schedules {
        for shift in &agent.shifts {
            shifts += 1;
            let end = shift.start.plus_min(i64::from(shift.length_minutes));
            let note = [shift.note.as_deref().unwrap_or_default(), &labels(shift)].concat();
            table.row([
                &agent.agent_id,
                &when.span(shift.start, end),
                &hours(i64::from(shift.length_minutes)),
                &hours(shift.paid_minutes),
                &activities(shift, when),
                &shift.id,
                note.trim(),
            ]);
        }
    }
    let agents = counted(schedule.agent_schedules.len(), "agent");
    let (shifts, zone) = (counted(shifts, "shift"), when.zone());
    let head = format!("{}\n{agents}, {shifts}; times in {zone}\n", titled(head));
    if table.is_empty() { head } else { format!("{head}\n{table}") }
}

/// `Break 10:30–10:45, Meal 12:00–12:30`
fn activities(shift: &Shift, when: &When) -> String {
    let one = |activity: &Activity| {
        let start = shift.start.plus_min(i64::from(activity.offset_minutes));
        let end = start.plus_min(i64::from(activity.length_minutes));
        format!("{} {}–{}", activity.activity_code_id, when.time(start), when.time(end))
    };
    shift.activities.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// ` #vip #skill:fr`
fn labels(shift: &Shift) -> String {
    shift.tags.iter().map(|tag| format!(" #{tag}")).collect()
}

/// `8:00`
fn hours(minutes: i64) -> String {
    format!("{}:{:02}", minutes / 60, minutes % 60)
}
