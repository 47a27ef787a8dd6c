//! Shift swaps: between two agents, or trades of three and more.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::entry::Origin;
use crate::id::{AgentId, ShiftId, SwapId};
use crate::instant::{Instant, Interval};
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

/// What one agent gives and gets in a trade of three or more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// Who it is.
    pub agent: AgentId,
    /// The shift that is given, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gives: Option<ShiftId>,
    /// The shift that is got, if one is: one that another leg gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receives: Option<ShiftId>,
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
    /// A trade of three or more, the initiator's leg first; then there is no receiver.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legs: Vec<Leg>,
    /// Whether nothing is wanted in return.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_sided: bool,
    /// When a shift that is given in return has to begin; at any time, when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acceptable: Vec<Interval>,
    /// When the offer ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// Its ids in other systems.
    #[serde(default, skip_serializing_if = "ExternalIds::is_empty")]
    pub external_ids: ExternalIds,
}

/// Where a swap stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
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
    /// Who has agreed so far to a trade of three or more, beside the initiator.
    pub accepted: Vec<AgentId>,
    /// The spans that the shifts had when everybody had agreed, as [`SwapOffer::shifts`] has them.
    pub terms: Vec<Span>,
    /// The entry that last changed it.
    pub origin: Origin,
    /// The entry that offered it.
    pub offered: Origin,
}

impl SwapOffer {
    /// An offer that names nothing but who gives what.
    #[must_use]
    pub fn of(id: SwapId, initiator: Side) -> Self {
        Self {
            id,
            initiator,
            receiver: None,
            legs: Vec::new(),
            one_sided: false,
            acceptable: Vec::new(),
            expires_at: None,
            external_ids: ExternalIds::new(),
        }
    }

    /// The shifts that would change hands, with who gives and who gets them.
    #[must_use]
    pub fn moves(&self) -> Vec<(&ShiftId, &AgentId, &AgentId)> {
        if !self.legs.is_empty() {
            let given = |leg: &Leg, shift: &ShiftId| leg.gives.as_ref() == Some(shift);
            let legs = self.legs.iter().filter_map(|leg| {
                let shift = leg.receives.as_ref()?;
                let giver = self.legs.iter().find(|giver| given(giver, shift))?;
                Some((shift, &giver.agent, &leg.agent))
            });
            return legs.collect();
        }
        let Some(receiver) = &self.receiver else { return Vec::new() };
        let initiator = &self.initiator;
        let gives = initiator.shift.as_ref().map(|s| (s, &initiator.agent, &receiver.agent));
        let gets = receiver.shift.as_ref().map(|s| (s, &receiver.agent, &initiator.agent));
        gives.into_iter().chain(gets).collect()
    }

    /// The shifts it names.
    pub fn shifts(&self) -> impl Iterator<Item = &ShiftId> {
        let receiver = self.receiver.as_ref().and_then(|side| side.shift.as_ref());
        // The initiator's leg says again what the initiator gives.
        let others = self.legs.iter().skip(1).filter_map(|leg| leg.gives.as_ref());
        self.initiator.shift.iter().chain(receiver).chain(others)
    }

    /// The agents it names, the initiator first.
    pub fn agents(&self) -> impl Iterator<Item = &AgentId> {
        let receiver = self.receiver.as_ref().map(|side| &side.agent);
        let others = self.legs.iter().skip(1).map(|leg| &leg.agent);
        std::iter::once(&self.initiator.agent).chain(receiver).chain(others)
    }

    /// Whether an agent takes part in it.
    #[must_use]
    pub fn is_of(&self, agent: &AgentId) -> bool {
        self.agents().any(|known| known == agent)
    }

    /// Whether it is offered to whoever wants it.
    #[must_use]
    pub fn is_on_board(&self) -> bool {
        self.receiver.is_none() && self.legs.is_empty()
    }
}

impl Swap {
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
