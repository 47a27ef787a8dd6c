//! Profiles, clients and the signing key.

use std::collections::btree_map::Entry;

use muster_core::id::{AgentId, ClientId, OrganizationId};
use muster_core::instant::Instant;

use super::Database;
use crate::error::LedgerError;
use crate::plain::{ClientRow, Profile, SigningKey, Trust};

impl Database {
    pub(in crate::sim) fn put_profiles(
        &mut self,
        organization: &OrganizationId,
        profiles: Vec<Profile>,
    ) {
        for profile in profiles {
            self.profiles.insert((organization.clone(), profile.agent.clone()), profile);
        }
    }

    pub(in crate::sim) fn profiles(
        &self,
        organization: &OrganizationId,
        agents: &[AgentId],
    ) -> Vec<Profile> {
        let find = |agent: &AgentId| self.profiles.get(&(organization.clone(), agent.clone()));
        agents.iter().filter_map(find).cloned().collect()
    }

    pub(in crate::sim) fn put_client(&mut self, client: ClientRow) -> Result<(), LedgerError> {
        match self.clients.entry(client.id.clone()) {
            Entry::Occupied(known) if known.get().organization != client.organization => {
                Err(LedgerError::ClientTaken(client.id))
            }
            Entry::Occupied(mut known) => {
                known.insert(client);
                Ok(())
            }
            Entry::Vacant(place) => {
                place.insert(client);
                Ok(())
            }
        }
    }

    pub(in crate::sim) fn find_client(&self, id: &ClientId) -> Option<ClientRow> {
        self.clients.get(id).cloned()
    }

    pub(in crate::sim) fn list_clients(&self, organization: &OrganizationId) -> Vec<ClientRow> {
        let ours = self.clients.values().filter(|client| client.organization == *organization);
        ours.cloned().collect()
    }

    pub(in crate::sim) fn revoke_client(
        &mut self,
        organization: &OrganizationId,
        id: &ClientId,
        at: Instant,
    ) -> Option<ClientRow> {
        let client = self.clients.get_mut(id)?;
        if client.organization != *organization {
            return None;
        }
        client.revoked_at.get_or_insert(at);
        Some(client.clone())
    }

    pub(in crate::sim) fn signing_key(&mut self, fresh: [u8; 32]) -> SigningKey {
        match self.signing_keys.last() {
            Some(newest) => newest.clone(),
            None => self.rotate_signing_key(fresh, false),
        }
    }

    pub(in crate::sim) fn rotate_signing_key(
        &mut self,
        secret: [u8; 32],
        drops_older: bool,
    ) -> SigningKey {
        let key = SigningKey { id: self.signing_keys.last().map_or(1, |key| key.id + 1), secret };
        if drops_older {
            self.signing_keys.clear();
        }
        self.signing_keys.push(key.clone());
        key
    }

    pub(in crate::sim) fn trust(&self, revoked_since: Instant) -> Trust {
        let is_revoked =
            |client: &&ClientRow| client.revoked_at.is_some_and(|at| at >= revoked_since);
        let revoked = self.clients.values().filter(is_revoked).map(|client| client.id.clone());
        Trust { keys: self.signing_keys.clone(), revoked: revoked.collect() }
    }
}
