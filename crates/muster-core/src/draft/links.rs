//! Whom a draft's edits speak of, so that what an entry touches is found without looking at all
//! of the draft.

use std::collections::BTreeSet;
use std::sync::Arc;

use imbl::OrdSet;

use crate::draft::ShiftEdit;
use crate::id::{AgentId, ShiftId};

/// A shift's id in another system, with that system's name before it.
pub(crate) type ExternalId = (Arc<str>, Arc<str>);

/// The agents and ids of other systems that a draft's edits of shifts name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Links {
    agents: OrdSet<(AgentId, ShiftId)>,
    claims: OrdSet<(ExternalId, ShiftId)>,
}

impl Links {
    pub(super) fn add(&mut self, edit: &ShiftEdit) {
        for agent in owners(edit) {
            self.agents.insert((agent.clone(), edit.id.clone()));
        }
        for key in claims(edit) {
            self.claims.insert((key, edit.id.clone()));
        }
    }

    pub(super) fn remove(&mut self, edit: &ShiftEdit) {
        for agent in owners(edit) {
            self.agents.remove(&(agent.clone(), edit.id.clone()));
        }
        for key in claims(edit) {
            self.claims.remove(&(key, edit.id.clone()));
        }
    }

    /// The shifts that an agent has before or after an edit.
    pub(crate) fn of(&self, agent: &AgentId) -> impl Iterator<Item = &ShiftId> {
        let from = (agent.clone(), ShiftId::first());
        let of = agent.clone();
        self.agents.range(from..).take_while(move |(known, _)| *known == of).map(|(_, id)| id)
    }

    /// The shifts that an edit gives this id.
    pub(crate) fn claimants(&self, key: &ExternalId) -> impl Iterator<Item = &ShiftId> {
        let from = (key.clone(), ShiftId::first());
        let key = key.clone();
        self.claims.range(from..).take_while(move |(known, _)| *known == key).map(|(_, id)| id)
    }
}

fn owners(edit: &ShiftEdit) -> BTreeSet<&AgentId> {
    edit.base.iter().chain(&edit.draft).map(|body| &body.owner).collect()
}

/// The ids of other systems that an edit gives its shift: those it has afterwards, unless the edit
/// leaves them as they were.
pub(crate) fn claims(edit: &ShiftEdit) -> impl Iterator<Item = ExternalId> {
    let was = edit.base.as_ref().map(|body| &body.external_ids);
    let wanted = edit.draft.as_ref().map(|body| &body.external_ids);
    let changed = wanted.filter(|wanted| was != Some(*wanted));
    changed.into_iter().flatten().map(|(system, id)| (system.clone(), id.clone()))
}
