//! A unit on paper: a roster in the core, to decide on without a server.

pub(super) mod rules;

use std::sync::Arc;

use anyhow::{Context as _, Result};
use jiff::civil::{Date, Weekday};
use muster_core::agent::{Agent, Skill};
use muster_core::availability::{Availability, Says, Weekly, When};
use muster_core::command::{Action, Command, Terms};
use muster_core::decide::{Decision, Outcome, decide};
use muster_core::draft::{Edits, ShiftEdit};
use muster_core::entry::Actor;
use muster_core::id::{
    AgentId, AvailabilityId, ClientId, CommandId, ManagementUnitId, ShiftId, TrunkGroupId, UnitId,
};
use muster_core::levels::{Need, Site, SkillStaffing, StaffingChange, TrunkGroup};
use muster_core::rule::RulesChange;
use muster_core::shift::ShiftBody;
use muster_core::unit::{BusinessUnit, DayOfWeek, ManagementUnit};
use muster_core::{Instant, Interval, Roster, Zone};

use crate::demo::centre::{self, Centre, ZONE};
use crate::demo::week::AgentWeek;

/// Agents put, and weeks written, at once.
const BULK: usize = 5_000;
/// Where everybody sits.
const SITE: &str = "hall";
/// From the commands to the week they are about, so that nobody has to be given notice.
const AHEAD_DAYS: i64 = 21;

/// A unit whose weeks are live.
#[derive(Clone)]
pub(super) struct Paper {
    pub(super) roster: Roster,
    /// The last week.
    pub(super) week: Interval,
    /// Its first day.
    pub(super) first: Date,
    /// When everything is decided: some weeks before.
    pub(super) now: Instant,
    /// How many agents there are.
    pub(super) agents: usize,
}

/// An agent's shifts of a week.
pub(super) type Bodies = Vec<(ShiftId, Arc<ShiftBody>)>;

impl Paper {
    /// A unit with agents, groups and contracts, and no shifts. Rules are those of a fresh unit.
    pub(super) fn new(agents: usize, first: Date) -> Result<Self> {
        let zone = Zone::find(ZONE)?;
        let id = UnitId::parse("bench")?;
        let (name, first_day) = (Arc::from("bench"), DayOfWeek::Monday);
        let unit = BusinessUnit { id, name, zone, first_day };
        let week = unit.week(first).context("the week is beyond all time")?;
        let now = week.start().plus_days(-AHEAD_DAYS);
        let mut paper = Self { roster: Roster::default(), week, first, now, agents };
        paper.done(Action::PutUnit(unit))?;
        let centre = paper.centre(first)?;
        for team in ["north", "south", "east", "west"] {
            let id = ManagementUnitId::parse(&format!("bench-{team}"))?;
            paper.done(Action::PutManagementUnit(ManagementUnit { id, name: team.into() }))?;
        }
        for agents in centre.agents.chunks(BULK) {
            let agents = agents.iter().map(agent).collect::<Result<_>>()?;
            paper.done(Action::PutAgents(agents))?;
        }
        for (n, agent) in centre.agents.iter().enumerate() {
            for said in said(n, &agent.id)? {
                paper.done(Action::PutAvailability(said))?;
            }
        }
        Ok(paper)
    }

    /// The same people in any week.
    fn centre(&self, first: Date) -> Result<Centre> {
        Centre::new("bench", self.agents, 1, first)
    }

    /// What everybody works in a week, by agent.
    pub(super) fn bodies(&self, first: Date) -> Result<Vec<Bodies>> {
        let centre = self.centre(first)?;
        let weeks = centre.agents.iter().zip(&centre.weeks);
        weeks.map(|(agent, week)| bodies(agent, week, first)).collect()
    }

    /// Lets a week go live.
    pub(super) fn live(&mut self, first: Date) -> Result<()> {
        for bodies in self.bodies(first)?.chunks(BULK) {
            let edits = created(bodies.iter().flatten());
            self.done(Action::EditShifts { edits, terms: Terms::default() })?;
        }
        Ok(())
    }

    /// Sets rules.
    pub(super) fn set(&mut self, change: RulesChange) -> Result<()> {
        self.done(Action::SetRules(change)).map(drop)
    }

