//! Shift swaps between two agents.

use serde::{Deserialize, Serialize};

use crate::entry::Origin;
use crate::id::{AgentId, ShiftId, SwapId};
use crate::instant::Instant;
use crate::shift::{ExternalIds, Span};

/// One side of a swap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Who gives.
    pub agent: AgentId,
    /// The shift that is given; nothing in a one-sided swap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<ShiftId>,
}

/// An offer to swap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapOffer {
    /// Its id.
    pub id: SwapId,
    /// Who offers, and which shift.
    pub initiator: Side,
    /// To whom it is offered, and for which shift; nobody yet when it is on the board.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<Side>,
    /// When the offer ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// Its ids in other systems.
    #[serde(default, skip_serializing_if = "ExternalIds::is_empty")]
    pub external_ids: ExternalIds,
}

/// Where a swap stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SwapState {
    /// The other agent has not answered.
    PendingPartner,
    /// Both agents agreed, and the rules were checked; a planner decides.
    PendingApproval,
    /// Done: the shifts have changed hands.
    Approved,
    /// A planner said no.
    Denied,
    /// One of the agents withdrew or declined.
    Canceled,
    /// Nobody decided in time.
    Expired,
    /// A shift it names went to somebody else or away.
    Invalidated,
}

impl SwapState {
    /// Its name, as the API spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PendingPartner => "PENDING_PARTNER",
            Self::PendingApproval => "PENDING_APPROVAL",
            Self::Approved => "APPROVED",
            Self::Denied => "DENIED",
            Self::Canceled => "CANCELED",
            Self::Expired => "EXPIRED",
            Self::Invalidated => "INVALIDATED",
        }
    }

    /// Whether it can still be decided.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::PendingPartner | Self::PendingApproval)
    }
}

/// A swap and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    /// What is offered.
    pub offer: SwapOffer,
    /// Where it stands.
    pub state: SwapState,
    /// The spans both sides' shifts had when both had agreed: initiator's, receiver's.
    pub terms: Vec<Span>,
    /// The entry that last changed it.
    pub origin: Origin,
    /// The entry that offered it.
    pub offered: Origin,
}

impl Swap {
    /// The shifts that would change hands, with who gives and who gets them.
    #[must_use]
    pub fn moves(&self) -> Vec<(&ShiftId, &AgentId, &AgentId)> {
        let Some(receiver) = &self.offer.receiver else { return Vec::new() };
        let initiator = &self.offer.initiator;
        let gives = initiator.shift.as_ref().map(|s| (s, &initiator.agent, &receiver.agent));
        let gets = receiver.shift.as_ref().map(|s| (s, &receiver.agent, &initiator.agent));
        gives.into_iter().chain(gets).collect()
    }

    /// The shifts it names.
    pub fn shifts(&self) -> impl Iterator<Item = &ShiftId> {
        let receiver = self.offer.receiver.as_ref().and_then(|side| side.shift.as_ref());
        self.offer.initiator.shift.iter().chain(receiver)
    }

    /// Whether its offer has run out.
    #[must_use]
    pub fn is_expired(&self, now: Instant) -> bool {
        self.state == SwapState::Expired
            || self.state.is_open() && self.offer.expires_at.is_some_and(|end| end <= now)
    }

    /// Where it stands now, counting an offer that ran out as expired.
    #[must_use]
    pub fn state_at(&self, now: Instant) -> SwapState {
        if self.is_expired(now) { SwapState::Expired } else { self.state }
    }
}
