//! What one agent has in time.

use std::borrow::Cow;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use jiff::civil::Date;

use crate::availability::Availability;
use crate::entry::Origin;
use crate::id::{ActivityCodeId, AvailabilityId, Revision, ShiftId, TimeOffId};
use crate::instant::{Instant, Interval};
use crate::limits;
use crate::roster::{Gone, Known};
use crate::shift::{Activity, Commitment, Shift, ShiftBody};
use crate::time_off::TimeOff;

/// What one agent has in time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Timeline {
    /// Live shifts by start.
    pub(crate) shifts: OrdMap<(Instant, ShiftId), Arc<Shift>>,
    /// The agent's own activities.
    pub(crate) commitments: OrdSet<Commitment>,
    /// The entry that last changed the agent's own activities.
    pub(crate) committed: Option<Origin>,
    /// The entries that last changed them, by start and length of what came or went.
    pub(crate) recommitted: OrdMap<(Instant, u32), Origin>,
    /// Shifts that were the agent's, and what they were then.
    pub(crate) lost: OrdMap<ShiftId, Arc<Gone>>,
    /// All requests, by first instant.
    pub(crate) time_off: OrdMap<(Instant, TimeOffId), Arc<TimeOff>>,
    /// What the agent says of when they can work.
    pub(crate) availability: OrdMap<AvailabilityId, Arc<Known<Availability>>>,
    /// The revision that last changed each week's shifts.
    pub(crate) weeks: OrdMap<Date, Revision>,
}

impl Timeline {
    /// Remembers a shift that the agent has no longer.
    pub(crate) fn lose(&mut self, shift: &Shift, origin: &Origin) -> Arc<Gone> {
        let gone = Arc::new(Gone { body: shift.body.clone(), origin: origin.clone() });
        self.lost.insert(shift.id.clone(), gone.clone());
        gone
    }

    /// Shifts that share time with a stretch, by start.
    pub(crate) fn shifts_during(
        &self,
        during: Interval,
    ) -> impl DoubleEndedIterator<Item = &Shift> + use<'_> {
        let earliest = during.start().plus_min(-i64::from(limits::SHIFT_MIN));
        let all = self.shifts_between(earliest, during.end());
        all.filter(move |shift| shift.body.span.end() > during.start())
    }

    /// Shifts that start within a stretch, by start.
    pub(crate) fn shifts_starting(
        &self,
        during: Interval,
    ) -> impl DoubleEndedIterator<Item = &Shift> + use<'_> {
        self.shifts_between(during.start(), during.end())
    }

    fn shifts_between(
        &self,
        from: Instant,
        end: Instant,
    ) -> impl DoubleEndedIterator<Item = &Shift> + use<'_> {
        let range = self.shifts.range((from, ShiftId::first())..(end, ShiftId::first()));
        range.map(|(_, shift)| &**shift)
    }

    /// The agent's own activities that share time with a stretch, by start.
    pub(crate) fn commitments_during(
        &self,
        during: Interval,
    ) -> impl Iterator<Item = &Commitment> + use<'_> {
        let bound =
            |start| Commitment { start, length_min: 0, code: ActivityCodeId::first(), paid: false };
        let earliest = during.start().plus_min(-i64::from(limits::SHIFT_MIN));
        // Most agents have none: nothing is made to compare with.
        let range = (!self.commitments.is_empty())
            .then(|| self.commitments.range(bound(earliest)..bound(during.end())));
        range.into_iter().flatten().filter(move |own| own.end() > during.start())
    }

    /// The entry that last put something of the agent's own into a stretch, or took it away.
    pub(crate) fn commitments_changed(&self, during: Interval) -> Option<&Origin> {
        let earliest = during.start().plus_min(-i64::from(limits::SHIFT_MIN));
        let range = self.recommitted.range((earliest, 0)..(during.end(), 0));
        let met = range.filter(|((start, length_min), _)| {
            start.plus_min(i64::from(*length_min)) > during.start()
        });
        met.map(|(_, origin)| origin).max_by_key(|origin| origin.revision)
    }

    /// A shift's activities as they are lived: the shift's own, with the agent's on top.
    pub(crate) fn activities<'a>(&self, body: &'a ShiftBody) -> Cow<'a, [Activity]> {
        let start = body.span.start;
        let mut own = self.commitments_during(body.interval()).peekable();
        if own.peek().is_none() {
            return Cow::Borrowed(&body.activities);
        }
        let own = own.filter_map(|c| {
            let inside = Interval::new(c.start, c.end())?.intersection(body.interval())?;
            Some(Activity {
                offset_min: u32::try_from(start.minutes_until(inside.start())).ok()?,
                length_min: u32::try_from(inside.minutes()).ok()?,
                code: c.code.clone(),
                paid: c.paid,
            })
        });
        Cow::Owned(overlay(&body.activities, own))
    }
}

/// Lays `top` over `below`, cutting what it covers.
pub(crate) fn overlay(below: &[Activity], top: impl Iterator<Item = Activity>) -> Vec<Activity> {
    let mut all = below.to_vec();
    for piece in top {
        let (from, to) = (piece.offset_min, piece.offset_min + piece.length_min);
        let cut = |a: Activity| {
            let end = a.offset_min + a.length_min;
            let before = (a.offset_min < from)
                .then(|| Activity { length_min: end.min(from) - a.offset_min, ..a.clone() });
            let after = (end > to).then(|| Activity {
                offset_min: a.offset_min.max(to),
                length_min: end - a.offset_min.max(to),
                ..a
            });
            before.into_iter().chain(after)
        };
        all = all.into_iter().flat_map(cut).collect();
        all.push(piece);
    }
    all.sort();
    all
}
