//! Values that clash, edits that can be left out, and shifts that can be wanted otherwise.

use std::sync::Arc;

use crate::command::{Action, Resolution, Terms};
use crate::conflict::{Finding, Kind};
use crate::draft::{Edits, ShiftEdit};
use crate::explain::fitting::fitting;
use crate::explain::levels::leading;
use crate::explain::remedy::with_terms;
use crate::explain::{Remedy, Scene, Way};
use crate::id::{ScheduleId, ShiftId};
use crate::limits;
use crate::merge::{self, Keep, Resolutions};
use crate::roster::Roster;
use crate::shift::{Atom, ShiftBody};

const PUBLISH: &[&str] = &["wfm:schedule:publish"];
const EDIT: &[&str] = &["wfm:schedule:write"];

pub(super) fn editing(scene: &Scene<'_>, finding: &Finding) -> Vec<Remedy> {
    let mut remedies = Vec::new();
    let is_draft = matches!(scene.command.action, Action::EditDraft { .. });
    let mut spoken: Vec<&ShiftId> = finding.shifts().collect();
    spoken.retain(|id| is_draft || scene.edit(id).is_some());
    if finding.kind == Kind::StaleOverwriteSuspected {
        return merging(scene).into_iter().collect();
    }
    if let (Some(clash), Some(shift)) = (&finding.clash, spoken.first()) {
        let place = if is_draft { "in the draft" } else { "live" };
        remedies.extend(settling(scene, shift, clash.atom, Keep::Yours, place));
        remedies.extend(settling(scene, shift, clash.atom, Keep::Live, place));
        return remedies;
    }
    remedies.extend(fitting(scene, finding, &spoken));
    if finding.kind.is_level() {
        remedies.extend(leaving(scene, &leading(scene, finding)));
    }
    for shift in &spoken {
        remedies.extend(leaving(scene, std::slice::from_ref(*shift)));
    }
    if finding.kind == Kind::ExternalIdDuplicate {
        remedies.extend(update_existing(scene, finding));
    }
    remedies
}

/// One value or the other; where the edit cannot be said again before all its clashes are settled,
/// they are settled alike.
fn settling(
    scene: &Scene<'_>,
    shift: &ShiftId,
    atom: Atom,
    keep: Keep,
    place: &str,
) -> Option<Remedy> {
    let (id, one, all) = match keep {
        Keep::Yours => (
            "take_yours",
            "set it to your value".to_owned(),
            "set it and whatever else clashes to your values".to_owned(),
        ),
        Keep::Live => (
            "keep_live",
            format!("go ahead with everything else and keep what is {place}"),
            format!("go ahead with everything else and keep what is {place} wherever values clash"),
        ),
    };
    let decision = |shift: &ShiftId, atom| Resolution { shift_id: shift.clone(), atom, keep };
    resolving(scene, id, one, vec![decision(shift, atom)]).or_else(|| {
        let (Action::EditShifts { edits, .. } | Action::EditDraft { edits, .. }) =
            &scene.command.action
        else {
            return None;
        };
        let atoms = || Atom::VALUED.into_iter().chain([Atom::Exists]);
        let clashes = |edit: &ShiftEdit| {
            let live = there(scene, &edit.id).flatten();
            let merged = merge::shift(edit, live.as_deref(), &Resolutions::new());
            atoms().filter(move |atom| merged.clashes.iter().any(|(_, c)| c.atom == *atom))
        };
        let decisions = edits.shifts.iter().flat_map(|edit| {
            clashes(edit).map(|atom| decision(&edit.id, atom)).collect::<Vec<_>>()
        });
        resolving(scene, id, all, decisions.collect())
    })
}

/// Everything but some shifts; nothing, if they are too many to be named.
fn leaving(scene: &Scene<'_>, shifts: &[ShiftId]) -> Option<Remedy> {
    let title = match shifts {
        [] => return None,
        [_, ..] if shifts.len() > limits::REMEDY_SHIFTS => return None,
        [shift] => format!("go ahead with everything else and leave shift {shift} as it is live"),
        [..] => format!(
            "go ahead with everything else and leave the {} shifts that change there as they are \
             live",
            shifts.len()
        ),
    };
    let left = |shift: &ShiftId| Resolution {
        shift_id: shift.clone(),
        atom: Atom::Exists,
        keep: Keep::Live,
    };
    resolving(scene, "leave_out", title, shifts.iter().map(left).collect())
}

fn resolving(
    scene: &Scene<'_>,
    id: &'static str,
    title: String,
    decisions: Vec<Resolution>,
) -> Option<Remedy> {
    let way = Way::Itself;
    // A direct edit is said again from what is live now, with the decision in it.
    if let Some((edits, mut terms)) = scene.direct() {
        terms.resolutions.extend(decisions);
        let edits = rebased(scene, &edits, &terms)?;
        terms.resolutions.clear();
        let action = Action::EditShifts { edits, terms };
        return Some(Remedy { id, title, action, way, requires: EDIT });
    }
    // So is one of a draft, from what the draft wants now.
    if let Action::EditDraft { id: draft, edits, resolutions } = &scene.command.action {
        let mut terms = Terms { resolutions: resolutions.clone(), ..Terms::default() };
        terms.resolutions.extend(decisions);
        let edits = rebased(scene, edits, &terms)?;
        let (draft, resolutions) = (draft.clone(), resolutions.clone());
        let action = Action::EditDraft { id: draft, edits, resolutions };
        return Some(Remedy { id, title, action, way, requires: EDIT });
    }
    let decided = |terms: &mut Terms| terms.resolutions.extend(decisions);
    let action = with_terms(scene, decided)?;
    Some(Remedy { id, title, action, way, requires: PUBLISH })
}

