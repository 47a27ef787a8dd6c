//! Reading everything of a unit, and taking over what another ledger holds.

use std::collections::BTreeSet;

use muster_core::id::{AgentId, CommandId, OrganizationId, Revision, UnitId};
use muster_core::instant::Instant;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::Postgres;
use super::append::{lock_ms, subjects};
use super::fault::{Trouble, corrupt, taken};
use super::plain::{ALL_CALENDARS, ALL_CLIENTS, calendar, client};
use super::pool::{Lease, Param};
use super::read::{get, hash, revision, up_to};
use crate::entry::{Appended, StoredEntry};
use crate::error::{AppendError, LedgerError};
use crate::limits;
use crate::plain::Profile;
use crate::subject::UnitKey;
use crate::transfer::{Answered, Contents, MovedEntry, Record, UnitHead};

const BEGIN: &str = "begin isolation level repeatable read read only";

const UNITS: &str = "select organization.id, unit.id, unit.revision, unit.hash,
        (select count(*) from subject where subject.unit = unit.number)
    from organization join unit on unit.organization = organization.number";

const UNIT: &str = "select organization.id, unit.id, unit.revision, unit.hash,
        (select count(*) from subject where subject.unit = unit.number)
    from organization join unit on unit.organization = organization.number
    where organization.id = $1 and unit.id = $2";

const PROFILES: &str = "select organization, agent, name, email from profile";

/// A page of entries, each with the answer to its command, if that has not been forgotten: as
/// many as fit, and at least one.
const RECORDS: &str = "select revision, at, format, command, hash, body, request_hash, answer
    from (
        select entry.*, command.request_hash, command.answer,
            row_number() over following as nth,
            sum(octet_length(entry.body) + coalesce(octet_length(command.answer), 0))
                over following as size_bytes
        from organization join unit on unit.organization = organization.number
            join entry on entry.unit = unit.number
            left join command on command.unit = entry.unit and command.id = entry.command
                and command.revision = entry.revision
        where organization.id = $1 and unit.id = $2 and entry.revision > $3
        window following as (order by entry.revision rows unbounded preceding)
        order by entry.revision limit $4
    ) as page
    where nth = 1 or size_bytes <= $5
    order by revision";

const HEAD: &str = "select unit.revision, unit.number, unit.organization
    from organization join unit on unit.organization = organization.number
    where organization.id = $1 and unit.id = $2
    for no key update of unit";

const INSERT_COMMANDS: &str = "insert into command (unit, id, revision, at, request_hash, answer)
    select $1, new.* from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[])
        as new (id, revision, at, request_hash, answer)
    on conflict (unit, id) do nothing returning id";

const INSERT_ENTRIES: &str = "insert into entry (unit, revision, at, format, command, hash, body)
    select $1, new.* from
        unnest($2::bigint[], $3::bigint[], $4::integer[], $5::text[], $6::bytea[], $7::bytea[])
        as new (revision, at, format, command, hash, body)";

const CLAIM: &str = "select taken_kind || ' ' || taken_by || ' ' || taken_id
    from claim_subjects($1, $2, $3, $4, $5)";

const RELEASE: &str =
    "delete from subject using unnest($3::integer[], $4::text[]) as gone (kind, id)
    where subject.organization = $1 and subject.kind = gone.kind
        and subject.id = gone.id and subject.unit = $2";

/// Commands are forgotten from the first on: those without an answer are the beginning.
const MOVE_HEAD: &str = "update unit
    set revision = $2, hash = $3, pruned = greatest(pruned, $4) where number = $1";

impl Postgres {
    /// Everything but the entries, as of one moment.
    pub(crate) async fn contents(&self) -> Result<Contents, LedgerError> {
        let mut lease = self.pool().lease().await?;
        let units = lease.begin(BEGIN, UNITS, &[]).await.map_err(Trouble::reading)?;
        let profiles = lease.ask(PROFILES, &[]).await.map_err(Trouble::reading)?;
        let clients = lease.ask(ALL_CLIENTS, &[]).await.map_err(Trouble::reading)?;
        let calendars = lease.ask(ALL_CALENDARS, &[]).await.map_err(Trouble::reading)?;
        lease.commit().await.map_err(Trouble::reading)?;
        Ok(Contents {
            units: units.iter().map(unit_head).collect::<Result<_, _>>()?,
            profiles: profiles.iter().map(profile).collect::<Result<_, _>>()?,
            clients: clients.iter().map(client).collect::<Result<_, _>>()?,
            calendars: calendars.iter().map(calendar).collect::<Result<_, _>>()?,
        })
    }

