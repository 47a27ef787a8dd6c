//! Shift swaps.

mod view;

use muster_core::Roster;
use muster_core::acknowledge::Acknowledgement;
use muster_core::command::Verdict;
use muster_core::id::{AgentId, ShiftId, SwapId, UnitId};
use muster_core::swap::{Leg, Side, SwapOffer, SwapState};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::ReadOnly;
use crate::input::{BadInput, ExternalId, Long, Short};
use crate::time::{IntervalText, TimeIn};

pub use view::{EvaluationView, LegView, SideView, SwapOutcomeView, SwapView};

/// One side of a swap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SideIn {
    /// Who gives; whose shift it is, when absent.
    pub agent_id: Option<AgentId>,
    /// The shift that is given; nothing in a one-sided swap.
    pub shift_id: Option<ShiftId>,
}

/// What one agent gives and gets in a trade of three or more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LegIn {
    /// Who it is.
    pub agent_id: AgentId,
    /// The shift that is given.
    #[serde(default)]
    pub gives: Option<ShiftId>,
    /// The shift that is got: one that another leg gives.
    #[serde(default)]
    pub receives: Option<ShiftId>,
}

/// `POST /scheduling/shiftswaps` and `…/evaluate`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SwapIn {
    /// Its id, if the client chooses it.
    pub id: Option<SwapId>,
    /// The unit both agents are in.
    pub business_unit_id: Option<UnitId>,
    /// Who offers, and which shift.
    pub initiator: Option<SideIn>,
    /// To whom it is offered, and for which shift; empty: on the board.
    pub receiver: Option<SideIn>,
    /// A trade of three or more, all or nothing; the first leg is the initiator's.
    #[schemars(length(max = muster_core::limits::LEGS))]
    pub legs: Vec<LegIn>,
    /// Whether nothing is wanted in return.
    pub one_sided: bool,
    /// When a shift that is given in return has to begin.
    #[schemars(length(max = muster_core::limits::ACCEPTABLE))]
    pub acceptable_intervals: Vec<IntervalText>,
    /// When the offer ends.
    pub expires_at: Option<TimeIn>,
    /// Its ids in other systems, by system.
    #[schemars(extend("maxProperties" = muster_core::limits::EXTERNAL_IDS))]
    pub external_ids: BTreeMap<Short, ExternalId>,
    /// To evaluate, many in place of one: known ones by id, others as they would be offered.
    pub swaps: Vec<SwapIn>,
    #[serde(rename = "status")]
    _status: ReadOnly,
    #[serde(rename = "version")]
    _version: ReadOnly,
    #[serde(rename = "lastUpdated")]
    _last_updated: ReadOnly,
    #[serde(rename = "createdAt")]
    _created_at: ReadOnly,
    #[serde(rename = "findings")]
    _findings: ReadOnly,
    #[serde(rename = "clockChanges")]
    _clock_changes: ReadOnly,
    #[serde(rename = "agreed")]
    _agreed: ReadOnly,
    #[serde(rename = "acceptedBy")]
    _accepted_by: ReadOnly,
    #[serde(rename = "cause")]
    _cause: ReadOnly,
}

impl SwapIn {
    /// The core's offer.
    ///
    /// # Errors
    /// [`BadInput`] names the field that cannot be.
    pub fn offer(
        self,
        roster: &Roster,
        mint: &mut dyn FnMut() -> SwapId,
    ) -> Result<SwapOffer, BadInput> {
        if !self.swaps.is_empty() {
            let problem = "can only be evaluated together, not offered";
            return Err(BadInput::invalid("/swaps", &self.swaps.len(), problem));
        }
        let legs: Vec<Leg> = self.legs.into_iter().map(Leg::from).collect();
        let initiator = match (self.initiator, legs.first()) {
            (Some(initiator), _) => side(roster, initiator, "/initiator")?
                .ok_or_else(|| BadInput::missing("/initiator/agentId"))?,
            (None, Some(leg)) => Side { agent: leg.agent.clone(), shift: leg.gives.clone() },
            (None, None) => return Err(BadInput::missing("/initiator")),
        };
        let receiver = match self.receiver {
            Some(receiver) => side(roster, receiver, "/receiver")?,
            None => None,
        };
        let zone = roster
            .agent(&initiator.agent)
            .map(|record| &record.agent.zone)
            .or(roster.unit().map(|unit| &unit.zone));
        let expires_at = match (&self.expires_at, zone) {
            (Some(time), Some(zone)) => Some(time.resolve(zone, "/expiresAt")?),
            _ => None,
        };
        let ids = self.external_ids.into_iter().map(|(system, id)| (system.0, id.0));
        Ok(SwapOffer {
            id: self.id.unwrap_or_else(mint),
            initiator,
            receiver,
            legs,
            one_sided: self.one_sided,
            acceptable: self.acceptable_intervals.into_iter().map(|text| text.0).collect(),
            expires_at,
            external_ids: ids.collect(),
        })
    }
}

