//! The engine on SQLite: one writer thread, a few read connections.

mod append;
mod backup;
mod fault;
mod hold;
mod job;
mod lock;
mod open;
mod plain;
mod read;
mod reader;
mod snapshot;
mod transfer;
mod verify;
mod write;
mod writer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use muster_core::id::{AgentId, ClientId, CommandId, OrganizationId, Revision, UnitId};
use muster_core::instant::Instant;

use self::append::Batch;
use self::fault::{Fault, aside, stepwise};
pub(crate) use self::hold::Hold;
use self::reader::Readers;
use self::writer::Writer;
use crate::backup::{Copied, Copy};
use crate::entry::{Appended, Hash, NewEntry, StoredCommand, StoredEntry};
use crate::error::{AppendError, LedgerError};
use crate::known::KnownHeads;
use crate::ledger::{Created, Role, Stats};
use crate::limits;
use crate::plain::{CalendarLink, ClientRow, Profile, SigningKey, Trust};
use crate::snapshot::{Snapshot, checksum};
use crate::subject::{SubjectKind, UnitKey};
use crate::transfer::{Contents, MovedEntry, Record, UnitHead};
use crate::verify::{VerifyProgress, VerifyReport};

/// A ledger in a SQLite file.
#[derive(Clone)]
pub(crate) struct Sqlite(Arc<Inner>);

struct Inner {
    /// Nobody writes through a ledger that was opened to be read.
    writer: Option<Writer>,
    /// The number of the last migration.
    form: u32,
    readers: Arc<Readers>,
    known: KnownHeads,
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Sqlite").field(&self.0.readers.path()).finish()
    }
}

impl Sqlite {
    pub(crate) async fn open(path: PathBuf, role: Role) -> Result<Self, LedgerError> {
        aside(move || {
            let (writer, form) = match role {
                Role::Read => (None, open::look(&path)?),
                Role::Serve | Role::Beside => {
                    let opened = open::open(&path, role)?;
                    (Some(Writer::start(opened.connection, opened.lock)?), opened.form)
                }
            };
            let readers = Arc::new(Readers::new(path));
            Ok(Self(Arc::new(Inner { writer, form, readers, known: KnownHeads::default() })))
        })
        .await
    }

    pub(crate) async fn create_unit(&self, unit: UnitKey) -> Result<Created, LedgerError> {
        self.writer()?.write(move |db| append::create_unit(db, &unit)).await
    }

    pub(crate) async fn units(&self) -> Result<Vec<UnitKey>, LedgerError> {
        self.read(read::units).await
    }

    pub(crate) async fn head(&self, unit: &UnitKey) -> Result<Option<Revision>, LedgerError> {
        let unit = unit.clone();
        self.read(move |db| Ok(read::find_head(db, &unit)?.map(|head| head.revision))).await
    }

    pub(crate) async fn append(
        &self,
        unit: &UnitKey,
        after: Revision,
        entries: Vec<NewEntry>,
    ) -> Result<Appended, AppendError> {
        if entries.len() > limits::APPEND_ENTRIES {
            let (max, found) = (limits::APPEND_ENTRIES, entries.len());
            return Err(LedgerError::TooMany { what: "entries in one append", max, found }.into());
        }
        let known = self.0.known.hash(unit, after);
        let key = unit.clone();
        let batch = if append::weight(&entries) < limits::HASH_ASIDE_BYTES {
            Batch::prepare(key, after, known, entries)
        } else {
            aside(move || Ok(Batch::prepare(key, after, known, entries))).await?
        };
        let result = self.writer()?.write(move |db| append::append(db, batch)).await;
        self.0.known.learn(unit, result.as_ref().ok().copied());
        result
    }

    pub(crate) async fn hold(&self, unit: &UnitKey) -> Result<crate::hold::Hold, LedgerError> {
        let head = self.head(unit).await?;
        let head = head.ok_or_else(|| LedgerError::NoSuchUnit(unit.clone()))?;
        Ok(Hold::new(self.clone(), unit.clone(), head).into())
    }

