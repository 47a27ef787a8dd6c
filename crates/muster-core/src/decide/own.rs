//! What agents may do themselves: whoever acts as an agent acts on that agent's own things only.

use crate::command::{Action, Command};
use crate::decide::Rejection;
use crate::draft::ShiftEdit;
use crate::id::{AgentId, SwapId, TimeOffId};
use crate::roster::Roster;

/// Refuses what an agent asks for on behalf of somebody else. What does not exist is left to
/// whoever looks for it.
pub(super) fn check(roster: &Roster, command: &Command) -> Result<(), Rejection> {
    let Some(agent) = &command.actor.agent else { return Ok(()) };
    match is_own(roster, agent, &command.action) {
        true => Ok(()),
        false => Err(Rejection::NotOwn { agent: agent.clone() }),
    }
}

fn is_own(roster: &Roster, agent: &AgentId, action: &Action) -> bool {
    match action {
        Action::EditShifts { edits, .. } => {
            let mut own = edits.commitments.iter().map(|edit| &edit.agent);
            edits.shifts.iter().all(|edit| is_own_edit(roster, agent, edit))
                && own.all(|of| of == agent)
        }
        Action::OfferSwap(offer) => offer.initiator.agent == *agent,
        Action::AcceptSwap { agent: of, .. } => of == agent,
        Action::DeclineSwap { id, agent: of } => {
            of.as_ref().is_none_or(|of| of == agent) && takes_part(roster, agent, id)
        }
        Action::CancelSwap(id) => {
            roster.swap(id).is_none_or(|swap| swap.offer.initiator.agent == *agent)
        }
        Action::RequestTimeOff(request) => request.agent == *agent,
        Action::ChangeTimeOff { id, .. } | Action::CancelTimeOff(id) => asked(roster, agent, id),
        Action::PutAvailability(said) => said.agent == *agent,
        Action::WithdrawAvailability { agent: of, .. } => of == agent,
        Action::PutUnit(_)
        | Action::PutManagementUnit(_)
        | Action::PutAgents(_)
        | Action::AgentLeaves(_)
        | Action::PutActivityCode(_)
        | Action::SetRules(_)
        | Action::PutStaffing(_)
        | Action::PutTrunks(_)
        | Action::PutSites(_)
        | Action::CreateDraft { .. }
        | Action::EditDraft { .. }
        | Action::RebaseDraft(_)
        | Action::DeleteDraft(_)
        | Action::Publish { .. }
        | Action::PublishDocument { .. }
        | Action::Revert { .. }
        | Action::RevertSwap { .. }
        | Action::ExpireSwaps
        | Action::ApproveSwap { .. }
        | Action::DenySwap { .. }
        | Action::PutTimeOffLimits(_)
        | Action::ApproveTimeOff { .. }
        | Action::DenyTimeOff { .. } => false,
    }
}

/// Whoever has the shift, and whoever is to have it.
fn is_own_edit(roster: &Roster, agent: &AgentId, edit: &ShiftEdit) -> bool {
    let live = roster.shift(&edit.id).map(|shift| &shift.body);
    live.into_iter().chain(&edit.draft).all(|body| body.owner == *agent)
}

fn takes_part(roster: &Roster, agent: &AgentId, swap: &SwapId) -> bool {
    roster.swap(swap).is_none_or(|swap| swap.offer.is_of(agent))
}

fn asked(roster: &Roster, agent: &AgentId, request: &TimeOffId) -> bool {
    roster.time_off(request).is_none_or(|time_off| time_off.request.agent == *agent)
}
