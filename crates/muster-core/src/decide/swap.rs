//! Swaps: offer, accept, decline, cancel, approve, deny, revert, expire.
//!
//! An approval is an edit of two owners, weighed like any other: it commutes with whatever else
//! happens to the shifts, and the rules look at both agents again at that very moment.

mod done;
mod weigh;

use std::collections::BTreeSet;

use crate::command::Verdict;
use crate::conflict::{Finding, Kind, Severity, Subject};
use crate::decide::{Decision, Outcome, Rejection, Thing, gating, live_shift};
use crate::entry::{Actor, ReferenceKind};
use crate::event::Event;
use crate::id::{AgentId, ShiftId, SwapId};
use crate::instant::Instant;
use crate::limits;
use crate::roster::Roster;
use crate::shift::Span;
use crate::swap::{Leg, Side, Swap, SwapOffer, SwapState};

pub(super) use done::revert;
pub(crate) use done::{broken_swaps, swaps_of_changed};
use done::{exchanged, passed};
pub use weigh::evaluate;
pub(crate) use weigh::owner_edits;
use weigh::{is_blocked, news, spans, started, weighed};

fn decision(id: &SwapId, state: SwapState, findings: Vec<Finding>, events: Vec<Event>) -> Decision {
    let outcome = Outcome::Swap { id: id.clone(), state, findings };
    Decision::new(ReferenceKind::Swap, id, outcome).with(events)
}

fn known<'a>(roster: &'a Roster, id: &SwapId) -> Result<&'a Swap, Rejection> {
    roster.swap(id).ok_or_else(|| Rejection::unknown(Thing::Swap, id))
}

fn check_agent(roster: &Roster, pointer: &str, id: &AgentId) -> Result<(), Rejection> {
    match roster.agent(id) {
        Some(record) if !record.left => Ok(()),
        Some(_) | None => Err(Rejection::invalid(pointer, id, "is not an agent of this unit")),
    }
}

fn check_side(roster: &Roster, name: &str, side: &Side, now: Instant) -> Result<(), Rejection> {
    check_agent(roster, &format!("/{name}/agentId"), &side.agent)?;
    let Some(id) = &side.shift else { return Ok(()) };
    let pointer = format!("/{name}/shiftId");
    let shift = live_shift(roster, id)?;
    if shift.body.owner != side.agent {
        let problem = format!("is not a shift of {}", side.agent);
        return Err(Rejection::invalid(&pointer, id, &problem));
    }
    let started = (shift.body.span.start <= now).then(|| started(roster, id, &side.agent));
    if let Some(finding) = started.filter(|finding| finding.severity == Severity::Block) {
        return Err(Rejection::conflict(vec![finding]));
    }
    Ok(())
}

pub(super) fn offer(
    roster: &Roster,
    actor: &Actor,
    offer: &SwapOffer,
    now: Instant,
) -> Result<Decision, Rejection> {
    if let Some(swap) = roster.swap(&offer.id) {
        return match is_same(&swap.offer, offer) {
            true => Ok(decision(&offer.id, swap.state_at(now), Vec::new(), Vec::new())),
            false => Err(Rejection::Taken { what: Thing::Swap, id: offer.id.to_string() }),
        };
    }
    check_offer(roster, offer, now)?;
    let findings = evaluate(roster, actor, offer, now);
    let event = Event::SwapOffered(offer.clone());
    Ok(decision(&offer.id, SwapState::PendingPartner, findings, vec![event]))
}

/// Whether an offer was made before; meanwhile somebody may have taken it.
fn is_same(known: &SwapOffer, offer: &SwapOffer) -> bool {
    known.initiator == offer.initiator
        && known.legs == offer.legs
        && offer.receiver.as_ref().is_none_or(|side| known.receiver.as_ref() == Some(side))
}

fn check_offer(roster: &Roster, offer: &SwapOffer, now: Instant) -> Result<(), Rejection> {
    if offer.external_ids.len() > limits::EXTERNAL_IDS {
        let problem = format!("are more than {}", limits::EXTERNAL_IDS);
        return Err(Rejection::invalid("/externalIds", &offer.external_ids.len(), &problem));
    }
    if offer.acceptable.len() > limits::ACCEPTABLE {
        let problem = format!("are more than {}", limits::ACCEPTABLE);
        return Err(Rejection::invalid("/acceptableIntervals", &offer.acceptable.len(), &problem));
    }
    if let Some(end) = offer.expires_at.filter(|end| *end <= now) {
        return Err(Rejection::invalid("/expiresAt", &end, "is past"));
    }
    if !offer.legs.is_empty() {
        return check_legs(roster, offer, now);
    }
    let wanted = offer.receiver.as_ref().and_then(|side| side.shift.as_ref());
    if offer.initiator.shift.is_none() && wanted.is_none() {
        return Err(Rejection::invalid("/initiator/shiftId", &"null", "names no shift to give"));
    }
    if let Some(wanted) = wanted.filter(|_| offer.one_sided && offer.initiator.shift.is_some()) {
        let problem = "is wanted in return, though the offer is one-sided";
        return Err(Rejection::invalid("/receiver/shiftId", wanted, problem));
    }
    check_side(roster, "initiator", &offer.initiator, now)?;
    let Some(receiver) = &offer.receiver else { return Ok(()) };
    check_side(roster, "receiver", receiver, now)?;
    if receiver.agent == offer.initiator.agent {
        return Err(Rejection::invalid("/receiver/agentId", &receiver.agent, "offers to itself"));
    }
    Ok(())
}

