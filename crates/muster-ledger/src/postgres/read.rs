//! Reading units, entries, commands and subjects.

use std::collections::BTreeMap;

use muster_core::id::{CommandId, OrganizationId, Revision, UnitId};
use muster_core::instant::Instant;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use super::Postgres;
use super::append::code;
use super::fault::corrupt;
use super::pool::Param;
use crate::aside::aside;
use crate::entry::{Appended, Hash, StoredCommand, StoredEntry};
use crate::error::{LedgerError, Unavailable};
use crate::ledger::Stats;
use crate::limits;
use crate::page;
use crate::subject::{SubjectKind, UnitKey};

const HEAD: &str = "select revision, hash, is_follower from unit_head($1, $2)";

/// A row for each unit asked for that is there.
const HEADS: &str = "select asked.nth, unit.revision, pg_is_in_recovery()
    from unnest($1::text[], $2::text[]) with ordinality as asked (organization, unit, nth)
    join organization on organization.id = asked.organization
    join unit on unit.organization = organization.number and unit.id = asked.unit";

const UNITS: &str = "select organization.id, unit.id
    from organization join unit on unit.organization = organization.number
    order by organization.id, unit.id";

/// A page of entries.
pub(super) const PAGE: &str = "select revision, at, format, command, hash, body, previous
    from entries_after($1, $2, $3, $4, $5)";

const COMMAND: &str = "select command.revision, command.request_hash, command.answer, command.at
    from organization join unit on unit.organization = organization.number
    join command on command.unit = unit.number
    where organization.id = $1 and unit.id = $2 and command.id = $3";

const SUBJECT: &str = "select unit.id from organization
    join subject on subject.organization = organization.number
    join unit on unit.number = subject.unit
    where organization.id = $1 and subject.kind = $2 and subject.id = $3";

const STATS: &str = "select (select count(*) from unit),
    (select coalesce(sum(revision), 0)::bigint from unit),
    (select count(*) from snapshot),
    (select sum(pg_total_relation_size(oid))::bigint from pg_class where relkind = 'r'
        and relnamespace = (select relnamespace from pg_class where oid = 'entry'::regclass))";

impl Postgres {
    /// The head of a unit, with its hash.
    pub(super) async fn find_head(&self, unit: &UnitKey) -> Result<Option<Appended>, LedgerError> {
        let rows = self.read(HEAD, &key(&unit.organization.as_str(), &unit.unit.as_str())).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        self.refuse_follower(get(row, 2)?)?;
        Ok(Some(Appended { head: revision(row, 0)?, hash: hash(row, 1)? }))
    }

    pub(crate) async fn heads(
        &self,
        units: &[UnitKey],
    ) -> Result<BTreeMap<UnitKey, Revision>, LedgerError> {
        let organizations: Vec<&str> =
            units.iter().map(|unit| unit.organization.as_str()).collect();
        let ids: Vec<&str> = units.iter().map(|unit| unit.unit.as_str()).collect();
        let params: [Param<'_>; 2] = [(&organizations, Type::TEXT_ARRAY), (&ids, Type::TEXT_ARRAY)];
        let mut heads = BTreeMap::new();
        for row in self.read(HEADS, &params).await? {
            self.refuse_follower(get(&row, 2)?)?;
            let nth = usize::try_from(get::<i64>(&row, 0)? - 1).map_err(corrupt)?;
            let unit = units.get(nth).ok_or_else(|| corrupt("a unit that nobody asked for"))?;
            heads.insert(unit.clone(), revision(&row, 1)?);
        }
        Ok(heads)
    }

    /// A server that only follows another one may answer with the past.
    fn refuse_follower(&self, is_follower: bool) -> Result<(), LedgerError> {
        if !is_follower {
            return Ok(());
        }
        self.pool().forget_idle();
        Err(Unavailable::Away("the PostgreSQL server follows another one".to_owned()).into())
    }

    pub(crate) async fn units(&self) -> Result<Vec<UnitKey>, LedgerError> {
        let unit = |row: &Row| {
            let organization = OrganizationId::parse(get(row, 0)?).map_err(corrupt)?;
            Ok(UnitKey { organization, unit: UnitId::parse(get(row, 1)?).map_err(corrupt)? })
        };
        self.read(UNITS, &[]).await?.iter().map(unit).collect()
    }

    pub(crate) async fn entries_after(
        &self,
        unit: &UnitKey,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, LedgerError> {
        let ask = Page::new(unit, after, limit);
        let rows = self.read(PAGE, &ask.params()).await?;
        ask.entries(rows).await
    }

    pub(crate) async fn find_command(
        &self,
        unit: &UnitKey,
        id: &CommandId,
    ) -> Result<Option<StoredCommand>, LedgerError> {
        let params: [Param<'_>; 3] = [
            (&unit.organization.as_str(), Type::TEXT),
            (&unit.unit.as_str(), Type::TEXT),
            (&id.as_str(), Type::TEXT),
        ];
        let rows = self.read(COMMAND, &params).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(StoredCommand {
            revision: revision(row, 0)?,
            request_hash: hash(row, 1)?,
            answer: get(row, 2)?,
            at: Instant::from_ms(get(row, 3)?),
        }))
    }

    pub(crate) async fn find_subject(
        &self,
        organization: &OrganizationId,
        kind: SubjectKind,
        id: &str,
    ) -> Result<Option<UnitId>, LedgerError> {
        let params: [Param<'_>; 3] =
            [(&organization.as_str(), Type::TEXT), (&code(kind), Type::INT4), (&id, Type::TEXT)];
        let rows = self.read(SUBJECT, &params).await?;
        rows.first().map(|row| UnitId::parse(get(row, 0)?).map_err(corrupt)).transpose()
    }

    pub(crate) async fn stats(&self) -> Result<Stats, LedgerError> {
        let rows = self.read(STATS, &[]).await?;
        let row = rows.first().ok_or_else(|| corrupt("no statistics"))?;
        let number = |column| u64::try_from(get::<i64>(row, column)?).map_err(corrupt);
        Ok(Stats {
            units: number(0)?,
            entries: number(1)?,
            snapshots: number(2)?,
            size_bytes: number(3)?,
        })
    }
}

fn key<'a>(organization: &'a &'a str, unit: &'a &'a str) -> [Param<'a>; 2] {
    [(organization, Type::TEXT), (unit, Type::TEXT)]
}

/// A page of a unit's entries that is asked for.
pub(super) struct Page<'a> {
    unit: &'a UnitKey,
    organization: &'a str,
    id: &'a str,
    after: Revision,
    stored_after: i64,
    limit: i64,
}

