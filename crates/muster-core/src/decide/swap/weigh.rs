//! What a swap comes to: its owner edits, weighed like any other, and what the unit says of swaps.

use std::sync::Arc;

use crate::change::{self, Component};
use crate::command::Terms;
use crate::conflict::{Finding, Kind, Severity, Subject};
use crate::draft::{Edits, ShiftEdit};
use crate::entry::Actor;
use crate::id::{AgentId, ShiftId};
use crate::instant::Instant;
use crate::roster::Roster;
use crate::rule;
use crate::shift::Span;
use crate::swap::SwapOffer;

/// What approving the offer now would meet, for all its agents; nothing while a side is open.
#[must_use]
pub fn evaluate(roster: &Roster, actor: &Actor, offer: &SwapOffer, now: Instant) -> Vec<Finding> {
    news(&weighed(roster, actor, offer, roster.now(now)))
}

/// What is worth telling somebody who swaps: not that work lay on time off before.
pub(super) fn news(components: &[Component]) -> Vec<Finding> {
    let all = components.iter().flat_map(|c| c.gating.iter().chain(&c.noted));
    let mut findings: Vec<Finding> = all.filter(|finding| !finding.standing).cloned().collect();
    findings.sort_by_cached_key(Finding::sort_key);
    findings
}

/// Who gets which shift, as edits.
pub(crate) fn owner_edits(roster: &Roster, offer: &SwapOffer) -> Edits {
    let edit = |(id, _, to): (&ShiftId, &AgentId, &AgentId)| {
        let shift = roster.shift(id)?;
        let mut body = (*shift.body).clone();
        body.owner = to.clone();
        let (id, base) = (shift.id.clone(), Some(shift.body.clone()));
        Some(ShiftEdit { id, base, draft: Some(Arc::new(body)) })
    };
    let shifts = offer.moves().into_iter().filter_map(edit).collect();
    Edits { shifts, commitments: Vec::new() }.normalized()
}

/// The owner edits of a swap, weighed. They hang together, so they are one component.
pub(crate) fn weighed(
    roster: &Roster,
    actor: &Actor,
    offer: &SwapOffer,
    now: Instant,
) -> Vec<Component> {
    let edits = owner_edits(roster, offer);
    let mut components = change::weigh(roster, actor, &edits, &Terms::default(), now);
    // For a swap, a shift that has begun is no footnote; and nobody has to be given notice of what
    // both agents wish.
    let is_weighed = |f: &Finding| !matches!(f.kind, Kind::ShiftStarted | Kind::NoticeShort);
    for component in &mut components {
        component.noted.retain(is_weighed);
        component.gating.retain(is_weighed);
        let shifts = component.shifts.iter().filter_map(|id| roster.shift(id));
        let begun = shifts.filter(|shift| shift.body.span.start <= now);
        let mut found: Vec<Finding> =
            begun.map(|shift| started(roster, &shift.id, &shift.body.owner)).collect();
        let agents = component.agents.iter();
        found.extend(agents.flat_map(|agent| rule::swap_findings(roster, offer, agent, now)));
        component.sort_in(found);
    }
    components
}

pub(super) fn started(roster: &Roster, id: &ShiftId, agent: &AgentId) -> Finding {
    let severity = roster.rules().severity(Kind::ShiftStarted);
    Finding::new(Kind::ShiftStarted, severity, Some(agent))
        .about([Subject::Shift(id.clone())])
        .during(roster.shift(id).map(|shift| shift.interval()))
}

/// Whether it cannot be approved, whoever answers for it.
pub(super) fn is_blocked(components: &[Component]) -> bool {
    let mut gating = components.iter().flat_map(|component| &component.gating);
    gating.any(|finding| finding.severity == Severity::Block)
}

/// When its shifts are.
pub(super) fn spans(roster: &Roster, offer: &SwapOffer) -> Vec<Span> {
    offer.shifts().filter_map(|id| roster.shift(id)).map(|s| s.body.span.clone()).collect()
}
