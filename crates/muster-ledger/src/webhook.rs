//! Webhooks as they are stored. What their settings and progress say is opaque here.

use std::fmt;

use muster_core::id::{OrganizationId, Revision, UnitId, WebhookId};
use muster_core::instant::Instant;

/// Somebody who is told of the events of a unit.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Its id, unique within the organization.
    pub id: WebhookId,
    /// The unit whose events it gets.
    pub unit: UnitId,
    /// When it was made.
    pub created_at: Instant,
    /// How often its settings were changed, from 1 on.
    pub version: u64,
    /// Where it is and what it wants, its secret among it.
    pub settings: Vec<u8>,
    /// How often its progress was changed, from 1 on.
    pub turn: u64,
    /// How far it is.
    pub progress: WebhookProgress,
}

impl fmt::Debug for WebhookRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { organization, id, unit, created_at, version, settings: _, turn, progress } =
            self;
        f.debug_struct("WebhookRow")
            .field("organization", organization)
            .field("id", id)
            .field("unit", unit)
            .field("created_at", created_at)
            .field("version", version)
            .field("turn", turn)
            .field("progress", progress)
            .finish_non_exhaustive()
    }
}

/// How far a webhook is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookProgress {
    /// All events up to and of this revision were taken or not wanted.
    pub revision: Revision,
    /// When to send it something, if there is something; never, until somebody says so.
    pub due_at: Option<Instant>,
    /// What else there is to say.
    pub more: Vec<u8>,
}

/// Where a webhook stands, for whoever decides whether it is its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookMark {
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// The webhook.
    pub id: WebhookId,
    /// The unit whose events it gets.
    pub unit: UnitId,
    /// How often its progress was changed.
    pub turn: u64,
    /// All events up to and of this revision were taken or not wanted.
    pub revision: Revision,
    /// When to send it something, if there is something.
    pub due_at: Instant,
}

/// What was sent to a webhook, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The organization the webhook belongs to.
    pub organization: OrganizationId,
    /// The webhook.
    pub webhook: WebhookId,
    /// When it was sent.
    pub at: Instant,
    /// The rest; its form is the server's.
    pub body: Vec<u8>,
}

/// A delivery and its place in the log of its webhook: the later, the larger, from 1 on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedDelivery {
    /// Its place.
    pub number: u64,
    /// When it was sent.
    pub at: Instant,
    /// The rest.
    pub body: Vec<u8>,
}
