//! The desks that are open, and which unit an id lives in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use muster_core::Roster;
use muster_core::command::{Action, Command};
use muster_core::entry::Actor;
use muster_core::id::{ClientId, CommandId, OrganizationId, Revision, UnitId};
use muster_ledger::{AgendaRow, Ledger, LedgerError, SubjectKind, UnitKey};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::desk::{Ask, Desk, DeskError, Held, Notes};
use crate::metrics::Metrics;

/// All units of all organizations, loaded when they are first asked for.
#[derive(Clone)]
pub struct Units {
    ledger: Ledger,
    clock: Clock,
    notes: Option<Notes>,
    metrics: Metrics,
    /// Units that could not be loaded because of an entry in a form of a later release.
    unknown: Arc<Mutex<BTreeMap<UnitKey, u16>>>,
    open: Arc<Mutex<BTreeMap<UnitKey, Slot>>>,
    /// The last field: dropped after the ledger.
    held: Held,
}

/// A unit that is loaded, or is being loaded.
struct Slot {
    desk: Arc<OnceCell<Desk>>,
    /// When somebody asked for it last.
    asked: Instant,
}

impl Slot {
    /// Whether it is loaded, nobody has it, and nobody asked for it lately.
    fn is_idle(&self, idle: Duration) -> bool {
        // Whoever loads it has the cell.
        let is_alone = Arc::strong_count(&self.desk) == 1;
        let is_unused = self.desk.get().is_some_and(|desk| !desk.is_used());
        is_alone && is_unused && self.asked.elapsed() >= idle
    }
}

impl std::fmt::Debug for Units {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Units")
    }
}

impl Units {
    /// No desk is open yet.
    #[must_use]
    pub fn new(ledger: Ledger, clock: Clock, notes: Option<Notes>, held: Held) -> Self {
        let (metrics, unknown) = (Metrics::default(), Arc::default());
        Self { ledger, clock, notes, metrics, unknown, open: Arc::default(), held }
    }

