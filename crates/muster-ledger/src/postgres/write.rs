//! Leases, writes to plain tables that are made once or by one holder, and webhooks.

use std::time::Duration;

use muster_core::id::{CommandId, OrganizationId, UnitId, WebhookId};
use muster_core::instant::Instant;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::Postgres;
use super::append::lock_ms;
use super::fault::{Trouble, corrupt};
use super::pool::{self, Param};
use super::read::{get, hash, revision, up_to};
use crate::error::LedgerError;
use crate::lease::Lease;
use crate::limits;
use crate::subject::UnitKey;
use crate::webhook::{Delivery, LoggedDelivery, WebhookMark, WebhookProgress, WebhookRow};
use crate::write::{AgendaRow, Keyed, KeyedAnswer, PlainWrite, RowChange, WriteError};

/// The fence is kept only while the holder has the lease. The time is read once the row is ours.
const TAKE: &str = "insert into lease as held (name, holder, fence, until)
    values ($1, $2, 1, now_ms() + $3)
    on conflict (name) do update
    set fence = held.fence
            + case when held.holder = excluded.holder and held.until > now_ms() then 0 else 1 end,
        holder = excluded.holder, until = now_ms() + $3
    where held.holder = excluded.holder or held.until <= now_ms()
    returning fence";

const RELEASE: &str = "update lease set until = 0 where name = $1 and fence = $2";

/// Nobody takes the lease until this transaction ends.
const CHECK: &str = "select 1 from lease where name = $1 and fence = $2 for share";

/// A twin that is under way is waited for.
const KEEP_ANSWER: &str = "insert into keyed_answer (id, request_hash, answer, at)
    values ($1, $2, $3, $4) on conflict (id) do nothing returning 1";

const ANSWER: &str = "select request_hash, answer, at from keyed_answer where id = $1";

const WEBHOOK: &str = "select organization, id, unit, created_at, version, settings, turn,
    revision, due_at, progress from webhook where organization = $1 and id = $2";

const WEBHOOKS: &str = "select organization, id, unit, created_at, version, settings, turn,
    revision, due_at, progress from webhook where organization = $1 order by id";

const MARKS: &str = "select organization, id, unit, turn, revision, due_at from webhook
    where due_at is not null order by organization, id";

const DELIVERIES: &str = "select number, at, body from delivery
    where organization = $1 and webhook = $2 and number < $3
    order by number desc limit $4";

const ADD_WEBHOOK: &str = "insert into webhook (organization, id, unit, created_at, version,
        settings, turn, revision, due_at, progress)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (organization, id) do nothing returning 1";

const SET_WEBHOOK: &str = "update webhook set settings = $4, version = version + 1
    where organization = $1 and id = $2 and version = $3 returning 1";

const MOVE_WEBHOOK: &str = "update webhook
    set revision = $4, due_at = $5, progress = $6, turn = turn + 1
    where organization = $1 and id = $2 and turn = $3 returning 1";

const REMOVE_DELIVERIES: &str = "delete from delivery where organization = $1 and webhook = $2";

const REMOVE_WEBHOOK: &str = "delete from webhook where organization = $1 and id = $2
    returning 1";

/// Of two at once on one webhook the second waits for its row, and then sees the number.
const LOCK_WEBHOOK: &str = "select 1 from webhook where organization = $1 and id = $2
    for no key update";

const LOG: &str = "with logged as (
        insert into delivery (organization, webhook, number, at, body)
        select $1, $2, coalesce(max(number), 0) + 1, $3, $4
        from delivery where organization = $1 and webhook = $2
        returning number
    )
    delete from delivery using logged
    where organization = $1 and webhook = $2 and delivery.number <= logged.number - $5";

const AGENDA: &str = "select organization, unit, revision, due_at from agenda
    order by organization, unit";

const SET_AGENDA: &str = "insert into agenda (organization, unit, revision, due_at)
    values ($1, $2, $3, $4)
    on conflict (organization, unit) do update
    set revision = excluded.revision, due_at = excluded.due_at returning 1";

