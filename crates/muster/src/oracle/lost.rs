//! Lost updates: what was accepted, is gone, and was not replaced by anybody who was accepted.

use std::collections::BTreeMap;

use muster_core::Roster;
use muster_core::draft::ShiftEdit;
use muster_core::id::ShiftId;
use muster_core::merge::{self, Change, Resolutions};
use muster_core::shift::Atom;

use crate::oracle::history::{History, body};
use crate::oracle::log::Intent;

/// One atom whose accepted value is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lost {
    /// Which wish it was, by its place in the log.
    pub(crate) intent: usize,
    pub(crate) shift: ShiftId,
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
    for (intent, version, edit) in wished {
        for atom in missing(edit, last) {
            let newest = set_last.get(&(edit.id.clone(), atom)).copied();
            if newest.is_none_or(|newest| newest <= version) {
                lost.push(Lost { intent, shift: edit.id.clone(), atom });
            }
        }
    }
    lost
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
