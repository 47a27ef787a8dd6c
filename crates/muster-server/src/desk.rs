//! The desk: the single task that owns a unit's state. It drains its queue, decides the commands
//! one after another on a working copy, appends all resulting entries in one transaction, and
//! only then answers, refusals too.
//!
//! Nothing in here waits for anything but the ledger, and nothing in here knows of sessions or
//! agents' states.

mod answer;
mod batch;
mod check;
mod decide;
mod history;
mod load;
mod past;
mod readiness;
mod shedding;

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use futures_util::future::join_all;
use muster_core::command::Command;
use muster_core::decide::{Outcome, Rejection};
use muster_core::entry::Entry;
use muster_core::id::{CommandId, Revision};
use muster_core::{Instant, Roster};
use muster_ledger::{Hash, Ledger, LedgerError, StoredEntry, UnitKey};
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::desk::batch::{Asked, Item};
use crate::desk::check::HeadCheck;
use crate::desk::history::History;
use crate::desk::past::Trail;
use crate::desk::readiness::Looks;
use crate::desk::shedding::Shedder;
use crate::limits;
use crate::metrics::Metrics;
use crate::trace::Context;

pub use history::Moment;
pub use load::SNAPSHOT_FORMAT;
pub use past::Step;

/// A command on its way to a decision.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What is asked.
    pub command: Command,
    /// Its id; minted, or derived from the client's key.
    pub id: CommandId,
    /// The hash of the request, when the client named a key: the same key must come with it.
    pub keyed: Option<Hash>,
    /// For a record that is put whole though the client named a part of it: the state that the
    /// rest was taken from. If the record has changed since, there is no decision.
    pub ground: Option<Roster>,
}

/// What a command came to, with the states to render and explain it from.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What was asked.
    pub command: Command,
    /// The outcome, or the refusal.
    pub result: Result<Outcome, Rejection>,
    /// The revision that shows the outcome: the entry's own, if it made one.
    pub revision: Revision,
    /// The state it was decided on.
    pub before: Roster,
    /// The state after it.
    pub after: Roster,
    /// The unit's time when it was decided.
    pub at: Instant,
    /// Whether the same command had taken effect before.
    pub replayed: bool,
}

/// Why a command got no decision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// Too many commands wait.
    #[error("too many commands wait for this unit")]
    Busy,
    /// Commands have waited too long for a while: more would only wait longer.
    #[error("commands wait too long for this unit now")]
    Behind,
    /// The ledger cannot be reached, or the unit cannot be read.
    #[error("the ledger does not answer: {0}")]
    Unavailable(String),
    /// The unit has an entry in a form of a later release: only nodes of that release serve it.
    #[error("the unit has an entry of form {0}, which this node does not know")]
    UnknownForm(u16),
    /// The record has changed since the state that the command was made from: make it again.
    #[error("the record has changed meanwhile")]
    Moved,
    /// One of those with which the command stands or falls was refused.
    #[error("an operation that this one stands or falls with was refused")]
    Fallen,
    /// The key came with another request before.
    #[error("this Idempotency-Key came with another request before")]
    KeyReused,
    /// An id belongs to another unit.
    #[error("{kind} {id:?} belongs to unit {unit}")]
    CrossUnit {
        /// What has the id.
        kind: String,
        /// The id.
        id: String,
        /// The unit it belongs to.
        unit: String,
    },
    /// The revision is older than what is kept.
    #[error("revision {0} is no longer kept")]
    BaseExpired(Revision),
    /// The revision does not exist yet.
    #[error("revision {0} is in the future")]
    FutureRevision(Revision),
}

impl From<LedgerError> for DeskError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::UnknownFormat { format } => Self::UnknownForm(format),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

/// One decision, as it is noted for the oracle: enough to decide it again.
#[derive(Debug, Clone)]
pub struct Noted {
    /// The unit.
    pub unit: UnitKey,
    /// What was asked.
    pub command: Command,
    /// The revision it was decided on.
    pub revision: Revision,
    /// The unit's time when it was decided.
    pub at: Instant,
    /// What came of it.
    pub result: Result<Outcome, Rejection>,
    /// The entry, if it made one.
    pub entry: Option<Arc<Entry>>,
}

/// Somebody who takes notes of every decision.
pub type Notes = Arc<dyn Fn(Noted) + Send + Sync>;

/// Kept by whoever uses a ledger, and dropped after its handle: its sender's `closed` comes back
/// when nobody uses the ledger any more.
pub type Held = watch::Receiver<()>;

type Reply = oneshot::Sender<Result<Answer, DeskError>>;

/// A handle to a unit's desk.
#[derive(Clone)]
pub struct Desk {
    queue: mpsc::Sender<Item>,
    state: Arc<State>,
    /// What it shows instead of its head.
    shown: Option<Roster>,
}

