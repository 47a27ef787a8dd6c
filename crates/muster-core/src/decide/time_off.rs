//! Time off: request, change, approve, deny, cancel; and the limits on it.
//!
//! Approving removes nothing: the overlay masks what lies below, so it commutes with every change
//! of shifts. What it masks is told.

mod effects;
mod places;

use std::sync::Arc;

use crate::acknowledge::Answers;
use crate::command::Verdict;
use crate::conflict::{Finding, Kind, Severity, Subject};
use crate::decide::{Decision, Outcome, Rejection, Thing};
use crate::entry::ReferenceKind;
use crate::event::Event;
use crate::id::TimeOffId;
use crate::instant::{Instant, Interval};
use crate::limits;
use crate::roster::Roster;
use crate::time_off::{Days, TimeOff, TimeOffLimit, TimeOffRequest, TimeOffStatus};

use effects::{broken, masked};
pub use places::{Waiting, waiting};
use places::{exhausted, promoted};

fn decision(
    id: &TimeOffId,
    status: TimeOffStatus,
    findings: Vec<Finding>,
    events: Vec<Event>,
) -> Decision {
    let outcome = Outcome::TimeOff { id: id.clone(), status, findings };
    Decision::new(ReferenceKind::TimeOffRequest, id, outcome).with(events)
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
    check_days(&request.days, request.hull(), now)?;
    let clashing = clashing(roster, request);
    if clashing.is_empty() { Ok(()) } else { Err(Rejection::conflict(clashing)) }
}

/// Whether these can be meant; `hull` is from their first to their last instant.
pub(super) fn check_days(
    days: &Days,
    hull: Option<Interval>,
    now: Instant,
) -> Result<(), Rejection> {
    let (pointer, count) = match days {
        Days::FullDays(days) => ("/fullDays", days.len()),
        Days::Partial(interval) => {
            ("/end", usize::try_from(interval.minutes() / 1_440).unwrap_or(usize::MAX))
        }
    };
    if count > limits::TIME_OFF_DAYS {
        let problem = format!("days are more than {}", limits::TIME_OFF_DAYS);
        return Err(Rejection::invalid(pointer, &count, &problem));
    }
    let Some(hull) = hull else {
        return Err(Rejection::invalid("/fullDays", &"[]", "names no time"));
    };
    let reach = limits::HORIZON_DAYS;
    if hull.start() < now.plus_days(-reach) || hull.end() > now.plus_days(reach) {
        let problem = format!("is more than {reach} days from now");
        return Err(Rejection::invalid("/start", &hull.start(), &problem));
    }
    Ok(())
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

/// What an approval of a request would meet and break, now.
#[must_use]
pub fn evaluate(roster: &Roster, request: &TimeOffRequest, now: Instant) -> Vec<Finding> {
    let mut findings = clashing(roster, request);
    let known = roster.time_off(&request.id).map(|known| known.status);
    if known.is_none_or(|status| !status.holds_a_place()) {
        findings.extend(exhausted(roster, request));
    }
    findings.extend(effects(roster, request, roster.now(now)));
    findings
}

/// What an approval masks and breaks.
fn effects(roster: &Roster, request: &TimeOffRequest, now: Instant) -> Vec<Finding> {
    let mut findings = masked(roster, request);
    findings.extend(broken(roster, request, TimeOffStatus::Approved, now));
    findings
}

/// Whether an approval breaks nothing that somebody would have to answer for.
fn is_clean(effects: &[Finding]) -> bool {
    effects.iter().all(|finding| finding.severity < Severity::Ack)
}

pub(super) fn request(
    roster: &Roster,
    request: &TimeOffRequest,
    now: Instant,
) -> Result<Decision, Rejection> {
    let id = &request.id;
    if let Some(known) = roster.time_off(id) {
        return if known.request == *request {
            Ok(decision(id, known.status, Vec::new(), Vec::new()))
        } else {
            Err(Rejection::Taken { what: Thing::TimeOff, id: id.to_string() })
        };
    }
    check(roster, request, now)?;
    let mut findings = exhausted(roster, request);
    let effects = effects(roster, request, now);
    let status = match findings.is_empty() {
        false => TimeOffStatus::Waitlisted,
        true if roster.rules().auto_approve_time_off && is_clean(&effects) => {
            TimeOffStatus::Approved
        }
        true => TimeOffStatus::Pending,
    };
    findings.extend(effects);
    let mut events = vec![Event::TimeOffRequested(request.clone())];
    if status != TimeOffStatus::Pending {
        events.push(Event::TimeOffDecided { id: id.clone(), status });
    }
    Ok(decision(id, status, findings, events))
}

/// What a change of a request sets.
pub(super) struct Change<'a> {
    pub(super) days: Option<&'a Days>,
    pub(super) paid: Option<bool>,
    pub(super) paid_min: Option<Option<u32>>,
    pub(super) note: Option<&'a Option<Arc<str>>>,
}

