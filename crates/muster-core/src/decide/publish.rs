//! Publishing: plan and apply by the same code.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::acknowledge::Answers;
use crate::change::{self, Component};
use crate::command::{Action, Command, Terms};
use crate::conflict::{Finding, Severity};
use crate::decide::draft::{check_size, check_week, open};
use crate::decide::schedule::{self, Sorted};
use crate::decide::{Decision, Outcome, Rejection};
use crate::draft::{Draft, Edits};
use crate::entry::{Actor, ReferenceKind};
use crate::event::Event;
use crate::id::{AgentId, Revision, ScheduleId};
use crate::instant::Instant;
use crate::roster::Roster;

/// What a publish would do to one agent.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PlanOutcome {
    /// Everything is live already.
    Unchanged,
    /// Nobody else has touched it.
    FastForward,
    /// It meets somebody else's edits, and both live.
    Merged,
    /// Somebody must acknowledge something.
    NeedsAck,
    /// It cannot go live as it is.
    Blocked,
}

/// What a publish would do to one agent, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentPlan {
    /// What would happen.
    pub outcome: PlanOutcome,
    /// What was found, worst first.
    pub findings: Vec<Finding>,
    /// The agents it stands or falls with.
    pub tied: Vec<AgentId>,
    /// Whether the agent's shifts would change, and the agent be told.
    pub changed: bool,
}

/// What a publish would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The week.
    pub week: Date,
    /// The revision it was planned on.
    pub revision: Revision,
    /// The unit's time at which it was planned.
    pub at: Instant,
    /// The draft's version.
    pub draft_version: Revision,
    /// What would happen, by agent.
    pub agents: BTreeMap<AgentId, AgentPlan>,
}

/// Plans the publish of a draft: the very code of publishing, without the append.
///
/// # Errors
/// [`Rejection`] when there is no such draft, or it is closed.
pub fn plan(
    roster: &Roster,
    actor: &Actor,
    id: &ScheduleId,
    terms: &Terms,
    now: Instant,
) -> Result<Plan, Rejection> {
    let draft = open(roster, id)?;
    let now = roster.now(now);
    let components = change::weigh(roster, actor, &draft.edits(), terms, now);
    let answers = Answers::new(roster, &terms.acknowledge);
    let wanted = components.iter().filter(|component| terms.wants(&component.agents));
    let agents = wanted.flat_map(|component| {
        let agents = component.agents.iter();
        agents.map(|agent| (agent.clone(), agent_plan(component, agent, &answers)))
    });
    Ok(Plan {
        week: draft.week,
        revision: roster.revision(),
        at: now,
        draft_version: draft.origin.revision,
        agents: agents.collect(),
    })
}

fn agent_plan(component: &Component, agent: &AgentId, answers: &Answers<'_>) -> AgentPlan {
    let blocks = component.gating.iter().any(|f| f.severity == Severity::Block);
    let outcome = if blocks {
        PlanOutcome::Blocked
    } else if component.is_held(answers) {
        PlanOutcome::NeedsAck
    } else if component.moved.contains(agent) && component.changed.contains(agent) {
        PlanOutcome::Merged
    } else if component.changed.contains(agent) {
        PlanOutcome::FastForward
    } else {
        PlanOutcome::Unchanged
    };
    let all = component.gating.iter().chain(&component.noted);
    let is_told = |f: &&Finding| f.agent.as_ref().is_none_or(|whose| whose == agent);
    let findings = all.filter(is_told).cloned().collect();
    let tied = component.agents.iter().filter(|other| *other != agent).cloned().collect();
    AgentPlan { outcome, findings, tied, changed: component.changed.contains(agent) }
}

pub(super) fn draft(
    roster: &Roster,
    actor: &Actor,
    id: &ScheduleId,
    terms: &Terms,
    now: Instant,
) -> Result<Decision, Rejection> {
    let draft = open(roster, id)?;
    let edits = draft.edits();
    schedule::check_horizon(&edits, now)?;
    let components = change::weigh(roster, actor, &edits, terms, now);
    let mut sorted = schedule::sort(roster, components, terms);
    if let Some(refusal) = sorted.refusal() {
        return Err(refusal);
    }
    let mut published = sorted.published(vec![draft.week]);
    let remains = draft.shifts.len() + draft.commitments.len() > spoken_of(&sorted);
    published.draft = remains.then(|| id.clone());
    let mut events = sorted.events(roster, now);
    events.extend(sorted.acknowledged(roster, terms));
    if !sorted.live.is_empty() {
        events.push(if remains { left_draft(draft, &sorted) } else { closed(id) });
        events.push(published_event(Some(id), draft.week, published.published.clone()));
        events.splice(0..0, open_week(roster, draft.week, &events));
    }
    let decision = Decision::new(ReferenceKind::Publish, id, Outcome::Published(published));
    Ok(decision.with(events).because(terms.reason.as_ref()))
}

