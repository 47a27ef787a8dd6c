//! Whether the order of revisions respects time: nothing is older than what somebody knew before
//! it was asked for, and nothing shows what nobody had asked for yet.

use std::time::Duration;

use super::{Fault, Kind, Past, Place, fault};

/// Finds for each operation the highest revision that anybody was told before it was asked for.
pub(super) fn set_floors(ops: &mut [Place<'_>]) {
    let mut answers: Vec<(Duration, u64)> =
        ops.iter().filter_map(|p| Some((p.op.answer.as_ref()?.at, p.told()?))).collect();
    answers.sort_unstable();
    let mut by_asking: Vec<usize> = (0..ops.len()).collect();
    by_asking.sort_by_key(|n| ops[*n].op.invoked);
    let (mut answers, mut highest) = (answers.into_iter().peekable(), 0);
    for n in by_asking {
        // An answer at the very instant of the question came perhaps after it.
        while let Some((_, told)) = answers.next_if(|(at, _)| *at < ops[n].op.invoked) {
            highest = told.max(highest);
        }
        ops[n].floor = highest;
    }
}

pub(super) fn inversions(past: &Past<'_>) -> Vec<Fault> {
    let latest = latest_asked(past);
    let is_odd = |place: &&Place<'_>| {
        // Its own entry is news to everybody who was answered before it was asked for.
        let too_old = place.found.iter().any(|found| *found <= place.floor)
            || place.told().is_some_and(|told| told < place.floor);
        let from_the_future = place.told().is_some_and(|told| {
            let asked = latest.get(usize::try_from(told).unwrap()).copied().unwrap_or_default();
            place.op.answer.as_ref().is_some_and(|answer| answer.at < asked)
        });
        too_old || from_the_future
    };
    let odd = past.ops.iter().filter(is_odd);
    odd.map(|place| fault(Kind::Inversion, place.name())).collect()
}

/// For each revision, when the last of the entries up to it was asked for.
fn latest_asked(past: &Past<'_>) -> Vec<Duration> {
    let mut latest = vec![Duration::ZERO; past.states.len()];
    for place in &past.ops {
        for found in &place.found {
            latest[usize::try_from(*found).unwrap()] = place.op.invoked;
        }
    }
    for n in 1..latest.len() {
        latest[n] = latest[n].max(latest[n - 1]);
    }
    latest
}