/// What a desk shares with its readers.
struct State {
    key: UnitKey,
    ledger: Ledger,
    clock: Clock,
    head: ArcSwap<Moment>,
    history: Mutex<History>,
    /// Only readers of the past wait for it.
    trail: tokio::sync::Mutex<Trail>,
    looks: Looks,
    revision: watch::Sender<Revision>,
    check: HeadCheck,
    /// The form of an entry that this release does not know: the desk has stepped back.
    unknown_form: OnceLock<u16>,
    shedder: Shedder,
    metrics: Metrics,
    notes: Option<Notes>,
    /// Whoever waits for the ledger to be free waits for this to be dropped, after the ledger.
    _held: Held,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Desk({} at {})", self.state.key, self.head().revision())
    }
}

impl Desk {
    /// Loads a unit from its newest snapshot and the entries after it, and opens its desk.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the ledger cannot be read.
    pub async fn open(
        key: UnitKey,
        ledger: Ledger,
        clock: Clock,
        notes: Option<Notes>,
        metrics: Metrics,
        held: Held,
    ) -> Result<Self, DeskError> {
        let (history, first) = load::open(&ledger, &key, &clock).await?;
        let state = Arc::new(State {
            key,
            ledger,
            clock,
            revision: watch::Sender::new(first.roster.revision()),
            head: ArcSwap::new(first),
            history: Mutex::new(history),
            trail: tokio::sync::Mutex::default(),
            looks: Looks::default(),
            check: HeadCheck::default(),
            unknown_form: OnceLock::new(),
            shedder: Shedder::new(limits::QUEUE_TARGET, metrics.clone()),
            metrics,
            notes,
            _held: held,
        });
        let (queue, items) = mpsc::channel(limits::QUEUE);
        tokio::spawn(batch::serve(state.clone(), items));
        Ok(Self { queue, state, shown: None })
    }

    /// Which unit it is for.
    #[must_use]
    pub fn key(&self) -> &UnitKey {
        &self.state.key
    }

    /// The state now, on whichever node it was made: every entry that anybody was told of before
    /// the call is in it.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the ledger cannot be read.
    pub async fn current(&self) -> Result<Roster, DeskError> {
        if let Some(form) = self.unknown_form() {
            return Err(DeskError::UnknownForm(form));
        }
        if self.state.ledger.is_shared() {
            let known = self.durable().revision();
            let head = self.state.check.head(&self.state).await?;
            // A ledger that is behind what it had has lost something: the desk has to look.
            let wanted = if head < known { Revision(u64::MAX) } else { head };
            self.catch_up(wanted).await?;
        }
        Ok(self.durable())
    }

