//! Random appends against a model of a few lines: the ledger answers as the model does.

use std::collections::{BTreeMap, BTreeSet};

use muster_core::id::Revision;
use muster_ledger::{AppendError, Ledger, NewEntry, SubjectChange, SubjectKind, UnitKey};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use crate::engine::Engine;
use crate::given::{all_entries, assert_sound, claim, entry_with, organization, release, unit};

const CASES: u32 = 24;
const UNITS: [&str; 3] = ["u1", "u2", "u3"];

/// One append by one of two handles.
#[derive(Debug, Clone)]
struct Op {
    handle: usize,
    unit: usize,
    /// How far its idea of the head is off.
    off: i8,
    entries: Vec<(u8, Vec<SubjectChange>)>,
}

fn op() -> impl Strategy<Value = Op> {
    let change = (any::<bool>(), 0..6_u8).prop_map(|(taken, id)| match taken {
        true => claim(SubjectKind::Agent, &format!("agent-{id}")),
        false => release(SubjectKind::Agent, &format!("agent-{id}")),
    });
    let entry = (0..80_u8, prop::collection::vec(change, 0..3));
    let entries = prop::collection::vec(entry, 0..4);
    let off = prop_oneof![8 => Just(0_i8), 1 => Just(-1), 1 => Just(1)];
    (0..2_usize, 0..UNITS.len(), off, entries).prop_map(|(handle, unit, off, entries)| Op {
        handle,
        unit,
        off,
        entries,
    })
}

/// What the ledger ought to hold.
#[derive(Debug, Clone, Default)]
struct Model {
    /// The commands of each unit, in order.
    commands: BTreeMap<usize, Vec<String>>,
    /// Which unit has an agent.
    agents: BTreeMap<String, usize>,
}

#[derive(Debug, PartialEq)]
enum Answer {
    Appended(u64),
    Behind(u64),
    Duplicate(String),
    Taken(String, usize),
}

impl Model {
    fn append(&mut self, unit: usize, after: u64, entries: &[NewEntry]) -> Answer {
        let mut next = self.clone();
        let commands = next.commands.entry(unit).or_default();
        if commands.len() as u64 != after {
            return Answer::Behind(commands.len() as u64);
        }
        let mut seen: BTreeSet<String> = commands.iter().cloned().collect();
        for entry in entries {
            let command = entry.command.to_string();
            if !seen.insert(command.clone()) {
                return Answer::Duplicate(command);
            }
            commands.push(command);
            // Sorted by subject, as documented nowhere: only which id is named first depends on it.
            let mut changes = entry.subjects.clone();
            changes.sort_by_key(|change| match change {
                SubjectChange::Claim(_, id) | SubjectChange::Release(_, id) => id.clone(),
            });
            for change in changes {
                match change {
                    SubjectChange::Claim(_, id) => match next.agents.get(&id) {
                        Some(owner) if *owner != unit => return Answer::Taken(id, *owner),
                        _ => drop(next.agents.insert(id, unit)),
                    },
                    SubjectChange::Release(_, id) => {
                        if next.agents.get(&id) == Some(&unit) {
                            next.agents.remove(&id);
                        }
                    }
                }
            }
        }
        let head = commands.len() as u64;
        *self = next;
        Answer::Appended(head)
    }
}

async fn answer(ledger: &Ledger, unit: &UnitKey, after: u64, entries: Vec<NewEntry>) -> Answer {
    match ledger.append(unit, Revision(after), entries).await {
        Ok(appended) => Answer::Appended(appended.head.0),
        Err(AppendError::Behind(head)) => Answer::Behind(head.0),
        Err(AppendError::Duplicate(command)) => Answer::Duplicate(command.to_string()),
        Err(AppendError::SubjectTaken { id, unit, .. }) => {
            let owner = UNITS.iter().position(|name| *name == unit.as_str());
            Answer::Taken(id, owner.unwrap())
        }
        Err(error) => panic!("{error}"),
    }
}

async fn check<E: Engine>(ops: &[Op]) {
    let engine = E::fresh().await;
    let units = UNITS.map(|id| unit("acme", id));
    let ledgers = [engine.serve().await, engine.beside().await];
    for unit in &units {
        ledgers[0].create_unit(&unit.organization, &unit.unit).await.unwrap();
    }
    let mut model = Model::default();
    for op in ops {
        let head = model.commands.get(&op.unit).map_or(0, Vec::len) as u64;
        let after = head.saturating_add_signed(i64::from(op.off));
        let new = |(id, changes): &(u8, Vec<SubjectChange>)| {
            entry_with(&format!("c-{id}"), changes.clone())
        };
        let entries: Vec<NewEntry> = op.entries.iter().map(new).collect();
        let expected = model.append(op.unit, after, &entries);
        let got = answer(&ledgers[op.handle], &units[op.unit], after, entries).await;
        assert_eq!(got, expected, "{op:?} of {ops:?}");
    }
    let mut entries = 0;
    for (nth, unit) in units.iter().enumerate() {
        let stored = all_entries(&ledgers[0], unit).await;
        let stored: Vec<String> = stored.iter().map(|entry| entry.command.to_string()).collect();
        assert_eq!(stored, model.commands.remove(&nth).unwrap_or_default());
        entries += stored.len() as u64;
    }
    for id in 0..6 {
        let agent = format!("agent-{id}");
        let acme = organization("acme");
        let found = ledgers[1].find_subject(&acme, SubjectKind::Agent, &agent).await.unwrap();
        let expected = model.agents.get(&agent).map(|nth| units[*nth].unit.clone());
        assert_eq!(found, expected, "{agent}");
    }
    assert_eq!(assert_sound(&ledgers[1]).await, entries);
}

pub(crate) async fn any_interleaving_keeps_the_chain<E: Engine>(_: &E) {
    // The runner is asked for values only: its own loop cannot wait for a future.
    let mut runner = TestRunner::new(Config::default());
    let ops = prop::collection::vec(op(), 1..40);
    for _ in 0..CASES {
        let ops = ops.new_tree(&mut runner).unwrap().current();
        check::<E>(&ops).await;
    }
}
