//! The ledger's operations, each with what may become of it on the way.

use std::collections::BTreeMap;
use std::time::Duration;

use muster_core::id::{AgentId, ClientId, CommandId, OrganizationId, Revision, UnitId};
use muster_core::instant::Instant;

use super::database::Database;
use super::fate::{Operation, Turn};
use super::hold::Hold;
use super::node::{Node, pass};
use crate::entry::{Appended, Hash, NewEntry, StoredCommand, StoredEntry};
use crate::error::{AppendError, LedgerError, Unavailable};
use crate::ledger::{Created, Stats};
use crate::limits;
use crate::plain::{CalendarLink, ClientRow, Profile, SigningKey, Trust};
use crate::snapshot::Snapshot;
use crate::subject::{SubjectKind, UnitKey};
use crate::transfer::{Contents, MovedEntry, Record, UnitHead};
use crate::verify::{VerifyProgress, VerifyReport};

/// Why something was not done.
pub(super) fn refusal(turn: Turn) -> LedgerError {
    match turn {
        Turn::Failed => Unavailable::Failed("simulated".to_owned()).into(),
        _ => Unavailable::Away("simulated".to_owned()).into(),
    }
}

/// An outcome in a few words.
pub(super) fn shown(done: &Result<Appended, AppendError>) -> String {
    match done {
        Ok(Appended { head, .. }) => format!("now at {head}"),
        Err(error) => error.to_string(),
    }
}

/// The answer is lost.
pub(super) fn unknown<T>(_: Result<T, AppendError>) -> Result<T, AppendError> {
    Err(AppendError::Indeterminate)
}

/// Something arrives after everybody has stopped waiting for it.
pub(super) fn late(time: Duration, work: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(async move {
        pass(time).await;
        work.await;
    });
}

impl Node {
    pub(super) async fn read<T>(
        &self,
        look: impl FnOnce(&Database) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let fate = self.leave(Operation::Read).await;
        let seen = match fate.turn {
            Turn::Done => look(&self.sim().database()),
            turn => Err(refusal(turn)),
        };
        self.arrive(fate).await;
        seen
    }

    pub(super) async fn write<T: Send>(
        &self,
        change: impl FnOnce(&mut Database) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let fate = self.leave(Operation::Write).await;
        let sim = self.sim().clone();
        let done = match fate.turn {
            Turn::Done => change(&mut sim.database()),
            turn @ (Turn::Refused | Turn::Failed) => Err(refusal(turn)),
            Turn::NotDoneUnknown => Err(LedgerError::Indeterminate),
            Turn::DoneUnknown => {
                drop(change(&mut sim.database()));
                Err(LedgerError::Indeterminate)
            }
            Turn::Late(time) => {
                late(time, async move { drop(change(&mut sim.database())) });
                Err(LedgerError::Indeterminate)
            }
        };
        self.arrive(fate).await;
        done
    }

    pub(crate) async fn create_unit(&self, unit: UnitKey) -> Result<Created, LedgerError> {
        self.write(move |db| db.create_unit(&unit)).await
    }

    pub(crate) async fn units(&self) -> Result<Vec<UnitKey>, LedgerError> {
        self.read(|db| Ok(db.units())).await
    }

    pub(crate) async fn head(&self, unit: &UnitKey) -> Result<Option<Revision>, LedgerError> {
        self.read(|db| Ok(db.head(unit))).await
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
        let fate = self.leave(Operation::Append(entries.len())).await;
        let (sim, unit, name) = (self.sim().clone(), unit.clone(), self.name().to_owned());
        let commit = async move {
            let row = sim.0.rows.lock(&unit).await;
            let count = entries.len();
            let done = sim.database().append(&unit, after, entries);
            drop(row);
            sim.tell(|| {
                format!("{name} appends {count} to {unit} after {after}: {}", shown(&done))
            });
            done
        };
        let done = match fate.turn {
            Turn::Done => commit.await,
            turn @ (Turn::Refused | Turn::Failed) => Err(refusal(turn).into()),
            Turn::DoneUnknown => unknown(commit.await),
            Turn::NotDoneUnknown => Err(AppendError::Indeterminate),
            Turn::Late(time) => {
                let sim = self.sim().clone();
                late(time, async move { sim.count_late(&commit.await) });
                Err(AppendError::Indeterminate)
            }
        };
        self.arrive(fate).await;
        done
    }

