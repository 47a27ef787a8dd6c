//! Leases, writes to plain tables that are made once or by one holder, and webhooks: at home.

use std::time::Duration;

use muster_core::id::{CommandId, OrganizationId, WebhookId};

use super::Clusters;
use crate::error::LedgerError;
use crate::lease::Lease;
use crate::webhook::{LoggedDelivery, WebhookMark, WebhookRow};
use crate::write::{AgendaRow, KeyedAnswer, PlainWrite, WriteError};

impl Clusters {
    pub(crate) async fn lease(
        &self,
        name: &str,
        holder: &str,
        lasts: Duration,
    ) -> Result<Option<Lease>, LedgerError> {
        self.home().lease(name, holder, lasts).await
    }

    pub(crate) async fn release(&self, lease: &Lease) -> Result<(), LedgerError> {
        self.home().release(lease).await
    }

    pub(crate) async fn write_plain(&self, write: PlainWrite) -> Result<(), WriteError> {
        self.home().write_plain(write).await
    }

    pub(crate) async fn find_answer(
        &self,
        id: &CommandId,
    ) -> Result<Option<KeyedAnswer>, LedgerError> {
        self.home().find_answer(id).await
    }

    pub(crate) async fn agenda(&self) -> Result<Vec<AgendaRow>, LedgerError> {
        self.home().agenda().await
    }

    pub(crate) async fn find_webhook(
        &self,
        organization: &OrganizationId,
        id: &WebhookId,
    ) -> Result<Option<WebhookRow>, LedgerError> {
        self.home().find_webhook(organization, id).await
    }

    pub(crate) async fn webhooks(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<WebhookRow>, LedgerError> {
        self.home().webhooks(organization).await
    }

    pub(crate) async fn webhook_marks(&self) -> Result<Vec<WebhookMark>, LedgerError> {
        self.home().webhook_marks().await
    }

    pub(crate) async fn deliveries(
        &self,
        organization: &OrganizationId,
        id: &WebhookId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<LoggedDelivery>, LedgerError> {
        self.home().deliveries(organization, id, before, limit).await
    }
}