const PAGE_BYTES: i64 = limits::PAGE_BYTES as i64;

impl<'a> Page<'a> {
    pub(super) fn new(unit: &'a UnitKey, after: Revision, limit: usize) -> Self {
        let limit = i64::try_from(limit.min(limits::PAGE_ENTRIES)).unwrap_or(i64::MAX);
        let (organization, id) = (unit.organization.as_str(), unit.unit.as_str());
        Self { unit, organization, id, after, stored_after: up_to(after), limit }
    }

    /// What [`PAGE`] takes.
    pub(super) fn params(&self) -> [Param<'_>; 5] {
        [
            (&self.organization, Type::TEXT),
            (&self.id, Type::TEXT),
            (&self.stored_after, Type::INT8),
            (&self.limit, Type::INT8),
            (&PAGE_BYTES, Type::INT8),
        ]
    }

    /// The entries, once it is known that they are those that were written.
    pub(super) async fn entries(self, rows: Vec<Row>) -> Result<Vec<StoredEntry>, LedgerError> {
        let Some(first) = rows.first() else {
            return Err(LedgerError::NoSuchUnit(self.unit.clone()));
        };
        if get::<Option<i64>>(first, 0)?.is_none() {
            return Ok(Vec::new());
        }
        let (unit, after) = (self.unit.clone(), self.after);
        let check = move || {
            let entries = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
            let previous = rows.first().map(|first| get::<Option<&[u8]>>(first, 6)).transpose()?;
            let previous = previous.flatten().map(|bytes| bytes.try_into().map_err(corrupt));
            let previous = previous.transpose()?;
            page::check(&unit, after, previous, &entries)?;
            Ok(entries)
        };
        aside(check).await?
    }
}

pub(super) fn entry(row: &Row) -> Result<StoredEntry, LedgerError> {
    Ok(StoredEntry {
        revision: revision(row, 0)?,
        at: Instant::from_ms(get(row, 1)?),
        format: u16::try_from(get::<i32>(row, 2)?).map_err(corrupt)?,
        command: CommandId::parse(get(row, 3)?).map_err(corrupt)?,
        hash: hash(row, 4)?,
        body: get(row, 5)?,
    })
}

/// A column of a type that it must have.
pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, LedgerError> {
    row.try_get(column).map_err(corrupt)
}

pub(super) fn hash(row: &Row, column: usize) -> Result<Hash, LedgerError> {
    get::<&[u8]>(row, column)?.try_into().map_err(corrupt)
}

pub(super) fn revision(row: &Row, column: usize) -> Result<Revision, LedgerError> {
    u64::try_from(get::<i64>(row, column)?).map(Revision).map_err(corrupt)
}

/// A revision to compare with stored ones: the largest of all stands for "any".
pub(super) fn up_to(revision: Revision) -> i64 {
    i64::try_from(revision.0).unwrap_or(i64::MAX)
}
