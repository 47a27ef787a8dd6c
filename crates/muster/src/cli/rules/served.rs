//! A roster as a server has it: read whole over the API, asked here.

use std::collections::BTreeMap;

use anyhow::{Context as _, anyhow};
use muster_api::activity::ActivityCodeIn;
use muster_api::agent::AgentIn;
use muster_api::availability::AvailabilityIn;
use muster_api::client::ScheduleHead;
use muster_api::rules::RulesIn;
use muster_api::schedule::AgentScheduleIn;
use muster_api::time_off::TimeOffIn;
use muster_api::unit::{ManagementUnitIn, UnitIn};
use muster_core::event::Event;
use muster_core::id::UnitId;
use muster_core::time_off::TimeOffStatus;
use serde::Deserialize as _;
use serde_json::json;

use super::report::Report;
use crate::cli::schedule;
use crate::cli::server::Server;
use crate::local::Local;
use crate::print::Bar;

/// Reads a unit: itself, its rules, its people, what they work, when they are off and what
/// they say of when they can work.
pub(super) async fn read(server: Server, unit: &str) -> anyhow::Result<Report> {
    let mut local = Local::new(
        server
            .get::<UnitIn>(&format!("/businessunits/{unit}"), &[])
            .await?
            .value
            .unit(UnitId::parse(unit)?, None)?,
    );
    registry(&server, unit, &mut local).await?;
    let rules = server.get::<RulesIn>(&format!("/businessunits/{unit}/rules"), &[]).await?.value;
    let change = rules.change(local.roster().rules())?;
    local.set_rules(change)?;
    time_off(&server, unit, &mut local).await?;
    availability(&server, unit, &mut local).await?;
    weeks(&server, unit, &mut local).await?;
    Ok(Report { source: format!("unit {unit}"), names: BTreeMap::new(), local })
}

/// Management units, activity codes, and the agents who have not left.
async fn registry(server: &Server, unit: &str, local: &mut Local) -> anyhow::Result<()> {
    let query = [("businessUnitId", Some(unit))];
    let no_id = || anyhow!("the server answers with something that has no id");
    let mut events = Vec::new();
    for input in server.list::<ManagementUnitIn>("/managementunits", &query).await?.value {
        let id = input.id.clone().ok_or_else(no_id)?;
        events.push(Event::ManagementUnitPut(input.management_unit(id, None)?));
    }
    for input in server.list::<ActivityCodeIn>("/activitycodes", &query).await?.value {
        let id = input.id.clone().ok_or_else(no_id)?;
        events.push(Event::ActivityCodePut(input.code(id, local.roster())?));
    }
    let agents = server.list::<AgentIn>("/agents", &query).await?;
    for (n, input) in agents.value.into_iter().enumerate() {
        if agents.json[n]["left"] == true {
            continue;
        }
        let id = input.id.clone().ok_or_else(no_id)?;
        let roster = local.roster().unit().context("the unit was made before")?;
        events.push(Event::AgentPut(input.agent(id, roster, None, "")?.0));
    }
    local.happen(events);
    Ok(())
}

async fn time_off(server: &Server, unit: &str, local: &mut Local) -> anyhow::Result<()> {
    let body = json!({ "businessUnitId": unit, "statuses": ["PENDING", "APPROVED"] });
    let requests = server.query::<TimeOffIn>("/timeoffrequests/query", &body).await?;
    let mut events = Vec::new();
    for (n, input) in requests.value.into_iter().enumerate() {
        let is_here = input.agent_id.as_ref().and_then(|id| local.roster().agent(id)).is_some();
        let Some(id) = input.id.clone().filter(|_| is_here) else { continue };
        let request = input.request(local.roster(), &mut || id.clone())?;
        events.push(Event::TimeOffRequested(request));
        let status = TimeOffStatus::deserialize(&requests.json[n]["status"])?;
        if status != TimeOffStatus::Pending {
            events.push(Event::TimeOffDecided { id, status });
        }
    }
    local.happen(events);
    Ok(())
}

async fn availability(server: &Server, unit: &str, local: &mut Local) -> anyhow::Result<()> {
    let path = format!("/businessunits/{unit}/availability");
    let mut events = Vec::new();
    for input in server.list::<AvailabilityIn>(&path, &[]).await?.value {
        let Some((agent, id)) = input.agent_id.clone().zip(input.id.clone()) else { continue };
        let Some(record) = local.roster().agent(&agent) else { continue };
        let said = input.availability(agent, id, &record.agent.zone)?;
        events.push(Event::AvailabilityPut(said));
    }
    local.happen(events);
    Ok(())
}

async fn weeks(server: &Server, unit: &str, local: &mut Local) -> anyhow::Result<()> {
    let query = [("businessUnitId", Some(unit)), ("status", Some("PUBLISHED"))];
    let heads = server.list::<ScheduleHead>("/schedules", &query).await?.value;
    let bar = Bar::new("weeks");
    for (n, head) in (0..).zip(&heads) {
        bar.set(n, heads.len() as u64);
        let mut week = schedule::whole(server, &head.id, None).await?;
        let mut all = Vec::<AgentScheduleIn>::deserialize(week["agentSchedules"].take())?;
        all.retain(|week| local.roster().agent(&week.agent_id).is_some());
        let documents = AgentScheduleIn::docs(all, local.roster())?;
        local.put_week(head.week_date, &documents)?;
    }
    Ok(())
}
