//! Answering a batch that is durable, and commands that took effect before.

use std::collections::BTreeSet;
use std::iter;
use std::sync::Arc;

use muster_core::decide::{Outcome, Rejection};
use muster_core::id::{CommandId, Revision};
use muster_ledger::{LedgerError, StoredCommand, SubjectChange, subjects};

use crate::desk::batch::Asked;
use crate::desk::decide::{Decided, Void};
use crate::desk::history::Moment;
use crate::desk::{Answer, Ask, DeskError, Noted, Reply, State, load};
use crate::trace::Context;

/// Everything is durable: the head moves, everybody is answered. A refused or empty command whose
/// key took effect before gets that answer instead; so does one without a key if it may have taken
/// effect a moment ago, in an append of which nobody knew. That it is its own entry that moved the
/// record from under it is one such case.
pub(super) fn all(state: &Arc<State>, batch: Vec<Asked>, decided: Vec<Decided>, is_unsure: bool) {
    for item in &decided {
        if let Some(entry) = &item.entry {
            state.advance(Moment::new(item.after.clone(), Some(entry.clone())));
        }
    }
    for (Asked { ask, reply, .. }, item) in batch.into_iter().zip(decided) {
        if item.entry.is_none() && (ask.keyed.is_some() || is_unsure) {
            tokio::spawn(look_first(state.clone(), ask, item, reply));
        } else {
            // The client may have gone; what was accepted stays accepted.
            let _ = reply.send(told(state, ask, item));
        }
    }
}

/// Answers with what the command came to before, if it did; off the desk, for the states of then
/// may have to be read again.
async fn look_first(state: Arc<State>, ask: Ask, item: Decided, reply: Reply) {
    let answer = match state.ledger.find_command(&state.key, &ask.id).await {
        Ok(None) => told(&state, ask, item),
        Ok(Some(stored)) => replayed(&state, &ask, &stored).await,
        Err(error) => Err(error.into()),
    };
    // The client may have gone.
    let _ = reply.send(answer);
}

/// What a command came to now.
fn told(state: &State, ask: Ask, item: Decided) -> Result<Answer, DeskError> {
    match (item.void, &item.result) {
        (Some(Void::Moved), _) => return Err(DeskError::Moved),
        (Some(Void::Fallen), Ok(_)) => return Err(DeskError::Fallen),
        // Nobody else sees the state that it was refused on.
        (Some(Void::Fallen), Err(_)) => {}
        (None, _) => note(state, &ask, &item),
    }
    count(state, &item);
    let Decided { result, before, after, at, .. } = item;
    let revision = after.revision();
    Ok(Answer { command: ask.command, result, revision, before, after, at, replayed: false })
}

fn count(state: &State, item: &Decided) {
    let outcome = match (&item.result, &item.entry) {
        (Ok(_), Some(_)) => "accepted",
        (Ok(_), None) => "unchanged",
        (Err(_), _) => "refused",
    };
    state.metrics.decision(outcome);
    if let Err(Rejection::Conflict { findings }) = &item.result {
        findings.iter().for_each(|finding| state.metrics.refusal(finding.kind.name()));
    }
}

fn note(state: &State, ask: &Ask, item: &Decided) {
    if let Some(notes) = &state.notes {
        notes(Noted {
            unit: state.key.clone(),
            command: ask.command.clone(),
            revision: item.before.revision(),
            at: item.at,
            result: item.result.clone(),
            entry: item.entry.clone(),
        });
    }
}

/// The answer that the same command got when it took effect.
async fn replayed(
    state: &Arc<State>,
    ask: &Ask,
    stored: &StoredCommand,
) -> Result<Answer, DeskError> {
    if stored.request_hash != ask.keyed.unwrap_or_default() {
        return Err(DeskError::KeyReused);
    }
    let outcome: Outcome = serde_json::from_slice(&stored.answer)
        .map_err(|error| DeskError::Unavailable(format!("a stored answer is damaged: {error}")))?;
    // The states of then, so that the answer is the first one to the letter.
    let after = load::then(state, stored.revision).await?;
    let before = load::then(state, Revision(stored.revision.0.saturating_sub(1))).await?;
    state.metrics.decision("replayed");
    let (revision, at) = (stored.revision, stored.at);
    let (command, result) = (ask.command.clone(), Ok(outcome));
    Ok(Answer { command, result, revision, before, after, at, replayed: true })
}

/// A command of the batch took effect before: it gets its first answer, the others come back.
pub(super) fn duplicate(state: &Arc<State>, batch: Vec<Asked>, id: &CommandId) -> Vec<Asked> {
    let (same, rest): (Vec<_>, Vec<_>) = batch.into_iter().partition(|asked| asked.ask.id == *id);
    for Asked { ask, reply, .. } in same {
        let state = state.clone();
        tokio::spawn(async move {
            let answer = match state.ledger.find_command(&state.key, &ask.id).await {
                Ok(Some(stored)) => replayed(&state, &ask, &stored).await,
                Ok(None) => {
                    let what = format!("command {} is not found again", ask.id);
                    Err(DeskError::Unavailable(what))
                }
                Err(error) => Err(error.into()),
            };
            // The client may have gone.
            let _ = reply.send(answer);
        });
    }
    rest
}

/// Whoever claims an id that another unit has is told, and those who stand or fall with them; the
/// others are decided again.
pub(super) fn refuse_claimant(
    batch: Vec<Asked>,
    decided: &[Decided],
    claim: &SubjectChange,
    error: &DeskError,
) -> Vec<Asked> {
    let claims = |item: &Decided| {
        let mut claimed = item.entry.iter().flat_map(|entry| subjects(&entry.events));
        claimed.any(|change| change == *claim)
    };
    let is_claimant: Vec<bool> = decided.iter().map(claims).collect();
    let groups: BTreeSet<CommandId> = iter::zip(&batch, &is_claimant)
        .filter(|(_, is_claimant)| **is_claimant)
        .filter_map(|(asked, _)| asked.group.clone())
        .collect();
    let mut rest = Vec::new();
    for (asked, is_claimant) in batch.into_iter().zip(is_claimant) {
        if is_claimant {
            let _ = asked.reply.send(Err(error.clone()));
        } else if asked.group.as_ref().is_some_and(|group| groups.contains(group)) {
            let _ = asked.reply.send(Err(DeskError::Fallen));
        } else {
            rest.push(asked);
        }
    }
    rest
}

/// Nobody can be told anything but to come again.
pub(super) fn give_up(batch: Vec<Asked>, error: LedgerError) {
    let ids = batch.iter().filter_map(|asked| asked.context.as_ref().map(Context::id));
    let requests = ids.collect::<Vec<_>>().join(" ");
    tracing::error!(%error, commands = batch.len(), requests, "batch not appended");
    let error = DeskError::from(error);
    for Asked { reply, .. } in batch {
        let _ = reply.send(Err(error.clone()));
    }
}
