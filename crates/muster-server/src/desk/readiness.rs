//! Which agents of open drafts could go live: kept from one look to the next, so that a look costs
//! what has changed since the last.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use muster_core::Roster;
use muster_core::decide::Readiness;
use muster_core::id::ScheduleId;

use crate::desk::history::Moment;
use crate::desk::{Desk, DeskError, State};
use crate::limits;

/// What the last looks found, by draft.
#[derive(Debug, Default)]
pub(super) struct Looks(Mutex<BTreeMap<ScheduleId, Readiness>>);

impl Looks {
    fn last(&self, draft: &ScheduleId) -> Option<Readiness> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(draft).cloned()
    }

    /// Remembers what was found. What is of no open draft any more goes, and beyond the limit the
    /// look that was taken at the oldest state.
    fn keep(&self, draft: &ScheduleId, found: Option<&Readiness>, head: &Roster) {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        looks.remove(draft);
        looks.extend(found.map(|found| (draft.clone(), found.clone())));
        looks.retain(|id, _| head.draft(id).is_some_and(|draft| draft.is_open()));
        if looks.len() > limits::LOOKS {
            let oldest = looks.iter().min_by_key(|(_, look)| look.roster().revision());
            let oldest = oldest.map(|(id, _)| id.clone());
            oldest.iter().for_each(|id| drop(looks.remove(id)));
        }
    }
}

impl Desk {
    /// Which agents of a draft could go live; nothing, when there is no such draft, or it is
    /// closed.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the server is stopping.
    pub async fn readiness(&self, draft: &ScheduleId) -> Result<Option<Readiness>, DeskError> {
        let (state, draft) = (self.state.clone(), draft.clone());
        // The first look weighs the whole draft: not beside the desk's own work.
        let look = tokio::task::spawn_blocking(move || look(&state, &draft));
        look.await.map_err(|error| DeskError::Unavailable(error.to_string()))
    }
}

fn look(state: &State, draft: &ScheduleId) -> Option<Readiness> {
    let head = state.head.load_full();
    let now = head.roster.now(state.clock.now());
    let known = state.looks.last(draft).and_then(|known| {
        let moments = since(state, known.roster(), &head)?;
        let steps: Option<Vec<_>> =
            moments.iter().map(|moment| Some((moment.entry.as_deref()?, &moment.roster))).collect();
        known.after(&steps?, now)
    });
    let found = known.or_else(|| Readiness::of(&head.roster, draft, now));
    state.looks.keep(draft, found.as_ref(), &head.roster);
    found
}

/// The moments after a state, up to and with the head, if all are in memory.
fn since(state: &State, known: &Roster, head: &Moment) -> Option<Vec<Arc<Moment>>> {
    let history = state.history.lock().unwrap_or_else(PoisonError::into_inner);
    let revisions = known.revision().0 + 1..=head.roster.revision().0;
    revisions.map(|revision| history.at(muster_core::Revision(revision))).collect()
}