impl From<LegIn> for Leg {
    fn from(LegIn { agent_id, gives, receives }: LegIn) -> Self {
        Self { agent: agent_id, gives, receives }
    }
}

fn side(roster: &Roster, side: SideIn, pointer: &str) -> Result<Option<Side>, BadInput> {
    match (side.agent_id, side.shift_id) {
        (Some(agent), shift) => Ok(Some(Side { agent, shift })),
        (None, None) => Ok(None),
        (None, Some(shift)) => match roster.shift(&shift) {
            Some(known) => Ok(Some(Side { agent: known.body.owner.clone(), shift: Some(shift) })),
            None => {
                let problem = "is no published shift of this unit";
                Err(BadInput::invalid(format!("{pointer}/shiftId"), &shift, problem))
            }
        },
    }
}

/// `POST /scheduling/shiftswaps/{id}/accept`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AcceptIn {
    /// Who accepts.
    pub agent_id: AgentId,
    /// What is given in return, where the offer leaves it open.
    #[serde(default)]
    pub shift_id: Option<ShiftId>,
}

/// `POST /scheduling/shiftswaps/{id}/decline`; all of it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DeclineIn {
    /// Who declines.
    pub agent_id: Option<AgentId>,
    /// Why.
    pub reason: Option<Long>,
}

/// What to do with many swaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SwapAction {
    /// Let the shifts change hands.
    Approve,
    /// Refuse.
    Deny,
    /// Withdraw.
    Cancel,
}

/// Which swaps are meant; all of it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SwapFilterIn {
    /// The unit.
    pub business_unit_id: Option<UnitId>,
    /// Where they stand.
    pub status: Option<SwapStatusIn>,
    /// Who gives or gets.
    pub agent_id: Option<AgentId>,
}

/// Where swaps stand, as a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SwapStatusIn(pub Option<SwapState>);

/// A state that the field's clients ask for.
const VALIDATING: &str = "PENDING_VALIDATION";

const STATES: [SwapState; 7] = [
    SwapState::PendingPartner,
    SwapState::PendingApproval,
    SwapState::Approved,
    SwapState::Denied,
    SwapState::Canceled,
    SwapState::Expired,
    SwapState::Invalidated,
];

impl std::str::FromStr for SwapStatusIn {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        // Validation is part of acceptance: nothing ever stands there.
        if text == VALIDATING {
            return Ok(Self(None));
        }
        let state = STATES.into_iter().find(|state| state.name() == text);
        state.map(|state| Self(Some(state))).ok_or_else(|| format!("{text:?} is no status"))
    }
}

impl JsonSchema for SwapStatusIn {
    fn schema_name() -> Cow<'static, str> {
        "SwapStatusIn".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> =
            std::iter::once(VALIDATING).chain(STATES.map(|s| s.name())).collect();
        json_schema!({
            "description": "Where swaps stand, as a filter. Validation is part of acceptance: \
                            nothing ever stands at `PENDING_VALIDATION`.",
            "type": "string",
            "enum": names,
            "examples": ["PENDING_APPROVAL"],
        })
    }
}

impl<'de> Deserialize<'de> for SwapStatusIn {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// `POST /scheduling/shiftswaps/bulk`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SwapBulkIn {
    /// The swaps, or
    #[serde(default)]
    pub ids: Option<Vec<SwapId>>,
    /// which ones.
    #[serde(default)]
    pub filter: Option<SwapFilterIn>,
    /// What to do with them.
    pub action: SwapAction,
    /// Findings that the decider answers for.
    #[serde(default)]
    #[schemars(length(max = muster_core::limits::ACKNOWLEDGEMENTS))]
    pub acknowledge: Vec<Acknowledgement>,
    /// Why.
    #[serde(default)]
    pub reason: Option<Long>,
}

impl SwapBulkIn {
    /// What the decider says of each of them.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let reason = self.reason.as_ref().map(|reason| reason.0.clone());
        Verdict { acknowledge: self.acknowledge.clone(), reason }
    }

    /// Checks that it says which swaps it means, once, and what it answers for.
    ///
    /// # Errors
    /// [`BadInput`] when it says which twice or not at all, or an acknowledgement says too little.
    pub fn check(&self) -> Result<(), BadInput> {
        crate::terms::check(&self.acknowledge)?;
        match (&self.ids, &self.filter) {
            (Some(_), Some(_)) => {
                Err(BadInput::invalid("/filter", &"a filter", "cannot stand beside ids"))
            }
            (None, None) => Err(BadInput::missing("/ids")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
