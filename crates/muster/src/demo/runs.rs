//! The same rush on both servers, measured by the same oracle.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{Context as _, Result};
use muster_core::agent::{Agent, Skill};
use muster_core::command::Action;
use muster_core::id::{AgentId, UnitId};
use muster_core::unit::{BusinessUnit, DayOfWeek};
use muster_core::{Roster, Zone};
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::version_store::VersionStore;
use crate::demo::centre::{Centre, ZONE};
use crate::demo::progress::Progress;
use crate::demo::report::Measured;
use crate::demo::rush;
use crate::demo::script::Script;
use crate::demo::server::{Noting, Running, unit_json};
use crate::demo::side::muster::Muster;
use crate::demo::side::versions::Versions;
use crate::demo::side::{Role, Side as _};
use crate::oracle;
use crate::oracle::double::{Bookings, Double};
use crate::oracle::history::History;
use crate::oracle::log::Intent;
use crate::oracle::replay::{Replay, replay};
use crate::print;

/// Agents put at once.
const BULK: usize = 1_000;

/// Muster after its rush.
pub(crate) struct MusterRun {
    pub(crate) running: Running,
    pub(crate) measured: Measured,
    pub(crate) replay: Replay,
    live: String,
    unit: String,
}

impl MusterRun {
    /// What must never be.
    pub(crate) fn broken_promises(&self) -> Vec<String> {
        let verdict = &self.measured.verdict;
        let mut broken = Vec::new();
        let mut never = |count: usize, what: &str| {
            if count > 0 {
                broken.push(format!("{count} {what}"));
            }
        };
        never(verdict.spurious, "refused wrongly");
        never(verdict.lost, "edits lost");
        never(verdict.doubles, "double bookings");
        never(verdict.failed, "edits without a decision");
        never(self.replay.differences.len(), "answers that a replay does not give");
        let failures = self.measured.log.intents.iter().filter_map(Intent::failure);
        broken.extend(failures.take(3));
        broken.extend(self.replay.differences.iter().take(3).cloned());
        broken.extend(self.measured.log.troubles.iter().take(3).cloned());
        broken
    }
}

/// Plays the rush on Muster.
pub(crate) async fn muster(centre: &Centre, script: &Script) -> Result<MusterRun> {
    let running = Running::start(Noting::Everything).await?;
    let side = set_up(&running, centre).await?;
    let began = Instant::now();
    let progress = Progress::new("Muster", script.edits());
    let weeks = (centre.weeks.clone(), centre.draft());
    let side = side.since(began);
    let log = rush::run(side.clone(), script, weeks, began, progress).await?;

    let entries = running.entries(&centre.unit).await?;
    let history = History::of_entries(&entries);
    let mut doubles = overlaps(&history);
    let mut bookings = Bookings::default();
    bookings.put(&side.read(Role::Planner(0), &[]).await?.agent_schedules);
    doubles.extend(bookings.found());
    let verdict = oracle::measure(&log.intents, &history, &doubles);
    let replay = replay(&running.noted(), &history);
    let measured = Measured { log, verdict };
    Ok(MusterRun { running, measured, replay, live: side.live, unit: side.unit })
}

/// Makes the unit, its agents, the first week and the draft, all over HTTP.
pub(crate) async fn set_up(running: &Running, centre: &Centre) -> Result<Muster> {
    let mut side = Muster::new(&running.url, running.tokens.clone(), &centre.unit);
    let post = Method::POST;
    let unit = unit_json(&centre.unit, ZONE);
    side.send(Role::Publisher, post.clone(), "/businessunits", &unit).await?;
    let teams: BTreeSet<&str> =
        centre.agents.iter().map(|agent| agent.management_unit_id.as_str()).collect();
    for team in teams {
        let body = json!({ "id": team, "name": team, "businessUnitId": centre.unit });
        side.send(Role::Publisher, post.clone(), "/managementunits", &body).await?;
    }
    for agents in centre.agents.chunks(BULK) {
        let body = json!({ "agents": agents });
        side.send(Role::Publisher, post.clone(), "/agents/bulk", &body).await?;
    }
    let first = json!({
        "businessUnitId": centre.unit,
        "weekDate": centre.week,
        "name": "first week",
        "agentSchedules": centre.weeks,
        "publish": true,
    });
    let live = side.send(Role::Publisher, post.clone(), "/schedules", &first).await?;
    side.live = id_of(&live).context("publish the first week")?;
    let draft = json!({
        "businessUnitId": centre.unit,
        "weekDate": centre.week,
        "name": "weekly publish",
        "from": "published",
        "agentSchedules": centre.draft(),
    });
    let draft = side.send(Role::Publisher, post, "/schedules", &draft).await?;
    side.draft = id_of(&draft).context("make the draft")?;
    Ok(side)
}

