//! What an entry changed, thing by thing, and whom that concerns: what the audit shows.
//!
//! An entry says what is so now; what was so before is in the state before it. Whoever has both
//! states reads the two values of each thing that is named here.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::acknowledge::{AckRule, Answered};
use crate::conflict::Fingerprint;
use crate::draft::{Edits, ShiftEdit};
use crate::entry::{Entry, Reference, ReferenceKind};
use crate::event::Event;
use crate::id::{
    ActivityCodeId, AgentId, AvailabilityId, ManagementUnitId, ScheduleId, ShiftId, SwapId,
    TimeOffId, TimeOffLimitId,
};
use crate::levels::StaffingChange;
use crate::roster::Roster;
use crate::shift::{Commitment, ShiftBody};

/// An entry between the state it was decided on and the one it led to.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The state before it.
    pub before: &'a Roster,
    /// The entry.
    pub entry: &'a Entry,
    /// The state after it.
    pub after: &'a Roster,
}

/// Something that an entry changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched<'a> {
    /// The unit's own data.
    Unit,
    /// A management unit.
    ManagementUnit(&'a ManagementUnitId),
    /// An agent.
    Agent(&'a AgentId),
    /// An activity code.
    ActivityCode(&'a ActivityCodeId),
    /// The rules.
    Rules,
    /// The required staff.
    Staffing(&'a StaffingChange),
    /// The trunk groups.
    Trunks,
    /// The sites.
    Sites,
    /// The live schedule of a week.
    Schedule {
        /// The week's first day.
        week: Date,
        /// Who went live, where it was published.
        published: Option<&'a [AgentId]>,
    },
    /// A live shift.
    Shift(&'a ShiftId),
    /// What an agent does on their own, whichever shift it falls in.
    Commitments {
        /// The agent.
        agent: &'a AgentId,
        /// What is gone.
        removed: &'a [Commitment],
        /// What is new.
        added: &'a [Commitment],
    },
    /// A draft.
    Draft(&'a ScheduleId),
    /// What a draft wants of a shift.
    DraftShift(&'a ScheduleId, &'a ShiftId),
    /// What a draft wants of an agent's own activities.
    DraftCommitments(&'a ScheduleId, &'a AgentId),
    /// A swap.
    Swap(&'a SwapId),
    /// A time-off request.
    TimeOff(&'a TimeOffId),
    /// A limit on time off.
    TimeOffLimit(&'a TimeOffLimitId),
    /// Something that an agent says of when they can work.
    Availability(&'a AgentId, &'a AvailabilityId),
    /// A finding that somebody answered for.
    Acknowledgement {
        /// Names it.
        fingerprint: &'a Fingerprint,
        /// The finding; the first entries have only the fingerprint.
        finding: Option<&'a Answered>,
        /// The rule that covered it; none if its fingerprint did.
        rule: Option<&'a AckRule>,
        /// Why, in the actor's words.
        reason: Option<&'a str>,
    },
}

/// The names of the kinds of things that entries change, as [`Touched::name`] says them.
pub const NAMES: [&str; 19] = [
    "unit",
    "managementUnit",
    "agent",
    "activityCode",
    "rules",
    "staffing",
    "trunks",
    "sites",
    "schedule",
    "shift",
    "commitments",
    "draft",
    "draftShift",
    "draftCommitments",
    "swap",
    "timeOff",
    "timeOffLimit",
    "availability",
    "acknowledgement",
];

/// Everything that an entry changed, in the order in which it says so, each thing once.
#[must_use]
pub fn touched(entry: &Entry) -> Vec<Touched<'_>> {
    let mut all = Vec::new();
    entry.events.iter().for_each(|event| add(&mut all, event));
    // Both a week's opening and its publish are about its schedule: the latter says more.
    let published: BTreeSet<Date> = all.iter().filter_map(Touched::published_week).collect();
    let mut seen = BTreeSet::new();
    all.retain(|one| {
        let is_opening = matches!(one, Touched::Schedule { week, published: None }
            if published.contains(week));
        !is_opening && one.key().is_none_or(|key| seen.insert(key))
    });
    all
}

fn add<'a>(all: &mut Vec<Touched<'a>>, event: &'a Event) {
    match event {
        Event::UnitPut(_) => all.push(Touched::Unit),
        Event::ManagementUnitPut(unit) => all.push(Touched::ManagementUnit(&unit.id)),
        Event::AgentPut(agent) => all.push(Touched::Agent(&agent.id)),
        Event::AgentLeft(id) => all.push(Touched::Agent(id)),
        Event::ActivityCodePut(code) => all.push(Touched::ActivityCode(&code.id)),
        Event::RulesSet(_) => all.push(Touched::Rules),
        Event::StaffingPut(change) => all.push(Touched::Staffing(change)),
        Event::TrunksPut(_) => all.push(Touched::Trunks),
        Event::SitesPut(_) => all.push(Touched::Sites),
        Event::WeekOpened { week, id: _ } => {
            all.push(Touched::Schedule { week: *week, published: None });
        }
        Event::Published { week, agents, draft: _ } => {
            all.push(Touched::Schedule { week: *week, published: Some(agents) });
        }
        Event::ShiftCreated { id, .. }
        | Event::ShiftChanged { id, .. }
        | Event::ShiftDeleted { id } => all.push(Touched::Shift(id)),
        Event::CommitmentsChanged { agent, removed, added } => {
            all.push(Touched::Commitments { agent, removed, added });
        }
        Event::DraftCreated { id, edits, .. } => {
            all.push(Touched::Draft(id));
            add_wishes(all, id, edits);
        }
        Event::DraftEdited { id, put, dropped_shifts, dropped_commitments, base: _ } => {
            all.push(Touched::Draft(id));
            add_wishes(all, id, put);
            all.extend(dropped_shifts.iter().map(|shift| Touched::DraftShift(id, shift)));
            let own = dropped_commitments.iter();
            all.extend(own.map(|agent| Touched::DraftCommitments(id, agent)));
        }
        Event::DraftClosed { id } | Event::DraftDeleted { id } => all.push(Touched::Draft(id)),
        Event::SwapOffered(offer) => all.push(Touched::Swap(&offer.id)),
        Event::SwapAccepted { id, .. }
        | Event::SwapMatched { id, .. }
        | Event::SwapMoved { id, .. } => all.push(Touched::Swap(id)),
        Event::TimeOffRequested(request) | Event::TimeOffChanged(request) => {
            all.push(Touched::TimeOff(&request.id));
        }
        Event::TimeOffDecided { id, .. } => all.push(Touched::TimeOff(id)),
        Event::TimeOffLimitPut(limit) => all.push(Touched::TimeOffLimit(&limit.id)),
        Event::AvailabilityPut(said) => all.push(Touched::Availability(&said.agent, &said.id)),
        Event::AvailabilityWithdrawn { agent, id } => all.push(Touched::Availability(agent, id)),
        Event::Acknowledged { fingerprints, findings, rules, reason } => {
            all.extend(fingerprints.iter().enumerate().map(|(n, fingerprint)| {
                let finding = findings.get(n);
                let rule = finding.and_then(|answered| rules.get(answered.rule?));
                let rule = rule.map(|rule| &**rule);
                let reason = rule.map(|rule| &*rule.reason).or(reason.as_deref());
                Touched::Acknowledgement { fingerprint, finding, rule, reason }
            }));
        }
    }
}

fn add_wishes<'a>(all: &mut Vec<Touched<'a>>, draft: &'a ScheduleId, edits: &'a Edits) {
    all.extend(edits.shifts.iter().map(|edit| Touched::DraftShift(draft, &edit.id)));
    all.extend(edits.commitments.iter().map(|edit| Touched::DraftCommitments(draft, &edit.agent)));
}

impl<'a> Touched<'a> {
    /// What kind of thing it is.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::ManagementUnit(_) => "managementUnit",
            Self::Agent(_) => "agent",
            Self::ActivityCode(_) => "activityCode",
            Self::Rules => "rules",
            Self::Staffing(_) => "staffing",
            Self::Trunks => "trunks",
            Self::Sites => "sites",
            Self::Schedule { .. } => "schedule",
            Self::Shift(_) => "shift",
            Self::Commitments { .. } => "commitments",
            Self::Draft(_) => "draft",
            Self::DraftShift(..) => "draftShift",
            Self::DraftCommitments(..) => "draftCommitments",
            Self::Swap(_) => "swap",
            Self::TimeOff(_) => "timeOff",
            Self::TimeOffLimit(_) => "timeOffLimit",
            Self::Availability(..) => "availability",
            Self::Acknowledgement { .. } => "acknowledgement",
        }
    }

    /// Its id among the things of its kind; that of the unit for what there is one of.
    #[must_use]
    pub fn id(&self, step: &Step<'a>) -> String {
        match self {
            Self::Unit | Self::Rules | Self::Staffing(_) | Self::Trunks | Self::Sites => {
                step.after.unit().map(|unit| unit.id.to_string()).unwrap_or_default()
            }
            Self::Schedule { week, .. } => {
                step.after.week(*week).map(|week| week.id.to_string()).unwrap_or_default()
            }
            Self::ManagementUnit(id) => id.to_string(),
            Self::Agent(id) | Self::Commitments { agent: id, .. } => id.to_string(),
            Self::DraftCommitments(_, agent) => agent.to_string(),
            Self::ActivityCode(id) => id.to_string(),
            Self::Shift(id) | Self::DraftShift(_, id) => id.to_string(),
            Self::Draft(id) => id.to_string(),
            Self::Swap(id) => id.to_string(),
            Self::TimeOff(id) => id.to_string(),
            Self::TimeOffLimit(id) => id.to_string(),
            Self::Availability(_, id) => id.to_string(),
            Self::Acknowledgement { fingerprint, .. } => fingerprint.to_string(),
        }
    }

    fn published_week(&self) -> Option<Date> {
        if let Self::Schedule { week, published: Some(_) } = self { Some(*week) } else { None }
    }

    /// Tells things apart that an entry may name more than once; nothing for what carries its own
    /// two values.
    fn key(&self) -> Option<(&'static str, &'a str, &'a str)> {
        let (one, two) = match *self {
            Self::Unit | Self::Rules | Self::Trunks | Self::Sites => ("", ""),
            Self::ManagementUnit(id) => (id.as_str(), ""),
            Self::Agent(id) => (id.as_str(), ""),
            Self::ActivityCode(id) => (id.as_str(), ""),
            Self::Shift(id) => (id.as_str(), ""),
            Self::Draft(id) => (id.as_str(), ""),
            Self::DraftShift(draft, id) => (draft.as_str(), id.as_str()),
            Self::DraftCommitments(draft, agent) => (draft.as_str(), agent.as_str()),
            Self::Swap(id) => (id.as_str(), ""),
            Self::TimeOff(id) => (id.as_str(), ""),
            Self::TimeOffLimit(id) => (id.as_str(), ""),
            Self::Availability(agent, id) => (agent.as_str(), id.as_str()),
            Self::Staffing(_)
            | Self::Schedule { .. }
            | Self::Commitments { .. }
            | Self::Acknowledgement { .. } => return None,
        };
        Some((self.name(), one, two))
    }

    /// Whether it is an agent, or something of theirs: before the entry or after it.
    #[must_use]
    pub fn is_about_agent(&self, step: &Step<'_>, who: &AgentId) -> bool {
        let is_in = |is: &dyn Fn(&Roster) -> bool| is(step.before) || is(step.after);
        match self {
            Self::Agent(agent)
            | Self::Commitments { agent, .. }
            | Self::DraftCommitments(_, agent)
            | Self::Availability(agent, _) => *agent == who,
            Self::Shift(id) => {
                is_in(&|roster| roster.shift(id).is_some_and(|shift| shift.body.owner == *who))
            }
            Self::DraftShift(draft, id) => is_in(&|roster| {
                let edit = roster.draft(draft).and_then(|draft| draft.shifts.get(*id));
                edit.is_some_and(|edit| bodies(edit).any(|body| body.owner == *who))
            }),
            Self::Swap(id) => {
                is_in(&|roster| roster.swap(id).is_some_and(|swap| swap.offer.is_of(who)))
            }
            Self::TimeOff(id) => {
                is_in(&|roster| roster.time_off(id).is_some_and(|t| t.request.agent == *who))
            }
            Self::Schedule { published, .. } => {
                published.is_some_and(|agents| agents.contains(who))
            }
            Self::Acknowledgement { finding, .. } => {
                finding.is_some_and(|answered| answered.finding.agent.as_ref() == Some(who))
            }
            Self::Unit
            | Self::ManagementUnit(_)
            | Self::ActivityCode(_)
            | Self::Rules
            | Self::Staffing(_)
            | Self::Trunks
            | Self::Sites
            | Self::Draft(_)
            | Self::TimeOffLimit(_) => false,
        }
    }

    /// Whether it is a shift, what a draft wants of it, or a finding about it.
    #[must_use]
    pub fn is_about_shift(&self, which: &ShiftId) -> bool {
        if let Self::Shift(id) | Self::DraftShift(_, id) = self {
            return *id == which;
        }
        let Self::Acknowledgement { finding: Some(answered), .. } = self else { return false };
        answered.finding.shifts().any(|id| id == which)
    }

    /// Whether it is a swap, or something that the swap changed.
    #[must_use]
    pub fn is_about_swap(&self, entry: &Entry, which: &SwapId) -> bool {
        let Reference { kind, id } = &entry.about;
        matches!(self, Self::Swap(id) if *id == which)
            || *kind == ReferenceKind::Swap && **id == *which.as_str()
    }
}

/// What a draft saw of a shift, and what it wants.
fn bodies(edit: &ShiftEdit) -> impl Iterator<Item = &ShiftBody> {
    [&edit.base, &edit.draft].into_iter().flatten().map(|body| &**body)
}
