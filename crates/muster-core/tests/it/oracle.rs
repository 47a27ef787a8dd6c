//! The promise of a merge, said once more and differently: what an accepted edit leaves behind.

use std::collections::BTreeSet;

use muster_core::Roster;
use muster_core::command::{Action, Terms};
use muster_core::decide::{Decision, Outcome};
use muster_core::draft::{Edits, ShiftEdit};
use muster_core::event::Event;
use muster_core::merge::Keep;
use muster_core::shift::{Activity, Atom, AtomValue, ShiftBody};

/// The edits and terms of a change of shifts.
pub(crate) fn edits_of(before: &Roster, action: &Action) -> Option<(Edits, Terms)> {
    let terms = action.terms()?.clone();
    let edits = match action {
        Action::Publish { id, .. } => before.draft(id)?.edits(),
        Action::PublishDocument { edits, .. }
        | Action::EditShifts { edits, .. }
        | Action::Revert { edits, .. } => edits.clone(),
        _ => return None,
    };
    Some((edits, terms))
}

/// What an accepted change did that it should not have, or did not and should have.
pub(crate) fn broken_promises(
    before: &Roster,
    action: &Action,
    decision: &Decision,
    after: &Roster,
) -> Vec<String> {
    let mut broken = provenance(before, decision, after);
    let (Outcome::Published(done) | Outcome::Edited(done)) = &decision.outcome else {
        return broken;
    };
    let Some((edits, terms)) = edits_of(before, action) else { return broken };
    for edit in &edits.shifts {
        let live = before.shift(&edit.id).map(|shift| &*shift.body);
        let bodies = [edit.base.as_deref(), edit.draft.as_deref(), live];
        let mut owners = bodies.into_iter().flatten().map(|body| &body.owner);
        let went_live = owners.all(|owner| done.published.contains(owner));
        let now = after.shift(&edit.id).map(|shift| &*shift.body);
        if !went_live {
            if live != now {
                broken.push(format!("{}: changed although it was held", edit.id));
            }
            continue;
        }
        let keep = |atom: Atom| {
            let mut all = terms.resolutions.iter();
            all.find(|r| r.shift_id == edit.id && r.atom == atom).map(|r| r.keep)
        };
        if let Some(problem) = problem(edit, live, now, &keep) {
            broken.push(format!("{}: {problem}", edit.id));
        }
    }
    broken
}

type Keeps<'a> = &'a dyn Fn(Atom) -> Option<Keep>;

fn problem(
    edit: &ShiftEdit,
    live: Option<&ShiftBody>,
    now: Option<&ShiftBody>,
    keep: Keeps<'_>,
) -> Option<String> {
    let (base, draft) = (edit.base.as_deref(), edit.draft.as_deref());
    let lost = |what: &str| Some(what.to_owned());
    if keep(Atom::Exists) == Some(Keep::Live) {
        return (live != now).then(|| "the edit was to be left out".to_owned());
    }
    let settled = keep(Atom::Exists) == Some(Keep::Yours);
    match (base, draft, live, now) {
        (_, None, _, Some(_)) => lost("was to be deleted"),
        (_, Some(_), _, None) => lost("was to be there"),
        (Some(base), None, Some(live), None) if base != live && !settled => {
            lost("deleted over somebody's change")
        }
        (Some(base), Some(draft), None, Some(_)) if base != draft && !settled => {
            lost("changed over somebody's deletion")
        }
        (_, Some(draft), None, Some(now)) => (draft != now).then(|| "is another".to_owned()),
        (base, Some(draft), Some(live), Some(now)) => {
            let mut atoms = Atom::VALUED.into_iter();
            atoms.find_map(|atom| {
                let base = base.map(|base| base.get(atom));
                let values = (base, draft.get(atom), live.get(atom), now.get(atom));
                (!is_kept(&values, keep(atom))).then(|| format!("{values:?}"))
            })
        }
        _ => None,
    }
}

/// The table of merging, as a question about the outcome.
fn is_kept(
    (base, draft, live, now): &(Option<AtomValue>, AtomValue, AtomValue, AtomValue),
    keep: Option<Keep>,
) -> bool {
    if base.as_ref() == Some(draft) || draft == live {
        return now == live;
    }
    if base.as_ref() == Some(live) {
        return now == draft;
    }
    let joins = match (base, draft, live, now) {
        (Some(AtomValue::Tags(b)), AtomValue::Tags(d), AtomValue::Tags(l), AtomValue::Tags(n)) => {
            is_union(b, d, l, n)
        }
        (Some(AtomValue::Note(b)), AtomValue::Note(d), AtomValue::Note(l), AtomValue::Note(n)) => {
            let lines = |note: &Option<std::sync::Arc<str>>| -> BTreeSet<String> {
                note.iter().flat_map(|note| note.lines()).map(str::to_owned).collect()
            };
            d.is_some() && l.is_some() && is_union(&lines(b), &lines(d), &lines(l), &lines(n))
        }
        (
            Some(AtomValue::Activities(b)),
            AtomValue::Activities(d),
            AtomValue::Activities(l),
            AtomValue::Activities(n),
        ) => {
            let set = |all: &[Activity]| -> BTreeSet<Activity> { all.iter().cloned().collect() };
            let ends = n.iter().map(|a| a.offset_min + a.length_min);
            let starts = n.iter().skip(1).map(|a| a.offset_min);
            let is_disjoint = ends.zip(starts).all(|(end, start)| end <= start);
            is_disjoint && is_union(&set(b), &set(d), &set(l), &set(n))
        }
        _ => false,
    };
    let by_hand = match keep {
        Some(Keep::Yours) => now == draft,
        Some(Keep::Live) => now == live,
        None => false,
    };
    joins || by_hand
}

/// Everything that either added is there, nothing that either took away is, nothing else is.
fn is_union<T: Ord + Clone>(
    base: &BTreeSet<T>,
    yours: &BTreeSet<T>,
    live: &BTreeSet<T>,
    now: &BTreeSet<T>,
) -> bool {
    let kept = base.iter().filter(|item| yours.contains(item) && live.contains(item));
    let added = yours.union(live).filter(|item| !base.contains(item));
    kept.chain(added).cloned().collect::<BTreeSet<T>>() == *now
}

/// Every atom points at the entry that last set it, and at no other.
fn provenance(before: &Roster, decision: &Decision, after: &Roster) -> Vec<String> {
    let mut broken = Vec::new();
    for event in &decision.events {
        let Event::ShiftChanged { id, set } = event else { continue };
        let (Some(old), Some(new)) = (before.shift(id), after.shift(id)) else { continue };
        for atom in [Atom::Exists].into_iter().chain(Atom::VALUED) {
            let is_set = set.iter().any(|value| value.atom() == atom);
            let expected = if is_set { after.revision() } else { old.origin(atom).revision };
            if new.origin(atom).revision != expected {
                broken.push(format!("{id} {atom:?} points at {}", new.origin(atom).revision));
            }
        }
    }
    broken
}
