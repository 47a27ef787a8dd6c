//! Leases, writes to plain tables that are made once or by one holder, and webhooks.

use std::collections::btree_map::Entry;
use std::time::Duration;

use muster_core::id::{CommandId, OrganizationId, WebhookId};
use tokio::time::Instant;

use super::Database;
use crate::lease::Lease;
use crate::limits;
use crate::webhook::{LoggedDelivery, WebhookMark, WebhookRow};
use crate::write::{AgendaRow, Keyed, KeyedAnswer, PlainWrite, RowChange, WriteError};

/// Who has a piece of background work.
#[derive(Debug, Clone)]
pub(super) struct Held {
    holder: String,
    fence: u64,
    until: Instant,
}

/// A webhook and its log.
#[derive(Debug, Clone)]
pub(super) struct Webhook {
    row: WebhookRow,
    log: Vec<LoggedDelivery>,
}

type Key = (OrganizationId, WebhookId);

impl Database {
    pub(in crate::sim) fn lease(
        &mut self,
        name: &str,
        holder: &str,
        lasts: Duration,
    ) -> Option<Lease> {
        let (now, until) = (Instant::now(), Instant::now() + lasts);
        let held = match self.leases.entry(name.to_owned()) {
            Entry::Vacant(place) => {
                place.insert(Held { holder: holder.to_owned(), fence: 1, until })
            }
            Entry::Occupied(held) => {
                let held = held.into_mut();
                if held.until <= now {
                    *held = Held { holder: holder.to_owned(), fence: held.fence + 1, until };
                } else if held.holder == holder {
                    held.until = until;
                } else {
                    return None;
                }
                held
            }
        };
        Some(Lease { name: name.to_owned(), fence: held.fence })
    }

    pub(in crate::sim) fn release(&mut self, lease: &Lease) {
        let held = self.leases.get_mut(&lease.name).filter(|held| held.fence == lease.fence);
        if let Some(held) = held {
            held.until = Instant::now();
        }
    }

    /// All or nothing: what a refused write changed is thrown away.
    pub(in crate::sim) fn write_plain(&mut self, write: PlainWrite) -> Result<(), WriteError> {
        let PlainWrite { lease, keyed, changes } = write;
        if let Some(Lease { name, fence }) = lease
            && self.leases.get(&name).is_none_or(|held| held.fence != fence)
        {
            return Err(WriteError::LeaseLost(name));
        }
        if let Some(first) = keyed.as_ref().and_then(|keyed| self.answers.get(&keyed.id)) {
            return Err(WriteError::Answered(first.clone()));
        }
        let before = (self.webhooks.clone(), self.answers.clone(), self.agenda.clone());
        let jobs_before = (self.jobs.clone(), self.outcomes.clone());
        for change in changes {
            if self.change(change).is_none() {
                (self.webhooks, self.answers, self.agenda) = before;
                (self.jobs, self.outcomes) = jobs_before;
                return Err(WriteError::Moved);
            }
        }
        self.answers.extend(keyed.map(|Keyed { id, answer }| (id, answer)));
        Ok(())
    }

    /// Makes a change, unless it expects something that is not so.
    fn change(&mut self, change: RowChange) -> Option<()> {
        match change {
            RowChange::AddWebhook(row) => {
                let key = (row.organization.clone(), row.id.clone());
                match self.webhooks.entry(key) {
                    Entry::Occupied(_) => return None,
                    Entry::Vacant(place) => place.insert(Webhook { row, log: Vec::new() }),
                };
            }
            RowChange::SetWebhook { organization, id, version, settings } => {
                let row = &mut self.webhooks.get_mut(&(organization, id))?.row;
                if row.version != version {
                    return None;
                }
                (row.version, row.settings) = (version + 1, settings);
            }
            RowChange::MoveWebhook { organization, id, turn, progress } => {
                let row = &mut self.webhooks.get_mut(&(organization, id))?.row;
                if row.turn != turn {
                    return None;
                }
                (row.turn, row.progress) = (turn + 1, progress);
            }
            RowChange::RemoveWebhook { organization, id } => {
                self.webhooks.remove(&(organization, id))?;
            }
            RowChange::LogDelivery(delivery) => {
                let key = (delivery.organization, delivery.webhook);
                let log = &mut self.webhooks.get_mut(&key)?.log;
                let number = log.last().map_or(1, |last| last.number + 1);
                log.push(LoggedDelivery { number, at: delivery.at, body: delivery.body });
                let kept = number.saturating_sub(limits::DELIVERIES.unsigned_abs());
                log.retain(|logged| logged.number > kept);
            }
            RowChange::Job(change) => self.change_jobs(change)?,
            RowChange::SetAgenda(row) => {
                self.agenda.insert(row.unit.clone(), row);
            }
            RowChange::ForgetDeliveries(before) => {
                for webhook in self.webhooks.values_mut() {
                    webhook.log.retain(|logged| logged.at >= before);
                }
            }
            RowChange::ForgetAnswers(before) => {
                self.answers.retain(|_, answer| answer.at >= before);
            }
        }
        Some(())
    }

    pub(in crate::sim) fn find_answer(&self, id: &CommandId) -> Option<KeyedAnswer> {
        self.answers.get(id).cloned()
    }

    pub(in crate::sim) fn agenda(&self) -> Vec<AgendaRow> {
        self.agenda.values().cloned().collect()
    }

    pub(in crate::sim) fn find_webhook(&self, key: &Key) -> Option<WebhookRow> {
        self.webhooks.get(key).map(|webhook| webhook.row.clone())
    }

    pub(in crate::sim) fn webhooks(&self, organization: &OrganizationId) -> Vec<WebhookRow> {
        let rows = self.webhooks.values().map(|webhook| &webhook.row);
        rows.filter(|row| row.organization == *organization).cloned().collect()
    }

    pub(in crate::sim) fn webhook_marks(&self) -> Vec<WebhookMark> {
        let mark = |Webhook { row, .. }: &Webhook| {
            Some(WebhookMark {
                organization: row.organization.clone(),
                id: row.id.clone(),
                unit: row.unit.clone(),
                turn: row.turn,
                revision: row.progress.revision,
                due_at: row.progress.due_at?,
            })
        };
        self.webhooks.values().filter_map(mark).collect()
    }

    pub(in crate::sim) fn deliveries(
        &self,
        key: &Key,
        before: Option<u64>,
        limit: usize,
    ) -> Vec<LoggedDelivery> {
        let log = self.webhooks.get(key).map_or(&[][..], |webhook| &webhook.log);
        let older = log.iter().rev().filter(|logged| before.is_none_or(|n| logged.number < n));
        older.take(limit).cloned().collect()
    }
}
