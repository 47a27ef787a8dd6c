//! Days in UTC, and numbers by quarter hour.

use serde::{Deserialize, Serialize};

use crate::instant::{Instant, Interval};

/// Quarter hours of a day, a bit each, the first one lowest.
pub(crate) type Mask = u128;

/// Quarter hours in a day.
const QUARTERS: usize = 96;
const QUARTER_MS: i64 = 15 * 60_000;
const DAY_MS: i64 = QUARTERS as i64 * QUARTER_MS;

/// Whether a quarter hour begins then.
pub(crate) fn is_quarter(at: Instant) -> bool {
    at.ms().rem_euclid(QUARTER_MS) == 0
}

/// A day of 24 hours in UTC, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(i64);

impl Day {
    /// The day that an instant lies in.
    #[must_use]
    pub fn of(at: Instant) -> Self {
        Self(at.ms().div_euclid(DAY_MS))
    }

    /// Its first instant.
    #[must_use]
    pub fn start(self) -> Instant {
        Instant::from_ms(self.0 * DAY_MS)
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The days that share time with a stretch.
    pub fn all(during: Interval) -> impl Iterator<Item = Self> {
        let last = Instant::from_ms(during.end().ms() - 1);
        (Self::of(during.start()).0..=Self::of(last).0).map(Self)
    }

    /// Its stretch of time.
    pub(crate) fn interval(self) -> Interval {
        let end = Instant::from_ms(self.start().ms() + DAY_MS);
        Interval::new(self.start(), end).expect("days lie before the end of time")
    }

    /// One of its quarter hours.
    pub(crate) fn quarter(self, n: usize) -> Interval {
        let start = self.start().ms() + n as i64 * QUARTER_MS;
        let bounds = (Instant::from_ms(start), Instant::from_ms(start + QUARTER_MS));
        Interval::new(bounds.0, bounds.1).expect("quarter hours are not empty")
    }

    /// Its quarter hours that lie in a stretch of time whole.
    pub(crate) fn inside(self, place: Interval) -> Mask {
        let (from, to) = self.bounds(place);
        ones((from + QUARTER_MS - 1) / QUARTER_MS, to / QUARTER_MS)
    }

    /// Its quarter hours that share time with a stretch.
    pub(crate) fn touching(self, place: Interval) -> Mask {
        let (from, to) = self.bounds(place);
        ones(from / QUARTER_MS, (to + QUARTER_MS - 1) / QUARTER_MS)
    }

    /// Where a stretch begins and ends within the day, in milliseconds.
    fn bounds(self, place: Interval) -> (i64, i64) {
        let within = |at: Instant| (at.ms() - self.0 * DAY_MS).clamp(0, DAY_MS);
        (within(place.start()), within(place.end()))
    }
}

/// The bits `from..to`.
fn ones(from: i64, to: i64) -> Mask {
    if from >= to {
        return 0;
    }
    let below = |n: i64| ((1 as Mask) << n) - 1;
    below(to) & !below(from)
}

/// A number for each quarter hour of a day.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(usize, u32)>", into = "Vec<(usize, u32)>")]
pub struct Quarters([u32; QUARTERS]);

impl Quarters {
    /// Nothing all day.
    pub(crate) const NONE: Self = Self([0; QUARTERS]);

    /// The stretches of a day with one number, by their quarter hours: `(from, to, number)`.
    pub fn runs(&self) -> impl Iterator<Item = (usize, usize, u32)> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let number = *self.0.get(from)?;
            let same = self.0[from..].iter().take_while(|other| **other == number).count();
            from += same;
            Some((from - same, from, number))
        })
    }

    pub(crate) fn at(&self, quarter: usize) -> u32 {
        self.0[quarter]
    }

    pub(crate) fn is_none(&self) -> bool {
        *self == Self::NONE
    }

    pub(crate) fn set(&mut self, quarters: Mask, number: u32) {
        bits(quarters).for_each(|quarter| self.0[quarter] = number);
    }

    /// One more in some quarter hours.
    pub(crate) fn add(&mut self, quarters: Mask) {
        bits(quarters).for_each(|quarter| self.0[quarter] += 1);
    }

    /// These numbers and others, which may be negative.
    pub(crate) fn moved(&self, by: &Moves) -> Self {
        let number = |n: usize| self.0[n].saturating_add_signed(by.0[n]);
        Self(std::array::from_fn(number))
    }
}

/// The quarter hours of a mask.
pub(crate) fn bits(mut mask: Mask) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let next = (mask != 0).then(|| mask.trailing_zeros() as usize)?;
        mask &= mask - 1;
        Some(next)
    })
}

/// By how many a count moves in each quarter hour of a day.
#[derive(Clone)]
pub(crate) struct Moves([i32; QUARTERS]);

impl Moves {
    pub(crate) const NONE: Self = Self([0; QUARTERS]);

    pub(crate) fn add(&mut self, gained: Mask, lost: Mask) {
        bits(gained).for_each(|quarter| self.0[quarter] += 1);
        bits(lost).for_each(|quarter| self.0[quarter] -= 1);
    }

    /// Where it grows, and where it shrinks.
    pub(crate) fn signs(&self) -> (Mask, Mask) {
        let mask = |is: fn(&i32) -> bool| {
            let set = (0..QUARTERS).filter(|n| is(&self.0[*n]));
            set.fold(0, |mask, n| mask | (1 as Mask) << n)
        };
        (mask(|moved| *moved > 0), mask(|moved| *moved < 0))
    }
}

impl std::fmt::Debug for Quarters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.runs()).finish()
    }
}

/// How long each number lasts, and the number.
impl From<Quarters> for Vec<(usize, u32)> {
    fn from(quarters: Quarters) -> Self {
        quarters.runs().map(|(from, to, number)| (to - from, number)).collect()
    }
}

impl TryFrom<Vec<(usize, u32)>> for Quarters {
    type Error = String;
    fn try_from(runs: Vec<(usize, u32)>) -> Result<Self, String> {
        let all = runs
            .into_iter()
            .flat_map(|(length, number)| std::iter::repeat_n(number, length.min(QUARTERS + 1)));
        let all: Vec<u32> = all.take(QUARTERS + 1).collect();
        all.try_into().map(Self).map_err(|_| "is not a number for each of 96 quarter hours".into())
    }
}