impl Change<'_> {
    fn of(&self, roster: &Roster, known: &TimeOffRequest) -> TimeOffRequest {
        let mut request = known.clone();
        if let Some(days) = self.days {
            let zone = roster.agent(&request.agent).map(|record| &record.agent.zone);
            request.intervals = zone.map(|zone| days.intervals(zone)).unwrap_or_default();
            request.days = days.clone();
        }
        request.paid = self.paid.unwrap_or(request.paid);
        request.paid_min = self.paid_min.unwrap_or(request.paid_min);
        if let Some(note) = self.note {
            request.note.clone_from(note);
        }
        request
    }
}

pub(super) fn change(
    roster: &Roster,
    id: &TimeOffId,
    change: &Change<'_>,
    now: Instant,
) -> Result<Decision, Rejection> {
    let known = known(roster, id)?;
    let request = change.of(roster, &known.request);
    if request == known.request {
        return Ok(decision(id, known.status, Vec::new(), Vec::new()));
    }
    if !matches!(known.status, TimeOffStatus::Pending | TimeOffStatus::Waitlisted) {
        return Err(decided(known));
    }
    check(roster, &request, now)?;
    let mut findings = exhausted(roster, &request);
    let has_place = findings.is_empty();
    let status = if has_place { TimeOffStatus::Pending } else { TimeOffStatus::Waitlisted };
    findings.extend(masked(roster, &request));
    let mut events = vec![Event::TimeOffChanged(request)];
    if status != known.status {
        events.push(Event::TimeOffDecided { id: id.clone(), status });
    }
    let events = with_promotions(roster, events, &known.request.intervals, now);
    Ok(decision(id, status, findings, events))
}

/// The events, and those who move up because of them.
fn with_promotions(
    roster: &Roster,
    mut events: Vec<Event>,
    freed: &[Interval],
    now: Instant,
) -> Vec<Event> {
    // What an approval breaks is only looked for where it may come without a planner.
    let approves = |after: &Roster, request: &TimeOffRequest| {
        after.rules().auto_approve_time_off && is_clean(&effects(after, request, now))
    };
    events.extend(promoted(roster, &events, freed, now, approves));
    events
}

fn decided(known: &TimeOff) -> Rejection {
    let finding =
        Finding::new(Kind::TimeOffAlreadyDecided, Severity::Block, Some(&known.request.agent));
    let subject = Subject::TimeOff(known.request.id.clone());
    Rejection::conflict(vec![finding.about([subject]).during(known.request.hull())])
}

pub(super) fn approve(
    roster: &Roster,
    id: &TimeOffId,
    verdict: &Verdict,
    now: Instant,
) -> Result<Decision, Rejection> {
    let known = known(roster, id)?;
    let status = TimeOffStatus::Approved;
    let full = match known.status {
        TimeOffStatus::Approved => return Ok(decision(id, status, Vec::new(), Vec::new())),
        TimeOffStatus::Pending => Vec::new(),
        TimeOffStatus::Waitlisted => exhausted(roster, &known.request),
        TimeOffStatus::Denied | TimeOffStatus::Canceled => return Err(decided(known)),
    };
    let answers = Answers::new(roster, &verdict.acknowledge);
    let gates = full.iter().filter(|finding| finding.severity >= Severity::Ack);
    let held: Vec<Finding> = gates.clone().filter(|f| !answers.covers(f)).cloned().collect();
    if !held.is_empty() {
        return Err(Rejection::conflict(held));
    }
    let mut events = vec![Event::TimeOffDecided { id: id.clone(), status }];
    events.extend(answers.event(gates, verdict.reason.as_ref()));
    let mut findings = full.clone();
    findings.extend(effects(roster, &known.request, now));
    Ok(decision(id, status, findings, events).because(verdict.reason.as_ref()))
}

