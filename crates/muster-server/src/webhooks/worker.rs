//! Which webhook has its round when.

use std::collections::BTreeMap;
use std::pin::Pin;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use muster_core::Revision;
use muster_core::id::{OrganizationId, WebhookId};
use muster_ledger::{LedgerError, UnitKey, WebhookMark};
use tokio::time;

use super::post::Post;
use super::round::{Rest, RoundError, Sender};
use crate::leased::Term;
use crate::limits;
use crate::units::Units;

type Key = (OrganizationId, WebhookId);
type Rounds<'a> = FuturesUnordered<Pin<Box<dyn Future<Output = Ended> + Send + 'a>>>;
type Ended = (WebhookMark, Result<Rest, RoundError>);

/// Sends what is to be sent to all webhooks, for as long as the term lasts.
pub(crate) async fn deliver(units: Units, post: Post, term: Term) {
    let sender = Sender { units: &units, post: &post, term: &term };
    let mut rounds = Rounds::new();
    // Where each has a round, or had one that found nothing.
    let mut busy: BTreeMap<Key, Option<Seen>> = BTreeMap::new();
    // Beside the rounds, never instead of them: one that is not polled may hold what it waits for.
    let mut looking = Box::pin(due(&units));
    loop {
        tokio::select! {
            Some((mark, ended)) = rounds.next(), if !rounds.is_empty() => {
                let key = (mark.organization.clone(), mark.id.clone());
                match ended {
                    Ok(Rest::More) => rounds.push(round(&sender, mark)),
                    Ok(Rest::Nothing(revision)) => {
                        busy.insert(key, Some(Seen { mark, revision }));
                    }
                    Ok(Rest::Later) => {
                        busy.remove(&key);
                    }
                    Err(error) => {
                        tracing::debug!(webhook = %mark.id, %error, "round not finished");
                        busy.remove(&key);
                    }
                }
            }
            looked = &mut looking => {
                match looked {
                    Ok(due) => begin(&sender, due, &mut busy, &rounds),
                    Err(error) => tracing::warn!(%error, "webhooks not looked at"),
                }
                looking.set(due(&units));
            }
        }
    }
}

/// Where a round found nothing to be sent.
struct Seen {
    mark: WebhookMark,
    /// Up to which revision it looked.
    revision: Revision,
}

/// Begins the rounds of those that have none.
fn begin<'a>(
    sender: &'a Sender<'a>,
    due: Vec<(WebhookMark, Revision)>,
    busy: &mut BTreeMap<Key, Option<Seen>>,
    rounds: &Rounds<'a>,
) {
    // What has nothing new behind its cursor is looked at afresh when it has.
    let is_due = |key: &Key| due.iter().any(|(m, _)| (&m.organization, &m.id) == (&key.0, &key.1));
    busy.retain(|key, seen| seen.is_none() || is_due(key));
    for (mark, head) in due {
        if rounds.len() >= limits::WEBHOOK_ROUNDS {
            return;
        }
        let key = (mark.organization.clone(), mark.id.clone());
        let is_needless = busy.get(&key).is_some_and(|seen| match seen {
            Some(seen) => seen.mark == mark && seen.revision >= head,
            None => true,
        });
        if !is_needless {
            busy.insert(key, None);
            rounds.push(round(sender, mark));
        }
    }
}

fn round<'a>(
    sender: &'a Sender<'a>,
    mark: WebhookMark,
) -> Pin<Box<dyn Future<Output = Ended> + Send + 'a>> {
    Box::pin(async move {
        let ended = sender.round(&mark).await;
        (mark, ended)
    })
}

/// After a moment, the webhooks whose time has come and whose units have moved on, with their
/// units' heads.
async fn due(units: &Units) -> Result<Vec<(WebhookMark, Revision)>, LedgerError> {
    time::sleep(limits::WEBHOOK_LOOK).await;
    let marks = units.ledger().webhook_marks().await?;
    let unit = |mark: &WebhookMark| UnitKey {
        organization: mark.organization.clone(),
        unit: mark.unit.clone(),
    };
    let mut keys: Vec<UnitKey> = marks.iter().map(unit).collect();
    keys.sort();
    keys.dedup();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let heads = units.ledger().heads(&keys).await?;
    let now = units.clock().now();
    let mut lag = 0;
    let mut due = Vec::new();
    for mark in marks {
        let Some(head) = heads.get(&unit(&mark)).copied() else { continue };
        lag += head.0.saturating_sub(mark.revision.0);
        if mark.due_at <= now && head > mark.revision {
            due.push((mark, head));
        }
    }
    units.metrics().webhook_lag(lag);
    Ok(due)
}
