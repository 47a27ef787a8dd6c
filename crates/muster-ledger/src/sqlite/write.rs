//! Leases, writes to plain tables that are made once or by one holder, and webhooks.

use std::time::Duration;

use muster_core::id::{CommandId, OrganizationId, Revision, UnitId, WebhookId};
use muster_core::instant::Instant;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Sqlite;
use super::fault::{Fault, corrupt};
use super::read::text;
use crate::error::LedgerError;
use crate::lease::Lease;
use crate::limits;
use crate::subject::UnitKey;
use crate::webhook::{Delivery, LoggedDelivery, WebhookMark, WebhookProgress, WebhookRow};
use crate::write::{AgendaRow, Keyed, KeyedAnswer, PlainWrite, RowChange, WriteError};

/// The fence is kept only while the holder has the lease.
const TAKE: &str = "insert into lease (name, holder, fence, until)
     values (?1, ?2, 1, ?3 + ?4)
     on conflict (name) do update
     set fence = fence + (holder <> excluded.holder or until <= ?3),
         holder = excluded.holder, until = excluded.until
     where holder = excluded.holder or until <= ?3
     returning fence";

const WEBHOOK: &str = "select organization, id, unit, created_at, version, settings, turn,
         revision, due_at, progress from webhook";

impl Sqlite {
    pub(crate) async fn lease(
        &self,
        name: &str,
        holder: &str,
        lasts: Duration,
    ) -> Result<Option<Lease>, LedgerError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        let lasts_ms = i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX / 4);
        let take = move |db: &Connection| {
            let now_ms = "select cast(unixepoch('subsec') * 1000 as integer)";
            let now_ms: i64 = db.prepare_cached(now_ms)?.query_row([], |row| row.get(0))?;
            let mut take = db.prepare_cached(TAKE)?;
            let fence = take.query_row(params![name, holder, now_ms, lasts_ms], |row| row.get(0));
            Ok(fence.optional()?.map(|fence| Lease { name, fence }))
        };
        self.writer()?.write(take).await
    }

    pub(crate) async fn release(&self, lease: &Lease) -> Result<(), LedgerError> {
        let Lease { name, fence } = lease.clone();
        let release = move |db: &Connection| {
            let sql = "update lease set until = 0 where name = ?1 and fence = ?2";
            db.prepare_cached(sql)?.execute(params![name, fence])?;
            Ok(())
        };
        self.writer()?.write(release).await
    }

    pub(crate) async fn write_plain(&self, write: PlainWrite) -> Result<(), WriteError> {
        self.writer()?.write(move |db| write_plain(db, &write)).await
    }

    pub(crate) async fn find_answer(
        &self,
        id: &CommandId,
    ) -> Result<Option<KeyedAnswer>, LedgerError> {
        let id = id.clone();
        self.read(move |db| find_answer(db, &id)).await
    }

    pub(crate) async fn agenda(&self) -> Result<Vec<AgendaRow>, LedgerError> {
        self.read(agenda).await
    }

    pub(crate) async fn find_webhook(
        &self,
        organization: &OrganizationId,
        id: &WebhookId,
    ) -> Result<Option<WebhookRow>, LedgerError> {
        let (organization, id) = (organization.clone(), id.clone());
        let find = move |db: &Connection| {
            let by_id = format!("{WEBHOOK} where organization = ?1 and id = ?2");
            let mut select = db.prepare_cached(&by_id)?;
            let mut rows = select.query([organization.as_str(), id.as_str()])?;
            rows.next()?.map(webhook).transpose()
        };
        self.read(find).await
    }

    pub(crate) async fn webhooks(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<WebhookRow>, LedgerError> {
        let organization = organization.clone();
        let list = move |db: &Connection| {
            let own = format!("{WEBHOOK} where organization = ?1 order by id");
            let mut select = db.prepare_cached(&own)?;
            let mut rows = select.query([organization.as_str()])?;
            let mut webhooks = Vec::new();
            while let Some(row) = rows.next()? {
                webhooks.push(webhook(row)?);
            }
            Ok(webhooks)
        };
        self.read(list).await
    }

    pub(crate) async fn webhook_marks(&self) -> Result<Vec<WebhookMark>, LedgerError> {
        self.read(webhook_marks).await
    }

    pub(crate) async fn deliveries(
        &self,
        organization: &OrganizationId,
        id: &WebhookId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<LoggedDelivery>, LedgerError> {
        let (organization, id) = (organization.clone(), id.clone());
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let list = move |db: &Connection| {
            let mut select = db.prepare_cached(
                "select number, at, body from delivery
                 where organization = ?1 and webhook = ?2 and number < ?3
                 order by number desc limit ?4",
            )?;
            let params = params![organization.as_str(), id.as_str(), before, limit];
            let delivery = |row: &Row<'_>| {
                let at = Instant::from_ms(row.get(1)?);
                Ok(LoggedDelivery { number: row.get(0)?, at, body: row.get(2)? })
            };
            let deliveries = select.query_map(params, delivery)?;
            Ok(deliveries.collect::<Result<_, _>>()?)
        };
        self.read(list).await
    }
}

