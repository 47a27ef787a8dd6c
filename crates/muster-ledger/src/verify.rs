//! Reading a ledger from its first entry and finding where it is damaged.

use std::fmt;

use muster_core::id::Revision;

use crate::entry::{Chain, Hash, Link, NO_HASH};
use crate::subject::UnitKey;

/// How far a verification has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerifyProgress {
    /// Units read to their end.
    pub units: u64,
    /// Units there are.
    pub units_total: u64,
    /// Entries read.
    pub entries: u64,
    /// Entries there are, going by the heads of the units.
    pub entries_total: u64,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// Units read.
    pub units: u64,
    /// Entries read.
    pub entries: u64,
    /// The first damage of each damaged unit, by unit; empty when all is well.
    pub damages: Vec<Damage>,
    /// What is wrong with the engine's own structures, as the engine says it: pages of a file,
    /// an index that does not go with its table. Empty when all is well.
    pub structure: Vec<String>,
}

impl VerifyReport {
    /// Whether nothing is damaged.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.damages.is_empty() && self.structure.is_empty()
    }
}

/// Where a unit's ledger is damaged first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Damage {
    /// The unit.
    pub unit: UnitKey,
    /// The revision that cannot be trusted; all before it can.
    pub revision: Revision,
    /// What is wrong.
    pub kind: DamageKind,
}

/// What is wrong with a unit's ledger.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DamageKind {
    /// The entry is not there.
    EntryMissing,
    /// The entry does not have the hash that its content and its predecessor give it.
    HashWrong,
    /// The entry lies beyond the head.
    BeyondHead {
        /// The head.
        head: Revision,
    },
    /// The head has another hash than the last entry.
    HeadHashWrong,
    /// A command says it became this entry, which does not exist.
    CommandWithoutEntry {
        /// The command.
        command: String,
    },
    /// A stored value cannot be read.
    Unreadable {
        /// Why.
        reason: String,
    },
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unit, revision, kind } = self;
        write!(f, "unit {unit}, revision {revision}: ")?;
        match kind {
            DamageKind::EntryMissing => f.write_str("the entry is missing"),
            DamageKind::HashWrong => f.write_str("the entry does not match its hash"),
            DamageKind::BeyondHead { head } => write!(f, "an entry lies beyond the head {head}"),
            DamageKind::HeadHashWrong => f.write_str("the head has another hash than the entry"),
            DamageKind::CommandWithoutEntry { command } => {
                write!(f, "command {command} became an entry that does not exist")
            }
            DamageKind::Unreadable { reason } => write!(f, "unreadable: {reason}"),
        }
    }
}

/// Follows one unit's chain, entry by entry.
pub(crate) struct Follower {
    chain: Chain,
    head: Revision,
    head_hash: Hash,
    last: Revision,
    last_hash: Hash,
}

/// A damage whose unit the caller knows.
pub(crate) type Found = (Revision, DamageKind);

impl Follower {
    pub(crate) fn new(unit: &UnitKey, head: Revision, head_hash: Hash) -> Self {
        let chain = Chain::new(unit);
        Self { chain, head, head_hash, last: Revision::ZERO, last_hash: NO_HASH }
    }

    /// Takes the next entry by revision, and the hash stored with it.
    pub(crate) fn entry(&mut self, link: &Link<'_>, stored: &[u8]) -> Result<(), Found> {
        let expected = self.last.next();
        if expected > self.head {
            return Err((link.revision, DamageKind::BeyondHead { head: self.head }));
        }
        if link.revision != expected {
            return Err((expected, DamageKind::EntryMissing));
        }
        let hash = self.chain.link(self.last_hash, link);
        if hash != stored {
            return Err((link.revision, DamageKind::HashWrong));
        }
        (self.last, self.last_hash) = (link.revision, hash);
        Ok(())
    }

    /// All entries have been taken.
    pub(crate) fn end(&self) -> Result<(), Found> {
        if self.last < self.head {
            return Err((self.last.next(), DamageKind::EntryMissing));
        }
        if self.last_hash != self.head_hash {
            return Err((self.head, DamageKind::HeadHashWrong));
        }
        Ok(())
    }

    /// The last entry that was good.
    pub(crate) fn last(&self) -> Revision {
        self.last
    }
}
