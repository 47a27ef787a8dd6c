//! A calendar as a program reads it: parsed by the crate `icalendar`, its zones worked out here,
//! from what stands in the calendar and nothing else.

use std::collections::BTreeMap;

use icalendar::parser::{Component, read_calendar, unfold};
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use muster_core::instant::Instant;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) uid: String,
    pub(crate) sequence: i64,
    pub(crate) modified: Instant,
    pub(crate) status: String,
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    pub(crate) description: String,
}

/// From an instant on, clocks are so many seconds ahead of UTC.
#[derive(Debug, Clone, Copy)]
struct Onset {
    at_second: i64,
    ahead: i64,
}

type Zones = BTreeMap<String, Vec<Onset>>;

fn value(component: &Component<'_>, name: &str) -> String {
    let found = component.find_prop(name);
    found.unwrap_or_else(|| panic!("no {name} in {component:?}")).val.as_str().to_owned()
}

fn wall(text: &str) -> DateTime {
    DateTime::strptime("%Y%m%dT%H%M%S", text).unwrap()
}

/// Seconds since 1970, were it UTC.
fn second(wall: DateTime) -> i64 {
    Offset::UTC.to_timestamp(wall).unwrap().as_second()
}

fn offset(text: &str) -> i64 {
    let digits: i64 = text[1..].parse().unwrap();
    let seconds = (digits / 100 * 60 + digits % 100) * 60;
    if text.starts_with('-') { -seconds } else { seconds }
}

fn onsets(zone: &Component<'_>) -> Vec<Onset> {
    let onset = |part: &Component<'_>| {
        assert!(["STANDARD", "DAYLIGHT"].contains(&part.name.as_str()));
        let (from, to) = (value(part, "TZOFFSETFROM"), value(part, "TZOFFSETTO"));
        let at_second = second(wall(&value(part, "DTSTART"))) - offset(&from);
        Onset { at_second, ahead: offset(&to) }
    };
    let mut onsets: Vec<Onset> = zone.components.iter().map(onset).collect();
    assert!(!onsets.is_empty());
    onsets.sort_by_key(|onset| onset.at_second);
    onsets
}

/// The first instant at which walls show a time.
fn resolved(onsets: &[Onset], local: DateTime) -> Instant {
    let readings = onsets.iter().map(|onset| second(local) - onset.ahead);
    let is_shown = |at: &i64| {
        let last = onsets.iter().rfind(|onset| onset.at_second <= *at);
        last.is_some_and(|last| at + last.ahead == second(local))
    };
    let first = readings.filter(is_shown).min();
    Instant::from_ms(first.unwrap_or_else(|| panic!("{local} is at no time")) * 1_000)
}

fn time(component: &Component<'_>, name: &str, zones: &Zones) -> Instant {
    let property = component.find_prop(name).unwrap();
    let text = property.val.as_str();
    let parameter = |key: &str| {
        let found = property.params.iter().find(|parameter| parameter.key == key);
        found.and_then(|found| found.val.as_ref()).map(|value| value.as_str().to_owned())
    };
    if parameter("VALUE").as_deref() == Some("DATE") {
        let day = Date::strptime("%Y%m%d", text).unwrap();
        return Instant::from_ms(second(day.to_datetime(jiff::civil::Time::midnight())) * 1_000);
    }
    match text.strip_suffix('Z') {
        Some(utc) => Instant::from_ms(second(wall(utc)) * 1_000),
        None => resolved(&zones[&parameter("TZID").unwrap()], wall(text)),
    }
}

/// The events of a calendar by their ids, up to the `@`. Whole days are read as days in UTC.
pub(crate) fn events(text: &str) -> BTreeMap<String, Seen> {
    let text = unfold(text);
    let calendar = read_calendar(&text).unwrap();
    let named = |name: &'static str| calendar.components.iter().filter(move |c| c.name == name);
    let zones: Zones = named("VTIMEZONE").map(|zone| (value(zone, "TZID"), onsets(zone))).collect();
    let mut events = BTreeMap::new();
    for event in named("VEVENT") {
        let (uid, modified) = (value(event, "UID"), time(event, "LAST-MODIFIED", &zones));
        assert_eq!(modified, time(event, "DTSTAMP", &zones));
        let description = event.find_prop("DESCRIPTION").map(|p| p.val.as_str().to_owned());
        let seen = Seen {
            sequence: value(event, "SEQUENCE").parse().unwrap(),
            modified,
            status: value(event, "STATUS"),
            start: time(event, "DTSTART", &zones),
            end: time(event, "DTEND", &zones),
            description: description.unwrap_or_default(),
            uid: uid.clone(),
        };
        let id = uid.split_once('@').unwrap().0.to_owned();
        assert!(events.insert(id, seen).is_none(), "{uid} is there twice");
    }
    events
}
