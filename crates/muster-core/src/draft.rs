//! Edits as intent: what a change started from and what it wants; and drafts, which keep edits.

mod links;

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::entry::Origin;
use crate::id::{AgentId, Revision, ScheduleId, ShiftId};
use crate::instant::Interval;
use crate::shift::{Atom, Commitment, ShiftBody};

pub(crate) use links::{ExternalId, Links, claims};

/// What somebody wants of one shift, and what they saw when they wanted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftEdit {
    /// The shift.
    pub id: ShiftId,
    /// What it was; nothing for a new shift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Arc<ShiftBody>>,
    /// What it is to be; nothing for a deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Arc<ShiftBody>>,
}

impl ShiftEdit {
    /// Whether it wants anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.base == self.draft
    }

    /// The atoms that it changes; of a shift that comes or goes, whether it exists.
    #[must_use]
    pub fn atoms(&self) -> Vec<Atom> {
        match (&self.base, &self.draft) {
            (Some(base), Some(draft)) => {
                Atom::VALUED.into_iter().filter(|atom| !base.same(draft, *atom)).collect()
            }
            (None, None) => Vec::new(),
            (_, _) => vec![Atom::Exists],
        }
    }
}

/// What somebody wants of one agent's own activities during a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitmentEdit {
    /// The agent.
    pub agent: AgentId,
    /// The stretch of time that is spoken of.
    pub within: Interval,
    /// What they were, sorted.
    pub base: Vec<Commitment>,
    /// What they are to be, sorted.
    pub draft: Vec<Commitment>,
}

impl CommitmentEdit {
    /// Both wishes in one, where nobody else is to be merged with.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        let mut both = self.widened(other);
        both.draft.retain(|c| !other.base.contains(c) || other.draft.contains(c));
        let added = other.draft.iter().filter(|c| !other.base.contains(c));
        both.draft.extend(added.cloned());
        both.draft.sort();
        both.draft.dedup();
        both
    }

    /// Whether it wants anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.base == self.draft
    }

    /// Whether an activity lies where the edit speaks.
    #[must_use]
    pub fn speaks_of(&self, commitment: &Commitment) -> bool {
        commitment.meets(self.within)
    }

    /// The same wish, spoken over the stretch of time of another edit too: what lies only there is
    /// to stay as that edit found it.
    #[must_use]
    pub fn widened(&self, other: &Self) -> Self {
        let mut wide = self.clone();
        let start = self.within.start().min(other.within.start());
        let end = self.within.end().max(other.within.end());
        wide.within = Interval::new(start, end).unwrap_or(self.within);
        for found in other.base.iter().filter(|c| !self.speaks_of(c)) {
            for side in [&mut wide.base, &mut wide.draft] {
                if !side.contains(found) {
                    side.push(found.clone());
                    side.sort();
                }
            }
        }
        wide
    }
}

/// A set of edits, by shift and by agent; at most one of each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edits {
    /// Edits of shifts, sorted by shift.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shifts: Vec<ShiftEdit>,
    /// Edits of agents' own activities, sorted by agent and time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<CommitmentEdit>,
}

impl Edits {
    /// Whether nothing is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shifts.is_empty() && self.commitments.is_empty()
    }

    /// With several edits of one agent's own activities joined: a draft keeps one of each agent.
    #[must_use]
    pub fn one_per_agent(self) -> Self {
        let mut joined: BTreeMap<AgentId, CommitmentEdit> = BTreeMap::new();
        for edit in self.commitments {
            let both = joined.get(&edit.agent).map(|first| first.joined(&edit));
            joined.insert(edit.agent.clone(), both.unwrap_or(edit));
        }
        Self { commitments: joined.into_values().collect(), ..self }
    }

    /// Sorts the edits and drops those that want nothing.
    #[must_use]
    pub fn normalized(mut self) -> Self {
        self.shifts.retain(|edit| !edit.is_empty());
        self.shifts.sort_by(|a, b| a.id.cmp(&b.id));
        self.commitments.retain(|edit| edit.base != edit.draft);
        self.commitments.sort_by(|a, b| (&a.agent, a.within).cmp(&(&b.agent, b.within)));
        self
    }
}

/// Where a draft stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DraftStatus {
    /// Being edited, or partly published.
    Draft,
    /// Everything in it went live.
    Closed {
        /// The revision at which the last of it went live.
        published_as: Revision,
    },
}

/// A draft of a week: intent, not a copy, so that it never expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its id.
    pub id: ScheduleId,
    /// The week it is for.
    pub week: Date,
    /// What people call it.
    pub name: Arc<str>,
    /// The revision it was started from, or last moved to.
    pub base: Revision,
    /// What it wants of shifts.
    pub shifts: OrdMap<ShiftId, Arc<ShiftEdit>>,
    /// What it wants of agents' own activities; one per agent, over the draft's week.
    pub commitments: OrdMap<AgentId, Arc<CommitmentEdit>>,
    /// Where it stands.
    pub status: DraftStatus,
    /// The entry that last changed it.
    pub origin: Origin,
    /// Whom its edits of shifts speak of.
    pub(crate) links: Links,
}

impl Draft {
    /// A draft that wants nothing yet.
    #[must_use]
    pub fn empty(
        id: &ScheduleId,
        week: Date,
        name: &Arc<str>,
        base: Revision,
        origin: &Origin,
    ) -> Self {
        Self {
            id: id.clone(),
            week,
            name: name.clone(),
            base,
            shifts: OrdMap::new(),
            commitments: OrdMap::new(),
            status: DraftStatus::Draft,
            origin: origin.clone(),
            links: Links::default(),
        }
    }

    /// Takes edits in, each in the place of the one of the same shift or agent.
    pub(crate) fn put(&mut self, edits: &Edits) {
        for edit in &edits.shifts {
            let known = self.shifts.insert(edit.id.clone(), Arc::new(edit.clone()));
            known.iter().for_each(|known| self.links.remove(known));
            self.links.add(edit);
        }
        let own = |edit: &CommitmentEdit| (edit.agent.clone(), Arc::new(edit.clone()));
        self.commitments.extend(edits.commitments.iter().map(own));
    }

    /// Speaks no longer of these shifts, nor of what these agents do on their own.
    pub(crate) fn leave_out(&mut self, shifts: &[ShiftId], own: &[AgentId]) {
        for id in shifts {
            let known = self.shifts.remove(id);
            known.iter().for_each(|known| self.links.remove(known));
        }
        own.iter().for_each(|agent| drop(self.commitments.remove(agent)));
    }

    /// Wants nothing any more: all of it went live.
    pub(crate) fn close(&mut self, published_as: Revision) {
        self.shifts.clear();
        self.commitments.clear();
        self.links = Links::default();
        self.status = DraftStatus::Closed { published_as };
    }

    /// Everything it wants.
    #[must_use]
    pub fn edits(&self) -> Edits {
        Edits {
            shifts: self.shifts.values().map(|edit| (**edit).clone()).collect(),
            commitments: self.commitments.values().map(|edit| (**edit).clone()).collect(),
        }
    }

    /// Whether it still takes edits and can be published.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status == DraftStatus::Draft
    }
}
