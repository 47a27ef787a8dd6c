//! Drafts: make, edit, move to the head, throw away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use crate::command::Resolution;
use crate::conflict::{Finding, Kind, Severity, Subject};
use crate::decide::schedule::check_horizon;
use crate::decide::{Decision, Outcome, Rejection, Thing};
use crate::draft::{CommitmentEdit, Draft, Edits, ShiftEdit};
use crate::entry::ReferenceKind;
use crate::event::Event;
use crate::id::{AgentId, Revision, ScheduleId, ShiftId};
use crate::instant::{Instant, Interval};
use crate::limits;
use crate::merge::{self, Keep, Resolutions};
use crate::roster::Roster;
use crate::shift::{Atom, Commitment, ShiftBody};

fn decision(id: &ScheduleId, merged: bool, events: Vec<Event>) -> Decision {
    let outcome = Outcome::Draft { id: id.clone(), merged };
    Decision::new(ReferenceKind::Draft, id, outcome).with(events)
}

pub(super) fn open<'a>(roster: &'a Roster, id: &ScheduleId) -> Result<&'a Draft, Rejection> {
    let draft = roster.draft(id).ok_or_else(|| Rejection::unknown(Thing::Schedule, id))?;
    if draft.is_open() {
        return Ok(draft);
    }
    Err(Rejection::NotNow {
        what: Thing::Schedule,
        id: id.to_string(),
        problem: "is closed: everything in it went live".to_owned(),
    })
}

pub(crate) fn check_week(roster: &Roster, week: Date) -> Result<(), Rejection> {
    let Some(unit) = roster.unit() else { return Ok(()) };
    let right = crate::zone::Zone::week_of(week, unit.first_day.into());
    if right == week {
        return Ok(());
    }
    let problem = format!("is not the first day of a week in this unit, {right} is");
    Err(Rejection::invalid("/weekDate", &week, &problem))
}

pub(super) fn check_size(edits: &Edits) -> Result<(), Rejection> {
    let count = edits.shifts.len() + edits.commitments.len();
    if count > limits::EDIT_SHIFTS {
        let problem = format!("edits are more than {}", limits::EDIT_SHIFTS);
        return Err(Rejection::invalid("/agentSchedules", &count, &problem));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = edits.shifts.iter().find(|edit| !seen.insert(&edit.id)) {
        return Err(Rejection::invalid("/id", &twice.id, "is edited twice"));
    }
    edits.shifts.iter().filter_map(|edit| edit.draft.as_deref()).try_for_each(check_lengths)?;
    let own = edits.commitments.iter().flat_map(|edit| &edit.draft);
    own.map(|own| own.length_min).try_for_each(check_length)
}

/// Everything that looks for what lies at a time relies on shifts being this short.
fn check_lengths(body: &ShiftBody) -> Result<(), Rejection> {
    check_length(body.span.length_min)?;
    for activity in body.activities.iter() {
        check_length(activity.length_min)?;
        check_length(activity.offset_min.saturating_add(1))?;
    }
    Ok(())
}

fn check_length(length_min: u32) -> Result<(), Rejection> {
    if (1..=limits::SHIFT_MIN).contains(&length_min) {
        return Ok(());
    }
    let problem = format!("is not within 1..={}", limits::SHIFT_MIN);
    Err(Rejection::invalid("/lengthMinutes", &length_min, &problem))
}

pub(super) fn create(
    roster: &Roster,
    id: &ScheduleId,
    week: Date,
    name: &Arc<str>,
    base: Option<Revision>,
    edits: &Edits,
    now: Instant,
) -> Result<Decision, Rejection> {
    check_week(roster, week)?;
    check_size(edits)?;
    check_horizon(edits, now)?;
    if let Some(known) = roster.draft(id) {
        let is_same = known.week == week
            && known.name == *name
            && known.edits() == edits.clone().one_per_agent();
        return if is_same {
            Ok(decision(id, false, Vec::new()))
        } else {
            Err(Rejection::Taken { what: Thing::Schedule, id: id.to_string() })
        };
    }
    if roster.week_by_id(id).is_some() {
        return Err(Rejection::Taken { what: Thing::Schedule, id: id.to_string() });
    }
    let base = base.unwrap_or(roster.revision());
    let (id, name, edits) = (id.clone(), name.clone(), edits.clone().one_per_agent());
    let event = Event::DraftCreated { id: id.clone(), week, name, base, edits };
    Ok(decision(&id, false, vec![event]))
}

pub(super) fn edit(
    roster: &Roster,
    id: &ScheduleId,
    edits: &Edits,
    resolutions: &[Resolution],
    now: Instant,
) -> Result<Decision, Rejection> {
    check_size(edits)?;
    check_horizon(edits, now)?;
    let draft = open(roster, id)?;
    let resolved: Resolutions =
        resolutions.iter().map(|r| ((r.shift_id.clone(), r.atom), r.keep)).collect();
    let mut next = Next { draft, put: BTreeMap::new(), own: BTreeMap::new(), dropped: Vec::new() };
    let mut clashes = Vec::new();
    let mut merged = false;
    for edit in &edits.shifts {
        merged |= next.take(edit, &resolved, &mut clashes);
    }
    for edit in &edits.commitments {
        merged |= next.take_own(edit, &resolved, roster, &mut clashes);
    }
    if !clashes.is_empty() {
        return Err(Rejection::conflict(clashes));
    }
    for resolution in resolutions {
        next.resolve(roster, resolution);
    }
    Ok(decision(id, merged, next.event(None).into_iter().collect()))
}

/// A draft as it will be.
struct Next<'a> {
    draft: &'a Draft,
    put: BTreeMap<ShiftId, ShiftEdit>,
    own: BTreeMap<AgentId, CommitmentEdit>,
    dropped: Vec<ShiftId>,
}

