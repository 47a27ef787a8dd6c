//! Units spread over several PostgreSQL clusters. Each unit lies in one; what is no schedule fact
//! lies at home.

mod job;
mod write;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use muster_core::id::{AgentId, ClientId, CommandId, OrganizationId, Revision, UnitId};
use muster_core::instant::Instant;

use crate::config::UnitPattern;
use crate::entry::{Appended, Hash, NewEntry, StoredCommand, StoredEntry};
use crate::error::{AppendError, LedgerError};
use crate::hold::Hold;
use crate::ledger::{Created, Stats};
use crate::plain::{CalendarLink, ClientRow, Profile, SigningKey, Trust};
use crate::postgres::Postgres;
use crate::snapshot::Snapshot;
use crate::subject::{SubjectKind, UnitKey};
use crate::transfer::{Contents, MovedEntry, Record, UnitHead};
use crate::verify::{VerifyProgress, VerifyReport};

/// A home, and a map of what lies elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct Clusters(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// The first is the home.
    members: Vec<Postgres>,
    /// Which member has the units of a pattern.
    map: Vec<(UnitPattern, usize)>,
}

impl Clusters {
    /// Members, of which the first is the home, and which of them has the units of a pattern.
    pub(crate) fn new(members: Vec<Postgres>, map: Vec<(UnitPattern, usize)>) -> Self {
        Self(Arc::new(Inner { members, map }))
    }

    fn home(&self) -> &Postgres {
        &self.0.members[0]
    }

    fn number_of(&self, unit: &UnitKey) -> usize {
        let fitting = self.0.map.iter().filter_map(|(units, nth)| Some((units.fits(unit)?, *nth)));
        // The first of those that fit best.
        fitting.rev().max_by_key(|(fit, _)| *fit).map_or(0, |(_, nth)| nth)
    }

    /// The cluster that a unit lies in.
    fn of(&self, unit: &UnitKey) -> &Postgres {
        &self.0.members[self.number_of(unit)]
    }

    pub(crate) async fn create_unit(&self, unit: UnitKey) -> Result<Created, LedgerError> {
        self.of(&unit).create_unit(unit).await
    }

    /// What a cluster holds of units that the map has elsewhere is not ours any more.
    pub(crate) async fn units(&self) -> Result<Vec<UnitKey>, LedgerError> {
        let mut all = Vec::new();
        for (nth, member) in self.0.members.iter().enumerate() {
            let units = member.units().await?;
            all.extend(units.into_iter().filter(|unit| self.number_of(unit) == nth));
        }
        all.sort();
        Ok(all)
    }

    pub(crate) async fn head(&self, unit: &UnitKey) -> Result<Option<Revision>, LedgerError> {
        self.of(unit).head(unit).await
    }

    pub(crate) async fn heads(
        &self,
        units: &[UnitKey],
    ) -> Result<BTreeMap<UnitKey, Revision>, LedgerError> {
        let mut heads = BTreeMap::new();
        for (nth, member) in self.0.members.iter().enumerate() {
            let here = units.iter().filter(|unit| self.number_of(unit) == nth);
            let here: Vec<UnitKey> = here.cloned().collect();
            if !here.is_empty() {
                heads.extend(member.heads(&here).await?);
            }
        }
        Ok(heads)
    }

    pub(crate) async fn append(
        &self,
        unit: &UnitKey,
        after: Revision,
        entries: Vec<NewEntry>,
    ) -> Result<Appended, AppendError> {
        self.of(unit).append(unit, after, entries).await
    }

    pub(crate) async fn hold(&self, unit: &UnitKey) -> Result<Hold, LedgerError> {
        self.of(unit).hold(unit).await
    }

    pub(crate) fn is_shared(&self) -> bool {
        self.home().is_shared()
    }

