//! `muster unit staffing|trunks|sites`: what a unit asks of all agents together.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use muster_api::client::{Sites, SkillStaffing, Staffing, Trunks};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::cli::server::{self, Reply, Server};
use crate::cli::table::Table;
use crate::cli::when::When;
use crate::print::Format;

/// A unit, and what is to be set.
#[derive(Debug, Args)]
pub(super) struct Setting {
    /// The unit.
    #[arg(value_parser = server::id)]
    unit: String,
    /// JSON as the API takes it; without a file, what is set is shown.
    file: Option<PathBuf>,
}

/// What to show of the required staff.
#[derive(Debug, Args)]
pub(super) struct StaffingArgs {
    #[command(flatten)]
    setting: Setting,
    /// From this day on; this week, if nothing is given.
    #[arg(long, value_name = "DAY", conflicts_with = "file")]
    from: Option<String>,
    /// To this day; for seven days, if nothing is given.
    #[arg(long, value_name = "DAY", conflicts_with = "file")]
    to: Option<String>,
}

pub(super) async fn staffing(
    server: Server,
    args: StaffingArgs,
    format: Format,
) -> anyhow::Result<()> {
    let StaffingArgs { setting, from, to } = args;
    let server = server.in_unit(&setting.unit).await?;
    let query = [("from", from.as_deref()), ("to", to.as_deref())];
    let reply = reply::<Staffing>(&server, "staffing", &setting, &query).await?;
    format.answer(&reply.json, || staffing_table(&reply.value, server.when()));
    Ok(())
}

pub(super) async fn trunks(server: Server, setting: Setting, format: Format) -> anyhow::Result<()> {
    let reply = reply::<Trunks>(&server, "trunks", &setting, &[]).await?;
    format.answer(&reply.json, || trunks_table(&reply.value));
    Ok(())
}

pub(super) async fn sites(server: Server, setting: Setting, format: Format) -> anyhow::Result<()> {
    let reply = reply::<Sites>(&server, "sites", &setting, &[]).await?;
    format.answer(&reply.json, || sites_table(&reply.value));
    Ok(())
}

/// Sets what a file says, or asks what is set.
async fn reply<T: DeserializeOwned>(
    server: &Server,
    what: &str,
    setting: &Setting,
    query: &[(&str, Option<&str>)],
) -> anyhow::Result<Reply<T>> {
    let path = format!("/businessunits/{}/{what}", setting.unit);
    match &setting.file {
        Some(file) => server.put(&path, &json_of(file)?).await,
        None => server.get(&path, query).await,
    }
}

fn json_of(file: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read(file).with_context(|| format!("read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", file.display()))
}

fn staffing_table(staffing: &Staffing, when: &When) -> String {
    let mut table = Table::new(["skill", "when", "required", "present", "missing"]);
    for SkillStaffing { skill, intervals } in &staffing.staffing {
        for stretch in intervals {
            let missing = match stretch.missing {
                0 => String::new(),
                missing => missing.to_string(),
            };
            table.row([
                skill.as_deref().unwrap_or("(everybody)"),
                &when.span(stretch.start, stretch.end),
                &stretch.agents.to_string(),
                &stretch.present.to_string(),
                &missing,
            ]);
        }
    }
    if table.is_empty() { "nobody is required".to_owned() } else { table.to_string() }
}

fn trunks_table(trunks: &Trunks) -> String {
    let mut table = Table::new(["trunk group", "capacity", "skills", "management units"]);
    for group in &trunks.trunks {
        let (skills, units) = (group.skills.join(", "), group.management_unit_ids.join(", "));
        table.row([&group.id, &group.capacity.to_string(), &skills, &units]);
    }
    if table.is_empty() { "no trunk groups".to_owned() } else { table.to_string() }
}

fn sites_table(sites: &Sites) -> String {
    let mut table = Table::new(["site", "seats"]);
    for site in &sites.sites {
        table.row([&site.id, &site.seats.to_string()]);
    }
    if table.is_empty() { "no sites".to_owned() } else { table.to_string() }
}
