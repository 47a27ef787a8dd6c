//! Swaps: offer, accept, decline, cancel, approve, deny.
//!
//! An approval is an edit of two owners, weighed like any other: it commutes with whatever else
//! happens to the shifts, and the rules look at both agents again at that very moment.

use std::sync::Arc;

use crate::change::{self, Component};
use crate::command::{Terms, Verdict};
use crate::conflict::{Finding, Fingerprint, Kind, Severity, Subject};
use crate::decide::{Decision, Outcome, Rejection, Thing, gating, live_shift};
use crate::draft::{Edits, ShiftEdit};
use crate::entry::{Actor, ReferenceKind};
use crate::event::Event;
use crate::id::{AgentId, ShiftId, SwapId};
use crate::instant::Instant;
use crate::limits;
use crate::roster::Roster;
use crate::shift::{Atom, Span};
use crate::swap::{Side, Swap, SwapOffer, SwapState};

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

fn started(roster: &Roster, id: &ShiftId, agent: &AgentId) -> Finding {
    let severity = roster.rules().severity(Kind::ShiftStarted);
    Finding::new(Kind::ShiftStarted, severity, Some(agent))
        .about([Subject::Shift(id.clone())])
        .during(roster.shift(id).map(|shift| shift.interval()))
}

/// What approving the offer now would meet, for both sides; nothing while a side is open.
#[must_use]
pub fn evaluate(roster: &Roster, actor: &Actor, offer: &SwapOffer, now: Instant) -> Vec<Finding> {
    news(&weighed(roster, actor, offer, roster.now(now)))
}

fn news(components: &[Component]) -> Vec<Finding> {
    let all = components.iter().flat_map(|c| c.gating.iter().chain(&c.noted));
    let mut findings: Vec<Finding> = all.filter(|f| is_news(f)).cloned().collect();
    findings.sort_by_cached_key(Finding::sort_key);
    findings
}

/// What is worth telling somebody who swaps: not that work lay on time off before.
fn is_news(finding: &Finding) -> bool {
    !finding.standing
}

/// The owner edits of a swap, weighed. A swap moves two shifts, so it is one component.
fn weighed(roster: &Roster, actor: &Actor, offer: &SwapOffer, now: Instant) -> Vec<Component> {
    let Some(receiver) = &offer.receiver else { return Vec::new() };
    let edit = |side: &Side, to: &AgentId| {
        let shift = roster.shift(side.shift.as_ref()?)?;
        let mut body = (*shift.body).clone();
        body.owner = to.clone();
        let (id, base) = (shift.id.clone(), Some(shift.body.clone()));
        Some(ShiftEdit { id, base, draft: Some(Arc::new(body)) })
    };
    let shifts = [edit(&offer.initiator, &receiver.agent), edit(receiver, &offer.initiator.agent)];
    let edits = Edits { shifts: shifts.into_iter().flatten().collect(), commitments: Vec::new() };
    let mut components = change::weigh(roster, actor, &edits.normalized(), &Terms::default(), now);
    // For a swap, a shift that has begun is no footnote; and nobody has to be given notice of what
    // both agents wish.
    let is_weighed = |f: &Finding| !matches!(f.kind, Kind::ShiftStarted | Kind::NoticeShort);
    for component in &mut components {
        component.noted.retain(is_weighed);
        component.gating.retain(is_weighed);
        let begun = component.shifts.iter().filter_map(|id| roster.shift(id));
        let begun: Vec<Finding> = begun
            .filter(|shift| shift.body.span.start <= now)
            .map(|shift| started(roster, &shift.id, &shift.body.owner))
            .collect();
        let (gates, notes): (Vec<_>, Vec<_>) =
            begun.into_iter().partition(|f| f.severity >= Severity::Ack);
        component.gating.extend(gates);
        component.noted.extend(notes.into_iter().filter(|f| f.severity > Severity::Off));
    }
    components
}

