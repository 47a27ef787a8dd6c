//! What clock changes do to the shifts that a command touches, as it is answered: for planners to
//! see; nothing of it holds anything back.

use std::sync::Arc;

use muster_core::clock_change::{ClockChange, Clocks, Edge, Flip, LocalTime, Truth};
use muster_core::conflict::{Finding, Fingerprint, Kind, Severity};
use muster_core::id::{ActivityCodeId, AgentId, ShiftId};
use muster_core::zone::Midnight;
use schemars::JsonSchema;
use serde::Serialize;

use crate::conflict::message;
use crate::time::At;

/// What clock changes do to some shifts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClockChangesView {
    /// Shifts that are not as long as they look.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shifts: Vec<ClockChangeView>,
    /// Starts and ends that could be taken for others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<LocalTimeView>,
    /// Rules that say something else than they would by the clock on the wall.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<FlipView>,
}

impl ClockChangesView {
    /// What there is to tell; nothing, when no clocks change around the shifts.
    #[must_use]
    pub fn new(clocks: &Clocks) -> Option<Self> {
        (!clocks.is_empty()).then(|| Self {
            shifts: clocks.changes.iter().map(ClockChangeView::from).collect(),
            times: clocks.times.iter().map(LocalTimeView::from).collect(),
            rules: clocks.flips.iter().map(FlipView::from).collect(),
        })
    }
}

/// A shift that is not as long as the clock on the wall shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClockChangeView {
    /// The shift.
    pub shift_id: ShiftId,
    /// Who works it.
    pub agent_id: AgentId,
    /// Its first instant.
    pub start: At,
    /// The first instant after it.
    pub end: At,
    /// How long the agent's clock shows it to be.
    pub wall_minutes: i64,
    /// How long it is.
    pub elapsed_minutes: i64,
    /// By how many minutes it is longer than it looks; below 0, by how many it is shorter.
    pub clock_change_minutes: i64,
    /// When the clocks are moved.
    pub at: At,
    /// The agent's zone.
    pub time_zone: String,
    /// `skipped` or `twice`, where a midnight is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub midnight: Option<&'static str>,
}

impl From<&ClockChange> for ClockChangeView {
    fn from(change: &ClockChange) -> Self {
        Self {
            shift_id: change.shift.clone(),
            agent_id: change.agent.clone(),
            start: At(change.interval.start()),
            end: At(change.interval.end()),
            wall_minutes: change.wall_min(),
            elapsed_minutes: change.elapsed_min(),
            clock_change_minutes: change.transition.change_min(),
            at: At(change.transition.at),
            time_zone: change.zone.name().to_owned(),
            midnight: change.transition.midnight().map(|midnight| match midnight {
                Midnight::Skipped => "skipped",
                Midnight::Twice => "twice",
            }),
        }
    }
}

/// A start or an end that could be taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocalTimeView {
    /// The shift.
    pub shift_id: ShiftId,
    /// Whose it is.
    pub agent_id: AgentId,
    /// The activity in it; absent for the shift itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_code_id: Option<ActivityCodeId>,
    /// Which end of it: `start` or `end`.
    pub edge: &'static str,
    /// The instant that is meant.
    pub at: At,
    /// What the agent's clock shows then.
    pub local: String,
    /// The agent's zone.
    pub time_zone: String,
    /// The offset from UTC that is meant.
    pub offset: String,
    /// The one that it could be taken for.
    pub other_offset: String,
    /// The instant at which the clock shows the same; absent at the beginning of a day that has no
    /// midnight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_at: Option<At>,
    /// The same for people.
    pub message: String,
}

impl From<&LocalTime> for LocalTimeView {
    fn from(time: &LocalTime) -> Self {
        let (meant, other) = time.offsets_min();
        let (offset, other_offset) = (offset(meant), offset(other));
        let wall = time.zone.wall(time.at);
        let local = wall.strftime("%Y-%m-%d %H:%M");
        let zone = time.zone.name();
        let edge = match time.edge {
            Edge::Start => "start",
            Edge::End => "end",
        };
        let message = match time.other {
            Some(_) => {
                format!("{local} comes twice in {zone}: {offset} is meant, not {other_offset}")
            }
            None => format!(
                "{} has no midnight in {zone}: it begins at {}, {offset}",
                wall.date(),
                wall.strftime("%H:%M")
            ),
        };
        Self {
            shift_id: time.shift.clone(),
            agent_id: time.agent.clone(),
            activity_code_id: time.activity.clone(),
            edge,
            at: At(time.at),
            local: wall.to_string(),
            time_zone: zone.to_owned(),
            offset,
            other_offset,
            other_at: time.other.map(At),
            message,
        }
    }
}

/// `+02:00`
fn offset(minutes: i64) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// A rule that says something else than it would by the clock on the wall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FlipView {
    /// What is true: `violated`, or `kept`.
    pub verdict: &'static str,
    /// What the rule finds, or would find.
    pub kind: Kind,
    /// The name of the rule, where several of one kind hold beside each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Arc<str>>,
    /// How much it matters, or would.
    pub severity: Severity,
    /// Names the finding of a rule that is violated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// Whose week it is in.
    pub agent_id: Option<AgentId>,
    /// The shifts it is about.
    pub shift_ids: Vec<ShiftId>,
    /// The stretch of time it is about starts here
    pub start: Option<At>,
    /// and ends here.
    pub end: Option<At>,
    /// By how many minutes the clocks lengthen what is measured, or shorten it.
    pub clock_change_minutes: i64,
    /// When they are moved.
    pub at: At,
    /// The same for people.
    pub message: String,
}

impl From<&Flip> for FlipView {
    fn from(flip: &Flip) -> Self {
        let finding = &flip.finding;
        let change_min = flip.transition.change_min();
        let is_violated = flip.truth == Truth::Violated;
        let plain = message(&Finding { clock_change_min: None, ..finding.clone() });
        let why = format!("because of a clock change of {change_min:+} min");
        let message = match flip.truth {
            Truth::Violated => format!("{plain}, {why}"),
            Truth::Kept => format!("by the clock on the wall, {plain}; it is not so, {why}"),
        };
        Self {
            verdict: if is_violated { "violated" } else { "kept" },
            kind: finding.kind,
            rule: finding.rule.clone(),
            severity: finding.severity,
            fingerprint: is_violated.then(|| finding.fingerprint()),
            agent_id: finding.agent.clone(),
            shift_ids: finding.shifts().cloned().collect(),
            start: finding.interval.map(|place| At(place.start())),
            end: finding.interval.map(|place| At(place.end())),
            clock_change_minutes: change_min,
            at: At(flip.transition.at),
            message,
        }
    }
}
