//! What an agent's calendar shows: the live shifts and approved time off of a while back and ahead,
//! and as cancelled what was shown and is no more.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use muster_core::activity::Category;
use muster_core::entry::Origin;
use muster_core::id::{ActivityCodeId, AgentId, OrganizationId, ShiftId};
use muster_core::instant::{Instant, Interval};
use muster_core::roster::Gone;
use muster_core::shift::{Shift, ShiftBody};
use muster_core::time_off::{Days, TimeOff, TimeOffStatus};
use muster_core::zone::Zone;
use muster_core::{Roster, limits};
use sha2::{Digest, Sha256};

use super::REFRESH;
use super::event::{Event, When};
use super::text::Lines;
use super::zone;

/// An agent's calendar, as `text/calendar`; nothing for who is not, or no longer, of the unit.
///
/// The same until the state changes or another day begins.
#[must_use]
pub fn feed(
    roster: &Roster,
    organization: &OrganizationId,
    agent: &AgentId,
    now: Instant,
) -> Option<String> {
    let record = roster.agent(agent).filter(|record| !record.left)?;
    let unit = roster.unit()?;
    let today = Zone::utc().start_of_day(Zone::utc().date(now));
    let from = today.plus_days(-limits::CALENDAR_BACK_DAYS);
    let during = Interval::new(from, today.plus_days(limits::CALENDAR_AHEAD_DAYS))?;
    let domain = domain([organization.as_str(), unit.id.as_str(), agent.as_str()]);
    let of = Of { roster, agent, zone: &record.agent.zone, domain: &domain };

    let mut events: Vec<Event> = roster.shifts_of(agent, during).map(|s| of.shift(s)).collect();
    events.extend(roster.lost_by(agent, during).map(|(id, gone)| of.lost(id, gone)));
    let granted = roster.time_off_of(agent).filter(|time_off| time_off.was_approved);
    events.extend(granted.flat_map(|time_off| of.time_off(time_off, during)));
    Some(written(&unit.name, &events))
}

/// What comes after the `@` of every id: nobody else's events have the same.
fn domain(parts: [&str; 3]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hex: String = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}.muster")
}

fn written(unit: &str, events: &[Event]) -> String {
    let mut lines = Lines::default();
    lines.line("BEGIN", "VCALENDAR");
    lines.line("VERSION", "2.0");
    lines.line("PRODID", "-//Muster//Agent calendar//EN");
    lines.line("CALSCALE", "GREGORIAN");
    for name in ["NAME", "X-WR-CALNAME"] {
        lines.text(name, &format!("{unit}: shifts"));
    }
    lines.line("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
    lines.line("X-PUBLISHED-TTL", REFRESH);
    let mut zones: BTreeMap<&Zone, Interval> = BTreeMap::new();
    for (zone, place) in events.iter().filter_map(Event::place) {
        let known = zones.entry(zone).or_insert(place);
        let (start, end) = (known.start().min(place.start()), known.end().max(place.end()));
        *known = Interval::new(start, end).unwrap_or(place);
    }
    for (zone, during) in zones {
        zone::write(&mut lines, zone, during);
    }
    events.iter().for_each(|event| event.write(&mut lines));
    lines.line("END", "VCALENDAR");
    lines.finish()
}

/// Whose events they are.
struct Of<'a> {
    roster: &'a Roster,
    agent: &'a AgentId,
    zone: &'a Zone,
    domain: &'a str,
}

impl Of<'_> {
    fn shift(&self, shift: &Shift) -> Event {
        let own = self.roster.commitments_changed(self.agent, shift.interval());
        let newest = shift.newest();
        let changed = own.filter(|own| own.revision > newest.revision).unwrap_or(newest);
        Event {
            description: self.description(&shift.body),
            changed: changed.clone(),
            ..self.bare(&shift.id, &shift.body, newest)
        }
    }

    /// What is in it is nobody's matter any more.
    fn lost(&self, id: &ShiftId, gone: &Gone) -> Event {
        Event { is_cancelled: true, ..self.bare(id, &gone.body, &gone.origin) }
    }

    fn bare(&self, id: &ShiftId, body: &ShiftBody, changed: &Origin) -> Event {
        let types: Vec<&str> = body.tags.iter().filter_map(|t| t.strip_prefix("type:")).collect();
        Event {
            uid: format!("shift-{id}@{}", self.domain),
            when: When::Timed(body.interval(), body.span.zone.clone()),
            summary: named("Shift", &types.join(", ")),
            location: body.site.as_ref().map(ToString::to_string),
            description: String::new(),
            category: "Shift",
            is_cancelled: false,
            changed: changed.clone(),
        }
    }

    /// What else than on-queue work the shift holds, and the remark.
    fn description(&self, body: &ShiftBody) -> String {
        let clock = |min: u32| {
            let wall = body.span.zone.wall(body.span.start.plus_min(i64::from(min)));
            wall.strftime("%H:%M").to_string()
        };
        let activities = self.roster.activities(body);
        let activities = activities.iter().map(|activity| {
            let end = activity.offset_min + activity.length_min;
            format!("{}–{} {}", clock(activity.offset_min), clock(end), self.name(&activity.code))
        });
        let note = body.note.iter().map(ToString::to_string);
        activities.chain(note).collect::<Vec<_>>().join("\n")
    }

    fn name(&self, code: &ActivityCodeId) -> String {
        self.roster.code(code).map_or_else(|| code.to_string(), |code| code.name.to_string())
    }

    /// An event for each stretch of a request that the calendar reaches.
    fn time_off(&self, time_off: &TimeOff, during: Interval) -> Vec<Event> {
        let request = &time_off.request;
        let is_default = request.code.as_str() == Category::TimeOff.name();
        let kind = if is_default { String::new() } else { self.name(&request.code) };
        let stretches: Vec<(Interval, When)> = match &request.days {
            Days::FullDays(days) => self.runs(days),
            Days::Partial(place) => vec![(*place, When::Timed(*place, self.zone.clone()))],
        };
        let event = |(n, (_, when)): (usize, (Interval, When))| Event {
            uid: format!("timeoff-{}-{n}@{}", request.id, self.domain),
            when,
            summary: named("Time off", &kind),
            location: None,
            description: request.note.as_ref().map(ToString::to_string).unwrap_or_default(),
            category: "Time off",
            is_cancelled: time_off.status != TimeOffStatus::Approved,
            changed: time_off.origin.clone(),
        };
        let shown = stretches.into_iter().enumerate().filter(|(_, (p, _))| p.overlaps(during));
        shown.map(event).collect()
    }

    /// Days without one between them, together; with the time they are in the agent's zone.
    fn runs(&self, days: &[Date]) -> Vec<(Interval, When)> {
        let mut runs: Vec<(Date, Date)> = Vec::new();
        for day in days.iter().copied().collect::<BTreeSet<_>>() {
            let Ok(next) = day.tomorrow() else { continue };
            match runs.last_mut() {
                Some((_, end)) if *end == day => *end = next,
                _ => runs.push((day, next)),
            }
        }
        let place = |(first, end): (Date, Date)| {
            let (from, to) = (self.zone.start_of_day(first), self.zone.start_of_day(end));
            Some((Interval::new(from, to)?, When::Days(first, end)))
        };
        runs.into_iter().filter_map(place).collect()
    }
}

/// `Shift`, or `Shift: early`.
fn named(what: &str, kind: &str) -> String {
    if kind.is_empty() { what.to_owned() } else { format!("{what}: {kind}") }
}