pub(super) fn offer(
    roster: &Roster,
    actor: &Actor,
    offer: &SwapOffer,
    now: Instant,
) -> Result<Decision, Rejection> {
    if let Some(swap) = roster.swap(&offer.id) {
        let same = swap.offer.initiator == offer.initiator
            && offer.receiver.as_ref().is_none_or(|r| swap.offer.receiver.as_ref() == Some(r));
        return if same {
            Ok(decision(&offer.id, swap.state_at(now), Vec::new(), Vec::new()))
        } else {
            Err(Rejection::Taken { what: Thing::Swap, id: offer.id.to_string() })
        };
    }
    if offer.initiator.shift.is_none() {
        return Err(Rejection::invalid("/initiator/shiftId", &"null", "names no shift to give"));
    }
    if offer.external_ids.len() > limits::EXTERNAL_IDS {
        let problem = format!("are more than {}", limits::EXTERNAL_IDS);
        return Err(Rejection::invalid("/externalIds", &offer.external_ids.len(), &problem));
    }
    check_side(roster, "initiator", &offer.initiator, now)?;
    if let Some(receiver) = &offer.receiver {
        check_side(roster, "receiver", receiver, now)?;
        if receiver.agent == offer.initiator.agent {
            let problem = "offers to itself";
            return Err(Rejection::invalid("/receiver/agentId", &receiver.agent, problem));
        }
    }
    if let Some(end) = offer.expires_at.filter(|end| *end <= now) {
        return Err(Rejection::invalid("/expiresAt", &end, "is past"));
    }
    let findings = evaluate(roster, actor, offer, now);
    let event = Event::SwapOffered(offer.clone());
    Ok(decision(&offer.id, SwapState::PendingPartner, findings, vec![event]))
}

/// A finding about the swap itself, with its parties' shifts.
fn about_swap(kind: Kind, swap: &Swap) -> Finding {
    let shifts = swap.shifts().map(|id| Subject::Shift(id.clone()));
    Finding::new(kind, Severity::Block, Some(&swap.offer.initiator.agent))
        .about([Subject::Swap(swap.offer.id.clone())].into_iter().chain(shifts))
}

/// Why a swap that is not open cannot be decided any more.
fn decided(swap: &Swap, now: Instant) -> Rejection {
    let kind = match swap.state_at(now) {
        SwapState::Expired => Kind::SwapExpired,
        SwapState::Canceled => Kind::SwapWithdrawn,
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
    let named = swap.offer.receiver.as_ref();
    let given = shift.or_else(|| named.and_then(|side| side.shift.as_ref()));
    let receiver = Side { agent: agent.clone(), shift: given.cloned() };
    match swap.state_at(now) {
        SwapState::PendingPartner => {}
        SwapState::PendingApproval | SwapState::Approved if named == Some(&receiver) => {
            return Ok(decision(id, swap.state, Vec::new(), Vec::new()));
        }
        SwapState::PendingApproval
        | SwapState::Approved
        | SwapState::Denied
        | SwapState::Canceled
        | SwapState::Expired
        | SwapState::Invalidated => return Err(decided(swap, now)),
    }
    if let Some(side) = named.filter(|side| side.agent != *agent) {
        let problem = format!("is not whom it is offered to, {} is", side.agent);
        return Err(Rejection::invalid("/agentId", agent, &problem));
    }
    if *agent == swap.offer.initiator.agent {
        return Err(Rejection::invalid("/agentId", agent, "made the offer"));
    }
    if named.and_then(|side| side.shift.as_ref()).is_some_and(|wanted| Some(wanted) != given) {
        return Err(Rejection::invalid("/shiftId", &text(shift), "is not the shift asked for"));
    }
    check_side(roster, "receiver", &receiver, now)?;
    let offer = SwapOffer { receiver: Some(receiver.clone()), ..swap.offer.clone() };
    let moved = Swap { offer, ..swap.clone() };
    still_theirs(roster, &moved)?;
    matched(roster, actor, &moved, receiver, now)
}

fn text(shift: Option<&ShiftId>) -> String {
    shift.map_or_else(|| "null".to_owned(), ToString::to_string)
}

fn matched(
    roster: &Roster,
    actor: &Actor,
    swap: &Swap,
    receiver: Side,
    now: Instant,
) -> Result<Decision, Rejection> {
    let id = &swap.offer.id;
    let components = weighed(roster, actor, &swap.offer, now);
    let gates = gating(&components.iter().collect::<Vec<_>>());
    let (blocks, acks): (Vec<_>, Vec<_>) =
        gates.into_iter().partition(|f| f.severity == Severity::Block);
    if !blocks.is_empty() {
        return Err(Rejection::conflict(blocks));
    }
    let findings = news(&components);
    let terms = spans(roster, swap);
    let event = Event::SwapMatched { id: id.clone(), receiver, terms };
    if !roster.rules().auto_approve || !acks.is_empty() {
        return Ok(decision(id, SwapState::PendingApproval, findings, vec![event]));
    }
    let mut events = vec![event];
    events.extend(exchanged(roster, swap, components, now));
    Ok(decision(id, SwapState::Approved, findings, events))
}

fn spans(roster: &Roster, swap: &Swap) -> Vec<Span> {
    swap.shifts().filter_map(|id| roster.shift(id)).map(|s| s.body.span.clone()).collect()
}

/// Both shifts are where the swap found them.
fn still_theirs(roster: &Roster, swap: &Swap) -> Result<(), Rejection> {
    for (id, from, _) in swap.moves() {
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
            return Err(decided(swap, now));
        }
    }
    still_theirs(roster, swap)?;
    let spans = spans(roster, swap);
    if spans != swap.terms {
        let mut finding = about_swap(Kind::SwapTermsChanged, swap);
        let changed = spans.iter().find(|span| !swap.terms.contains(span));
        finding.interval = changed.map(Span::interval);
        return Err(Rejection::conflict(vec![finding]));
    }
    let components = weighed(roster, actor, &swap.offer, now);
    let acknowledged = &verdict.acknowledge;
    if components.iter().any(|component| component.is_held(acknowledged)) {
        let open = gating(&components.iter().collect::<Vec<_>>()).into_iter();
        let open =
            open.filter(|f| f.severity == Severity::Block || !change::is_covered(f, acknowledged));
        return Err(Rejection::conflict(open.collect()));
    }
    let used: Vec<Fingerprint> =
        components.iter().flat_map(|component| component.used(acknowledged)).collect();
    let findings = news(&components);
    let mut events = exchanged(roster, swap, components, now);
    if !used.is_empty() {
        events.push(Event::Acknowledged { fingerprints: used });
    }
    let decision = decision(id, SwapState::Approved, findings, events);
    Ok(decision.because(verdict.reason.as_ref()))
}

