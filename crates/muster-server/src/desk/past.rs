//! The past of a unit, entry by entry, for the audit: what is older than any base may be, and what
//! no snapshot is near.
//!
//! Nothing in here is waited for by the desk. One reader of a unit replays at a time; the others
//! wait for it, and go on from the states that it came by.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, PoisonError};

use muster_core::Roster;
use muster_core::entry::Entry;
use muster_core::id::Revision;
use muster_ledger::{LedgerError, StoredEntry};

use crate::desk::load::{SNAPSHOT_FORMAT, applied, restored};
use crate::desk::{DeskError, State};
use crate::limits;

/// An entry between the state it was decided on and the one it led to.
#[derive(Debug, Clone)]
pub struct Step {
    /// The state before it.
    pub before: Roster,
    /// The entry.
    pub entry: Arc<Entry>,
    /// The state after it.
    pub after: Roster,
}

/// States that readers of the past came by: some of those near where they read, and some on the
/// way there.
#[derive(Debug, Default)]
pub(super) struct Trail {
    near: Kept,
    far: Kept,
}

/// The states that were kept last.
#[derive(Debug, Default)]
struct Kept {
    states: BTreeMap<Revision, Roster>,
    order: VecDeque<Revision>,
}

impl Kept {
    fn put(&mut self, roster: Roster) {
        let revision = roster.revision();
        if self.states.insert(revision, roster).is_none() {
            self.order.push_back(revision);
        }
        if self.order.len() > limits::AUDIT_STATES
            && let Some(oldest) = self.order.pop_front()
        {
            self.states.remove(&oldest);
        }
    }

    fn before(&self, revision: Revision) -> Option<&Roster> {
        self.states.range(..=revision).next_back().map(|(_, roster)| roster)
    }
}

impl Trail {
    fn before(&self, revision: Revision) -> Option<&Roster> {
        let both = [self.near.before(revision), self.far.before(revision)];
        both.into_iter().flatten().max_by_key(|roster| roster.revision())
    }

    /// Keeps a state on the way, if its turn has come.
    fn pass(&mut self, roster: &Roster) {
        let revision = roster.revision().0;
        if revision.is_multiple_of(limits::AUDIT_APPLIED as u64) {
            self.far.put(roster.clone());
        } else if revision.is_multiple_of(limits::AUDIT_WINDOW as u64) {
            self.near.put(roster.clone());
        }
    }
}

/// Entries that follow each other, each with the states around it. Nothing, when it takes more
/// than `budget` entries to get there: as far as those went is kept, and the next one who asks
/// goes on from there.
pub(super) async fn steps(
    state: &State,
    stored: Vec<StoredEntry>,
    budget: &mut usize,
) -> Result<Option<Vec<Step>>, DeskError> {
    let Some(first) = stored.first() else { return Ok(Some(Vec::new())) };
    let before = Revision(first.revision.0 - 1);
    let mut trail = state.trail.lock().await;
    let Some(roster) = reach(state, &mut trail, before, budget).await? else { return Ok(None) };
    *budget = budget.saturating_sub(stored.len());
    let steps = state.ledger.aside(move || walk(roster, &stored)).await??;
    if let Some(last) = steps.last() {
        trail.near.put(last.after.clone());
    }
    Ok(Some(steps))
}

fn walk(mut roster: Roster, stored: &[StoredEntry]) -> Result<Vec<Step>, LedgerError> {
    let mut steps = Vec::with_capacity(stored.len());
    for stored in stored {
        let before = roster.clone();
        let entry = applied(&mut roster, stored)?;
        steps.push(Step { before, entry, after: roster.clone() });
    }
    Ok(steps)
}

/// The state at a revision, if the budget takes us there.
async fn reach(
    state: &State,
    trail: &mut Trail,
    wanted: Revision,
    budget: &mut usize,
) -> Result<Option<Roster>, DeskError> {
    let mut roster = nearest(state, trail, wanted).await?;
    while roster.revision() < wanted {
        if *budget == 0 {
            trail.far.put(roster);
            return Ok(None);
        }
        let after = roster.revision();
        let window = limits::AUDIT_WINDOW as u64;
        let next = (after.0 / window + 1) * window;
        let many = usize::try_from(next.min(wanted.0) - after.0).unwrap_or(limits::AUDIT_WINDOW);
        let page = state.ledger.entries_after(&state.key, after, many).await?;
        if page.is_empty() {
            let what = format!("unit {}: entry {} is missing", state.key, after.next());
            return Err(LedgerError::Corrupt(what).into());
        }
        *budget = budget.saturating_sub(page.len());
        let apply = move || {
            page.iter()
                .try_for_each(|stored| applied(&mut roster, stored).map(drop))
                .map(|()| roster)
        };
        roster = state.ledger.aside(apply).await??;
        trail.pass(&roster);
    }
    Ok(Some(roster))
}

/// The nearest state before a revision, of those in memory, or of the snapshots if one may save
/// much.
async fn nearest(state: &State, trail: &mut Trail, wanted: Revision) -> Result<Roster, DeskError> {
    let recent = {
        let history = state.history.lock().unwrap_or_else(PoisonError::into_inner);
        history.before(wanted).map(|moment| moment.roster.clone())
    };
    let known = recent.into_iter().chain(trail.before(wanted).cloned());
    let known = known.max_by_key(Roster::revision).unwrap_or_default();
    if wanted.0 - known.revision().0 <= limits::SNAPSHOT_ENTRIES {
        return Ok(known);
    }
    let snapshot = state.ledger.newest_snapshot(&state.key, SNAPSHOT_FORMAT, wanted).await?;
    let Some(snapshot) = snapshot.filter(|snapshot| snapshot.revision > known.revision()) else {
        return Ok(known);
    };
    let roster = state.ledger.aside(move || restored(&snapshot)).await??;
    trail.far.put(roster.clone());
    Ok(roster)
}
