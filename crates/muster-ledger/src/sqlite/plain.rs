//! Profiles, clients, links to calendars and the signing key.

use muster_core::id::{AgentId, ClientId, OrganizationId};
use muster_core::instant::Instant;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::fault::{Fault, corrupt};
use super::read::text;
use crate::entry::Hash;
use crate::error::LedgerError;
use crate::plain::{CalendarLink, ClientRow, Profile, SigningKey, Trust};

pub(super) fn put_profiles(
    db: &Connection,
    organization: &OrganizationId,
    profiles: &[Profile],
) -> Result<(), Fault> {
    let mut upsert = db.prepare_cached(
        "insert into profile (organization, agent, name, email) values (?1, ?2, ?3, ?4)
         on conflict (organization, agent) do update
         set name = excluded.name, email = excluded.email",
    )?;
    for Profile { agent, name, email } in profiles {
        upsert.execute(params![organization.as_str(), agent.as_str(), name, email])?;
    }
    Ok(())
}

pub(super) fn profiles(
    db: &Connection,
    organization: &OrganizationId,
    agents: &[AgentId],
) -> Result<Vec<Profile>, Fault> {
    let mut select = db
        .prepare_cached("select name, email from profile where organization = ?1 and agent = ?2")?;
    let mut profiles = Vec::with_capacity(agents.len());
    for agent in agents {
        let profile = select
            .query_row([organization.as_str(), agent.as_str()], |row| {
                Ok(Profile { agent: agent.clone(), name: row.get(0)?, email: row.get(1)? })
            })
            .optional()?;
        profiles.extend(profile);
    }
    Ok(profiles)
}

pub(super) fn put_client(db: &Connection, client: &ClientRow) -> Result<(), Fault> {
    let ClientRow { organization, also: _, id, name, secret_hash, scopes, created_at, revoked_at } =
        client;
    let stored = db
        .prepare_cached(
            "insert into client
                 (id, organization, name, secret_hash, scopes, created_at, revoked_at, also)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             on conflict (id) do update
             set name = excluded.name, secret_hash = excluded.secret_hash,
                 scopes = excluded.scopes, created_at = excluded.created_at,
                 revoked_at = excluded.revoked_at, also = excluded.also
             where client.organization = excluded.organization",
        )?
        .execute(params![
            id.as_str(),
            organization.as_str(),
            name,
            secret_hash,
            scopes,
            created_at.ms(),
            revoked_at.map(Instant::ms),
            client.also_text(),
        ])?;
    match stored {
        0 => Err(LedgerError::ClientTaken(id.clone()).into()),
        _ => Ok(()),
    }
}

pub(super) fn find_client(db: &Connection, id: &ClientId) -> Result<Option<ClientRow>, Fault> {
    let mut select = db.prepare_cached(
        "select organization, id, name, secret_hash, scopes, created_at, revoked_at, also
         from client where id = ?1",
    )?;
    let mut rows = select.query([id.as_str()])?;
    rows.next()?.map(client).transpose()
}

pub(super) fn list_clients(
    db: &Connection,
    organization: &OrganizationId,
) -> Result<Vec<ClientRow>, Fault> {
    let mut select = db.prepare_cached(
        "select organization, id, name, secret_hash, scopes, created_at, revoked_at, also
         from client where organization = ?1 order by id",
    )?;
    let mut rows = select.query([organization.as_str()])?;
    let mut clients = Vec::new();
    while let Some(row) = rows.next()? {
        clients.push(client(row)?);
    }
    Ok(clients)
}

/// The clients of all organizations, in any order.
pub(super) fn all_clients(db: &Connection) -> Result<Vec<ClientRow>, Fault> {
    let mut select = db.prepare_cached(
        "select organization, id, name, secret_hash, scopes, created_at, revoked_at, also
         from client",
    )?;
    let mut rows = select.query([])?;
    let mut clients = Vec::new();
    while let Some(row) = rows.next()? {
        clients.push(client(row)?);
    }
    Ok(clients)
}

pub(super) fn revoke_client(
    db: &Connection,
    organization: &OrganizationId,
    id: &ClientId,
    at: Instant,
) -> Result<Option<ClientRow>, Fault> {
    let revoked = db
        .prepare_cached(
            "update client set revoked_at = coalesce(revoked_at, ?3)
             where id = ?1 and organization = ?2",
        )?
        .execute(params![id.as_str(), organization.as_str(), at.ms()])?;
    match revoked {
        0 => Ok(None),
        _ => find_client(db, id),
    }
}

fn client(row: &Row<'_>) -> Result<ClientRow, Fault> {
    Ok(ClientRow {
        organization: OrganizationId::parse(text(row, 0)?).map_err(corrupt)?,
        id: ClientId::parse(text(row, 1)?).map_err(corrupt)?,
        name: row.get(2)?,
        secret_hash: row.get(3)?,
        scopes: row.get(4)?,
        created_at: Instant::from_ms(row.get(5)?),
        revoked_at: row.get::<_, Option<i64>>(6)?.map(Instant::from_ms),
        also: ClientRow::also_of(text(row, 7)?).map_err(corrupt)?,
    })
}

