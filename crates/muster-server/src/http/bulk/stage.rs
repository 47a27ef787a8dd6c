//! Operations that are decided together. Each handler runs until it asks its desk and waits there;
//! when all wait, the desks decide everything at once, and the handlers go on with their answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use muster_core::decide::decide;
use muster_ledger::{SubjectKind, UnitKey};
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::desk::{Answer, Ask, Desk, DeskError};
use crate::units;

/// What handlers of operations that are decided together share: what they have asked so far.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    asked: mpsc::UnboundedSender<Waiting>,
    /// The desks that were asked, as they look with all that was asked before.
    desks: Arc<Mutex<BTreeMap<UnitKey, Desk>>>,
}

/// A command on stage, and the handler that waits for its answer.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) desk: Desk,
    pub(super) ask: Ask,
    pub(super) answer: oneshot::Sender<Result<Answer, DeskError>>,
}

impl Stage {
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<Waiting>) {
        let (asked, waiting) = mpsc::unbounded_channel();
        (Self { asked, desks: Arc::default() }, waiting)
    }

    /// A desk as it looks with what was asked before.
    pub(crate) fn shown(&self, desk: Desk) -> Desk {
        self.desks().get(desk.key()).cloned().unwrap_or(desk)
    }

    /// The desk on which something was made that is not there yet.
    pub(crate) fn desk_with(&self, kind: SubjectKind, id: &str) -> Option<Desk> {
        let desks = self.desks();
        desks.values().find(|desk| units::has(&desk.head(), kind, id)).cloned()
    }

    /// Waits until everything is decided.
    pub(crate) async fn ask(&self, desk: &Desk, ask: Ask) -> Result<Answer, DeskError> {
        let (answer, answered) = oneshot::channel();
        // Who gathers them may have gone, and this goes with it.
        let _ = self.asked.send(Waiting { desk: desk.clone(), ask, answer });
        answered.await.unwrap_or(Err(DeskError::Fallen))
    }

    /// Shows the next ones what a command may come to. What it really comes to is decided later: a
    /// command that would be refused alone changes nothing here.
    pub(super) fn show(&self, waiting: &Waiting, clock: &Clock) {
        let Waiting { desk, ask, .. } = waiting;
        let mut shown = desk.head();
        let at = shown.now(clock.now());
        if let Ok(decision) = decide(&shown, &ask.command, at)
            && let Some(entry) = decision.entry(&shown, &ask.command, &ask.id, at)
        {
            // Tokens that are made from it have to be of a state that is there.
            let revision = shown.revision();
            shown.apply(&muster_core::entry::Entry { revision, ..entry });
        }
        self.desks().insert(desk.key().clone(), desk.showing(shown));
    }

    fn desks(&self) -> MutexGuard<'_, BTreeMap<UnitKey, Desk>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
