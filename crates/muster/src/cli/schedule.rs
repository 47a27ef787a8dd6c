//! `muster schedule`: looking at schedules, planning, publishing, pushing them from files.

mod decisions;
mod list;
mod plan;
mod publish;
mod push;
mod show;

use clap::{Args, Subcommand};
use muster_api::client::ScheduleHead;

use super::Outcome;
use super::server::{Server, ServerArgs};
use crate::print::Format;

pub(super) use push::{Ambiguous, named};
pub(super) use show::whole;

/// What to do with schedules.
#[derive(Debug, Args)]
pub(crate) struct ScheduleOptions {
    #[command(flatten)]
    pub(super) print: super::PrintArgs,
    #[command(flatten)]
    server: ServerArgs,
    #[command(subcommand)]
    command: ScheduleCommand,
}

#[derive(Debug, Subcommand)]
enum ScheduleCommand {
    /// List live weeks and drafts.
    List(list::ListOptions),
    /// Show a schedule's shifts.
    Show(show::ShowOptions),
    /// Show what a publish of a draft would do, with nothing written.
    Plan(plan::PlanOptions),
    /// Make a draft's edits live.
    Publish(publish::PublishOptions),
    /// Send the shifts of a file as drafts, one for each week it touches.
    Push(push::PushOptions),
    /// Undo a publish, merging with what came after it.
    Revert(publish::RevertOptions),
}

/// Does one of them.
pub(crate) async fn run(options: ScheduleOptions, format: Format) -> anyhow::Result<Outcome> {
    let ScheduleOptions { print: _, server, command } = options;
    let server = Server::connect(&server).await?;
    match command {
        ScheduleCommand::List(options) => list::run(server, options, format).await,
        ScheduleCommand::Show(options) => show::run(server, options, format).await,
        ScheduleCommand::Plan(options) => plan::run(server, options, format).await,
        ScheduleCommand::Publish(options) => publish::publish(server, options, format).await,
        ScheduleCommand::Push(options) => push::run(server, options, format).await,
        ScheduleCommand::Revert(options) => publish::revert(server, options, format).await,
    }
}

/// Where a schedule is.
fn path(id: &str) -> String {
    format!("/scheduling/schedules/{id}")
}

/// Reads what a schedule is; times are shown in its unit's zone from here on.
async fn opened(server: Server, id: &str) -> anyhow::Result<(Server, ScheduleHead)> {
    let head = server.get::<ScheduleHead>(&path(id), &[("pageSize", Some("1"))]).await?.value;
    let server = server.in_unit(&head.business_unit_id).await?;
    Ok((server, head))
}

/// `DRAFT d1 "Week 14", week of 2026-03-30, unit vienna, version 7`
fn titled(head: &ScheduleHead) -> String {
    let ScheduleHead { id, business_unit_id, week_date, name, status, schedule_version, .. } = head;
    let name = name.as_ref().map(|name| format!(" {name:?}")).unwrap_or_default();
    format!(
        "{status} {id}{name}, week of {week_date}, unit {business_unit_id}, \
         version {schedule_version}"
    )
}