    pub(crate) async fn moved(&self) {
        let mut waits: Vec<_> =
            self.0.members.iter().map(|member| Box::pin(member.moved())).collect();
        poll_fn(|context| {
            let ready = waits.iter_mut().any(|wait| wait.as_mut().poll(context).is_ready());
            if ready { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    pub(crate) async fn entries_after(
        &self,
        unit: &UnitKey,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, LedgerError> {
        self.of(unit).entries_after(unit, after, limit).await
    }

    pub(crate) async fn find_command(
        &self,
        unit: &UnitKey,
        id: &CommandId,
    ) -> Result<Option<StoredCommand>, LedgerError> {
        self.of(unit).find_command(unit, id).await
    }

    /// Asks the home, and each cluster that has units of the organization.
    pub(crate) async fn find_subject(
        &self,
        organization: &OrganizationId,
        kind: SubjectKind,
        id: &str,
    ) -> Result<Option<UnitId>, LedgerError> {
        let here = self.0.map.iter().filter(|(units, _)| units.organization == *organization);
        let mut asked = vec![0];
        asked.extend(here.map(|(_, nth)| *nth));
        asked.sort_unstable();
        asked.dedup();
        for nth in asked {
            let found = self.0.members[nth].find_subject(organization, kind, id).await?;
            let key = found.map(|unit| UnitKey { organization: organization.clone(), unit });
            if let Some(key) = key.filter(|key| self.number_of(key) == nth) {
                return Ok(Some(key.unit));
            }
        }
        Ok(None)
    }

    pub(crate) async fn put_snapshot(
        &self,
        unit: &UnitKey,
        snapshot: Snapshot,
    ) -> Result<(), LedgerError> {
        self.of(unit).put_snapshot(unit, snapshot).await
    }

    pub(crate) async fn newest_snapshot(
        &self,
        unit: &UnitKey,
        format: u16,
        at_most: Revision,
    ) -> Result<Option<Snapshot>, LedgerError> {
        self.of(unit).newest_snapshot(unit, format, at_most).await
    }

    pub(crate) async fn put_profiles(
        &self,
        organization: &OrganizationId,
        profiles: Vec<Profile>,
    ) -> Result<(), LedgerError> {
        self.home().put_profiles(organization, profiles).await
    }

    pub(crate) async fn profiles(
        &self,
        organization: &OrganizationId,
        agents: &[AgentId],
    ) -> Result<Vec<Profile>, LedgerError> {
        self.home().profiles(organization, agents).await
    }

    pub(crate) async fn put_client(&self, client: ClientRow) -> Result<(), LedgerError> {
        self.home().put_client(client).await
    }

    pub(crate) async fn find_client(
        &self,
        id: &ClientId,
    ) -> Result<Option<ClientRow>, LedgerError> {
        self.home().find_client(id).await
    }

    pub(crate) async fn list_clients(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<ClientRow>, LedgerError> {
        self.home().list_clients(organization).await
    }

    pub(crate) async fn revoke_client(
        &self,
        organization: &OrganizationId,
        id: &ClientId,
        at: Instant,
    ) -> Result<Option<ClientRow>, LedgerError> {
        self.home().revoke_client(organization, id, at).await
    }

    pub(crate) async fn put_calendar(
        &self,
        link: CalendarLink,
        replace: bool,
    ) -> Result<CalendarLink, LedgerError> {
        self.home().put_calendar(link, replace).await
    }

    pub(crate) async fn find_calendar(
        &self,
        token_hash: &Hash,
    ) -> Result<Option<CalendarLink>, LedgerError> {
        self.home().find_calendar(token_hash).await
    }

    pub(crate) async fn calendar_of(
        &self,
        organization: &OrganizationId,
        agent: &AgentId,
    ) -> Result<Option<CalendarLink>, LedgerError> {
        self.home().calendar_of(organization, agent).await
    }

    pub(crate) async fn revoke_calendar(
        &self,
        organization: &OrganizationId,
        agent: &AgentId,
        at: Instant,
    ) -> Result<(), LedgerError> {
        self.home().revoke_calendar(organization, agent, at).await
    }

    pub(crate) async fn signing_key(
        &self,
        fresh: [u8; 32],
        now: Instant,
    ) -> Result<SigningKey, LedgerError> {
        self.home().signing_key(fresh, now).await
    }

    pub(crate) async fn rotate_signing_key(
        &self,
        fresh: [u8; 32],
        now: Instant,
        drops_older: bool,
    ) -> Result<SigningKey, LedgerError> {
        self.home().rotate_signing_key(fresh, now, drops_older).await
    }

    pub(crate) async fn trust(&self, revoked_since: Instant) -> Result<Trust, LedgerError> {
        self.home().trust(revoked_since).await
    }

    pub(crate) async fn verify(
        &self,
        mut progress: impl FnMut(VerifyProgress),
    ) -> Result<VerifyReport, LedgerError> {
        let Stats { units: units_total, entries: entries_total, .. } = self.stats().await?;
        let mut all =
            VerifyReport { units: 0, entries: 0, damages: Vec::new(), structure: Vec::new() };
        for member in &self.0.members {
            let (units, entries) = (all.units, all.entries);
            let report = member.verify(|step| {
                let (units, entries) = (units + step.units, entries + step.entries);
                progress(VerifyProgress { units, units_total, entries, entries_total });
            });
            let report = report.await?;
            all.units += report.units;
            all.entries += report.entries;
            all.damages.extend(report.damages);
        }
        all.damages.sort();
        Ok(all)
    }

    pub(crate) fn form(&self) -> u32 {
        self.0.members.iter().map(Postgres::form).min().unwrap_or(0)
    }

    pub(crate) async fn contents(&self) -> Result<Contents, LedgerError> {
        let mut all = self.home().contents().await?;
        all.units.retain(|head| self.number_of(&head.unit) == 0);
        for (nth, member) in self.0.members.iter().enumerate().skip(1) {
            let units = member.contents().await?.units;
            all.units.extend(units.into_iter().filter(|head| self.number_of(&head.unit) == nth));
        }
        Ok(all)
    }

    pub(crate) async fn unit_head(&self, unit: &UnitKey) -> Result<Option<UnitHead>, LedgerError> {
        self.of(unit).unit_head(unit).await
    }

    pub(crate) async fn records_after(
        &self,
        unit: &UnitKey,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<Record>, LedgerError> {
        self.of(unit).records_after(unit, after, limit).await
    }

    pub(crate) async fn adopt(
        &self,
        unit: &UnitKey,
        after: Revision,
        entries: Vec<MovedEntry>,
    ) -> Result<Appended, AppendError> {
        self.of(unit).adopt(unit, after, entries).await
    }

    pub(crate) async fn stats(&self) -> Result<Stats, LedgerError> {
        let mut all = Stats { units: 0, entries: 0, snapshots: 0, size_bytes: 0 };
        for member in &self.0.members {
            let Stats { units, entries, snapshots, size_bytes } = member.stats().await?;
            all.units += units;
            all.entries += entries;
            all.snapshots += snapshots;
            all.size_bytes += size_bytes;
        }
        Ok(all)
    }
}
