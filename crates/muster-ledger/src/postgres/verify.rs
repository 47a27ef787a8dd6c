//! Reading every unit from its first entry.

use muster_core::id::Revision;
use muster_core::instant::Instant;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::Postgres;
use super::fault::{Trouble, corrupt};
use super::pool::{Lease, Param};
use super::read::{get, hash, revision};
use crate::aside::aside;
use crate::entry::Link;
use crate::error::LedgerError;
use crate::limits;
use crate::subject::UnitKey;
use crate::verify::{Damage, DamageKind, Follower, Found, VerifyProgress, VerifyReport};

/// One view of the unit, whatever is appended meanwhile.
const BEGIN: &str = "begin isolation level repeatable read read only";

const HEAD: &str = "select unit.number, unit.revision, unit.hash
    from organization join unit on unit.organization = organization.number
    where organization.id = $1 and unit.id = $2";

const PAGE: &str = "select revision, at, format, command, hash, body
    from (
        select entry.*, row_number() over following as nth,
            sum(octet_length(body)) over following as size_bytes
        from entry where unit = $1 and revision > $2
        window following as (order by revision rows unbounded preceding)
        order by revision limit $3
    ) as page
    where nth = 1 or size_bytes <= $4
    order by revision";

/// A command that became an entry before the first or after the head. Those in between exist.
const STRAY: &str = "select revision, id from command
    where unit = $1 and (revision < 1 or revision > $2) order by revision limit 1";

impl Postgres {
    pub(crate) async fn verify(
        &self,
        mut progress: impl FnMut(VerifyProgress),
    ) -> Result<VerifyReport, LedgerError> {
        let units = self.units().await?;
        let mut step = VerifyProgress {
            units_total: units.len() as u64,
            entries_total: self.stats().await?.entries,
            ..VerifyProgress::default()
        };
        let mut damages = Vec::new();
        let mut lease = self.pool().lease().await?;
        for unit in units {
            if let Some((revision, kind)) =
                verify_unit(&mut lease, &unit, &mut step, &mut progress).await?
            {
                damages.push(Damage { unit, revision, kind });
            }
            step.units += 1;
            progress(step);
        }
        let VerifyProgress { units, entries, .. } = step;
        Ok(VerifyReport { units, entries, damages, structure: Vec::new() })
    }
}

/// The first damage of a unit.
async fn verify_unit(
    lease: &mut Lease,
    unit: &UnitKey,
    step: &mut VerifyProgress,
    progress: &mut impl FnMut(VerifyProgress),
) -> Result<Option<Found>, LedgerError> {
    let params: [Param<'_>; 2] =
        [(&unit.organization.as_str(), Type::TEXT), (&unit.unit.as_str(), Type::TEXT)];
    let rows = lease.begin(BEGIN, HEAD, &params).await.map_err(Trouble::reading)?;
    let found = match rows.first().map(|row| head(unit, row)) {
        // Units are never deleted: this one was read a moment ago.
        None => None,
        Some(Err(error)) => Some(unreadable(error, Revision::ZERO)?),
        Some(Ok((number, follower))) => follow(lease, number, follower, step, progress).await?,
    };
    lease.commit().await.map_err(Trouble::reading)?;
    Ok(found)
}

fn head(unit: &UnitKey, row: &Row) -> Result<(i64, Follower), LedgerError> {
    Ok((get(row, 0)?, Follower::new(unit, revision(row, 1)?, hash(row, 2)?)))
}

async fn follow(
    lease: &mut Lease,
    number: i64,
    mut follower: Follower,
    step: &mut VerifyProgress,
    progress: &mut impl FnMut(VerifyProgress),
) -> Result<Option<Found>, LedgerError> {
    let mut after = i64::MIN;
    loop {
        let params: [Param<'_>; 4] = [
            (&number, Type::INT8),
            (&after, Type::INT8),
            (&limits::VERIFY_ENTRIES, Type::INT8),
            (&limits::VERIFY_BYTES, Type::INT8),
        ];
        let rows = match lease.ask(PAGE, &params).await.map_err(Trouble::reading) {
            Ok(rows) => rows,
            Err(error) => return unreadable(error, follower.last().next()).map(Some),
        };
        let Some(last) = rows.last() else { break };
        after = get(last, 0)?;
        let (read, found);
        (follower, read, found) = aside(move || take(follower, &rows)).await?;
        let before = step.entries / limits::VERIFY_STEP;
        step.entries += read;
        if step.entries / limits::VERIFY_STEP != before {
            progress(*step);
        }
        match found {
            Ok(None) => {}
            Ok(found) => return Ok(found),
            Err(error) => return unreadable(error, follower.last().next()).map(Some),
        }
    }
    match follower.end() {
        Err(found) => Ok(Some(found)),
        Ok(()) => stray_command(lease, number, follower.last()).await,
    }
}

/// Takes a page: how many entries of it are good, and what is wrong with the next one.
fn take(
    mut follower: Follower,
    rows: &[Row],
) -> (Follower, u64, Result<Option<Found>, LedgerError>) {
    let mut read = 0;
    for row in rows {
        match take_entry(&mut follower, row) {
            Ok(None) => read += 1,
            other => return (follower, read, other),
        }
    }
    (follower, read, Ok(None))
}

fn take_entry(follower: &mut Follower, row: &Row) -> Result<Option<Found>, LedgerError> {
    let link = Link {
        revision: revision(row, 0)?,
        at: Instant::from_ms(get(row, 1)?),
        format: u16::try_from(get::<i32>(row, 2)?).map_err(corrupt)?,
        command: get(row, 3)?,
        body: get(row, 5)?,
    };
    Ok(follower.entry(&link, get(row, 4)?).err())
}

async fn stray_command(
    lease: &mut Lease,
    number: i64,
    head: Revision,
) -> Result<Option<Found>, LedgerError> {
    let params: [Param<'_>; 2] = [(&number, Type::INT8), (&super::read::up_to(head), Type::INT8)];
    let rows = lease.ask(STRAY, &params).await.map_err(Trouble::reading)?;
    let Some(row) = rows.first() else { return Ok(None) };
    let revision = Revision(u64::try_from(get::<i64>(row, 0)?).unwrap_or(0));
    Ok(Some((revision, DamageKind::CommandWithoutEntry { command: get(row, 1)? })))
}

/// Values that make no sense are damage; a server that does not answer is an error.
fn unreadable(error: LedgerError, revision: Revision) -> Result<Found, LedgerError> {
    match error {
        LedgerError::Corrupt(reason) => Ok((revision, DamageKind::Unreadable { reason })),
        other => Err(other),
    }
}
