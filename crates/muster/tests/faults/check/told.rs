//! Whether an answer says what the state of its revision says.

use serde_json::Value;

use super::{Fault, Kind, Past, Place, fault};
use crate::history::Answer;

/// What is wrong with an answer.
pub(super) fn of(past: &Past<'_>, place: &Place<'_>) -> Option<Fault> {
    let answer = place.op.answer.as_ref()?;
    let bad = |kind| Some(fault(kind, format!("{}: {}", place.name(), answer.body)));
    match answer.status {
        200 | 201 | 204 => of_success(past, place, answer).and_then(bad),
        404 if is_overlooked(past, place) => bad(Kind::Overlooked),
        // A key that came with another request is no meeting: we never do that.
        422 if answer.body["code"] == "IDEMPOTENCY_KEY_REUSED" => bad(Kind::BadAnswer),
        404 | 409 | 422 => None,
        _ => bad(Kind::BadAnswer),
    }
}

fn of_success(past: &Past<'_>, place: &Place<'_>, answer: &Answer) -> Option<Kind> {
    let Some(revision) = answer.revision else { return Some(Kind::BadAnswer) };
    let Some(state) = past.states.get(usize::try_from(revision).unwrap()) else {
        return Some(Kind::WrongRead);
    };
    if !place.op.wish.is_in(state) {
        return Some(Kind::NoEffect);
    }
    let shown = place.op.wish.shown(state)?;
    let is_read = place.op.ask.key.is_none();
    let is_right = if is_read { shown == answer.body } else { is_part(&shown, &answer.body) };
    (!is_right).then_some(Kind::WrongRead)
}

/// Whether everything that is expected is there; there may be more.
fn is_part(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            expected.iter().all(|(name, value)| found.get(name) == Some(value))
        }
        _ => expected == found,
    }
}

/// Whether what was not found was there in every state that may have been looked at.
fn is_overlooked(past: &Past<'_>, place: &Place<'_>) -> bool {
    let Some(subject) = place.op.wish.needs() else { return false };
    let floor = usize::try_from(place.floor).unwrap();
    past.states[floor..].iter().all(|state| subject.is_in(state))
}
