//! Shift swaps.

use serde::Serialize;
use serde_json::{Value, json};

use super::Client;
use super::error::ClientError;
use super::transport::Query;
use super::types::{Answer, List, Swap};

impl Client {
    /// The swaps of a unit.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn swaps(
        &self,
        unit: &str,
        status: Option<&str>,
        agent: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Answer<List<Swap>>, ClientError> {
        self.get(
            "/scheduling/shiftswaps",
            Query::default()
                .with("businessUnitId", Some(unit))
                .with("status", status)
                .with("agentId", agent)
                .with("cursor", cursor),
        )
        .await
    }

    /// A swap.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn swap(&self, id: &str) -> Result<Answer<Swap>, ClientError> {
        self.get(&format!("/scheduling/shiftswaps/{id}"), Query::default()).await
    }

    /// Offers a swap: `{initiator: {agentId, shiftId}, receiver?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn offer_swap(
        &self,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Swap>, ClientError> {
        self.post("/scheduling/shiftswaps", body).await
    }

    /// Accepts: `{agentId, shiftId?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn accept_swap(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Swap>, ClientError> {
        self.post(&format!("/scheduling/shiftswaps/{id}/accept"), body).await
    }

    /// Declines: `{agentId?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn decline_swap(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Swap>, ClientError> {
        self.post(&format!("/scheduling/shiftswaps/{id}/decline"), body).await
    }

    /// Withdraws.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn cancel_swap(&self, id: &str) -> Result<Answer<Swap>, ClientError> {
        self.post(&format!("/scheduling/shiftswaps/{id}/cancel"), &json!({})).await
    }

    /// Lets both shifts change hands: `{acknowledge?, reason?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn approve_swap(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Swap>, ClientError> {
        self.post(&format!("/scheduling/shiftswaps/{id}/approve"), body).await
    }

    /// Refuses: `{reason?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn deny_swap(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Swap>, ClientError> {
        self.post(&format!("/scheduling/shiftswaps/{id}/deny"), body).await
    }

    /// Gives the shifts of an approved swap back: `{acknowledge?, reason?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn revert_swap(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Swap>, ClientError> {
        self.post(&format!("/scheduling/shiftswaps/{id}/revert"), body).await
    }

    /// What approving would meet, of one swap or of `{swaps: […]}`; nothing is written.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn evaluate_swap(
        &self,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Value>, ClientError> {
        self.post("/scheduling/shiftswaps/evaluate", body).await
    }

    /// Decides many: `{ids | filter, action, acknowledge?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn decide_swaps(
        &self,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Value>, ClientError> {
        self.post("/scheduling/shiftswaps/bulk", body).await
    }
}
