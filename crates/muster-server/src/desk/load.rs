//! Reading a unit from the ledger: snapshots, entries after them, states of the past.

use std::sync::{Arc, PoisonError};

use muster_core::entry::Entry;
use muster_core::id::Revision;
use muster_core::roster::Image;
use muster_core::{Instant, Roster};
use muster_ledger::{Hold, Ledger, LedgerError, Snapshot, StoredEntry, UnitKey, decode};

use crate::clock::Clock;
use crate::desk::history::{History, Moment};
use crate::desk::past::Trail;
use crate::desk::{DeskError, State};
use crate::limits;

/// The form that snapshots are written in today; others are dropped and made anew.
pub const SNAPSHOT_FORMAT: u16 = 5;

/// The state at the head and those on the way there from the newest snapshot, unless they are older
/// than any base may be: clients still work from them, whatever became of the node that showed
/// them.
pub(super) async fn open(
    ledger: &Ledger,
    key: &UnitKey,
    clock: &Clock,
) -> Result<(History, Arc<Moment>), LedgerError> {
    let mut roster = start(ledger, key, Revision(u64::MAX)).await?;
    let (mut history, mut head) = (History::default(), Moment::new(roster.clone(), None));
    let oldest = oldest(clock);
    loop {
        let entries = ledger.entries_after(key, roster.revision(), limits::PAGE).await?;
        if entries.is_empty() {
            history.push(head.clone());
            return Ok((history, head));
        }
        for stored in entries {
            if head.roster.at() >= oldest {
                history.push(head);
            }
            let entry = applied(&mut roster, &stored)?;
            head = Moment::new(roster.clone(), Some(entry));
        }
    }
}

/// States from before are no longer kept.
fn oldest(clock: &Clock) -> Instant {
    clock.now().plus_days(-muster_core::limits::BASE_RETENTION_DAYS)
}

/// The state at the head, or at a revision if that comes before.
pub(super) async fn newest(
    ledger: &Ledger,
    key: &UnitKey,
    at_most: Revision,
) -> Result<Roster, DeskError> {
    let mut roster = start(ledger, key, at_most).await?;
    replay(ledger, key, &mut roster, at_most).await?;
    Ok(roster)
}

/// The state of the newest snapshot, of a revision not after `at_most`.
async fn start(ledger: &Ledger, key: &UnitKey, at_most: Revision) -> Result<Roster, LedgerError> {
    match ledger.newest_snapshot(key, SNAPSHOT_FORMAT, at_most).await? {
        Some(snapshot) => restored(&snapshot),
        None => Ok(Roster::default()),
    }
}

pub(super) fn restored(snapshot: &Snapshot) -> Result<Roster, LedgerError> {
    let broken = |why: String| LedgerError::Corrupt(format!("a snapshot: {why}"));
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
) -> Result<Option<Arc<Entry>>, LedgerError> {
    let mut last = None;
    while roster.revision() < at_most {
        let missing = usize::try_from(at_most.0 - roster.revision().0).unwrap_or(usize::MAX);
        let page = missing.min(limits::PAGE);
        let entries = ledger.entries_after(key, roster.revision(), page).await?;
        if entries.is_empty() {
            break;
        }
        for stored in entries {
            last = Some(applied(roster, &stored)?);
        }
    }
    Ok(last)
}

pub(super) fn applied(
    roster: &mut Roster,
    stored: &StoredEntry,
) -> Result<Arc<Entry>, LedgerError> {
    let entry = decode(stored.format, &stored.body)?;
    roster.apply(&entry);
    Ok(Arc::new(entry))
}

/// Makes the last entry that another process appended the head, and shows readers every state on
/// the way there. Where the ledger is known to have `wanted`, nobody looks whether there is more.
pub(super) async fn catch_up(state: &State, wanted: Revision) -> Result<(), LedgerError> {
    let head = state.head.load_full();
    let page = state.ledger.entries_after(&state.key, before(&head), limits::PAGE).await?;
    let Some(missed) = following(&head, page)? else { return reopen(state).await };
    advance(state, head.roster.clone(), &missed)?;
    loop {
        let head = state.head.load().roster.clone();
        let after = head.revision();
        if after >= wanted {
            return Ok(());
        }
        let missed = state.ledger.entries_after(&state.key, after, limits::PAGE).await?;
        if missed.is_empty() {
            return Ok(());
        }
        advance(state, head, &missed)?;
    }
}

