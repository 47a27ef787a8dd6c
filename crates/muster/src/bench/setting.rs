//! A server with a published week, to measure on.

use anyhow::{Context as _, Result};
use reqwest::Method;
use serde_json::{Value, json};

use crate::demo::centre::{self, Centre, ZONE};
use crate::demo::server::{Noting, Running, unit_json};
use crate::demo::side::Role;
use crate::demo::side::muster::Muster;
use crate::demo::week::AgentWeek;

/// Agents put at once.
const BULK: usize = 5_000;

/// A unit that is being measured.
pub(crate) struct Setting {
    pub(crate) running: Running,
    pub(crate) centre: Centre,
    pub(crate) muster: Muster,
}

/// A centre without special skills, so that everybody of a pattern may swap.
pub(crate) fn plain_centre(unit: &str, agents: usize) -> Result<Centre> {
    let now = muster_server::clock::Clock::machine().now();
    let mut centre = Centre::new(unit, agents, 1, centre::coming_week(now)?)?;
    for shift in centre.weeks.iter_mut().flat_map(|week| &mut week.shifts) {
        shift.tags.retain(|tag| tag == "skill:voice");
    }
    Ok(centre)
}

impl Setting {
    /// Starts a server, makes a unit and publishes its first week.
    pub(crate) async fn new(agents: usize) -> Result<Self> {
        let running = Running::start(Noting::Nothing).await?;
        let centre = plain_centre("bench", agents)?;
        let mut muster = Muster::new(&running.url, running.tokens.clone(), &centre.unit);
        make_unit(&muster, &centre).await?;
        let live = publish_week(&muster, &centre, &centre.weeks).await?;
        muster.live = live["id"].as_str().context("the first week has no id")?.to_owned();
        Ok(Self { running, centre, muster })
    }

    /// The unit's revision.
    pub(crate) async fn revision(&self) -> Result<u64> {
        let path = format!("/schedules?businessUnitId={}", self.centre.unit);
        let list = self.muster.send(Role::Planner(0), Method::GET, &path, &Value::Null).await?;
        list["revision"].as_u64().context("the list names no revision")
    }
}

/// Makes a unit and its agents.
pub(crate) async fn make_unit(muster: &Muster, centre: &Centre) -> Result<()> {
    let unit = unit_json(&centre.unit, ZONE);
    muster.send(Role::Publisher, Method::POST, "/businessunits", &unit).await?;
    for team in ["north", "south", "east", "west"] {
        let id = format!("{}-{team}", centre.unit);
        let body = json!({ "id": id, "name": team, "businessUnitId": centre.unit });
        muster.send(Role::Publisher, Method::POST, "/managementunits", &body).await?;
    }
    for agents in centre.agents.chunks(BULK) {
        let body = json!({ "agents": agents });
        muster.send(Role::Publisher, Method::POST, "/agents/bulk", &body).await?;
    }
    Ok(())
}

/// Makes and publishes a week in one step.
pub(crate) async fn publish_week(
    muster: &Muster,
    centre: &Centre,
    weeks: &[AgentWeek],
) -> Result<Value> {
    let body = json!({
        "businessUnitId": centre.unit,
        "weekDate": centre.week,
        "agentSchedules": weeks,
        "publish": true,
    });
    muster.send(Role::Publisher, Method::POST, "/schedules", &body).await
}
