//! Ways out of a swap that cannot go on.

use crate::command::{Action, Verdict};
use crate::conflict::{Finding, Kind};
use crate::entry::ReferenceKind;
use crate::explain::remedy::again;
use crate::explain::{Remedy, Scene, Way};
use crate::id::{AgentId, ShiftId, SwapId};
use crate::roster::Roster;
use crate::shift::Atom;
use crate::swap::{Swap, SwapOffer, SwapState};

const APPROVE: &[&str] = &["wfm:swap:approve"];
const WRITE: &[&str] = &["wfm:swap:write"];

pub(super) fn swapping(scene: &Scene<'_>, finding: &Finding) -> Vec<Remedy> {
    let id = scene.command.action.swap();
    let Some(swap) = id.and_then(|id| scene.roster.swap(id)) else { return Vec::new() };
    let mut remedies = Vec::new();
    match swap.state_at(scene.now) {
        SwapState::PendingPartner | SwapState::PendingApproval => {
            if finding.kind == Kind::SwapTermsChanged {
                remedies.extend(agree_again(swap));
            }
            remedies.extend(chain(scene.roster, swap));
            remedies.push(refused(scene, swap));
        }
        SwapState::Approved => remedies.push(given_back(&swap.offer.id)),
        SwapState::Invalidated => {
            remedies.extend(chain(scene.roster, swap));
            remedies.push(offer_again(scene.roster, swap));
        }
        SwapState::Denied | SwapState::Canceled | SwapState::Expired => {
            remedies.push(offer_again(scene.roster, swap));
        }
    }
    remedies
}

/// What whoever met the conflict can say instead: an agent declines, a planner denies.
fn refused(scene: &Scene<'_>, swap: &Swap) -> Remedy {
    let (id, way) = (swap.offer.id.clone(), Way::Instead);
    if let Action::AcceptSwap { agent, .. } = &scene.command.action {
        let is_theirs = swap.offer.agents().skip(1).any(|named| named == agent);
        let action = Action::DeclineSwap { id, agent: is_theirs.then(|| agent.clone()) };
        let title = "decline the swap".to_owned();
        return Remedy { id: "decline_swap", title, action, way, requires: WRITE };
    }
    let action = Action::DenySwap { id, verdict: Verdict::default() };
    Remedy { id: "deny_swap", title: "deny the swap".to_owned(), action, way, requires: APPROVE }
}

fn given_back(id: &SwapId) -> Remedy {
    let action = Action::RevertSwap { id: id.clone(), verdict: Verdict::default() };
    let title = "give the shifts back".to_owned();
    Remedy { id: "revert_swap", title, action, way: Way::Instead, requires: APPROVE }
}

/// The shifts are not when they were: the other agent agrees to what they are now.
fn agree_again(swap: &Swap) -> Option<Remedy> {
    let receiver = swap.offer.receiver.as_ref()?;
    let (id, agent) = (swap.offer.id.clone(), receiver.agent.clone());
    let action = Action::AcceptSwap { id, agent, shift: receiver.shift.clone() };
    let title = format!(
        "have {} agree to the shifts as they are now, then send this again",
        receiver.agent
    );
    Some(Remedy { id: "agree_again", title, action, way: Way::First, requires: WRITE })
}

fn fresh_id(roster: &Roster, swap: &Swap) -> SwapId {
    let id = &swap.offer.id;
    let known = |id: &str| SwapId::parse(id).is_ok_and(|id| roster.swap(&id).is_some());
    SwapId::parse(&again(id.as_str(), known)).unwrap_or_else(|_| id.clone())
}

fn offer_again(roster: &Roster, swap: &Swap) -> Remedy {
    let offer = SwapOffer { id: fresh_id(roster, swap), expires_at: None, ..swap.offer.clone() };
    let title = "offer the same swap again".to_owned();
    let (action, way) = (Action::OfferSwap(offer), Way::Instead);
    Remedy { id: "offer_again", title, action, way, requires: WRITE }
}

/// A shift of the swap went on in another one: whoever had it offers what came in its place, so
/// that the two swaps together are the chain that everybody wanted.
fn chain(roster: &Roster, swap: &Swap) -> Option<Remedy> {
    let moves = swap.offer.moves();
    let (lost, from) = moves.iter().find_map(|(shift, from, _)| {
        let owner = &roster.shift(shift)?.body.owner;
        (owner != *from).then_some((*shift, *from))
    })?;
    let instead = got_for(roster, lost, from)?;
    let mut offer =
        SwapOffer { id: fresh_id(roster, swap), expires_at: None, ..swap.offer.clone() };
    let sides = [Some(&mut offer.initiator.shift), offer.receiver.as_mut().map(|r| &mut r.shift)];
    let legs = offer.legs.iter_mut().flat_map(|leg| [&mut leg.gives, &mut leg.receives]);
    for named in sides.into_iter().flatten().chain(legs) {
        if named.as_ref() == Some(lost) {
            *named = Some(instead.clone());
        }
    }
    let title = format!("offer shift {instead}, which {from} got for {lost}, in its place");
    let (action, way) = (Action::OfferSwap(offer), Way::Instead);
    Some(Remedy { id: "chain", title, action, way, requires: WRITE })
}

/// What an agent got in the swap in which a shift was given away.
fn got_for(roster: &Roster, shift: &ShiftId, agent: &AgentId) -> Option<ShiftId> {
    let about = &roster.shift(shift)?.origin(Atom::Owner).about;
    let other = SwapId::parse(&about.id).ok().filter(|_| about.kind == ReferenceKind::Swap)?;
    let moves = roster.swap(&other)?.offer.moves();
    let gave = moves.iter().any(|(given, from, _)| *given == shift && *from == agent);
    let got = moves.iter().find(|(_, _, to)| *to == agent).map(|(got, _, _)| (*got).clone());
    got.filter(|_| gave)
}
