//! Weighing a part of a draft: what it comes to for some agents, whatever becomes of the others.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::{self, Component};
use crate::command::Terms;
use crate::conflict::Finding;
use crate::draft::{Draft, Edits, ExternalId, ShiftEdit, claims};
use crate::entry::{Actor, ReferenceKind};
use crate::id::{AgentId, ShiftId, SwapId};
use crate::instant::Instant;
use crate::roster::Roster;
use crate::shift::{Atom, Shift, ShiftBody};

/// The agents that an edit of a shift ties: who had it, who is to have it, who has it now, and who
/// gave it away in a swap meanwhile.
pub(crate) fn agents_of(roster: &Roster, edit: &ShiftEdit) -> BTreeSet<AgentId> {
    let live = roster.shift(&edit.id);
    let bodies = [edit.base.as_deref(), edit.draft.as_deref(), live.map(|shift| &*shift.body)];
    let owners = bodies.into_iter().flatten().map(|body: &ShiftBody| body.owner.clone());
    let swapped = live.into_iter().flat_map(|shift| swapped_since(roster, edit, shift));
    owners.chain(swapped).collect()
}

/// The agents of a swap that gave a shift to its owner after the edit's base.
fn swapped_since(roster: &Roster, edit: &ShiftEdit, live: &Shift) -> Vec<AgentId> {
    let origin = live.origin(Atom::Owner);
    let owner_moved = edit.base.as_ref().is_some_and(|base| base.owner != live.body.owner);
    if !owner_moved || origin.about.kind != ReferenceKind::Swap {
        return Vec::new();
    }
    let swap = SwapId::parse(&origin.about.id).ok().and_then(|id| roster.swap(&id));
    let sides = swap.map(|swap| swap.offer.moves()).unwrap_or_default();
    sides.into_iter().map(|(_, from, _)| from.clone()).collect()
}

/// The edits of a draft that decide what is found about some agents: those of their shifts, of
/// what they do on their own, and of shifts that share ids of other systems with these.
pub(crate) fn edits_of(roster: &Roster, draft: &Draft, agents: &BTreeSet<AgentId>) -> Edits {
    let mut taken: BTreeMap<ShiftId, &ShiftEdit> = BTreeMap::new();
    let mut queue: Vec<ShiftId> = Vec::new();
    for agent in agents {
        queue.extend(draft.links.of(agent).cloned());
        // A swap may have brought the agent a shift that the draft knows as somebody else's.
        let live = roster.timelines.get(agent).into_iter().flat_map(|t| t.shifts.keys());
        let drafted = live.map(|(_, id)| id).filter(|id| draft.shifts.contains_key(*id));
        queue.extend(drafted.cloned());
    }
    while let Some(id) = queue.pop() {
        let Some(edit) = draft.shifts.get(&id).filter(|_| !taken.contains_key(&id)) else {
            continue;
        };
        for key in external_ids(roster, edit) {
            queue.extend(sharing(roster, draft, &key));
        }
        taken.insert(id, edit);
    }
    let own = agents.iter().filter_map(|agent| draft.commitments.get(agent));
    Edits {
        shifts: taken.into_values().cloned().collect(),
        commitments: own.map(|edit| (**edit).clone()).collect(),
    }
}

/// The ids of other systems that an edit gives its shift, or that the shift has now.
pub(crate) fn external_ids(roster: &Roster, edit: &ShiftEdit) -> Vec<ExternalId> {
    let live = roster.shift(&edit.id).map(|shift| &shift.body.external_ids);
    let live = live.into_iter().flatten().map(|(system, id)| (system.clone(), id.clone()));
    live.chain(claims(edit)).collect()
}

/// The shifts that have an id of another system, or get it by a draft.
pub(crate) fn sharing(roster: &Roster, draft: &Draft, key: &ExternalId) -> Vec<ShiftId> {
    draft.links.claimants(key).chain(roster.external.get(key)).cloned().collect()
}

/// As [`change::weigh`], as a planner would send the edits and with nothing said of what is asked
/// of all agents together.
pub(crate) fn weigh(roster: &Roster, edits: &Edits, now: Instant) -> Vec<Component> {
    let actor = Actor::onlooker();
    let pieces = change::pieces(roster, &actor, edits, &Terms::default(), now);
    let after = change::tried(roster, &actor, &pieces, now);
    change::ruled_components(roster, &after, pieces)
}

/// What holds agents back that is their own and comes from the state, not from the time of day.
pub(crate) fn holding(component: &Component) -> impl Iterator<Item = &Finding> {
    component.gating.iter().filter(|finding| !finding.kind.reads_clock() && finding.agent.is_some())
}
