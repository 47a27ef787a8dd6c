//! A round of a webhook: what follows its cursor is sent, as far as that goes.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use muster_api::event::{Cursor, EventData};
use muster_api::time::At;
use muster_api::webhook::{CloudEvent, Told};
use muster_core::feed::FeedEvent;
use muster_core::id::AgentId;
use muster_core::{Instant, Revision};
use muster_ledger::{
    Delivery, PlainWrite, RowChange, UnitKey, WebhookMark, WebhookRow, WriteError,
};
use sha2::{Digest, Sha256};
use tokio::time;

use super::post::{Envelope, Outcome, Post};
use super::secret::signatures;
use super::stored::{Progress, Sent, Settings, bytes, read, shown};
use super::window::Window;
use crate::desk::{Desk, DeskError};
use crate::feed;
use crate::leased::Term;
use crate::limits;
use crate::units::Units;

/// Who sends.
#[derive(Debug)]
pub(super) struct Sender<'a> {
    pub(super) units: &'a Units,
    pub(super) post: &'a Post,
    pub(super) term: &'a Term,
}

/// How a round ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// There may be more to be sent at once.
    More,
    /// There was nothing to be sent up to this revision.
    Nothing(Revision),
    /// The rest has to wait.
    Later,
}

/// Why a round came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum RoundError {
    #[error(transparent)]
    Desk(#[from] DeskError),
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<muster_ledger::LedgerError> for RoundError {
    fn from(error: muster_ledger::LedgerError) -> Self {
        Self::Write(error.into())
    }
}

/// Something to be sent.
struct Message {
    /// Its name: the event's cursor, where it is one.
    event: String,
    kind: &'static str,
    cursor: Cursor,
    agents: Vec<AgentId>,
    body: Vec<u8>,
}

/// What a receiver knows a message by: the same for each try, on any node.
pub(crate) fn message_id(row: &WebhookRow, event: &str) -> String {
    let mut hash = Sha256::new();
    for part in [row.organization.as_str(), row.id.as_str(), event] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hex: String = hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("msg_{hex}")
}

fn envelope(
    row: &WebhookRow,
    settings: &Settings,
    event: &str,
    now: Instant,
    body: Vec<u8>,
) -> Envelope {
    let (id, timestamp) = (message_id(row, event), now.ms().div_euclid(1_000).to_string());
    let signatures = signatures(&settings.secrets, now, &id, &timestamp, &body);
    Envelope { id, timestamp, signatures, body }
}

/// Sends a `webhook.ping`, which is no event, and answers with what came of it.
pub(crate) async fn ping(
    post: &Post,
    row: &WebhookRow,
    settings: &Settings,
    event: &str,
    now: Instant,
) -> Sent {
    let kind = "webhook.ping";
    let body = bytes(&CloudEvent::new(&row.unit, event, kind, Revision::ZERO, At(now)));
    let envelope = envelope(row, settings, event, now, body);
    let outcome = post.send(&settings.url, &envelope, now).await;
    sent(event.to_owned(), kind, envelope.id, 1, now, &outcome)
}

fn sent(
    event: String,
    kind: &str,
    message: String,
    attempt: u32,
    at: Instant,
    outcome: &Outcome,
) -> Sent {
    Sent {
        event,
        message,
        kind: kind.to_owned(),
        attempt,
        at,
        duration_ms: u64::try_from(outcome.took.as_millis()).unwrap_or(u64::MAX),
        taken: outcome.is_taken(),
        status: outcome.status,
        error: outcome.error.clone(),
        next_try_at: None,
    }
}

/// A round under way.
struct Round<'a> {
    sender: &'a Sender<'a>,
    row: WebhookRow,
    settings: Settings,
    progress: Progress,
    /// What was sent and is not written yet.
    log: Vec<Sent>,
    written: time::Instant,
    has_failed: bool,
}

impl Sender<'_> {
    /// Sends what may be sent to a webhook now.
    pub(super) async fn round(&self, mark: &WebhookMark) -> Result<Rest, RoundError> {
        let ledger = self.units.ledger();
        let row = ledger.find_webhook(&mark.organization, &mark.id).await?;
        let Some(row) = row else { return Ok(Rest::Later) };
        let settings: Settings = read(&row.settings)?;
        let progress: Progress = read(&row.progress.more)?;
        let is_due = progress.due_at.is_some_and(|due| due <= self.units.clock().now());
        let key = UnitKey { organization: row.organization.clone(), unit: row.unit.clone() };
        let desk = self.units.desk(&key).await?.filter(|_| is_due);
        let Some(desk) = desk else { return Ok(Rest::Later) };
        desk.current().await?;
        let (messages, through, is_whole) = following(&desk, &settings, &progress).await?;
        if messages.is_empty() && !is_whole {
            return Ok(Rest::Nothing(through.revision));
        }
        let (written, has_failed) = (time::Instant::now(), false);
        let log = Vec::new();
        let mut round = Round { sender: self, row, settings, progress, log, written, has_failed };
        round.send_all(&messages, through).await
    }
}

