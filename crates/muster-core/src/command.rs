//! What can be asked of a unit.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::acknowledge::Acknowledgement;
use crate::activity::ActivityCode;
use crate::agent::Agent;
use crate::availability::Availability;
use crate::draft::Edits;
use crate::entry::Actor;
use crate::id::{AgentId, AvailabilityId, Revision, ScheduleId, ShiftId, SwapId, TimeOffId};
use crate::levels::{Site, StaffingChange, TrunkGroup};
use crate::merge::{Keep, Resolutions};
use crate::rule::RulesChange;
use crate::shift::Atom;
use crate::swap::SwapOffer;
use crate::time_off::{Days, TimeOffLimit, TimeOffRequest};
use crate::unit::{BusinessUnit, ManagementUnit};

/// A wish, and who has it. Everything that deciding needs is inside, bases too; so a command can
/// be decided again on any state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Who asks.
    pub actor: Actor,
    /// What for.
    pub action: Action,
    /// What its target has to be like; nothing, where it is merged with whatever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expects: Option<Expected>,
}

/// What the target of a strict command has to be like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Expected {
    /// It is not there yet.
    Absent,
    /// Nothing has changed it since that revision.
    Version(Revision),
    /// Nothing has changed the weeks of some agents since.
    Weeks {
        /// The first day of the week.
        week: Date,
        /// The agents.
        agents: Vec<AgentId>,
        /// The revision.
        version: Revision,
    },
}

impl Command {
    /// A command that is merged with whatever its target is.
    #[must_use]
    pub fn new(actor: Actor, action: Action) -> Self {
        Self { actor, action, expects: None }
    }
}

/// Whether a change of many agents stands or falls as one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// Whoever is clean goes live; tied agents stand or fall together.
    #[default]
    PerAgent,
    /// All or nothing.
    Atomic,
}

/// A decision about a clash of values, sent with the change it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resolution {
    /// The shift.
    pub shift_id: ShiftId,
    /// The atom.
    pub atom: Atom,
    /// Whose value stays.
    pub keep: Keep,
}

/// A value of a document that may be from before somebody else's change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Suspect {
    /// The shift.
    pub shift_id: ShiftId,
    /// The atom.
    pub atom: Atom,
}

/// How a change is to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Whether it stands or falls as one.
    pub mode: Mode,
    /// Findings that somebody answers for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acknowledge: Vec<Acknowledgement>,
    /// Decisions about clashes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolutions: Vec<Resolution>,
    /// Values that may put back what somebody else has just changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspects: Vec<Suspect>,
    /// Only these agents, and those tied to them; everybody when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Vec<AgentId>>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
}

impl Terms {
    /// Whether agents who stand or fall together are among those that are meant.
    pub(crate) fn wants(&self, agents: &BTreeSet<AgentId>) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|agent| agents.contains(agent)))
    }

    /// The decisions about clashes, by shift and atom.
    #[must_use]
    pub fn resolved(&self) -> Resolutions {
        let pair = |r: &Resolution| ((r.shift_id.clone(), r.atom), r.keep);
        self.resolutions.iter().map(pair).collect()
    }
}

/// What happens to a request that waits for a decision, with what the decider says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Findings that the decider answers for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acknowledge: Vec<Acknowledgement>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
}

impl Action {
    /// The terms of a change of shifts.
    #[must_use]
    pub fn terms(&self) -> Option<&Terms> {
        if let Self::Publish { terms, .. }
        | Self::PublishDocument { terms, .. }
        | Self::EditShifts { terms, .. }
        | Self::Revert { terms, .. } = self
        {
            return Some(terms);
        }
        None
    }

    /// What somebody answers for who asks for this.
    #[must_use]
    pub fn acknowledged(&self) -> &[Acknowledgement] {
        if let Self::ApproveSwap { verdict, .. }
        | Self::RevertSwap { verdict, .. }
        | Self::ApproveTimeOff { verdict, .. } = self
        {
            return &verdict.acknowledge;
        }
        self.terms().map_or(&[], |terms| &terms.acknowledge)
    }

    /// The swap that it moves on, if it does.
    #[must_use]
    pub fn swap(&self) -> Option<&SwapId> {
        if let Self::AcceptSwap { id, .. }
        | Self::DeclineSwap { id, .. }
        | Self::CancelSwap(id)
        | Self::ApproveSwap { id, .. }
        | Self::DenySwap { id, .. }
        | Self::RevertSwap { id, .. } = self
        {
            return Some(id);
        }
        None
    }

    /// The request for time off that it changes or decides, if it does.
    #[must_use]
    pub fn time_off(&self) -> Option<&TimeOffId> {
        if let Self::ChangeTimeOff { id, .. }
        | Self::ApproveTimeOff { id, .. }
        | Self::DenyTimeOff { id, .. }
        | Self::CancelTimeOff(id) = self
        {
            return Some(id);
        }
        None
    }

