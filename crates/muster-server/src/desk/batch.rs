//! Group commit: decide what is queued, append it together, then answer everybody.

use std::collections::BTreeSet;
use std::sync::Arc;

use muster_core::Roster;
use muster_core::command::Action;
use muster_core::decide::{Outcome, Rejection, decide};
use muster_core::entry::{Entry, FORMAT};
use muster_core::id::{CommandId, Revision};
use muster_ledger::{
    AppendError, LedgerError, NewEntry, StoredCommand, SubjectChange, encode, subjects,
};
use tokio::sync::mpsc;

use crate::desk::history::Moment;
use crate::desk::{Answer, Ask, DeskError, Noted, Reply, State, load};
use crate::limits;

/// Serves a unit until its last handle is gone.
pub(super) async fn serve(state: Arc<State>, mut asks: mpsc::Receiver<(Ask, Reply)>) {
    let mut snapshot_at = state.head.load().roster.revision();
    let mut batch = Vec::with_capacity(limits::BATCH);
    while asks.recv_many(&mut batch, limits::BATCH).await > 0 {
        settle(&state, std::mem::take(&mut batch)).await;
        let head = state.head.load().roster.clone();
        // The larger the unit, the more a snapshot costs beside the entries that it spares.
        let apart = limits::SNAPSHOT_ENTRIES.max(2 * head.shift_count());
        if head.revision().0 - snapshot_at.0 >= apart {
            snapshot_at = head.revision();
            tokio::spawn(load::snapshot(state.clone(), head));
        }
    }
}

/// A command decided, not yet answered.
struct Decided {
    /// It was not decided: the record is no longer the one it was made from.
    has_moved: bool,
    result: Result<Outcome, Rejection>,
    before: Roster,
    after: Roster,
    at: muster_core::Instant,
    entry: Option<Arc<Entry>>,
    /// The request's hash and the outcome as bytes, for whoever sends the same key again.
    stored: Option<(muster_ledger::Hash, Vec<u8>)>,
}

/// Decides and appends until everybody in the batch has an answer.
async fn settle(state: &Arc<State>, mut batch: Vec<(Ask, Reply)>) {
    let mut tries = 0;
    let mut is_unsure = false;
    while !batch.is_empty() {
        let twins = twins(&mut batch);
        let decided = decide_all(state, &batch);
        let rest = match append(state, &decided).await {
            Ok(()) => answer_all(state, batch, decided, is_unsure).await,
            Err(AppendError::Behind(_)) => catch_up(state, batch).await,
            Err(AppendError::Duplicate(id)) => answer_duplicate(state, batch, &id).await,
            Err(AppendError::SubjectTaken { kind, id, unit }) => {
                let (what, unit) = (kind.to_string(), unit.to_string());
                let error = DeskError::CrossUnit { kind: what, id: id.clone(), unit };
                refuse_claimant(batch, &decided, &SubjectChange::Claim(kind, id), &error)
            }
            // Whether the append took effect is not known: the same append again puts the two in
            // order. Nobody is answered and nothing new is decided until then.
            Err(AppendError::Indeterminate) => {
                is_unsure = true;
                loop_until_known(state, batch, decided).await
            }
            Err(AppendError::Other(error)) => {
                tries += 1;
                if tries < limits::APPEND_TRIES && is_passing(&error) {
                    batch
                } else {
                    give_up(batch, &error);
                    Vec::new()
                }
            }
        };
        batch = rest;
        batch.extend(twins);
    }
}

/// Takes out all but the first of the commands that share an id: they wait for it.
fn twins(batch: &mut Vec<(Ask, Reply)>) -> Vec<(Ask, Reply)> {
    let mut seen = BTreeSet::new();
    batch.extract_if(.., |(ask, _)| !seen.insert(ask.id.clone())).collect()
}

fn decide_all(state: &State, batch: &[(Ask, Reply)]) -> Vec<Decided> {
    let mut working = state.head.load().roster.clone();
    batch.iter().map(|(ask, _)| decide_one(state, ask, &mut working)).collect()
}

