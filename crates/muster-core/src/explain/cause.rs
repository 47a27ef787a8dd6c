//! The entries behind a finding, from the origins that values carry.

use crate::conflict::{Finding, Kind, Subject};
use crate::entry::{Origin, ReferenceKind};
use crate::explain::{Cause, levels};
use crate::id::{AgentId, ScheduleId, SwapId, TimeOffLimitId};
use crate::roster::Roster;
use crate::shift::Atom;
use crate::time_off::{Days, TimeOffRequest};

/// `draft` is what was to be published; `is_traced` says whether the whole unit may be searched.
pub(super) fn causes(
    roster: &Roster,
    draft: Option<&ScheduleId>,
    finding: &Finding,
    is_traced: bool,
) -> Vec<Cause> {
    let mut origins = origins(roster, finding, is_traced);
    if origins.is_empty() {
        // Both sides of the clash come from the draft itself.
        let draft = draft.and_then(|id| roster.draft(id));
        origins.extend(draft.map(|draft| draft.origin.clone()));
    }
    origins.sort_by_key(|origin| std::cmp::Reverse(origin.revision));
    origins.dedup_by(|a, b| a.revision == b.revision);
    origins.iter().map(|origin| of_agent(cause(roster, origin), finding)).collect()
}

/// An entry that changed many agents is told as the change of the one it is about.
fn of_agent(cause: Cause, finding: &Finding) -> Cause {
    match &finding.agent {
        Some(agent) if cause.kind == ReferenceKind::Agents => Cause {
            id: agent.as_str().into(),
            summary: format!("agent {agent} was changed"),
            ..cause
        },
        Some(_) | None => cause,
    }
}

fn origins(roster: &Roster, finding: &Finding, is_traced: bool) -> Vec<Origin> {
    match finding.kind {
        Kind::FieldChangedBoth
        | Kind::DeletedButChanged
        | Kind::ChangedButDeleted
        | Kind::StaleOverwriteSuspected => {
            let atom = finding.clash.as_ref().map_or(Atom::Exists, |clash| clash.atom);
            finding.shifts().filter_map(|id| roster.last_change(id, atom).cloned()).collect()
        }
        Kind::TimeOffApprovedOverlap
        | Kind::TimeOffPendingOverlap
        | Kind::TimeOffOverlapsTimeOff
        | Kind::TimeOffAlreadyDecided => {
            finding.subjects.iter().filter_map(requests(roster)).collect()
        }
        Kind::TimeOffLimitExhausted => who_holds_the_places(roster, finding),
        Kind::SwapShiftTaken => swap_shifts(roster, finding, Atom::Owner),
        Kind::SwapTermsChanged => swap_shifts(roster, finding, Atom::Span),
        Kind::SwapAlreadyDecided
        | Kind::SwapExpired
        | Kind::SwapWithdrawn
        | Kind::SwapTimeUnequal
        | Kind::SwapOneSided
        | Kind::SwapNoticeShort
        | Kind::SwapLimitReached => finding.subjects.iter().filter_map(swaps(roster)).collect(),
        Kind::SkillMissing | Kind::SubjectGone => {
            agent(roster, finding.agent.as_ref()).into_iter().collect()
        }
        Kind::StaffingBelowMinimum | Kind::TrunkCapacityExceeded | Kind::SiteSeatsExceeded => {
            levels::origins(roster, finding, is_traced)
        }
        Kind::Unavailable | Kind::PreferenceViolated => {
            finding.subjects.iter().filter_map(said(roster, finding)).collect()
        }
        Kind::ShiftOverlap
        | Kind::RestTimeShort
        | Kind::MaxConsecutiveHours
        | Kind::MaxHoursWeek
        | Kind::MinHoursWeek
        | Kind::MaxHoursDay
        | Kind::MaxHoursPeriod
        | Kind::MinHoursPeriod
        | Kind::MaxHoursAverage
        | Kind::MaxConsecutiveDays
        | Kind::MinConsecutiveDays
        | Kind::MinDaysOff
        | Kind::MaxWeekends
        | Kind::MaxShifts
        | Kind::SuccessionForbidden
        | Kind::WeeklyRestShort
        | Kind::BreakMissing
        | Kind::MaxNightHours
        | Kind::ForbiddenHours
        | Kind::NoticeShort
        | Kind::PeriodLocked
        | Kind::ActivityOutsideShift
        | Kind::ShiftStarted
        | Kind::ExternalIdDuplicate => {
            let shifts = finding.shifts().filter_map(|id| roster.shift(id));
            shifts.map(|shift| shift.newest().clone()).collect()
        }
    }
}

fn requests(roster: &Roster) -> impl Fn(&Subject) -> Option<Origin> {
    move |subject| {
        let Subject::TimeOff(id) = subject else { return None };
        roster.time_off(id).map(|time_off| time_off.origin.clone())
    }
}