impl Next<'_> {
    fn current(&self, id: &ShiftId) -> Option<&ShiftEdit> {
        self.put.get(id).or_else(|| self.draft.shifts.get(id).map(|edit| &**edit))
    }

    /// Merges an edit of the draft as a client saw it into the draft as it is. Says whether
    /// somebody else had changed that part.
    fn take(
        &mut self,
        edit: &ShiftEdit,
        resolved: &Resolutions,
        clashes: &mut Vec<Finding>,
    ) -> bool {
        let Some(current) = self.current(&edit.id) else {
            self.put.insert(edit.id.clone(), edit.clone());
            return false;
        };
        let merged = merge::shift(edit, current.draft.as_deref(), resolved);
        for (kind, clash) in merged.clashes {
            let owner = edit.draft.as_ref().or(edit.base.as_ref()).map(|body| &body.owner);
            let mut finding =
                Finding::new(kind, Severity::Block, owner).about([Subject::Shift(edit.id.clone())]);
            finding.clash = Some(Box::new(clash));
            clashes.push(finding);
        }
        let draft = merged.change.applied(current.draft.as_deref());
        let base = current.base.clone();
        self.put.insert(edit.id.clone(), ShiftEdit { id: edit.id.clone(), base, draft });
        merged.moved
    }

    fn current_own(&self, agent: &AgentId) -> Option<&CommitmentEdit> {
        self.own.get(agent).or_else(|| self.draft.commitments.get(agent).map(|edit| &**edit))
    }

    /// The same for an agent's own activities. What the edit speaks of and the draft did not is
    /// taken from where the edit started.
    fn take_own(
        &mut self,
        edit: &CommitmentEdit,
        resolved: &Resolutions,
        roster: &Roster,
        clashes: &mut Vec<Finding>,
    ) -> bool {
        let Some(current) = self.current_own(&edit.agent) else {
            self.own.insert(edit.agent.clone(), edit.clone());
            return false;
        };
        let mut next = current.widened(edit);
        let inside = next.draft.clone();
        let keep = |place| keep_at(roster, &edit.agent, place, resolved);
        match merge::commitments(edit, &inside, keep) {
            Ok((removed, added)) => {
                next.draft.retain(|c| !removed.contains(c));
                next.draft.extend(added);
                next.draft.sort();
                let is_moved = inside.iter().filter(|c| edit.speaks_of(c)).ne(&edit.base);
                self.own.insert(edit.agent.clone(), next);
                is_moved
            }
            Err(place) => {
                let finding =
                    Finding::new(Kind::FieldChangedBoth, Severity::Block, Some(&edit.agent));
                let shift = roster.shifts_of(&edit.agent, place).next();
                let shift = shift.map(|shift| Subject::Shift(shift.id.clone()));
                clashes.push(finding.about(shift).during(Some(place)));
                true
            }
        }
    }

    /// Settles a clash between the draft and what is live: the draft gives in, or starts from
    /// what is live now.
    fn resolve(&mut self, roster: &Roster, resolution: &Resolution) {
        let id = &resolution.shift_id;
        if resolution.atom == Atom::Activities {
            self.resolve_own(roster, resolution);
        }
        let Some(edit) = self.current(id).cloned() else { return };
        let live = roster.shift(id).map(|shift| shift.body.clone());
        let settled = settled(edit, live, resolution);
        if settled.is_empty() {
            self.put.remove(id);
            self.dropped.push(id.clone());
        } else {
            self.put.insert(id.clone(), settled);
        }
    }

    /// The same for what the shift's owner does in it.
    fn resolve_own(&mut self, roster: &Roster, resolution: &Resolution) {
        let Some(shift) = roster.shift(&resolution.shift_id) else { return };
        let Some(current) = self.current_own(&shift.body.owner) else { return };
        let mut edit = current.clone();
        let is_inside = |c: &Commitment| c.meets(shift.interval());
        let live = || roster.commitments_of(&edit.agent, shift.interval()).cloned();
        let moved = |side: &[Commitment]| -> Vec<Commitment> {
            let mut all: Vec<_> = side.iter().filter(|c| !is_inside(c)).cloned().collect();
            all.extend(live());
            all.sort();
            all
        };
        let base = moved(&edit.base);
        if resolution.keep == Keep::Live {
            edit.draft = moved(&edit.draft);
        }
        edit.base = base;
        self.own.insert(edit.agent.clone(), edit);
    }

    fn event(self, base: Option<Revision>) -> Option<Event> {
        let put: Vec<ShiftEdit> = self
            .put
            .into_values()
            .filter(|edit| self.draft.shifts.get(&edit.id).is_none_or(|old| **old != *edit))
            .collect();
        let (empty, shifts): (Vec<_>, Vec<_>) = put.into_iter().partition(ShiftEdit::is_empty);
        let mut dropped_shifts = self.dropped;
        dropped_shifts.extend(empty.into_iter().map(|edit| edit.id));
        dropped_shifts.retain(|id| self.draft.shifts.contains_key(id));
        let known = |edit: &CommitmentEdit| self.draft.commitments.get(&edit.agent);
        let own = self.own.into_values();
        let own = own.filter(|edit| known(edit).is_none_or(|old| **old != *edit));
        let (empty, commitments): (Vec<_>, Vec<_>) = own.partition(CommitmentEdit::is_empty);
        let mut dropped_commitments: Vec<_> = empty.into_iter().map(|edit| edit.agent).collect();
        dropped_commitments.retain(|agent| self.draft.commitments.contains_key(agent));
        let put = Edits { shifts, commitments };
        let drops = !dropped_shifts.is_empty() || !dropped_commitments.is_empty();
        let changes = !put.is_empty() || drops || base.is_some();
        changes.then(|| Event::DraftEdited {
            id: self.draft.id.clone(),
            put,
            dropped_shifts,
            dropped_commitments,
            base,
        })
    }
}

