//! What has happened: facts that replay the same under any later rules.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::acknowledge::{AckRule, Answered};
use crate::activity::ActivityCode;
use crate::agent::Agent;
use crate::availability::Availability;
use crate::conflict::Fingerprint;
use crate::draft::Edits;
use crate::id::{AgentId, AvailabilityId, Revision, ScheduleId, ShiftId, SwapId, TimeOffId};
use crate::levels::{Capacities, Site, StaffingChange, TrunkGroup};
use crate::rule::RuleSet;
use crate::shift::{AtomValue, Commitment, ShiftBody, Span};
use crate::swap::{Side, SwapOffer, SwapState};
use crate::time_off::{TimeOffLimit, TimeOffRequest, TimeOffStatus};
use crate::unit::{BusinessUnit, ManagementUnit};

/// One fact. An entry holds those of one command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// The unit was made, or its data changed.
    UnitPut(BusinessUnit),
    /// A management unit was made or changed.
    ManagementUnitPut(ManagementUnit),
    /// An agent joined, came back, or changed.
    AgentPut(Agent),
    /// An agent went to another unit.
    AgentLeft(AgentId),
    /// An activity code was made or changed.
    ActivityCodePut(ActivityCode),
    /// The rules are these now.
    RulesSet(RuleSet),
    /// So many agents are required now.
    StaffingPut(StaffingChange),
    /// The unit's trunk groups are these now.
    TrunksPut(Capacities<TrunkGroup>),
    /// The unit's sites are these now.
    SitesPut(Capacities<Site>),
    /// The first thing happened in a week.
    WeekOpened {
        /// The week's first day.
        week: Date,
        /// The id of its live schedule.
        id: ScheduleId,
    },
    /// A shift is there now.
    ShiftCreated {
        /// Its id.
        id: ShiftId,
        /// Its atoms' values.
        body: Arc<ShiftBody>,
    },
    /// Atoms of a shift have these values now.
    ShiftChanged {
        /// Its id.
        id: ShiftId,
        /// The atoms that changed.
        set: Vec<AtomValue>,
    },
    /// A shift is gone.
    ShiftDeleted {
        /// Its id.
        id: ShiftId,
    },
    /// An agent's own activities changed.
    CommitmentsChanged {
        /// The agent.
        agent: AgentId,
        /// What is gone, sorted.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        removed: Vec<Commitment>,
        /// What is new, sorted.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        added: Vec<Commitment>,
    },
    /// A draft was made.
    DraftCreated {
        /// Its id.
        id: ScheduleId,
        /// The week it is for.
        week: Date,
        /// What people call it.
        name: Arc<str>,
        /// The revision it starts from.
        base: Revision,
        /// What it wants.
        edits: Edits,
    },
    /// A draft wants something else now.
    DraftEdited {
        /// Its id.
        id: ScheduleId,
        /// What it wants anew.
        put: Edits,
        /// Shifts it no longer speaks of.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        dropped_shifts: Vec<ShiftId>,
        /// Agents whose own activities it no longer speaks of.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        dropped_commitments: Vec<AgentId>,
        /// Its new base, when it was moved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<Revision>,
    },
    /// The last of a draft went live.
    DraftClosed {
        /// Its id.
        id: ScheduleId,
    },
    /// A draft was thrown away.
    DraftDeleted {
        /// Its id.
        id: ScheduleId,
    },
    /// A draft or a document went live, for these agents.
    Published {
        /// The week.
        week: Date,
        /// The draft, if it was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        draft: Option<ScheduleId>,
        /// The agents whose weeks changed or were confirmed, sorted.
        agents: Vec<AgentId>,
    },
    /// A swap was offered.
    SwapOffered(SwapOffer),
    /// One of several agents agreed, and others have still to.
    SwapAccepted {
        /// The swap.
        id: SwapId,
        /// Who agreed.
        agent: AgentId,
    },
    /// Everybody agreed.
    SwapMatched {
        /// The swap.
        id: SwapId,
        /// Who accepted, and what is given in return; nobody in a trade of three or more, where
        /// all are named from the beginning.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receiver: Option<Side>,
        /// The spans of the shifts at that moment.
        terms: Vec<Span>,
    },
    /// A swap went to another state.
    SwapMoved {
        /// The swap.
        id: SwapId,
        /// Where it stands now.
        state: SwapState,
    },
    /// An agent asked for time off.
    TimeOffRequested(TimeOffRequest),
    /// An undecided request was changed.
    TimeOffChanged(TimeOffRequest),
    /// A request went to another state.
    TimeOffDecided {
        /// The request.
        id: TimeOffId,
        /// Where it stands now.
        status: TimeOffStatus,
    },
    /// A limit on time off holds now; without stretches of time, it holds no longer.
    TimeOffLimitPut(TimeOffLimit),
    /// An agent says this of when they can work now.
    AvailabilityPut(Availability),
    /// An agent says something no longer.
    AvailabilityWithdrawn {
        /// The agent.
        agent: AgentId,
        /// What it was.
        id: AvailabilityId,
    },
    /// Findings were acknowledged; the entry has the actor.
    Acknowledged {
        /// Which ones, sorted.
        fingerprints: Vec<Fingerprint>,
        /// The same findings, in that order. The first entries have only the fingerprints.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Answered>,
        /// The rules that covered some of them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rules: Vec<Arc<AckRule>>,
        /// Why the others were acknowledged, in the actor's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Arc<str>>,
    },
}
