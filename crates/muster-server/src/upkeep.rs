//! What has to be done for all units though nobody asks for it: offers that have run out are noted,
//! and what is kept for a time only is dropped.
//!
//! Which units have to be looked at is kept in the ledger, as their *agenda*: up to which revision
//! somebody looked, and when the next thing runs out. So units in which nothing happens are not
//! loaded for it.

use std::collections::BTreeMap;

use muster_core::{Instant, Revision};
use muster_ledger::{
    AgendaRow, JobChange, LedgerError, PlainWrite, RowChange, UnitKey, WriteError,
};
use tokio::time::{self, sleep};

use crate::leased::Term;
use crate::limits;
use crate::units::Units;

/// Looks again and again, for as long as the term lasts.
pub async fn keep_up(units: Units, term: Term) {
    let mut dropped: Option<time::Instant> = None;
    while term.holds() {
        if let Err(error) = expire(&units, &term).await {
            tracing::warn!(%error, "offers not looked at");
        }
        if dropped.is_none_or(|at| at.elapsed() >= limits::RETENTION_LOOK) {
            dropped = Some(time::Instant::now());
            if let Err(error) = forget(&units, &term).await {
                tracing::warn!(%error, "old rows not dropped");
            }
        }
        sleep(limits::EXPIRY_LOOK).await;
    }
}

/// Notes in every unit what has run out.
///
/// # Errors
/// [`WriteError::LeaseLost`] when another node has taken the work.
pub async fn expire(units: &Units, term: &Term) -> Result<(), WriteError> {
    let agenda = agenda(units).await?;
    let heads = units.ledger().heads(&units.ledger().units().await?).await?;
    for (key, head) in heads {
        let known = agenda.get(&key);
        if !term.holds() {
            return Err(WriteError::LeaseLost(term.lease().name.clone()));
        }
        if known.is_some_and(|known| !is_due(known, head, units.clock().now())) {
            continue;
        }
        match units.expire(&key).await {
            Ok(row) => {
                let changes = vec![RowChange::SetAgenda(row)];
                units.ledger().write_plain(PlainWrite::under(term.lease(), changes)).await?;
            }
            Err(error) => tracing::debug!(unit = %key, %error, "offers not noted as run out"),
        }
        if known.is_none() {
            units.unload(&key);
        }
    }
    Ok(())
}

async fn agenda(units: &Units) -> Result<BTreeMap<UnitKey, AgendaRow>, LedgerError> {
    let rows = units.ledger().agenda().await?;
    Ok(rows.into_iter().map(|row| (row.unit.clone(), row)).collect())
}

/// Whether something happened that nobody has looked at, or something has run out.
fn is_due(known: &AgendaRow, head: Revision, now: Instant) -> bool {
    known.revision != head || known.due_at.is_some_and(|due| due <= now)
}

/// Drops what has been kept for long enough.
///
/// # Errors
/// [`WriteError::LeaseLost`] when another node has taken the work.
pub async fn forget(units: &Units, term: &Term) -> Result<(), WriteError> {
    let now = units.clock().now();
    let changes = vec![
        RowChange::ForgetAnswers(now.plus_days(-limits::ANSWER_DAYS)),
        RowChange::Job(JobChange::Forget(now.plus_days(-limits::JOB_DAYS))),
        RowChange::ForgetDeliveries(now.plus_days(-limits::DELIVERY_DAYS)),
    ];
    units.ledger().write_plain(PlainWrite::under(term.lease(), changes)).await
}
