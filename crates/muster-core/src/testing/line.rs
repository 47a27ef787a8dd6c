//! Wall times, days and shifts, read from words and written as words.

use std::sync::Arc;

use jiff::civil::{Date, Time};

use crate::activity::Category;
use crate::agent::Skill;
use crate::id::{ActivityCodeId, AgentId, ShiftId};
use crate::instant::{Instant, Interval};
use crate::roster::Roster;
use crate::shift::{Activity, Commitment, ShiftBody, Span, Tags};
use crate::zone::{Disambiguation, Zone};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Short words for the codes that every unit has.
const CODES: &[(&str, Category)] = &[
    ("queue", Category::OnQueueWork),
    ("break", Category::Break),
    ("lunch", Category::Meal),
    ("meeting", Category::Meeting),
    ("desk", Category::OffQueueWork),
    ("off", Category::TimeOff),
    ("training", Category::Training),
    ("away", Category::Unavailable),
];

/// The zone and the week that wall times and names of days mean.
#[derive(Debug, Clone)]
pub struct Clock {
    /// The site's zone.
    pub zone: Zone,
    /// The Monday that `mon` means.
    pub week: Date,
}

impl Default for Clock {
    fn default() -> Self {
        Self { zone: Zone::utc(), week: jiff::civil::date(2026, 3, 16) }
    }
}

/// A shift as a line says it.
#[derive(Debug, Clone)]
pub struct ShiftLine {
    /// Its id.
    pub id: ShiftId,
    /// Its atoms' values.
    pub body: ShiftBody,
    /// The agent's own activities that the line names.
    pub own: Vec<Commitment>,
}

impl Clock {
    /// A day: its name, or its date.
    pub(super) fn day(&self, word: &str) -> Option<Date> {
        let named = DAYS.iter().position(|day| *day == word);
        let after = |days: usize| self.week.checked_add(jiff::Span::new().days(days as i64)).ok();
        named.and_then(after).or_else(|| word.parse().ok())
    }

    pub(super) fn day_name(&self, date: Date) -> String {
        let names = DAYS.iter().find(|name| self.day(name) == Some(date));
        names.map_or_else(|| date.to_string(), ToString::to_string)
    }

    /// `09:00`, or `01:30*` for the second time it comes.
    fn at(&self, date: Date, word: &str) -> Instant {
        let (text, policy) = match word.strip_suffix('*') {
            Some(text) => (text, Disambiguation::Later),
            None => (word, Disambiguation::Compatible),
        };
        let time: Time = format!("{text}:00").parse().unwrap_or_else(|_| panic!("{word}: a time"));
        self.zone.resolve(date.to_datetime(time), policy).expect("nothing is rejected")
    }

    fn time_name(&self, at: Instant) -> String {
        let wall = self.zone.wall(at);
        let text = format!("{:02}:{:02}", wall.hour(), wall.minute());
        let is_second = self.at(wall.date(), &text) != at;
        if is_second { format!("{text}*") } else { text }
    }

    /// `22:00-06:00`, beginning on a day.
    pub(super) fn span(&self, date: Date, word: &str) -> Interval {
        let (from, to) = word.split_once('-').unwrap_or_else(|| panic!("{word}: from-to"));
        let start = self.at(date, from);
        let mut end = self.at(date, to);
        if end <= start {
            end = self.at(date.tomorrow().expect("not the last day"), to);
        }
        Interval::new(start, end).unwrap_or_else(|| panic!("{word}: empty"))
    }

    /// `mon 22:00-06:00`, and its length where the clock does not tell it.
    pub(super) fn span_name(&self, span: Interval) -> String {
        let date = self.zone.date(span.start());
        let word = format!("{}-{}", self.time_name(span.start()), self.time_name(span.end()));
        let length = if self.span(date, &word) == span {
            String::new()
        } else {
            format!(" [{}]", span.minutes())
        };
        format!("{} {word}{length}", self.day_name(date))
    }

    /// `ana mon 09:00-17:00 12:00-12:30 lunch +tag key=value …`.
    ///
    /// # Panics
    /// When the words cannot be read.
    #[must_use]
    pub fn shift(&self, roster: &Roster, words: &[&str]) -> ShiftLine {
        let [agent, day, span, rest @ ..] = words else { panic!("{words:?}: agent day span") };
        let date = self.day(day).unwrap_or_else(|| panic!("{words:?}: no day"));
        let interval = self.span(date, span);
        let owner = AgentId::parse(agent).expect("an agent's id");
        let length_min = u32::try_from(interval.minutes()).expect("a short time");
        let span = Span { start: interval.start(), length_min, zone: self.zone.clone() };
        let mut line = ShiftLine {
            id: ShiftId::parse(&format!("{agent}-{day}")).expect("an id"),
            body: bare(owner, span),
            own: Vec::new(),
        };
        let mut activities = Vec::new();
        let mut rest = rest.iter();
        while let Some(word) = rest.next() {
            if word.contains(':') && word.contains('-') && !word.contains('=') {
                let code = rest.next().unwrap_or_else(|| panic!("{words:?}: what at {word}?"));
                let (place, code, paid) = self.activity(roster, date, interval, word, code);
                if roster.is_agent_bound(&code) {
                    line.own.push(commitment(place, code, paid));
                } else {
                    let offset_min = interval.start().minutes_until(place.start());
                    activities.push(Activity {
                        offset_min: u32::try_from(offset_min).expect("inside"),
                        length_min: u32::try_from(place.minutes()).expect("short"),
                        code,
                        paid,
                    });
                }
            } else {
                attribute(&mut line, word);
            }
        }
        activities.sort();
        line.body.activities = activities.into();
        line
    }

