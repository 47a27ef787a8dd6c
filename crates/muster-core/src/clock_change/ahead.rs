//! What clock changes would do to shifts that are planned, or about to be swapped.

use crate::clock_change::{Clocks, between};
use crate::command::Terms;
use crate::decide;
use crate::diff::applied;
use crate::draft::{CommitmentEdit, Edits, ShiftEdit};
use crate::merge;
use crate::roster::Roster;
use crate::swap::SwapOffer;

/// What clock changes do to what edits make or change, merged with what is live. Whether anything
/// holds them does not matter; what clashes is looked at as it is live.
#[must_use]
pub fn of_edits(live: &Roster, edits: &Edits, terms: &Terms) -> Clocks {
    let resolved = terms.resolved();
    let shift = |edit: &ShiftEdit| {
        let base = live.shift(&edit.id).map(|shift| shift.body.clone());
        let draft = merge::shift(edit, base.as_deref(), &resolved).change.applied(base.as_deref());
        ShiftEdit { id: edit.id.clone(), base, draft }
    };
    let own = |edit: &CommitmentEdit| {
        let base: Vec<_> = live.commitments_of(&edit.agent, edit.within).cloned().collect();
        let (removed, added) = merge::commitments(edit, &base, |_| None).unwrap_or_default();
        let mut draft: Vec<_> = base.iter().filter(|c| !removed.contains(c)).cloned().collect();
        draft.extend(added);
        CommitmentEdit { base, draft, ..edit.clone() }
    };
    let merged = Edits {
        shifts: edits.shifts.iter().map(shift).collect(),
        commitments: edits.commitments.iter().map(own).collect(),
    };
    between(live, &applied(live, &merged.normalized()))
}

/// What clock changes do to the shifts of a swap in the zones of those who get them; nothing while
/// a side is open.
#[must_use]
pub fn of_swap(live: &Roster, offer: &SwapOffer) -> Clocks {
    between(live, &applied(live, &decide::owner_edits(live, offer)))
}
