//! `decide`: a state, a command and the time; out come events, or a refusal.
//!
//! Total and deterministic: the same three give the same answer on every node, today and in a
//! replay. Nothing is applied here; the caller applies the events to its copy.

mod availability;
mod draft;
mod expected;
mod levels;
mod own;
mod publish;
mod readiness;
mod registry;
pub(crate) mod schedule;
mod swap;
mod time_off;
mod together;

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::change::Component;
use crate::command::{Action, Command};
use crate::conflict::Finding;
use crate::entry::{Entry, Reference, ReferenceKind};
use crate::event::Event;
use crate::id::{AgentId, CommandId, Revision, ScheduleId, ShiftId, SwapId, TimeOffId};
use crate::instant::Instant;
use crate::roster::Roster;
use crate::swap::SwapState;
use crate::time_off::TimeOffStatus;
use crate::zone::Zone;

pub use expected::{changes_since, version};
pub use publish::{AgentPlan, Plan, PlanOutcome, plan};
pub use readiness::Readiness;
pub use swap::evaluate;
pub(crate) use swap::owner_edits;
pub use time_off::{Waiting, evaluate as evaluate_time_off, waiting};
pub use together::{decide_as_one, decided_as_one};

/// What a command comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What happens; nothing when the command changes nothing.
    pub events: Vec<Event>,
    /// What it is about.
    pub about: Reference,
    /// Why, in the actor's words.
    pub reason: Option<Arc<str>>,
    /// What is answered.
    pub outcome: Outcome,
}

/// What is answered to an accepted command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It is done, or was so already.
    Done,
    /// The draft is there, or was changed; `merged` when somebody else had changed it too.
    Draft {
        /// The draft.
        id: ScheduleId,
        /// Whether the edits met others.
        merged: bool,
    },
    /// Some or all of it is live.
    Published(Published),
    /// The live schedule was edited.
    Edited(Published),
    /// The swap stands there.
    Swap {
        /// The swap.
        id: SwapId,
        /// Where it stands now.
        state: SwapState,
        /// What the rules say about it.
        findings: Vec<Finding>,
    },
    /// That is said now.
    Availability {
        /// What is worked against it.
        findings: Vec<Finding>,
    },
    /// The request stands there.
    TimeOff {
        /// The request.
        id: TimeOffId,
        /// Where it stands now.
        status: TimeOffStatus,
        /// What it masks or breaks.
        findings: Vec<Finding>,
    },
}

/// What a publish or an edit did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The weeks it touched.
    pub weeks: Vec<Date>,
    /// The draft that keeps what is held.
    pub draft: Option<ScheduleId>,
    /// Agents that went live or were so already, sorted.
    pub published: Vec<AgentId>,
    /// Of these, agents whose edits met somebody else's.
    pub merged: Vec<AgentId>,
    /// Of these, agents whose shifts changed: the people who will be told.
    pub changed: Vec<AgentId>,
    /// What is held back, and why.
    pub held: Vec<Held>,
    /// Findings of what went live that stop nothing.
    pub warnings: Vec<Finding>,
}

/// Agents that stand or fall together and are held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The agents, sorted.
    pub agents: Vec<AgentId>,
    /// Why, worst first.
    pub findings: Vec<Finding>,
}

/// What kinds of things have ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Thing {
    /// A business unit.
    Unit,
    /// A management unit.
    ManagementUnit,
    /// An agent.
    Agent,
    /// An activity code.
    ActivityCode,
    /// A shift.
    Shift,
    /// A schedule.
    Schedule,
    /// A swap.
    Swap,
    /// A time-off request.
    TimeOff,
    /// Something an agent says of when they can work.
    Availability,
}

