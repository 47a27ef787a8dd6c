//! What entries do to the conflicts of open drafts.
//!
//! Told is what is found about an agent whose edits would be held: clashes with what others did,
//! and what the rules say of the agent's time with the draft on it. Not told are what is asked of
//! all agents together, which one agent's change may turn for the whole draft, and what the time
//! of day brings about (`NOTICE_SHORT`): a plan and the draft's status show these.
//!
//! An entry has only those agents weighed again that it touches, on the state before it and on the
//! state after it, at the same time of day. So it costs what it touches, not what the draft holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use crate::change::part;
use crate::conflict::Finding;
use crate::draft::{Draft, Edits};
use crate::entry::Entry;
use crate::explain::{self, Cause};
use crate::feed::FeedEvent;
use crate::feed::touch::{Pair, Touch};
use crate::id::{AgentId, ScheduleId};
use crate::instant::Instant;
use crate::limits;
use crate::roster::Roster;

/// Conflicts of one agent's edits in an open draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftConflicts {
    /// The draft.
    pub schedule: ScheduleId,
    /// The week it is for.
    pub week: Date,
    /// The agent.
    pub agent: AgentId,
    /// They, worst first.
    pub conflicts: Vec<DraftConflict>,
}

/// A conflict in an open draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftConflict {
    /// What was found.
    pub finding: Finding,
    /// The entries behind it, newest first; not told of one that is gone.
    pub causes: Vec<Cause>,
}

/// What was found in a draft, by agent and by key of the fingerprint.
type Found = BTreeMap<AgentId, BTreeMap<u64, Finding>>;

/// What an entry does to the conflicts of open drafts: those it speaks of itself, then the others
/// by id; for each, agent by agent, what is gone, then what is there.
pub(super) fn events(before: &Roster, entry: &Entry, after: &Roster) -> Vec<FeedEvent> {
    let pair = Pair { before, after };
    if before.open_drafts.is_empty() && after.open_drafts.is_empty() {
        return Vec::new();
    }
    let mut touch = Touch::default();
    touch.add(pair, entry);
    let mut left = limits::RECHECKED_EDITS;
    let own: BTreeSet<&ScheduleId> = touch.drafts().collect();
    let others = after.open_drafts.iter().filter(|id| !own.contains(id));
    let all = own.iter().copied().chain(others);
    all.flat_map(|id| recheck(pair, entry.at, &touch, id, &mut left)).collect()
}

/// One draft, unless so many edits were weighed for the entry already that no more are looked at.
fn recheck(
    pair: Pair<'_>,
    at: Instant,
    touch: &Touch,
    id: &ScheduleId,
    left: &mut usize,
) -> Vec<FeedEvent> {
    let (was, is) = (pair.before.open_draft(id), pair.after.open_draft(id));
    let Some(draft) = is.or(was) else { return Vec::new() };
    let agents = was.zip(is).and_then(|(was, is)| touch.agents_in(pair, was, is));
    let edits = |roster: &Roster, draft: Option<&Arc<Draft>>| match (draft, &agents) {
        (None, _) => Edits::default(),
        (Some(draft), None) => draft.edits(),
        (Some(draft), Some(agents)) => part::edits_of(roster, draft, agents),
    };
    let (was, is) = (edits(pair.before, was), edits(pair.after, is));
    let size = |edits: &Edits| edits.shifts.len() + edits.commitments.len();
    let size = size(&was).max(size(&is));
    if size > *left {
        return Vec::new();
    }
    *left -= size;
    let is_told = |agent: &AgentId| agents.as_ref().is_none_or(|agents| agents.contains(agent));
    let was = found(pair.before, &was, at, is_told);
    let is = found(pair.after, &is, at, is_told);
    told(pair.after, draft, &was, &is)
}

fn found(roster: &Roster, edits: &Edits, at: Instant, is_told: impl Fn(&AgentId) -> bool) -> Found {
    let mut found = Found::new();
    for finding in part::weigh(roster, edits, at).iter().flat_map(part::holding) {
        let Some(agent) = finding.agent.as_ref().filter(|agent| is_told(agent)) else { continue };
        let known = found.entry(agent.clone()).or_default();
        known.insert(finding.fingerprint().key(), finding.clone());
    }
    found
}

fn told(after: &Roster, draft: &Draft, was: &Found, is: &Found) -> Vec<FeedEvent> {
    let nothing = BTreeMap::new();
    let agents: BTreeSet<&AgentId> = was.keys().chain(is.keys()).collect();
    let mut all = Vec::new();
    for agent in agents {
        let (was, is) = (was.get(agent).unwrap_or(&nothing), is.get(agent).unwrap_or(&nothing));
        let gone = was.iter().filter(|(key, _)| !is.contains_key(*key)).map(|(_, f)| f);
        let new = is.iter().filter(|(key, finding)| {
            was.get(*key).is_none_or(|known| weight(known) != weight(finding))
        });
        let closed =
            gone.map(|finding| DraftConflict { finding: finding.clone(), causes: Vec::new() });
        let opened = new.map(|(_, finding)| DraftConflict {
            finding: finding.clone(),
            causes: explain::causes_in_draft(after, &draft.id, finding),
        });
        let of = |conflicts: Vec<DraftConflict>| DraftConflicts {
            schedule: draft.id.clone(),
            week: draft.week,
            agent: agent.clone(),
            conflicts: sorted(conflicts),
        };
        let (closed, opened) = (of(closed.collect()), of(opened.collect()));
        all.extend(
            (!closed.conflicts.is_empty()).then_some(FeedEvent::DraftConflictClosed(closed)),
        );
        all.extend(
            (!opened.conflicts.is_empty()).then_some(FeedEvent::DraftConflictOpened(opened)),
        );
    }
    all
}

/// How bad it is: a conflict that is another in this is told anew.
fn weight(finding: &Finding) -> impl PartialEq + use<> {
    (finding.magnitude, finding.severity)
}

fn sorted(mut conflicts: Vec<DraftConflict>) -> Vec<DraftConflict> {
    conflicts.sort_by_cached_key(|conflict| conflict.finding.sort_key());
    conflicts
}
