//! Time off: request, change, approve, deny, cancel.
//!
//! Approving removes nothing: the overlay masks what lies below, so it commutes with every change
//! of shifts. What it masks is told.

use std::sync::Arc;

use crate::change;
use crate::command::Verdict;
use crate::conflict::{Finding, Kind, Severity, Subject};
use crate::decide::{Decision, Outcome, Rejection, Thing};
use crate::entry::ReferenceKind;
use crate::event::Event;
use crate::id::TimeOffId;
use crate::instant::{Instant, Interval};
use crate::limits;
use crate::roster::Roster;
use crate::time_off::{Days, TimeOff, TimeOffRequest, TimeOffStatus};

fn decision(
    id: &TimeOffId,
    status: TimeOffStatus,
    findings: Vec<Finding>,
    event: Option<Event>,
) -> Decision {
    let outcome = Outcome::TimeOff { id: id.clone(), status, findings };
    let decision = Decision::new(ReferenceKind::TimeOffRequest, id, outcome);
    decision.with(event.into_iter().collect())
}

fn known<'a>(roster: &'a Roster, id: &TimeOffId) -> Result<&'a TimeOff, Rejection> {
    roster.time_off(id).ok_or_else(|| Rejection::unknown(Thing::TimeOff, id))
}

fn check(roster: &Roster, request: &TimeOffRequest, now: Instant) -> Result<(), Rejection> {
    let agent = roster.agent(&request.agent).filter(|record| !record.left);
    if agent.is_none() {
        let problem = "is not an agent of this unit";
        return Err(Rejection::invalid("/agentId", &request.agent, problem));
    }
    if roster.code(&request.code).is_none() {
        let problem = "is not an activity code of this unit";
        return Err(Rejection::invalid("/activityCodeId", &request.code, problem));
    }
    check_days(&request.days)?;
    let Some(hull) = request.hull() else {
        return Err(Rejection::invalid("/fullDays", &"[]", "names no time"));
    };
    let reach = limits::HORIZON_DAYS;
    if hull.start() < now.plus_days(-reach) || hull.end() > now.plus_days(reach) {
        let problem = format!("is more than {reach} days from now");
        return Err(Rejection::invalid("/start", &hull.start(), &problem));
    }
    let clashing = clashing(roster, request);
    if clashing.is_empty() { Ok(()) } else { Err(Rejection::conflict(clashing)) }
}

fn check_days(days: &Days) -> Result<(), Rejection> {
    let (pointer, count) = match days {
        Days::FullDays(days) => ("/fullDays", days.len()),
        Days::Partial(interval) => {
            ("/end", usize::try_from(interval.minutes() / 1_440).unwrap_or(usize::MAX))
        }
    };
    if count <= limits::TIME_OFF_DAYS {
        return Ok(());
    }
    let problem = format!("days are more than {}", limits::TIME_OFF_DAYS);
    Err(Rejection::invalid(pointer, &count, &problem))
}

/// One active request per agent and stretch of time.
fn clashing(roster: &Roster, request: &TimeOffRequest) -> Vec<Finding> {
    let others = roster.time_off_of(&request.agent);
    let active = others.filter(|o| o.status.is_active() && o.request.id != request.id);
    let mut found = Vec::new();
    for other in active {
        let pieces = request.intervals.iter();
        let shared: i64 = pieces.map(|interval| other.request.overlap_min(*interval)).sum();
        if shared > 0 {
            let subjects = [&request.id, &other.request.id].map(|id| Subject::TimeOff(id.clone()));
            found.push(
                Finding::new(Kind::TimeOffOverlapsTimeOff, Severity::Block, Some(&request.agent))
                    .about(subjects)
                    .during(other.request.hull())
                    .measured_min(shared, 0),
            );
        }
    }
    found
}

