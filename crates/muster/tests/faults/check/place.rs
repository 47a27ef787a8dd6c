//! Whether an operation is in the ledger as often, and where, as its client was told.

use super::{Fault, Kind, Place, fault};

/// What is wrong with an operation's entries.
///
/// A client that lost an answer asks again while its first attempt may still be on its way. If
/// the second is refused and the first then passes, both were decided in good order: the entry
/// comes after the revision of the refusal. Only then may a refused command have one.
pub(super) fn of(place: &Place<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if place.found.len() > 1 {
        faults.push(fault(Kind::Doubled, place.name()));
    }
    let Some(answer) = &place.op.answer else { return faults };
    let comes_late =
        |found: u64| place.op.may_come_late() && answer.revision.is_none_or(|told| told < found);
    let is_news = place.op.wish.is_news();
    let kind = match place.found.first() {
        None if place.op.is_accepted() && is_news => Some(Kind::Lost),
        None => None,
        Some(found) if !answer.is_success() => {
            (!comes_late(*found)).then_some(Kind::RefusedYetThere)
        }
        Some(found) if answer.revision == Some(*found) => None,
        Some(found) => (is_news || !comes_late(*found)).then_some(Kind::Elsewhere),
    };
    faults.extend(kind.map(|kind| fault(kind, place.name())));
    faults
}
