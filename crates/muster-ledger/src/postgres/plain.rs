//! Profiles, clients, links to calendars and the signing key.

use std::collections::BTreeMap;

use muster_core::id::{AgentId, ClientId, OrganizationId};
use muster_core::instant::Instant;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::Postgres;
use super::fault::corrupt;
use super::pool::Param;
use super::read::{get, hash};
use crate::entry::Hash;
use crate::error::LedgerError;
use crate::plain::{CalendarLink, ClientRow, Profile, SigningKey, Trust};

/// Sorted by whoever sends it, so that two nodes never wait for each other.
const PUT_PROFILES: &str = "insert into profile (organization, agent, name, email)
    select $1, new.agent, new.name, new.email
    from unnest($2::text[], $3::text[], $4::text[]) as new (agent, name, email)
    on conflict (organization, agent) do update
    set name = excluded.name, email = excluded.email";

const PROFILES: &str = "select profile.agent, profile.name, profile.email
    from unnest($2::text[]) with ordinality as asked (agent, nth)
    join profile on profile.organization = $1 and profile.agent = asked.agent
    order by asked.nth";

const PUT_CLIENT: &str = "insert into client
        (id, organization, name, secret_hash, scopes, created_at, revoked_at, also)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (id) do update
    set name = excluded.name, secret_hash = excluded.secret_hash, scopes = excluded.scopes,
        created_at = excluded.created_at, revoked_at = excluded.revoked_at, also = excluded.also
    where client.organization = excluded.organization
    returning id";

const FIND_CLIENT: &str = "select id, organization, name, secret_hash, scopes, created_at,
    revoked_at, also from client where id = $1";

const LIST_CLIENTS: &str = "select id, organization, name, secret_hash, scopes, created_at,
    revoked_at, also from client where organization = $1 order by id";

pub(super) const ALL_CLIENTS: &str = "select id, organization, name, secret_hash, scopes,
    created_at, revoked_at, also from client";

const REVOKE_CLIENT: &str = "update client set revoked_at = coalesce(revoked_at, $3)
    where id = $1 and organization = $2
    returning id, organization, name, secret_hash, scopes, created_at, revoked_at, also";

const PUT_CALENDAR: &str = "insert into calendar
        (organization, agent, token_hash, created_at, revoked_at)
    values ($1, $2, $3, $4, $5)
    on conflict (organization, agent) do update
    set token_hash = excluded.token_hash, created_at = excluded.created_at,
        revoked_at = excluded.revoked_at
    where $6 or calendar.revoked_at is not null
    returning agent";

const FIND_CALENDAR: &str = "select organization, agent, token_hash, created_at, revoked_at
    from calendar where token_hash = $1";

const CALENDAR_OF: &str = "select organization, agent, token_hash, created_at, revoked_at
    from calendar where organization = $1 and agent = $2";

pub(super) const ALL_CALENDARS: &str = "select organization, agent, token_hash, created_at,
    revoked_at from calendar";

const REVOKE_CALENDAR: &str = "update calendar set revoked_at = coalesce(revoked_at, $3)
    where organization = $1 and agent = $2";

const SIGNING_KEY: &str = "select id, secret from signing_key order by id desc limit 1";

/// All first comers want the same number; one gets it.
const FIRST_SIGNING_KEY: &str = "insert into signing_key (id, secret, created_at)
    select 1, $1, $2 where not exists (select from signing_key)
    on conflict (id) do nothing";

/// Of two at once, one stands: both go on with that.
const NEXT_SIGNING_KEY: &str = "insert into signing_key (id, secret, created_at)
    select coalesce(max(id), 0) + 1, $1, $2 from signing_key
    on conflict (id) do nothing";

const DROP_SIGNING_KEYS: &str = "delete from signing_key where id < $1";

const SIGNING_KEYS: &str = "select id, secret from signing_key order by id";

const REVOKED: &str = "select id from client where revoked_at >= $1";

