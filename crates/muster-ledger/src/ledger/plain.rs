//! The plain tables beside the ledgers.

use muster_core::id::{AgentId, ClientId, OrganizationId};
use muster_core::instant::Instant;

use super::{Engine, Ledger};
use crate::entry::Hash;
use crate::error::LedgerError;
use crate::plain::{CalendarLink, ClientRow, Profile, SigningKey, Trust};

impl Ledger {
    /// Stores profiles, replacing those of the same agents.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn put_profiles(
        &self,
        organization: &OrganizationId,
        profiles: Vec<Profile>,
    ) -> Result<(), LedgerError> {
        on_engine!(self, engine => engine.put_profiles(organization, profiles).await)
    }

    /// The profiles of some agents, in the order asked for; agents without one are left out.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn profiles(
        &self,
        organization: &OrganizationId,
        agents: &[AgentId],
    ) -> Result<Vec<Profile>, LedgerError> {
        on_engine!(self, engine => engine.profiles(organization, agents).await)
    }

    /// Stores a client, replacing the one of the same id.
    ///
    /// # Errors
    /// [`LedgerError::ClientTaken`] when another organization has a client of that id.
    pub async fn put_client(&self, client: ClientRow) -> Result<(), LedgerError> {
        on_engine!(self, engine => engine.put_client(client).await)
    }

    /// The client of an id, revoked or not.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn find_client(&self, id: &ClientId) -> Result<Option<ClientRow>, LedgerError> {
        on_engine!(self, engine => engine.find_client(id).await)
    }

    /// The clients of an organization, revoked ones too, by id.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn list_clients(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<ClientRow>, LedgerError> {
        on_engine!(self, engine => engine.list_clients(organization).await)
    }

    /// Revokes a client of an organization and answers with it; `None` if there is none of that
    /// id. One that was revoked before keeps its time.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn revoke_client(
        &self,
        organization: &OrganizationId,
        id: &ClientId,
        at: Instant,
    ) -> Result<Option<ClientRow>, LedgerError> {
        on_engine!(self, engine => engine.revoke_client(organization, id, at).await)
    }

    /// Stores the link to an agent's calendar and answers with the one that stands: this one if
    /// there was none, if that was revoked, or if it is to be replaced.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn put_calendar(
        &self,
        link: CalendarLink,
        replace: bool,
    ) -> Result<CalendarLink, LedgerError> {
        on_engine!(self, engine => engine.put_calendar(link, replace).await)
    }

    /// The link whose secret has a hash, revoked or not.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn find_calendar(
        &self,
        token_hash: &Hash,
    ) -> Result<Option<CalendarLink>, LedgerError> {
        on_engine!(self, engine => engine.find_calendar(token_hash).await)
    }

    /// The link to an agent's calendar, revoked or not.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn calendar_of(
        &self,
        organization: &OrganizationId,
        agent: &AgentId,
    ) -> Result<Option<CalendarLink>, LedgerError> {
        on_engine!(self, engine => engine.calendar_of(organization, agent).await)
    }

    /// Revokes the link to an agent's calendar, if there is one. One that was revoked before keeps
    /// its time.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn revoke_calendar(
        &self,
        organization: &OrganizationId,
        agent: &AgentId,
        at: Instant,
    ) -> Result<(), LedgerError> {
        on_engine!(self, engine => engine.revoke_calendar(organization, agent, at).await)
    }

    /// The current signing key; `fresh` becomes it if there is none. Whoever asks gets the same.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn signing_key(
        &self,
        fresh: [u8; 32],
        now: Instant,
    ) -> Result<SigningKey, LedgerError> {
        on_engine!(self, engine => engine.signing_key(fresh, now).await)
    }

    /// Makes `fresh` the current signing key. The older ones stay good for checking, unless they
    /// are dropped: then what they signed holds no longer.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn rotate_signing_key(
        &self,
        fresh: [u8; 32],
        now: Instant,
        drops_older: bool,
    ) -> Result<SigningKey, LedgerError> {
        on_engine!(self, engine => engine.rotate_signing_key(fresh, now, drops_older).await)
    }

    /// All signing keys, and the clients that were revoked at that time or later.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn trust(&self, revoked_since: Instant) -> Result<Trust, LedgerError> {
        on_engine!(self, engine => engine.trust(revoked_since).await)
    }
}
