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

use schemars::JsonSchema;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::conflict::{Clash, Kind};
use crate::draft::{CommitmentEdit, ShiftEdit};
use crate::id::ShiftId;
use crate::instant::{Instant, Interval};
use crate::shift::{Atom, AtomValue, Commitment, ShiftBody};

/// What somebody decided about a clash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, JsonSchema)]
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
/// what to take away and what to add. What clashes is decided by `settle`, stretch by stretch.
///
/// # Errors
/// The first stretch of time that both sides changed and nobody settled.
pub fn commitments(
    edit: &CommitmentEdit,
    live: &[Commitment],
    settle: impl Fn(Interval) -> Option<Keep>,
) -> Result<(Vec<Commitment>, Vec<Commitment>), Interval> {
    let interval = |(start, end): join::Place| {
        let (start, end) = (Instant::from_ms(start), Instant::from_ms(end));
        Interval::new(start, end).unwrap_or(edit.within)
    };
    let settle = |place| settle(interval(place));
    let merged = join::pieces(&edit.base, &edit.draft, live, settle).map_err(interval)?;
    let removed = live.iter().filter(|c| !merged.contains(c)).cloned().collect();
    let added = merged.iter().filter(|c| !live.contains(c)).cloned().collect();
    Ok((removed, added))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::testing::check::check_merge;

    #[test]
    fn what_the_edit_did_not_touch_stays_as_it_is_live() {
        check_merge(
            "ana mon 09:00-17:00 +vip",
            "ana mon 09:00-17:00 +vip",
            "ana mon 10:00-18:00 site=lyon",
            expect!["ana mon 10:00-18:00 site=lyon"],
        );
    }

    #[test]
    fn what_nobody_else_touched_is_taken() {
        check_merge(
            "ana mon 09:00-17:00",
            "ana tue 09:00-17:00 note=swap site=lyon plan=early",
            "ana mon 09:00-17:00",
            expect!["ana tue 09:00-17:00 note=swap site=lyon plan=early"],
        );
    }

    #[test]
    fn two_different_atoms_both_live() {
        check_merge(
            "ana mon 09:00-17:00 12:00-12:30 lunch",
            "ana mon 10:00-18:00 13:00-13:30 lunch",
            "ben mon 09:00-17:00 12:00-12:30 lunch note=for_ben",
            expect!["ben mon 10:00-18:00 13:00-13:30 lunch note=for_ben"],
        );
    }

    #[test]
    fn a_moved_shift_and_a_moved_break_commute() {
        check_merge(
            "ana mon 09:00-17:00 15:00-15:15 break",
            "ana mon 10:00-18:00 16:00-16:15 break",
            "ana mon 09:00-17:00 15:30-15:45 break",
            expect!["ana mon 10:00-18:00 16:30-16:45 break"],
        );
    }

    #[test]
    fn both_wanting_the_same_is_no_clash() {
        check_merge(
            "ana mon 09:00-17:00",
            "ana mon 10:00-18:00",
            "ana mon 10:00-18:00",
            expect!["ana mon 10:00-18:00"],
        );
    }

    #[test]
    fn one_span_to_two_values_clashes() {
        check_merge(
            "ana mon 09:00-17:00",
            "ana mon 10:00-18:00",
            "ana mon 11:00-19:00",
            expect![[r#"
                ana mon 11:00-19:00
                FIELD_CHANGED_BOTH: mon 09:00-17:00 -> mon 10:00-18:00 | mon 11:00-19:00"#]],
        );
    }

    #[test]
    fn a_clash_of_one_atom_lets_the_others_through() {
        check_merge(
            "ana mon 09:00-17:00",
            "ana mon 10:00-18:00 +vip",
            "ana mon 11:00-19:00 site=lyon",
            expect![[r#"
                ana mon 11:00-19:00 +vip site=lyon
                FIELD_CHANGED_BOTH: mon 09:00-17:00 -> mon 10:00-18:00 | mon 11:00-19:00"#]],
        );
    }

    #[test]
    fn one_owner_to_two_agents_clashes() {
        check_merge(
            "ana mon 09:00-17:00",
            "ben mon 09:00-17:00",
            "cleo mon 09:00-17:00",
            expect![[r#"
                cleo mon 09:00-17:00
                FIELD_CHANGED_BOTH: ana -> ben | cleo"#]],
        );
    }

    #[test]
    fn start_and_length_are_one_atom() {
        check_merge(
            "ana mon 09:00-17:00",
            "ana mon 08:00-17:00",
            "ana mon 09:00-18:00",
            expect![[r#"
                ana mon 09:00-18:00
                FIELD_CHANGED_BOTH: mon 09:00-17:00 -> mon 08:00-17:00 | mon 09:00-18:00"#]],
        );
    }

    #[test]
    fn ids_in_other_systems_do_not_join() {
        check_merge(
            "ana mon 09:00-17:00",
            "ana mon 09:00-17:00 ext=teleopti/1",
            "ana mon 09:00-17:00 ext=verint/2",
            expect![[r#"
                ana mon 09:00-17:00 ext=verint/2
                FIELD_CHANGED_BOTH: [] -> [teleopti/1] | [verint/2]"#]],
        );
    }

    #[test]
    fn a_new_shift_appears() {
        check_merge("nothing", "ana mon 09:00-17:00", "nothing", expect!["ana mon 09:00-17:00"]);
    }

    #[test]
    fn a_deletion_of_what_nobody_touched_goes_through() {
        check_merge("ana mon 09:00-17:00", "nothing", "ana mon 09:00-17:00", expect!["nothing"]);
    }

    #[test]
    fn a_deletion_clashes_with_a_change() {
        check_merge(
            "ana mon 09:00-17:00",
            "nothing",
            "ana mon 10:00-18:00",
            expect![[r#"
            ana mon 10:00-18:00
            DELETED_BUT_CHANGED: there -> gone | there"#]],
        );
    }

    #[test]
    fn a_change_clashes_with_a_deletion() {
        check_merge(
            "ana mon 09:00-17:00",
            "ana mon 10:00-18:00",
            "nothing",
            expect![[r#"
            nothing
            CHANGED_BUT_DELETED: there -> there | gone"#]],
        );
    }

    #[test]
    fn two_deletions_are_one() {
        check_merge("ana mon 09:00-17:00", "nothing", "nothing", expect!["nothing"]);
    }

    #[test]
    fn the_same_new_shift_twice_is_one() {
        check_merge(
            "nothing",
            "ana mon 09:00-17:00 +vip",
            "ana mon 09:00-17:00 +vip",
            expect!["ana mon 09:00-17:00 +vip"],
        );
    }

    #[test]
    fn two_new_shifts_of_one_id_clash_where_they_differ() {
        check_merge(
            "nothing",
            "ana mon 09:00-17:00 +vip",
            "ana mon 10:00-18:00",
            expect![[r#"
            ana mon 10:00-18:00
            FIELD_CHANGED_BOTH: ? -> mon 09:00-17:00 | mon 10:00-18:00
            FIELD_CHANGED_BOTH: ? -> [+vip] | []"#]],
        );
    }
}