/// A trade of three or more is a round: every shift that is got is given by another, once.
fn check_legs(roster: &Roster, offer: &SwapOffer, now: Instant) -> Result<(), Rejection> {
    let legs = &offer.legs;
    if legs.len() < 3 || legs.len() > limits::LEGS {
        let problem = format!("are not 3 to {}", limits::LEGS);
        return Err(Rejection::invalid("/legs", &legs.len(), &problem));
    }
    if offer.receiver.is_some() {
        let problem = "has a receiver beside its legs";
        return Err(Rejection::invalid("/receiver", &offer.initiator.agent, problem));
    }
    let first = &legs[0];
    if (&first.agent, &first.gives) != (&offer.initiator.agent, &offer.initiator.shift) {
        let problem = "is not the initiator, who comes first";
        return Err(Rejection::invalid("/legs/0/agentId", &first.agent, problem));
    }
    let (mut agents, mut got) = (BTreeSet::new(), BTreeSet::new());
    for (n, Leg { agent, gives, receives }) in legs.iter().enumerate() {
        if !agents.insert(agent) {
            let problem = "has two legs";
            return Err(Rejection::invalid(&format!("/legs/{n}/agentId"), agent, problem));
        }
        if gives.is_none() && receives.is_none() {
            let problem = "neither gives nor gets a shift";
            return Err(Rejection::invalid(&format!("/legs/{n}"), agent, problem));
        }
        let side = Side { agent: agent.clone(), shift: gives.clone() };
        check_side(roster, &format!("legs/{n}"), &side, now)?;
        let Some(shift) = receives else { continue };
        let is_given = legs.iter().any(|l| l.gives.as_ref() == Some(shift) && l.agent != *agent);
        if !is_given || !got.insert(shift) {
            let problem = "is not given by one other leg, or is got twice";
            return Err(Rejection::invalid(&format!("/legs/{n}/receives"), shift, problem));
        }
    }
    match legs.iter().position(|leg| leg.gives.as_ref().is_some_and(|s| !got.contains(s))) {
        None => Ok(()),
        Some(n) => {
            let problem = "gives a shift that nobody gets";
            Err(Rejection::invalid(&format!("/legs/{n}/gives"), &legs[n].agent, problem))
        }
    }
}

/// A finding about the swap itself, with its parties' shifts.
fn about_swap(kind: Kind, swap: &Swap) -> Finding {
    let shifts = swap.offer.shifts().map(|id| Subject::Shift(id.clone()));
    Finding::new(kind, Severity::Block, Some(&swap.offer.initiator.agent))
        .about([Subject::Swap(swap.offer.id.clone())].into_iter().chain(shifts))
}

/// Why a swap that is not open cannot be decided any more. One that is invalid though everybody
/// has what they had was made so by a move.
fn decided(roster: &Roster, swap: &Swap, now: Instant) -> Rejection {
    let kind = match swap.state_at(now) {
        SwapState::Expired => Kind::SwapExpired,
        SwapState::Canceled => Kind::SwapWithdrawn,
        SwapState::Invalidated if still_theirs(roster, swap).is_ok() => Kind::SwapTermsChanged,
        SwapState::Invalidated => Kind::SwapShiftTaken,
        SwapState::Approved
        | SwapState::Denied
        | SwapState::PendingPartner
        | SwapState::PendingApproval => Kind::SwapAlreadyDecided,
    };
    Rejection::conflict(vec![about_swap(kind, swap)])
}

