//! Heads after the last appends from here, so that hashes can be made before it is an append's
//! turn. A stale one costs time, nothing else.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use muster_core::id::Revision;

use crate::entry::{Appended, Hash};
use crate::limits;
use crate::subject::UnitKey;

/// The heads that are remembered, up to [`limits::KNOWN_HEADS`].
#[derive(Debug, Default)]
pub(crate) struct KnownHeads(Mutex<BTreeMap<UnitKey, Appended>>);

impl KnownHeads {
    /// The hash of the entry at `after`, if that is the head we remember.
    pub(crate) fn hash(&self, unit: &UnitKey, after: Revision) -> Option<Hash> {
        let known = self.look(|heads| heads.get(unit).copied());
        known.and_then(|known| (known.head == after).then_some(known.hash))
    }

    /// Remembers the head that an append left behind, or forgets the one it did not get past.
    pub(crate) fn learn(&self, unit: &UnitKey, appended: Option<Appended>) {
        self.look(|heads| match appended {
            Some(appended) => {
                if heads.len() >= limits::KNOWN_HEADS {
                    heads.clear();
                }
                heads.insert(unit.clone(), appended);
            }
            None => {
                heads.remove(unit);
            }
        });
    }

    fn look<T>(&self, look: impl FnOnce(&mut BTreeMap<UnitKey, Appended>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
