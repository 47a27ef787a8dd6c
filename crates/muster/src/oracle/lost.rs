//! Lost updates: what was accepted, is gone, and was not replaced by anybody who was accepted.

use std::collections::BTreeMap;

use muster_core::Roster;
use muster_core::draft::ShiftEdit;
use muster_core::id::{ShiftId, SwapId, TimeOffId};
use muster_core::merge::{self, Change, Resolutions};
use muster_core::shift::Atom;
use muster_core::swap::SwapState;
use muster_core::time_off::TimeOffStatus;

use crate::oracle::history::{History, body};
use crate::oracle::log::{Intent, Kind};

/// One atom whose accepted value is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lost {
    /// Which wish it was, by its place in the log.
    pub(crate) intent: usize,
    /// Nothing when a decision on a swap or a request is gone.
    pub(crate) shift: Option<ShiftId>,
    pub(crate) atom: Atom,
}

pub(super) fn find(intents: &[Intent], history: &History) -> Vec<Lost> {
    let Some(last) = history.last() else { return Vec::new() };
    let mut set_last: BTreeMap<(ShiftId, Atom), u64> = BTreeMap::new();
    let mut wished: Vec<(usize, u64, &ShiftEdit)> = Vec::new();
    for (n, intent) in intents.iter().enumerate() {
        let Some((version, edits)) = intent.effect() else { continue };
        for edit in edits {
            for atom in atoms(edit) {
                let newest = set_last.entry((edit.id.clone(), atom)).or_default();
                *newest = version.max(*newest);
            }
            wished.push((n, version, edit));
        }
    }
    let mut lost = Vec::new();
    for (n, intent) in intents.iter().enumerate().filter(|(_, intent)| intent.is_accepted()) {
        lost.extend(undone(intent, last).map(|atom| Lost { intent: n, shift: None, atom }));
    }
    for (intent, version, edit) in wished {
        for atom in missing(edit, last) {
            let newest = set_last.get(&(edit.id.clone(), atom)).copied();
            if newest.is_none_or(|newest| newest <= version) {
                lost.push(Lost { intent, shift: Some(edit.id.clone()), atom });
            }
        }
    }
    lost
}

/// A decision that a record does not show at the end, where there are records.
fn undone(intent: &Intent, last: &Roster) -> Option<Atom> {
    let id = intent.subject.as_deref()?;
    let swap = SwapId::parse(id).ok().and_then(|id| last.swap(&id));
    let request = TimeOffId::parse(id).ok().and_then(|id| last.time_off(&id));
    let is_undone = match intent.kind {
        Kind::Swap => swap.is_some_and(|swap| swap.state != SwapState::Approved),
        Kind::TimeOff => request.is_some_and(|request| request.status == TimeOffStatus::Pending),
        Kind::Edit | Kind::Push | Kind::Publish => false,
    };
    is_undone.then_some(Atom::Exists)
}

/// The atoms that an edit sets.
pub(super) fn atoms(edit: &ShiftEdit) -> Vec<Atom> {
    match (&edit.base, &edit.draft) {
        (Some(base), Some(draft)) => {
            Atom::VALUED.into_iter().filter(|atom| !base.same(draft, *atom)).collect()
        }
        (None, None) => Vec::new(),
        (Some(_), None) | (None, Some(_)) => vec![Atom::Exists],
    }
}

/// The atoms of an edit whose wish is not met: merging it once more would change something.
fn missing(edit: &ShiftEdit, last: &Roster) -> Vec<Atom> {
    let live = body(last, &edit.id);
    if edit.draft.is_some() && live.is_none() {
        return atoms(edit);
    }
    let merged = merge::shift(edit, live.map(|body| &**body), &Resolutions::new());
    let clashes = merged.clashes.iter().map(|(_, clash)| clash.atom);
    let mut missing: Vec<Atom> = clashes.collect();
    match merged.change {
        Change::None => {}
        Change::Create(_) | Change::Delete => missing.push(Atom::Exists),
        Change::Set(values) => missing.extend(values.iter().map(|value| value.atom())),
    }
    missing
}
