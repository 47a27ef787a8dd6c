//! Above `decide`: what caused a conflict, whether trying again can help, and requests that
//! resolve it. Every remedy is tried on the same state before it is offered.

mod cause;
mod editing;
mod fitting;
mod levels;
mod remedy;
mod swap;
mod time_off;
mod tried;

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::change::part::agents_of;
use crate::command::{Action, Command, Terms};
use crate::conflict::{Finding, Kind};
use crate::decide::Outcome;
use crate::draft::{Edits, ShiftEdit};
use crate::entry::{Actor, ReferenceKind};
use crate::id::{AgentId, Revision, ScheduleId, ShiftId};
use crate::instant::Instant;
use crate::limits;
use crate::merge;
use crate::roster::Roster;
use crate::shift::ShiftBody;

/// A finding that says who caused it and what can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// What was found.
    pub finding: Finding,
    /// The entries behind it, newest first.
    pub causes: Vec<Cause>,
    /// Requests that resolve it, each tried on the same state.
    pub remedies: Vec<Remedy>,
    /// Whether trying again can help.
    pub retry: Retry,
}

/// An entry that led to a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What it is about.
    pub kind: ReferenceKind,
    /// The id of what it is about.
    pub id: Arc<str>,
    /// Its place in the ledger.
    pub revision: Revision,
    /// Who asked for it.
    pub actor: Actor,
    /// When.
    pub at: Instant,
    /// What it did, in a planner's words.
    pub summary: String,
}

/// The names of all remedies there are.
pub const REMEDIES: &[&str] = &[
    "acknowledge",
    "add_break",
    "agree_again",
    "cancel_time_off",
    "chain",
    "decide_time_off",
    "decline_swap",
    "deny_swap",
    "deny_time_off",
    "keep_live",
    "leave_out",
    "offer_again",
    "request_again",
    "revert_swap",
    "take_yours",
    "trim",
    "update_existing",
    "withdraw_availability",
];

/// A request that resolves a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// Its name, one of [`REMEDIES`].
    pub id: &'static str,
    /// What it does, in a planner's words.
    pub title: String,
    /// What to ask for.
    pub action: Action,
    /// How it stands to the command.
    pub way: Way,
    /// The scopes that it takes.
    pub requires: &'static [&'static str],
}

/// How a remedy stands to the command that met a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Way {
    /// It is the command, with a decision in it.
    Itself,
    /// It clears the way: after it, the command is sent again as it was.
    First,
    /// It comes in place of the command.
    Instead,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Read again: the ground moved under the intent.
    Rebase,
    /// The state conflicts: use a remedy.
    Never,
}

/// Explains what stopped a command, on the state it was decided on. Beyond
/// [`limits::EXPLAINED`] findings, causes are told but no remedies are looked for.
#[must_use]
pub fn explain(
    roster: &Roster,
    command: &Command,
    findings: &[Finding],
    now: Instant,
) -> Vec<Explained> {
    explain_rest((roster, command), (roster, command), findings, now)
}

/// The same where a part of it went live: the causes lie in the state that it was decided on, the
/// remedies are for what is [left](rest) to be asked for on the state that it led to.
#[must_use]
pub fn explain_rest(
    (before, command): (&Roster, &Command),
    (after, rest): (&Roster, &Command),
    findings: &[Finding],
    now: Instant,
) -> Vec<Explained> {
    let scene = Scene::new(after, rest, after.now(now));
    let draft = if let Action::Publish { id, .. } = &command.action { Some(id) } else { None };
    let mut levels = 0;
    let explained = findings.iter().enumerate().map(|(n, finding)| {
        levels += usize::from(finding.kind.is_level());
        let is_traced = levels <= limits::LEVELS_TRACED;
        let is_remedied = n < limits::EXPLAINED;
        Explained {
            finding: finding.clone(),
            causes: cause::causes(before, draft, finding, is_traced),
            remedies: if is_remedied { remedy::checked(&scene, finding) } else { Vec::new() },
            retry: retry(finding.kind),
        }
    });
    explained.collect()
}

