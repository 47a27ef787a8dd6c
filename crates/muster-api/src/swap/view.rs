//! Swaps as they are answered.

use muster_core::Revision;
use muster_core::id::{AgentId, ShiftId, SwapId, UnitId};
use muster_core::instant::Instant;
use muster_core::shift::{ExternalIds, Span};
use muster_core::swap::{Leg, Side, Swap, SwapOffer, SwapState};
use schemars::JsonSchema;
use serde::Serialize;

use crate::clock_change::ClockChangesView;
use crate::conflict::ConflictView;
use crate::list::EvaluatedAt;
use crate::problem::{CauseView, Problem};
use crate::time::{At, IntervalText};

/// One side of a swap.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SideView<'a> {
    /// Who gives.
    pub agent_id: &'a AgentId,
    /// The shift that is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift_id: Option<&'a ShiftId>,
}

impl<'a> From<&'a Side> for SideView<'a> {
    fn from(side: &'a Side) -> Self {
        Self { agent_id: &side.agent, shift_id: side.shift.as_ref() }
    }
}

/// What one agent gives and gets in a trade of three or more.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LegView<'a> {
    /// Who it is.
    pub agent_id: &'a AgentId,
    /// The shift that is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gives: Option<&'a ShiftId>,
    /// The shift that is got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receives: Option<&'a ShiftId>,
}

impl<'a> From<&'a Leg> for LegView<'a> {
    fn from(Leg { agent, gives, receives }: &'a Leg) -> Self {
        Self { agent_id: agent, gives: gives.as_ref(), receives: receives.as_ref() }
    }
}

/// When a shift was, as both agents agreed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpanView<'a> {
    /// Its first instant.
    pub start: At,
    /// Its elapsed length in minutes.
    pub length_minutes: u32,
    /// The zone it was entered with.
    pub time_zone: &'a str,
}

impl<'a> From<&'a Span> for SpanView<'a> {
    fn from(span: &'a Span) -> Self {
        Self { start: At(span.start), length_minutes: span.length_min, time_zone: span.zone.name() }
    }
}

/// A swap.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwapView<'a> {
    /// Its id.
    pub id: &'a SwapId,
    /// The unit both agents are in.
    pub business_unit_id: &'a UnitId,
    /// Where it stands.
    pub status: SwapState,
    /// Who offers, and which shift.
    pub initiator: SideView<'a>,
    /// To whom it is offered, and for which shift; absent on the board.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receiver: Option<SideView<'a>>,
    /// A trade of three or more, the initiator's leg first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub legs: Vec<LegView<'a>>,
    /// Who has agreed so far to such a trade, beside the initiator.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub accepted_by: &'a [AgentId],
    /// Whether nothing is wanted in return.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub one_sided: bool,
    /// When a shift that is given in return has to begin.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acceptable_intervals: Vec<IntervalText>,
    /// When the offer ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<At>,
    /// Its ids in other systems, by system.
    pub external_ids: &'a ExternalIds,
    /// When the shifts were when all had agreed: the initiator's, then the others'.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agreed: Vec<SpanView<'a>>,
    /// What broke it, where something did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<CauseView>,
    /// What the rules say about it, where they were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<ConflictView>>,
    /// What clock changes do to its shifts, in the zones of those who get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_changes: Option<ClockChangesView>,
    /// When it was offered.
    pub created_at: At,
    /// The revision that last changed it.
    pub version: Revision,
    /// When that was.
    pub last_updated: At,
}

impl<'a> SwapView<'a> {
    /// A swap as it stands now.
    #[must_use]
    pub fn new(unit: &'a UnitId, swap: &'a Swap, now: Instant) -> Self {
        let status = swap.state_at(now);
        let broken = status == SwapState::Invalidated;
        Self {
            id: &swap.offer.id,
            business_unit_id: unit,
            status,
            initiator: SideView::from(&swap.offer.initiator),
            receiver: swap.offer.receiver.as_ref().map(SideView::from),
            legs: swap.offer.legs.iter().map(LegView::from).collect(),
            accepted_by: &swap.accepted,
            one_sided: swap.offer.one_sided,
            acceptable_intervals: swap.offer.acceptable.iter().map(|i| IntervalText(*i)).collect(),
            expires_at: swap.offer.expires_at.map(At),
            external_ids: &swap.offer.external_ids,
            agreed: swap.terms.iter().map(SpanView::from).collect(),
            cause: broken.then(|| CauseView::of(unit, &swap.origin)),
            findings: None,
            clock_changes: None,
            created_at: At(swap.offered.at),
            version: swap.origin.revision,
            last_updated: At(swap.origin.at),
        }
    }

    /// The same, with what the rules say about it.
    #[must_use]
    pub fn with_findings(mut self, findings: Vec<ConflictView>) -> Self {
        self.findings = Some(findings);
        self
    }
}

/// What would happen: the findings for each side.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvaluationView {
    /// The swap; of one that was not offered yet, an id that it could have.
    pub id: SwapId,
    /// Whether it could be approved as it is: nothing blocks, nothing must be acknowledged.
    pub clean: bool,
    /// Findings about the initiator.
    pub initiator: Vec<ConflictView>,
    /// Findings about the others, and about nobody in particular.
    pub receiver: Vec<ConflictView>,
    /// What clock changes do to its shifts, in the zones of those who get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_changes: Option<ClockChangesView>,
    /// The state it was looked at.
    pub evaluated_at: EvaluatedAt,
}

impl EvaluationView {
    /// Sorts findings by side.
    #[must_use]
    pub fn new(offer: &SwapOffer, findings: Vec<ConflictView>, at: EvaluatedAt) -> Self {
        let clean = findings.iter().all(|f| f.severity < muster_core::conflict::Severity::Ack);
        let initiator = &offer.initiator.agent;
        let (initiator, receiver) =
            findings.into_iter().partition(|f| f.agent_id.as_ref() == Some(initiator));
        Self {
            id: offer.id.clone(),
            clean,
            initiator,
            receiver,
            clock_changes: None,
            evaluated_at: at,
        }
    }
}

/// What became of one swap of a bulk.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwapOutcomeView {
    /// The swap.
    pub id: SwapId,
    /// 200, or the status of the refusal.
    pub status_code: u16,
    /// Where it stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<SwapState>,
    /// What clock changes do to its shifts, in the zones of those who get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_changes: Option<ClockChangesView>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Box<Problem>>,
}
