//! A zone's offsets over the years in which people plan, looked up instead of computed.
//!
//! The rules ask for days and offsets all the time, and working an offset out from a zone's rule
//! takes ten times as long as finding it. Beyond these years, and around clock changes, the zone
//! itself is asked.

use jiff::Timestamp;
use jiff::civil::{DateTime, date};
use jiff::tz::{Offset, TimeZone};

use crate::instant::{Instant, Interval};
use crate::zone::{DAY_MS, civil};

/// The offsets of a zone.
pub(super) struct Offsets {
    /// The years for which they are listed.
    known: Option<Interval>,
    /// From when each holds, sorted; the first from the beginning.
    changes: Vec<(Instant, Offset)>,
    /// The place of the last change before each month or so of these years.
    places: Vec<usize>,
}

/// Months of 2^31 milliseconds, nearly 25 days: a shift finds the right one.
const MONTH_BITS: u32 = 31;

fn start_of(year: i16) -> Timestamp {
    Offset::UTC.to_timestamp(date(year, 1, 1).at(0, 0, 0, 0)).expect("a year of ours")
}

impl Offsets {
    /// Those of a zone.
    pub(super) fn of(zone: &TimeZone) -> Self {
        let (first, end) = (start_of(1970), start_of(2100));
        let changes = zone.following(first).take_while(|change| change.timestamp() < end);
        let changes = changes.map(|c| (Instant::from_timestamp(c.timestamp()), c.offset()));
        let at_first = (Instant::from_timestamp(first), zone.to_offset(first));
        let changes: Vec<_> = std::iter::once(at_first).chain(changes).collect();
        let (first, end) = (Instant::from_timestamp(first), Instant::from_timestamp(end));
        let months = 0..=(end.ms() - first.ms()) >> MONTH_BITS;
        let starts = months.map(|month| Instant::from_ms(first.ms() + (month << MONTH_BITS)));
        let before = |at| changes.partition_point(|(from, _)| *from <= at).saturating_sub(1);
        let places = starts.map(before).collect();
        Self { known: Interval::new(first, end), changes, places }
    }

    /// The place of the last change up to an instant.
    fn place(&self, at: Instant) -> Option<usize> {
        let known = self.known.filter(|known| known.contains(at))?;
        let month = (at.ms() - known.start().ms()) >> MONTH_BITS;
        let from = *self.places.get(usize::try_from(month).ok()?)?;
        let later = self.changes[from + 1..].iter().take_while(|(from, _)| *from <= at);
        Some(from + later.count())
    }

    /// The offset at an instant.
    pub(super) fn at(&self, at: Instant) -> Option<Offset> {
        self.place(at).map(|place| self.changes[place].1)
    }

    /// The instant that a wall time names, where no change is within a day of it.
    pub(super) fn resolved(&self, local: DateTime) -> Option<Instant> {
        let (hour, minute) = (i64::from(local.hour()), i64::from(local.minute()));
        let seconds = (hour * 60 + minute) * 60 + i64::from(local.second());
        let of_day_ms = seconds * 1_000 + i64::from(local.millisecond());
        let near = Instant::from_ms(civil::number(local.date()) * DAY_MS + of_day_ms);
        let place = self.place(near.plus_days(-1))?;
        let (_, offset) = self.changes[place];
        let is_settled = match self.changes.get(place + 1) {
            Some((next, _)) => *next > near.plus_days(1),
            None => self.known.is_some_and(|known| near.plus_days(1) < known.end()),
        };
        is_settled.then(|| Instant::from_ms(near.ms() - i64::from(offset.seconds()) * 1_000))
    }
}