fn spoken_of(sorted: &Sorted) -> usize {
    sorted.live.iter().map(|component| component.shifts.len() + component.committed.len()).sum()
}

fn closed(id: &ScheduleId) -> Event {
    Event::DraftClosed { id: id.clone() }
}

/// The agents that went live leave the draft.
fn left_draft(draft: &Draft, sorted: &Sorted) -> Event {
    let live = &sorted.live;
    Event::DraftEdited {
        id: draft.id.clone(),
        put: Edits::default(),
        dropped_shifts: live.iter().flat_map(|c| c.shifts.iter().cloned()).collect(),
        dropped_commitments: live.iter().flat_map(|c| c.committed.iter().cloned()).collect(),
        base: None,
    }
}

fn published_event(draft: Option<&ScheduleId>, week: Date, agents: Vec<AgentId>) -> Event {
    Event::Published { week, draft: draft.cloned(), agents }
}

/// A published week exists even when no shift was placed in it.
fn open_week(roster: &Roster, week: Date, events: &[Event]) -> Option<Event> {
    let unit = roster.unit()?;
    let is_open = roster.week(week).is_some()
        || events.iter().any(|e| matches!(e, Event::WeekOpened { week: w, .. } if *w == week));
    (!is_open).then(|| Event::WeekOpened { week, id: schedule::live_id(unit, week) })
}

pub(super) fn document(
    roster: &Roster,
    command: &Command,
    now: Instant,
) -> Result<Decision, Rejection> {
    let Action::PublishDocument { id, week, name, base, edits, agents, terms } = &command.action
    else {
        return Err(Rejection::invalid("", &"action", "is not the publish of a document"));
    };
    check_week(roster, *week)?;
    check_size(edits)?;
    schedule::check_horizon(edits, now)?;
    needs_base(roster, *week, *base, edits, agents)?;
    let components = change::weigh(roster, &command.actor, edits, terms, now);
    let mut sorted = schedule::sort(roster, components, terms);
    if let Some(refusal) = sorted.refusal() {
        return Err(refusal);
    }
    let mut published = sorted.published(vec![*week]);
    let mut events = sorted.events(roster, now);
    if !events.is_empty() {
        events.push(published_event(None, *week, published.published.clone()));
        events.splice(0..0, open_week(roster, *week, &events));
        events.extend(sorted.acknowledged(roster, terms));
    }
    if !sorted.held.is_empty() {
        published.draft = Some(id.clone());
        // What is held is what would be drafted: the same document again drafts nothing new.
        let held = held_edits(edits, &sorted).one_per_agent();
        let drafted = super::draft::create(roster, id, *week, name, *base, &held, now)?;
        events.extend(drafted.events);
    }
    // The document has no id of its own: it is the live week that causes point at.
    let live = roster.unit().map_or_else(|| id.clone(), |unit| schedule::live_id(unit, *week));
    let decision = Decision::new(ReferenceKind::Publish, &live, Outcome::Published(published));
    Ok(decision.with(events).because(terms.reason.as_ref()))
}

fn held_edits(edits: &Edits, sorted: &Sorted) -> Edits {
    let shifts: std::collections::BTreeSet<_> =
        sorted.held.iter().flat_map(|component| &component.shifts).collect();
    let own: std::collections::BTreeSet<_> =
        sorted.held.iter().flat_map(|component| &component.committed).collect();
    Edits {
        shifts: edits.shifts.iter().filter(|edit| shifts.contains(&edit.id)).cloned().collect(),
        commitments: edits
            .commitments
            .iter()
            .filter(|edit| own.contains(&edit.agent))
            .cloned()
            .collect(),
    }
}

/// Without a base, a document is taken only where there is nothing to merge with: its agents have
/// no published shift in the week, or the very same ones.
fn needs_base(
    roster: &Roster,
    week: Date,
    base: Option<Revision>,
    edits: &Edits,
    agents: &[AgentId],
) -> Result<(), Rejection> {
    let interval = roster.unit().and_then(|unit| unit.week(week));
    let (None, Some(interval)) = (base, interval) else { return Ok(()) };
    if edits.is_empty() {
        return Ok(());
    }
    let has_shifts = |agent: &&AgentId| roster.shifts_starting(agent, interval).next().is_some();
    let mut agents: Vec<AgentId> = agents.iter().filter(has_shifts).cloned().collect();
    agents.sort();
    if agents.is_empty() {
        return Ok(());
    }
    let version = roster.week(week).map_or(Revision::ZERO, |week| week.version);
    Err(Rejection::NeedsBase { agents, version })
}