/// The shifts that the request lies on, and what is short of agents then: told, never in the way.
fn masked(roster: &Roster, request: &TimeOffRequest) -> Vec<Finding> {
    let Some(hull) = request.hull() else { return Vec::new() };
    let kind = Kind::TimeOffApprovedOverlap;
    let shifts = roster.shifts_of(&request.agent, hull);
    let masked = shifts.filter_map(|shift| {
        let shared_min = request.overlap_min(shift.interval());
        let subjects = [Subject::Shift(shift.id.clone()), Subject::TimeOff(request.id.clone())];
        (shared_min > 0).then(|| {
            Finding::new(kind, Severity::Info, Some(&request.agent))
                .about(subjects)
                .during(shift.interval().intersection(hull))
                .measured_min(shared_min, 0)
        })
    });
    masked.chain(change::when_off(roster, request)).collect()
}

pub(super) fn request(
    roster: &Roster,
    request: &TimeOffRequest,
    now: Instant,
) -> Result<Decision, Rejection> {
    let id = &request.id;
    if let Some(known) = roster.time_off(id) {
        return if known.request == *request {
            Ok(decision(id, known.status, Vec::new(), None))
        } else {
            Err(Rejection::Taken { what: Thing::TimeOff, id: id.to_string() })
        };
    }
    check(roster, request, now)?;
    let findings = masked(roster, request);
    let event = Event::TimeOffRequested(request.clone());
    Ok(decision(id, TimeOffStatus::Pending, findings, Some(event)))
}

pub(super) fn change(
    roster: &Roster,
    id: &TimeOffId,
    days: Option<&Days>,
    paid: Option<bool>,
    note: Option<&Option<Arc<str>>>,
    now: Instant,
) -> Result<Decision, Rejection> {
    let known = known(roster, id)?;
    let mut request = known.request.clone();
    if let Some(days) = days {
        let zone = roster.agent(&request.agent).map(|record| &record.agent.zone);
        request.intervals = zone.map(|zone| days.intervals(zone)).unwrap_or_default();
        request.days = days.clone();
    }
    request.paid = paid.unwrap_or(request.paid);
    if let Some(note) = note {
        request.note.clone_from(note);
    }
    if request == known.request {
        return Ok(decision(id, known.status, Vec::new(), None));
    }
    if known.status != TimeOffStatus::Pending {
        return Err(decided(known));
    }
    check(roster, &request, now)?;
    let findings = masked(roster, &request);
    Ok(decision(id, known.status, findings, Some(Event::TimeOffChanged(request))))
}

fn decided(known: &TimeOff) -> Rejection {
    let finding =
        Finding::new(Kind::TimeOffAlreadyDecided, Severity::Block, Some(&known.request.agent));
    let subject = Subject::TimeOff(known.request.id.clone());
    Rejection::conflict(vec![finding.about([subject]).during(hull(known))])
}

fn hull(known: &TimeOff) -> Option<Interval> {
    known.request.hull()
}

fn settle(
    roster: &Roster,
    id: &TimeOffId,
    from: &[TimeOffStatus],
    to: TimeOffStatus,
) -> Result<Decision, Rejection> {
    let known = known(roster, id)?;
    if known.status == to {
        return Ok(decision(id, to, Vec::new(), None));
    }
    if !from.contains(&known.status) {
        return Err(decided(known));
    }
    let findings = match to {
        TimeOffStatus::Approved => masked(roster, &known.request),
        TimeOffStatus::Pending | TimeOffStatus::Denied | TimeOffStatus::Canceled => Vec::new(),
    };
    let event = Event::TimeOffDecided { id: id.clone(), status: to };
    Ok(decision(id, to, findings, Some(event)))
}

pub(super) fn approve(
    roster: &Roster,
    id: &TimeOffId,
    verdict: &Verdict,
) -> Result<Decision, Rejection> {
    let decision = settle(roster, id, &[TimeOffStatus::Pending], TimeOffStatus::Approved)?;
    Ok(decision.because(verdict.reason.as_ref()))
}

pub(super) fn deny(
    roster: &Roster,
    id: &TimeOffId,
    verdict: &Verdict,
) -> Result<Decision, Rejection> {
    let decision = settle(roster, id, &[TimeOffStatus::Pending], TimeOffStatus::Denied)?;
    Ok(decision.because(verdict.reason.as_ref()))
}

pub(super) fn cancel(roster: &Roster, id: &TimeOffId) -> Result<Decision, Rejection> {
    let from = [TimeOffStatus::Pending, TimeOffStatus::Approved];
    settle(roster, id, &from, TimeOffStatus::Canceled)
}
