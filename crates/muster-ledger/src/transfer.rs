//! Moving ledgers: to a file, from a file, from one engine to another, whole or as of a moment.
//!
//! Everything here is written against [`Ledger`](crate::Ledger) and runs on any engine. What is
//! moved is read from a [`Source`], which checks the hash of every entry, and goes to a file
//! ([`export()`]) or to another ledger ([`import()`]).

mod error;
mod export;
mod file;
mod hex;
mod import;
mod line;
mod lines;
mod source;

use muster_core::id::{OrganizationId, Revision};
use muster_core::instant::Instant;

pub use self::error::TransferError;
pub use self::export::{Exported, export};
pub use self::import::{Imported, import};
pub use self::lines::ExportLines;
pub use self::source::{Checked, Source};
use crate::entry::{Hash, StoredEntry};
use crate::plain::{CalendarLink, ClientRow, Profile};
use crate::subject::{SubjectChange, UnitKey};

/// A unit and its last entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitHead {
    /// The unit.
    pub unit: UnitKey,
    /// The revision of its last entry.
    pub revision: Revision,
    /// The hash of its last entry.
    pub hash: Hash,
    /// How many ids it has.
    pub subjects: u64,
}

/// What a ledger holds besides entries. Not the key that signs access tokens: that stays where
/// it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// The units, sorted.
    pub units: Vec<UnitHead>,
    /// The profiles with their organizations, sorted.
    pub profiles: Vec<(OrganizationId, Profile)>,
    /// The clients, by organization and id.
    pub clients: Vec<ClientRow>,
    /// The links to calendars, by organization and agent.
    pub calendars: Vec<CalendarLink>,
}

impl Contents {
    /// In the order of ids, which engines do not agree on.
    pub(crate) fn sorted(mut self) -> Self {
        self.units.sort_by(|a, b| a.unit.cmp(&b.unit));
        self.profiles.sort_by(|(a, one), (b, two)| (a, &one.agent).cmp(&(b, &two.agent)));
        self.clients.sort_by(|a, b| (&a.organization, &a.id).cmp(&(&b.organization, &b.id)));
        let key = |link: &CalendarLink| (link.organization.clone(), link.agent.clone());
        self.calendars.sort_by_key(key);
        self
    }
}

/// What a command was and got, beside the entry it became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The hash of its request.
    pub request_hash: Hash,
    /// The answer it got.
    pub answer: Vec<u8>,
}

/// An entry with its command; answers are forgotten after a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The entry.
    pub entry: StoredEntry,
    /// The answer to its command, if it is still kept.
    pub answered: Option<Answered>,
}

impl Record {
    /// Roughly the memory it takes, in bytes.
    pub(crate) fn size_bytes(&self) -> usize {
        let answer = self.answered.as_ref().map_or(0, |answered| answered.answer.len());
        256 + self.entry.body.len() + answer
    }
}

/// An entry on its way into another ledger.
#[derive(Debug)]
pub(crate) struct MovedEntry {
    /// The entry as it is.
    pub(crate) record: Record,
    /// The ids it takes and gives up, in order.
    pub(crate) subjects: Vec<SubjectChange>,
}

/// What of a ledger is moved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// One unit, or all. With one unit come the profiles, clients and links to calendars of its
    /// organization.
    pub unit: Option<UnitKey>,
    /// Up to where.
    pub until: Until,
}

/// What comes with entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answers {
    /// The answers to their commands, so that a command that is sent again is known.
    Kept,
    /// Nothing: for whoever only reads what happened.
    LeftOut,
}

/// Up to where a unit is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Until {
    /// All of it.
    #[default]
    Head,
    /// Up to an entry, which must be there.
    Revision(Revision),
    /// Up to the last entry that was decided no later than that.
    Time(Instant),
}

impl Until {
    fn takes(self, entry: &StoredEntry) -> bool {
        match self {
            Self::Head => true,
            Self::Revision(last) => entry.revision <= last,
            Self::Time(last) => entry.at <= last,
        }
    }
}

impl Selection {
    fn takes(&self, unit: &UnitKey) -> bool {
        self.unit.as_ref().is_none_or(|selected| selected == unit)
    }

    fn takes_of(&self, organization: &OrganizationId) -> bool {
        self.unit.as_ref().is_none_or(|selected| selected.organization == *organization)
    }
}

/// How far a move has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Entries read.
    pub entries: u64,
    /// Entries there are.
    pub entries_total: u64,
}
