//! The row of each unit, which one transaction at a time has; those who want it come in turn.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::subject::UnitKey;

/// All rows.
#[derive(Debug, Default)]
pub(super) struct Rows(Mutex<BTreeMap<UnitKey, Arc<tokio::sync::Mutex<()>>>>);

/// Held for as long as a transaction has a row.
pub(super) type Row = OwnedMutexGuard<()>;

impl Rows {
    /// Waits for its turn.
    pub(super) async fn lock(&self, unit: &UnitKey) -> Row {
        let row = {
            let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            rows.entry(unit.clone()).or_default().clone()
        };
        row.lock_owned().await
    }
}