const CALENDAR: &str =
    "select organization, agent, token_hash, created_at, revoked_at from calendar";

pub(super) fn put_calendar(
    db: &Connection,
    link: &CalendarLink,
    replace: bool,
) -> Result<CalendarLink, Fault> {
    let CalendarLink { organization, agent, token_hash, created_at, revoked_at } = link;
    let stored = db
        .prepare_cached(
            "insert into calendar (organization, agent, token_hash, created_at, revoked_at)
             values (?1, ?2, ?3, ?4, ?5)
             on conflict (organization, agent) do update
             set token_hash = excluded.token_hash, created_at = excluded.created_at,
                 revoked_at = excluded.revoked_at
             where ?6 or calendar.revoked_at is not null",
        )?
        .execute(params![
            organization.as_str(),
            agent.as_str(),
            token_hash,
            created_at.ms(),
            revoked_at.map(Instant::ms),
            replace,
        ])?;
    let standing = if stored == 0 { calendar_of(db, organization, agent)? } else { None };
    Ok(standing.unwrap_or_else(|| link.clone()))
}

pub(super) fn find_calendar(
    db: &Connection,
    token_hash: &Hash,
) -> Result<Option<CalendarLink>, Fault> {
    let mut select = db.prepare_cached(&format!("{CALENDAR} where token_hash = ?1"))?;
    let mut rows = select.query([token_hash])?;
    rows.next()?.map(calendar).transpose()
}

pub(super) fn calendar_of(
    db: &Connection,
    organization: &OrganizationId,
    agent: &AgentId,
) -> Result<Option<CalendarLink>, Fault> {
    let by_agent = format!("{CALENDAR} where organization = ?1 and agent = ?2");
    let mut select = db.prepare_cached(&by_agent)?;
    let mut rows = select.query([organization.as_str(), agent.as_str()])?;
    rows.next()?.map(calendar).transpose()
}

pub(super) fn revoke_calendar(
    db: &Connection,
    organization: &OrganizationId,
    agent: &AgentId,
    at: Instant,
) -> Result<(), Fault> {
    db.prepare_cached(
        "update calendar set revoked_at = coalesce(revoked_at, ?3)
         where organization = ?1 and agent = ?2",
    )?
    .execute(params![organization.as_str(), agent.as_str(), at.ms()])?;
    Ok(())
}

/// The links of all organizations, in any order.
pub(super) fn all_calendars(db: &Connection) -> Result<Vec<CalendarLink>, Fault> {
    let mut select = db.prepare_cached(CALENDAR)?;
    let mut rows = select.query([])?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        links.push(calendar(row)?);
    }
    Ok(links)
}

fn calendar(row: &Row<'_>) -> Result<CalendarLink, Fault> {
    Ok(CalendarLink {
        organization: OrganizationId::parse(text(row, 0)?).map_err(corrupt)?,
        agent: AgentId::parse(text(row, 1)?).map_err(corrupt)?,
        token_hash: row.get(2)?,
        created_at: Instant::from_ms(row.get(3)?),
        revoked_at: row.get::<_, Option<i64>>(4)?.map(Instant::from_ms),
    })
}

/// The newest key. The caller's transaction holds the write lock, so that of several first
/// comers one stores its key and the others read it.
pub(super) fn signing_key(
    db: &Connection,
    fresh: &[u8; 32],
    now: Instant,
) -> Result<SigningKey, Fault> {
    db.prepare_cached(
        "insert into signing_key (secret, created_at)
         select ?1, ?2 where not exists (select 1 from signing_key)",
    )?
    .execute(params![fresh, now.ms()])?;
    let key = db
        .prepare_cached("select id, secret from signing_key order by id desc limit 1")?
        .query_row([], |row| Ok(SigningKey { id: row.get(0)?, secret: row.get(1)? }))?;
    Ok(key)
}

pub(super) fn rotate_signing_key(
    db: &Connection,
    fresh: &[u8; 32],
    now: Instant,
    drops_older: bool,
) -> Result<SigningKey, Fault> {
    let id = db
        .prepare_cached(
            "insert into signing_key (secret, created_at) values (?1, ?2) returning id",
        )?
        .query_row(params![fresh, now.ms()], |row| row.get(0))?;
    if drops_older {
        db.prepare_cached("delete from signing_key where id < ?1")?.execute(params![id])?;
    }
    Ok(SigningKey { id, secret: *fresh })
}

pub(super) fn trust(db: &Connection, revoked_since: Instant) -> Result<Trust, Fault> {
    let mut keys = db.prepare_cached("select id, secret from signing_key order by id")?;
    let keys = keys.query_map([], |row| Ok(SigningKey { id: row.get(0)?, secret: row.get(1)? }))?;
    let keys = keys.collect::<Result<_, _>>()?;
    let mut revoked = db.prepare_cached("select id from client where revoked_at >= ?1")?;
    let mut rows = revoked.query(params![revoked_since.ms()])?;
    let mut revoked = Vec::new();
    while let Some(row) = rows.next()? {
        revoked.push(ClientId::parse(text(row, 0)?).map_err(corrupt)?);
    }
    Ok(Trust { keys, revoked })
}
