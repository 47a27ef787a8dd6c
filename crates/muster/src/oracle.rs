//! The oracle: measures a rush from what clients wished and were told, and from the states the
//! server was in. It asks no counter of the code under test.
//!
//! Both servers are measured by the same rules. A state is a [`muster_core::Roster`], rebuilt
//! from the ledger's entries or from the versions of the comparison store; a wish is a set of
//! edits with the values it started from. What is counted:
//!
//! - *refused wrongly*: refused, though on the very state that decided it the wish merges without
//!   a clash and breaks no rule;
//! - *lost*: accepted, but at the end the wish is not there and no later accepted wish set the
//!   same atom;
//! - *double bookings*: one agent in two places, or one shift worked by two.

pub(crate) mod double;
pub(crate) mod history;
pub(crate) mod log;
mod lost;
pub(crate) mod replay;
mod spurious;

use std::collections::BTreeSet;

use crate::oracle::double::Double;
use crate::oracle::history::History;
use crate::oracle::log::{Intent, Kind};

/// What the oracle found out about one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Wishes that were uttered.
    pub(crate) edits: usize,
    /// Wishes that took effect, in part at least.
    pub(crate) accepted: usize,
    /// Of these, those that needed one try.
    pub(crate) first_try: usize,
    /// Refusals of what could have been accepted.
    pub(crate) spurious: usize,
    /// Wishes that a true conflict stopped or held back in part.
    pub(crate) conflicts: usize,
    /// Accepted wishes that are gone.
    pub(crate) lost: usize,
    /// Atoms of shifts that these had set.
    pub(crate) lost_values: usize,
    /// Agents in two places, shifts worked by two.
    pub(crate) doubles: usize,
    /// Wishes that ended without any decision.
    pub(crate) failed: usize,
    /// Requests that clients sent for the wishes.
    pub(crate) requests: u64,
    pub(crate) swaps_approved: usize,
    pub(crate) time_off_decided: usize,
    /// From the first try to publish until everything that could go out was out.
    pub(crate) publish_us: Option<u64>,
    pub(crate) swap_p50_us: u64,
    pub(crate) swap_p99_us: u64,
}

/// Measures a run.
pub(crate) fn measure(
    intents: &[Intent],
    history: &History,
    doubles: &BTreeSet<Double>,
) -> Verdict {
    let accepted = || intents.iter().filter(|intent| intent.is_accepted());
    let of = |kind: Kind| accepted().filter(move |intent| intent.kind == kind);
    let mut swaps_us: Vec<u64> = of(Kind::Swap).filter_map(Intent::settled_after_us).collect();
    swaps_us.sort_unstable();
    let lost = lost::find(intents, history);
    let lost_intents: BTreeSet<usize> = lost.iter().map(|lost| lost.intent).collect();
    Verdict {
        edits: intents.len(),
        accepted: accepted().count(),
        first_try: accepted().filter(|intent| intent.attempts.len() == 1).count(),
        spurious: intents.iter().map(|intent| spurious::count(intent, history)).sum(),
        conflicts: intents
            .iter()
            .filter(|intent| spurious::is_truly_stopped(intent, history))
            .count(),
        lost: lost_intents.len(),
        lost_values: lost.len(),
        doubles: doubles.len(),
        failed: intents.iter().filter(|intent| intent.is_undecided()).count(),
        requests: intents.iter().map(|intent| u64::from(intent.requests)).sum(),
        swaps_approved: of(Kind::Swap).count(),
        time_off_decided: of(Kind::TimeOff).count(),
        publish_us: of(Kind::Publish).filter_map(Intent::settled_after_us).max(),
        swap_p50_us: percentile(&swaps_us, 50),
        swap_p99_us: percentile(&swaps_us, 99),
    }
}

/// The smallest value that so many of a hundred do not exceed; 0 of none.
pub(crate) fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
