//! Strict writes: they happen to what the client saw, or not at all.

use std::collections::BTreeMap;

use crate::command::{Action, Command, Expected};
use crate::decide::{Decision, Rejection};
use crate::entry::Origin;
use crate::id::Revision;
use crate::limits;
use crate::roster::Roster;
use crate::shift::Shift;

/// What is decided stands if the target is as expected, or if it is there and already what the
/// command asks for: a write that took effect can be sent again.
pub(super) fn check(
    roster: &Roster,
    command: &Command,
    decided: Result<Decision, Rejection>,
) -> Result<Decision, Rejection> {
    let Some(expected) = &command.expects else { return decided };
    let current = current(roster, &command.action, expected);
    let met = match (expected, current) {
        (Expected::Absent, current) => current.is_none(),
        (Expected::Version(_) | Expected::Weeks { .. }, None) => true,
        (Expected::Version(version) | Expected::Weeks { version, .. }, Some(now)) => {
            now <= *version
        }
    };
    match decided {
        Ok(decision) if !met && (!decision.events.is_empty() || *expected == Expected::Absent) => {
            Err(unmet(expected, current))
        }
        Err(Rejection::Conflict { .. } | Rejection::NotNow { .. } | Rejection::Taken { .. })
            if !met =>
        {
            Err(unmet(expected, current))
        }
        decided => decided,
    }
}

fn unmet(expected: &Expected, current: Option<Revision>) -> Rejection {
    let current = current.unwrap_or_default();
    match expected {
        Expected::Absent => Rejection::IsThere { current },
        Expected::Version(version) | Expected::Weeks { version, .. } => {
            Rejection::Changed { expected: *version, current }
        }
    }
}

fn current(roster: &Roster, action: &Action, expected: &Expected) -> Option<Revision> {
    match expected {
        Expected::Weeks { week, agents, .. } => {
            agents.iter().map(|agent| roster.agent_week_version(agent, *week)).max()
        }
        Expected::Absent | Expected::Version(_) => version(roster, action),
    }
}

/// The version that a command's target has: what a client should read again.
#[must_use]
pub fn version(roster: &Roster, action: &Action) -> Option<Revision> {
    if let Action::PublishDocument { week, .. } | Action::Revert { week, .. } = action {
        return roster.week(*week).map(|week| week.version);
    }
    if let Action::EditShifts { edits, .. } = action {
        let versions = edits.shifts.iter().filter_map(|edit| {
            let live = roster.shift(&edit.id).map(Shift::version);
            live.or_else(|| roster.gone(&edit.id).map(|gone| gone.origin.revision))
        });
        return versions.max();
    }
    if let Action::SetRules(_) = action {
        return Some(roster.policy());
    }
    if let Action::PutStaffing(_) = action {
        return Some(roster.levels().required_version());
    }
    origin(roster, action).map(|origin| origin.revision)
}

/// The entry that last changed the one record that a command is about.
fn origin<'a>(roster: &'a Roster, action: &Action) -> Option<&'a Origin> {
    match action {
        Action::Publish { id, .. } | Action::EditDraft { id, .. } | Action::RebaseDraft(id) => {
            roster.draft(id).map(|draft| &draft.origin)
        }
        Action::AcceptSwap { id, .. }
        | Action::DeclineSwap { id, .. }
        | Action::CancelSwap(id)
        | Action::ApproveSwap { id, .. }
        | Action::DenySwap { id, .. }
        | Action::RevertSwap { id, .. } => roster.swap(id).map(|swap| &swap.origin),
        Action::ChangeTimeOff { id, .. }
        | Action::ApproveTimeOff { id, .. }
        | Action::DenyTimeOff { id, .. }
        | Action::CancelTimeOff(id) => roster.time_off(id).map(|time_off| &time_off.origin),
        Action::PutAvailability(said) => {
            roster.availability(&said.agent, &said.id).map(|known| &known.origin)
        }
        Action::WithdrawAvailability { agent, id } => {
            roster.availability(agent, id).map(|known| &known.origin)
        }
        Action::PutUnit(_) => roster.unit.as_deref().map(|known| &known.origin),
        Action::PutManagementUnit(unit) => {
            roster.management_unit(&unit.id).map(|known| &known.origin)
        }
        Action::PutAgents(agents) => {
            let known = agents.iter().filter_map(|agent| roster.agent(&agent.id));
            known.map(|record| &record.origin).max_by_key(|origin| origin.revision)
        }
        Action::PutActivityCode(code) => roster.codes.get(&code.id).map(|known| &known.origin),
        Action::PutTrunks(_) => roster.levels().trunks().map(|known| &known.origin),
        Action::PutSites(_) => roster.levels().sites().map(|known| &known.origin),
        Action::EditShifts { .. }
        | Action::PublishDocument { .. }
        | Action::Revert { .. }
        | Action::SetRules(_)
        | Action::PutStaffing(_)
        | Action::AgentLeaves(_)
        | Action::CreateDraft { .. }
        | Action::DeleteDraft(_)
        | Action::OfferSwap(_)
        | Action::ExpireSwaps
        | Action::RequestTimeOff(_)
        | Action::PutTimeOffLimits(_) => None,
    }
}

/// The entries that changed a command's target since the version that it expects, newest first.
#[must_use]
pub fn changes_since(roster: &Roster, command: &Command) -> Vec<Origin> {
    let (version, shifts) = match &command.expects {
        None | Some(Expected::Absent) => return Vec::new(),
        Some(Expected::Version(version)) => (version, spoken_of(roster, &command.action)),
        Some(Expected::Weeks { version, week, agents }) => {
            let during = roster.unit().and_then(|unit| unit.week(*week));
            let of = |agent| during.map(|during| roster.shifts_of(agent, during));
            let shifts = agents.iter().filter_map(of).flatten();
            (version, shifts.flat_map(|shift| &shift.origins).collect())
        }
    };
    let all = shifts.into_iter().chain(origin(roster, &command.action));
    let later = all.filter(|origin| origin.revision > *version);
    let found: BTreeMap<Revision, &Origin> =
        later.map(|origin| (origin.revision, origin)).collect();
    found.into_values().rev().take(limits::CHANGES_TOLD).cloned().collect()
}

/// The origins of the shifts that an edit speaks of.
fn spoken_of<'a>(roster: &'a Roster, action: &Action) -> Vec<&'a Origin> {
    let Action::EditShifts { edits, .. } = action else { return Vec::new() };
    let live = edits.shifts.iter().filter_map(|edit| roster.shift(&edit.id));
    let gone = edits.shifts.iter().filter_map(|edit| roster.gone(&edit.id));
    live.flat_map(|shift| &shift.origins).chain(gone.map(|gone| &gone.origin)).collect()
}