/// The same, through a hold on the unit.
pub(super) async fn catch_up_held(state: &State, hold: &mut Hold) -> Result<(), LedgerError> {
    let head = state.head.load_full();
    let page = hold.entries_after(before(&head), limits::PAGE).await?;
    match following(&head, page)? {
        Some(missed) => advance(state, head.roster.clone(), &missed)?,
        None => reopen(state).await?,
    }
    loop {
        let head = state.head.load().roster.clone();
        let after = head.revision();
        if after >= hold.head() {
            return Ok(());
        }
        let missed = hold.entries_after(after, limits::PAGE).await?;
        if missed.is_empty() {
            let what = format!("unit {}: entry {} is missing", state.key, after.next());
            return Err(LedgerError::Corrupt(what));
        }
        advance(state, head, &missed)?;
    }
}

/// From where to read so that the first entry is the one that led to a state.
fn before(head: &Moment) -> Revision {
    Revision(head.roster.revision().0.saturating_sub(1))
}

/// What follows a state, in a page that begins with the entry that led to it; `None` if the ledger
/// does not have that entry.
fn following(
    head: &Moment,
    mut page: Vec<StoredEntry>,
) -> Result<Option<Vec<StoredEntry>>, LedgerError> {
    let revision = head.roster.revision();
    if revision == Revision::ZERO {
        return Ok(Some(page));
    }
    if page.first().is_none_or(|first| first.revision != revision) {
        return Ok(None);
    }
    let first = page.remove(0);
    let is_own = match &head.entry {
        Some(entry) => decode(first.format, &first.body)? == **entry,
        None => true,
    };
    Ok(is_own.then_some(page))
}

/// The ledger went back: its server was replaced by one that did not have the last entries. What
/// this node knows of them is nobody's history any more, so it reads the unit anew.
async fn reopen(state: &State) -> Result<(), LedgerError> {
    let lost = state.head.load().roster.revision();
    let (history, head) = open(&state.ledger, &state.key, &state.clock).await?;
    let revision = head.roster.revision();
    tracing::error!(unit = %state.key, %lost, %revision, "the ledger lost entries: unit read anew");
    *state.history.lock().unwrap_or_else(PoisonError::into_inner) = history;
    // Whoever reads the past now ends soon, and must not be followed by somebody who goes on from
    // what is nobody's history.
    *state.trail.lock().await = Trail::default();
    state.head.store(head);
    state.revision.send_replace(revision);
    Ok(())
}

fn advance(state: &State, mut roster: Roster, missed: &[StoredEntry]) -> Result<(), LedgerError> {
    for stored in missed {
        let entry = applied(&mut roster, stored).inspect_err(|error| {
            if let LedgerError::UnknownFormat { format } = error {
                // Set once; it stays that way until a release that knows it takes over.
                let _ = state.unknown_form.set(*format);
            }
        })?;
        state.advance(Moment::new(roster.clone(), Some(entry)));
    }
    Ok(())
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
    let oldest = oldest(&state.clock);
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

/// Writes a snapshot of a state, off the desk, once a replay from the last one has come to the
/// same state. Nothing is written when another process made one a short while ago.
pub(super) async fn snapshot(state: Arc<State>, roster: Roster, apart: u64) {
    let revision = roster.revision();
    let outcome = match snapshot_verified(&state, roster, apart).await {
        Ok(true) => "written",
        Ok(false) => "recent",
        Err(error) => {
            tracing::error!(unit = %state.key, %revision, %error, "no snapshot written");
            "failed"
        }
    };
    state.metrics.snapshot(outcome);
}

async fn snapshot_verified(state: &State, roster: Roster, apart: u64) -> Result<bool, LedgerError> {
    let (ledger, key, revision) = (&state.ledger, &state.key, roster.revision());
    let last = ledger.newest_snapshot(key, SNAPSHOT_FORMAT, revision).await?;
    let mut replayed = match &last {
        Some(last) if revision.0 - last.revision.0 < apart / 2 => return Ok(false),
        Some(last) => restored(last)?,
        None => Roster::default(),
    };
    replay(ledger, key, &mut replayed, revision).await?;
    let snapshot = ledger
        .aside(move || {
            let image = Image::of(&roster);
            let hash = image.hash();
            if hash != Image::of(&replayed).hash() {
                let what = format!("the state at revision {revision} is not that of a replay");
                return Err(LedgerError::Corrupt(what));
            }
            let body = serde_json::to_vec(&image).expect("images are plain data");
            Ok(Snapshot { revision, format: SNAPSHOT_FORMAT, hash, body })
        })
        .await??;
    ledger.put_snapshot(key, snapshot).await?;
    Ok(true)
}
