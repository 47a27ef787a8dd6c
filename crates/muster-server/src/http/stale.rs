//! Whether a whole document, though it names the newest version, puts back what somebody else has
//! just changed: the body is older than the version then.

use std::collections::BTreeMap;

use muster_core::command::Suspect;
use muster_core::draft::{Edits, ShiftEdit};
use muster_core::entry::{Actor, Origin};
use muster_core::shift::Atom;
use muster_core::{Instant, Revision, Roster};

use crate::desk::Desk;
use crate::limits;

/// The values of edits that are those from just before an entry that another client made a short
/// while ago. The ground is the state that the document says it was made from; where it is not
/// fresh, merging finds what clashes, and there is nothing to suspect.
pub(crate) async fn suspects(
    desk: &Desk,
    actor: &Actor,
    ground: &Roster,
    edits: &Edits,
    now: Instant,
) -> Vec<Suspect> {
    let since = now.plus_min(-limits::STALE_MIN);
    let mut by_entry: BTreeMap<Revision, Vec<(&ShiftEdit, Atom)>> = BTreeMap::new();
    for edit in &edits.shifts {
        for atom in edit.atoms() {
            let origin = origin(ground, edit, atom);
            let others = origin.filter(|origin| origin.at >= since && origin.actor != *actor);
            if let Some(origin) = others {
                by_entry.entry(origin.revision).or_default().push((edit, atom));
            }
        }
    }
    let mut found = Vec::new();
    for (revision, changed) in by_entry.into_iter().rev().take(limits::STALE_ENTRIES) {
        // What is not kept any longer was not read a short while ago either.
        let Ok(before) = desk.at(Revision(revision.0.saturating_sub(1))).await else { continue };
        let back = changed.into_iter().filter(|(edit, atom)| is_back(&before, edit, *atom));
        found.extend(back.map(|(edit, atom)| Suspect { shift_id: edit.id.clone(), atom }));
    }
    found
}

/// The entry that last changed what an edit changes.
fn origin<'a>(ground: &'a Roster, edit: &ShiftEdit, atom: Atom) -> Option<&'a Origin> {
    match ground.shift(&edit.id) {
        Some(shift) => Some(shift.origin(atom)),
        None => ground.gone(&edit.id).map(|gone| &gone.origin),
    }
}

/// Whether an edit leads to what was there before.
fn is_back(before: &Roster, edit: &ShiftEdit, atom: Atom) -> bool {
    let was = before.shift(&edit.id).map(|shift| &shift.body);
    match (was, &edit.draft) {
        (Some(was), Some(draft)) if atom == Atom::Exists => was == draft,
        (Some(was), Some(draft)) => was.same(draft, atom),
        (was, draft) => was.is_none() && draft.is_none(),
    }
}
