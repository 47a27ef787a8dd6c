//! Above `decide`: what caused a conflict, whether trying again can help, and requests that
//! resolve it. Every remedy is tried on the same state before it is offered.

mod cause;
mod editing;
mod fitting;
mod levels;
mod remedy;
mod scene;
mod swap;
mod time_off;
mod tried;

use schemars::JsonSchema;
use std::sync::Arc;

use crate::command::{Action, Command};
use crate::conflict::{Finding, Kind};
use crate::decide::Outcome;
use crate::entry::{Actor, ReferenceKind};
use crate::id::{Revision, ScheduleId};
use crate::instant::Instant;
use crate::limits;
use crate::roster::Roster;

use scene::Scene;

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
    "merge",
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, JsonSchema)]
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
        Kind::SwapTermsChanged
        | Kind::SwapShiftTaken
        | Kind::SubjectGone
        | Kind::StaleOverwriteSuspected => Retry::Rebase,
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
