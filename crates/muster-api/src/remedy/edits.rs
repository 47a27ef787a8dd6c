//! Edits of shifts, said as change sets.

use std::collections::BTreeSet;

use muster_core::command::{Action, Resolution, Terms};
use muster_core::diff;
use muster_core::draft::{CommitmentEdit, Edits, ShiftEdit};
use muster_core::id::{ScheduleId, ShiftId};
use muster_core::instant::Interval;
use muster_core::limits;
use muster_core::merge;
use muster_core::roster::Roster;
use muster_core::shift::{Atom, Commitment, ShiftBody};
use serde_json::{Map, Value, json};

use super::{Request, TermsBody};
use crate::conflict::AtomView;
use crate::shift::ActivitiesView;

pub(super) fn edit_draft(
    roster: &Roster,
    id: &ScheduleId,
    edits: &Edits,
    resolutions: &[Resolution],
) -> Option<Request> {
    let body = json!({
        "baseVersion": roster.draft(id)?.origin.revision,
        "edits": members(roster, edits)?,
        "resolutions": resolutions,
    });
    Some(Request::patch(format!("/scheduling/schedules/{id}"), body))
}

/// A direct edit says what it wants from what is live now: what merges is merged here.
pub(super) fn edit_shifts(roster: &Roster, edits: &Edits, terms: &Terms) -> Option<Request> {
    let resolved = terms.resolved();
    let mut now = Edits { shifts: Vec::new(), commitments: edits.commitments.clone() };
    for edit in &edits.shifts {
        let live = roster.shift(&edit.id).map(|shift| shift.body.clone());
        let merged = merge::shift(edit, live.as_deref(), &resolved);
        if !merged.clashes.is_empty() {
            return None;
        }
        let draft = merged.change.applied(live.as_deref());
        now.shifts.push(ShiftEdit { id: edit.id.clone(), base: live, draft });
    }
    now.shifts.retain(|edit| !edit.is_empty());
    let mut members = members(roster, &now)?;
    let mut body = with_terms(terms);
    body.remove("resolutions");
    if let Some(id) = live_schedule(roster, &now) {
        body.insert("baseVersion".to_owned(), json!(roster.revision()));
        body.insert("edits".to_owned(), json!(members));
        return Some(Request::patch(format!("/scheduling/schedules/{id}"), Value::Object(body)));
    }
    // A shift in a week in which nothing happened yet.
    let mut only = (members.len() == 1).then(|| members.remove(0))?;
    only.remove("op");
    for field in ["acknowledge", "reason"] {
        if let Some(value) = body.remove(field) {
            only.insert(field.to_owned(), value);
        }
    }
    Some(Request::post("/scheduling/shifts".to_owned(), Value::Object(only)))
}

pub(super) fn publish_document(roster: &Roster, action: &Action) -> Option<Request> {
    let Action::PublishDocument { id, week, name, base, edits, agents: _, terms } = action else {
        return None;
    };
    let mut body = with_terms(terms);
    let unit = &roster.unit()?.id;
    let fields = [
        ("id", json!(id)),
        ("businessUnitId", json!(unit)),
        ("weekDate", json!(week)),
        ("name", json!(name)),
        ("publish", json!(true)),
        ("edits", json!(members(roster, edits)?)),
    ];
    body.extend(fields.map(|(name, value)| (name.to_owned(), value)));
    if let Some(base) = base {
        body.insert("baseRevision".to_owned(), json!(base));
    }
    Some(Request::post("/schedules".to_owned(), Value::Object(body)))
}

fn with_terms(terms: &Terms) -> Map<String, Value> {
    match json!(TermsBody::new(terms)) {
        Value::Object(body) => body,
        _ => Map::new(),
    }
}

/// The live schedule of the week that the edits start in.
fn live_schedule(roster: &Roster, edits: &Edits) -> Option<ScheduleId> {
    let unit = roster.unit()?;
    let bodies = edits.shifts.iter().flat_map(|edit| edit.base.iter().chain(&edit.draft));
    let starts = bodies.map(|body| body.span.start);
    let own = edits.commitments.iter().map(|edit| edit.within.start());
    starts.chain(own).find_map(|at| Some(roster.week(unit.week_of(at))?.id.clone()))
}