    /// The desk of a unit; `None` when there is no such unit.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the ledger cannot be read.
    pub async fn desk(&self, key: &UnitKey) -> Result<Option<Desk>, DeskError> {
        // Looking for a unit makes no slot: one that is taken away again could be the one in which
        // somebody who makes the unit has just opened its desk.
        if let Some(known) = self.known(key) {
            return Ok(Some(known));
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

    /// Loads a unit in a task of its own: were it up to those who ask, and they went away before it
    /// is done, the next would begin anew, and a large unit might never be loaded.
    async fn load(&self, key: &UnitKey) -> Result<Desk, DeskError> {
        let (units, key) = (self.clone(), key.clone());
        let load = tokio::spawn(async move { units.load_now(&key).await });
        load.await.unwrap_or_else(|stopped| Err(DeskError::Unavailable(stopped.to_string())))
    }

    async fn load_now(&self, key: &UnitKey) -> Result<Desk, DeskError> {
        let slot = self.slot(key);
        let open = || {
            let (ledger, clock) = (self.ledger.clone(), self.clock.clone());
            let (notes, metrics) = (self.notes.clone(), self.metrics.clone());
            Desk::open(key.clone(), ledger, clock, notes, metrics, self.held.clone())
        };
        let desk = slot.get_or_try_init(open).await.cloned();
        if let Err(DeskError::UnknownForm(form)) = desk {
            let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
            unknown.insert(key.clone(), form);
        }
        self.metrics.units(self.lock().len());
        desk
    }

    /// The units that this node does not serve, because they have an entry of a form that its
    /// release does not know, and that form.
    #[must_use]
    pub fn stepped_back(&self) -> BTreeMap<UnitKey, u16> {
        let mut units = self.unknown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (key, slot) in self.lock().iter() {
            if let Some(form) = slot.desk.get().and_then(Desk::unknown_form) {
                units.insert(key.clone(), form);
            }
        }
        units
    }

    /// The measures of this node.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    fn slot(&self, key: &UnitKey) -> Arc<OnceCell<Desk>> {
        let mut open = self.lock();
        let new = || Slot { desk: Arc::default(), asked: Instant::now() };
        let slot = open.entry(key.clone()).or_insert_with(new);
        slot.asked = Instant::now();
        slot.desk.clone()
    }

    /// The desk of a unit that is loaded.
    fn known(&self, key: &UnitKey) -> Option<Desk> {
        let mut open = self.lock();
        let slot = open.get_mut(key)?;
        slot.asked = Instant::now();
        slot.desk.get().cloned()
    }

    /// Unloads the units that nobody has asked for within a time; answers how many there are left.
    /// They are loaded again when somebody asks.
    pub fn unload_idle(&self, idle: Duration) -> usize {
        let mut open = self.lock();
        open.retain(|_, slot| !slot.is_idle(idle));
        self.metrics.units(open.len());
        open.len()
    }

    /// Keeps the loaded units close to what other processes append, for those who wait for events;
    /// never ends. Nothing depends on it: every read and every decision asks the ledger itself.
    pub async fn follow(&self) {
        loop {
            self.ledger.moved().await;
            let keys: Vec<UnitKey> = self.lock().keys().cloned().collect();
            if keys.is_empty() {
                continue;
            }
            match self.ledger.heads(&keys).await {
                Ok(heads) => self.catch_up(heads).await,
                Err(error) => tracing::debug!(%error, "heads not read"),
            }
        }
    }

    /// Has it noted in a unit which offers of swaps have run out, and answers when it has to be
    /// looked at again. Any node may say so, and it says nothing that was not so before.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the ledger cannot be read or written.
    pub async fn expire(&self, key: &UnitKey) -> Result<AgendaRow, DeskError> {
        let desk = self.desk(key).await?;
        let desk = desk.ok_or_else(|| LedgerError::NoSuchUnit(key.clone()))?;
        let mut head = desk.current().await?;
        if head.run_out_swaps(self.clock.now()).next().is_some() {
            let client = ClientId::parse("muster").expect("it is an id");
            let command = Command::new(Actor { client, agent: None }, Action::ExpireSwaps);
            let id = CommandId::parse(&self.clock.id()).expect("minted ids are ids");
            desk.ask(Ask { command, id, keyed: None, ground: None }).await?;
            head = desk.head();
        }
        let due_at = head.next_run_out();
        Ok(AgendaRow { unit: key.clone(), revision: head.revision(), due_at })
    }

    /// Unloads a unit, if nobody has it.
    pub fn unload(&self, key: &UnitKey) {
        let mut open = self.lock();
        if open.get(key).is_some_and(|slot| slot.is_idle(Duration::ZERO)) {
            open.remove(key);
        }
        self.metrics.units(open.len());
    }

    async fn catch_up(&self, heads: BTreeMap<UnitKey, Revision>) {
        for (key, head) in heads {
            let desk = self.lock().get(&key).and_then(|slot| slot.desk.get().cloned());
            if let Some(desk) = desk
                && let Err(error) = desk.catch_up(head).await
            {
                tracing::warn!(unit = %key, %error, "unit not caught up");
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<UnitKey, Slot>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The desk of the unit that an id lives in, its head checked; `None` when nobody has the id.
    ///
    /// # Errors
    /// [`DeskError::Unavailable`] when the ledger cannot be read.
    pub async fn desk_with(
        &self,
        organization: &OrganizationId,
        kind: SubjectKind,
        id: &str,
    ) -> Result<Option<Desk>, DeskError> {
        // Most ids are found in a unit that is loaded, without a question of their own.
        if let Some(desk) = self.loaded_with(organization, kind, id)
            && has(&desk.current().await?, kind, id)
        {
            return Ok(Some(desk));
        }
        let Some(unit) = self.ledger.find_subject(organization, kind, id).await? else {
            return Ok(None);
        };
        let desk = self.desk(&UnitKey { organization: organization.clone(), unit }).await?;
        if let Some(desk) = &desk {
            desk.current().await?;
        }
        Ok(desk)
    }

    /// The loaded unit in which an id was when its head was seen last.
    fn loaded_with(
        &self,
        organization: &OrganizationId,
        kind: SubjectKind,
        id: &str,
    ) -> Option<Desk> {
        let mut open = self.lock();
        let own = open.iter_mut().filter(|(key, _)| key.organization == *organization);
        let (slot, desk) = own
            .filter_map(|(_, slot)| slot.desk.get().cloned().map(|desk| (slot, desk)))
            .find(|(_, desk)| has(&desk.head(), kind, id))?;
        slot.asked = Instant::now();
        Some(desk)
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

/// Whether a unit has an id.
pub(crate) fn has(roster: &Roster, kind: SubjectKind, id: &str) -> bool {
    match kind {
        SubjectKind::Unit => roster.unit().is_some_and(|unit| unit.id.as_str() == id),
        SubjectKind::ManagementUnit => {
            id.parse().is_ok_and(|id| roster.management_unit(&id).is_some())
        }
        SubjectKind::Agent => {
            id.parse().is_ok_and(|id| roster.agent(&id).is_some_and(|agent| !agent.left))
        }
        // Every unit has the default codes.
        SubjectKind::ActivityCode => false,
        SubjectKind::Shift => id.parse().is_ok_and(|id| roster.shift(&id).is_some()),
        SubjectKind::Schedule => id
            .parse()
            .is_ok_and(|id| roster.week_by_id(&id).is_some() || roster.draft(&id).is_some()),
        SubjectKind::Swap => id.parse().is_ok_and(|id| roster.swap(&id).is_some()),
        SubjectKind::TimeOff => id.parse().is_ok_and(|id| roster.time_off(&id).is_some()),
    }
}
