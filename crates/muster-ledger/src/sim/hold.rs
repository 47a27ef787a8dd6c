//! A unit that a node holds: nobody else has its row until the node appends, or is too slow.

use std::sync::{Arc, Mutex, PoisonError};

use muster_core::id::Revision;

use super::engine::{late, refusal, shown, unknown};
use super::fate::{Operation, Turn};
use super::node::Node;
use super::row::Row;
use crate::entry::{Appended, NewEntry, StoredEntry};
use crate::error::{AppendError, LedgerError, Unavailable};
use crate::limits;
use crate::subject::UnitKey;

/// A unit that is held.
#[derive(Debug)]
pub(crate) struct Hold {
    node: Node,
    unit: UnitKey,
    head: Appended,
    /// Empty when it was held for too long. When this is dropped, the row is free.
    row: Arc<Mutex<Option<Row>>>,
}

impl Hold {
    pub(super) fn new(node: Node, unit: UnitKey, head: Appended, row: Row) -> Self {
        let row = Arc::new(Mutex::new(Some(row)));
        let held = Arc::downgrade(&row);
        tokio::spawn(async move {
            tokio::time::sleep(limits::HOLD).await;
            if let Some(row) = held.upgrade() {
                drop(row.lock().unwrap_or_else(PoisonError::into_inner).take());
            }
        });
        Self { node, unit, head, row }
    }

    pub(crate) fn head(&self) -> Revision {
        self.head.head
    }

    pub(crate) async fn entries_after(
        &self,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, LedgerError> {
        let fate = self.node.leave(Operation::HeldRead).await;
        let read = if fate.turn != Turn::Done {
            drop(self.take());
            Err(refusal(fate.turn))
        } else if self.row.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            Err(self.lost())
        } else {
            self.node.sim().database().entries_after(&self.unit, after, limit)
        };
        self.node.arrive(fate).await;
        read
    }

    pub(crate) async fn append(self, entries: Vec<NewEntry>) -> Result<Appended, AppendError> {
        let fate = self.node.leave(Operation::HeldAppend(entries.len())).await;
        let row = self.take();
        if entries.is_empty() {
            // Nothing to commit: it was the head while the unit was held, and that is all it says.
            drop(row);
            self.node.arrive(fate).await;
            return Ok(self.head);
        }
        let Some(row) = row else {
            self.node.arrive(fate).await;
            return Err(self.lost().into());
        };
        let (sim, unit, count) = (self.node.sim().clone(), self.unit.clone(), entries.len());
        let name = self.node.name().to_owned();
        let commit = move || {
            // Nobody else has appended meanwhile: the row was held.
            let done = sim.database().write(&unit, entries);
            drop(row);
            sim.tell(|| format!("{name} appends {count} to {unit}, held: {}", shown(&done)));
            done
        };
        let done = match fate.turn {
            Turn::Done => commit(),
            Turn::DoneUnknown => unknown(commit()),
            // It is let go at once: the node may be dead when the answer arrives.
            turn @ (Turn::Refused | Turn::Failed) => {
                drop(commit);
                Err(refusal(turn).into())
            }
            Turn::NotDoneUnknown => {
                drop(commit);
                Err(AppendError::Indeterminate)
            }
            Turn::Late(time) => {
                let sim = self.node.sim().clone();
                late(time, async move { sim.count_late(&commit()) });
                Err(AppendError::Indeterminate)
            }
        };
        self.node.arrive(fate).await;
        done
    }

    fn take(&self) -> Option<Row> {
        self.row.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn lost(&self) -> LedgerError {
        self.node.sim().count("hold lost");
        Unavailable::Away("the unit was held for too long".to_owned()).into()
    }
}