    /// One process serves from the file; others work beside it, but not on units.
    pub(crate) fn is_shared(&self) -> bool {
        false
    }

    pub(crate) async fn heads(
        &self,
        units: &[UnitKey],
    ) -> Result<BTreeMap<UnitKey, Revision>, LedgerError> {
        let units = units.to_vec();
        self.read(move |db| read::heads(db, &units)).await
    }

    pub(crate) async fn moved(&self) {
        std::future::pending().await
    }

    pub(crate) async fn entries_after(
        &self,
        unit: &UnitKey,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, LedgerError> {
        let unit = unit.clone();
        self.read(move |db| read::entries_after(db, &unit, after, limit)).await
    }

    pub(crate) async fn find_command(
        &self,
        unit: &UnitKey,
        id: &CommandId,
    ) -> Result<Option<StoredCommand>, LedgerError> {
        let (unit, id) = (unit.clone(), id.clone());
        self.read(move |db| read::find_command(db, &unit, &id)).await
    }

    pub(crate) async fn find_subject(
        &self,
        organization: &OrganizationId,
        kind: SubjectKind,
        id: &str,
    ) -> Result<Option<UnitId>, LedgerError> {
        let (organization, id) = (organization.clone(), id.to_owned());
        self.read(move |db| read::find_subject(db, &organization, kind, &id)).await
    }

    pub(crate) async fn put_snapshot(
        &self,
        unit: &UnitKey,
        snapshot: Snapshot,
    ) -> Result<(), LedgerError> {
        let unit = unit.clone();
        let (snapshot, checksum) = aside(move || {
            let checksum = checksum(&snapshot);
            Ok((snapshot, checksum))
        })
        .await?;
        self.writer()?.write(move |db| snapshot::put(db, &unit, &snapshot, &checksum)).await
    }

    pub(crate) async fn newest_snapshot(
        &self,
        unit: &UnitKey,
        format: u16,
        at_most: Revision,
    ) -> Result<Option<Snapshot>, LedgerError> {
        let unit = unit.clone();
        self.read(move |db| snapshot::newest(db, &unit, format, at_most)).await
    }

    pub(crate) async fn put_profiles(
        &self,
        organization: &OrganizationId,
        profiles: Vec<Profile>,
    ) -> Result<(), LedgerError> {
        let organization = organization.clone();
        self.writer()?.write(move |db| plain::put_profiles(db, &organization, &profiles)).await
    }

    pub(crate) async fn profiles(
        &self,
        organization: &OrganizationId,
        agents: &[AgentId],
    ) -> Result<Vec<Profile>, LedgerError> {
        let (organization, agents) = (organization.clone(), agents.to_vec());
        self.read(move |db| plain::profiles(db, &organization, &agents)).await
    }

    pub(crate) async fn put_client(&self, client: ClientRow) -> Result<(), LedgerError> {
        self.writer()?.write(move |db| plain::put_client(db, &client)).await
    }

    pub(crate) async fn find_client(
        &self,
        id: &ClientId,
    ) -> Result<Option<ClientRow>, LedgerError> {
        let id = id.clone();
        self.read(move |db| plain::find_client(db, &id)).await
    }

    pub(crate) async fn list_clients(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<ClientRow>, LedgerError> {
        let organization = organization.clone();
        self.read(move |db| plain::list_clients(db, &organization)).await
    }

    pub(crate) async fn revoke_client(
        &self,
        organization: &OrganizationId,
        id: &ClientId,
        at: Instant,
    ) -> Result<Option<ClientRow>, LedgerError> {
        let (organization, id) = (organization.clone(), id.clone());
        self.writer()?.write(move |db| plain::revoke_client(db, &organization, &id, at)).await
    }

    pub(crate) async fn put_calendar(
        &self,
        link: CalendarLink,
        replace: bool,
    ) -> Result<CalendarLink, LedgerError> {
        self.writer()?.write(move |db| plain::put_calendar(db, &link, replace)).await
    }

    pub(crate) async fn find_calendar(
        &self,
        token_hash: &Hash,
    ) -> Result<Option<CalendarLink>, LedgerError> {
        let token_hash = *token_hash;
        self.read(move |db| plain::find_calendar(db, &token_hash)).await
    }

    pub(crate) async fn calendar_of(
        &self,
        organization: &OrganizationId,
        agent: &AgentId,
    ) -> Result<Option<CalendarLink>, LedgerError> {
        let (organization, agent) = (organization.clone(), agent.clone());
        self.read(move |db| plain::calendar_of(db, &organization, &agent)).await
    }

    pub(crate) async fn revoke_calendar(
        &self,
        organization: &OrganizationId,
        agent: &AgentId,
        at: Instant,
    ) -> Result<(), LedgerError> {
        let (organization, agent) = (organization.clone(), agent.clone());
        let revoke = move |db: &_| plain::revoke_calendar(db, &organization, &agent, at);
        self.writer()?.write(revoke).await
    }

    pub(crate) async fn signing_key(
        &self,
        fresh: [u8; 32],
        now: Instant,
    ) -> Result<SigningKey, LedgerError> {
        self.writer()?.write(move |db| plain::signing_key(db, &fresh, now)).await
    }

    pub(crate) async fn rotate_signing_key(
        &self,
        fresh: [u8; 32],
        now: Instant,
        drops_older: bool,
    ) -> Result<SigningKey, LedgerError> {
        let rotate = move |db: &_| plain::rotate_signing_key(db, &fresh, now, drops_older);
        self.writer()?.write(rotate).await
    }

    pub(crate) async fn trust(&self, revoked_since: Instant) -> Result<Trust, LedgerError> {
        self.read(move |db| plain::trust(db, revoked_since)).await
    }

    pub(crate) async fn verify(
        &self,
        progress: impl FnMut(VerifyProgress),
    ) -> Result<VerifyReport, LedgerError> {
        let path = self.0.readers.path().to_owned();
        stepwise(progress, move |step| verify::verify(&path, step)).await
    }

    pub(crate) fn form(&self) -> u32 {
        self.0.form
    }

    pub(crate) async fn contents(&self) -> Result<Contents, LedgerError> {
        self.read(transfer::contents).await
    }

    pub(crate) async fn unit_head(&self, unit: &UnitKey) -> Result<Option<UnitHead>, LedgerError> {
        let unit = unit.clone();
        self.read(move |db| transfer::unit_head(db, &unit)).await
    }

    pub(crate) async fn records_after(
        &self,
        unit: &UnitKey,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<Record>, LedgerError> {
        let unit = unit.clone();
        self.read(move |db| transfer::records_after(db, &unit, after, limit)).await
    }

    pub(crate) async fn adopt(
        &self,
        unit: &UnitKey,
        after: Revision,
        entries: Vec<MovedEntry>,
    ) -> Result<Appended, AppendError> {
        let unit = unit.clone();
        self.writer()?.write(move |db| transfer::adopt(db, &unit, after, &entries)).await
    }

    pub(crate) async fn backup(
        &self,
        to: &Path,
        progress: impl FnMut(Copied),
    ) -> Result<Copy, LedgerError> {
        let (database, to) = (self.0.readers.path().to_owned(), to.to_owned());
        stepwise(progress, move |step| backup::copy(&database, &to, step)).await
    }

    pub(crate) async fn stats(&self) -> Result<Stats, LedgerError> {
        self.read(read::stats).await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, LedgerError> {
        if self.0.form != *open::WANTED {
            let (found, wanted) = (self.0.form, *open::WANTED);
            return Err(LedgerError::Outdated { found, wanted });
        }
        self.0.readers.read(work).await
    }

    fn writer(&self) -> Result<&Writer, LedgerError> {
        self.0.writer.as_ref().ok_or(LedgerError::ReadOnly)
    }
}
