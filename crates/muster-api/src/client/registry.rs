//! Units, agents, codes and rules.

use serde::Serialize;
use serde_json::Value;

use super::Client;
use super::error::ClientError;
use super::transport::Query;
use super::types::{Agent, Answer, Availability, Calendar, List, Rules, Unit};

impl Client {
    /// The business units.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn units(&self) -> Result<Answer<List<Unit>>, ClientError> {
        self.get("/businessunits", Query::default()).await
    }

    /// Makes a business unit: `{id?, name, timeZone, startDayOfWeek?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn create_unit(
        &self,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Unit>, ClientError> {
        self.post("/businessunits", body).await
    }

    /// A business unit.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn unit(&self, id: &str) -> Result<Answer<Unit>, ClientError> {
        self.get(&format!("/businessunits/{id}"), Query::default()).await
    }

    /// Changes a business unit.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn change_unit(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Unit>, ClientError> {
        self.patch(&format!("/businessunits/{id}"), body).await
    }

    /// What an agent says of when they can work.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn availability(
        &self,
        agent: &str,
    ) -> Result<Answer<List<Availability>>, ClientError> {
        self.get(&format!("/agents/{agent}/availability"), Query::default()).await
    }

    /// Says when an agent can, or would like to, work:
    /// `{says, fullDays | start, end | weekly, note?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn put_availability(
        &self,
        agent: &str,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Availability>, ClientError> {
        self.put(&format!("/agents/{agent}/availability/{id}"), body).await
    }

    /// Since when there is a link to an agent's calendar.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through, or when there is none.
    pub async fn calendar(&self, agent: &str) -> Result<Answer<Calendar>, ClientError> {
        self.get(&format!("/agents/{agent}/calendar"), Query::default()).await
    }

    /// Makes a link to an agent's calendar unless there is one; another one: `{rotate: true}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn make_calendar(
        &self,
        agent: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Calendar>, ClientError> {
        self.post(&format!("/agents/{agent}/calendar"), body).await
    }

    /// Ends the link to an agent's calendar.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn revoke_calendar(&self, agent: &str) -> Result<Answer<Value>, ClientError> {
        self.delete(&format!("/agents/{agent}/calendar")).await
    }

    /// The management units of a unit.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn management_units(&self, unit: &str) -> Result<Answer<List<Value>>, ClientError> {
        self.get("/managementunits", Query::default().with("businessUnitId", Some(unit))).await
    }

    /// Makes a management unit: `{id?, businessUnitId, name}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn create_management_unit(
        &self,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Value>, ClientError> {
        self.post("/managementunits", body).await
    }

    /// Changes a management unit.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn change_management_unit(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Value>, ClientError> {
        self.patch(&format!("/managementunits/{id}"), body).await
    }

    /// A page of a unit's agents.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn agents(
        &self,
        unit: &str,
        cursor: Option<&str>,
    ) -> Result<Answer<List<Agent>>, ClientError> {
        self.get(
            "/agents",
            Query::default().with("businessUnitId", Some(unit)).with("cursor", cursor),
        )
        .await
    }

    /// Makes or changes an agent.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn put_agent(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Agent>, ClientError> {
        self.put(&format!("/agents/{id}"), body).await
    }

    /// Makes or changes agents: `{agents: […]}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn put_agents(
        &self,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Value>, ClientError> {
        self.post("/agents/bulk", body).await
    }

    /// The activity codes of a unit.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn activity_codes(&self, unit: &str) -> Result<Answer<List<Value>>, ClientError> {
        self.get("/activitycodes", Query::default().with("businessUnitId", Some(unit))).await
    }

    /// Makes or changes an activity code.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn put_activity_code(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Value>, ClientError> {
        self.put(&format!("/activitycodes/{id}"), body).await
    }

    /// A unit's rules.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn rules(&self, unit: &str) -> Result<Answer<Rules>, ClientError> {
        self.get(&format!("/businessunits/{unit}/rules"), Query::default()).await
    }

    /// Sets the rules that are listed: `{rules: […], autoApprove?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn set_rules(
        &self,
        unit: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Rules>, ClientError> {
        self.put(&format!("/businessunits/{unit}/rules"), body).await
    }
}
