//! Operations under way: each for itself, or groups that stand or fall together.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;

use axum::Router;
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use muster_api::bulk::{Atomicity, OutcomeView};
use muster_ledger::UnitKey;
use tokio::sync::mpsc;

use super::stage::Waiting;
use super::{Operation, Outer, Stage, ties};
use crate::access::Caller;
use crate::desk::{Ask, Desk, DeskError};
use crate::http::App;
use crate::{limits, router};

/// A list of operations under way.
pub(crate) struct Bulk<'a> {
    app: &'a App,
    /// On whose behalf.
    caller: &'a Caller,
    keys: Keys,
    routes: Router,
}

/// The `Idempotency-Key` of each operation.
#[derive(Debug, Clone)]
pub(crate) enum Keys {
    /// None.
    None,
    /// The request's own, with the operation's name after it.
    Each(String),
    /// The request's own: it is the one operation.
    Same(String),
}

/// A handler that waits on stage, and what it will answer.
struct Suspended<'a> {
    handler: Pin<Box<dyn Future<Output = OutcomeView> + Send + 'a>>,
    waiting: Waiting,
}

impl<'a> Bulk<'a> {
    pub(crate) fn new(app: &'a App, caller: &'a Caller, keys: Keys) -> Self {
        Self { app, caller, keys, routes: router::operations(app) }
    }

    /// What each operation comes to, in order.
    ///
    /// # Errors
    /// [`DeskError`] when it cannot be told what ties them; nothing was done.
    pub(crate) async fn run(
        &self,
        operations: &[Operation],
        atomicity: Atomicity,
    ) -> Result<Vec<OutcomeView>, DeskError> {
        let organization = &self.caller.organization;
        let groups = match atomicity {
            Atomicity::All => vec![(0..operations.len()).collect()],
            Atomicity::Item | Atomicity::Component => {
                let stretches = ties::stretches(self.app.units(), organization, operations).await?;
                if atomicity == Atomicity::Item {
                    return Ok(self.singly(operations, stretches).await);
                }
                stretches.concat()
            }
        };
        Ok(self.together(operations, groups).await)
    }

    fn outer(&self, operation: &Operation, stage: Option<Stage>) -> Outer {
        let key = match &self.keys {
            Keys::None => None,
            Keys::Each(key) => Some(format!("{key}#{}", operation.name)),
            Keys::Same(key) => Some(key.clone()),
        };
        Outer { caller: self.caller.clone(), key, stage }
    }

    /// Each operation for itself: tied ones in order, others at the same time.
    async fn singly(
        &self,
        operations: &[Operation],
        stretches: Vec<Vec<Vec<usize>>>,
    ) -> Vec<OutcomeView> {
        let mut outcomes = BTreeMap::new();
        for stretch in stretches {
            let component = async |places: Vec<usize>| {
                let mut done = Vec::with_capacity(places.len());
                for n in places {
                    let operation = &operations[n];
                    let sent = operation.send(&self.routes, self.outer(operation, None));
                    done.push((n, sent.await));
                }
                done
            };
            let all = stream::iter(stretch.into_iter().map(component));
            let mut all = all.buffer_unordered(limits::BULK_AT_ONCE);
            while let Some(done) = all.next().await {
                outcomes.extend(done);
            }
        }
        outcomes.into_values().collect()
    }

    /// Groups of operations that stand or fall together.
    async fn together(
        &self,
        operations: &[Operation],
        mut groups: Vec<Vec<usize>>,
    ) -> Vec<OutcomeView> {
        let mut outcomes = BTreeMap::new();
        // Whoever put a record from what it was, while somebody else did too, puts it again: all
        // together always get on.
        while !groups.is_empty() {
            let (done, moved) = self.attempt(operations, groups).await;
            outcomes.extend(done);
            groups = moved;
        }
        outcomes.into_values().collect()
    }