fn find_answer(db: &Connection, id: &CommandId) -> Result<Option<KeyedAnswer>, Fault> {
    let found = db
        .prepare_cached("select request_hash, answer, at from keyed_answer where id = ?1")?
        .query_row([id.as_str()], |row| {
            let at = Instant::from_ms(row.get(2)?);
            Ok(KeyedAnswer { request_hash: row.get(0)?, answer: row.get(1)?, at })
        });
    Ok(found.optional()?)
}

fn agenda(db: &Connection) -> Result<Vec<AgendaRow>, Fault> {
    let mut select = db.prepare_cached(
        "select organization, unit, revision, due_at from agenda order by organization, unit",
    )?;
    let mut rows = select.query([])?;
    let mut agenda = Vec::new();
    while let Some(row) = rows.next()? {
        let organization = OrganizationId::parse(text(row, 0)?).map_err(corrupt)?;
        let unit = UnitId::parse(text(row, 1)?).map_err(corrupt)?;
        agenda.push(AgendaRow {
            unit: UnitKey { organization, unit },
            revision: Revision(row.get(2)?),
            due_at: row.get::<_, Option<i64>>(3)?.map(Instant::from_ms),
        });
    }
    Ok(agenda)
}

fn webhook(row: &Row<'_>) -> Result<WebhookRow, Fault> {
    Ok(WebhookRow {
        organization: OrganizationId::parse(text(row, 0)?).map_err(corrupt)?,
        id: WebhookId::parse(text(row, 1)?).map_err(corrupt)?,
        unit: UnitId::parse(text(row, 2)?).map_err(corrupt)?,
        created_at: Instant::from_ms(row.get(3)?),
        version: row.get(4)?,
        settings: row.get(5)?,
        turn: row.get(6)?,
        progress: WebhookProgress {
            revision: Revision(row.get(7)?),
            due_at: row.get::<_, Option<i64>>(8)?.map(Instant::from_ms),
            more: row.get(9)?,
        },
    })
}

fn webhook_marks(db: &Connection) -> Result<Vec<WebhookMark>, Fault> {
    let mut select = db.prepare_cached(
        "select organization, id, unit, turn, revision, due_at from webhook
         where due_at is not null order by organization, id",
    )?;
    let mut rows = select.query([])?;
    let mut marks = Vec::new();
    while let Some(row) = rows.next()? {
        marks.push(WebhookMark {
            organization: OrganizationId::parse(text(row, 0)?).map_err(corrupt)?,
            id: WebhookId::parse(text(row, 1)?).map_err(corrupt)?,
            unit: UnitId::parse(text(row, 2)?).map_err(corrupt)?,
            turn: row.get(3)?,
            revision: Revision(row.get(4)?),
            due_at: Instant::from_ms(row.get(5)?),
        });
    }
    Ok(marks)
}

/// The caller's transaction holds the write lock: nobody takes the lease meanwhile.
fn write_plain(db: &Connection, write: &PlainWrite) -> Result<(), Fault<WriteError>> {
    let PlainWrite { lease, keyed, changes } = write;
    if let Some(Lease { name, fence }) = lease {
        let held = db
            .prepare_cached("select 1 from lease where name = ?1 and fence = ?2")?
            .exists(params![name, fence])?;
        if !held {
            return Err(Fault(WriteError::LeaseLost(name.clone())));
        }
    }
    if let Some(Keyed { id, answer }) = keyed {
        let inserted = db
            .prepare_cached(
                "insert into keyed_answer (id, request_hash, answer, at) values (?1, ?2, ?3, ?4)
                 on conflict (id) do nothing",
            )?
            .execute(params![id.as_str(), answer.request_hash, answer.answer, answer.at.ms()])?;
        if inserted == 0 {
            let first = find_answer(db, id)?;
            let first = first.map_or(WriteError::Moved, WriteError::Answered);
            return Err(Fault(first));
        }
    }
    for row in changes {
        if !change(db, row)? {
            return Err(Fault(WriteError::Moved));
        }
    }
    Ok(())
}

