//! A believable contact centre, the same for the same seed: agents with skills and contracts, a
//! week of early, day, late and night shifts, and the draft that is published in the rush.
//!
//! Everything in it is legal under the rules a fresh unit starts with, in weeks with a clock
//! change too: an agent starts at the same wall time every day, and what moves, moves little.

mod names;

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use jiff::civil::{Date, Time, Weekday};
use muster_core::{Instant, Zone};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::Serialize;

use crate::demo::week::{Activity, AgentWeek, Shift};

/// Where the centre is.
pub(crate) const ZONE: &str = "America/Chicago";
const DAYS_A_WEEK: usize = 7;
const FULL_MIN: u32 = 510;
const PART_MIN: u32 = 300;

/// When an agent works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pattern {
    Early,
    Day,
    Late,
    Night,
}

/// A person of the centre, as `POST /agents/bulk` takes one.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Agent {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) business_unit_id: String,
    pub(crate) management_unit_id: String,
    pub(crate) time_zone: String,
    pub(crate) skills: Vec<Skill>,
    pub(crate) contract: String,
    #[serde(skip)]
    pub(crate) pattern: Pattern,
    #[serde(skip)]
    pub(crate) start_min: u32,
    #[serde(skip)]
    pub(crate) is_part_time: bool,
}

/// What an agent can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Skill {
    pub(crate) name: String,
}

/// The centre and its first week.
#[derive(Debug, Clone)]
pub(crate) struct Centre {
    pub(crate) unit: String,
    pub(crate) week: Date,
    pub(crate) agents: Vec<Agent>,
    pub(crate) weeks: Vec<AgentWeek>,
}

impl Agent {
    /// Whether the agent may work a shift, going by its tags.
    pub(crate) fn can_work(&self, shift: &Shift) -> bool {
        let wanted = shift.tags.iter().filter_map(|tag| tag.strip_prefix("skill:"));
        wanted.into_iter().all(|name| self.skills.iter().any(|skill| skill.name == name))
    }
}

/// The first week that starts after `now` with a day to spare, so that no shift has begun.
pub(crate) fn coming_week(now: Instant) -> Result<Date> {
    let zone = Zone::find(ZONE).context("find the centre's zone")?;
    let this_week = Zone::week_of(zone.date(now.plus_days(1)), Weekday::Monday);
    this_week.checked_add(jiff::Span::new().days(7)).context("find the coming week")
}

impl Centre {
    /// Builds the centre for a week that starts on a Monday.
    pub(crate) fn new(unit: &str, agents: usize, seed: u64, week: Date) -> Result<Self> {
        let mut dice = StdRng::seed_from_u64(seed);
        let agents: Vec<Agent> = (0..agents).map(|n| agent(unit, n, &mut dice)).collect();
        let zone = Zone::find(ZONE).context("find the centre's zone")?;
        let weeks = agents
            .iter()
            .enumerate()
            .map(|(n, agent)| agent_week(agent, n, week, &zone, &mut dice))
            .collect::<Result<_>>()?;
        Ok(Self { unit: unit.to_owned(), week, agents, weeks })
    }

    /// The draft of the same week that the rush publishes: every agent's meals move, and every
    /// tenth agent starts half an hour later.
    pub(crate) fn draft(&self) -> Vec<AgentWeek> {
        let mut weeks = self.weeks.clone();
        for (n, week) in weeks.iter_mut().enumerate() {
            week.shifts.iter_mut().for_each(|shift| redraw(shift, n.is_multiple_of(10)));
        }
        weeks
    }
}

/// What the draft wants of one shift.
fn redraw(shift: &mut Shift, is_later: bool) {
    if is_later {
        shift.start = Instant::from_timestamp(shift.start).plus_min(30).timestamp();
    }
    if let Some(meal) = shift.activity("Meal", 0) {
        meal.offset_minutes += 30;
    } else if let Some(block) = shift.activity("OffQueueWork", 1) {
        block.offset_minutes += 15;
    }
}

