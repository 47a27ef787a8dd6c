//! What agents say of when they can work, and of when they would like to.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::{Date, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{AgentId, AvailabilityId};
use crate::instant::Interval;
use crate::time_off::Days;
use crate::unit::DayOfWeek;
use crate::zone::{Disambiguation, Zone};

/// What an agent says of some time.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Says {
    /// They cannot work then.
    Unavailable,
    /// They would rather not work then.
    PrefersOff,
    /// When they work on such a day, they would rather do it then: "early shifts on Fridays".
    PrefersWithin,
}

impl Says {
    /// Its name, as the API spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unavailable => "UNAVAILABLE",
            Self::PrefersOff => "PREFERS_OFF",
            Self::PrefersWithin => "PREFERS_WITHIN",
        }
    }
}

/// The same hours of some days of every week, in the agent's zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weekly {
    /// On these days.
    pub days: BTreeSet<DayOfWeek>,
    /// From this time of day to that one, which is on the day after when it is not later; the
    /// whole day, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<(Time, Time)>,
    /// The first day of all; from ever, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Date>,
    /// The last day of all; for ever, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Date>,
}

/// Which time is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// Once.
    On(Days),
    /// Every week.
    Weekly(Weekly),
}

/// What an agent says of when they can, or would like to, work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Availability {
    /// Its id, among what this agent says.
    pub id: AvailabilityId,
    /// Who says it.
    pub agent: AgentId,
    /// What.
    pub says: Says,
    /// Of which time.
    pub when: When,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Arc<str>>,
}

impl Availability {
    /// The stretches of time it speaks of that share some with another, sorted and disjoint;
    /// `zone` is the agent's.
    #[must_use]
    pub fn during(&self, zone: &Zone, within: Interval) -> Vec<Interval> {
        let (first, last) = (zone.date(within.start()), zone.date(within.end()));
        let mut all: Vec<Interval> = match &self.when {
            When::On(Days::Partial(interval)) => vec![*interval],
            When::On(Days::FullDays(days)) => {
                let near = days.iter().filter(|day| (first..=last).contains(*day));
                near.filter_map(|day| zone.day(*day)).collect()
            }
            // What began on the day before may last into this one.
            When::Weekly(weekly) => {
                weekly.between(zone, first.yesterday().unwrap_or(first), last).collect()
            }
        };
        all.retain(|place| place.overlaps(within));
        all
    }
}

impl Weekly {
    /// The stretches of time that begin on the days `first..=last`.
    fn between(&self, zone: &Zone, first: Date, last: Date) -> impl Iterator<Item = Interval> {
        let first = self.first.map_or(first, |own| own.max(first));
        let last = self.last.map_or(last, |own| own.min(last));
        let days = first.series(jiff::Span::new().days(1)).take_while(move |day| *day <= last);
        let on_these = |day: &Date| self.days.contains(&DayOfWeek::from(day.weekday()));
        days.filter(on_these).filter_map(|day| self.on(zone, day))
    }

    fn on(&self, zone: &Zone, day: Date) -> Option<Interval> {
        let Some((from, to)) = self.hours else { return zone.day(day) };
        let end_day = if to > from { day } else { day.tomorrow().ok()? };
        let at = |day: Date, time| zone.resolve(day.to_datetime(time), Disambiguation::Compatible);
        Interval::new(at(day, from).ok()?, at(end_day, to).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(zone: &str, when: When, from: &str, to: &str, expected: Expect) {
        let zone = Zone::find(zone).unwrap();
        let at = |text: &str| zone.start_of_day(text.parse().unwrap());
        let availability = Availability {
            id: "a".parse().unwrap(),
            agent: "ana".parse().unwrap(),
            says: Says::Unavailable,
            when,
            note: None,
        };
        let within = Interval::new(at(from), at(to)).unwrap();
        let places = availability.during(&zone, within).into_iter();
        let told: Vec<String> = places
            .map(|p| format!("{} {} {} min", zone.wall(p.start()), zone.wall(p.end()), p.minutes()))
            .collect();
        expected.assert_eq(&told.join("\n"));
    }

    fn weekly(days: &[DayOfWeek], hours: Option<(&str, &str)>) -> Weekly {
        let time = |text: &str| format!("{text}:00").parse().unwrap();
        let hours = hours.map(|(from, to)| (time(from), time(to)));
        Weekly { days: days.iter().copied().collect(), hours, first: None, last: None }
    }

    #[test]
    fn nights_that_began_before_the_stretch_reach_into_it() {
        check(
            "Europe/Paris",
            When::Weekly(weekly(&[DayOfWeek::Sunday, DayOfWeek::Monday], Some(("22:00", "06:00")))),
            "2026-03-16",
            "2026-03-17",
            expect![[r#"
                2026-03-15T22:00:00 2026-03-16T06:00:00 480 min
                2026-03-16T22:00:00 2026-03-17T06:00:00 480 min"#]],
        );
    }

    #[test]
    fn hours_are_those_of_the_clock_on_the_wall() {
        check(
            "Europe/Paris",
            When::Weekly(weekly(&[DayOfWeek::Sunday], Some(("00:00", "06:00")))),
            "2026-03-20",
            "2026-04-06",
            expect![[r#"
                2026-03-22T00:00:00 2026-03-22T06:00:00 360 min
                2026-03-29T00:00:00 2026-03-29T06:00:00 300 min
                2026-04-05T00:00:00 2026-04-05T06:00:00 360 min"#]],
        );
    }

    #[test]
    fn whole_days_have_their_own_length_and_need_no_midnight() {
        check(
            "Africa/Cairo",
            When::Weekly(weekly(&[DayOfWeek::Friday], None)),
            "2026-04-17",
            "2026-04-30",
            expect![[r#"
                2026-04-17T00:00:00 2026-04-18T00:00:00 1440 min
                2026-04-24T01:00:00 2026-04-25T00:00:00 1380 min"#]],
        );
        check(
            "Africa/Cairo",
            When::On(Days::FullDays(vec!["2026-04-24".parse().unwrap()])),
            "2026-04-17",
            "2026-04-30",
            expect!["2026-04-24T01:00:00 2026-04-25T00:00:00 1380 min"],
        );
    }

    #[test]
    fn it_holds_from_its_first_to_its_last_day() {
        let days = weekly(&[DayOfWeek::Monday], Some(("09:00", "12:00")));
        let (first, last) = ("2026-03-16".parse().ok(), "2026-03-23".parse().ok());
        check(
            "Europe/Paris",
            When::Weekly(Weekly { first, last, ..days }),
            "2026-03-01",
            "2026-04-30",
            expect![[r#"
                2026-03-16T09:00:00 2026-03-16T12:00:00 180 min
                2026-03-23T09:00:00 2026-03-23T12:00:00 180 min"#]],
        );
    }
}
