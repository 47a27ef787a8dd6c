//! What a unit says of swaps, beside its rules for shifts: `SWAP_TIME_UNEQUAL`, `SWAP_ONE_SIDED`,
//! `SWAP_NOTICE_SHORT` and `SWAP_LIMIT_REACHED`.
//!
//! Off up to warn allows such a swap, and with `autoApprove` it is approved when it is accepted;
//! ack wants a planner to look at it; block denies it. Each looks at one agent of the swap, so that
//! units can be strict with some contracts and not with others.

use crate::conflict::{Finding, Measure, Subject};
use crate::entry::ReferenceKind;
use crate::rule::{Param, Setting, SwapSide, number};
use crate::shift::{Atom, Shift};

pub(super) const UNEQUAL: &[Param] = &[number("maxDifferenceMinutes", 0, (0, 1_440))];
pub(super) const NOTICE: &[Param] = &[number("minNoticeMinutes", 1_440, (1, 80_640))];
pub(super) const LIMIT: &[Param] = &[number("maxPerWeek", 2, (1, 50))];

fn about(side: &SwapSide<'_>, setting: &Setting<'_>) -> Finding {
    let shifts = side.gives.into_iter().chain(side.gets);
    let shifts = shifts.map(|shift| Subject::Shift(shift.id.clone()));
    let swap = Subject::Swap(side.swap.clone());
    let place = side.gets.or(side.gives).map(Shift::interval);
    setting.finding(side.agent).about(shifts.chain([swap])).during(place)
}

/// The shifts that are exchanged are paid differently. The magnitude is by how many minutes.
pub(super) fn unequal(side: &SwapSide<'_>, setting: &Setting<'_>) -> Option<Finding> {
    let paid = |shift: &Shift| side.roster.paid_min(&shift.body);
    let (gives, gets) = side.gives.zip(side.gets)?;
    let (difference, most) = (paid(gives) - paid(gets), setting.number("maxDifferenceMinutes"));
    let is_unequal = difference.abs() > most;
    is_unequal.then(|| about(side, setting).measured_min(difference.abs(), most))
}

/// The agent gets a shift and gives none, or the other way round.
pub(super) fn one_sided(side: &SwapSide<'_>, setting: &Setting<'_>) -> Option<Finding> {
    let is_one_sided = side.gives.is_some() != side.gets.is_some();
    is_one_sided.then(|| about(side, setting))
}

/// One of the shifts begins soon. The magnitude is the minutes of notice that are missing.
pub(super) fn notice(side: &SwapSide<'_>, setting: &Setting<'_>) -> Option<Finding> {
    let starts = side.gives.into_iter().chain(side.gets).map(|shift| shift.body.span.start);
    let (notice, least) =
        (side.now.minutes_until(starts.min()?), setting.number("minNoticeMinutes"));
    (notice < least).then(|| about(side, setting).measured_min(notice.max(0), least))
}

/// More shifts of a week have come to the agent by swaps than the unit wants. The magnitude is how
/// many more.
pub(super) fn limit(side: &SwapSide<'_>, setting: &Setting<'_>) -> Option<Finding> {
    let gets = side.gets?;
    let week = side.unit.week(side.unit.week_of(gets.body.span.start))?;
    let swapped = side.roster.shifts_starting(&side.agent.id, week).filter(|shift| {
        let by_swap = shift.origin(Atom::Owner).about.kind == ReferenceKind::Swap;
        by_swap && side.gives.is_none_or(|given| given.id != shift.id)
    });
    let (count, most) = (i64::try_from(swapped.count()).ok()? + 1, setting.number("maxPerWeek"));
    let finding = || about(side, setting).during(Some(week)).measured(Measure::Count, count, most);
    (count > most).then(finding)
}
