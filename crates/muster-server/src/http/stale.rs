//! Whether a whole document, though it names the newest version, puts back what somebody else has
//! just changed, or sends again what was refused beside that change: the body is older than the
//! version then.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use muster_core::command::{Action, Suspect};
use muster_core::conflict::Finding;
use muster_core::decide::{Outcome, Rejection};
use muster_core::draft::{Edits, ShiftEdit};
use muster_core::entry::Actor;
use muster_core::id::ShiftId;
use muster_core::shift::{Atom, AtomValue};
use muster_core::{Instant, Revision, Roster};
use muster_ledger::UnitKey;

use crate::desk::{Answer, Desk};
use crate::http::App;
use crate::limits;

/// What documents wanted that met somebody else's change and was refused, for a short while: sent
/// again under the newest version, it would win without a word.
#[derive(Debug, Default)]
pub(crate) struct Refused(Mutex<BTreeMap<Place, Wanted>>);

/// Who wanted something of what.
type Place = (UnitKey, Actor, ShiftId, Atom);

/// What was wanted, beside a change by that entry, and when.
#[derive(Debug, Clone, PartialEq)]
struct Wanted {
    value: Option<AtomValue>,
    beside: Revision,
    at: Instant,
}

impl Refused {
    /// Remembers the clashes of an answer to a whole document.
    pub(crate) fn note(&self, unit: &UnitKey, answer: &Answer) {
        if !matches!(answer.command.action, Action::EditShifts { .. }) {
            return;
        }
        let found: Vec<&Finding> = match &answer.result {
            Err(Rejection::Conflict { findings }) => findings.iter().collect(),
            Ok(Outcome::Edited(done)) => done.held.iter().flat_map(|held| &held.findings).collect(),
            Ok(_) | Err(_) => Vec::new(),
        };
        let of_clash = |finding: &&Finding| {
            let clash = finding.clash.as_ref()?;
            let shift = finding.shifts().next()?.clone();
            let beside = answer.before.last_change(&shift, clash.atom)?.revision;
            let place = (unit.clone(), answer.command.actor.clone(), shift, clash.atom);
            Some((place, Wanted { value: clash.yours.clone(), beside, at: answer.at }))
        };
        let new: Vec<_> = found.iter().filter_map(of_clash).collect();
        if new.is_empty() {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(new);
        if known.len() > limits::STALE_REFUSED {
            let since = answer.at.plus_min(-limits::STALE_MIN);
            known.retain(|_, wanted| wanted.at >= since);
        }
        if known.len() > limits::STALE_REFUSED {
            known.clear();
        }
    }

    fn knows(&self, place: &Place, wanted: &Wanted) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(place).is_some_and(|known| {
            let since = wanted.at.plus_min(-limits::STALE_MIN);
            (&known.value, known.beside) == (&wanted.value, wanted.beside) && known.at >= since
        })
    }
}

/// The values of edits that are those from just before an entry that another client made a short
/// while ago, and those that were refused beside it. The ground is the state that the document says
/// it was made from; where it is not fresh, merging finds what clashes, and nothing is suspected.
pub(crate) async fn suspects(
    app: &App,
    desk: &Desk,
    actor: &Actor,
    ground: &Roster,
    edits: &Edits,
) -> Vec<Suspect> {
    let now = app.clock().now();
    let since = now.plus_min(-limits::STALE_MIN);
    let mut found = Vec::new();
    let mut by_entry: BTreeMap<Revision, Vec<(&ShiftEdit, Atom)>> = BTreeMap::new();
    for edit in &edits.shifts {
        for atom in edit.atoms() {
            let others = ground
                .last_change(&edit.id, atom)
                .filter(|origin| origin.at >= since && origin.actor != *actor);
            let Some(origin) = others else { continue };
            let place = (desk.key().clone(), actor.clone(), edit.id.clone(), atom);
            let value = wanted(edit, atom);
            if app.refused().knows(&place, &Wanted { value, beside: origin.revision, at: now }) {
                found.push(Suspect { shift_id: edit.id.clone(), atom });
            } else {
                by_entry.entry(origin.revision).or_default().push((edit, atom));
            }
        }
    }
    for (revision, changed) in by_entry.into_iter().rev().take(limits::STALE_ENTRIES) {
        // What is not kept any longer was not read a short while ago either.
        let Ok(before) = desk.at(Revision(revision.0.saturating_sub(1))).await else { continue };
        let back = changed.into_iter().filter(|(edit, atom)| is_back(&before, edit, *atom));
        found.extend(back.map(|(edit, atom)| Suspect { shift_id: edit.id.clone(), atom }));
    }
    found
}

fn wanted(edit: &ShiftEdit, atom: Atom) -> Option<AtomValue> {
    match atom {
        Atom::Exists => Some(AtomValue::Exists(edit.draft.is_some())),
        atom => edit.draft.as_ref().map(|draft| draft.get(atom)),
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
