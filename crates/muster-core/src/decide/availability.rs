//! What agents say of when they can, or would like to, work.

use crate::availability::{Availability, When};
use crate::change;
use crate::conflict::{Finding, Severity, Subject};
use crate::decide::time_off::check_days;
use crate::decide::{Decision, Outcome, Rejection, Thing};
use crate::entry::ReferenceKind;
use crate::event::Event;
use crate::id::{AgentId, AvailabilityId};
use crate::instant::{Instant, Interval};
use crate::limits;
use crate::roster::Roster;
use crate::rule;
use crate::time_off::hull;
use crate::zone::Zone;

fn decision(agent: &AgentId, findings: Vec<Finding>, event: Option<Event>) -> Decision {
    let outcome = Outcome::Availability { findings };
    let events = event.into_iter().collect();
    Decision::new(ReferenceKind::Availability, agent, outcome).with(events)
}

/// Says something, or something else than before under the same id. It holds nothing up: what is
/// worked against it already is told.
pub(super) fn put(
    roster: &Roster,
    said: &Availability,
    now: Instant,
) -> Result<Decision, Rejection> {
    let Availability { id, agent, .. } = said;
    let record = roster.agent(agent).filter(|record| !record.left);
    let record = record.ok_or_else(|| Rejection::unknown(Thing::Agent, agent))?;
    check(said, &record.agent.zone, now)?;
    let known = roster.availability(agent, id);
    if known.is_some_and(|known| known.value == *said) {
        return Ok(decision(agent, worked_against(roster, said, now), None));
    }
    let count = roster.availability_of(agent).count();
    if known.is_none() && count >= limits::AVAILABILITY {
        let problem =
            format!("is one more than the {} that an agent may say", limits::AVAILABILITY);
        return Err(Rejection::invalid("/id", id, &problem));
    }
    let event = Event::AvailabilityPut(said.clone());
    let after = change::after(roster, std::slice::from_ref(&event), now);
    Ok(decision(agent, worked_against(&after, said, now), Some(event)))
}

pub(super) fn withdraw(
    roster: &Roster,
    agent: &AgentId,
    id: &AvailabilityId,
) -> Result<Decision, Rejection> {
    if roster.availability(agent, id).is_none() {
        return Err(Rejection::unknown(Thing::Availability, id));
    }
    let event = Event::AvailabilityWithdrawn { agent: agent.clone(), id: id.clone() };
    Ok(decision(agent, Vec::new(), Some(event)))
}

fn check(said: &Availability, zone: &Zone, now: Instant) -> Result<(), Rejection> {
    let weekly = match &said.when {
        When::On(days) => {
            return check_days(days, hull(&days.intervals(zone)), now);
        }
        When::Weekly(weekly) => weekly,
    };
    if weekly.days.is_empty() {
        return Err(Rejection::invalid("/weekly/daysOfWeek", &"[]", "names no day"));
    }
    match weekly.first.zip(weekly.last).filter(|(first, last)| last < first) {
        None => Ok(()),
        Some((first, last)) => {
            let problem = format!("is before validFrom, {first}");
            Err(Rejection::invalid("/weekly/validUntil", &last, &problem))
        }
    }
}

/// The agent's work from now on that is against it. It was there first: nobody answers for it.
fn worked_against(roster: &Roster, said: &Availability, now: Instant) -> Vec<Finding> {
    let last = roster.timelines.get(&said.agent).and_then(|timeline| timeline.shifts.get_max());
    let ahead = last.and_then(|(_, shift)| Interval::new(now, shift.interval().end()));
    let Some(ahead) = ahead else { return Vec::new() };
    let mut found = rule::findings(roster, &said.agent, ahead);
    found.retain(|finding| finding.subjects.contains(&Subject::Availability(said.id.clone())));
    for finding in &mut found {
        finding.severity = finding.severity.min(Severity::Info);
    }
    found
}