fn decide_one(state: &State, ask: &Ask, working: &mut Roster) -> Decided {
    let before = working.clone();
    let at = before.now(state.clock.now());
    let has_moved =
        ask.ground.as_ref().is_some_and(|ground| differs(ground, working, &ask.command.action));
    let mut decided = Decided {
        has_moved,
        result: Ok(Outcome::Done),
        before,
        after: working.clone(),
        at,
        entry: None,
        stored: None,
    };
    if has_moved {
        return decided;
    }
    match decide(working, &ask.command, at) {
        Err(rejection) => decided.result = Err(rejection),
        Ok(decision) => {
            decided.entry = decision.entry(working, &ask.command, &ask.id, at).map(Arc::new);
            if let Some(entry) = &decided.entry {
                working.apply(entry);
                decided.after = working.clone();
                let answer = serde_json::to_vec(&decision.outcome).expect("outcomes are data");
                decided.stored = Some((ask.keyed.unwrap_or_default(), answer));
            }
            decided.result = Ok(decision.outcome);
        }
    }
    decided
}

/// Whether the record that a command puts differs between two states.
fn differs(ground: &Roster, now: &Roster, action: &Action) -> bool {
    match action {
        Action::PutUnit(_) => ground.unit() != now.unit(),
        Action::PutManagementUnit(unit) => {
            let known = |roster: &Roster| roster.management_unit(&unit.id).cloned();
            known(ground) != known(now)
        }
        Action::PutAgents(agents) => {
            agents.iter().any(|agent| ground.agent(&agent.id) != now.agent(&agent.id))
        }
        Action::PutActivityCode(code) => ground.code(&code.id) != now.code(&code.id),
        Action::SetRules(_) => ground.rules() != now.rules(),
        // These name what they start from themselves.
        Action::AgentLeaves(_)
        | Action::CreateDraft { .. }
        | Action::EditDraft { .. }
        | Action::RebaseDraft(_)
        | Action::DeleteDraft(_)
        | Action::Publish { .. }
        | Action::PublishDocument { .. }
        | Action::EditShifts { .. }
        | Action::Revert { .. }
        | Action::OfferSwap(_)
        | Action::AcceptSwap { .. }
        | Action::DeclineSwap { .. }
        | Action::CancelSwap(_)
        | Action::ApproveSwap { .. }
        | Action::DenySwap { .. }
        | Action::RequestTimeOff(_)
        | Action::ChangeTimeOff { .. }
        | Action::ApproveTimeOff { .. }
        | Action::DenyTimeOff { .. }
        | Action::CancelTimeOff(_) => false,
    }
}

async fn append(state: &State, decided: &[Decided]) -> Result<(), AppendError> {
    let after = state.head.load().roster.revision();
    let entries: Vec<NewEntry> = decided.iter().filter_map(new_entry).collect();
    // Without entries this only confirms the head: refusals and no-ops are answers too.
    state.ledger.append(&state.key, after, entries).await.map(|_| ())
}

fn new_entry(decided: &Decided) -> Option<NewEntry> {
    let entry = decided.entry.as_ref()?;
    let (request_hash, answer) = decided.stored.clone()?;
    Some(NewEntry {
        at: entry.at,
        format: FORMAT,
        command: entry.command.clone(),
        request_hash,
        answer,
        body: encode(entry),
        subjects: subjects(&entry.events),
    })
}

