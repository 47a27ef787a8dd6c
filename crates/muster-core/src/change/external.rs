//! Ids of other systems: each names one shift.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::change::Piece;
use crate::conflict::{Finding, Kind, Severity, Subject};
use crate::event::Event;
use crate::id::{AgentId, ShiftId};
use crate::roster::Roster;
use crate::shift::{AtomValue, ExternalIds};

/// An id of another system may name one shift only. One that a shift gives up and another takes in
/// the same change ties the agents of both.
pub(super) fn find_shared(roster: &Roster, pieces: &mut [Piece]) {
    let mut free: BTreeMap<(Arc<str>, Arc<str>), BTreeSet<AgentId>> = BTreeMap::new();
    for piece in pieces.iter() {
        let keys = piece.event.iter().flat_map(|event| given_up(roster, event));
        free.extend(keys.map(|key| (key, piece.agents.clone())));
    }
    let mut claimed: BTreeMap<(Arc<str>, Arc<str>), ShiftId> = BTreeMap::new();
    for piece in pieces {
        let Some((id, ids)) = piece.event.as_ref().and_then(external_ids) else { continue };
        for (system, external) in ids {
            let key = (system.clone(), external.clone());
            let others = |holder: &&ShiftId| **holder != id;
            let live = roster.external.get(&key).filter(others);
            if let Some(agents) = live.and_then(|_| free.get(&key)) {
                piece.agents.extend(agents.iter().cloned());
            }
            let holder = live.filter(|_| !free.contains_key(&key));
            if let Some(other) = holder.or_else(|| claimed.get(&key).filter(others)) {
                let subjects = [
                    Subject::Shift(id.clone()),
                    Subject::Shift(other.clone()),
                    Subject::ExternalId(system, external),
                ];
                let agent = piece.agents.first().cloned();
                let finding =
                    Finding::new(Kind::ExternalIdDuplicate, Severity::Block, agent.as_ref());
                piece.findings.push(finding.about(subjects));
            }
            claimed.insert(key, id.clone());
        }
    }
}

fn given_up(roster: &Roster, event: &Event) -> Vec<(Arc<str>, Arc<str>)> {
    let kept = if let Event::ShiftDeleted { id } = event {
        Some((id.clone(), ExternalIds::new()))
    } else {
        external_ids(event)
    };
    let Some((id, kept)) = kept else { return Vec::new() };
    let live = roster.shift(&id).map(|shift| &shift.body.external_ids);
    let lost = live.into_iter().flatten().filter(|(system, id)| kept.get(*system) != Some(*id));
    lost.map(|(system, id)| (system.clone(), id.clone())).collect()
}

fn external_ids(event: &Event) -> Option<(ShiftId, ExternalIds)> {
    if let Event::ShiftCreated { id, body } = event {
        return Some((id.clone(), body.external_ids.clone()));
    }
    let Event::ShiftChanged { id, set } = event else { return None };
    set.iter().find_map(|value| match value {
        AtomValue::ExternalIds(ids) => Some((id.clone(), ids.clone())),
        AtomValue::Exists(_)
        | AtomValue::Owner(_)
        | AtomValue::Span(_)
        | AtomValue::Activities(_)
        | AtomValue::Site(_)
        | AtomValue::WorkPlan(_)
        | AtomValue::Note(_)
        | AtomValue::Tags(_) => None,
    })
}
