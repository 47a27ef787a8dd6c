//! Storing, finding and thinning out snapshots.

use muster_core::id::Revision;
use muster_core::instant::Instant;

use super::{Database, Unit};
use crate::error::LedgerError;
use crate::snapshot::{Snapshot, to_prune};
use crate::subject::UnitKey;

impl Database {
    pub(in crate::sim) fn put_snapshot(
        &mut self,
        key: &UnitKey,
        snapshot: Snapshot,
    ) -> Result<(), LedgerError> {
        let Some(unit) = self.units.get_mut(key) else {
            return Err(LedgerError::NoSuchUnit(key.clone()));
        };
        let (format, revision) = (snapshot.format, snapshot.revision);
        if unit.at(revision).is_none() {
            return Err(LedgerError::NoSuchEntry { unit: key.clone(), revision });
        }
        unit.snapshots.retain(|(kept, _), _| *kept >= format);
        unit.snapshots.insert((format, revision), snapshot);
        let kept: Vec<(Revision, Instant)> = unit
            .snapshots
            .range((format, Revision::ZERO)..=(format, Revision(u64::MAX)))
            .rev()
            .filter_map(|((_, revision), _)| Some((*revision, unit.at(*revision)?)))
            .collect();
        for revision in to_prune(&kept) {
            unit.snapshots.remove(&(format, revision));
        }
        Ok(())
    }

    pub(in crate::sim) fn newest_snapshot(
        &self,
        unit: &UnitKey,
        format: u16,
        at_most: Revision,
    ) -> Option<Snapshot> {
        let snapshots = &self.units.get(unit)?.snapshots;
        let in_reach = snapshots.range((format, Revision::ZERO)..=(format, at_most));
        in_reach.last().map(|(_, snapshot)| snapshot.clone())
    }
}

impl Unit {
    /// The time of a revision; the empty ledger is older than everything.
    fn at(&self, revision: Revision) -> Option<Instant> {
        let Some(place) = revision.0.checked_sub(1) else { return Some(Instant::MIN) };
        self.entries.get(usize::try_from(place).ok()?).map(|entry| entry.at)
    }
}
