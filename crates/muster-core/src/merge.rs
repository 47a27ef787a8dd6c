//! Three-way merge by atom: what an edit started from, what it wants, what is live.
//!
//! ```text
//! D == B                 keep L        the edit did not touch it
//! L == B                 take D        fast-forward
//! L == D                 converged     both wanted the same
//! the atom's type joins  join(B, D, L) tags, notes, disjoint activities
//! otherwise              a clash of values
//! ```
//!
//! Merging is total, deterministic and symmetric up to labels: swapping yours and live gives the
//! same merged value, or the same clash with the sides exchanged.

mod join;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::conflict::{Clash, Kind};
use crate::draft::{CommitmentEdit, ShiftEdit};
use crate::id::ShiftId;
use crate::shift::{Atom, AtomValue, Commitment, ShiftBody};

/// What somebody decided about a clash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Keep {
    /// What the edit wants.
    Yours,
    /// What is live.
    Live,
}

/// Decisions about clashes, by shift and atom. Keeping what is live of [`Atom::Exists`] leaves the
/// whole edit of that shift out.
pub type Resolutions = BTreeMap<(ShiftId, Atom), Keep>;

/// What becomes of one shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It stays as it is.
    None,
    /// It appears.
    Create(Arc<ShiftBody>),
    /// These atoms get these values; never empty.
    Set(Vec<AtomValue>),
    /// It goes.
    Delete,
}

/// A merged shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// What becomes of it, clashes aside.
    pub change: Change,
    /// What could not be merged, by atom.
    pub clashes: Vec<(Kind, Clash)>,
    /// Whether somebody else had changed the shift since the edit's base.
    pub moved: bool,
}

impl Merged {
    fn clean(change: Change, moved: bool) -> Self {
        Self { change, clashes: Vec::new(), moved }
    }
}

/// Merges one edit into the live shift.
#[must_use]
pub fn shift(edit: &ShiftEdit, live: Option<&ShiftBody>, resolved: &Resolutions) -> Merged {
    let base = edit.base.as_deref();
    let moved = base != live;
    let keep = |atom| resolved.get(&(edit.id.clone(), atom)).copied();
    if keep(Atom::Exists) == Some(Keep::Live) {
        return Merged::clean(Change::None, moved);
    }
    match (base, &edit.draft, live) {
        (None, None, _) | (Some(_), None, None) => Merged::clean(Change::None, moved),
        (None, Some(yours), None) => Merged::clean(Change::Create(yours.clone()), false),
        (None, Some(yours), Some(live)) => both_created(yours, live, keep),
        (Some(base), None, Some(live)) => deleted(base, live, keep),
        (Some(base), Some(yours), None) => changed_but_deleted(base, yours, keep),
        (Some(base), Some(yours), Some(live)) => changed(base, yours, live, moved, keep),
    }
}

fn clash(base: Option<AtomValue>, yours: Option<AtomValue>, live: Option<AtomValue>) -> Clash {
    let atom = yours.as_ref().or(live.as_ref()).map_or(Atom::Exists, AtomValue::atom);
    Clash { atom, base, yours, live }
}

fn both_created(
    yours: &ShiftBody,
    live: &ShiftBody,
    keep: impl Fn(Atom) -> Option<Keep>,
) -> Merged {
    let mut set = Vec::new();
    let mut clashes = Vec::new();
    for atom in Atom::VALUED.into_iter().filter(|atom| !yours.same(live, *atom)) {
        match keep(atom) {
            Some(Keep::Live) => {}
            Some(Keep::Yours) => set.push(yours.get(atom)),
            None => clashes.push((
                Kind::FieldChangedBoth,
                clash(None, Some(yours.get(atom)), Some(live.get(atom))),
            )),
        }
    }
    Merged { change: Change::set(set), clashes, moved: true }
}

fn deleted(base: &ShiftBody, live: &ShiftBody, keep: impl Fn(Atom) -> Option<Keep>) -> Merged {
    if base == live {
        return Merged::clean(Change::Delete, false);
    }
    match keep(Atom::Exists) {
        Some(Keep::Yours) => Merged::clean(Change::Delete, true),
        Some(Keep::Live) | None => {
            let (gone, there) = (AtomValue::Exists(false), AtomValue::Exists(true));
            let clash = clash(Some(there.clone()), Some(gone), Some(there));
            let clashes = vec![(Kind::DeletedButChanged, clash)];
            Merged { change: Change::None, clashes, moved: true }
        }
    }
}

fn changed_but_deleted(
    base: &ShiftBody,
    yours: &Arc<ShiftBody>,
    keep: impl Fn(Atom) -> Option<Keep>,
) -> Merged {
    if base == &**yours {
        return Merged::clean(Change::None, true);
    }
    match keep(Atom::Exists) {
        Some(Keep::Yours) => Merged::clean(Change::Create(yours.clone()), true),
        Some(Keep::Live) | None => {
            let (gone, there) = (AtomValue::Exists(false), AtomValue::Exists(true));
            let clash = clash(Some(there.clone()), Some(there), Some(gone));
            let clashes = vec![(Kind::ChangedButDeleted, clash)];
            Merged { change: Change::None, clashes, moved: true }
        }
    }
}

fn changed(
    base: &ShiftBody,
    yours: &ShiftBody,
    live: &ShiftBody,
    moved: bool,
    keep: impl Fn(Atom) -> Option<Keep>,
) -> Merged {
    let mut set = Vec::new();
    let mut clashes = Vec::new();
    for atom in Atom::VALUED {
        if yours.same(base, atom) || yours.same(live, atom) {
            continue;
        }
        if live.same(base, atom) {
            set.push(yours.get(atom));
            continue;
        }
        let sides = (base.get(atom), yours.get(atom), live.get(atom));
        if let Some(joined) = join::values(&sides.0, &sides.1, &sides.2) {
            if joined != sides.2 {
                set.push(joined);
            }
            continue;
        }
        match keep(atom) {
            Some(Keep::Live) => {}
            Some(Keep::Yours) => set.push(sides.1),
            None => clashes
                .push((Kind::FieldChangedBoth, clash(Some(sides.0), Some(sides.1), Some(sides.2)))),
        }
    }
    Merged { change: Change::set(set), clashes, moved }
}

impl Change {
    fn set(values: Vec<AtomValue>) -> Self {
        if values.is_empty() { Self::None } else { Self::Set(values) }
    }

    /// The shift after the change; `None` when it is not there.
    #[must_use]
    pub fn applied(&self, live: Option<&ShiftBody>) -> Option<Arc<ShiftBody>> {
        match self {
            Self::None => live.cloned().map(Arc::new),
            Self::Create(body) => Some(body.clone()),
            Self::Delete => None,
            Self::Set(values) => {
                let mut body = live.cloned()?;
                values.iter().for_each(|value| body.set(value.clone()));
                Some(Arc::new(body))
            }
        }
    }
}

/// Merges an edit of an agent's own activities with the live ones in the same stretch of time:
/// what to take away and what to add, or the live ones it clashes with.
///
/// # Errors
/// The stretch of live activities that both sides changed, when they cannot be joined.
pub fn commitments(
    edit: &CommitmentEdit,
    live: &[Commitment],
) -> Result<(Vec<Commitment>, Vec<Commitment>), Vec<Commitment>> {
    let merged = join::pieces(&edit.base, &edit.draft, live).ok_or_else(|| live.to_vec())?;
    let removed = live.iter().filter(|c| !merged.contains(c)).cloned().collect();
    let added = merged.iter().filter(|c| !live.contains(c)).cloned().collect();
    Ok((removed, added))
}