pub(super) fn accept(
    roster: &Roster,
    actor: &Actor,
    id: &SwapId,
    agent: &AgentId,
    shift: Option<&ShiftId>,
    now: Instant,
) -> Result<Decision, Rejection> {
    let swap = known(roster, id)?;
    if !swap.offer.legs.is_empty() {
        return accept_leg(roster, actor, swap, agent, now);
    }
    let named = swap.offer.receiver.as_ref();
    let given = shift.or_else(|| named.and_then(|side| side.shift.as_ref()));
    let receiver = Side { agent: agent.clone(), shift: given.cloned() };
    match swap.state_at(now) {
        SwapState::PendingPartner => {}
        // What was agreed has changed: it may be agreed again.
        SwapState::PendingApproval
            if named == Some(&receiver) && spans(roster, &swap.offer) != swap.terms => {}
        SwapState::PendingApproval | SwapState::Approved if named == Some(&receiver) => {
            return Ok(decision(id, swap.state, Vec::new(), Vec::new()));
        }
        SwapState::PendingApproval
        | SwapState::Approved
        | SwapState::Denied
        | SwapState::Canceled
        | SwapState::Expired
        | SwapState::Invalidated => return Err(decided(roster, swap, now)),
    }
    check_answer(roster, swap, agent, shift, given)?;
    check_side(roster, "receiver", &receiver, now)?;
    let offer = SwapOffer { receiver: Some(receiver), ..swap.offer.clone() };
    let moved = Swap { offer, ..swap.clone() };
    still_theirs(roster, &moved)?;
    matched(roster, actor, &moved, now)
}

/// Whether an answer is one that the offer asks for.
fn check_answer(
    roster: &Roster,
    swap: &Swap,
    agent: &AgentId,
    said: Option<&ShiftId>,
    given: Option<&ShiftId>,
) -> Result<(), Rejection> {
    let SwapOffer { initiator, receiver: named, one_sided, acceptable, .. } = &swap.offer;
    if let Some(side) = named.as_ref().filter(|side| side.agent != *agent) {
        let problem = format!("is not whom it is offered to, {} is", side.agent);
        return Err(Rejection::invalid("/agentId", agent, &problem));
    }
    if *agent == initiator.agent {
        return Err(Rejection::invalid("/agentId", agent, "made the offer"));
    }
    let wanted = named.as_ref().and_then(|side| side.shift.as_ref());
    let invalid = |problem| Err(Rejection::invalid("/shiftId", &text(said), problem));
    match given {
        _ if wanted.is_some_and(|wanted| Some(wanted) != given) => {
            invalid("is not the shift asked for")
        }
        Some(_) if *one_sided && initiator.shift.is_some() => {
            invalid("is given in return, though the offer is one-sided")
        }
        None if !acceptable.is_empty() => invalid("names no shift, though one is wanted in return"),
        Some(given) if !acceptable.is_empty() => {
            let start = live_shift(roster, given)?.body.span.start;
            match acceptable.iter().any(|interval| interval.contains(start)) {
                true => Ok(()),
                false => invalid("does not begin when the offer accepts"),
            }
        }
        _ => Ok(()),
    }
}

/// One of several agents agrees; the last of them makes it an agreement.
fn accept_leg(
    roster: &Roster,
    actor: &Actor,
    swap: &Swap,
    agent: &AgentId,
    now: Instant,
) -> Result<Decision, Rejection> {
    let id = &swap.offer.id;
    if !swap.offer.is_of(agent) {
        return Err(Rejection::invalid("/agentId", agent, "has no leg of this trade"));
    }
    let has_agreed = *agent == swap.offer.initiator.agent || swap.accepted.contains(agent);
    match swap.state_at(now) {
        SwapState::PendingPartner if has_agreed => {
            return Ok(decision(id, swap.state, Vec::new(), Vec::new()));
        }
        SwapState::PendingPartner => {}
        SwapState::PendingApproval | SwapState::Approved => {
            return Ok(decision(id, swap.state, Vec::new(), Vec::new()));
        }
        SwapState::Denied | SwapState::Canceled | SwapState::Expired | SwapState::Invalidated => {
            return Err(decided(roster, swap, now));
        }
    }
    still_theirs(roster, swap)?;
    let agreed = swap.accepted.len() + 2;
    if agreed == swap.offer.legs.len() {
        return matched(roster, actor, swap, now);
    }
    let components = weighed(roster, actor, &swap.offer, now);
    check_unblocked(&components)?;
    let event = Event::SwapAccepted { id: id.clone(), agent: agent.clone() };
    Ok(decision(id, SwapState::PendingPartner, news(&components), vec![event]))
}

fn check_unblocked(components: &[crate::change::Component]) -> Result<(), Rejection> {
    if !is_blocked(components) {
        return Ok(());
    }
    let gates = gating(&components.iter().collect::<Vec<_>>());
    let blocks = gates.into_iter().filter(|f| f.severity == Severity::Block);
    Err(Rejection::conflict(blocks.collect()))
}

fn text(shift: Option<&ShiftId>) -> String {
    shift.map_or_else(|| "null".to_owned(), ToString::to_string)
}

