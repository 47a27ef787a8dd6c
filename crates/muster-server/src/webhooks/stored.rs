//! What the ledger keeps of a webhook: its settings, and how far it is.

use std::collections::{BTreeMap, BTreeSet};

use muster_api::event::Cursor;
use muster_api::time::At;
use muster_api::webhook::{DeliveryView, EventPattern, WebhookStatus, WebhookView, cursor_text};
use muster_core::feed::FeedEvent;
use muster_core::id::AgentId;
use muster_core::{Instant, Revision};
use muster_ledger::{LedgerError, WebhookProgress, WebhookRow};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::secret::Secret;

/// What the client says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings {
    pub(crate) url: String,
    pub(crate) event_types: Option<Vec<EventPattern>>,
    pub(crate) agent_ids: Option<Vec<AgentId>>,
    pub(crate) enabled: bool,
    /// The newest first.
    pub(crate) secrets: Vec<Secret>,
    /// Whether who made it may see drafts.
    pub(crate) sees_drafts: bool,
}

impl Settings {
    /// Whether an event is to be sent.
    pub(crate) fn wants(&self, event: &FeedEvent) -> bool {
        let Self { event_types, agent_ids, sees_drafts, .. } = self;
        let of_type = |types: &Vec<EventPattern>| types.iter().any(|t| t.fits(event.kind()));
        (*sees_drafts || !event.is_of_draft())
            && event_types.as_ref().is_none_or(of_type)
            && agent_ids.as_ref().is_none_or(|all| all.iter().any(|agent| event.is_about(agent)))
    }
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Progress {
    /// All up to here were taken or not wanted.
    #[serde(with = "cursor_text")]
    pub(crate) cursor: Cursor,
    /// Those behind it that were taken already, as text.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    ahead: BTreeSet<String>,
    /// How often those behind it were tried in vain, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tried: BTreeMap<String, u32>,
    /// When to send something; never, while it is disabled.
    #[serde(default)]
    pub(crate) due_at: Option<Instant>,
    /// Rounds that failed since the last one that did not.
    #[serde(default)]
    pub(crate) failures: u32,
    #[serde(default)]
    pub(crate) failing_since: Option<Instant>,
    /// Why it failed, or was disabled by itself.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    #[serde(default)]
    pub(crate) is_disabled: bool,
    #[serde(default)]
    pub(crate) last: Option<Sent>,
}

impl Progress {
    /// At a cursor, from an instant on.
    pub(crate) fn at(cursor: Cursor, due_at: Option<Instant>) -> Self {
        Self {
            cursor,
            ahead: BTreeSet::new(),
            tried: BTreeMap::new(),
            due_at,
            failures: 0,
            failing_since: None,
            reason: None,
            is_disabled: false,
            last: None,
        }
    }

    /// As it was, but as if it had never failed.
    pub(crate) fn afresh(self, due_at: Option<Instant>) -> Self {
        let Self { cursor, ahead, tried, last, .. } = self;
        Self { ahead, tried, last, ..Self::at(cursor, due_at) }
    }

    /// At a cursor of the past, from where everything is sent again.
    pub(crate) fn back_at(self, cursor: Cursor, due_at: Option<Instant>) -> Self {
        let Self { is_disabled, last, reason, .. } = self;
        let reason = reason.filter(|_| is_disabled);
        Self { is_disabled, last, reason, ..Self::at(cursor, due_at) }
    }

    /// Those behind the cursor that were taken already.
    pub(crate) fn ahead(&self) -> BTreeSet<Cursor> {
        self.ahead.iter().filter_map(|text| text.parse().ok()).collect()
    }

    /// Notes how far it is.
    pub(crate) fn advance(&mut self, cursor: Cursor, ahead: &BTreeSet<Cursor>) {
        self.cursor = cursor;
        self.ahead = ahead.iter().map(ToString::to_string).collect();
    }

    /// As it is stored. Its revision is the last of which nothing is left to be looked at.
    pub(crate) fn stored(&self) -> WebhookProgress {
        let Cursor { revision, index } = self.cursor;
        let whole = if index == u32::MAX { revision.0 } else { revision.0.saturating_sub(1) };
        WebhookProgress { revision: Revision(whole), due_at: self.due_at, more: bytes(self) }
    }
}

/// Something that was sent, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sent {
    pub(crate) event: String,
    pub(crate) message: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) attempt: u32,
    pub(crate) at: Instant,
    pub(crate) duration_ms: u64,
    pub(crate) taken: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next_try_at: Option<Instant>,
}

impl Sent {
    /// As it is answered.
    pub(crate) fn view(self) -> DeliveryView {
        let Self { event, message, kind, attempt, at, duration_ms, taken, status, error, .. } =
            self;
        DeliveryView {
            event_id: event,
            message_id: message,
            kind,
            attempt,
            at: At(at),
            duration_ms,
            taken,
            status,
            error,
            next_try_at: self.next_try_at.map(At),
        }
    }
}

/// As the ledger keeps it.
pub(crate) fn bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("it is plain data")
}

/// What the ledger kept.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, LedgerError> {
    serde_json::from_slice(bytes).map_err(|error| LedgerError::Corrupt(error.to_string()))
}

/// A webhook as it is answered.
pub(crate) fn view(row: &WebhookRow, secret: Option<String>) -> Result<WebhookView, LedgerError> {
    let settings: Settings = read(&row.settings)?;
    let progress: Progress = read(&row.progress.more)?;
    let enabled = settings.enabled && !progress.is_disabled;
    let status = match (enabled, progress.failures) {
        (false, _) => WebhookStatus::Disabled,
        (true, 0) => WebhookStatus::Active,
        (true, _) => WebhookStatus::Failing,
    };
    Ok(WebhookView {
        id: row.id.clone(),
        business_unit_id: row.unit.clone(),
        url: settings.url,
        event_types: settings.event_types,
        agent_ids: settings.agent_ids,
        enabled,
        secret,
        created_at: At(row.created_at),
        version: row.version,
        cursor: shown(progress.cursor),
        status,
        reason: progress.reason,
        failing_since: progress.failing_since.map(At),
        next_try_at: progress.due_at.filter(|_| status == WebhookStatus::Failing).map(At),
        last_delivery: progress.last.map(Sent::view),
    })
}

/// A cursor as the feed shows it: of a whole entry, the entry alone.
pub(crate) fn shown(cursor: Cursor) -> String {
    match cursor.index {
        u32::MAX => cursor.revision.to_string(),
        _ => cursor.to_string(),
    }
}