/// What follows the cursor: what is to be sent of it, how far that reaches, and whether it is so
/// much that this is worth being written though nothing of it is sent.
async fn following(
    desk: &Desk,
    settings: &Settings,
    progress: &Progress,
) -> Result<(Vec<Message>, Cursor, bool), DeskError> {
    let told = match feed::after(desk, progress.cursor).await {
        Ok(told) => told,
        Err(DeskError::BaseExpired(_)) => {
            let gap = gap(desk, progress.cursor);
            let through = gap.cursor;
            return Ok((vec![gap], through, true));
        }
        Err(error) => return Err(error),
    };
    let unit = &desk.key().unit;
    let mut messages = Vec::new();
    let mut through = progress.cursor;
    for told in &told {
        for (event, index) in told.events.iter().zip(0_u32..) {
            let cursor = Cursor { revision: told.revision, index };
            if cursor <= progress.cursor || !settings.wants(event) {
                continue;
            }
            messages.push(message(unit, cursor, event, told.at));
            if messages.len() == limits::WEBHOOK_WINDOW {
                return Ok((messages, cursor, true));
            }
        }
        through = Cursor { revision: told.revision, index: u32::MAX };
    }
    Ok((messages, through, told.len() >= limits::FEED_ENTRIES))
}

fn message(
    unit: &muster_core::id::UnitId,
    cursor: Cursor,
    event: &FeedEvent,
    at: Instant,
) -> Message {
    let (name, kind) = (cursor.to_string(), event.kind());
    let body = bytes(&CloudEvent {
        subject: event.agent(),
        data: Told::Event(Box::new(EventData::new(unit, event))),
        ..CloudEvent::new(unit, &name, kind, cursor.revision, At(at))
    });
    Message { event: name, kind, cursor, agents: event.agents().cloned().collect(), body }
}

/// Says that events are no longer kept, and where to find what the unit is now.
fn gap(desk: &Desk, after: Cursor) -> Message {
    let (unit, head) = (&desk.key().unit, desk.head());
    let (event, kind) = (format!("gap-{}", shown(after)), "feed.gap");
    let revision = head.revision();
    let data = Told::Gap {
        after: shown(after),
        resumes_after: revision.to_string(),
        snapshot: format!("{}/schedules?businessUnitId={unit}", muster_api::ROOT),
    };
    let body = CloudEvent { data, ..CloudEvent::new(unit, &event, kind, revision, At(head.at())) };
    let body = bytes(&body);
    Message { event, kind, cursor: Cursor { revision, index: u32::MAX }, agents: vec![], body }
}

