//! What has to hold of any ledger, whoever was told what.

use std::collections::BTreeMap;

use muster_core::Roster;
use muster_core::entry::{Entry, ReferenceKind};
use muster_core::id::AgentId;

use super::{Fault, Kind, Past, fault};

/// All states that entries lead through, by revision.
pub(super) fn states(entries: &[Entry]) -> (Vec<Roster>, Vec<Fault>) {
    let (mut states, mut faults) = (vec![Roster::default()], Vec::new());
    for entry in entries {
        let mut roster = states[states.len() - 1].clone();
        if entry.revision != roster.revision().next() {
            let what = format!("{} follows {}", entry.revision, roster.revision());
            faults.push(fault(Kind::BrokenChain, what));
            break;
        }
        if entry.at < roster.at() {
            let what = format!("{} is of {}, before {}", entry.revision, entry.at, roster.at());
            faults.push(fault(Kind::TimeRunsBack, what));
        }
        roster.apply(entry);
        states.push(roster);
    }
    (states, faults)
}

/// Nobody is ever in two places.
pub(super) fn bookings(past: &Past<'_>) -> Vec<Fault> {
    let clashes = past.states.iter().flat_map(|roster| {
        let mut booked: BTreeMap<&AgentId, Vec<_>> = BTreeMap::new();
        for shift in roster.shifts() {
            booked.entry(&shift.body.owner).or_default().push(shift.interval());
        }
        booked.into_iter().filter_map(|(agent, mut shifts)| {
            shifts.sort();
            let clash = shifts.windows(2).find(|pair| pair[0].overlaps(pair[1]))?;
            let what = format!("{agent} at revision {}: {clash:?}", roster.revision());
            Some(fault(Kind::DoubleBooked, what))
        })
    });
    clashes.collect()
}

/// Whatever happens to a swap, the shifts stay the same and everybody has as many as before.
pub(super) fn swaps(past: &Past<'_>) -> Vec<Fault> {
    let holdings = |roster: &Roster| {
        let mut shifts = BTreeMap::new();
        let mut owners: BTreeMap<AgentId, usize> = BTreeMap::new();
        for shift in roster.shifts() {
            shifts.insert(shift.id.clone(), shift.body.span.clone());
            *owners.entry(shift.body.owner.clone()).or_default() += 1;
        }
        (shifts, owners)
    };
    let of_swaps = past.entries.iter().zip(past.states.windows(2));
    let of_swaps = of_swaps.filter(|(entry, _)| entry.about.kind == ReferenceKind::Swap);
    let odd = of_swaps.filter(|(_, pair)| holdings(&pair[0]) != holdings(&pair[1]));
    odd.map(|(entry, _)| fault(Kind::NotConserved, format!("{entry:?}"))).collect()
}
