//! Who outside is told of a unit's events.

use serde::Serialize;
use serde_json::{Value, json};

use super::Client;
use super::error::ClientError;
use super::transport::Query;
use super::types::{Answer, List, Webhook, WebhookDelivery};

impl Client {
    /// The webhooks of a unit.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn webhooks(&self, unit: &str) -> Result<Answer<List<Webhook>>, ClientError> {
        self.get("/webhooks", Query::default().with("businessUnitId", Some(unit))).await
    }

    /// A webhook.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn webhook(&self, id: &str) -> Result<Answer<Webhook>, ClientError> {
        self.get(&format!("/webhooks/{id}"), Query::default()).await
    }

    /// Makes a webhook: `{businessUnitId, url, id?, eventTypes?, agentIds?}`.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn make_webhook(
        &self,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Webhook>, ClientError> {
        self.post("/webhooks", body).await
    }

    /// Changes a webhook; what is absent stays as it is.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn change_webhook(
        &self,
        id: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<Answer<Webhook>, ClientError> {
        self.patch(&format!("/webhooks/{id}"), body).await
    }

    /// Removes a webhook with its log.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn delete_webhook(&self, id: &str) -> Result<Answer<Value>, ClientError> {
        self.delete(&format!("/webhooks/{id}")).await
    }

    /// What was sent to a webhook, the latest first, from a cursor on.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn webhook_deliveries(
        &self,
        id: &str,
        cursor: Option<&str>,
    ) -> Result<Answer<List<WebhookDelivery>>, ClientError> {
        let query = Query::default().with("cursor", cursor);
        self.get(&format!("/webhooks/{id}/deliveries"), query).await
    }

    /// Has everything after a cursor sent again.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn replay_webhook(
        &self,
        id: &str,
        after: &str,
    ) -> Result<Answer<Webhook>, ClientError> {
        self.post(&format!("/webhooks/{id}/replay"), &json!({ "after": after })).await
    }

    /// Makes another secret; the one before is used beside it for a day.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn rotate_webhook(&self, id: &str) -> Result<Answer<Webhook>, ClientError> {
        self.post(&format!("/webhooks/{id}/secret"), &json!({})).await
    }

    /// Sends something at once, and answers with what came of it.
    ///
    /// # Errors
    /// [`ClientError`] when it is refused or does not get through.
    pub async fn ping_webhook(&self, id: &str) -> Result<Answer<WebhookDelivery>, ClientError> {
        self.post(&format!("/webhooks/{id}/ping"), &json!({})).await
    }
}