/// The members of a change set that does what edits say; `None` when there are too many, or when an
/// activity lies outside of its shift or of all, in part or whole, which no change set says.
fn members(roster: &Roster, edits: &Edits) -> Option<Vec<Map<String, Value>>> {
    if edits.shifts.len() > limits::REMEDY_SHIFTS || edits.shifts.iter().any(sticks_out) {
        return None;
    }
    let after = diff::applied(roster, edits);
    let mut members = Vec::new();
    let mut spoken: BTreeSet<&ShiftId> = BTreeSet::new();
    for edit in &edits.shifts {
        spoken.insert(&edit.id);
        if edit.draft.as_deref().is_some_and(|draft| {
            says_activities(roster, &after, edit, edits) && cuts(&after, draft)
        }) {
            return None;
        }
        members.extend(member(roster, &after, edit, edits));
    }
    for own in &edits.commitments {
        if !is_in_shifts(&after, own) {
            return None;
        }
        for shift in after.shifts_of(&own.agent, own.within) {
            let changed = roster.activities(&shift.body) != after.activities(&shift.body);
            if changed && spoken.insert(&shift.id) {
                let mut member = op("update", "shiftId", &shift.id);
                member.insert("activities".to_owned(), activities(&after, &shift.body));
                members.push(member);
            }
        }
    }
    (members.len() <= limits::REMEDY_SHIFTS).then_some(members)
}

/// Whether the activities of a shift have to be said: its own, or those of its agent, change.
fn says_activities(roster: &Roster, after: &Roster, edit: &ShiftEdit, edits: &Edits) -> bool {
    let Some(draft) = &edit.draft else { return false };
    let mut own = edits.commitments.iter();
    let is_own = own.any(|own| own.agent == draft.owner && own.within.overlaps(draft.interval()));
    match &edit.base {
        None => is_own || !draft.activities.is_empty(),
        Some(base) => {
            !draft.same(base, Atom::Activities)
                || is_own && roster.activities(base) != after.activities(draft)
        }
    }
}

/// Whether an activity of the agent's own begins before a shift or ends after it: said with the
/// shift, it would lose that part.
fn cuts(after: &Roster, draft: &ShiftBody) -> bool {
    let (start, end) = (draft.span.start, draft.span.end());
    let mut own = after.commitments_of(&draft.owner, draft.interval());
    own.any(|c| c.start < start || c.end() > end)
}

/// Whether what changes of an agent's own activities lies in shifts: what does not, no shift says.
fn is_in_shifts(after: &Roster, own: &CommitmentEdit) -> bool {
    let is_kept = |c: &&Commitment| own.base.contains(c) && own.draft.contains(c);
    let mut changed = own.base.iter().chain(&own.draft).filter(|c| !is_kept(c));
    changed.all(|c| {
        let place = Interval::new(c.start, c.end());
        let mut shifts = place.into_iter().flat_map(|place| after.shifts_of(&own.agent, place));
        shifts.any(|s| s.body.span.start <= c.start && c.end() <= s.body.span.end())
    })
}

fn sticks_out(edit: &ShiftEdit) -> bool {
    let Some(draft) = &edit.draft else { return false };
    let is_said = edit.base.as_ref().is_none_or(|base| !draft.same(base, Atom::Activities));
    let mut ends = draft.activities.iter().map(|a| a.offset_min + a.length_min);
    is_said && ends.any(|end| end > draft.span.length_min)
}

fn op(op: &str, field: &str, id: &ShiftId) -> Map<String, Value> {
    let fields = [("op".to_owned(), json!(op)), (field.to_owned(), json!(id))];
    fields.into_iter().collect()
}

fn activities(after: &Roster, body: &ShiftBody) -> Value {
    json!(ActivitiesView::new(after, body))
}

fn member(
    roster: &Roster,
    after: &Roster,
    edit: &ShiftEdit,
    edits: &Edits,
) -> Option<Map<String, Value>> {
    let set = |member: &mut Map<String, Value>, body: &ShiftBody, atom: Atom| {
        if let Value::Object(fields) = json!(AtomView(body.get(atom))) {
            member.extend(fields);
        }
    };
    match (&edit.base, &edit.draft) {
        (None, None) => None,
        (Some(_), None) => Some(op("delete", "shiftId", &edit.id)),
        (None, Some(draft)) => {
            let mut member = op("put", "id", &edit.id);
            let all = Atom::VALUED.into_iter().filter(|atom| *atom != Atom::Activities);
            all.for_each(|atom| set(&mut member, draft, atom));
            if says_activities(roster, after, edit, edits) {
                member.insert("activities".to_owned(), activities(after, draft));
            }
            Some(member)
        }
        (Some(base), Some(draft)) => {
            let mut member = op("update", "shiftId", &edit.id);
            let changed = Atom::VALUED.into_iter().filter(|atom| !draft.same(base, *atom));
            changed.for_each(|atom| set(&mut member, draft, atom));
            if says_activities(roster, after, edit, edits) {
                member.insert("activities".to_owned(), activities(after, draft));
            }
            (member.len() > 2).then_some(member)
        }
    }
}
