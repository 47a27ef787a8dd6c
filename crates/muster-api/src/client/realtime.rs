//! Sessions, adherence and the feed.

use serde::Serialize;
use serde_json::Value;

use super::Client;
use super::error::ClientError;
use super::transport::{Query, encoded};
use super::types::{Answer, List};

impl Client {
    /// Opens a session of an agent: `{sessionId?, kind}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn open_session(
        &self,
        agent: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Value>, ClientError> {
        self.post(&format!("/agents/{agent}/sessions"), body).await
    }

    /// Closes a session of an agent.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn close_session(
        &self,
        agent: &str,
        session: &str,
    ) -> Result<Answer<Value>, ClientError> {
        self.delete(&format!("/agents/{agent}/sessions/{}", encoded(session))).await
    }

    /// Tells what agents do: `{events: [{agentId, at, state}]}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn post_adherence(
        &self,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Value>, ClientError> {
        self.post("/adherence/events", body).await
    }

    /// What the agents of a unit do, against what is scheduled.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn adherence(&self, unit: &str) -> Result<Answer<List<Value>>, ClientError> {
        self.get("/adherence", Query::default().with("businessUnitId", Some(unit))).await
    }

    /// The feed of a unit after a cursor, as JSON.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn events(
        &self,
        unit: &str,
        after: Option<&str>,
    ) -> Result<Answer<List<Value>>, ClientError> {
        self.get(
            "/events",
            Query::default().with("businessUnitId", Some(unit)).with("after", after),
        )
        .await
    }
}