/// What a shift is where the command edits it: live, or in a draft, if that speaks of it.
fn there(scene: &Scene<'_>, id: &ShiftId) -> Option<Option<Arc<ShiftBody>>> {
    if let Action::EditDraft { id: draft, .. } = &scene.command.action {
        return scene.roster.draft(draft)?.shifts.get(id).map(|edit| edit.draft.clone());
    }
    Some(scene.roster.shift(id).map(|shift| shift.body.clone()))
}

/// Edits from what is there to what merging gives; `None` when something still clashes, when
/// nothing is left, or when it is too long to be said again. What a draft does not speak of yet
/// stays as it is wanted.
fn rebased(scene: &Scene<'_>, edits: &Edits, terms: &Terms) -> Option<Edits> {
    if edits.shifts.len() > limits::REMEDY_SHIFTS {
        return None;
    }
    let resolved = terms.resolved();
    let mut moved = Edits { shifts: Vec::new(), commitments: edits.commitments.clone() };
    for edit in &edits.shifts {
        let Some(base) = there(scene, &edit.id) else {
            moved.shifts.push(edit.clone());
            continue;
        };
        let merged = merge::shift(edit, base.as_deref(), &resolved);
        if !merged.clashes.is_empty() {
            return None;
        }
        let draft = merged.change.applied(base.as_deref());
        moved.shifts.push(ShiftEdit { id: edit.id.clone(), base, draft });
    }
    let moved = moved.normalized();
    (!moved.is_empty()).then_some(moved)
}

/// The document as a merge from before the changes that it would undo: it wants nothing of what it
/// is suspected to put back.
fn merging(scene: &Scene<'_>) -> Option<Remedy> {
    let (mut edits, mut terms) = scene.direct()?;
    for suspect in std::mem::take(&mut terms.suspects) {
        let live = scene.roster.shift(&suspect.shift_id).map(|shift| shift.body.clone());
        let of_shift = |edit: &&mut ShiftEdit| edit.id == suspect.shift_id;
        let Some(edit) = edits.shifts.iter_mut().find(of_shift) else { continue };
        match (&live, edit.draft.as_deref()) {
            (Some(live), Some(draft)) if suspect.atom != Atom::Exists => {
                let mut draft = draft.clone();
                draft.set(live.get(suspect.atom));
                edit.draft = Some(Arc::new(draft));
            }
            (_, _) => edit.draft.clone_from(&edit.base),
        }
    }
    let edits = rebased(scene, &edits.normalized(), &terms)?;
    let title = "keep what others have just changed, and go ahead with the rest".to_owned();
    let action = Action::EditShifts { edits, terms };
    Some(Remedy { id: "merge", title, action, way: Way::Itself, requires: EDIT })
}

/// The same values for the shift that has the id already.
fn update_existing(scene: &Scene<'_>, finding: &Finding) -> Option<Remedy> {
    let mut other = finding.shifts().filter_map(|id| scene.roster.shift(id));
    let other = other.find(|shift| scene.edit(&shift.id).is_none())?;
    let mine = finding.shifts().find_map(|id| scene.edit(id))?;
    let (mut edits, terms) = scene.direct()?;
    let base = Some(other.body.clone());
    edits.shifts.retain(|edit| edit.id != mine.id);
    edits.shifts.push(ShiftEdit { id: other.id.clone(), base, draft: mine.draft.clone() });
    let edits = edits.normalized();
    let title = format!("change shift {} instead, which has that id", other.id);
    let action = Action::EditShifts { edits, terms };
    Some(Remedy { id: "update_existing", title, action, way: Way::Itself, requires: EDIT })
}

/// The command with another wish for one of its shifts; of a draft, the draft is edited first.
pub(super) fn wishing(
    scene: &Scene<'_>,
    id: &'static str,
    title: String,
    shift: &ShiftId,
    body: ShiftBody,
) -> Option<Remedy> {
    let wanted = Some(Arc::new(body));
    let instead = |edits: &Edits| {
        let mut edits = edits.clone();
        let mut all = edits.shifts.iter_mut();
        all.find(|edit| edit.id == *shift)?.draft.clone_from(&wanted);
        Some(edits)
    };
    if let Some((edits, mut terms)) = scene.direct() {
        let edits = rebased(scene, &edits, &terms)?;
        terms.resolutions.clear();
        let edits = Some(instead(&edits)?.normalized()).filter(|edits| !edits.is_empty())?;
        let action = Action::EditShifts { edits, terms };
        return Some(Remedy { id, title, action, way: Way::Itself, requires: EDIT });
    }
    let Action::Publish { id: draft, .. } = &scene.command.action else { return None };
    let edits = redrafted(scene.roster, draft, shift, wanted)?;
    let action = Action::EditDraft { id: draft.clone(), edits, resolutions: Vec::new() };
    let title = format!("{title}, in the draft, then send this again");
    Some(Remedy { id, title, action, way: Way::First, requires: EDIT })
}

/// An edit of what a draft wants of a shift, from what it wants now.
fn redrafted(
    roster: &Roster,
    draft: &ScheduleId,
    shift: &ShiftId,
    wanted: Option<Arc<ShiftBody>>,
) -> Option<Edits> {
    let base = roster.draft(draft)?.shifts.get(shift)?.draft.clone();
    let edit = ShiftEdit { id: shift.clone(), base, draft: wanted };
    Some(Edits { shifts: vec![edit], commitments: Vec::new() })
}
