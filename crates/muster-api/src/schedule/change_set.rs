//! Change sets: what to do to which shifts.
//!
//! ```json
//! { "baseVersion": 811,
//!   "edits": [
//!     { "op": "put", "id": "s7", "agentId": "ana", "start": "2026-03-30T07:00:00Z",
//!       "lengthMinutes": 480 },
//!     { "op": "update", "shiftId": "s1", "note": null },
//!     { "op": "delete", "shiftId": "s2" } ],
//!   "resolutions": [ { "shiftId": "s1", "atom": "span", "keep": "yours" } ],
//!   "mode": "perAgent", "acknowledge": [], "reason": "…" }
//! ```
//!
//! `put` makes a shift (a missing `id` is minted) or sets the given fields of the one that has the
//! id; `update` needs a shift that is there; `delete` of one that is not there does nothing. A
//! shift may come once. Without `baseVersion` the base is the current state.

use std::collections::{BTreeMap, BTreeSet};

use muster_core::acknowledge::Acknowledgement;
use muster_core::command::{Mode, Resolution, Terms};
use muster_core::diff::{self, ShiftDoc};
use muster_core::draft::{CommitmentEdit, Edits, ShiftEdit};
use muster_core::id::{AgentId, ShiftId};
use muster_core::instant::Interval;
use muster_core::shift::Commitment;
use muster_core::{Revision, Roster};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::input::{BadInput, Long};
use crate::shift::{Edited, Op, ShiftIn};
use crate::terms::TermsIn;

/// `PATCH /scheduling/schedules/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ChangeSetIn {
    /// The version that the client had read; the current one, when absent.
    pub base_version: Option<Revision>,
    /// What to do to which shifts.
    #[schemars(length(max = muster_core::limits::EDIT_SHIFTS))]
    #[schemars(with = "Vec<Edited>")]
    pub edits: Vec<ShiftIn>,
    /// Decisions about clashes.
    pub resolutions: Vec<Resolution>,
    /// Whether it stands or falls as one; it does, when nothing is said: 200 means all of it.
    pub mode: Option<Mode>,
    /// Findings that somebody answers for.
    #[schemars(length(max = muster_core::limits::ACKNOWLEDGEMENTS))]
    pub acknowledge: Vec<Acknowledgement>,
    /// Only these agents, and those tied to them.
    pub agent_ids: Option<Vec<AgentId>>,
    /// Why.
    pub reason: Option<Long>,
}

/// What one member of a change set asks for.
enum Asked {
    /// Make it, or set fields of it.
    Put(Box<ShiftDoc>),
    /// Take it away.
    Delete(ShiftId),
}

impl ChangeSetIn {
    /// The core's terms.
    ///
    /// # Errors
    /// [`BadInput`] when an acknowledgement says too little, or there are more than are taken.
    pub fn terms(&self) -> Result<Terms, BadInput> {
        let terms = TermsIn {
            mode: self.mode.unwrap_or(Mode::Atomic),
            acknowledge: self.acknowledge.clone(),
            resolutions: self.resolutions.clone(),
            agent_ids: self.agent_ids.clone(),
            reason: self.reason.clone(),
            ..TermsIn::default()
        };
        terms.terms()
    }

    /// The edits that lead from the ground to what is asked for.
    ///
    /// # Errors
    /// [`BadInput`] names the field that cannot be.
    pub fn edits(
        members: Vec<ShiftIn>,
        ground: &Roster,
        mint: &mut dyn FnMut() -> ShiftId,
    ) -> Result<Edits, BadInput> {
        let mut once = BTreeSet::new();
        let mut edits = Edits::default();
        for (n, member) in members.into_iter().enumerate() {
            let pointer = format!("/edits/{n}");
            let part = match asked(member, ground, &pointer)? {
                Asked::Delete(id) => removal(ground, &id),
                Asked::Put(doc) => diff::shift(ground, &doc, mint).map_err(BadInput::from_core)?,
            };
            for edit in &part.shifts {
                if !once.insert(edit.id.clone()) {
                    let pointer = format!("{pointer}/shiftId");
                    return Err(BadInput::invalid(pointer, &edit.id, "comes twice"));
                }
            }
            edits.shifts.extend(part.shifts);
            edits.commitments.extend(part.commitments);
        }
        edits.commitments = joined(ground, edits.commitments);
        Ok(edits.normalized())
    }
}