    /// The same change of shifts on other terms.
    #[must_use]
    pub fn with_terms(&self, change: impl FnOnce(&mut Terms)) -> Option<Self> {
        let mut action = self.clone();
        if let Self::Publish { terms, .. }
        | Self::PublishDocument { terms, .. }
        | Self::EditShifts { terms, .. }
        | Self::Revert { terms, .. } = &mut action
        {
            change(terms);
            return Some(action);
        }
        None
    }
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Make the unit, or change its data.
    PutUnit(BusinessUnit),
    /// Make or change a management unit.
    PutManagementUnit(ManagementUnit),
    /// Make or change agents.
    PutAgents(Vec<Agent>),
    /// An agent goes to another unit.
    AgentLeaves(AgentId),
    /// Make or change an activity code.
    PutActivityCode(ActivityCode),
    /// Set some of the rules.
    SetRules(RulesChange),
    /// Say how many agents are required.
    PutStaffing(StaffingChange),
    /// Say which trunk groups there are.
    PutTrunks(Vec<TrunkGroup>),
    /// Say which sites there are.
    PutSites(Vec<Site>),
    /// Make a draft.
    CreateDraft {
        /// Its id.
        id: ScheduleId,
        /// The week it is for.
        week: Date,
        /// What people call it.
        name: Arc<str>,
        /// The revision its edits start from; the head when absent.
        base: Option<Revision>,
        /// What it wants.
        edits: Edits,
    },
    /// Edit a draft.
    EditDraft {
        /// The draft.
        id: ScheduleId,
        /// The edits, against the draft as the client saw it.
        edits: Edits,
        /// Decisions about clashes between the draft and what is live, kept in the draft; and
        /// between these edits and the draft as it is now.
        resolutions: Vec<Resolution>,
    },
    /// Move a draft's base to the head.
    RebaseDraft(ScheduleId),
    /// Throw a draft away.
    DeleteDraft(ScheduleId),
    /// Let a draft go live.
    Publish {
        /// The draft.
        id: ScheduleId,
        /// How.
        terms: Terms,
    },
    /// Let a document go live without keeping a draft; what is held becomes one.
    PublishDocument {
        /// The id of the draft that keeps what is held.
        id: ScheduleId,
        /// The week.
        week: Date,
        /// What people call it.
        name: Arc<str>,
        /// The revision its edits start from; nothing when the client named none.
        base: Option<Revision>,
        /// What it wants.
        edits: Edits,
        /// The agents it lists.
        agents: Vec<AgentId>,
        /// How.
        terms: Terms,
    },
    /// Edit the live schedule.
    EditShifts {
        /// The edits.
        edits: Edits,
        /// How.
        terms: Terms,
    },
    /// Undo a publish.
    Revert {
        /// The week.
        week: Date,
        /// The publish.
        publication: Revision,
        /// The inverse edits.
        edits: Edits,
        /// How.
        terms: Terms,
    },
    /// Offer a swap.
    OfferSwap(SwapOffer),
    /// Accept an offered swap.
    AcceptSwap {
        /// The swap.
        id: SwapId,
        /// Who accepts.
        agent: AgentId,
        /// What is given in return, where the offer leaves it open.
        shift: Option<ShiftId>,
    },
    /// Decline an offered swap.
    DeclineSwap {
        /// The swap.
        id: SwapId,
        /// Who declines, if it is said.
        agent: Option<AgentId>,
    },
    /// Withdraw a swap.
    CancelSwap(SwapId),
    /// Give the shifts of an approved swap back.
    RevertSwap {
        /// The swap.
        id: SwapId,
        /// What the decider says.
        verdict: Verdict,
    },
    /// Note that offers have run out. Any node may say so: they count as expired anyway.
    ExpireSwaps,
    /// Let both shifts of a swap change hands.
    ApproveSwap {
        /// The swap.
        id: SwapId,
        /// What the decider says.
        verdict: Verdict,
    },
    /// Refuse a swap.
    DenySwap {
        /// The swap.
        id: SwapId,
        /// What the decider says.
        verdict: Verdict,
    },
    /// Set limits on time off; those that are not named stay, those without stretches go.
    PutTimeOffLimits(Vec<TimeOffLimit>),
    /// Ask for time off.
    RequestTimeOff(TimeOffRequest),
    /// Change an undecided request.
    ChangeTimeOff {
        /// The request.
        id: TimeOffId,
        /// Other days.
        days: Option<Days>,
        /// Paid or not.
        paid: Option<bool>,
        /// How many minutes are paid, or nobody says.
        paid_min: Option<Option<u32>>,
        /// Another remark, or none.
        note: Option<Option<Arc<str>>>,
    },
    /// Grant a request.
    ApproveTimeOff {
        /// The request.
        id: TimeOffId,
        /// What the decider says.
        verdict: Verdict,
    },
    /// Refuse a request.
    DenyTimeOff {
        /// The request.
        id: TimeOffId,
        /// What the decider says.
        verdict: Verdict,
    },
    /// Withdraw a request.
    CancelTimeOff(TimeOffId),
    /// Say when an agent can, or would like to, work.
    PutAvailability(Availability),
    /// Say something of an agent no longer.
    WithdrawAvailability {
        /// The agent.
        agent: AgentId,
        /// What was said.
        id: AvailabilityId,
    },
}