    /// A unit with its head, as of one moment.
    pub(crate) async fn unit_head(&self, unit: &UnitKey) -> Result<Option<UnitHead>, LedgerError> {
        let params: [Param<'_>; 2] =
            [(&unit.organization.as_str(), Type::TEXT), (&unit.unit.as_str(), Type::TEXT)];
        let rows = self.read(UNIT, &params).await?;
        rows.first().map(unit_head).transpose()
    }

    /// A page of entries with the answers to their commands.
    pub(crate) async fn records_after(
        &self,
        unit: &UnitKey,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<Record>, LedgerError> {
        let limit = i64::try_from(limit.min(limits::MOVE_ENTRIES)).unwrap_or(i64::MAX);
        let bytes = i64::try_from(limits::MOVE_BYTES).unwrap_or(i64::MAX);
        let params: [Param<'_>; 5] = [
            (&unit.organization.as_str(), Type::TEXT),
            (&unit.unit.as_str(), Type::TEXT),
            (&up_to(after), Type::INT8),
            (&limit, Type::INT8),
            (&bytes, Type::INT8),
        ];
        let rows = self.read(RECORDS, &params).await?;
        if rows.is_empty() && self.find_head(unit).await?.is_none() {
            return Err(LedgerError::NoSuchUnit(unit.clone()));
        }
        rows.iter().map(record).collect()
    }

    /// Appends entries with the hashes they came with, and forgets the commands that were
    /// forgotten.
    pub(crate) async fn adopt(
        &self,
        unit: &UnitKey,
        after: Revision,
        entries: Vec<MovedEntry>,
    ) -> Result<Appended, AppendError> {
        let mut lease = self.pool().lease().await?;
        let params: [Param<'_>; 2] =
            [(&unit.organization.as_str(), Type::TEXT), (&unit.unit.as_str(), Type::TEXT)];
        let begin = format!("begin; set local lock_timeout = {}", lock_ms());
        let rows = lease.begin(&begin, HEAD, &params).await.map_err(Trouble::appending)?;
        let missing = || LedgerError::NoSuchUnit(unit.clone());
        let row = rows.first().ok_or_else(missing)?;
        let head = revision(row, 0)?;
        if head != after {
            return Err(AppendError::Behind(head));
        }
        let (number, organization) = (get::<i64>(row, 1)?, get::<i64>(row, 2)?);
        let adopted = insert(&mut lease, number, organization, &entries).await?;
        lease.commit().await.map_err(Trouble::appending)?;
        Ok(adopted)
    }
}

/// Everything of the entries, in the transaction that has the unit's row.
async fn insert(
    lease: &mut Lease,
    number: i64,
    organization: i64,
    entries: &[MovedEntry],
) -> Result<Appended, AppendError> {
    let last = entries.last().ok_or_else(|| corrupt("nothing to take over"))?;
    insert_commands(lease, number, entries).await?;
    insert_entries(lease, number, entries).await?;
    change_subjects(lease, number, organization, entries).await?;
    let forgotten = entries.iter().rev().find(|moved| moved.record.answered.is_none());
    let forgotten = forgotten.map_or(0, |moved| up_to(moved.record.entry.revision));
    let StoredEntry { revision, hash, .. } = &last.record.entry;
    let params: [Param<'_>; 4] = [
        (&number, Type::INT8),
        (&up_to(*revision), Type::INT8),
        (&hash.as_slice(), Type::BYTEA),
        (&forgotten, Type::INT8),
    ];
    lease.ask(MOVE_HEAD, &params).await.map_err(Trouble::appending)?;
    Ok(Appended { head: *revision, hash: *hash })
}

async fn insert_commands(
    lease: &mut Lease,
    number: i64,
    entries: &[MovedEntry],
) -> Result<(), AppendError> {
    let (mut ids, mut revisions, mut ats) = (Vec::new(), Vec::new(), Vec::new());
    let (mut hashes, mut answers) = (Vec::new(), Vec::new());
    for MovedEntry { record: Record { entry, answered }, .. } in entries {
        if let Some(Answered { request_hash, answer }) = answered {
            ids.push(entry.command.as_str());
            revisions.push(up_to(entry.revision));
            ats.push(entry.at.ms());
            hashes.push(request_hash.as_slice());
            answers.push(answer.as_slice());
        }
    }
    let params: [Param<'_>; 6] = [
        (&number, Type::INT8),
        (&ids, Type::TEXT_ARRAY),
        (&revisions, Type::INT8_ARRAY),
        (&ats, Type::INT8_ARRAY),
        (&hashes, Type::BYTEA_ARRAY),
        (&answers, Type::BYTEA_ARRAY),
    ];
    let inserted = lease.ask(INSERT_COMMANDS, &params).await.map_err(Trouble::appending)?;
    let inserted: BTreeSet<&str> =
        inserted.iter().map(|row| get(row, 0)).collect::<Result<_, LedgerError>>()?;
    match ids.iter().find(|id| !inserted.contains(**id)) {
        Some(twice) => Err(AppendError::Duplicate(CommandId::parse(twice).map_err(corrupt)?)),
        None => Ok(()),
    }
}

async fn insert_entries(
    lease: &mut Lease,
    number: i64,
    entries: &[MovedEntry],
) -> Result<(), AppendError> {
    let entries = || entries.iter().map(|moved| &moved.record.entry);
    let revisions: Vec<i64> = entries().map(|entry| up_to(entry.revision)).collect();
    let ats: Vec<i64> = entries().map(|entry| entry.at.ms()).collect();
    let formats: Vec<i32> = entries().map(|entry| i32::from(entry.format)).collect();
    let commands: Vec<&str> = entries().map(|entry| entry.command.as_str()).collect();
    let hashes: Vec<&[u8]> = entries().map(|entry| entry.hash.as_slice()).collect();
    let bodies: Vec<&[u8]> = entries().map(|entry| entry.body.as_slice()).collect();
    let params: [Param<'_>; 7] = [
        (&number, Type::INT8),
        (&revisions, Type::INT8_ARRAY),
        (&ats, Type::INT8_ARRAY),
        (&formats, Type::INT4_ARRAY),
        (&commands, Type::TEXT_ARRAY),
        (&hashes, Type::BYTEA_ARRAY),
        (&bodies, Type::BYTEA_ARRAY),
    ];
    lease.ask(INSERT_ENTRIES, &params).await.map_err(Trouble::appending)?;
    Ok(())
}

async fn change_subjects(
    lease: &mut Lease,
    number: i64,
    organization: i64,
    entries: &[MovedEntry],
) -> Result<(), AppendError> {
    let (claims, releases) = subjects(entries.iter().map(|moved| moved.subjects.as_slice()));
    let kinds: Vec<i32> = claims.iter().map(|claim| claim.kind).collect();
    let ids: Vec<&str> = claims.iter().map(|claim| claim.id.as_str()).collect();
    let nths: Vec<i64> = claims.iter().map(|claim| claim.nth).collect();
    let params: [Param<'_>; 5] = [
        (&organization, Type::INT8),
        (&number, Type::INT8),
        (&kinds, Type::INT4_ARRAY),
        (&ids, Type::TEXT_ARRAY),
        (&nths, Type::INT8_ARRAY),
    ];
    let rows = lease.ask(CLAIM, &params).await.map_err(Trouble::appending)?;
    if let Some(detail) = rows.first().map(|row| get::<Option<&str>>(row, 0)).transpose()?.flatten()
    {
        return Err(taken(detail).into());
    }
    let kinds: Vec<i32> = releases.iter().map(|(kind, _)| *kind).collect();
    let ids: Vec<&str> = releases.iter().map(|(_, id)| id.as_str()).collect();
    let params: [Param<'_>; 4] = [
        (&organization, Type::INT8),
        (&number, Type::INT8),
        (&kinds, Type::INT4_ARRAY),
        (&ids, Type::TEXT_ARRAY),
    ];
    lease.ask(RELEASE, &params).await.map_err(Trouble::appending)?;
    Ok(())
}

fn unit_head(row: &Row) -> Result<UnitHead, LedgerError> {
    let organization = OrganizationId::parse(get(row, 0)?).map_err(corrupt)?;
    let unit = UnitId::parse(get(row, 1)?).map_err(corrupt)?;
    Ok(UnitHead {
        unit: UnitKey { organization, unit },
        revision: revision(row, 2)?,
        hash: hash(row, 3)?,
        subjects: u64::try_from(get::<i64>(row, 4)?).map_err(corrupt)?,
    })
}

fn profile(row: &Row) -> Result<(OrganizationId, Profile), LedgerError> {
    let organization = OrganizationId::parse(get(row, 0)?).map_err(corrupt)?;
    let agent = AgentId::parse(get(row, 1)?).map_err(corrupt)?;
    Ok((organization, Profile { agent, name: get(row, 2)?, email: get(row, 3)? }))
}

fn record(row: &Row) -> Result<Record, LedgerError> {
    let entry = StoredEntry {
        revision: revision(row, 0)?,
        at: Instant::from_ms(get(row, 1)?),
        format: u16::try_from(get::<i32>(row, 2)?).map_err(corrupt)?,
        command: CommandId::parse(get(row, 3)?).map_err(corrupt)?,
        hash: hash(row, 4)?,
        body: get(row, 5)?,
    };
    let answered = match get::<Option<Vec<u8>>>(row, 7)? {
        Some(answer) => Some(Answered { request_hash: hash(row, 6)?, answer }),
        None => None,
    };
    Ok(Record { entry, answered })
}