/// What is left to be asked for once a command went live in part: the rest of a document is a draft
/// then, and it is that which is published.
#[must_use]
pub fn rest(command: &Command, outcome: &Outcome) -> Command {
    let mut rest = command.clone();
    if let (Action::PublishDocument { terms, .. }, Outcome::Published(done)) =
        (&command.action, outcome)
        && let Some(id) = &done.draft
    {
        rest.action = Action::Publish { id: id.clone(), terms: terms.clone() };
    }
    rest
}

/// The entries behind what holds a part of a draft.
pub(crate) fn causes_in_draft(roster: &Roster, draft: &ScheduleId, found: &Finding) -> Vec<Cause> {
    cause::causes(roster, Some(draft), found, false)
}

fn retry(kind: Kind) -> Retry {
    match kind {
        Kind::SwapTermsChanged | Kind::SwapShiftTaken | Kind::SubjectGone => Retry::Rebase,
        Kind::FieldChangedBoth
        | Kind::DeletedButChanged
        | Kind::ChangedButDeleted
        | Kind::ShiftOverlap
        | Kind::TimeOffApprovedOverlap
        | Kind::TimeOffPendingOverlap
        | Kind::TimeOffOverlapsTimeOff
        | Kind::TimeOffAlreadyDecided
        | Kind::TimeOffLimitExhausted
        | Kind::Unavailable
        | Kind::PreferenceViolated
        | Kind::RestTimeShort
        | Kind::MaxConsecutiveHours
        | Kind::MaxHoursWeek
        | Kind::MinHoursWeek
        | Kind::MaxHoursDay
        | Kind::MaxHoursPeriod
        | Kind::MinHoursPeriod
        | Kind::MaxHoursAverage
        | Kind::MaxConsecutiveDays
        | Kind::MinConsecutiveDays
        | Kind::MinDaysOff
        | Kind::MaxWeekends
        | Kind::MaxShifts
        | Kind::SuccessionForbidden
        | Kind::WeeklyRestShort
        | Kind::BreakMissing
        | Kind::MaxNightHours
        | Kind::ForbiddenHours
        | Kind::NoticeShort
        | Kind::PeriodLocked
        | Kind::SwapTimeUnequal
        | Kind::SwapOneSided
        | Kind::SwapNoticeShort
        | Kind::SwapLimitReached
        | Kind::SkillMissing
        | Kind::StaffingBelowMinimum
        | Kind::TrunkCapacityExceeded
        | Kind::SiteSeatsExceeded
        | Kind::ActivityOutsideShift
        | Kind::SwapAlreadyDecided
        | Kind::SwapExpired
        | Kind::SwapWithdrawn
        | Kind::ShiftStarted
        | Kind::ExternalIdDuplicate => Retry::Never,
    }
}

/// What a change of shifts wants of them.
fn edits(roster: &Roster, action: &Action) -> Edits {
    if let Action::Publish { id, .. } = action {
        return roster.draft(id).map(|draft| draft.edits()).unwrap_or_default();
    }
    if let Action::PublishDocument { edits, .. }
    | Action::EditShifts { edits, .. }
    | Action::Revert { edits, .. } = action
    {
        return edits.clone();
    }
    Edits::default()
}

/// Whether two edits take or give up the same id of another system.
fn shares_external_ids(roster: &Roster, edits: &Edits) -> bool {
    let mut seen = BTreeSet::new();
    edits.shifts.iter().any(|edit| {
        let live = roster.shift(&edit.id).map(|shift| &*shift.body);
        let bodies = [edit.base.as_deref(), edit.draft.as_deref(), live];
        let mut all = bodies.map(|body| body.map(|body| &body.external_ids)).into_iter();
        let first = all.clone().next().flatten();
        let is_moved = all.any(|ids| ids != first);
        let ids = bodies.into_iter().flatten().flat_map(|body| &body.external_ids);
        let ids: BTreeSet<_> = ids.filter(|_| is_moved).collect();
        ids.into_iter().any(|id| !seen.insert(id))
    })
}

