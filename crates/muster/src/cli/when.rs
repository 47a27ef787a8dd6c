//! Times as a planner reads them: in the zone of the business unit.

use muster_core::Instant;
use muster_core::zone::{Disambiguation, Zone};

/// The zone that times are shown in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct When(Zone);

impl When {
    /// Times in UTC, where no unit is known.
    pub(crate) fn utc() -> Self {
        Self(Zone::utc())
    }

    /// Times of a zone; of UTC where this program does not know the zone.
    pub(crate) fn of(zone: &str) -> Self {
        Self(Zone::find(zone).unwrap_or_else(|_| Zone::utc()))
    }

    /// The zone.
    pub(crate) fn zone(&self) -> &Zone {
        &self.0
    }

    /// `Tue 2026-03-31 10:00`
    pub(crate) fn at(&self, at: Instant) -> String {
        format!("{} {}", self.date(at), self.time(at))
    }

    /// `Tue 2026-03-31 10:00–14:00`, or `Tue 2026-03-31 22:00 – Wed 2026-04-01 06:00`.
    pub(crate) fn span(&self, start: Instant, end: Instant) -> String {
        if self.0.date(start) == self.0.date(end) {
            return format!("{}–{}", self.at(start), self.time(end));
        }
        format!("{} – {}", self.at(start), self.at(end))
    }

    /// The same of times that an answer spells; as they are where they are none.
    pub(crate) fn said(&self, start: Option<&str>, end: Option<&str>) -> String {
        let read = |text: Option<&str>| text.and_then(|text| muster_api::time::instant(text).ok());
        match (read(start), read(end)) {
            (Some(start), Some(end)) => self.span(start, end),
            (Some(at), None) | (None, Some(at)) => self.at(at),
            (None, None) => String::new(),
        }
    }

    fn date(&self, at: Instant) -> String {
        self.0.date(at).strftime("%a %Y-%m-%d").to_string()
    }

    /// The time of day, with its offset where the same time comes twice.
    pub(crate) fn time(&self, at: Instant) -> String {
        let wall = self.0.wall(at);
        let shown = wall.strftime("%H:%M").to_string();
        if self.0.resolve(wall, Disambiguation::Reject).is_ok() {
            return shown;
        }
        let offset = self.0.offset_min(at);
        let sign = if offset < 0 { '-' } else { '+' };
        format!("{shown}{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        muster_api::time::instant(text).unwrap()
    }

    #[test]
    fn times_are_shown_in_the_units_zone() {
        let when = When::of("America/Chicago");
        let day = when.span(at("2026-03-31T15:00:00Z"), at("2026-03-31T19:00:00Z"));
        assert_eq!(day, "Tue 2026-03-31 10:00–14:00");
        let night = when.span(at("2026-03-31T03:00:00Z"), at("2026-03-31T11:00:00Z"));
        assert_eq!(night, "Mon 2026-03-30 22:00 – Tue 2026-03-31 06:00");
    }

    #[test]
    fn a_time_that_comes_twice_says_which_it_is() {
        let when = When::of("America/Chicago");
        let hour = when.span(at("2026-11-01T06:30:00Z"), at("2026-11-01T07:30:00Z"));
        assert_eq!(hour, "Sun 2026-11-01 01:30-05:00–01:30-06:00");
    }

    #[test]
    fn times_that_are_none_are_not_shown() {
        let when = When::utc();
        assert_eq!(when.said(None, Some("soon")), "");
        assert_eq!(when.said(Some("2026-03-31T15:00:00Z"), None), "Tue 2026-03-31 15:00");
    }
}
