//! What agents say of when they can work: `ana cannot mon 09:00-12:00`, `ana avoids sat..sun`,
//! `ana likes weekly mon,tue 07:00-15:00 from=2026-03-16`.

use std::fmt::Write as _;

use jiff::civil::Time;

use crate::availability::{Availability, Says, Weekly, When};
use crate::id::AgentId;
use crate::roster::Roster;
use crate::testing::line::Clock;
use crate::testing::{World, fixture};
use crate::time_off::Days;
use crate::unit::DayOfWeek;

const WORDS: [(&str, Says); 3] =
    [("cannot", Says::Unavailable), ("avoids", Says::PrefersOff), ("likes", Says::PrefersWithin)];

pub(super) fn says(word: &str) -> Option<Says> {
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, says)| *says)
}

/// The words after the agent's name; without an `id=` it is called after the first day.
pub(super) fn read(world: &World, name: &str, words: &[&str]) -> Availability {
    let (word, days) = (words[0], &words[1..]);
    let (when, rest) = match days {
        ["weekly", days, rest @ ..] => weekly(world, days, rest),
        _ => {
            let (days, rest) = fixture::days(world, days);
            (When::On(days), rest)
        }
    };
    let first = days.iter().find(|word| **word != "weekly").expect("a day");
    let first = first.split(['.', ',']).next().unwrap_or_default();
    let kind = if days[0] == "weekly" { "weekly" } else { word };
    let id = rest.iter().find_map(|word| word.strip_prefix("id="));
    Availability {
        id: id.unwrap_or(&format!("{name}-{kind}-{first}")).parse().expect("an id"),
        agent: AgentId::parse(name).expect("an id"),
        says: says(word).expect("cannot, avoids or likes"),
        when,
        note: None,
    }
}

fn weekly<'a>(world: &World, days: &str, rest: &'a [&'a str]) -> (When, &'a [&'a str]) {
    let day = |word: &str| {
        let date = world.clock.day(word).expect("a day");
        DayOfWeek::from(date.weekday())
    };
    let (hours, rest) = match rest {
        [span, rest @ ..] if span.contains(':') => (Some(hours(span)), rest),
        _ => (None, rest),
    };
    let date = |name: &str| {
        let word = rest.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        word.map(|word| word.parse().expect("a date"))
    };
    let days = days.split(',').map(day).collect();
    (When::Weekly(Weekly { days, hours, first: date("from"), last: date("to") }), rest)
}

fn hours(span: &str) -> (Time, Time) {
    let (from, to) = span.split_once('-').expect("from-to");
    let time = |word: &str| format!("{word}:00").parse().expect("a time");
    (time(from), time(to))
}

/// All that is said, one to a line.
pub(super) fn lines(text: &mut String, roster: &Roster, clock: &Clock) {
    let said = roster.timelines.values().flat_map(|timeline| timeline.availability.values());
    for known in said {
        let Availability { id, agent, says, when, note: _ } = &known.value;
        let word = WORDS.iter().find(|(_, known)| known == says).map_or("", |(word, _)| word);
        let when = match when {
            When::On(Days::Partial(interval)) => clock.span_name(*interval),
            When::On(Days::FullDays(days)) => {
                days.iter().map(|day| clock.day_name(*day)).collect::<Vec<_>>().join(" ")
            }
            When::Weekly(Weekly { days, hours, first, last }) => {
                let days: Vec<String> = days.iter().map(|day| format!("{day:?}")).collect();
                let hours = hours.map_or(String::new(), |(from, to)| format!(" {from}-{to}"));
                let date = |name, date: &Option<jiff::civil::Date>| {
                    date.map_or(String::new(), |date| format!(" {name}={date}"))
                };
                format!(
                    "weekly {}{hours}{}{}",
                    days.join(","),
                    date("from", first),
                    date("to", last)
                )
            }
        };
        let _ = writeln!(text, "{id}: {agent} {word} {when}");
    }
}
