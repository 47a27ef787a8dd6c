//! Reading a unit from the ledger: snapshots, entries after them, states of the past.

use std::sync::{Arc, PoisonError};

use muster_core::Roster;
use muster_core::entry::Entry;
use muster_core::id::Revision;
use muster_core::roster::Image;
use muster_ledger::{Ledger, Snapshot, UnitKey, decode};

use crate::desk::history::Moment;
use crate::desk::{DeskError, State};
use crate::limits;

/// The form that snapshots are written in today; others are dropped and made anew.
const SNAPSHOT_FORMAT: u16 = 1;

/// The state at the head, or at a revision if that comes before.
pub(super) async fn newest(
    ledger: &Ledger,
    key: &UnitKey,
    at_most: Revision,
) -> Result<Roster, DeskError> {
    let snapshot = ledger.newest_snapshot(key, SNAPSHOT_FORMAT, at_most).await?;
    let mut roster = match snapshot {
        Some(snapshot) => restored(&snapshot)?,
        None => Roster::default(),
    };
    replay(ledger, key, &mut roster, at_most).await?;
    Ok(roster)
}

fn restored(snapshot: &Snapshot) -> Result<Roster, DeskError> {
    let broken = |why: String| DeskError::Unavailable(format!("a snapshot is damaged: {why}"));
    let image: Image =
        serde_json::from_slice(&snapshot.body).map_err(|error| broken(error.to_string()))?;
    image.roster().ok_or_else(|| broken("it points at origins it does not have".to_owned()))
}

/// Applies the entries after a state, up to a revision. Answers the last one.
pub(super) async fn replay(
    ledger: &Ledger,
    key: &UnitKey,
    roster: &mut Roster,
    at_most: Revision,
) -> Result<Option<Arc<Entry>>, DeskError> {
    let mut last = None;
    while roster.revision() < at_most {
        let missing = usize::try_from(at_most.0 - roster.revision().0).unwrap_or(usize::MAX);
        let page = missing.min(limits::PAGE);
        let entries = ledger.entries_after(key, roster.revision(), page).await?;
        if entries.is_empty() {
            break;
        }
        for stored in entries {
            let entry = decode(stored.format, &stored.body)?;
            roster.apply(&entry);
            last = Some(Arc::new(entry));
        }
    }
    Ok(last)
}

/// A state of the past, replayed from the nearest one before it.
pub(super) async fn moment(
    state: &State,
    nearest: Option<Arc<Moment>>,
    revision: Revision,
) -> Result<Arc<Moment>, DeskError> {
    let mut roster = match nearest {
        // One step short, so that the entry that led there is read.
        Some(moment) if moment.roster.revision() < revision => moment.roster.clone(),
        Some(_) | None => {
            let before = Revision(revision.0.saturating_sub(1));
            newest(&state.ledger, &state.key, before).await?
        }
    };
    let entry = replay(&state.ledger, &state.key, &mut roster, revision).await?;
    let oldest = state.clock.now().plus_days(-muster_core::limits::BASE_RETENTION_DAYS);
    if roster.revision() != revision || roster.at() < oldest && revision != Revision::ZERO {
        return Err(DeskError::BaseExpired(revision));
    }
    Ok(Moment::new(roster, entry))
}

/// A state of the past to render an answer from; what can no longer be read is shown as it is now.
pub(super) async fn then(state: &State, revision: Revision) -> Result<Roster, DeskError> {
    let known = {
        let history = state.history.lock().unwrap_or_else(PoisonError::into_inner);
        history.at(revision).ok_or_else(|| history.before(revision))
    };
    let nearest = match known {
        Ok(moment) => return Ok(moment.roster.clone()),
        Err(nearest) => nearest,
    };
    match moment(state, nearest, revision).await {
        Ok(moment) => Ok(moment.roster.clone()),
        Err(DeskError::BaseExpired(_)) => Ok(state.head.load().roster.clone()),
        Err(error) => Err(error),
    }
}

/// Writes a snapshot of a state, off the desk.
pub(super) async fn snapshot(state: Arc<State>, roster: Roster) {
    let image = state.ledger.aside(move || {
        let image = Image::of(&roster);
        let body = serde_json::to_vec(&image).expect("images are plain data");
        Snapshot { revision: roster.revision(), format: SNAPSHOT_FORMAT, hash: image.hash(), body }
    });
    let Ok(snapshot) = image.await else { return };
    if let Err(error) = state.ledger.put_snapshot(&state.key, snapshot).await {
        tracing::warn!(unit = %state.key, %error, "snapshot not written");
    }
}