/// Makes a change, unless it expects something that is not so.
fn change(db: &Connection, change: &RowChange) -> Result<bool, rusqlite::Error> {
    let changed = match change {
        RowChange::AddWebhook(row) => add_webhook(db, row)?,
        RowChange::SetWebhook { organization, id, version, settings } => db
            .prepare_cached(
                "update webhook set settings = ?4, version = version + 1
                 where organization = ?1 and id = ?2 and version = ?3",
            )?
            .execute(params![organization.as_str(), id.as_str(), version, settings])?,
        RowChange::MoveWebhook { organization, id, turn, progress } => {
            let WebhookProgress { revision, due_at, more } = progress;
            let due_ms = due_at.map(Instant::ms);
            db.prepare_cached(
                "update webhook set revision = ?4, due_at = ?5, progress = ?6, turn = turn + 1
                 where organization = ?1 and id = ?2 and turn = ?3",
            )?
            .execute(params![
                organization.as_str(),
                id.as_str(),
                turn,
                revision.0,
                due_ms,
                more
            ])?
        }
        RowChange::RemoveWebhook { organization, id } => {
            db.prepare_cached("delete from delivery where organization = ?1 and webhook = ?2")?
                .execute([organization.as_str(), id.as_str()])?;
            db.prepare_cached("delete from webhook where organization = ?1 and id = ?2")?
                .execute([organization.as_str(), id.as_str()])?
        }
        RowChange::LogDelivery(delivery) => log(db, delivery)?,
        RowChange::Job(change) => super::job::change(db, change)?,
        RowChange::SetAgenda(AgendaRow { unit, revision, due_at }) => db
            .prepare_cached(
                "insert into agenda (organization, unit, revision, due_at)
                 values (?1, ?2, ?3, ?4)
                 on conflict (organization, unit) do update
                 set revision = excluded.revision, due_at = excluded.due_at",
            )?
            .execute(params![
                unit.organization.as_str(),
                unit.unit.as_str(),
                revision.0,
                due_at.map(Instant::ms)
            ])?,
        RowChange::ForgetDeliveries(before) => {
            db.prepare_cached("delete from delivery where at < ?1")?.execute([before.ms()])?;
            1
        }
        RowChange::ForgetAnswers(before) => {
            db.prepare_cached("delete from keyed_answer where at < ?1")?.execute([before.ms()])?;
            1
        }
    };
    Ok(changed != 0)
}

/// Adds to the log of a webhook that is there, and drops what lies further back than it keeps.
fn log(db: &Connection, delivery: &Delivery) -> Result<usize, rusqlite::Error> {
    let Delivery { organization, webhook, at, body } = delivery;
    let (organization, webhook) = (organization.as_str(), webhook.as_str());
    let is_there = "select 1 from webhook where organization = ?1 and id = ?2";
    if !db.prepare_cached(is_there)?.exists([organization, webhook])? {
        return Ok(0);
    }
    let number: i64 = db
        .prepare_cached(
            "insert into delivery (organization, webhook, number, at, body)
             select ?1, ?2, coalesce(max(number), 0) + 1, ?3, ?4
             from delivery where organization = ?1 and webhook = ?2
             returning number",
        )?
        .query_row(params![organization, webhook, at.ms(), body], |row| row.get(0))?;
    db.prepare_cached(
        "delete from delivery where organization = ?1 and webhook = ?2 and number <= ?3",
    )?
    .execute(params![organization, webhook, number - limits::DELIVERIES])?;
    Ok(1)
}

fn add_webhook(db: &Connection, row: &WebhookRow) -> Result<usize, rusqlite::Error> {
    let WebhookRow { organization, id, unit, created_at, version, settings, turn, progress } = row;
    let WebhookProgress { revision, due_at, more } = progress;
    db.prepare_cached(
        "insert into webhook (organization, id, unit, created_at, version, settings, turn,
             revision, due_at, progress)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         on conflict (organization, id) do nothing",
    )?
    .execute(params![
        organization.as_str(),
        id.as_str(),
        unit.as_str(),
        created_at.ms(),
        version,
        settings,
        turn,
        revision.0,
        due_at.map(Instant::ms),
        more,
    ])
}