    /// Asks for staff by quarter hours, everybody's and by skill; for lines and for seats. Of each
    /// there is enough.
    pub(super) fn ask(&mut self) -> Result<()> {
        let few = u32::try_from((self.agents / 50).max(1))?;
        let many = u32::try_from(self.agents)?;
        let start = self.week.start();
        let quarter = |n: i64| {
            let (from, to) = (start.plus_min(n * 15), start.plus_min(n * 15 + 15));
            Interval::new(from, to).context("a quarter hour is empty")
        };
        let needs = |agents: u32| {
            let need = |n| Ok(Need { during: quarter(n)?, agents });
            let count = self.week.minutes() / 15;
            (0..count).filter(|_| agents > 0).map(need).collect::<Result<Vec<_>>>()
        };
        let skills = [(None, few), (Some("voice".into()), few), (Some("billing".into()), few / 4)];
        let skills = skills.map(|(skill, few)| Ok(SkillStaffing { skill, needs: needs(few)? }));
        let skills = skills.into_iter().collect::<Result<_>>()?;
        self.done(Action::PutStaffing(StaffingChange { during: self.week, skills }))?;
        let group = |id: &str, skills: &[&str]| {
            let skills = skills.iter().copied().map(Arc::from).collect();
            let id = TrunkGroupId::parse(id)?;
            Ok(TrunkGroup { id, capacity: many, skills, management_units: Vec::new() })
        };
        let groups = [group("all", &[]), group("tech", &["tech", "chat"])];
        self.done(Action::PutTrunks(groups.into_iter().collect::<Result<_>>()?))?;
        self.done(Action::PutSites(vec![Site { id: SITE.into(), seats: many }])).map(drop)
    }

    /// Decides a command, which has to go through, and applies what it comes to.
    pub(super) fn done(&mut self, action: Action) -> Result<Decision> {
        let command = self.command(action);
        let decision = decide(&self.roster, &command, self.now)?;
        let held = match &decision.outcome {
            Outcome::Published(done) | Outcome::Edited(done) => done.held.first(),
            Outcome::Done | Outcome::Draft { .. } | Outcome::Swap { .. } => None,
            Outcome::TimeOff { .. } | Outcome::Availability { .. } => None,
        };
        if let Some(finding) = held.and_then(|held| held.findings.first()) {
            anyhow::bail!("the measured unit cannot be built: {finding:?}");
        }
        let id = CommandId::parse(&format!("bench-{}", self.roster.revision().0))?;
        if let Some(entry) = decision.entry(&self.roster, &command, &id, self.now) {
            self.roster.apply(&entry);
        }
        Ok(decision)
    }

    /// What a planner asks.
    pub(super) fn command(&self, action: Action) -> Command {
        let client = ClientId::parse("planner").expect("seven letters");
        Command::new(Actor { client, agent: None }, action)
    }
}

/// Edits that create shifts.
pub(super) fn created<'a>(bodies: impl Iterator<Item = &'a (ShiftId, Arc<ShiftBody>)>) -> Edits {
    let edit = |(id, body): &(ShiftId, Arc<ShiftBody>)| ShiftEdit {
        id: id.clone(),
        base: None,
        draft: Some(body.clone()),
    };
    Edits { shifts: bodies.map(edit).collect(), commitments: Vec::new() }.normalized()
}

fn agent(agent: &centre::Agent) -> Result<Agent> {
    let skill = |skill: &centre::Skill| Skill {
        name: skill.name.as_str().into(),
        valid_from: None,
        valid_until: None,
    };
    Ok(Agent {
        id: AgentId::parse(&agent.id)?,
        management_unit: Some(ManagementUnitId::parse(&agent.management_unit_id)?),
        zone: Zone::find(&agent.time_zone)?,
        skills: agent.skills.iter().map(skill).collect(),
        contract: Some(agent.contract.as_str().into()),
        minor_until: None,
    })
}

/// What some agents say: every fifth cannot work on a day off, every tenth would rather have
/// Sundays off.
fn said(n: usize, agent: &str) -> Result<Vec<Availability>> {
    let says = |says: Says, day: usize| -> Result<Availability> {
        let day = Weekday::from_monday_zero_offset(i8::try_from(day)?)?;
        let days = [DayOfWeek::from(day)].into();
        let when = When::Weekly(Weekly { days, hours: None, first: None, last: None });
        let id = AvailabilityId::parse(says.name())?;
        Ok(Availability { id, agent: AgentId::parse(agent)?, says, when, note: None })
    };
    let cannot = n.is_multiple_of(5).then(|| says(Says::Unavailable, (n + 1) % 7));
    let avoids = n.is_multiple_of(10).then(|| says(Says::PrefersOff, 6));
    cannot.into_iter().chain(avoids).collect()
}

/// An agent's shifts, at their site and with a type; ids are different every week.
fn bodies(agent: &centre::Agent, week: &AgentWeek, first: Date) -> Result<Bodies> {
    let kind: Arc<str> = format!("type:{:?}", agent.pattern).to_lowercase().into();
    let body = |shift: &crate::demo::week::Shift| {
        let mut body = shift.body()?;
        body.site = Some(SITE.into());
        body.tags.insert(kind.clone());
        Ok((ShiftId::parse(&format!("{}-{first}", shift.id))?, Arc::new(body)))
    };
    week.shifts.iter().map(body).collect()
}
