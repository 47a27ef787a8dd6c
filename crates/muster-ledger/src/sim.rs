//! A database in memory for simulations of several processes: it does what the other engines do,
//! and delays, fails and loses as it is told. Nothing of it is in the program.
//!
//! A [`Sim`] is the database, a [`Node`] one process with its connections. What becomes of each
//! operation is asked of the [`Fates`]; without any, all goes well at once. Time is tokio's, so
//! that a paused clock makes a simulation that comes out the same each time.

mod database;
mod engine;
mod fate;
mod hold;
mod job;
mod node;
mod row;
mod verify;
mod write;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::database::Database;
use self::row::Rows;
use crate::entry::Appended;
use crate::error::AppendError;

pub use fate::{Fate, Fates, Operation, Turn};
pub(crate) use hold::Hold;
pub use node::Node;

/// Hears of what the database did, line by line.
pub type Witness = Box<dyn FnMut(String) + Send>;

/// A database that several nodes share.
#[derive(Clone)]
pub struct Sim(Arc<Shared>);

struct Shared {
    database: Mutex<Database>,
    rows: Rows,
    fates: Mutex<Option<Fates>>,
    witness: Mutex<Option<Witness>>,
    tally: Mutex<BTreeMap<&'static str, u64>>,
    /// How long a node waits between two looks for what others did.
    poll: Duration,
}

impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sim")
    }
}

impl Default for Sim {
    fn default() -> Self {
        Self::new()
    }
}

impl Sim {
    /// An empty database.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Database::default())
    }

    fn with(database: Database) -> Self {
        Self(Arc::new(Shared {
            database: Mutex::new(database),
            rows: Rows::default(),
            fates: Mutex::default(),
            witness: Mutex::default(),
            tally: Mutex::default(),
            poll: Duration::from_secs(1),
        }))
    }

    /// A database of its own that begins with what is in this one.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self::with(self.database().clone())
    }

    /// A process with connections to this database.
    #[must_use]
    pub fn node(&self, name: &str) -> Node {
        Node::new(self.clone(), name)
    }

    /// Who says what becomes of operations from now on; with nobody, all goes well at once.
    pub fn set_fates(&self, fates: Option<Fates>) {
        *self.0.fates.lock().unwrap_or_else(PoisonError::into_inner) = fates;
    }

    /// Who hears what the database does from now on.
    pub fn set_witness(&self, witness: Witness) {
        *self.0.witness.lock().unwrap_or_else(PoisonError::into_inner) = Some(witness);
    }

    /// How often what happened that no fate decides: `late append made`, `late append refused`,
    /// `hold lost`, `snapshot read`.
    #[must_use]
    pub fn tally(&self) -> BTreeMap<&'static str, u64> {
        self.0.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn count(&self, what: &'static str) {
        let mut tally = self.0.tally.lock().unwrap_or_else(PoisonError::into_inner);
        *tally.entry(what).or_default() += 1;
    }

    /// How an append ended that nobody waited for.
    fn count_late(&self, done: &Result<Appended, AppendError>) {
        self.count(if done.is_ok() { "late append made" } else { "late append refused" });
    }

    fn database(&self) -> MutexGuard<'_, Database> {
        self.0.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fate(&self, node: &str, operation: Operation) -> Fate {
        let mut fates = self.0.fates.lock().unwrap_or_else(PoisonError::into_inner);
        fates.as_mut().map_or_else(Fate::default, |fates| fates(node, operation))
    }

    fn tell(&self, line: impl FnOnce() -> String) {
        let mut witness = self.0.witness.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(witness) = witness.as_mut() {
            witness(line());
        }
    }
}
