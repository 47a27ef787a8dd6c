//! Another world: agents' states and desktop sessions, in their own memory. Nothing on the way of
//! a command to its entry may read this or wait for it; a session that stays open for hours is
//! invisible to a publish.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use muster_core::Instant;
use muster_core::id::{AgentId, OrganizationId};

use crate::limits;

/// The latest state an agent reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentState {
    /// Since when.
    pub at: Instant,
    /// Its name, as the reporting system calls it (`Available`, `Break` …).
    pub state: String,
    /// The session that reported it.
    pub session: Option<String>,
}

/// An open desktop-script session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What kind of session it is.
    pub kind: String,
    /// When it was opened.
    pub opened_at: Instant,
}

/// An agent has as many sessions open as one may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an agent has at most {max} open sessions", max = limits::SESSIONS)]
pub struct TooManySessions;

#[derive(Debug, Default)]
struct Presence {
    latest: Option<AgentState>,
    sessions: BTreeMap<String, Session>,
}

/// States and sessions of all agents.
#[derive(Debug, Default)]
pub struct Realtime(Mutex<BTreeMap<(OrganizationId, AgentId), Presence>>);

impl Realtime {
    /// A std mutex: held for a map access, never across an await.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<(OrganizationId, AgentId), Presence>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a state event; one that is older than what is known changes nothing.
    pub fn report(&self, organization: &OrganizationId, agent: AgentId, state: AgentState) {
        let mut presences = self.lock();
        let presence = presences.entry((organization.clone(), agent)).or_default();
        if presence.latest.as_ref().is_none_or(|known| known.at <= state.at) {
            presence.latest = Some(state);
        }
    }

    /// The latest state of an agent.
    #[must_use]
    pub fn latest(&self, organization: &OrganizationId, agent: &AgentId) -> Option<AgentState> {
        let presences = self.lock();
        presences.get(&(organization.clone(), agent.clone()))?.latest.clone()
    }

    /// Opens a session and answers nothing; or answers with the one of that id that is open.
    ///
    /// # Errors
    /// [`TooManySessions`] beyond [`limits::SESSIONS`].
    pub fn open(
        &self,
        organization: &OrganizationId,
        agent: AgentId,
        id: String,
        session: Session,
    ) -> Result<Option<Session>, TooManySessions> {
        let mut presences = self.lock();
        let presence = presences.entry((organization.clone(), agent)).or_default();
        if let Some(open) = presence.sessions.get(&id) {
            return Ok(Some(open.clone()));
        }
        if presence.sessions.len() >= limits::SESSIONS {
            return Err(TooManySessions);
        }
        presence.sessions.insert(id, session);
        Ok(None)
    }

    /// Closes a session; says whether it was open.
    pub fn close(&self, organization: &OrganizationId, agent: &AgentId, id: &str) -> bool {
        let mut presences = self.lock();
        let presence = presences.get_mut(&(organization.clone(), agent.clone()));
        presence.is_some_and(|presence| presence.sessions.remove(id).is_some())
    }

    /// The open sessions of an agent, by id.
    #[must_use]
    pub fn sessions(
        &self,
        organization: &OrganizationId,
        agent: &AgentId,
    ) -> Vec<(String, Session)> {
        let presences = self.lock();
        let presence = presences.get(&(organization.clone(), agent.clone()));
        let sessions = presence.map(|presence| presence.sessions.clone()).unwrap_or_default();
        sessions.into_iter().collect()
    }
}