fn said(roster: &Roster, finding: &Finding) -> impl Fn(&Subject) -> Option<Origin> {
    move |subject| {
        let Subject::Availability(id) = subject else { return None };
        let known = roster.availability(finding.agent.as_ref()?, id);
        known.map(|known| known.origin.clone())
    }
}

/// Most requests that are told as the cause of a limit that is exhausted.
const HOLDERS: usize = 5;

/// Who holds the places, the last to ask first; without anybody, whoever set the limit.
fn who_holds_the_places(roster: &Roster, finding: &Finding) -> Vec<Origin> {
    let id = finding.rule.as_ref().and_then(|id| TimeOffLimitId::parse(id).ok());
    let limit = id.and_then(|id| roster.time_off_limit(&id));
    let Some((limit, during)) = limit.zip(finding.interval) else { return Vec::new() };
    let holders = roster.time_off_during(during).filter(|time_off| {
        time_off.status.holds_a_place() && limit.value.speaks_of(roster, &time_off.request)
    });
    let mut origins: Vec<Origin> = holders.map(|time_off| time_off.asked.clone()).collect();
    origins.sort_by_key(|origin| std::cmp::Reverse(origin.revision));
    origins.truncate(HOLDERS);
    if origins.is_empty() { vec![limit.origin.clone()] } else { origins }
}

fn swaps(roster: &Roster) -> impl Fn(&Subject) -> Option<Origin> {
    move |subject| {
        let Subject::Swap(id) = subject else { return None };
        roster.swap(id).map(|swap| swap.origin.clone())
    }
}

/// What changed the swap's shifts after they were offered; else what ended the swap.
fn swap_shifts(roster: &Roster, finding: &Finding, atom: Atom) -> Vec<Origin> {
    let ended: Vec<Origin> = finding.subjects.iter().filter_map(swaps(roster)).collect();
    let offered = ended.iter().map(|origin| origin.revision).min().unwrap_or_default();
    let changed = finding.shifts().filter_map(|id| roster.last_change(id, atom).cloned());
    let since: Vec<Origin> = changed.filter(|origin| origin.revision >= offered).collect();
    if since.is_empty() { ended } else { since }
}

fn agent(roster: &Roster, id: Option<&AgentId>) -> Option<Origin> {
    roster.agent(id?).map(|record| record.origin.clone())
}

fn cause(roster: &Roster, origin: &Origin) -> Cause {
    Cause {
        kind: origin.about.kind,
        id: origin.about.id.clone(),
        revision: origin.revision,
        actor: origin.actor.clone(),
        at: origin.at,
        summary: summary(roster, origin),
    }
}

fn summary(roster: &Roster, origin: &Origin) -> String {
    let id = &origin.about.id;
    match origin.about.kind {
        ReferenceKind::Unit => format!("the unit's settings were changed ({id})"),
        ReferenceKind::Agents => format!("agent {id} was changed"),
        ReferenceKind::Draft => format!("draft {id} was edited"),
        ReferenceKind::Publish => format!("schedule {id} was published"),
        ReferenceKind::Revert => format!("the publish of revision {id} was reverted"),
        ReferenceKind::ShiftEdit => format!("shift {id} was edited"),
        ReferenceKind::Swap => match SwapId::parse(id).ok().and_then(|id| roster.swap(&id)) {
            Some(swap) => {
                let agents: Vec<String> = swap.offer.agents().map(ToString::to_string).collect();
                let state = swap.state.name().to_lowercase().replace('_', " ");
                format!("swap {id} of {}, {state}", agents.join(" and "))
            }
            None => format!("swap {id}"),
        },
        ReferenceKind::Availability => format!("agent {id} said when they can work"),
        ReferenceKind::TimeOffRequest => {
            let request = crate::id::TimeOffId::parse(id).ok();
            match request.and_then(|id| roster.time_off(&id)) {
                Some(time_off) => {
                    let request = &time_off.request;
                    let when =
                        when(roster, request).map_or(String::new(), |when| format!(" {when}"));
                    let status = time_off.status.name().to_lowercase();
                    format!("{} requested{when}, {status}", request.code)
                }
                None => format!("time-off request {id}"),
            }
        }
    }
}

/// The time that a request is about: `2026-03-16`, `2026-03-16 to 2026-03-20`, or
/// `2026-03-16 10:00 to 14:00` in the agent's zone.
fn when(roster: &Roster, request: &TimeOffRequest) -> Option<String> {
    match &request.days {
        Days::FullDays(days) => match (days.first()?, days.last()?) {
            (first, last) if first == last => Some(first.to_string()),
            (first, last) => Some(format!("{first} to {last}")),
        },
        Days::Partial(interval) => {
            let zone = &roster.agent(&request.agent)?.agent.zone;
            let (start, end) = (zone.wall(interval.start()), zone.wall(interval.end()));
            let end_format = if start.date() == end.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
            let (start, end) = (start.strftime("%Y-%m-%d %H:%M"), end.strftime(end_format));
            Some(format!("{start} to {end}"))
        }
    }
}