/// The shifts change hands; the swap is approved; other open swaps that counted on the old owners
/// are invalid from this very entry on.
fn exchanged(roster: &Roster, swap: &Swap, components: Vec<Component>, now: Instant) -> Vec<Event> {
    let mut events: Vec<Event> = components.into_iter().flat_map(|c| c.events).collect();
    let state = SwapState::Approved;
    events.push(Event::SwapMoved { id: swap.offer.id.clone(), state });
    events.extend(broken_swaps(roster, &events, Some(&swap.offer.id), now));
    events
}

/// Open swaps that name a shift which these events give to somebody else or take away. What ran
/// out before stays expired.
pub(crate) fn broken_swaps(
    roster: &Roster,
    events: &[Event],
    except: Option<&SwapId>,
    now: Instant,
) -> Vec<Event> {
    let moved = events.iter().filter_map(|event| {
        if let Event::ShiftDeleted { id } = event {
            return Some(id);
        }
        let Event::ShiftChanged { id, set } = event else { return None };
        set.iter().any(|value| value.atom() == Atom::Owner).then_some(id)
    });
    let swaps = moved.flat_map(|shift| roster.open_swaps_of(shift));
    let ids: std::collections::BTreeSet<&SwapId> = swaps
        .filter(|swap| !swap.is_expired(now))
        .map(|swap| &swap.offer.id)
        .filter(|id| Some(*id) != except)
        .collect();
    let state = SwapState::Invalidated;
    ids.into_iter().map(|id| Event::SwapMoved { id: id.clone(), state }).collect()
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
    let receiver = swap.offer.receiver.as_ref().map(|side| &side.agent);
    if let Some(agent) = agent.filter(|agent| Some(*agent) != receiver) {
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
        return Err(decided(swap, now));
    }
    let event = Event::SwapMoved { id: id.clone(), state };
    Ok(decision(id, state, Vec::new(), vec![event]))
}
