//! What becomes of an operation.

use std::time::Duration;

/// What a node asks of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// To read something.
    Read,
    /// To write something that is no entry: a snapshot, a plain row, a new unit.
    Write,
    /// To append so many entries.
    Append(usize),
    /// To hold a unit.
    Hold,
    /// To read while holding.
    HeldRead,
    /// To append so many entries and let go.
    HeldAppend(usize),
    /// To be told that something moved.
    Moved,
}

/// How an operation ends. A read or a hold that is not [`Turn::Done`] fails with
/// [`Unavailable`](crate::LedgerError::Unavailable).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Turn {
    /// It is done and answered.
    #[default]
    Done,
    /// It is not done, and the node is told so: the database is away.
    Refused,
    /// It is not done, and the node is told so: storage failed.
    Failed,
    /// It is done, but the answer is lost: `Indeterminate`.
    DoneUnknown,
    /// It is not done, and the answer is lost: `Indeterminate`.
    NotDoneUnknown,
    /// The connection breaks at once, `Indeterminate`; but it is under way and arrives after this
    /// time.
    Late(Duration),
}

/// What becomes of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fate {
    /// How long it takes to the database.
    pub before: Duration,
    /// How it ends.
    pub turn: Turn,
    /// How long the answer takes.
    pub after: Duration,
}

/// Says what becomes of an operation of a node.
pub type Fates = Box<dyn FnMut(&str, Operation) -> Fate + Send>;
