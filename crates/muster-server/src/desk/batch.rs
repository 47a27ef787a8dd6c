//! Group commit: decide what is queued, append it together, then answer everybody.

use std::collections::BTreeSet;
use std::iter;
use std::sync::Arc;
use std::time::Duration;

use muster_core::id::{CommandId, Revision};
use muster_ledger::{AppendError, Appended, LedgerError, SubjectChange, Unavailable};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::desk::decide::{self, Decided};
use crate::desk::{Ask, DeskError, Reply, State, answer, load};
use crate::limits;
use crate::trace::Context;

/// A command, and who waits for the answer.
pub(super) struct Asked {
    pub(super) ask: Ask,
    pub(super) reply: Reply,
    /// Those that follow each other with the same name here stand or fall together.
    pub(super) group: Option<CommandId>,
    /// The request that it came with.
    pub(super) context: Option<Context>,
}

impl Asked {
    /// Tells of a part of the request, from an instant until now, if it is traced.
    fn tell(&self, name: &'static str, begun: Instant) {
        if let Some(context) = &self.context {
            context.part(name, begun);
        }
    }

    /// Whether two neighbours stand or fall together.
    pub(super) fn is_tied(&self, other: &Self) -> bool {
        self.group.is_some() && self.group == other.group
    }
}

/// What a desk is asked for.
pub(super) enum Item {
    /// A decision; and since when it is asked for.
    Decide(Box<Asked>, Instant),
    /// Several, in order; and since when.
    DecideAll(Vec<Asked>, Instant),
    /// To have at least a revision that the ledger has.
    CatchUp(Revision, oneshot::Sender<Result<(), DeskError>>),
}

impl Item {
    /// How long a decision has been waited for.
    fn waited(&self) -> Option<Duration> {
        match self {
            Self::Decide(_, since) | Self::DecideAll(_, since) => Some(since.elapsed()),
            Self::CatchUp(..) => None,
        }
    }

    /// Whether it is one that a desk refuses whose queue stands.
    pub(super) fn is_decision(&self) -> bool {
        match self {
            Self::Decide(..) | Self::DecideAll(..) => true,
            Self::CatchUp(..) => false,
        }
    }
}

/// The one task that owns a unit.
struct Clerk {
    state: Arc<State>,
    /// Another process appends to the unit too: it is held while a batch is decided, so that
    /// nobody is faster for ever.
    is_contended: bool,
    /// The ledger did not answer the last batch in time: the next one waits for it no longer.
    is_away: bool,
    snapshot_at: Revision,
}

/// Serves a unit until its last handle is gone.
pub(super) async fn serve(state: Arc<State>, mut items: mpsc::Receiver<Item>) {
    let snapshot_at = state.head.load().roster.revision();
    let mut clerk = Clerk { state, is_contended: false, is_away: false, snapshot_at };
    let mut taken = Vec::with_capacity(limits::BATCH);
    while items.recv_many(&mut taken, limits::BATCH).await > 0 {
        let (mut batch, mut looks) = (Vec::with_capacity(taken.len()), Vec::new());
        let shortest = taken.iter().filter_map(Item::waited).min();
        for item in taken.drain(..) {
            match item {
                Item::Decide(asked, since) => clerk.take(&mut batch, [*asked], since),
                Item::DecideAll(asked, since) => clerk.take(&mut batch, asked, since),
                Item::CatchUp(revision, reply) => looks.push((revision, reply)),
            }
        }
        clerk.state.shedder.saw(shortest, items.len());
        // First: whoever only looks has waited for one batch already.
        clerk.look(looks).await;
        clerk.settle(batch).await;
        clerk.snapshot();
    }
}

impl Clerk {
    /// Takes what is asked into a batch, unless it has waited too long.
    fn take(&self, batch: &mut Vec<Asked>, asked: impl IntoIterator<Item = Asked>, since: Instant) {
        let waited = since.elapsed();
        self.state.metrics.waited(waited);
        let asked = asked.into_iter().inspect(|asked| asked.tell("queue", since));
        if self.is_away && waited > limits::LEDGER_WAIT {
            // It has had its share of waiting, behind a batch that got no answer.
            for Asked { reply, .. } in asked {
                let _ = reply.send(Err(LedgerError::from(Unavailable::Busy).into()));
            }
            return;
        }
        batch.extend(asked);
    }

