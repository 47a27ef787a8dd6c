//! Schedules and shifts.

use serde::Serialize;
use serde_json::{Value, json};

use super::Client;
use super::error::ClientError;
use super::transport::Query;
use super::types::{AgentSchedule, Answer, List, Plan, Published, Schedule, ScheduleHead, Shift};

impl Client {
    /// The schedules of a unit: the live weeks and the drafts.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn schedules(
        &self,
        unit: &str,
        week: Option<&str>,
        status: Option<&str>,
    ) -> Result<Answer<List<ScheduleHead>>, ClientError> {
        self.get(
            "/schedules",
            Query::default()
                .with("businessUnitId", Some(unit))
                .with("weekDate", week)
                .with("status", status),
        )
        .await
    }

    /// Makes a draft: `{businessUnitId, weekDate, name?, from?, agentSchedules?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn create_draft(
        &self,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Schedule>, ClientError> {
        self.post("/schedules", body).await
    }

    /// Makes and publishes in one step: the same with `publish: true`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn publish_document(
        &self,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Published>, ClientError> {
        self.post("/schedules", body).await
    }

    /// A schedule, for everybody or for one agent.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn schedule(
        &self,
        id: &str,
        agent: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Answer<Schedule>, ClientError> {
        self.get(
            &format!("/scheduling/schedules/{id}"),
            Query::default().with("agentId", agent).with("cursor", cursor),
        )
        .await
    }

    /// A schedule as it was at a revision.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn schedule_at(
        &self,
        id: &str,
        revision: u64,
    ) -> Result<Answer<Schedule>, ClientError> {
        self.get(
            &format!("/scheduling/schedules/{id}"),
            Query::default().with("atRevision", Some(revision)),
        )
        .await
    }

    /// Writes whole weeks: `{scheduleVersion, agentSchedules}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn put_schedule(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Schedule>, ClientError> {
        self.put(&format!("/scheduling/schedules/{id}"), body).await
    }

    /// Sends a change set: `{baseVersion?, edits}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn patch_schedule(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Schedule>, ClientError> {
        self.patch(&format!("/scheduling/schedules/{id}"), body).await
    }

    /// Plans a publish; nothing is written.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn validate(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Plan>, ClientError> {
        self.post(&format!("/scheduling/schedules/{id}/validate"), body).await
    }

    /// Lets a draft go live: `{mode?, acknowledge?, …}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn publish(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Published>, ClientError> {
        self.post(&format!("/scheduling/schedules/{id}/publish"), body).await
    }

    /// Undoes a publish: `{revision?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn revert(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Published>, ClientError> {
        self.post(&format!("/scheduling/schedules/{id}/revert"), body).await
    }

    /// Moves a draft's base to the head.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn rebase(&self, id: &str) -> Result<Answer<Value>, ClientError> {
        self.post(&format!("/scheduling/schedules/{id}/rebase"), &json!({})).await
    }

    /// Where a draft stands against what is live.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn schedule_status(&self, id: &str) -> Result<Answer<Value>, ClientError> {
        self.get(&format!("/scheduling/schedules/{id}/status"), Query::default()).await
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn delete_schedule(&self, id: &str) -> Result<Answer<Value>, ClientError> {
        self.delete(&format!("/scheduling/schedules/{id}")).await
    }

    /// One agent's schedule: shifts, time off, and what the two come to.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn agent_schedule(
        &self,
        agent: &str,
        from: &str,
        to: &str,
    ) -> Result<Answer<AgentSchedule>, ClientError> {
        self.get(
            &format!("/scheduling/agents/{agent}/schedule"),
            Query::default().with("from", Some(from)).with("to", Some(to)),
        )
        .await
    }

    /// The live shifts of a unit that share time with a stretch.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn shifts(
        &self,
        unit: &str,
        agent: Option<&str>,
        from: &str,
        to: &str,
        cursor: Option<&str>,
    ) -> Result<Answer<List<Shift>>, ClientError> {
        self.get(
            "/scheduling/shifts",
            Query::default()
                .with("businessUnitId", Some(unit))
                .with("agentId", agent)
                .with("from", Some(from))
                .with("to", Some(to))
                .with("cursor", cursor),
        )
        .await
    }

    /// Makes a shift.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn create_shift(
        &self,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Shift>, ClientError> {
        self.post("/scheduling/shifts", body).await
    }

    /// A shift.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn shift(&self, id: &str) -> Result<Answer<Shift>, ClientError> {
        self.get(&format!("/scheduling/shifts/{id}"), Query::default()).await
    }

    /// Writes a shift.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn put_shift(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Shift>, ClientError> {
        self.put(&format!("/scheduling/shifts/{id}"), body).await
    }

    /// Sets fields of a shift.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn patch_shift(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Shift>, ClientError> {
        self.patch(&format!("/scheduling/shifts/{id}"), body).await
    }

    /// Takes a shift away.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn delete_shift(&self, id: &str) -> Result<Answer<Value>, ClientError> {
        self.delete(&format!("/scheduling/shifts/{id}")).await
    }
}