fn id_of(answer: &Value) -> Result<String> {
    Ok(answer["id"].as_str().context("the answer names no id")?.to_owned())
}

/// Agents in two places, in any state that a roster was in.
fn overlaps(history: &History) -> BTreeSet<Double> {
    let mut found = BTreeSet::new();
    let mut before: Option<&Roster> = None;
    for (_, roster) in history.states() {
        let unit = roster.unit();
        let week = |shift: &muster_core::shift::Shift| {
            let first = unit?.week_of(shift.body.span.start);
            unit?.week(first)
        };
        let changed = before.map(|before| muster_core::diff::inverse(before, roster));
        for edit in changed.into_iter().flat_map(|edits| edits.shifts) {
            let Some(shift) = roster.shift(&edit.id) else { continue };
            let Some(during) = week(shift) else { continue };
            let own: Vec<_> = roster.shifts_of(&shift.body.owner, during).collect();
            for pair in own.windows(2) {
                if pair[1].body.span.start < pair[0].body.span.end() {
                    let shifts = (pair[0].id.to_string(), pair[1].id.to_string());
                    let agent = shift.body.owner.to_string();
                    found.insert(Double::Overlap { agent, shifts });
                }
            }
        }
        before = Some(roster);
    }
    found
}

/// Plays the rush on the comparison store.
pub(crate) async fn versions(centre: &Centre, script: &Script) -> Result<Measured> {
    const TOKEN: &str = "a-token-for-the-comparison-store";
    let serving = VersionStore::serve(TOKEN).await?;
    let url = format!("http://{}", serving.address);
    let began = Instant::now();
    let weeks = (centre.weeks.clone(), centre.draft());
    let (first, draft) = weeks.clone();
    let side = Versions::open(url, TOKEN, script.seed, first, draft, began).await?;
    let progress = Progress::new("version tokens", script.edits());
    let log = rush::run(side, script, weeks, began, progress).await?;

    let puts = serving.store.puts();
    let puts: Vec<_> = puts.iter().map(|put| (**put).clone()).collect();
    let history = History::of_puts(&ground(centre)?, &puts)?;
    let mut bookings = Bookings::default();
    puts.iter().for_each(|put| bookings.put(put));
    let verdict = oracle::measure(&log.intents, &history, &bookings.found());
    Ok(Measured { log, verdict })
}

/// The unit, its agents and its rules, as the oracle needs them for the comparison store.
pub(crate) fn ground(centre: &Centre) -> Result<Roster> {
    let zone = Zone::find(ZONE).context("find the centre's zone")?;
    let unit = BusinessUnit {
        id: UnitId::parse(&centre.unit)?,
        name: centre.unit.as_str().into(),
        zone: zone.clone(),
        first_day: DayOfWeek::Monday,
    };
    let agent = |agent: &crate::demo::centre::Agent| -> Result<Agent> {
        let skill = |skill: &crate::demo::centre::Skill| Skill {
            name: skill.name.as_str().into(),
            valid_from: None,
            valid_until: None,
        };
        Ok(Agent {
            id: AgentId::parse(&agent.id)?,
            management_unit: None,
            zone: zone.clone(),
            skills: agent.skills.iter().map(skill).collect(),
            contract: None,
            minor_until: None,
        })
    };
    let agents: Vec<Agent> = centre.agents.iter().map(agent).collect::<Result<_>>()?;
    let now = muster_server::clock::Clock::machine().now();
    let puts = agents.chunks(BULK).map(|agents| Action::PutAgents(agents.to_vec()));
    let actions = std::iter::once(Action::PutUnit(unit)).chain(puts).collect();
    oracle::history::ground(actions, now)
}

/// Leaves the server running until somebody interrupts it.
pub(crate) async fn keep(run: MusterRun) -> Result<()> {
    let MusterRun { mut running, live, unit, .. } = run;
    running.keep_folder();
    let (id, secret) = &running.visitor;
    let url = &running.url;
    print::out(&format!(
        "\nThe server goes on at {url}; its ledger is {ledger}. Look around:\n\n  \
         TOKEN=$(curl -s {url}/oauth/token -u '{id}:{secret}' \\\n    \
         -d grant_type=client_credentials | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\n  \
         curl -s -H \"Authorization: Bearer $TOKEN\" \\\n    \
         '{url}/api/v2/wfm/scheduling/schedules/{live}?pageSize=2'\n  \
         curl -s -H \"Authorization: Bearer $TOKEN\" \\\n    \
         '{url}/api/v2/wfm/scheduling/shiftswaps?businessUnitId={unit}&status=APPROVED'\n\n\
         Interrupt it with Ctrl-C.",
        ledger = running.ledger,
    ));
    tokio::signal::ctrl_c().await.context("wait for Ctrl-C")?;
    running.server.stop().await;
    Ok(())
}
