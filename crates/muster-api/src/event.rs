//! The feed of a unit, read as JSON: `GET /events`.

use jiff::civil::Date;
use muster_core::Revision;
use muster_core::feed::{DraftConflict, FeedEvent};
use muster_core::id::{AgentId, ScheduleId, ShiftId, SwapId, TimeOffId, UnitId};
use muster_core::shift::ShiftBody;
use muster_core::swap::SwapState;
use muster_core::time_off::TimeOffStatus;
use schemars::JsonSchema;
use serde::Serialize;

use crate::conflict::ConflictView;
use crate::problem::CauseView;
use crate::time::At;
use crate::time_off::IntervalView;

/// Something that happened.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView<'a> {
    /// Its cursor: reading goes on after it.
    pub id: String,
    /// What happened, such as `shift.changed`.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// The unit.
    pub business_unit_id: &'a UnitId,
    /// The entry it came from.
    pub revision: Revision,
    /// When.
    pub at: At,
    /// Whose schedule it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<&'a AgentId>,
    /// What changed.
    pub data: EventData<'a>,
}

/// What changed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum EventData<'a> {
    /// Of `schedule.published`.
    Published {
        /// The week's first day.
        week_date: Date,
        /// The live schedule.
        schedule_id: &'a ScheduleId,
        /// The draft it came from.
        #[serde(skip_serializing_if = "Option::is_none")]
        draft_id: Option<&'a ScheduleId>,
        /// The agents that went live.
        agent_ids: &'a [AgentId],
    },
    /// Of `shift.changed`.
    Shift {
        /// The shift.
        shift_id: &'a ShiftId,
        /// What it was.
        before: Option<ShiftChangeView<'a>>,
        /// What it is.
        after: Option<ShiftChangeView<'a>>,
    },
    /// Of `swap.*`.
    Swap {
        /// The swap.
        swap_id: &'a SwapId,
        /// Where it stands now.
        status: SwapState,
        /// Its agents.
        agent_ids: &'a [AgentId],
    },
    /// Of `timeoff.*`.
    TimeOff {
        /// The request.
        time_off_request_id: &'a TimeOffId,
        /// Where it stands now.
        status: TimeOffStatus,
    },
    /// Of `availability.changed`.
    Availability {
        /// The civil days, in the unit's zone, that changed.
        days: &'a [Date],
        /// When the agent is on the queue on these days.
        on_queue: Vec<IntervalView>,
    },
    /// Of `draft.conflict.opened` and `draft.conflict.closed`.
    DraftConflicts {
        /// The week's first day.
        week_date: Date,
        /// The draft.
        schedule_id: &'a ScheduleId,
        /// What holds the agent's edits in it, or no longer does, worst first. The part of a
        /// fingerprint before its dot says which conflict it is.
        conflicts: Vec<ConflictView>,
    },
}

/// A shift before or after a change.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShiftChangeView<'a> {
    /// Who works it.
    pub agent_id: &'a AgentId,
    /// When it starts.
    pub start: At,
    /// Its elapsed length in minutes.
    pub length_minutes: u32,
}

impl<'a> ShiftChangeView<'a> {
    fn new(body: &'a ShiftBody) -> Self {
        let (start, length_minutes) = (At(body.span.start), body.span.length_min);
        Self { agent_id: &body.owner, start, length_minutes }
    }
}

impl<'a> EventData<'a> {
    /// What changed, of an event of a unit.
    #[must_use]
    pub fn new(unit: &'a UnitId, event: &'a FeedEvent) -> Self {
        match event {
            FeedEvent::SchedulePublished { week, schedule, draft, agents } => Self::Published {
                week_date: *week,
                schedule_id: schedule,
                draft_id: draft.as_ref(),
                agent_ids: agents,
            },
            FeedEvent::ShiftChanged { id, before, after } => Self::Shift {
                shift_id: id,
                before: before.as_deref().map(ShiftChangeView::new),
                after: after.as_deref().map(ShiftChangeView::new),
            },
            FeedEvent::Swap { id, state, agents } => {
                Self::Swap { swap_id: id, status: *state, agent_ids: agents }
            }
            FeedEvent::TimeOff { id, status, .. } => {
                Self::TimeOff { time_off_request_id: id, status: *status }
            }
            FeedEvent::AvailabilityChanged { days, on_queue, .. } => Self::Availability {
                days,
                on_queue: on_queue.iter().copied().map(IntervalView::from).collect(),
            },
            FeedEvent::DraftConflictOpened(of) | FeedEvent::DraftConflictClosed(of) => {
                let causes = |found: &DraftConflict| {
                    let all = found.causes.iter();
                    all.map(|cause| CauseView::explained(Some(unit), cause)).collect()
                };
                let conflict = |found: &DraftConflict| ConflictView {
                    causes: causes(found),
                    ..ConflictView::plain(&found.finding)
                };
                Self::DraftConflicts {
                    week_date: of.week,
                    schedule_id: &of.schedule,
                    conflicts: of.conflicts.iter().map(conflict).collect(),
                }
            }
        }
    }
}

/// Names an event: its entry's revision and its place in that entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The entry's revision.
    pub revision: Revision,
    /// Its place among the entry's events, from 0.
    pub index: u32,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.revision, self.index)
    }
}

impl std::str::FromStr for Cursor {
    type Err = String;
    /// `811-2`; a bare revision means everything of it has been seen.
    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (revision, index) = text.split_once('-').unwrap_or((text, ""));
            let index = if index.is_empty() { u32::MAX } else { index.parse().ok()? };
            Some(Self { revision: Revision(revision.parse().ok()?), index })
        };
        parse().ok_or_else(|| format!("{text:?} is no cursor of this feed"))
    }
}

/// A stretch of the feed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventsView<'a> {
    /// What happened, oldest first.
    pub entities: Vec<EventView<'a>>,
    /// Where reading goes on.
    pub next_cursor: String,
    /// The revision up to which the feed was read.
    pub revision: Revision,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_a_revision_and_a_place() {
        let cursor: Cursor = "811-2".parse().unwrap();
        assert_eq!(cursor, Cursor { revision: Revision(811), index: 2 });
        assert_eq!(cursor.to_string(), "811-2");
        let whole: Cursor = "811".parse().unwrap();
        assert!(cursor < whole && whole < "812-0".parse().unwrap());
        assert!("abc".parse::<Cursor>().is_err());
    }
}
