//! Leases, writes to plain tables that are made once or by one holder, and webhooks.

use std::time::Duration;

use muster_core::id::{CommandId, OrganizationId, WebhookId};

use super::{Engine, Ledger};
use crate::error::LedgerError;
use crate::lease::Lease;
use crate::webhook::{LoggedDelivery, WebhookMark, WebhookRow};
use crate::write::{AgendaRow, KeyedAnswer, PlainWrite, WriteError};

impl Ledger {
    /// Takes a piece of background work, or renews the lease of it: `None` while another holder
    /// has it. It is had for `lasts` by the database's clock, from a moment after the call on.
    ///
    /// Who renews in time keeps the fence. In every other case it is raised, also for who had it
    /// last and was late: something may be under way that was begun before.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn lease(
        &self,
        name: &str,
        holder: &str,
        lasts: Duration,
    ) -> Result<Option<Lease>, LedgerError> {
        on_engine!(self, engine => engine.lease(name, holder, lasts).await)
    }

    /// Gives up a lease, if it is still had, so that the next one need not wait until it runs out.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn release(&self, lease: &Lease) -> Result<(), LedgerError> {
        on_engine!(self, engine => engine.release(lease).await)
    }

    /// Writes to plain tables, all or nothing. When it answers, it is durable.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub async fn write_plain(&self, write: PlainWrite) -> Result<(), WriteError> {
        on_engine!(self, engine => engine.write_plain(write).await)
    }

    /// What was answered to the request with that key, if it took effect and has not been
    /// forgotten.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn find_answer(&self, id: &CommandId) -> Result<Option<KeyedAnswer>, LedgerError> {
        on_engine!(self, engine => engine.find_answer(id).await)
    }

    /// What is to be looked at in units by itself, where somebody has looked before; sorted.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn agenda(&self) -> Result<Vec<AgendaRow>, LedgerError> {
        on_engine!(self, engine => engine.agenda().await)
    }

    /// A webhook of an organization.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn find_webhook(
        &self,
        organization: &OrganizationId,
        id: &WebhookId,
    ) -> Result<Option<WebhookRow>, LedgerError> {
        on_engine!(self, engine => engine.find_webhook(organization, id).await)
    }

    /// The webhooks of an organization, by id.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn webhooks(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<WebhookRow>, LedgerError> {
        on_engine!(self, engine => engine.webhooks(organization).await)
    }

    /// Where the webhooks of all organizations stand, those left out to which nothing is to be
    /// sent; sorted.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn webhook_marks(&self) -> Result<Vec<WebhookMark>, LedgerError> {
        on_engine!(self, engine => engine.webhook_marks().await)
    }

    /// The log of a webhook, the latest first: those before a place, at most `limit`.
    ///
    /// # Errors
    /// See [`Ledger`].
    pub async fn deliveries(
        &self,
        organization: &OrganizationId,
        id: &WebhookId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<LoggedDelivery>, LedgerError> {
        on_engine!(self, engine => engine.deliveries(organization, id, before, limit).await)
    }
}
