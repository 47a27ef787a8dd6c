//! When the clocks of a zone are moved.

use jiff::tz::TimeZone;

use crate::instant::{Instant, Interval};
use crate::zone::Zone;

const DAY_MIN: i64 = 24 * 60;

/// A moment at which the clocks of a zone are moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transition {
    /// The first instant of the new time.
    pub at: Instant,
    /// The offset from UTC before, in minutes.
    pub before_min: i64,
    /// The offset from UTC from then on, in minutes.
    pub after_min: i64,
}

/// What a transition does to a midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Midnight {
    /// The clocks jump over it: the day begins later.
    Skipped,
    /// It comes twice.
    Twice,
}

impl Transition {
    /// By how many minutes time across it is longer than it looks: `-60` when an hour is skipped,
    /// `60` when one repeats.
    #[must_use]
    pub fn change_min(self) -> i64 {
        self.before_min - self.after_min
    }

    /// Whether a stretch lies across it: some of it before, and its end after.
    #[must_use]
    pub fn is_within(self, place: Interval) -> bool {
        place.start() < self.at && self.at <= place.end()
    }

    /// Whether the wall times that it skips or repeats hold a midnight.
    #[must_use]
    pub fn midnight(self) -> Option<Midnight> {
        let utc_min = self.at.ms().div_euclid(60_000);
        let (before, after) = (utc_min + self.before_min, utc_min + self.after_min);
        let (from, to) = (before.min(after), before.max(after));
        let first = -(-from).div_euclid(DAY_MIN) * DAY_MIN;
        let kind = if after > before { Midnight::Skipped } else { Midnight::Twice };
        (first < to).then_some(kind)
    }

    /// The other instant at which clocks show the same as at this one, if it comes twice.
    #[must_use]
    pub fn other_reading(self, at: Instant) -> Option<Instant> {
        let twice_min = self.change_min();
        if twice_min <= 0 {
            return None;
        }
        let (first, second) = (self.at.plus_min(-twice_min), self.at.plus_min(twice_min));
        if (first..self.at).contains(&at) {
            return Some(at.plus_min(twice_min));
        }
        (self.at..second).contains(&at).then(|| at.plus_min(-twice_min))
    }
}

impl Zone {
    /// The moments in a stretch of time at which the clocks are moved, its end included.
    #[must_use]
    pub fn transitions(&self, during: Interval) -> Vec<Transition> {
        let mut before_min = self.offset_min(during.start());
        let all = self.0.following(during.start().timestamp());
        let all = all.map(|transition| Instant::from_timestamp(transition.timestamp()));
        let mut found = Vec::new();
        for at in all.take_while(|at| *at <= during.end()) {
            let after_min = self.offset_min(at);
            // A zone may change its name, or what it calls summer, and nothing else.
            if after_min != before_min {
                found.push(Transition { at, before_min, after_min });
            }
            before_min = after_min;
        }
        found
    }

    /// Clocks that keep the offset they have before a transition. They have no name: such a zone
    /// is for looking, and never stored.
    #[must_use]
    pub(crate) fn kept_before(&self, transition: Transition) -> Self {
        let just_before = Instant::from_ms(transition.at.ms() - 1);
        Self(TimeZone::fixed(self.0.to_offset(just_before.timestamp())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(zone: &str) -> Vec<String> {
        let at = |text: &str| Instant::from_timestamp(text.parse().unwrap());
        let year = Interval::new(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z")).unwrap();
        let all = Zone::find(zone).unwrap().transitions(year).into_iter();
        let said = |t: Transition| match t.midnight() {
            None => format!("{} {:+}", t.at, t.change_min()),
            Some(midnight) => format!("{} {:+} {midnight:?}", t.at, t.change_min()),
        };
        all.map(said).collect()
    }

    #[test]
    fn zones_move_their_clocks_when_they_do() {
        assert_eq!(year("Asia/Singapore"), [""; 0]);
        assert_eq!(year("Europe/Paris"), ["2026-03-29T01:00:00Z -60", "2026-10-25T01:00:00Z +60"]);
        let chicago = ["2026-03-08T08:00:00Z -60", "2026-11-01T07:00:00Z +60"];
        assert_eq!(year("America/Chicago"), chicago);
        let howe = ["2026-04-04T15:00:00Z +30", "2026-10-03T15:30:00Z -30"];
        assert_eq!(year("Australia/Lord_Howe"), howe);
    }

    #[test]
    fn some_zones_skip_a_midnight_or_have_two() {
        let cairo = ["2026-04-23T22:00:00Z -60 Skipped", "2026-10-29T21:00:00Z +60"];
        assert_eq!(year("Africa/Cairo"), cairo);
        let beirut = ["2026-03-28T22:00:00Z -60 Skipped", "2026-10-24T21:00:00Z +60"];
        assert_eq!(year("Asia/Beirut"), beirut);
        let santiago = ["2026-04-05T03:00:00Z +60", "2026-09-06T04:00:00Z -60 Skipped"];
        assert_eq!(year("America/Santiago"), santiago);
        let havana = ["2026-03-08T05:00:00Z -60 Skipped", "2026-11-01T05:00:00Z +60 Twice"];
        assert_eq!(year("America/Havana"), havana);
    }

    #[test]
    fn a_time_that_comes_twice_has_another_reading() {
        let at = |text: &str| Instant::from_timestamp(text.parse().unwrap());
        let fold = Transition { at: at("2026-10-25T01:00:00Z"), before_min: 120, after_min: 60 };
        let other = |text: &str| fold.other_reading(at(text)).map(|at| at.to_string());
        assert_eq!(other("2026-10-24T23:59:00Z"), None);
        assert_eq!(other("2026-10-25T00:00:00Z").unwrap(), "2026-10-25T01:00:00Z");
        assert_eq!(other("2026-10-25T01:59:00Z").unwrap(), "2026-10-25T00:59:00Z");
        assert_eq!(other("2026-10-25T02:00:00Z"), None);
        let gap = Transition { at: at("2026-03-29T01:00:00Z"), before_min: 60, after_min: 120 };
        assert_eq!(gap.other_reading(gap.at), None);
    }
}
