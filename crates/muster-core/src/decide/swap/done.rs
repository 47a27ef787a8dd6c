//! What an exchange of shifts does, to its swap and to others, and how it is undone.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::acknowledge::Answers;
use crate::change::{self, Component};
use crate::command::{Terms, Verdict};
use crate::decide::swap::weigh::{is_blocked, news, weighed};
use crate::decide::swap::{decided, decision, known};
use crate::decide::{Decision, Rejection, Thing, gating};
use crate::draft::{Edits, ShiftEdit};
use crate::entry::Actor;
use crate::event::Event;
use crate::id::{AgentId, ShiftId, SwapId};
use crate::instant::Instant;
use crate::roster::Roster;
use crate::shift::Atom;
use crate::swap::{Swap, SwapState};

/// The shifts change hands; the swap is approved; other open swaps that counted on the old owners
/// are invalid from this very entry on.
pub(super) fn exchanged(
    roster: &Roster,
    swap: &Swap,
    components: Vec<Component>,
    now: Instant,
) -> Vec<Event> {
    moved(roster, &swap.offer.id, SwapState::Approved, components, now)
}

fn moved(
    roster: &Roster,
    id: &SwapId,
    state: SwapState,
    components: Vec<Component>,
    now: Instant,
) -> Vec<Event> {
    let mut events: Vec<Event> = components.into_iter().flat_map(|c| c.events).collect();
    events.push(Event::SwapMoved { id: id.clone(), state });
    events.extend(broken_swaps(roster, &events, Some(id), now));
    events
}

/// Lets components pass that nobody holds, or says what holds them.
pub(super) fn passed(
    roster: &Roster,
    components: &[Component],
    verdict: &Verdict,
) -> Result<Option<Event>, Rejection> {
    let answers = Answers::new(roster, &verdict.acknowledge);
    let gating = gating(&components.iter().collect::<Vec<_>>());
    if gating.iter().all(|finding| answers.covers(finding)) {
        return Ok(answers.event(&gating, verdict.reason.as_ref()));
    }
    let open = gating.into_iter().filter(|finding| !answers.covers(finding));
    Err(Rejection::conflict(open.collect()))
}

/// Open swaps that name a shift which these events give to somebody else or take away; and agreed
/// ones that a move of one of their shifts has made illegal. What ran out before stays expired.
pub(crate) fn broken_swaps(
    roster: &Roster,
    events: &[Event],
    except: Option<&SwapId>,
    now: Instant,
) -> Vec<Event> {
    let (mut gone, mut moved) = (BTreeSet::new(), BTreeSet::new());
    for event in events {
        if let Event::ShiftDeleted { id } = event {
            gone.insert(id);
        } else if let Event::ShiftChanged { id, set } = event {
            let has = |atom| set.iter().any(|value| value.atom() == atom);
            if has(Atom::Owner) {
                gone.insert(id);
            } else if has(Atom::Span) {
                moved.insert(id);
            }
        }
    }
    let open = |shifts: BTreeSet<&ShiftId>| -> BTreeSet<&SwapId> {
        let swaps = shifts.into_iter().flat_map(|shift| roster.open_swaps_of(shift));
        let ids = swaps.filter(|swap| !swap.is_expired(now)).map(|swap| &swap.offer.id);
        ids.filter(|id| Some(*id) != except).collect()
    };
    let mut broken = open(gone);
    let doubtful: Vec<&Swap> = open(moved)
        .into_iter()
        .filter(|id| !broken.contains(id))
        .filter_map(|id| roster.swap(id))
        .filter(|swap| swap.state == SwapState::PendingApproval)
        .collect();
    if !doubtful.is_empty() {
        let after = change::after(roster, events, now);
        let illegal = doubtful
            .into_iter()
            .filter(|swap| is_blocked(&weighed(&after, &swap.offered.actor, &swap.offer, now)));
        broken.extend(illegal.map(|swap| &swap.offer.id));
    }
    let state = SwapState::Invalidated;
    broken.into_iter().map(|id| Event::SwapMoved { id: id.clone(), state }).collect()
}