    /// Has groups decided. Those come back of which a record has moved meanwhile.
    async fn attempt(
        &self,
        operations: &[Operation],
        groups: Vec<Vec<usize>>,
    ) -> (BTreeMap<usize, OutcomeView>, Vec<Vec<usize>>) {
        let (mut done, mut suspended) = self.gather(operations, &groups).await;
        let (mut moved, mut sent) = (Vec::new(), BTreeMap::<UnitKey, Vec<Vec<usize>>>::new());
        let mut fallen = Vec::new();
        for group in groups {
            let refused =
                group.iter().any(|n| done.get(n).is_some_and(|outcome| !outcome.is_done()));
            let waiting = || group.iter().filter_map(|n| suspended.get(n));
            let units: BTreeSet<_> = waiting().map(|one| one.waiting.desk.key()).collect();
            match (refused, units.len()) {
                (false, 0) => {}
                (false, 1) => {
                    if let Some(unit) = units.into_iter().next().cloned() {
                        let waits = |n: &usize| suspended.contains_key(n);
                        let group = group.into_iter().filter(waits).collect();
                        sent.entry(unit).or_default().push(group);
                    }
                }
                (true, _) => fallen.extend(group.into_iter().map(|n| (n, DeskError::Fallen))),
                (false, _) => fallen.extend(across_units(&group, &suspended)),
            }
        }
        for (n, error) in fallen {
            if let Some(Suspended { handler, waiting }) = suspended.remove(&n) {
                let _ = waiting.answer.send(Err(error));
                done.insert(n, handler.await);
            }
        }
        for groups in sent.into_values() {
            let Some((desk, asks)) = asks(&groups, &suspended) else { continue };
            for (group, answers) in groups.into_iter().zip(desk.ask_groups(asks).await) {
                if answers.iter().any(|answer| matches!(answer, Err(DeskError::Moved))) {
                    group.iter().for_each(|n| drop(suspended.remove(n)));
                    moved.push(group);
                    continue;
                }
                let told = group.into_iter().zip(answers).filter_map(|(n, answer)| {
                    let Suspended { handler, waiting } = suspended.remove(&n)?;
                    let _ = waiting.answer.send(answer);
                    Some(async move { (n, handler.await) })
                });
                done.extend(join_all(told.collect::<Vec<_>>()).await);
            }
        }
        (done, moved)
    }

    /// Runs each handler until it asks its desk, or is done without.
    async fn gather<'b>(
        &'b self,
        operations: &'b [Operation],
        groups: &[Vec<usize>],
    ) -> (BTreeMap<usize, OutcomeView>, BTreeMap<usize, Suspended<'b>>) {
        let (stage, mut asked) = Stage::new();
        let (mut done, mut suspended) = (BTreeMap::new(), BTreeMap::new());
        let mut places: Vec<usize> = groups.iter().flatten().copied().collect();
        places.sort_unstable();
        for n in places {
            let operation = &operations[n];
            let outer = self.outer(operation, Some(stage.clone()));
            let mut handler: Pin<Box<dyn Future<Output = OutcomeView> + Send + '_>> =
                Box::pin(operation.send(&self.routes, outer));
            match first(&mut handler, &mut asked).await {
                Ok(outcome) => drop(done.insert(n, outcome)),
                Err(waiting) => {
                    stage.show(&waiting, self.app.clock());
                    suspended.insert(n, Suspended { handler, waiting });
                }
            }
        }
        (done, suspended)
    }
}

/// What comes first: that a handler is done, or that it waits.
async fn first(
    handler: &mut (impl Future<Output = OutcomeView> + Unpin),
    asked: &mut mpsc::UnboundedReceiver<Waiting>,
) -> Result<OutcomeView, Waiting> {
    tokio::select! {
        outcome = handler => Ok(outcome),
        Some(waiting) = asked.recv() => Err(waiting),
    }
}

/// Nothing is decided across units: each is told which other unit there is.
fn across_units(
    group: &[usize],
    suspended: &BTreeMap<usize, Suspended<'_>>,
) -> Vec<(usize, DeskError)> {
    let unit = |n: &usize| suspended.get(n).map(|one| one.waiting.desk.key().clone());
    let first = group.iter().find_map(unit);
    let told = group.iter().filter_map(|n| {
        let (own, first) = (unit(n)?, first.clone()?);
        if own == first {
            return Some((*n, DeskError::Fallen));
        }
        let (kind, id) = ("business unit".to_owned(), own.unit.to_string());
        Some((*n, DeskError::CrossUnit { kind, id, unit: first.unit.to_string() }))
    });
    told.collect()
}

/// What the groups of one unit ask of its desk.
fn asks(
    groups: &[Vec<usize>],
    suspended: &BTreeMap<usize, Suspended<'_>>,
) -> Option<(Desk, Vec<Vec<Ask>>)> {
    let waiting = |n: &usize| suspended.get(n).map(|one| &one.waiting);
    let desk = groups.iter().flatten().find_map(waiting)?.desk.clone();
    let asks = groups
        .iter()
        .map(|group| group.iter().filter_map(waiting).map(|waiting| waiting.ask.clone()).collect());
    Some((desk, asks.collect()))
}