/// A command and the state it was refused on.
pub(crate) struct Scene<'a> {
    roster: &'a Roster,
    command: &'a Command,
    now: Instant,
    /// What the command wants of shifts, if it is such a command.
    edits: Edits,
    /// Where in them each shift is edited.
    places: BTreeMap<ShiftId, usize>,
    /// Which of these edits speak of each agent.
    by_agent: BTreeMap<AgentId, Vec<usize>>,
    /// Whether what one agent's edits come to may depend on those of others.
    is_tied: bool,
    /// What stops the command as a whole, once somebody asked.
    gates: OnceCell<Vec<Finding>>,
    /// How many shifts were weighed again with the whole command.
    reweighed: Cell<usize>,
}

impl<'a> Scene<'a> {
    fn new(roster: &'a Roster, command: &'a Command, now: Instant) -> Self {
        let edits = edits(roster, &command.action);
        let all = edits.shifts.iter().enumerate();
        let places = all.map(|(n, edit)| (edit.id.clone(), n)).collect();
        let mut by_agent: BTreeMap<AgentId, Vec<usize>> = BTreeMap::new();
        for (n, edit) in edits.shifts.iter().enumerate() {
            for agent in agents_of(roster, edit) {
                by_agent.entry(agent).or_default().push(n);
            }
        }
        let is_tied = roster.levels.is_watching() || shares_external_ids(roster, &edits);
        let (gates, reweighed) = (OnceCell::new(), Cell::new(0));
        Self { roster, command, now, edits, places, by_agent, is_tied, gates, reweighed }
    }

    /// Whether the whole command may be weighed once more.
    fn may_reweigh(&self) -> bool {
        let cost = self.reweighed.get() + self.edits.shifts.len();
        let may = cost <= limits::REWEIGHED_SHIFTS;
        self.reweighed.set(if may { cost } else { self.reweighed.get() });
        may
    }

    /// A direct edit, of those who are meant alone.
    fn direct(&self) -> Option<(Edits, Terms)> {
        let Action::EditShifts { edits, terms } = &self.command.action else { return None };
        let edits = terms.only.as_ref().map_or_else(|| edits.clone(), |only| self.component(only));
        Some((edits, Terms { only: None, ..terms.clone() }))
    }

    /// Keeps, of the edits of a remedy, those of a component, and what the command did not want.
    fn keep(&self, edits: &mut Edits, component: &Edits) {
        let kept: BTreeSet<&ShiftId> = component.shifts.iter().map(|edit| &edit.id).collect();
        edits.shifts.retain(|e| kept.contains(&e.id) || !self.places.contains_key(&e.id));
        edits.commitments.retain(|own| component.commitments.contains(own));
    }

    fn terms(&self) -> Option<&'a Terms> {
        self.command.action.terms()
    }

    /// The edit that the command makes of a shift, if it does.
    fn edit(&self, id: &ShiftId) -> Option<&ShiftEdit> {
        self.places.get(id).map(|n| &self.edits.shifts[*n])
    }

    /// What a shift would be if the command went through; nothing while its values clash.
    fn merged(&self, id: &ShiftId) -> Option<Arc<ShiftBody>> {
        let live = self.roster.shift(id).map(|shift| shift.body.clone());
        let Some(edit) = self.edit(id) else { return live };
        let resolved = self.terms().map(Terms::resolved).unwrap_or_default();
        let merged = merge::shift(edit, live.as_deref(), &resolved);
        merged.clashes.is_empty().then(|| merged.change.applied(live.as_deref()))?
    }

    /// The edits of the agents that stand or fall with some.
    fn component(&self, of: &[AgentId]) -> Edits {
        let mut agents: BTreeSet<AgentId> = of.iter().cloned().collect();
        let mut queue = of.to_vec();
        let mut places = BTreeSet::new();
        while let Some(agent) = queue.pop() {
            for n in self.by_agent.get(&agent).into_iter().flatten() {
                if !places.insert(*n) {
                    continue;
                }
                for other in agents_of(self.roster, &self.edits.shifts[*n]) {
                    if agents.insert(other.clone()) {
                        queue.push(other);
                    }
                }
            }
        }
        let own = self.edits.commitments.iter().filter(|edit| agents.contains(&edit.agent));
        Edits {
            shifts: places.into_iter().map(|n| self.edits.shifts[n].clone()).collect(),
            commitments: own.cloned().collect(),
        }
    }
}
