//! Writes to plain tables: several rows at once, at most once, and only by who may.

use muster_core::id::{CommandId, OrganizationId, Revision, WebhookId};
use muster_core::instant::Instant;

use crate::entry::Hash;
use crate::error::LedgerError;
use crate::job::JobChange;
use crate::lease::Lease;
use crate::subject::UnitKey;
use crate::webhook::{Delivery, WebhookProgress, WebhookRow};

/// A write to plain tables. All of it is done, or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlainWrite {
    /// The lease that it is made on the strength of: it is refused when somebody else has taken
    /// the work since.
    pub lease: Option<Lease>,
    /// The key of the request that asks for it: it is made once.
    pub keyed: Option<Keyed>,
    /// What is changed, in order.
    pub changes: Vec<RowChange>,
}

impl PlainWrite {
    /// A write that anybody may make at any time.
    #[must_use]
    pub fn of(changes: Vec<RowChange>) -> Self {
        Self { lease: None, keyed: None, changes }
    }

    /// A write that only the holder of a lease may make.
    #[must_use]
    pub fn under(lease: &Lease, changes: Vec<RowChange>) -> Self {
        Self { lease: Some(lease.clone()), keyed: None, changes }
    }
}

/// A request with a key, and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed {
    /// What the key of this client comes to.
    pub id: CommandId,
    /// What was asked and answered.
    pub answer: KeyedAnswer,
}

/// What was answered to a request with a key.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyedAnswer {
    /// The hash of the request, to tell a repeated one from another one with the same key.
    pub request_hash: Hash,
    /// The answer; its form is the server's.
    pub answer: Vec<u8>,
    /// When it was given.
    pub at: Instant,
}

impl std::fmt::Debug for KeyedAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // An answer may hold a secret that is told once.
        let Self { request_hash: _, answer: _, at } = self;
        f.debug_struct("KeyedAnswer").field("at", at).finish_non_exhaustive()
    }
}

/// A change of rows. Where it expects something that is not so, the whole write is refused with
/// [`WriteError::Moved`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowChange {
    /// Adds a webhook that is not there.
    AddWebhook(WebhookRow),
    /// Replaces the settings of a webhook whose settings have a version; they get the next one.
    SetWebhook {
        /// The organization it belongs to.
        organization: OrganizationId,
        /// The webhook.
        id: WebhookId,
        /// The version.
        version: u64,
        /// The settings.
        settings: Vec<u8>,
    },
    /// Replaces how far a webhook is, if it is at a turn; it gets the next one.
    MoveWebhook {
        /// The organization it belongs to.
        organization: OrganizationId,
        /// The webhook.
        id: WebhookId,
        /// The turn.
        turn: u64,
        /// How far it is.
        progress: WebhookProgress,
    },
    /// Removes a webhook that is there, with its log.
    RemoveWebhook {
        /// The organization it belongs to.
        organization: OrganizationId,
        /// The webhook.
        id: WebhookId,
    },
    /// Adds to the log of a webhook, and drops what lies further back than it keeps.
    LogDelivery(Delivery),
    /// Changes jobs.
    Job(JobChange),
    /// Sets what is to be looked at in a unit.
    SetAgenda(AgendaRow),
    /// Drops the deliveries from before an instant.
    ForgetDeliveries(Instant),
    /// Drops the answers to keyed requests from before an instant.
    ForgetAnswers(Instant),
}

/// What is to be looked at in a unit though nobody asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaRow {
    /// The unit.
    pub unit: UnitKey,
    /// The revision up to which somebody looked.
    pub revision: Revision,
    /// When the next thing runs out, as of then.
    pub due_at: Option<Instant>,
}

/// Why a write to plain tables was not made. Nothing of it is stored, except perhaps after
/// [`LedgerError::Indeterminate`].
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The key was used before: what was answered then.
    #[error("the key was used before")]
    Answered(KeyedAnswer),
    /// Something is not as a change expects it.
    #[error("what is to be changed is not as it was")]
    Moved,
    /// Somebody else has taken the work.
    #[error("the lease {0} is lost")]
    LeaseLost(String),
    /// Something else.
    #[error(transparent)]
    Other(#[from] LedgerError),
}