    pub(crate) async fn hold(&self, unit: &UnitKey) -> Result<crate::hold::Hold, LedgerError> {
        let fate = self.leave(Operation::Hold).await;
        let held = match fate.turn {
            Turn::Done => {
                let row = self.sim().0.rows.lock(unit).await;
                let head = self.sim().database().head_with_hash(unit);
                head.map(|head| Hold::new(self.clone(), unit.clone(), head, row))
                    .ok_or_else(|| LedgerError::NoSuchUnit(unit.clone()))
            }
            turn => Err(refusal(turn)),
        };
        self.arrive(fate).await;
        held.map(crate::hold::Hold::from)
    }

    pub(crate) fn is_shared(&self) -> bool {
        true
    }

    pub(crate) async fn heads(
        &self,
        units: &[UnitKey],
    ) -> Result<BTreeMap<UnitKey, Revision>, LedgerError> {
        let head = |db: &Database, unit: &UnitKey| Some((unit.clone(), db.head(unit)?));
        self.read(|db| Ok(units.iter().filter_map(|unit| head(db, unit)).collect())).await
    }

    pub(crate) async fn moved(&self) {
        pass(self.sim().0.poll).await;
        let fate = self.leave(Operation::Moved).await;
        self.arrive(fate).await;
    }

    pub(crate) async fn entries_after(
        &self,
        unit: &UnitKey,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, LedgerError> {
        self.read(|db| db.entries_after(unit, after, limit)).await
    }

    pub(crate) async fn find_command(
        &self,
        unit: &UnitKey,
        id: &CommandId,
    ) -> Result<Option<StoredCommand>, LedgerError> {
        self.read(|db| Ok(db.find_command(unit, id))).await
    }

    pub(crate) async fn find_subject(
        &self,
        organization: &OrganizationId,
        kind: SubjectKind,
        id: &str,
    ) -> Result<Option<UnitId>, LedgerError> {
        self.read(|db| Ok(db.find_subject(organization, kind, id))).await
    }

    pub(crate) async fn put_snapshot(
        &self,
        unit: &UnitKey,
        snapshot: Snapshot,
    ) -> Result<(), LedgerError> {
        let unit = unit.clone();
        self.write(move |db| db.put_snapshot(&unit, snapshot)).await
    }

    pub(crate) async fn newest_snapshot(
        &self,
        unit: &UnitKey,
        format: u16,
        at_most: Revision,
    ) -> Result<Option<Snapshot>, LedgerError> {
        let snapshot = self.read(|db| Ok(db.newest_snapshot(unit, format, at_most))).await;
        if matches!(snapshot, Ok(Some(_))) {
            self.sim().count("snapshot read");
        }
        snapshot
    }

    pub(crate) async fn put_profiles(
        &self,
        organization: &OrganizationId,
        profiles: Vec<Profile>,
    ) -> Result<(), LedgerError> {
        let organization = organization.clone();
        self.write(move |db| {
            db.put_profiles(&organization, profiles);
            Ok(())
        })
        .await
    }

    pub(crate) async fn profiles(
        &self,
        organization: &OrganizationId,
        agents: &[AgentId],
    ) -> Result<Vec<Profile>, LedgerError> {
        self.read(|db| Ok(db.profiles(organization, agents))).await
    }

    pub(crate) async fn put_client(&self, client: ClientRow) -> Result<(), LedgerError> {
        self.write(move |db| db.put_client(client)).await
    }

    pub(crate) async fn find_client(
        &self,
        id: &ClientId,
    ) -> Result<Option<ClientRow>, LedgerError> {
        self.read(|db| Ok(db.find_client(id))).await
    }

    pub(crate) async fn list_clients(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<ClientRow>, LedgerError> {
        self.read(|db| Ok(db.list_clients(organization))).await
    }

    pub(crate) async fn revoke_client(
        &self,
        organization: &OrganizationId,
        id: &ClientId,
        at: Instant,
    ) -> Result<Option<ClientRow>, LedgerError> {
        let (organization, id) = (organization.clone(), id.clone());
        self.write(move |db| Ok(db.revoke_client(&organization, &id, at))).await
    }

    pub(crate) async fn put_calendar(
        &self,
        link: CalendarLink,
        replace: bool,
    ) -> Result<CalendarLink, LedgerError> {
        self.write(move |db| Ok(db.put_calendar(link, replace))).await
    }

    pub(crate) async fn find_calendar(
        &self,
        token_hash: &Hash,
    ) -> Result<Option<CalendarLink>, LedgerError> {
        self.read(|db| Ok(db.find_calendar(token_hash))).await
    }

    pub(crate) async fn calendar_of(
        &self,
        organization: &OrganizationId,
        agent: &AgentId,
    ) -> Result<Option<CalendarLink>, LedgerError> {
        self.read(|db| Ok(db.calendar_of(organization, agent))).await
    }

    pub(crate) async fn revoke_calendar(
        &self,
        organization: &OrganizationId,
        agent: &AgentId,
        at: Instant,
    ) -> Result<(), LedgerError> {
        let key = (organization.clone(), agent.clone());
        self.write(move |db| {
            db.revoke_calendar(&key, at);
            Ok(())
        })
        .await
    }

    pub(crate) async fn signing_key(
        &self,
        fresh: [u8; 32],
        _: Instant,
    ) -> Result<SigningKey, LedgerError> {
        self.write(move |db| Ok(db.signing_key(fresh))).await
    }

    pub(crate) async fn rotate_signing_key(
        &self,
        fresh: [u8; 32],
        _: Instant,
        drops_older: bool,
    ) -> Result<SigningKey, LedgerError> {
        self.write(move |db| Ok(db.rotate_signing_key(fresh, drops_older))).await
    }

    pub(crate) async fn trust(&self, revoked_since: Instant) -> Result<Trust, LedgerError> {
        self.read(move |db| Ok(db.trust(revoked_since))).await
    }

    pub(crate) async fn verify(
        &self,
        progress: impl FnMut(VerifyProgress),
    ) -> Result<VerifyReport, LedgerError> {
        self.read(|db| Ok(db.verify(progress))).await
    }

    pub(crate) async fn stats(&self) -> Result<Stats, LedgerError> {
        self.read(|db| Ok(db.stats())).await
    }

    /// There is one form.
    pub(crate) fn form(&self) -> u32 {
        1
    }

    pub(crate) async fn contents(&self) -> Result<Contents, LedgerError> {
        Err(NOT_MOVED)
    }

    pub(crate) async fn unit_head(&self, _: &UnitKey) -> Result<Option<UnitHead>, LedgerError> {
        Err(NOT_MOVED)
    }

    pub(crate) async fn records_after(
        &self,
        _: &UnitKey,
        _: Revision,
        _: usize,
    ) -> Result<Vec<Record>, LedgerError> {
        Err(NOT_MOVED)
    }

    pub(crate) async fn adopt(
        &self,
        _: &UnitKey,
        _: Revision,
        _: Vec<MovedEntry>,
    ) -> Result<Appended, AppendError> {
        Err(NOT_MOVED.into())
    }
}

const NOT_MOVED: LedgerError = LedgerError::Unsupported("a simulated ledger is not moved");