const FORGET_DELIVERIES: &str = "delete from delivery where at < $1";

const FORGET_ANSWERS: &str = "delete from keyed_answer where at < $1";

impl Postgres {
    pub(crate) async fn lease(
        &self,
        name: &str,
        holder: &str,
        lasts: Duration,
    ) -> Result<Option<Lease>, LedgerError> {
        let lasts_ms = i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX / 4);
        let params: [Param<'_>; 3] =
            [(&name, Type::TEXT), (&holder, Type::TEXT), (&lasts_ms, Type::INT8)];
        let rows = self.write(TAKE, &params).await?;
        let lease = |row| Ok(Lease { name: name.to_owned(), fence: number(row, 0)? });
        rows.first().map(lease).transpose()
    }

    pub(crate) async fn release(&self, lease: &Lease) -> Result<(), LedgerError> {
        let fence = stored(lease.fence)?;
        self.write(RELEASE, &[(&lease.name, Type::TEXT), (&fence, Type::INT8)]).await?;
        Ok(())
    }

    pub(crate) async fn write_plain(&self, write: PlainWrite) -> Result<(), WriteError> {
        let mut lease = self.pool().lease().await?;
        lease.take_not_replicated();
        let durable = "select begin_durable($1)";
        let begun = lease.begin("begin", durable, &[(&lock_ms(), Type::INT4)]).await;
        begun.map_err(Trouble::reading)?;
        if let Err(error) = make(&mut lease, &write).await {
            lease.roll_back().await;
            return Err(error);
        }
        lease.commit().await.map_err(Trouble::writing)?;
        match lease.take_not_replicated() {
            true => Err(LedgerError::Indeterminate.into()),
            false => Ok(()),
        }
    }

    pub(crate) async fn find_answer(
        &self,
        id: &CommandId,
    ) -> Result<Option<KeyedAnswer>, LedgerError> {
        let rows = self.read(ANSWER, &[(&id.as_str(), Type::TEXT)]).await?;
        rows.first().map(keyed_answer).transpose()
    }

    pub(crate) async fn agenda(&self) -> Result<Vec<AgendaRow>, LedgerError> {
        let row = |row: &Row| {
            let organization = OrganizationId::parse(get(row, 0)?).map_err(corrupt)?;
            let unit = UnitId::parse(get(row, 1)?).map_err(corrupt)?;
            Ok(AgendaRow {
                unit: UnitKey { organization, unit },
                revision: revision(row, 2)?,
                due_at: get::<Option<i64>>(row, 3)?.map(Instant::from_ms),
            })
        };
        self.read(AGENDA, &[]).await?.iter().map(row).collect()
    }