fn agent(unit: &str, n: usize, dice: &mut StdRng) -> Agent {
    let (pattern, first_min) = match dice.random_range(0..100) {
        0..30 => (Pattern::Early, 6 * 60),
        30..65 => (Pattern::Day, 9 * 60),
        65..85 => (Pattern::Late, 13 * 60 + 30),
        _ => (Pattern::Night, 21 * 60 + 30),
    };
    let is_part_time = pattern != Pattern::Night && dice.random_bool(0.2);
    let mut skills = vec!["voice"];
    skills.extend(
        ["billing", "chat", "spanish", "tech"].into_iter().filter(|_| dice.random_bool(0.4)),
    );
    let (name, email) = names::pick(n, dice);
    let team = ["north", "south", "east", "west"][n % 4];
    Agent {
        id: format!("A-{:05}", 10_001 + n),
        name,
        email,
        business_unit_id: unit.to_owned(),
        management_unit_id: format!("{unit}-{team}"),
        time_zone: ZONE.to_owned(),
        skills: skills.into_iter().map(|name| Skill { name: name.to_owned() }).collect(),
        contract: if is_part_time { "part time 25 h" } else { "full time 40 h" }.to_owned(),
        pattern,
        start_min: first_min + 30 * dice.random_range(0..4),
        is_part_time,
    }
}

fn agent_week(
    agent: &Agent,
    n: usize,
    week: Date,
    zone: &Zone,
    dice: &mut StdRng,
) -> Result<AgentWeek> {
    let days_off = [n % DAYS_A_WEEK, (n + 1) % DAYS_A_WEEK];
    let mut shifts = Vec::new();
    for day in (0..DAYS_A_WEEK).filter(|day| !days_off.contains(day)) {
        let date = week.checked_add(jiff::Span::new().days(i64::try_from(day)?))?;
        let (hour, minute) = (agent.start_min / 60, agent.start_min % 60);
        let at = date.to_datetime(Time::new(i8::try_from(hour)?, i8::try_from(minute)?, 0, 0)?);
        let start = zone.resolve(at, muster_core::zone::Disambiguation::Later)?;
        let wanted = agent.skills.iter().skip(1).filter(|_| dice.random_bool(0.3)).take(1);
        let tags: BTreeSet<String> = std::iter::once("skill:voice".to_owned())
            .chain(wanted.map(|skill| format!("skill:{}", skill.name)))
            .collect();
        shifts.push(Shift {
            id: format!("S-{}-{}", &agent.id[2..], day + 1),
            agent_id: agent.id.clone(),
            start: start.timestamp(),
            length_minutes: if agent.is_part_time { PART_MIN } else { FULL_MIN },
            time_zone: ZONE.to_owned(),
            activities: activities(agent.is_part_time),
            note: None,
            tags,
        });
    }
    Ok(AgentWeek { agent_id: agent.id.clone(), shifts })
}

/// Start-up, breaks, meal, written work, wrap-up: six for a full shift, four for a part.
fn activities(is_part_time: bool) -> Vec<Activity> {
    let activity = |code: &str, offset_minutes, length_minutes| Activity {
        offset_minutes,
        length_minutes,
        activity_code_id: code.to_owned(),
        paid: code != "Meal",
    };
    if is_part_time {
        return vec![
            activity("OffQueueWork", 0, 10),
            activity("Break", 120, 15),
            activity("OffQueueWork", 180, 30),
            activity("OffQueueWork", 290, 10),
        ];
    }
    vec![
        activity("OffQueueWork", 0, 10),
        activity("Break", 120, 15),
        activity("Meal", 225, 30),
        activity("OffQueueWork", 300, 30),
        activity("Break", 390, 15),
        activity("OffQueueWork", 500, 10),
    ]
}

#[cfg(test)]
mod tests;
