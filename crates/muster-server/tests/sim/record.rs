//! What was sent and what was answered, in the order in which it happened.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use muster_core::id::{CommandId, Revision};
use muster_ledger::UnitKey;
use muster_server::desk::{Answer, DeskError, Noted};

use crate::counts::Counts;
use crate::wish::Request;

/// What a node came to for one sending of a request; the answer may never have arrived.
pub(crate) type Result = std::result::Result<Answer, DeskError>;

/// A request, and everything that became of it.
pub(crate) struct Sent {
    pub(crate) request: Arc<Request>,
    pub(crate) ids: Vec<CommandId>,
    pub(crate) tries: Vec<Try>,
    /// What the client was told in the end.
    pub(crate) told: Option<Result>,
}

/// One sending of a request to one node.
pub(crate) struct Try {
    /// The newest revision that anybody had been told of before it was sent.
    pub(crate) floor: Revision,
    pub(crate) result: Option<Result>,
}

/// Most operations of the database in a history; a few thousand are usual.
const OPERATIONS: u32 = 100_000;

/// What all of a history write to.
#[derive(Clone, Default)]
pub(crate) struct Record(Arc<Mutex<Inner>>);

#[derive(Default)]
pub(crate) struct Inner {
    pub(crate) sent: Vec<Sent>,
    pub(crate) notes: Vec<Noted>,
    /// The newest revision of each unit that a client was told of.
    seen: BTreeMap<UnitKey, Revision>,
    /// What is wrong in itself.
    pub(crate) wrong: Vec<String>,
    pub(crate) counts: Counts,
    minted: u64,
    operations: u32,
    /// When the history began.
    pub(crate) clock: Option<tokio::time::Instant>,
    pub(crate) trace: Option<Vec<String>>,
}

impl Record {
    pub(crate) fn traced() -> Self {
        let record = Self::default();
        record.get().trace = Some(Vec::new());
        record
    }

    pub(crate) fn get(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count(&self, what: &'static str) {
        self.get().counts.count(what, 1);
    }

    pub(crate) fn tell(&self, line: impl FnOnce() -> String) {
        let mut inner = self.get();
        let ms = inner.clock.map_or(0, |begun| begun.elapsed().as_millis());
        if let Some(trace) = &mut inner.trace {
            trace.push(format!("{ms:>6} {}", line()));
        }
    }

    /// Another operation of the database. Whoever asks without end, ends.
    pub(crate) fn operation(&self) {
        let operations = {
            let mut inner = self.get();
            inner.operations += 1;
            inner.operations
        };
        assert!(operations < OPERATIONS, "some node asks the database without end");
    }

    pub(crate) fn wrong(&self, what: String) {
        self.get().wrong.push(what);
    }

    /// A new id for a command without a key.
    pub(crate) fn mint(&self) -> CommandId {
        let mut inner = self.get();
        inner.minted += 1;
        CommandId::parse(&format!("minted-{}", inner.minted)).unwrap()
    }

    pub(crate) fn request(&self, request: Arc<Request>) -> usize {
        let ids = request.key.iter().cloned().collect();
        let sent = Sent { request, ids, tries: Vec::new(), told: None };
        let mut inner = self.get();
        inner.sent.push(sent);
        inner.sent.len() - 1
    }

    pub(crate) fn id(&self, request: usize, id: CommandId) {
        self.get().sent[request].ids.push(id);
    }

    /// A request is sent, once more.
    pub(crate) fn try_begins(&self, request: usize) -> usize {
        let mut inner = self.get();
        let floor = inner.floor(&inner.sent[request].request.unit);
        let tries = &mut inner.sent[request].tries;
        tries.push(Try { floor, result: None });
        tries.len() - 1
    }

    /// A node has decided, and says so; whether anybody hears it is another question.
    pub(crate) fn try_ends(&self, request: usize, nth: usize, result: &Result) {
        if let Err(DeskError::Unavailable(why)) = result
            && why.contains("closed")
        {
            self.wrong(format!("a desk panicked: {why}"));
        }
        self.get().sent[request].tries[nth].result = Some(result.clone());
    }

    /// Somebody hears of a revision.
    pub(crate) fn seen(&self, unit: &UnitKey, revision: Revision) {
        let mut inner = self.get();
        let newest = inner.seen.entry(unit.clone()).or_default();
        *newest = revision.max(*newest);
    }

    pub(crate) fn floor(&self, unit: &UnitKey) -> Revision {
        self.get().floor(unit)
    }
}

impl Inner {
    /// Counts what the clients were told.
    pub(crate) fn count_answers(&mut self) {
        for sent in &self.sent {
            let what = match &sent.told {
                None => "requests without an answer",
                Some(Err(DeskError::CrossUnit { .. })) => "answers: belongs to another unit",
                Some(Err(_)) => "answers: something else",
                Some(Ok(answer)) => match &answer.result {
                    Err(_) => "answers: refused",
                    Ok(_) if answer.replayed => "answers: accepted, as before",
                    Ok(_) if answer.revision > answer.before.revision() => "answers: accepted",
                    Ok(_) => "answers: nothing to do",
                },
            };
            self.counts.count(what, 1);
        }
        self.counts.count("histories", 1);
    }

    fn floor(&self, unit: &UnitKey) -> Revision {
        self.seen.get(unit).copied().unwrap_or_default()
    }
}
