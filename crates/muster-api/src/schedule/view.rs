//! Schedules as they are answered. Documents are large: everything is borrowed from the roster.

use std::sync::Arc;

use jiff::civil::Date;
use muster_core::draft::{Draft, DraftStatus};
use muster_core::id::{AgentId, ScheduleId, UnitId};
use muster_core::roster::Week;
use muster_core::{Revision, Roster};
use schemars::JsonSchema;
use serde::Serialize;

use crate::clock_change::ClockChangesView;
use crate::conflict::ConflictView;
use crate::result::HeldView;
use crate::shift::ShiftView;

/// Where a schedule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScheduleStatus {
    /// Being edited, or partly published.
    Draft,
    /// The live week.
    Published,
    /// Everything in it went live.
    Closed,
}

/// What is said of a schedule beside its content.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ScheduleHead")]
pub struct Head<'a> {
    /// Its id.
    pub id: &'a ScheduleId,
    /// The unit.
    pub business_unit_id: &'a UnitId,
    /// The week's first day.
    pub week_date: Date,
    /// What people call it; the live week has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a Arc<str>>,
    /// Where it stands.
    pub status: ScheduleStatus,
    /// The revision that last changed it.
    pub schedule_version: Revision,
    /// The revision its content starts from.
    pub base_revision: Revision,
    /// The revision at which the last of it went live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_as: Option<Revision>,
}

impl<'a> Head<'a> {
    /// Of a live week.
    #[must_use]
    pub fn live(unit: &'a UnitId, week: &'a Week) -> Self {
        Self {
            id: &week.id,
            business_unit_id: unit,
            week_date: week.first,
            name: None,
            status: ScheduleStatus::Published,
            schedule_version: week.version,
            base_revision: week.version,
            published_as: None,
        }
    }

    /// Of a draft.
    #[must_use]
    pub fn draft(unit: &'a UnitId, draft: &'a Draft) -> Self {
        let (status, published_as) = match draft.status {
            DraftStatus::Draft => (ScheduleStatus::Draft, None),
            DraftStatus::Closed { published_as } => (ScheduleStatus::Closed, Some(published_as)),
        };
        Self {
            id: &draft.id,
            business_unit_id: unit,
            week_date: draft.week,
            name: Some(&draft.name),
            status,
            schedule_version: draft.origin.revision,
            base_revision: draft.base,
            published_as,
        }
    }
}

/// A schedule in a list.
pub type ScheduleHeadView<'a> = Head<'a>;

/// One agent's week.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentScheduleView<'a> {
    /// The agent.
    pub agent_id: &'a AgentId,
    /// The revision that last changed the agent's week.
    pub version: Revision,
    /// The agent's shifts that start in the week, by start.
    pub shifts: Vec<ShiftView<'a>>,
}

impl<'a> AgentScheduleView<'a> {
    /// One agent's week in a roster.
    #[must_use]
    pub fn new(ground: &'a Roster, agent: &'a AgentId, week: Date) -> Self {
        let during = ground.unit().and_then(|unit| unit.week(week));
        let shifts = during.into_iter().flat_map(|during| ground.shifts_starting(agent, during));
        Self {
            agent_id: agent,
            version: ground.agent_week_version(agent, week),
            shifts: shifts.map(|shift| ShiftView::new(ground, shift)).collect(),
        }
    }
}

/// A schedule.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleView<'a> {
    /// What it is.
    #[serde(flatten)]
    pub head: Head<'a>,
    /// The agents' weeks.
    pub agent_schedules: Vec<AgentScheduleView<'a>>,
    /// Where the next page starts, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

impl<'a> ScheduleView<'a> {
    /// A schedule's content for some agents: of a draft, `ground` is the roster with the draft on
    /// it ([`muster_core::diff::drafted`]).
    #[must_use]
    pub fn new(
        head: Head<'a>,
        ground: &'a Roster,
        agents: impl IntoIterator<Item = &'a AgentId>,
    ) -> Self {
        let week = head.week_date;
        let weeks = agents.into_iter().map(|agent| AgentScheduleView::new(ground, agent, week));
        Self { head, agent_schedules: weeks.collect(), next_cursor: None }
    }

    /// The agents that have a shift in a week, by id: what a schedule shows when nobody is named.
    pub fn agents(ground: &'a Roster, week: Date) -> impl Iterator<Item = &'a AgentId> {
        let during = ground.unit().and_then(|unit| unit.week(week));
        ground.agents().map(|record| &record.agent.id).filter(move |agent| {
            during.is_some_and(|during| ground.shifts_starting(agent, during).next().is_some())
        })
    }
}

/// The answer to a write of a schedule: the document as it is now, and what the write met.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditedView<'a> {
    /// The schedule.
    #[serde(flatten)]
    pub schedule: ScheduleView<'a>,
    /// The revision this is the state of.
    pub revision: Revision,
    /// Whether the edits met somebody else's.
    pub merged: bool,
    /// The agents where they did.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub merged_agents: &'a [AgentId],
    /// What was held back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldView>,
    /// Findings that stop nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ConflictView>,
    /// What clock changes do to the shifts that were made or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_changes: Option<ClockChangesView>,
}

/// The answer to a new draft: what it is, and what its edits met.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftedView<'a> {
    /// What it is.
    #[serde(flatten)]
    pub head: ScheduleHeadView<'a>,
    /// What clock changes do to the shifts that it would make or change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_changes: Option<ClockChangesView>,
}
