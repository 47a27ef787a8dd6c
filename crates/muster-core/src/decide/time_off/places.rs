//! Places: who may be off while a limit holds, who waits, and who moves up.

use std::cmp::Reverse;

use crate::change;
use crate::conflict::{Finding, Kind, Measure, Severity, Subject};
use crate::event::Event;
use crate::id::TimeOffLimitId;
use crate::instant::{Instant, Interval};
use crate::limits;
use crate::roster::Roster;
use crate::time_off::{Places, TimeOff, TimeOffLimit, TimeOffRequest, TimeOffStatus};

/// How many others hold a place that a request wants.
fn taken(roster: &Roster, limit: &TimeOffLimit, places: &Places, request: &TimeOffRequest) -> u32 {
    let others = roster.time_off_during(places.during).filter(|other| {
        other.status.holds_a_place()
            && other.request.id != request.id
            && limit.speaks_of(roster, &other.request)
    });
    u32::try_from(others.count()).unwrap_or(u32::MAX)
}

/// The limits that have no place for a request: of each, the stretch where most are missing.
pub(super) fn exhausted(roster: &Roster, request: &TimeOffRequest) -> Vec<Finding> {
    let severity = roster.rules().severity(Kind::TimeOffLimitExhausted);
    if severity == Severity::Off {
        return Vec::new();
    }
    let limits = roster.time_off_limits().map(|known| &known.value);
    let full = limits.filter(|limit| limit.speaks_of(roster, request)).filter_map(|limit| {
        let over = limit.places_of(request).filter_map(|places| {
            let wanted = i64::from(taken(roster, limit, places, request)) + 1;
            let over = wanted - i64::from(places.agents);
            (over > 0).then_some((over, Reverse(places.during), wanted, places))
        });
        let (_, _, wanted, places) = over.max_by_key(|(over, during, ..)| (*over, *during))?;
        let mut finding = Finding::new(Kind::TimeOffLimitExhausted, severity, Some(&request.agent))
            .about([Subject::TimeOff(request.id.clone())])
            .during(Some(places.during))
            .measured(Measure::Count, wanted, i64::from(places.agents));
        finding.rule = Some(limit.id.as_str().into());
        Some(finding)
    });
    full.collect()
}

/// Where a request stands among those that wait for the same places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// 1 for the one that comes next.
    pub position: usize,
    /// The limit that has no place.
    pub limit: TimeOffLimitId,
    /// Where.
    pub during: Interval,
    /// How many have to give up theirs.
    pub missing: i64,
}

/// What has to happen before a request on the waitlist has its places: for each limit.
#[must_use]
pub fn waiting(roster: &Roster, time_off: &TimeOff) -> Vec<Waiting> {
    if time_off.status != TimeOffStatus::Waitlisted {
        return Vec::new();
    }
    let of = |finding: Finding| {
        let limit = TimeOffLimitId::parse(finding.rule.as_deref()?).ok()?;
        let value = &roster.time_off_limit(&limit)?.value;
        let during = finding.interval?;
        let before = waitlisted(roster, during).filter(|other| {
            order(other) < order(time_off) && value.speaks_of(roster, &other.request)
        });
        let position = before.count() + 1;
        Some(Waiting { position, limit, during, missing: finding.magnitude })
    };
    exhausted(roster, &time_off.request).into_iter().filter_map(of).collect()
}

fn waitlisted(roster: &Roster, during: Interval) -> impl Iterator<Item = &TimeOff> {
    let all = roster.time_off_during(during);
    all.filter(|time_off| time_off.status == TimeOffStatus::Waitlisted)
}

/// Who asked first comes first.
fn order(time_off: &TimeOff) -> impl Ord + use<'_> {
    (time_off.asked.revision, &time_off.request.id)
}

/// Those who wait and have their places after some events, in their order; with `approves`, at
/// once approved where that says so.
pub(super) fn promoted(
    roster: &Roster,
    events: &[Event],
    freed: &[Interval],
    now: Instant,
    approves: impl Fn(&Roster, &TimeOffRequest) -> bool,
) -> Vec<Event> {
    let mut candidates: Vec<&TimeOff> =
        freed.iter().flat_map(|place| waitlisted(roster, *place)).collect();
    candidates.sort_by(|a, b| order(a).cmp(&order(b)));
    candidates.dedup_by(|a, b| a.request.id == b.request.id);
    if candidates.is_empty() {
        return Vec::new();
    }
    let mut after = change::after(roster, events, now);
    let mut moved_up = Vec::new();
    for candidate in candidates.into_iter().take(limits::WAITLIST_AT_ONCE) {
        let id = &candidate.request.id;
        let waits = after.time_off(id).is_some_and(|t| t.status == TimeOffStatus::Waitlisted);
        if !waits || !exhausted(&after, &candidate.request).is_empty() {
            continue;
        }
        let status = match approves(&after, &candidate.request) {
            true => TimeOffStatus::Approved,
            false => TimeOffStatus::Pending,
        };
        let event = Event::TimeOffDecided { id: id.clone(), status };
        after = change::after(&after, std::slice::from_ref(&event), now);
        moved_up.push(event);
    }
    moved_up
}