fn keep_at(
    roster: &Roster,
    agent: &AgentId,
    place: Interval,
    resolved: &Resolutions,
) -> Option<Keep> {
    let mut shifts = roster.shifts_of(agent, place);
    shifts.find_map(|shift| resolved.get(&(shift.id.clone(), Atom::Activities)).copied())
}

fn settled(edit: ShiftEdit, live: Option<Arc<ShiftBody>>, resolution: &Resolution) -> ShiftEdit {
    let ShiftEdit { id, base, draft } = edit;
    match (resolution.keep, resolution.atom, live) {
        (Keep::Live, Atom::Exists, live) => ShiftEdit { id, base: live.clone(), draft: live },
        (Keep::Yours, Atom::Exists, live) => ShiftEdit { id, base: live, draft },
        (keep, atom, Some(live)) => {
            // The atom alone moves to what is live; the others keep where they started.
            let at_live = |body: Arc<ShiftBody>| {
                let mut body = (*body).clone();
                body.set(live.get(atom));
                Arc::new(body)
            };
            let base = Some(at_live(base.unwrap_or_else(|| live.clone())));
            let draft = if keep == Keep::Live { draft.map(at_live) } else { draft };
            ShiftEdit { id, base, draft }
        }
        (_, _, None) => ShiftEdit { id, base, draft },
    }
}

pub(super) fn rebase(roster: &Roster, id: &ScheduleId) -> Result<Decision, Rejection> {
    let draft = open(roster, id)?;
    let mut next = Next { draft, put: BTreeMap::new(), own: BTreeMap::new(), dropped: Vec::new() };
    for edit in draft.shifts.values() {
        let live = roster.shift(&edit.id).map(|shift| shift.body.clone());
        let merged = merge::shift(edit, live.as_deref(), &Resolutions::new());
        // What clashes stays as it is, so that the clash is still seen.
        if merged.clashes.is_empty() {
            let draft = merged.change.applied(live.as_deref());
            let moved = ShiftEdit { id: edit.id.clone(), base: live, draft };
            next.put.insert(edit.id.clone(), moved);
        }
    }
    for edit in draft.commitments.values() {
        let live: Vec<_> = roster.commitments_of(&edit.agent, edit.within).cloned().collect();
        if let Ok((removed, added)) = merge::commitments(edit, &live, |_| None) {
            let mut draft: Vec<_> = live.iter().filter(|c| !removed.contains(c)).cloned().collect();
            draft.extend(added);
            draft.sort();
            let moved = CommitmentEdit { base: live, draft, ..(**edit).clone() };
            next.own.insert(edit.agent.clone(), moved);
        }
    }
    // The entry that moved it last is no reason to move it again.
    let head = roster.revision();
    let is_there = draft.base == head || draft.base.next() == head && draft.origin.revision == head;
    let base = (!is_there).then_some(head);
    let event = base.and_then(|base| next.event(Some(base)));
    Ok(decision(id, false, event.into_iter().collect()))
}

pub(super) fn delete(roster: &Roster, id: &ScheduleId) -> Result<Decision, Rejection> {
    roster.draft(id).ok_or_else(|| Rejection::unknown(Thing::Schedule, id))?;
    let event = Event::DraftDeleted { id: id.clone() };
    Ok(Decision::new(ReferenceKind::Draft, id, Outcome::Done).with(vec![event]))
}
