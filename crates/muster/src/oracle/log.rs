//! What clients wished, asked and were told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Result;
use muster_core::draft::ShiftEdit;
use muster_core::id::{AgentId, ShiftId};
use muster_core::shift::ShiftBody;

use crate::demo::week::AgentWeek;

/// What sort of wish it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Swap,
    TimeOff,
    Edit,
    Push,
    Publish,
}

/// A wish, and everything that was done to get it.
#[derive(Debug, Clone)]
pub(crate) struct Intent {
    pub(crate) kind: Kind,
    /// Who wishes.
    pub(crate) who: String,
    /// The id of what is decided, where it has one.
    pub(crate) subject: Option<String>,
    /// What is wished of shifts, with what they were when it was wished.
    pub(crate) edits: Vec<ShiftEdit>,
    /// When it was wished, since the rush began.
    pub(crate) asked_us: u64,
    pub(crate) attempts: Vec<Attempt>,
    /// All requests it took, reads included.
    pub(crate) requests: u32,
    /// What the last refusal, or a partial acceptance, said.
    pub(crate) conflicts: Vec<serde_json::Value>,
}

/// One try.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// When the answer came, since the rush began.
    pub(crate) answered_us: u64,
    pub(crate) answer: Answer,
}

/// What was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is in this version, but for what these agents are held for.
    Accepted { version: u64, held: BTreeSet<AgentId> },
    /// Refused, on the state of this version.
    Refused { version: u64 },
    /// No decision: an overload, a fault, a request that was not understood.
    Failed { status: u16, text: String },
}

impl Intent {
    /// The answer that counts.
    pub(crate) fn answer(&self) -> Option<&Answer> {
        self.attempts.last().map(|attempt| &attempt.answer)
    }

    /// Whether it took effect, in part at least.
    pub(crate) fn is_accepted(&self) -> bool {
        matches!(self.answer(), Some(Answer::Accepted { .. }))
    }

    /// Whether nobody decided it.
    pub(crate) fn is_undecided(&self) -> bool {
        !matches!(self.answer(), Some(Answer::Accepted { .. } | Answer::Refused { .. }))
    }

    /// Why nobody decided it, in words.
    pub(crate) fn failure(&self) -> Option<String> {
        let Some(Answer::Failed { status, text }) = self.answer() else { return None };
        let what = self.subject.as_deref().unwrap_or("an edit");
        Some(format!("{:?} of {}, {what}: {status} {text}", self.kind, self.who))
    }

    /// From the wish to the answer that counts.
    pub(crate) fn settled_after_us(&self) -> Option<u64> {
        self.attempts.last().map(|attempt| attempt.answered_us.saturating_sub(self.asked_us))
    }

    /// The version it is in, and the edits that are in it.
    pub(crate) fn effect(&self) -> Option<(u64, Vec<&ShiftEdit>)> {
        let Some(Answer::Accepted { version, held }) = self.answer() else { return None };
        let is_in = |edit: &&ShiftEdit| {
            let bodies = edit.base.iter().chain(&edit.draft);
            bodies.map(|body| &body.owner).all(|owner| !held.contains(owner))
        };
        Some((*version, self.edits.iter().filter(is_in).collect()))
    }
}

/// The edits that lead from one set of weeks to another, shift by shift.
pub(crate) fn edits_between(before: &[AgentWeek], after: &[AgentWeek]) -> Result<Vec<ShiftEdit>> {
    let mut all: BTreeMap<ShiftId, ShiftEdit> = BTreeMap::new();
    let bodies = |weeks: &[AgentWeek]| -> Result<Vec<(ShiftId, Arc<ShiftBody>)>> {
        let shifts = weeks.iter().flat_map(|week| &week.shifts);
        shifts.map(|shift| Ok((shift.id()?, Arc::new(shift.body()?)))).collect()
    };
    let empty = |id: &ShiftId| ShiftEdit { id: id.clone(), base: None, draft: None };
    for (id, body) in bodies(before)? {
        all.entry(id.clone()).or_insert_with(|| empty(&id)).base = Some(body);
    }
    for (id, body) in bodies(after)? {
        all.entry(id.clone()).or_insert_with(|| empty(&id)).draft = Some(body);
    }
    Ok(all.into_values().filter(|edit| !edit.is_empty()).collect())
}