/// Everything is durable: the head moves, everybody is answered. A refused or empty command whose
/// key took effect before gets that answer instead; so does one without a key if it may have taken
/// effect a moment ago, in an append of which nobody knew.
async fn answer_all(
    state: &Arc<State>,
    batch: Vec<(Ask, Reply)>,
    decided: Vec<Decided>,
    is_unsure: bool,
) -> Vec<(Ask, Reply)> {
    for item in &decided {
        if let Some(entry) = &item.entry {
            state.advance(Moment::new(item.after.clone(), Some(entry.clone())));
        }
    }
    for ((ask, reply), item) in batch.into_iter().zip(decided) {
        if item.has_moved {
            let _ = reply.send(Err(DeskError::Moved));
            continue;
        }
        if item.entry.is_none() && (ask.keyed.is_some() || is_unsure) {
            match state.ledger.find_command(&state.key, &ask.id).await {
                Ok(None) => {}
                Ok(Some(stored)) => {
                    replay(state, ask, stored, reply);
                    continue;
                }
                Err(error) => {
                    let _ = reply.send(Err(error.into()));
                    continue;
                }
            }
        }
        note(state, &ask, &item);
        let Decided { has_moved: _, result, before, after, at, entry: _, stored: _ } = item;
        let revision = after.revision();
        let command = ask.command;
        let answer = Answer { command, result, revision, before, after, at, replayed: false };
        // The client may have gone; what was accepted stays accepted.
        let _ = reply.send(Ok(answer));
    }
    Vec::new()
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

/// Answers with what the same command got when it took effect; off the desk, for the states of
/// then may have to be read again.
fn replay(state: &Arc<State>, ask: Ask, stored: StoredCommand, reply: Reply) {
    let state = state.clone();
    tokio::spawn(async move {
        let _ = reply.send(replayed(&state, &ask, &stored).await);
    });
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
    let (revision, at) = (stored.revision, stored.at);
    let (command, result) = (ask.command.clone(), Ok(outcome));
    Ok(Answer { command, result, revision, before, after, at, replayed: true })
}

async fn answer_duplicate(
    state: &Arc<State>,
    batch: Vec<(Ask, Reply)>,
    id: &CommandId,
) -> Vec<(Ask, Reply)> {
    let (same, rest): (Vec<_>, Vec<_>) = batch.into_iter().partition(|(ask, _)| ask.id == *id);
    for (ask, reply) in same {
        let error = match state.ledger.find_command(&state.key, id).await {
            Ok(Some(stored)) => {
                replay(state, ask, stored, reply);
                continue;
            }
            Ok(None) => DeskError::Unavailable(format!("command {id} is not found again")),
            Err(error) => error.into(),
        };
        let _ = reply.send(Err(error));
    }
    rest
}

/// Whoever claims an id that another unit has is told; the others are decided again.
fn refuse_claimant(
    batch: Vec<(Ask, Reply)>,
    decided: &[Decided],
    claim: &SubjectChange,
    error: &DeskError,
) -> Vec<(Ask, Reply)> {
    let claims = |item: &Decided| {
        let mut claimed = item.entry.iter().flat_map(|entry| subjects(&entry.events));
        claimed.any(|change| change == *claim)
    };
    let mut rest = Vec::new();
    for ((ask, reply), item) in batch.into_iter().zip(decided) {
        if claims(item) {
            let _ = reply.send(Err(error.clone()));
        } else {
            rest.push((ask, reply));
        }
    }
    rest
}

/// Another node was faster: its entries first, then everything is decided again.
async fn catch_up(state: &Arc<State>, batch: Vec<(Ask, Reply)>) -> Vec<(Ask, Reply)> {
    let mut roster = state.head.load().roster.clone();
    let known = roster.revision();
    match load::replay(&state.ledger, &state.key, &mut roster, Revision(u64::MAX)).await {
        Ok(entry) if roster.revision() > known => {
            state.advance(Moment::new(roster, entry));
            batch
        }
        Ok(_) => batch,
        Err(error) => {
            for (_, reply) in batch {
                let _ = reply.send(Err(error.clone()));
            }
            Vec::new()
        }
    }
}

async fn loop_until_known(
    state: &Arc<State>,
    batch: Vec<(Ask, Reply)>,
    decided: Vec<Decided>,
) -> Vec<(Ask, Reply)> {
    for _ in 0..limits::APPEND_TRIES {
        match append(state, &decided).await {
            Ok(()) => return answer_all(state, batch, decided, true).await,
            Err(AppendError::Indeterminate) => {}
            // `Behind` with our own entries in the tail means that the first append took effect:
            // deciding again finds every command there by its id.
            Err(AppendError::Behind(_) | AppendError::Duplicate(_)) => {
                return catch_up(state, batch).await;
            }
            Err(AppendError::SubjectTaken { .. } | AppendError::Other(_)) => break,
        }
    }
    give_up(batch, &LedgerError::Indeterminate);
    Vec::new()
}

fn is_passing(error: &LedgerError) -> bool {
    matches!(
        error,
        LedgerError::Unavailable(
            muster_ledger::Unavailable::Busy | muster_ledger::Unavailable::Undone
        )
    )
}

fn give_up(batch: Vec<(Ask, Reply)>, error: &LedgerError) {
    tracing::error!(%error, commands = batch.len(), "batch not appended");
    for (_, reply) in batch {
        let _ = reply.send(Err(DeskError::Unavailable(error.to_string())));
    }
}