    pub(crate) async fn find_webhook(
        &self,
        organization: &OrganizationId,
        id: &WebhookId,
    ) -> Result<Option<WebhookRow>, LedgerError> {
        let params: [Param<'_>; 2] =
            [(&organization.as_str(), Type::TEXT), (&id.as_str(), Type::TEXT)];
        let rows = self.read(WEBHOOK, &params).await?;
        rows.first().map(webhook).transpose()
    }

    pub(crate) async fn webhooks(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<WebhookRow>, LedgerError> {
        let rows = self.read(WEBHOOKS, &[(&organization.as_str(), Type::TEXT)]).await?;
        rows.iter().map(webhook).collect()
    }

    pub(crate) async fn webhook_marks(&self) -> Result<Vec<WebhookMark>, LedgerError> {
        let mark = |row: &Row| {
            Ok(WebhookMark {
                organization: OrganizationId::parse(get(row, 0)?).map_err(corrupt)?,
                id: WebhookId::parse(get(row, 1)?).map_err(corrupt)?,
                unit: UnitId::parse(get(row, 2)?).map_err(corrupt)?,
                turn: number(row, 3)?,
                revision: revision(row, 4)?,
                due_at: Instant::from_ms(get(row, 5)?),
            })
        };
        self.read(MARKS, &[]).await?.iter().map(mark).collect()
    }

    pub(crate) async fn deliveries(
        &self,
        organization: &OrganizationId,
        id: &WebhookId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<LoggedDelivery>, LedgerError> {
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let params: [Param<'_>; 4] = [
            (&organization.as_str(), Type::TEXT),
            (&id.as_str(), Type::TEXT),
            (&before, Type::INT8),
            (&limit, Type::INT8),
        ];
        let delivery = |row: &Row| {
            let at = Instant::from_ms(get(row, 1)?);
            Ok(LoggedDelivery { number: number(row, 0)?, at, body: get(row, 2)? })
        };
        self.read(DELIVERIES, &params).await?.iter().map(delivery).collect()
    }
}

/// Makes a write in a transaction that was begun.
async fn make(db: &mut pool::Lease, write: &PlainWrite) -> Result<(), WriteError> {
    let PlainWrite { lease, keyed, changes } = write;
    if let Some(Lease { name, fence }) = lease {
        let fence = stored(*fence)?;
        let held = db.ask(CHECK, &[(name, Type::TEXT), (&fence, Type::INT8)]).await;
        if held.map_err(Trouble::reading)?.is_empty() {
            return Err(WriteError::LeaseLost(name.clone()));
        }
    }
    if let Some(Keyed { id, answer }) = keyed {
        let params: [Param<'_>; 4] = [
            (&id.as_str(), Type::TEXT),
            (&answer.request_hash.as_slice(), Type::BYTEA),
            (&answer.answer, Type::BYTEA),
            (&answer.at.ms(), Type::INT8),
        ];
        if db.ask(KEEP_ANSWER, &params).await.map_err(Trouble::reading)?.is_empty() {
            let first = db.ask(ANSWER, &params[..1]).await.map_err(Trouble::reading)?;
            let first = first.first().map(keyed_answer).transpose()?;
            return Err(first.map_or(WriteError::Moved, WriteError::Answered));
        }
    }
    for row in changes {
        if !change(db, row).await? {
            return Err(WriteError::Moved);
        }
    }
    Ok(())
}

/// Makes a change, unless it expects something that is not so.
async fn change(db: &mut pool::Lease, change: &RowChange) -> Result<bool, LedgerError> {
    match change {
        RowChange::AddWebhook(row) => add_webhook(db, row).await,
        RowChange::SetWebhook { organization, id, version, settings } => {
            let params: [Param<'_>; 4] = [
                (&organization.as_str(), Type::TEXT),
                (&id.as_str(), Type::TEXT),
                (&stored(*version)?, Type::INT8),
                (settings, Type::BYTEA),
            ];
            changed(db, SET_WEBHOOK, &params).await
        }
        RowChange::MoveWebhook { organization, id, turn, progress } => {
            let WebhookProgress { revision, due_at, more } = progress;
            let params: [Param<'_>; 6] = [
                (&organization.as_str(), Type::TEXT),
                (&id.as_str(), Type::TEXT),
                (&stored(*turn)?, Type::INT8),
                (&up_to(*revision), Type::INT8),
                (&due_at.map(Instant::ms), Type::INT8),
                (more, Type::BYTEA),
            ];
            changed(db, MOVE_WEBHOOK, &params).await
        }
        RowChange::RemoveWebhook { organization, id } => {
            let params: [Param<'_>; 2] =
                [(&organization.as_str(), Type::TEXT), (&id.as_str(), Type::TEXT)];
            let removed = changed(db, REMOVE_WEBHOOK, &params).await?;
            changed(db, REMOVE_DELIVERIES, &params).await?;
            Ok(removed)
        }
        RowChange::LogDelivery(delivery) => log(db, delivery).await,
        RowChange::Job(change) => super::job::change(db, change).await,
        RowChange::SetAgenda(AgendaRow { unit, revision, due_at }) => {
            let params: [Param<'_>; 4] = [
                (&unit.organization.as_str(), Type::TEXT),
                (&unit.unit.as_str(), Type::TEXT),
                (&up_to(*revision), Type::INT8),
                (&due_at.map(Instant::ms), Type::INT8),
            ];
            changed(db, SET_AGENDA, &params).await
        }
        RowChange::ForgetDeliveries(before) => {
            changed(db, FORGET_DELIVERIES, &[(&before.ms(), Type::INT8)]).await?;
            Ok(true)
        }
        RowChange::ForgetAnswers(before) => {
            changed(db, FORGET_ANSWERS, &[(&before.ms(), Type::INT8)]).await?;
            Ok(true)
        }
    }
}

/// Whether a statement answered with a row.
pub(super) async fn changed(
    db: &mut pool::Lease,
    sql: &str,
    params: &[Param<'_>],
) -> Result<bool, LedgerError> {
    let rows = db.ask(sql, params).await.map_err(Trouble::reading)?;
    Ok(!rows.is_empty())
}

async fn add_webhook(db: &mut pool::Lease, row: &WebhookRow) -> Result<bool, LedgerError> {
    let WebhookRow { organization, id, unit, created_at, version, settings, turn, progress } = row;
    let WebhookProgress { revision, due_at, more } = progress;
    let params: [Param<'_>; 10] = [
        (&organization.as_str(), Type::TEXT),
        (&id.as_str(), Type::TEXT),
        (&unit.as_str(), Type::TEXT),
        (&created_at.ms(), Type::INT8),
        (&stored(*version)?, Type::INT8),
        (settings, Type::BYTEA),
        (&stored(*turn)?, Type::INT8),
        (&up_to(*revision), Type::INT8),
        (&due_at.map(Instant::ms), Type::INT8),
        (more, Type::BYTEA),
    ];
    changed(db, ADD_WEBHOOK, &params).await
}

async fn log(db: &mut pool::Lease, delivery: &Delivery) -> Result<bool, LedgerError> {
    let Delivery { organization, webhook, at, body } = delivery;
    let params: [Param<'_>; 5] = [
        (&organization.as_str(), Type::TEXT),
        (&webhook.as_str(), Type::TEXT),
        (&at.ms(), Type::INT8),
        (body, Type::BYTEA),
        (&limits::DELIVERIES, Type::INT8),
    ];
    if !changed(db, LOCK_WEBHOOK, &params[..2]).await? {
        return Ok(false);
    }
    changed(db, LOG, &params).await?;
    Ok(true)
}

fn webhook(row: &Row) -> Result<WebhookRow, LedgerError> {
    Ok(WebhookRow {
        organization: OrganizationId::parse(get(row, 0)?).map_err(corrupt)?,
        id: WebhookId::parse(get(row, 1)?).map_err(corrupt)?,
        unit: UnitId::parse(get(row, 2)?).map_err(corrupt)?,
        created_at: Instant::from_ms(get(row, 3)?),
        version: number(row, 4)?,
        settings: get(row, 5)?,
        turn: number(row, 6)?,
        progress: WebhookProgress {
            revision: revision(row, 7)?,
            due_at: get::<Option<i64>>(row, 8)?.map(Instant::from_ms),
            more: get(row, 9)?,
        },
    })
}

fn keyed_answer(row: &Row) -> Result<KeyedAnswer, LedgerError> {
    let at = Instant::from_ms(get(row, 2)?);
    Ok(KeyedAnswer { request_hash: hash(row, 0)?, answer: get(row, 1)?, at })
}

pub(super) fn number(row: &Row, column: usize) -> Result<u64, LedgerError> {
    u64::try_from(get::<i64>(row, column)?).map_err(corrupt)
}

pub(super) fn stored(number: u64) -> Result<i64, LedgerError> {
    i64::try_from(number).map_err(corrupt)
}
