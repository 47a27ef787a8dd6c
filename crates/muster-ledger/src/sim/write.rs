//! Leases, writes to plain tables that are made once or by one holder, and webhooks.

use std::time::Duration;

use muster_core::id::{CommandId, OrganizationId, WebhookId};

use super::node::Node;
use crate::error::LedgerError;
use crate::lease::Lease;
use crate::webhook::{LoggedDelivery, WebhookMark, WebhookRow};
use crate::write::{AgendaRow, KeyedAnswer, PlainWrite, WriteError};

impl Node {
    pub(crate) async fn lease(
        &self,
        name: &str,
        holder: &str,
        lasts: Duration,
    ) -> Result<Option<Lease>, LedgerError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.write(move |db| Ok(db.lease(&name, &holder, lasts))).await
    }

    pub(crate) async fn release(&self, lease: &Lease) -> Result<(), LedgerError> {
        let lease = lease.clone();
        self.write(move |db| {
            db.release(&lease);
            Ok(())
        })
        .await
    }

    pub(crate) async fn write_plain(&self, write: PlainWrite) -> Result<(), WriteError> {
        // What came of it is an answer too.
        self.write(move |db| Ok(db.write_plain(write))).await?
    }

    pub(crate) async fn find_answer(
        &self,
        id: &CommandId,
    ) -> Result<Option<KeyedAnswer>, LedgerError> {
        self.read(|db| Ok(db.find_answer(id))).await
    }

    pub(crate) async fn agenda(&self) -> Result<Vec<AgendaRow>, LedgerError> {
        self.read(|db| Ok(db.agenda())).await
    }

    pub(crate) async fn find_webhook(
        &self,
        organization: &OrganizationId,
        id: &WebhookId,
    ) -> Result<Option<WebhookRow>, LedgerError> {
        let key = (organization.clone(), id.clone());
        self.read(|db| Ok(db.find_webhook(&key))).await
    }

    pub(crate) async fn webhooks(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<WebhookRow>, LedgerError> {
        self.read(|db| Ok(db.webhooks(organization))).await
    }

    pub(crate) async fn webhook_marks(&self) -> Result<Vec<WebhookMark>, LedgerError> {
        self.read(|db| Ok(db.webhook_marks())).await
    }

    pub(crate) async fn deliveries(
        &self,
        organization: &OrganizationId,
        id: &WebhookId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<LoggedDelivery>, LedgerError> {
        let key = (organization.clone(), id.clone());
        self.read(|db| Ok(db.deliveries(&key, before, limit))).await
    }
}