fn asked(mut member: ShiftIn, ground: &Roster, pointer: &str) -> Result<Asked, BadInput> {
    member.refuse_terms(pointer)?;
    let op = member.op.ok_or_else(|| BadInput::missing(format!("{pointer}/op")))?;
    let id = match (&member.shift_id, &member.id) {
        (Some(a), Some(b)) if a != b => {
            let problem = format!("is not {b}, the id beside it");
            return Err(BadInput::invalid(format!("{pointer}/shiftId"), a, problem));
        }
        (Some(id), _) | (None, Some(id)) => Some(id.clone()),
        (None, None) => None,
    };
    let needed = || BadInput::missing(format!("{pointer}/shiftId"));
    match op {
        Op::Delete => Ok(Asked::Delete(id.ok_or_else(needed)?)),
        Op::Update => {
            let id = id.ok_or_else(needed)?;
            if ground.shift(&id).is_none() {
                let problem = "is no shift of the version that was read";
                return Err(BadInput::invalid(format!("{pointer}/shiftId"), &id, problem));
            }
            member.id = Some(id);
            Ok(Asked::Put(Box::new(member.any_doc(ground, None, pointer)?)))
        }
        Op::Put => {
            member.id = id;
            Ok(Asked::Put(Box::new(member.any_doc(ground, None, pointer)?)))
        }
    }
}

/// The edits that take a shift away, and with it the agent's own activities that lie in it; none
/// when it is not there.
#[must_use]
pub fn removal(ground: &Roster, id: &ShiftId) -> Edits {
    let Some(shift) = ground.shift(id) else { return Edits::default() };
    let (agent, within) = (shift.body.owner.clone(), shift.interval());
    let own: Vec<Commitment> = ground.commitments_of(&agent, within).cloned().collect();
    let edit = ShiftEdit { id: id.clone(), base: Some(shift.body.clone()), draft: None };
    let own = CommitmentEdit { agent, within, base: own, draft: Vec::new() };
    Edits { shifts: vec![edit], commitments: vec![own] }.normalized()
}

/// One edit for each agent: what several shifts of one agent say of the agent's own activities.
fn joined(ground: &Roster, edits: Vec<CommitmentEdit>) -> Vec<CommitmentEdit> {
    let mut by_agent: BTreeMap<AgentId, Vec<CommitmentEdit>> = BTreeMap::new();
    for edit in edits {
        by_agent.entry(edit.agent.clone()).or_default().push(edit);
    }
    by_agent.into_values().filter_map(|edits| one(ground, edits)).collect()
}

fn one(ground: &Roster, mut edits: Vec<CommitmentEdit>) -> Option<CommitmentEdit> {
    if edits.len() == 1 {
        return edits.pop();
    }
    let agent = edits.first()?.agent.clone();
    let start = edits.iter().map(|edit| edit.within.start()).min()?;
    let end = edits.iter().map(|edit| edit.within.end()).max()?;
    let within = Interval::new(start, end)?;
    let base: BTreeSet<Commitment> = ground.commitments_of(&agent, within).cloned().collect();
    let mut draft = base.clone();
    for edit in &edits {
        edit.base.iter().filter(|c| !edit.draft.contains(c)).for_each(|c| {
            draft.remove(c);
        });
        draft.extend(edit.draft.iter().filter(|c| !edit.base.contains(c)).cloned());
    }
    let (base, draft) = (base.into_iter().collect(), draft.into_iter().collect());
    Some(CommitmentEdit { agent, within, base, draft })
}