impl Postgres {
    pub(crate) async fn put_profiles(
        &self,
        organization: &OrganizationId,
        profiles: Vec<Profile>,
    ) -> Result<(), LedgerError> {
        // The last one of an agent stands, as if they came one after another.
        let profiles: BTreeMap<AgentId, Profile> =
            profiles.into_iter().map(|profile| (profile.agent.clone(), profile)).collect();
        let agents: Vec<&str> = profiles.keys().map(AgentId::as_str).collect();
        let names: Vec<&str> = profiles.values().map(|profile| profile.name.as_str()).collect();
        let emails: Vec<Option<&str>> =
            profiles.values().map(|profile| profile.email.as_deref()).collect();
        let params: [Param<'_>; 4] = [
            (&organization.as_str(), Type::TEXT),
            (&agents, Type::TEXT_ARRAY),
            (&names, Type::TEXT_ARRAY),
            (&emails, Type::TEXT_ARRAY),
        ];
        self.write(PUT_PROFILES, &params).await?;
        Ok(())
    }

    pub(crate) async fn profiles(
        &self,
        organization: &OrganizationId,
        agents: &[AgentId],
    ) -> Result<Vec<Profile>, LedgerError> {
        let agents: Vec<&str> = agents.iter().map(AgentId::as_str).collect();
        let params: [Param<'_>; 2] =
            [(&organization.as_str(), Type::TEXT), (&agents, Type::TEXT_ARRAY)];
        let profile = |row: &Row| {
            let agent = AgentId::parse(get(row, 0)?).map_err(corrupt)?;
            Ok(Profile { agent, name: get(row, 1)?, email: get(row, 2)? })
        };
        self.read(PROFILES, &params).await?.iter().map(profile).collect()
    }

    pub(crate) async fn put_client(&self, client: ClientRow) -> Result<(), LedgerError> {
        let also = client.also_text();
        let ClientRow { organization, id, name, secret_hash, scopes, created_at, .. } = client;
        let params: [Param<'_>; 8] = [
            (&id.as_str(), Type::TEXT),
            (&organization.as_str(), Type::TEXT),
            (&name, Type::TEXT),
            (&secret_hash, Type::TEXT),
            (&scopes, Type::TEXT),
            (&created_at.ms(), Type::INT8),
            (&client.revoked_at.map(Instant::ms), Type::INT8),
            (&also, Type::TEXT),
        ];
        match self.write(PUT_CLIENT, &params).await?.len() {
            0 => Err(LedgerError::ClientTaken(id)),
            _ => Ok(()),
        }
    }

    pub(crate) async fn find_client(
        &self,
        id: &ClientId,
    ) -> Result<Option<ClientRow>, LedgerError> {
        let rows = self.read(FIND_CLIENT, &[(&id.as_str(), Type::TEXT)]).await?;
        rows.first().map(client).transpose()
    }

    pub(crate) async fn list_clients(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<ClientRow>, LedgerError> {
        let rows = self.read(LIST_CLIENTS, &[(&organization.as_str(), Type::TEXT)]).await?;
        rows.iter().map(client).collect()
    }

    pub(crate) async fn revoke_client(
        &self,
        organization: &OrganizationId,
        id: &ClientId,
        at: Instant,
    ) -> Result<Option<ClientRow>, LedgerError> {
        let params: [Param<'_>; 3] = [
            (&id.as_str(), Type::TEXT),
            (&organization.as_str(), Type::TEXT),
            (&at.ms(), Type::INT8),
        ];
        let rows = self.write(REVOKE_CLIENT, &params).await?;
        rows.first().map(client).transpose()
    }

    pub(crate) async fn put_calendar(
        &self,
        link: CalendarLink,
        replace: bool,
    ) -> Result<CalendarLink, LedgerError> {
        let CalendarLink { organization, agent, token_hash, created_at, revoked_at } = &link;
        let params: [Param<'_>; 6] = [
            (&organization.as_str(), Type::TEXT),
            (&agent.as_str(), Type::TEXT),
            (&token_hash.as_slice(), Type::BYTEA),
            (&created_at.ms(), Type::INT8),
            (&revoked_at.map(Instant::ms), Type::INT8),
            (&replace, Type::BOOL),
        ];
        if !self.write(PUT_CALENDAR, &params).await?.is_empty() {
            return Ok(link);
        }
        // Rows are never deleted.
        let standing = self.calendar_of(organization, agent).await?;
        standing.ok_or_else(|| corrupt("the link to a calendar is gone"))
    }

    pub(crate) async fn find_calendar(
        &self,
        token_hash: &Hash,
    ) -> Result<Option<CalendarLink>, LedgerError> {
        let rows = self.read(FIND_CALENDAR, &[(&token_hash.as_slice(), Type::BYTEA)]).await?;
        rows.first().map(calendar).transpose()
    }

    pub(crate) async fn calendar_of(
        &self,
        organization: &OrganizationId,
        agent: &AgentId,
    ) -> Result<Option<CalendarLink>, LedgerError> {
        let params: [Param<'_>; 2] =
            [(&organization.as_str(), Type::TEXT), (&agent.as_str(), Type::TEXT)];
        let rows = self.read(CALENDAR_OF, &params).await?;
        rows.first().map(calendar).transpose()
    }

    pub(crate) async fn revoke_calendar(
        &self,
        organization: &OrganizationId,
        agent: &AgentId,
        at: Instant,
    ) -> Result<(), LedgerError> {
        let params: [Param<'_>; 3] = [
            (&organization.as_str(), Type::TEXT),
            (&agent.as_str(), Type::TEXT),
            (&at.ms(), Type::INT8),
        ];
        self.write(REVOKE_CALENDAR, &params).await?;
        Ok(())
    }

    pub(crate) async fn signing_key(
        &self,
        fresh: [u8; 32],
        now: Instant,
    ) -> Result<SigningKey, LedgerError> {
        if let Some(key) = self.newest_signing_key().await? {
            return Ok(key);
        }
        let params: [Param<'_>; 2] = [(&fresh.as_slice(), Type::BYTEA), (&now.ms(), Type::INT8)];
        self.write(FIRST_SIGNING_KEY, &params).await?;
        let key = self.newest_signing_key().await?;
        key.ok_or_else(|| corrupt("there is no signing key"))
    }

    pub(crate) async fn rotate_signing_key(
        &self,
        fresh: [u8; 32],
        now: Instant,
        drops_older: bool,
    ) -> Result<SigningKey, LedgerError> {
        let params: [Param<'_>; 2] = [(&fresh.as_slice(), Type::BYTEA), (&now.ms(), Type::INT8)];
        self.write(NEXT_SIGNING_KEY, &params).await?;
        let key = self.newest_signing_key().await?;
        let key = key.ok_or_else(|| corrupt("there is no signing key"))?;
        if drops_older {
            let id = i64::try_from(key.id).map_err(corrupt)?;
            self.write(DROP_SIGNING_KEYS, &[(&id, Type::INT8)]).await?;
        }
        Ok(key)
    }

    pub(crate) async fn trust(&self, revoked_since: Instant) -> Result<Trust, LedgerError> {
        let keys = self.read(SIGNING_KEYS, &[]).await?;
        let revoked = self.read(REVOKED, &[(&revoked_since.ms(), Type::INT8)]).await?;
        let client = |row: &Row| ClientId::parse(get(row, 0)?).map_err(corrupt);
        Ok(Trust {
            keys: keys.iter().map(signing_key).collect::<Result<_, _>>()?,
            revoked: revoked.iter().map(client).collect::<Result<_, _>>()?,
        })
    }

    async fn newest_signing_key(&self) -> Result<Option<SigningKey>, LedgerError> {
        let rows = self.read(SIGNING_KEY, &[]).await?;
        rows.first().map(signing_key).transpose()
    }
}

fn signing_key(row: &Row) -> Result<SigningKey, LedgerError> {
    let id = u64::try_from(get::<i64>(row, 0)?).map_err(corrupt)?;
    Ok(SigningKey { id, secret: hash(row, 1)? })
}

pub(super) fn client(row: &Row) -> Result<ClientRow, LedgerError> {
    Ok(ClientRow {
        id: ClientId::parse(get(row, 0)?).map_err(corrupt)?,
        organization: OrganizationId::parse(get(row, 1)?).map_err(corrupt)?,
        name: get(row, 2)?,
        secret_hash: get(row, 3)?,
        scopes: get(row, 4)?,
        created_at: Instant::from_ms(get(row, 5)?),
        revoked_at: get::<Option<i64>>(row, 6)?.map(Instant::from_ms),
        also: ClientRow::also_of(get(row, 7)?).map_err(corrupt)?,
    })
}

pub(super) fn calendar(row: &Row) -> Result<CalendarLink, LedgerError> {
    Ok(CalendarLink {
        organization: OrganizationId::parse(get(row, 0)?).map_err(corrupt)?,
        agent: AgentId::parse(get(row, 1)?).map_err(corrupt)?,
        token_hash: hash(row, 2)?,
        created_at: Instant::from_ms(get(row, 3)?),
        revoked_at: get::<Option<i64>>(row, 4)?.map(Instant::from_ms),
    })
}
