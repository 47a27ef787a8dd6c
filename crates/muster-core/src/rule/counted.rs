//! What of a shift counts as time, for the rules about hours.

use crate::instant::Interval;
use crate::rule::{Allowed, Param, Setting, Window};
use crate::shift::{Activity, Shift};
use crate::time_off::TimeOffStatus;

/// The parameter that says what counts.
pub(super) const COUNTED: Param =
    Param { name: "counted", allowed: Allowed::Word(&["paid", "elapsed", "worked"]) };

/// What counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// Everything but unpaid activities.
    Paid,
    /// The same, and paid time off: what counts towards the hours that were agreed.
    PaidOrOnLeave,
    /// From the first to the last minute.
    Elapsed,
    /// Everything but activities whose code does not count as work: breaks, meals.
    Worked,
}

impl Counted {
    /// As a rule is set.
    pub(super) fn of(setting: &Setting<'_>) -> Self {
        [Self::Paid, Self::Elapsed, Self::Worked][setting.choice("counted")]
    }

    /// The same, for rules about hours that are too few.
    pub(super) fn of_least(setting: &Setting<'_>) -> Self {
        let counted = Self::of(setting);
        if counted == Self::Paid { Self::PaidOrOnLeave } else { counted }
    }

    /// The minutes of a shift that count.
    pub(super) fn minutes(self, window: &Window<'_>, shift: &Shift) -> i64 {
        self.minutes_in(window, shift, shift.interval())
    }

    /// The minutes of a shift within a stretch that count. What approved time off masks is not
    /// worked, and does not count.
    pub(super) fn minutes_in(self, window: &Window<'_>, shift: &Shift, within: Interval) -> i64 {
        let Some(inside) = shift.interval().intersection(within) else { return 0 };
        let masked = self.masked(window, inside);
        let activities = window.activities(shift);
        let left_out = activities.iter().filter_map(|activity| {
            let from = shift.body.span.start.plus_min(i64::from(activity.offset_min));
            let place = Interval::new(from, from.plus_min(i64::from(activity.length_min)));
            place.filter(|_| self.leaves_out(window, activity))
        });
        if masked.is_empty() {
            return uncovered_min(inside, left_out);
        }
        let mut gaps: Vec<Interval> = left_out.chain(masked).collect();
        gaps.sort();
        uncovered_min(inside, gaps.into_iter())
    }

    /// Whether an activity does not count.
    fn leaves_out(self, window: &Window<'_>, activity: &Activity) -> bool {
        match self {
            Self::Paid | Self::PaidOrOnLeave => !activity.paid,
            Self::Worked => !window.roster.counts_as_work(&activity.code),
            Self::Elapsed => false,
        }
    }

    /// The approved time off of a window's agent that shares time with a stretch, unless it counts.
    fn masked(self, window: &Window<'_>, during: Interval) -> Vec<Interval> {
        let approved = window.time_off().filter(|time_off| {
            let counts = self == Self::PaidOrOnLeave && time_off.request.paid;
            time_off.status == TimeOffStatus::Approved && !counts
        });
        let places = approved.flat_map(|time_off| time_off.request.intervals.iter().copied());
        places.filter(|place| place.overlaps(during)).collect()
    }
}

/// The minutes of a stretch outside of gaps, which are sorted.
fn uncovered_min(inside: Interval, gaps: impl Iterator<Item = Interval>) -> i64 {
    let mut counted = inside.minutes();
    let mut from = inside.start();
    for gap in gaps {
        let rest = Interval::new(from.max(gap.start()), gap.end());
        let Some(gap) = rest.and_then(|gap| gap.intersection(inside)) else { continue };
        counted -= gap.minutes();
        from = gap.end();
    }
    counted
}

/// A mean, rounded up, so that a limit is never exceeded unseen.
pub(super) fn average(sum: i64, count: i64) -> i64 {
    sum.div_euclid(count) + i64::from(sum.rem_euclid(count) > 0)
}

/// The shifts that alone are enough to go beyond a limit: the longest, as few as possible. Each
/// comes with its minutes.
pub(super) fn fewest(mut shifts: Vec<(&Shift, i64)>, limit_min: i64) -> Vec<&Shift> {
    shifts.sort_by_key(|(shift, minutes)| (std::cmp::Reverse(*minutes), shift.body.span.start));
    let mut sum = 0;
    let mut picked = Vec::new();
    for (shift, minutes) in shifts {
        if sum > limit_min {
            break;
        }
        sum += minutes;
        picked.push(shift);
    }
    picked
}
