//! The checker: whether what clients were told is what the ledger says, in an order that respects
//! time.
//!
//! The ledger puts every entry in its place, and an answer names the revision it was made at; so
//! there is one order to look at, and no search for one.

mod chain;
mod order;
mod place;
mod told;

use std::collections::BTreeMap;
use std::fmt;

use muster_core::Roster;
use muster_core::entry::Entry;

use crate::history::Op;

/// What a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The entries are no chain of revisions.
    BrokenChain,
    /// An entry is older than the one before it.
    TimeRunsBack,
    /// Somebody is in two places.
    DoubleBooked,
    /// A swap did more than hand shifts over.
    NotConserved,
    /// An accepted edit has no entry.
    Lost,
    /// One command has two entries.
    Doubled,
    /// An accepted edit has its entry at another revision than the client was told.
    Elsewhere,
    /// A refused command has an entry.
    RefusedYetThere,
    /// Nobody asked for an entry.
    Stranger,
    /// An answer with a status that no load, fault or meeting excuses.
    BadAnswer,
    /// An accepted edit does not show in the state of its revision.
    NoEffect,
    /// An answer shows something else than the state of its revision.
    WrongRead,
    /// Something is said not to be there that was there all the time.
    Overlooked,
    /// An answer is older than one that somebody had before it was asked for.
    Inversion,
}

/// Something that must not happen.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.what)
    }
}

fn fault(kind: Kind, what: String) -> Fault {
    Fault { kind, what }
}

/// One unit's ledger and all that was asked of it.
struct Past<'a> {
    /// Every state, by revision.
    states: Vec<Roster>,
    entries: &'a [Entry],
    ops: Vec<Place<'a>>,
}

/// An operation, and where the ledger has it.
struct Place<'a> {
    op: &'a Op,
    /// The revisions of the entries of its command.
    found: Vec<u64>,
    /// The highest revision that anybody knew of before it was asked for.
    floor: u64,
}

impl Place<'_> {
    /// The revision it was answered at.
    fn told(&self) -> Option<u64> {
        self.op.answer.as_ref()?.revision
    }

    fn name(&self) -> String {
        let Op { client, ask, wish, invoked, answer, attempts, .. } = self.op;
        let answer = answer.as_ref().map(|told| (told.status, told.revision, told.node, told.at));
        format!(
            "client {client} asked {} {} {:?} ({wish:?}) at {invoked:?}, was told {answer:?} \
             after {attempts:?}; entries {:?}, floor {}",
            ask.method, ask.path, ask.key, self.found, self.floor
        )
    }
}

/// All that is wrong with a unit's history; `client` is the id that all its keys belong to.
pub(crate) fn faults(unit: &str, entries: &[Entry], ops: &[Op], client: &str) -> Vec<Fault> {
    let (states, mut faults) = chain::states(entries);
    if !faults.is_empty() {
        return faults;
    }
    let mut found: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for entry in entries {
        found.entry(entry.command.as_str()).or_default().push(entry.revision.0);
    }
    let own = ops.iter().filter(|op| op.unit == unit);
    let places = own.map(|op| {
        let command = op.command(client);
        let found = command.and_then(|command| found.remove(&*command)).unwrap_or_default();
        Place { op, found, floor: 0 }
    });
    let mut past = Past { states, entries, ops: places.collect() };
    order::set_floors(&mut past.ops);
    for (command, revisions) in found {
        let what = format!("command {command} at {revisions:?} is nobody's");
        faults.push(fault(Kind::Stranger, what));
    }
    faults.extend(chain::bookings(&past));
    faults.extend(chain::swaps(&past));
    for place in &past.ops {
        faults.extend(place::of(place));
        faults.extend(told::of(&past, place));
    }
    faults.extend(order::inversions(&past));
    faults
}
