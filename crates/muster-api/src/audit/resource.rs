//! What was changed, before and after, as the API spells it elsewhere.

use muster_core::Roster;
use muster_core::acknowledge::Answered;
use muster_core::audit::{Step, Touched};
use muster_core::conflict::Fingerprint;
use muster_core::id::UnitId;
use muster_core::levels::StaffingChange;
use muster_core::shift::Commitment;
use schemars::JsonSchema;
use serde::Serialize;

use super::wish::{DraftCommitmentsView, DraftShiftView};
use crate::acknowledgement::AcknowledgementView;
use crate::activity::ActivityCodeView;
use crate::agent::AgentFactsView;
use crate::availability::AvailabilityView;
use crate::conflict::CommitmentView;
use crate::levels::{SitesView, StaffingView, TrunksView};
use crate::rules::RulesView;
use crate::schedule::ScheduleHeadView;
use crate::shift::ShiftView;
use crate::swap::SwapView;
use crate::time_off::{LimitView, TimeOffView};
use crate::unit::{ManagementUnitView, UnitView};

/// A thing at a moment.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ResourceView<'a> {
    /// As of `GET /businessunits/{id}`.
    Unit(UnitView<'a>),
    /// As of `GET /managementunits/{id}`.
    ManagementUnit(ManagementUnitView<'a>),
    /// As of `GET /agents/{id}`, without who it is: that is not in the ledger.
    Agent(AgentFactsView<'a>),
    /// As of `GET /activitycodes`.
    ActivityCode(ActivityCodeView<'a>),
    /// As of `GET /businessunits/{id}/rules`, without the settings that are the same on both
    /// sides.
    Rules(RulesView<'a>),
    /// As of `GET /businessunits/{id}/staffing`, where it was set.
    Staffing(StaffingView<'a>),
    /// As of `GET /businessunits/{id}/trunks`.
    Trunks(TrunksView<'a>),
    /// As of `GET /businessunits/{id}/sites`.
    Sites(SitesView<'a>),
    /// A schedule or a draft, without its content.
    Schedule(ScheduleHeadView<'a>),
    /// As of `GET /scheduling/shifts/{id}`.
    Shift(Box<ShiftView<'a>>),
    /// Of an agent's own activities, those that went or came.
    Commitments(Vec<CommitmentView>),
    /// What a draft wants of a shift.
    DraftShift(Box<DraftShiftView<'a>>),
    /// What a draft wants of an agent's own activities.
    DraftCommitments(DraftCommitmentsView),
    /// As of `GET /scheduling/shiftswaps/{id}`.
    Swap(Box<SwapView<'a>>),
    /// As of `GET /timeoffrequests/{id}`.
    TimeOff(Box<TimeOffView<'a>>),
    /// As of `GET /timeofflimits`.
    TimeOffLimit(LimitView<'a>),
    /// As of `GET /agents/{id}/availability/{id}`.
    Availability(AvailabilityView<'a>),
    /// As of `GET /businessunits/{id}/acknowledgements`.
    Acknowledgement(Box<AcknowledgementView>),
    /// The same of the first entries, which do not hold the findings.
    Fingerprint {
        /// Names the finding.
        fingerprint: &'a Fingerprint,
    },
}

impl<'a> ResourceView<'a> {
    /// A thing that an entry touched, before and after it.
    pub(super) fn pair(
        unit: &'a UnitId,
        step: Step<'a>,
        touched: Touched<'a>,
    ) -> (Option<Self>, Option<Self>) {
        match touched {
            Touched::Rules => Self::rules(unit, step),
            Touched::Commitments { removed, added, .. } => (own(removed), own(added)),
            Touched::Acknowledgement { fingerprint, finding, rule, reason } => {
                let of = |Answered { finding, .. }: &Answered| {
                    let view = AcknowledgementView::of_entry(step.entry, finding, rule, reason);
                    Self::Acknowledgement(Box::new(view))
                };
                let plain = Self::Fingerprint { fingerprint };
                (None, Some(finding.map_or(plain, of)))
            }
            other => (Self::at(unit, step.before, other), Self::at(unit, step.after, other)),
        }
    }

    fn at(unit: &'a UnitId, roster: &'a Roster, touched: Touched<'a>) -> Option<Self> {
        Some(match touched {
            Touched::Unit => Self::Unit(UnitView::new(roster)?),
            Touched::ManagementUnit(id) => {
                Self::ManagementUnit(ManagementUnitView::new(unit, roster.management_unit(id)?))
            }
            Touched::Agent(id) => Self::Agent(AgentFactsView::new(unit, roster.agent(id)?)),
            Touched::ActivityCode(id) => {
                Self::ActivityCode(ActivityCodeView::new(unit, roster.code(id)?))
            }
            Touched::Staffing(change) => Self::Staffing(staffing(unit, roster, change)),
            Touched::Trunks => {
                roster.levels().trunks()?;
                Self::Trunks(TrunksView::new(unit, roster.levels()))
            }
            Touched::Sites => {
                roster.levels().sites()?;
                Self::Sites(SitesView::new(unit, roster.levels()))
            }
            Touched::Schedule { week, .. } => {
                Self::Schedule(ScheduleHeadView::live(unit, roster.week(week)?))
            }
            Touched::Shift(id) => Self::Shift(Box::new(ShiftView::new(roster, roster.shift(id)?))),
            Touched::Draft(id) => Self::Schedule(ScheduleHeadView::draft(unit, roster.draft(id)?)),
            Touched::DraftShift(draft, id) => {
                let edit = roster.draft(draft)?.shifts.get(id)?;
                Self::DraftShift(Box::new(DraftShiftView::from(&**edit)))
            }
            Touched::DraftCommitments(draft, agent) => {
                let edit = roster.draft(draft)?.commitments.get(agent)?;
                Self::DraftCommitments(DraftCommitmentsView::from(&**edit))
            }
            Touched::Swap(id) => {
                Self::Swap(Box::new(SwapView::new(unit, roster.swap(id)?, roster.at())))
            }
            Touched::TimeOff(id) => {
                Self::TimeOff(Box::new(TimeOffView::new(unit, roster, roster.time_off(id)?)))
            }
            Touched::TimeOffLimit(id) => {
                Self::TimeOffLimit(LimitView::from(roster.time_off_limit(id)?))
            }
            Touched::Availability(agent, id) => {
                Self::Availability(AvailabilityView::from(roster.availability(agent, id)?))
            }
            // These carry their two values themselves.
            Touched::Rules | Touched::Commitments { .. } | Touched::Acknowledgement { .. } => {
                return None;
            }
        })
    }

    /// A unit has rules from the start: before the first change, the usual ones.
    fn rules(unit: &'a UnitId, step: Step<'a>) -> (Option<Self>, Option<Self>) {
        let view = |roster: &'a Roster| RulesView::new(unit, roster.rules(), roster.policy());
        let (mut before, mut after) = (view(step.before), view(step.after));
        let same: Vec<_> =
            before.rules.iter().filter(|rule| after.rules.contains(rule)).cloned().collect();
        before.rules.retain(|rule| !same.contains(rule));
        after.rules.retain(|rule| !same.contains(rule));
        (Some(Self::Rules(before)), Some(Self::Rules(after)))
    }
}

fn own<'a>(commitments: &[Commitment]) -> Option<ResourceView<'a>> {
    let views = || commitments.iter().map(CommitmentView::from).collect();
    (!commitments.is_empty()).then(|| ResourceView::Commitments(views()))
}

fn staffing<'a>(unit: &'a UnitId, roster: &Roster, change: &StaffingChange) -> StaffingView<'a> {
    let mut view = StaffingView::new(unit, roster.levels(), change.during);
    view.staffing.retain(|of| change.skills.iter().any(|set| set.skill == of.skill));
    view
}
