//! Time off.

use serde::Serialize;
use serde_json::json;

use super::Client;
use super::error::ClientError;
use super::transport::Query;
use super::types::{Answer, List, TimeOff};

impl Client {
    /// Asks for time off: `{agentId, fullDays | start, end}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn request_time_off(
        &self,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<TimeOff>, ClientError> {
        self.post("/timeoffrequests", body).await
    }

    /// A request.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn time_off(&self, id: &str) -> Result<Answer<TimeOff>, ClientError> {
        self.get(&format!("/timeoffrequests/{id}"), Query::default()).await
    }

    /// Changes an undecided request.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn change_time_off(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<TimeOff>, ClientError> {
        self.patch(&format!("/timeoffrequests/{id}"), body).await
    }

    /// The requests of a unit: `{businessUnitId, agentIds?, from?, to?, statuses?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn query_time_off(
        &self,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<List<TimeOff>>, ClientError> {
        self.post("/timeoffrequests/query", body).await
    }

    /// Grants: `{acknowledge?, reason?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn approve_time_off(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<TimeOff>, ClientError> {
        self.post(&format!("/timeoffrequests/{id}/approve"), body).await
    }

    /// Refuses: `{reason?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn deny_time_off(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<TimeOff>, ClientError> {
        self.post(&format!("/timeoffrequests/{id}/deny"), body).await
    }

    /// Withdraws.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn cancel_time_off(&self, id: &str) -> Result<Answer<TimeOff>, ClientError> {
        self.post(&format!("/timeoffrequests/{id}/cancel"), &json!({})).await
    }
}