impl Round<'_> {
    async fn send_all(
        &mut self,
        messages: &[Message],
        through: Cursor,
    ) -> Result<Rest, RoundError> {
        let ahead = self.progress.ahead();
        let mut window = Window::default();
        for message in messages {
            let is_taken = ahead.contains(&message.cursor);
            window.push(message.cursor, message.agents.clone(), is_taken);
        }
        let mut under_way = FuturesUnordered::new();
        loop {
            // Asked before each one: this process may have stood still.
            while !self.has_failed
                && under_way.len() < limits::WEBHOOK_AT_ONCE
                && self.sender.term.holds()
                && let Some(nth) = window.send()
            {
                under_way.push(self.one(nth, &messages[nth]));
            }
            let Some((nth, at, outcome)) = under_way.next().await else { break };
            self.note(&messages[nth], at, &outcome);
            if outcome.is_taken() {
                window.take(nth);
            }
            let is_time = self.written.elapsed() >= limits::WEBHOOK_WRITTEN;
            if is_time && !under_way.is_empty() {
                let cursor = window.cursor().unwrap_or(self.progress.cursor);
                self.progress.advance(cursor, &window.ahead());
                self.write().await?;
            }
        }
        let is_done = window.is_done();
        let cursor = if is_done { Some(through) } else { window.cursor() };
        self.progress.advance(cursor.unwrap_or(self.progress.cursor), &window.ahead());
        if !self.has_failed {
            let due_at = self.progress.due_at;
            self.progress = self.progress.clone().afresh(due_at);
        }
        self.write().await?;
        Ok(if is_done && !self.has_failed { Rest::More } else { Rest::Later })
    }

    /// Sends one. What it borrows is not this round, which goes on meanwhile.
    fn one(
        &self,
        nth: usize,
        message: &Message,
    ) -> impl Future<Output = (usize, Instant, Outcome)> + use<> {
        let now = self.sender.units.clock().now();
        let body = message.body.clone();
        let envelope = envelope(&self.row, &self.settings, &message.event, now, body);
        let (post, url) = (self.sender.post.clone(), self.settings.url.clone());
        async move { (nth, now, post.send(&url, &envelope, now).await) }
    }

    /// Notes what came of one.
    fn note(&mut self, message: &Message, at: Instant, outcome: &Outcome) {
        let Message { event, kind, .. } = message;
        let attempt = self.progress.tried.remove(event).unwrap_or(0) + 1;
        let id = message_id(&self.row, event);
        let mut sent = sent(event.clone(), kind, id, attempt, at, outcome);
        if outcome.is_taken() {
            // It takes something: what failed before does not count any more.
            self.progress.failures = u32::from(self.has_failed);
            self.progress.failing_since = self.has_failed.then_some(at);
        } else {
            self.progress.tried.insert(event.clone(), attempt);
            self.fail(outcome);
            sent.next_try_at = self.progress.due_at;
        }
        self.progress.last = Some(sent.clone());
        self.log.push(sent);
    }

    /// Says when to try again, if at all.
    fn fail(&mut self, outcome: &Outcome) {
        let (now, progress) = (self.sender.units.clock().now(), &mut self.progress);
        let since = *progress.failing_since.get_or_insert(now);
        progress.reason = Some(outcome.told());
        if !self.has_failed {
            self.has_failed = true;
            progress.failures = progress.failures.saturating_add(1);
            progress.due_at = Some(later(now, pause(progress.failures)));
        }
        if let (Some(due), Some(wanted)) = (progress.due_at, outcome.not_before) {
            progress.due_at = Some(due.max(wanted.min(later(now, limits::WEBHOOK_LONGEST))));
        }
        let is_given_up = since.plus_days(limits::WEBHOOK_GIVE_UP_DAYS) <= now;
        if outcome.is_gone() || is_given_up {
            (progress.is_disabled, progress.due_at) = (true, None);
        }
        if is_given_up && !outcome.is_gone() {
            let days = limits::WEBHOOK_GIVE_UP_DAYS;
            progress.reason =
                Some(format!("it has been failing for {days} days; lastly: {}", outcome.told()));
        }
    }

    /// Writes how far it is and what was sent, on the strength of the lease.
    async fn write(&mut self) -> Result<(), RoundError> {
        let Self { sender, row, progress, log, .. } = self;
        let logged = |sent: &Sent| {
            let (organization, webhook) = (row.organization.clone(), row.id.clone());
            RowChange::LogDelivery(Delivery {
                organization,
                webhook,
                at: sent.at,
                body: bytes(sent),
            })
        };
        let logged: Vec<RowChange> = log.drain(..).map(|sent| logged(&sent)).collect();
        let moved = RowChange::MoveWebhook {
            organization: row.organization.clone(),
            id: row.id.clone(),
            turn: row.turn,
            progress: progress.stored(),
        };
        let (ledger, lease) = (sender.units.ledger(), sender.term.lease());
        let changes = [vec![moved], logged.clone()].concat();
        match ledger.write_plain(PlainWrite::under(lease, changes)).await {
            Ok(()) => {
                row.turn += 1;
                self.written = time::Instant::now();
                Ok(())
            }
            // Somebody has set it back, disabled it or removed it: that stands. What was sent was
            // sent all the same, and is logged while there is a log.
            Err(WriteError::Moved) => {
                let _ = ledger.write_plain(PlainWrite::under(lease, logged)).await;
                Err(WriteError::Moved.into())
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn later(now: Instant, pause: Duration) -> Instant {
    Instant::from_ms(now.ms() + i64::try_from(pause.as_millis()).unwrap_or(i64::MAX / 4))
}

/// How long to wait after so many rounds that failed: any time up to a longest one (full jitter),
/// so that receivers that come back are not met by everybody at once.
fn pause(failures: u32) -> Duration {
    let steps = &limits::WEBHOOK_PAUSES;
    let nth = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
    let longest = steps.get(nth).or(steps.last()).copied().unwrap_or(limits::WEBHOOK_LONGEST);
    longest.mul_f64(rand::random::<f64>())
}