    /// Reads what the ledger has up to a revision, if it has not been read yet.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the ledger cannot be read.
    pub async fn catch_up(&self, revision: Revision) -> Result<(), DeskError> {
        if self.durable().revision() >= revision {
            return Ok(());
        }
        let (reply, answer) = oneshot::channel();
        self.put(Item::CatchUp(revision, reply))?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// The state as this node knows it. Whoever got an answer from it sees at least what the
    /// answer saw.
    #[must_use]
    pub fn head(&self) -> Roster {
        self.shown.clone().unwrap_or_else(|| self.durable())
    }

    fn durable(&self) -> Roster {
        self.state.head.load().roster.clone()
    }

    /// Has a command decided, and waits until the decision is durable.
    ///
    /// # Errors
    /// [`DeskError`] when there is no decision; a refusal is an [`Answer`].
    pub async fn ask(&self, ask: Ask) -> Result<Answer, DeskError> {
        let (reply, answer) = oneshot::channel();
        let asked = Box::new(Asked { ask, reply, group: None, context: Context::current() });
        self.put(Item::Decide(asked, tokio::time::Instant::now()))?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Has groups of commands decided, in order and with nothing of others in between. Those of a
    /// group stand or fall together; so do their entries in storage.
    ///
    /// # Errors
    /// As [`Desk::ask`], for each command. Those that would have been accepted but for others of
    /// their group are told [`DeskError::Fallen`].
    pub async fn ask_groups(&self, groups: Vec<Vec<Ask>>) -> Vec<Vec<Result<Answer, DeskError>>> {
        let mut all = Vec::new();
        let mut answers = Vec::with_capacity(groups.len());
        for group in groups {
            let name = group.first().map(|ask| ask.id.clone());
            let (asked, waiting): (Vec<_>, Vec<_>) = group
                .into_iter()
                .map(|ask| {
                    let (reply, answer) = oneshot::channel();
                    (Asked { ask, reply, group: name.clone(), context: Context::current() }, answer)
                })
                .unzip();
            all.extend(asked);
            answers.push(waiting);
        }
        // What cannot be taken is dropped, and with it who would have answered.
        let busy = self.put(Item::DecideAll(all, tokio::time::Instant::now())).err();
        let lost = || busy.clone().unwrap_or_else(closed);
        let mut told = Vec::with_capacity(answers.len());
        for group in answers {
            let group = group.into_iter().map(async |answer: oneshot::Receiver<_>| {
                answer.await.unwrap_or_else(|_| Err(lost()))
            });
            told.push(join_all(group).await);
        }
        told
    }

    /// The same desk, as it looks to somebody who has more in hand than is durable.
    pub(crate) fn showing(&self, roster: Roster) -> Self {
        Self { shown: Some(roster), ..self.clone() }
    }

    fn put(&self, item: Item) -> Result<(), DeskError> {
        if item.is_decision() && self.state.shedder.sheds() {
            return Err(DeskError::Behind);
        }
        self.queue.try_send(item).map_err(|_| DeskError::Busy)
    }

    /// The form of an entry that this release does not know, if the desk has met one: it does not
    /// serve the unit any more.
    pub(crate) fn unknown_form(&self) -> Option<u16> {
        self.state.unknown_form.get().copied()
    }

    /// Whether anybody but `Units` and the desk's own task has it.
    pub(crate) fn is_used(&self) -> bool {
        Arc::strong_count(&self.state) > 2
    }

    /// Whether a command took effect: asked again, it gets its first answer.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the ledger cannot be read.
    pub async fn took_effect(&self, id: &CommandId) -> Result<bool, DeskError> {
        Ok(self.state.ledger.find_command(&self.state.key, id).await?.is_some())
    }

    /// The unit as of a revision.
    ///
    /// # Errors
    /// [`DeskError::BaseExpired`] when it is too old, [`DeskError::FutureRevision`] when it is
    /// not there yet, [`DeskError::Unavailable`] when the ledger cannot be read.
    pub async fn at(&self, revision: Revision) -> Result<Roster, DeskError> {
        Ok(self.moment(revision).await?.roster.clone())
    }

    /// The unit at a revision, with the entry that led there.
    ///
    /// # Errors
    /// As [`Desk::at`].
    pub async fn moment(&self, revision: Revision) -> Result<Arc<Moment>, DeskError> {
        if revision > self.durable().revision() {
            return Err(DeskError::FutureRevision(revision));
        }
        let known = {
            let history = self.state.history.lock().unwrap_or_else(PoisonError::into_inner);
            history.at(revision).ok_or_else(|| history.before(revision))
        };
        match known {
            Ok(moment) => Ok(moment),
            Err(nearest) => load::moment(&self.state, nearest, revision).await,
        }
    }

    /// As [`Desk::moment`], and the entry is there: the first state in memory has none.
    ///
    /// # Errors
    /// As [`Desk::at`].
    pub async fn moment_with_entry(&self, revision: Revision) -> Result<Arc<Moment>, DeskError> {
        let moment = self.moment(revision).await?;
        if moment.entry.is_some() {
            return Ok(moment);
        }
        load::moment(&self.state, None, revision).await
    }

    /// Entries of the ledger as it holds them, in order; however old they are.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the ledger cannot be read.
    pub async fn stored_after(
        &self,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, DeskError> {
        Ok(self.state.ledger.entries_after(&self.state.key, after, limit).await?)
    }

    /// Entries that follow each other, each with the states around it; replayed beside the desk.
    /// Nothing, when `budget` entries do not suffice to get there: the next call goes on from
    /// where they led.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the ledger cannot be read.
    pub async fn steps(
        &self,
        stored: Vec<StoredEntry>,
        budget: &mut usize,
    ) -> Result<Option<Vec<Step>>, DeskError> {
        past::steps(&self.state, stored, budget).await
    }

    /// The revision that was the head at an instant: that of the last entry not after it.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the ledger cannot be read.
    pub async fn as_of(&self, at: Instant) -> Result<Revision, DeskError> {
        let head = self.durable();
        if head.at() <= at {
            return Ok(head.revision());
        }
        // A unit's time never runs backwards, so the entries can be searched by halves.
        let (mut before, mut after) = (0, head.revision().0);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            let one_short = Revision(middle - 1);
            let page = self.state.ledger.entries_after(&self.state.key, one_short, 1).await?;
            match page.first() {
                Some(entry) if entry.at <= at => before = middle,
                Some(_) | None => after = middle,
            }
        }
        Ok(Revision(before))
    }

    /// Waits until the head is at least a revision; says whether it got there in time.
    pub async fn reached(&self, revision: Revision, within: Duration) -> bool {
        let mut changes = self.changes();
        let wait = changes.wait_for(|head| *head >= revision);
        tokio::time::timeout(within, wait).await.is_ok()
    }

    /// Tells of every new head.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<Revision> {
        self.state.revision.subscribe()
    }
}

fn closed() -> DeskError {
    DeskError::Unavailable("the desk closed".to_owned())
}

impl State {
    /// Makes a state the head, for readers and for those who wait for it.
    fn advance(&self, moment: Arc<Moment>) {
        let revision = moment.roster.revision();
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        history.push(moment.clone());
        drop(history);
        self.head.store(moment);
        self.revision.send_replace(revision);
    }
}