/// Open swaps of agents of whom something changes: those of who has left are invalid, and agreed
/// ones that the rules for the agent now forbid.
pub(crate) fn swaps_of_changed(roster: &Roster, events: &[Event], now: Instant) -> Vec<Event> {
    let (mut left, mut changed) = (BTreeSet::new(), BTreeSet::new());
    for event in events {
        if let Event::AgentLeft(id) = event {
            left.insert(id);
        } else if let Event::AgentPut(agent) = event {
            changed.insert(&agent.id);
        }
    }
    let names = |swap: &Swap, agents: &BTreeSet<&AgentId>| {
        swap.offer.agents().any(|agent| agents.contains(agent))
    };
    let open: BTreeSet<&SwapId> = roster.open_swaps.iter().map(|(_, id)| id).collect();
    let open: Vec<&Swap> = open
        .into_iter()
        .filter_map(|id| roster.swap(id))
        .filter(|swap| !swap.is_expired(now))
        .filter(|swap| names(swap, &left) || names(swap, &changed))
        .collect();
    if open.is_empty() {
        return Vec::new();
    }
    let after = change::after(roster, events, now);
    let is_blocked_now = |swap: &&Swap| {
        let weighed = |roster| weighed(roster, &swap.offered.actor, &swap.offer, now);
        swap.state == SwapState::PendingApproval
            && is_blocked(&weighed(&after))
            && !is_blocked(&weighed(roster))
    };
    let broken = open.iter().filter(|swap| names(swap, &left) || is_blocked_now(swap));
    let state = SwapState::Invalidated;
    broken.map(|swap| Event::SwapMoved { id: swap.offer.id.clone(), state }).collect()
}

/// Gives the shifts of an approved swap back: inverse edits, merged and weighed like any other. The
/// swap is canceled then.
pub(in crate::decide) fn revert(
    roster: &Roster,
    actor: &Actor,
    id: &SwapId,
    verdict: &Verdict,
    now: Instant,
) -> Result<Decision, Rejection> {
    let swap = known(roster, id)?;
    match swap.state_at(now) {
        SwapState::Approved => {}
        SwapState::Canceled => {
            return Ok(decision(id, SwapState::Canceled, Vec::new(), Vec::new()));
        }
        SwapState::PendingPartner | SwapState::PendingApproval => {
            let problem = "has not been approved".to_owned();
            return Err(Rejection::NotNow { what: Thing::Swap, id: id.to_string(), problem });
        }
        SwapState::Denied | SwapState::Expired | SwapState::Invalidated => {
            return Err(decided(roster, swap, now));
        }
    }
    let edits = Edits { shifts: inverse(roster, swap), commitments: Vec::new() }.normalized();
    let components = change::weigh(roster, actor, &edits, &Terms::default(), now);
    let acknowledged = passed(roster, &components, verdict)?;
    let findings = news(&components);
    let mut events = moved(roster, id, SwapState::Canceled, components, now);
    events.extend(acknowledged);
    let decision = decision(id, SwapState::Canceled, findings, events);
    Ok(decision.because(verdict.reason.as_ref()))
}

/// From who got each shift back to who gave it. A shift that is gone stays gone.
fn inverse(roster: &Roster, swap: &Swap) -> Vec<ShiftEdit> {
    let edit = |(id, from, to): (&ShiftId, _, _)| {
        let live = roster.shift(id)?;
        let owned_by = |owner: &crate::id::AgentId| {
            let mut body = (*live.body).clone();
            body.owner = owner.clone();
            Some(Arc::new(body))
        };
        Some(ShiftEdit { id: id.clone(), base: owned_by(to), draft: owned_by(from) })
    };
    swap.offer.moves().into_iter().filter_map(edit).collect()
}