pub(super) fn deny(
    roster: &Roster,
    id: &TimeOffId,
    verdict: &Verdict,
    now: Instant,
) -> Result<Decision, Rejection> {
    let decision = end(roster, id, TimeOffStatus::Denied, now)?;
    Ok(decision.because(verdict.reason.as_ref()))
}

pub(super) fn cancel(roster: &Roster, id: &TimeOffId, now: Instant) -> Result<Decision, Rejection> {
    end(roster, id, TimeOffStatus::Canceled, now)
}

/// A request ends, and whoever waits for its places moves up in the same entry.
fn end(
    roster: &Roster,
    id: &TimeOffId,
    to: TimeOffStatus,
    now: Instant,
) -> Result<Decision, Rejection> {
    let known = known(roster, id)?;
    let findings = match known.status {
        status if status == to => return Ok(decision(id, to, Vec::new(), Vec::new())),
        TimeOffStatus::Pending | TimeOffStatus::Waitlisted => Vec::new(),
        // What was masked is worked again.
        TimeOffStatus::Approved if to == TimeOffStatus::Canceled => {
            broken(roster, &known.request, to, now)
        }
        TimeOffStatus::Approved | TimeOffStatus::Denied | TimeOffStatus::Canceled => {
            return Err(decided(known));
        }
    };
    let events = vec![Event::TimeOffDecided { id: id.clone(), status: to }];
    let events = match known.status.holds_a_place() {
        true => with_promotions(roster, events, &known.request.intervals, now),
        false => events,
    };
    Ok(decision(id, to, findings, events))
}

pub(super) fn put_limits(
    roster: &Roster,
    limits: &[TimeOffLimit],
    now: Instant,
) -> Result<Decision, Rejection> {
    let mut events = Vec::new();
    let mut freed = Vec::new();
    for (n, limit) in limits.iter().enumerate() {
        check_limit(roster, n, limit)?;
        let known = roster.time_off_limit(&limit.id).map(|known| &known.value);
        if known == Some(limit) || known.is_none() && limit.places.is_empty() {
            continue;
        }
        let places = known.into_iter().chain([limit]).flat_map(|limit| &limit.places);
        freed.extend(places.map(|places| places.during));
        events.push(Event::TimeOffLimitPut(limit.clone()));
    }
    let events = with_promotions(roster, events, &freed, now);
    let about = limits.first().map(|limit| limit.id.to_string()).unwrap_or_default();
    Ok(Decision::new(ReferenceKind::Unit, &about, Outcome::Done).with(events))
}

fn check_limit(roster: &Roster, n: usize, limit: &TimeOffLimit) -> Result<(), Rejection> {
    let invalid = |field: &str, value: &dyn ToString, problem: &str| {
        Err(Rejection::invalid(&format!("/limits/{n}/{field}"), &value.to_string(), problem))
    };
    if let Some(group) = limit.group.as_ref().filter(|id| roster.management_unit(id).is_none()) {
        return invalid("managementUnitId", group, "is not a management unit of this unit");
    }
    if let Some(code) = limit.codes.iter().find(|code| roster.code(code).is_none()) {
        return invalid("activityCodeIds", code, "is not an activity code of this unit");
    }
    if limit.places.len() > limits::LIMIT_PLACES {
        let problem = format!("are more than {}", limits::LIMIT_PLACES);
        return invalid("intervals", &limit.places.len(), &problem);
    }
    let mut pairs = limit.places.windows(2);
    match pairs.find(|pair| pair[1].during.start() < pair[0].during.end()) {
        Some(pair) => invalid("intervals", &pair[1].during.start(), "begins before another ends"),
        None => Ok(()),
    }
}