    fn activity(
        &self,
        roster: &Roster,
        date: Date,
        shift: Interval,
        word: &str,
        code: &str,
    ) -> (Interval, ActivityCodeId, bool) {
        let mut place = self.span(date, word);
        if place.start() < shift.start() {
            place = self.span(date.tomorrow().expect("not the last day"), word);
        }
        let (code, paid) = self::code(roster, code);
        (place, code, paid)
    }

    /// `09:00-17:00`'s parts and attributes, the span aside.
    pub(super) fn body_words(&self, roster: &Roster, body: &ShiftBody) -> String {
        let ShiftBody { owner: _, span, activities, site, work_plan, external_ids, note, tags } =
            body;
        let mut words = Vec::new();
        for Activity { offset_min, length_min, code, paid } in activities.iter() {
            let start = span.start.plus_min(i64::from(*offset_min));
            let place = Interval::new(start, start.plus_min(i64::from(*length_min)));
            let place = place.expect("activities are not empty");
            let times = format!("{}-{}", self.time_name(start), self.time_name(place.end()));
            words.push(format!("{times} {}", code_name(roster, code, *paid)));
        }
        words.extend(tags.iter().map(|tag| format!("+{tag}")));
        words.extend(note.iter().map(|note| format!("note={}", written(note))));
        words.extend(site.iter().map(|site| format!("site={site}")));
        words.extend(work_plan.iter().map(|plan| format!("plan={plan}")));
        words.extend(external_ids.iter().map(|(system, id)| format!("ext={system}/{id}")));
        if span.zone != self.zone {
            words.push(format!("in={}", span.zone));
        }
        words.join(" ")
    }
}

pub(super) fn commitment(place: Interval, code: ActivityCodeId, paid: bool) -> Commitment {
    let length_min = u32::try_from(place.minutes()).expect("a short time");
    Commitment { start: place.start(), length_min, code, paid }
}

fn attribute(line: &mut ShiftLine, word: &str) {
    let body = &mut line.body;
    if let Some(tag) = word.strip_prefix('+') {
        body.tags.insert(tag.into());
    } else if let Some(min) = word.strip_prefix('[').and_then(|w| w.strip_suffix(']')) {
        body.span.length_min = min.parse().expect("minutes");
    } else if let Some((key, value)) = word.split_once('=') {
        match key {
            "id" => line.id = ShiftId::parse(value).expect("an id"),
            "note" => body.note = Some(read(value)),
            "site" => body.site = Some(value.into()),
            "plan" => body.work_plan = Some(value.into()),
            "in" => body.span.zone = Zone::find(value).expect("a zone"),
            "ext" => {
                let (system, id) = value.split_once('/').expect("ext=system/id");
                body.external_ids.insert(system.into(), id.into());
            }
            _ => panic!("{word}: an attribute of shifts?"),
        }
    } else {
        assert!(matches!(word, "phone" | "chat"), "{word}: what is that in a shift?");
    }
}

/// Notes have no spaces in this language, and bars between lines.
fn read(note: &str) -> Arc<str> {
    note.replace('_', " ").replace('|', "\n").into()
}

pub(super) fn written(note: &str) -> String {
    note.replace(' ', "_").replace('\n', "|")
}

/// `lunch`, `lunch/paid`, or the id of a code of the unit.
pub(super) fn code(roster: &Roster, word: &str) -> (ActivityCodeId, bool) {
    let (name, paid) = word.split_once('/').map_or((word, None), |(n, p)| (n, Some(p == "paid")));
    let short = CODES.iter().find(|(short, _)| *short == name);
    let id = short.map_or(name, |(_, category)| category.name());
    let id = ActivityCodeId::parse(id).expect("an id");
    let known = roster.code(&id).unwrap_or_else(|| panic!("{name}: no such code"));
    (id, paid.unwrap_or(known.paid))
}

pub(super) fn code_name(roster: &Roster, id: &ActivityCodeId, paid: bool) -> String {
    let short = CODES.iter().find(|(_, category)| category.name() == id.as_str());
    let name = short.map_or(id.as_str(), |(short, _)| short);
    let is_usual = roster.code(id).is_none_or(|code| code.paid == paid);
    let suffix = if is_usual {
        ""
    } else if paid {
        "/paid"
    } else {
        "/unpaid"
    };
    format!("{name}{suffix}")
}

/// A shift with nothing in it.
pub(super) fn bare(owner: AgentId, span: Span) -> ShiftBody {
    ShiftBody {
        owner,
        span,
        activities: Arc::from([]),
        site: None,
        work_plan: None,
        external_ids: std::collections::BTreeMap::new(),
        note: None,
        tags: Tags::new(),
    }
}

/// `french`, or `french:2026-01-01..2026-12-31`.
pub(super) fn skill(word: &str) -> Skill {
    let (name, days) = word.split_once(':').unwrap_or((word, ".."));
    let (from, until) = days.split_once("..").expect("skill:from..until");
    let day = |text: &str| (!text.is_empty()).then(|| text.parse().expect("a date"));
    Skill { name: name.into(), valid_from: day(from), valid_until: day(until) }
}
