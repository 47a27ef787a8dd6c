//! The desks that are open, and which unit an id lives in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use muster_core::id::{OrganizationId, UnitId};
use muster_ledger::{Ledger, LedgerError, SubjectKind, UnitKey};

use crate::clock::Clock;
use crate::desk::{Desk, DeskError, Notes};

/// All units of all organizations, loaded when they are first asked for.
#[derive(Clone)]
pub struct Units {
    ledger: Ledger,
    clock: Clock,
    notes: Option<Notes>,
    open: Arc<Mutex<BTreeMap<UnitKey, Arc<tokio::sync::OnceCell<Desk>>>>>,
}

impl std::fmt::Debug for Units {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Units")
    }
}

impl Units {
    /// No desk is open yet.
    #[must_use]
    pub fn new(ledger: Ledger, clock: Clock, notes: Option<Notes>) -> Self {
        Self { ledger, clock, notes, open: Arc::default() }
    }

    /// The desk of a unit; `None` when there is no such unit.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the ledger cannot be read.
    pub async fn desk(&self, key: &UnitKey) -> Result<Option<Desk>, DeskError> {
        // Looking for a unit makes no slot: one that is taken away again could be the one in which
        // somebody who makes the unit has just opened its desk.
        let known = self.lock().get(key).and_then(|slot| slot.get().cloned());
        if known.is_some() {
            return Ok(known);
        }
        match self.ledger.head(key).await? {
            Some(_) => self.load(key).await.map(Some),
            None => Ok(None),
        }
    }

    /// The desk of a unit that is made if it is not there.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the ledger cannot be read or written.
    pub async fn desk_of_new(&self, key: &UnitKey) -> Result<Desk, DeskError> {
        self.ledger.create_unit(&key.organization, &key.unit).await?;
        self.load(key).await
    }

    async fn load(&self, key: &UnitKey) -> Result<Desk, DeskError> {
        let slot = self.slot(key);
        let open = || {
            let (ledger, clock) = (self.ledger.clone(), self.clock.clone());
            Desk::open(key.clone(), ledger, clock, self.notes.clone())
        };
        slot.get_or_try_init(open).await.cloned()
    }

    fn slot(&self, key: &UnitKey) -> Arc<tokio::sync::OnceCell<Desk>> {
        self.lock().entry(key.clone()).or_default().clone()
    }

    fn lock(
        &self,
    ) -> std::sync::MutexGuard<'_, BTreeMap<UnitKey, Arc<tokio::sync::OnceCell<Desk>>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The desk of the unit that an id lives in; `None` when nobody has it.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the ledger cannot be read.
    pub async fn desk_with(
        &self,
        organization: &OrganizationId,
        kind: SubjectKind,
        id: &str,
    ) -> Result<Option<Desk>, DeskError> {
        match self.ledger.find_subject(organization, kind, id).await? {
            Some(unit) => self.desk(&UnitKey { organization: organization.clone(), unit }).await,
            None => Ok(None),
        }
    }

    /// The units of an organization, by id.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub async fn list(&self, organization: &OrganizationId) -> Result<Vec<UnitId>, LedgerError> {
        let units = self.ledger.units().await?.into_iter();
        Ok(units.filter(|key| key.organization == *organization).map(|key| key.unit).collect())
    }

    /// The ledger behind all desks.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The clock of all desks.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}