    /// Decides and appends until everybody in the batch has an answer.
    async fn settle(&mut self, mut batch: Vec<Asked>) {
        let mut patience = Patience::new(self.is_away);
        let mut doubt = Doubt::default();
        while !batch.is_empty() {
            let twins = twins(&mut batch);
            let (decided, outcome) = self.attempt(&batch).await;
            let outcome = match outcome {
                Err(AppendError::Indeterminate) => {
                    doubt = Doubt { may_be_there: true, may_still_come: true };
                    self.repeat(&decided, &mut patience).await
                }
                known => known,
            };
            batch = self.conclude(batch, decided, outcome, &mut doubt, &mut patience).await;
            batch.extend(twins);
        }
    }

    /// Decides a batch and appends what comes of it.
    async fn attempt(&mut self, batch: &[Asked]) -> (Vec<Decided>, Result<(), AppendError>) {
        let state = &self.state;
        if !self.is_contended {
            let decided = told(batch, "decide", async { decide::all(state, batch) }).await;
            let outcome = told(batch, "append", self.append(&decided)).await;
            return (decided, outcome);
        }
        let mut hold = match state.ledger.hold(&state.key).await {
            Ok(hold) => hold,
            Err(error) => return (Vec::new(), Err(error.into())),
        };
        // Nobody was here in between: the unit need not be held the next time.
        self.is_contended = hold.head() != state.head.load().roster.revision();
        if let Err(error) = load::catch_up_held(state, &mut hold).await {
            return (Vec::new(), Err(error.into()));
        }
        let decided = told(batch, "decide", async { decide::all(state, batch) }).await;
        let entries = decide::entries(&decided);
        let outcome = told(batch, "append", measured(state, hold.append(entries))).await;
        (decided, outcome)
    }

    async fn append(&self, decided: &[Decided]) -> Result<(), AppendError> {
        let after = self.state.head.load().roster.revision();
        // Without entries this only confirms the head: refusals and no-ops are answers too.
        let entries = decide::entries(decided);
        let append = self.state.ledger.append(&self.state.key, after, entries);
        measured(&self.state, append).await
    }

    /// Whether an append took effect is not known: the same one again puts the two in order.
    /// Nobody is answered and nothing new is decided until then. `Behind` with our own entries in
    /// the tail means that the first took effect: deciding again finds every command by its id.
    async fn repeat(
        &self,
        decided: &[Decided],
        patience: &mut Patience,
    ) -> Result<(), AppendError> {
        while patience.wait().await {
            match self.append(decided).await {
                Err(AppendError::Indeterminate) => {}
                Err(AppendError::Other(error)) if error.is_passing() => {}
                known => return known,
            }
        }
        Err(AppendError::Indeterminate)
    }

    /// Answers those for whom the outcome of an append is an answer; the others come back.
    async fn conclude(
        &mut self,
        batch: Vec<Asked>,
        decided: Vec<Decided>,
        outcome: Result<(), AppendError>,
        doubt: &mut Doubt,
        patience: &mut Patience,
    ) -> Vec<Asked> {
        let state = &self.state;
        let error = match outcome {
            Ok(()) => {
                self.is_away = false;
                answer::all(state, batch, decided, doubt.may_be_there);
                return Vec::new();
            }
            Err(AppendError::Behind(head)) => {
                self.is_contended = true;
                doubt.may_still_come = false;
                match load::catch_up(state, head).await {
                    Ok(()) => return batch,
                    Err(error) => error,
                }
            }
            Err(AppendError::Duplicate(id)) => return answer::duplicate(state, batch, &id),
            Err(AppendError::SubjectTaken { kind, id, unit }) => {
                let (what, unit) = (kind.to_string(), unit.to_string());
                let error = match doubt.may_still_come {
                    false => DeskError::CrossUnit { kind: what, id: id.clone(), unit },
                    // The other unit may let go of the id before it comes.
                    true => LedgerError::Indeterminate.into(),
                };
                let claim = SubjectChange::Claim(kind, id);
                return answer::refuse_claimant(batch, &decided, &claim, &error);
            }
            Err(AppendError::Indeterminate) => LedgerError::Indeterminate,
            Err(AppendError::Other(error)) => error,
        };
        if error.is_passing() && patience.wait().await {
            return batch;
        }
        self.is_away = error.is_passing() || matches!(error, LedgerError::Indeterminate);
        answer::give_up(batch, error);
        Vec::new()
    }