impl Thing {
    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unit => "business unit",
            Self::ManagementUnit => "management unit",
            Self::Agent => "agent",
            Self::ActivityCode => "activity code",
            Self::Shift => "shift",
            Self::Schedule => "schedule",
            Self::Swap => "swap",
            Self::TimeOff => "time-off request",
            Self::Availability => "availability",
        }
    }
}

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub enum Rejection {
    /// There is no such thing.
    #[error("there is no {} {id:?}", .what.name())]
    Unknown {
        /// What was looked for.
        what: Thing,
        /// Its id.
        id: String,
    },
    /// The id names something else already.
    #[error("{} {id:?} exists already with other content", .what.name())]
    Taken {
        /// What it names.
        what: Thing,
        /// The id.
        id: String,
    },
    /// A value cannot be.
    #[error("{pointer}: {value} {problem}")]
    Invalid {
        /// Where in the request, as a JSON pointer.
        pointer: String,
        /// The value.
        value: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A thing is not in a state in which this can be done.
    #[error("{} {id:?} {problem}", .what.name())]
    NotNow {
        /// What.
        what: Thing,
        /// Its id.
        id: String,
        /// What it is instead.
        problem: String,
    },
    /// A whole-document write must say what it started from.
    #[error("{} agents have shifts in this week: name the version you read", .agents.len())]
    NeedsBase {
        /// The agents, sorted.
        agents: Vec<AgentId>,
        /// The version to read and name.
        version: Revision,
    },
    /// An agent acts on what is somebody else's, or the planners'.
    #[error("agent {agent} may do this only to what is {agent}'s own")]
    NotOwn {
        /// Who acts.
        agent: AgentId,
    },
    /// A strict command expected something else.
    #[error("version {expected} is not the current one: that is {current}")]
    Changed {
        /// The version that it expected.
        expected: Revision,
        /// The version there is.
        current: Revision,
    },
    /// A strict command expected nothing to be there.
    #[error("it exists already, at version {current}")]
    IsThere {
        /// The version there is.
        current: Revision,
    },
    /// A true conflict.
    #[error("{}", describe(.findings))]
    Conflict {
        /// What clashes, worst first.
        findings: Vec<Finding>,
    },
}

fn describe(findings: &[Finding]) -> String {
    let agents: std::collections::BTreeSet<_> =
        findings.iter().filter_map(|finding| finding.agent.as_ref()).collect();
    let first = findings.first().map_or("nothing", |finding| finding.kind.name());
    format!("{} conflicts for {} agents, first {first}", findings.len(), agents.len())
}

impl Rejection {
    pub(crate) fn unknown(what: Thing, id: &impl ToString) -> Self {
        Self::Unknown { what, id: id.to_string() }
    }

    pub(crate) fn invalid(pointer: &str, value: &impl ToString, problem: &str) -> Self {
        let (pointer, problem) = (pointer.to_owned(), problem.to_owned());
        Self::Invalid { pointer, value: value.to_string(), problem }
    }

    /// What holds several components is in the list once.
    pub(crate) fn conflict(mut findings: Vec<Finding>) -> Self {
        findings.sort_by_cached_key(Finding::sort_key);
        findings.dedup();
        Self::Conflict { findings }
    }
}

impl Decision {
    pub(crate) fn new(kind: ReferenceKind, id: &impl ToString, outcome: Outcome) -> Self {
        let about = Reference { kind, id: id.to_string().into() };
        Self { events: Vec::new(), about, reason: None, outcome }
    }

    pub(crate) fn with(mut self, events: Vec<Event>) -> Self {
        self.events = events;
        self
    }

    pub(crate) fn because(mut self, reason: Option<&Arc<str>>) -> Self {
        self.reason = reason.cloned();
        self
    }

    /// The entry that this becomes at the head of a roster; `None` when nothing happens.
    #[must_use]
    pub fn entry(
        &self,
        roster: &Roster,
        command: &Command,
        id: &CommandId,
        now: Instant,
    ) -> Option<Entry> {
        (!self.events.is_empty()).then(|| Entry {
            revision: roster.revision().next(),
            at: roster.now(now),
            actor: command.actor.clone(),
            command: id.clone(),
            policy: roster.policy(),
            zones: Zone::release().into(),
            about: self.about.clone(),
            reason: self.reason.clone(),
            events: self.events.clone(),
        })
    }
}

/// Decides a command.
///
/// # Errors
/// [`Rejection`] says why nothing happens.
pub fn decide(roster: &Roster, command: &Command, now: Instant) -> Result<Decision, Rejection> {
    expected::check(roster, command, merged(roster, command, now))
}

/// The same, whatever the command expects.
fn merged(roster: &Roster, command: &Command, now: Instant) -> Result<Decision, Rejection> {
    let now = roster.now(now);
    let actor = &command.actor;
    if roster.unit().is_none() && !matches!(command.action, Action::PutUnit(_)) {
        return Err(Rejection::unknown(Thing::Unit, &"this one"));
    }
    own::check(roster, command)?;
    match &command.action {
        Action::PutUnit(unit) => registry::put_unit(roster, unit),
        Action::PutManagementUnit(unit) => registry::put_management_unit(roster, unit),
        Action::PutAgents(agents) => registry::put_agents(roster, agents, now),
        Action::AgentLeaves(id) => registry::agent_leaves(roster, id, now),
        Action::PutActivityCode(code) => registry::put_code(roster, code),
        Action::SetRules(rules) => registry::set_rules(roster, rules),
        Action::PutStaffing(change) => levels::put_staffing(roster, change, now),
        Action::PutTrunks(groups) => levels::put_trunks(roster, groups, now),
        Action::PutSites(sites) => levels::put_sites(roster, sites, now),
        Action::CreateDraft { id, week, name, base, edits } => {
            draft::create(roster, id, *week, name, *base, edits, now)
        }
        Action::EditDraft { id, edits, resolutions } => {
            draft::edit(roster, id, edits, resolutions, now)
        }
        Action::RebaseDraft(id) => draft::rebase(roster, id),
        Action::DeleteDraft(id) => draft::delete(roster, id),
        Action::Publish { id, terms } => publish::draft(roster, actor, id, terms, now),
        Action::PublishDocument { .. } => publish::document(roster, command, now),
        Action::EditShifts { edits, terms } => schedule::edit(roster, actor, edits, terms, now),
        Action::Revert { week, publication, edits, terms } => {
            schedule::revert(roster, actor, *week, *publication, edits, terms, now)
        }
        Action::OfferSwap(offer) => swap::offer(roster, actor, offer, now),
        Action::AcceptSwap { id, agent, shift } => {
            swap::accept(roster, actor, id, agent, shift.as_ref(), now)
        }
        Action::DeclineSwap { id, agent } => swap::decline(roster, id, agent.as_ref(), now),
        Action::CancelSwap(id) => swap::cancel(roster, id, now),
        Action::RevertSwap { id, verdict } => swap::revert(roster, actor, id, verdict, now),
        Action::ExpireSwaps => Ok(swap::expire(roster, now)),
        Action::ApproveSwap { id, verdict } => swap::approve(roster, actor, id, verdict, now),
        Action::DenySwap { id, verdict } => swap::deny(roster, id, verdict, now),
        Action::RequestTimeOff(request) => time_off::request(roster, request, now),
        Action::ChangeTimeOff { id, days, paid, paid_min, note } => {
            let (days, note) = (days.as_ref(), note.as_ref());
            let change = time_off::Change { days, paid: *paid, paid_min: *paid_min, note };
            time_off::change(roster, id, &change, now)
        }
        Action::ApproveTimeOff { id, verdict } => time_off::approve(roster, id, verdict, now),
        Action::DenyTimeOff { id, verdict } => time_off::deny(roster, id, verdict, now),
        Action::CancelTimeOff(id) => time_off::cancel(roster, id, now),
        Action::PutAvailability(said) => availability::put(roster, said, now),
        Action::WithdrawAvailability { agent, id } => availability::withdraw(roster, agent, id),
        Action::PutTimeOffLimits(limits) => time_off::put_limits(roster, limits, now),
    }
}

/// Findings that gate a set of components, in one list.
pub(crate) fn gating(components: &[&Component]) -> Vec<Finding> {
    components.iter().flat_map(|component| component.gating.iter().cloned()).collect()
}

/// A shift that must be there.
pub(crate) fn live_shift<'a>(
    roster: &'a Roster,
    id: &ShiftId,
) -> Result<&'a crate::shift::Shift, Rejection> {
    roster.shift(id).ok_or_else(|| Rejection::unknown(Thing::Shift, id))
}
