//! Points and stretches of elapsed time.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since 1970-01-01T00:00Z.
///
/// Stored in ledgers as that integer, printed as RFC 3339 in UTC.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

const MINUTE_MS: i64 = 60_000;
/// 9000-01-01T00:00Z: beyond it, nothing is an instant. Keeps every sum below overflow.
const MAX_MS: i64 = 221_845_392_000_000;

impl Instant {
    /// The latest instant.
    pub const MAX: Self = Self(MAX_MS);
    /// The earliest instant.
    pub const MIN: Self = Self(-62_000_000_000_000);

    /// From milliseconds since 1970, clamped to [`Instant::MIN`] and [`Instant::MAX`].
    #[must_use]
    pub fn from_ms(ms: i64) -> Self {
        Self(ms.clamp(Self::MIN.0, MAX_MS))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn ms(self) -> i64 {
        self.0
    }

    /// From a timestamp; fractions of a millisecond are dropped.
    #[must_use]
    pub fn from_timestamp(at: Timestamp) -> Self {
        Self::from_ms(at.as_millisecond())
    }

    /// As a timestamp.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0.clamp(Self::MIN.0, MAX_MS))
            .expect("clamped to the range of timestamps")
    }

    /// This instant moved by elapsed minutes.
    #[must_use]
    pub fn plus_min(self, minutes: i64) -> Self {
        Self::from_ms(self.0.saturating_add(minutes.saturating_mul(MINUTE_MS)))
    }

    /// This instant moved by elapsed days of 24 hours.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.plus_min(days.saturating_mul(1_440))
    }

    /// Elapsed whole minutes from `self` to `later`; negative when `later` is before.
    #[must_use]
    pub fn minutes_until(self, later: Self) -> i64 {
        (later.0 - self.0).div_euclid(MINUTE_MS)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A half-open stretch of time, `start <= t < end`; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Interval {
    start: Instant,
    end: Instant,
}

impl Interval {
    /// From its bounds; `None` unless `start < end`.
    #[must_use]
    pub fn new(start: Instant, end: Instant) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// The first instant inside.
    #[must_use]
    pub fn start(self) -> Instant {
        self.start
    }

    /// The first instant after.
    #[must_use]
    pub fn end(self) -> Instant {
        self.end
    }

    /// Its elapsed length in whole minutes.
    #[must_use]
    pub fn minutes(self) -> i64 {
        self.start.minutes_until(self.end)
    }

    /// Whether the instant lies inside.
    #[must_use]
    pub fn contains(self, at: Instant) -> bool {
        self.start <= at && at < self.end
    }

    /// What two stretches share. Touching ones share nothing.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// Whether two stretches share any time. Touching ones do not.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.intersection(other).is_some()
    }

    /// Whether `other` lies wholly inside.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iv(a: i64, b: i64) -> Interval {
        Interval::new(Instant::from_ms(a), Instant::from_ms(b)).unwrap()
    }

    #[test]
    fn touching_intervals_do_not_overlap() {
        assert!(!iv(0, 10).overlaps(iv(10, 20)));
        assert!(iv(0, 11).overlaps(iv(10, 20)));
        assert_eq!(Interval::new(Instant::from_ms(5), Instant::from_ms(5)), None);
    }

    #[test]
    fn sums_saturate() {
        assert_eq!(Instant::MAX.plus_days(i64::MAX), Instant::MAX);
        assert_eq!(Instant::MIN.plus_min(i64::MIN), Instant::MIN);
        assert_eq!(Instant::from_ms(0).minutes_until(Instant::from_ms(-1)), -1);
    }
}