fn matched(
    roster: &Roster,
    actor: &Actor,
    swap: &Swap,
    now: Instant,
) -> Result<Decision, Rejection> {
    let id = &swap.offer.id;
    let components = weighed(roster, actor, &swap.offer, now);
    check_unblocked(&components)?;
    let findings = news(&components);
    let (receiver, terms) = (swap.offer.receiver.clone(), spans(roster, &swap.offer));
    let event = Event::SwapMatched { id: id.clone(), receiver, terms };
    let is_clean = components.iter().all(|component| component.gating.is_empty());
    if !roster.rules().auto_approve || !is_clean {
        return Ok(decision(id, SwapState::PendingApproval, findings, vec![event]));
    }
    let mut events = vec![event];
    events.extend(exchanged(roster, swap, components, now));
    Ok(decision(id, SwapState::Approved, findings, events))
}

/// All shifts are where the swap found them.
fn still_theirs(roster: &Roster, swap: &Swap) -> Result<(), Rejection> {
    for (id, from, _) in swap.offer.moves() {
        if roster.shift(id).is_none_or(|shift| shift.body.owner != *from) {
            return Err(Rejection::conflict(vec![about_swap(Kind::SwapShiftTaken, swap)]));
        }
    }
    Ok(())
}

pub(super) fn approve(
    roster: &Roster,
    actor: &Actor,
    id: &SwapId,
    verdict: &Verdict,
    now: Instant,
) -> Result<Decision, Rejection> {
    let swap = known(roster, id)?;
    match swap.state_at(now) {
        SwapState::PendingApproval => {}
        SwapState::Approved => {
            return Ok(decision(id, SwapState::Approved, Vec::new(), Vec::new()));
        }
        SwapState::PendingPartner => {
            let problem = "waits for the other agent's answer".to_owned();
            return Err(Rejection::NotNow { what: Thing::Swap, id: id.to_string(), problem });
        }
        SwapState::Denied | SwapState::Canceled | SwapState::Expired | SwapState::Invalidated => {
            return Err(decided(roster, swap, now));
        }
    }
    still_theirs(roster, swap)?;
    let spans = spans(roster, &swap.offer);
    if spans != swap.terms {
        let mut finding = about_swap(Kind::SwapTermsChanged, swap);
        let changed = spans.iter().find(|span| !swap.terms.contains(span));
        finding.interval = changed.map(Span::interval);
        return Err(Rejection::conflict(vec![finding]));
    }
    let components = weighed(roster, actor, &swap.offer, now);
    let acknowledged = passed(roster, &components, verdict)?;
    let findings = news(&components);
    let mut events = exchanged(roster, swap, components, now);
    events.extend(acknowledged);
    let decision = decision(id, SwapState::Approved, findings, events);
    Ok(decision.because(verdict.reason.as_ref()))
}

/// Notes that offers have run out, the first of them first.
pub(super) fn expire(roster: &Roster, now: Instant) -> Decision {
    let state = SwapState::Expired;
    let ids: Vec<&SwapId> = roster.run_out_swaps(now).take(limits::EXPIRED_AT_ONCE).collect();
    let about = ids.first().map(ToString::to_string).unwrap_or_default();
    let events = ids.into_iter().map(|id| Event::SwapMoved { id: id.clone(), state });
    Decision::new(ReferenceKind::Swap, &about, Outcome::Done).with(events.collect())
}

pub(super) fn deny(
    roster: &Roster,
    id: &SwapId,
    verdict: &Verdict,
    now: Instant,
) -> Result<Decision, Rejection> {
    let decision = close(roster, id, SwapState::Denied, now)?;
    Ok(decision.because(verdict.reason.as_ref()))
}

pub(super) fn cancel(roster: &Roster, id: &SwapId, now: Instant) -> Result<Decision, Rejection> {
    close(roster, id, SwapState::Canceled, now)
}

pub(super) fn decline(
    roster: &Roster,
    id: &SwapId,
    agent: Option<&AgentId>,
    now: Instant,
) -> Result<Decision, Rejection> {
    let swap = known(roster, id)?;
    let mut others = swap.offer.agents().skip(1);
    if let Some(agent) = agent.filter(|agent| others.all(|other| other != *agent)) {
        return Err(Rejection::invalid("/agentId", agent, "is not whom it is offered to"));
    }
    close(roster, id, SwapState::Canceled, now)
}

fn close(
    roster: &Roster,
    id: &SwapId,
    state: SwapState,
    now: Instant,
) -> Result<Decision, Rejection> {
    let swap = known(roster, id)?;
    let current = swap.state_at(now);
    if current == state {
        return Ok(decision(id, state, Vec::new(), Vec::new()));
    }
    if !current.is_open() {
        return Err(decided(roster, swap, now));
    }
    let event = Event::SwapMoved { id: id.clone(), state };
    Ok(decision(id, state, Vec::new(), vec![event]))
}