    /// Catches up with what another process appended, for those who have seen it.
    async fn look(&mut self, looks: Vec<(Revision, oneshot::Sender<Result<(), DeskError>>)>) {
        let head = self.state.head.load().roster.revision();
        let mut caught_up = Ok(());
        let furthest = looks.iter().map(|(wanted, _)| *wanted).max();
        if let Some(wanted) = furthest.filter(|wanted| *wanted > head) {
            caught_up = load::catch_up(&self.state, wanted).await.map_err(DeskError::from);
        }
        for (_, reply) in looks {
            // Whoever asked may have gone.
            let _ = reply.send(caught_up.clone());
        }
    }

    /// Has a snapshot made, off the desk, when there are enough entries since the last one.
    fn snapshot(&mut self) {
        let head = self.state.head.load().roster.clone();
        // The larger the unit, the more a snapshot costs beside the entries that it spares.
        let apart = limits::SNAPSHOT_ENTRIES.max(2 * head.shift_count());
        if head.revision().0.saturating_sub(self.snapshot_at.0) >= apart {
            self.snapshot_at = head.revision();
            tokio::spawn(load::snapshot(self.state.clone(), head, apart));
        }
    }
}

/// Does something for a batch, and tells of it in the traces of its requests.
async fn told<T>(batch: &[Asked], name: &'static str, work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let done = work.await;
    batch.iter().for_each(|asked| asked.tell(name, begun));
    done
}

/// Waits for an append, and says what came of it and how long it took.
async fn measured(
    state: &State,
    append: impl Future<Output = Result<Appended, AppendError>>,
) -> Result<(), AppendError> {
    let begun = Instant::now();
    let outcome = append.await;
    let name = match &outcome {
        Ok(_) => "done",
        Err(AppendError::Behind(_)) => "behind",
        Err(AppendError::Duplicate(_)) => "duplicate",
        Err(AppendError::SubjectTaken { .. }) => "taken",
        Err(AppendError::Indeterminate) => "indeterminate",
        Err(AppendError::Other(_)) => "failed",
    };
    state.metrics.appended(name, begun.elapsed());
    outcome.map(|_| ())
}

/// What is not known of the appends of a batch.
#[derive(Default)]
struct Doubt {
    /// Its commands may have taken effect in one of which nobody knew.
    may_be_there: bool,
    /// One is under way perhaps, and would be made when it arrives: the head has not moved since.
    may_still_come: bool,
}

/// Takes out all but the first of the commands that share an id: they wait for it, and so do those
/// with whom they stand or fall.
fn twins(batch: &mut Vec<Asked>) -> Vec<Asked> {
    let mut seen = BTreeSet::new();
    let mut is_late = Vec::with_capacity(batch.len());
    for group in batch.chunk_by(Asked::is_tied) {
        let late = group.iter().any(|asked| seen.contains(&asked.ask.id));
        is_late.extend(iter::repeat_n(late, group.len()));
        seen.extend(group.iter().map(|asked| asked.ask.id.clone()));
    }
    let mut is_late = is_late.into_iter();
    batch.extract_if(.., |_| is_late.next().unwrap_or_default()).collect()
}

/// How long a batch still waits for a ledger that does not answer.
struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    fn new(is_away: bool) -> Self {
        let wait = if is_away { Duration::ZERO } else { limits::LEDGER_WAIT };
        Self { until: Instant::now() + wait, pause: limits::LEDGER_PAUSE }
    }

    /// Waits before the next try, longer each time; `false` when there has been enough of it.
    async fn wait(&mut self) -> bool {
        let again = Instant::now() + self.pause;
        if again > self.until {
            return false;
        }
        tokio::time::sleep_until(again).await;
        self.pause *= 2;
        true
    }
}
