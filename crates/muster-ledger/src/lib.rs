//! The only SQL in Muster: a ledger per unit with one write, compare-and-append.
//!
//! Here live storage, the hash chain and what is kept beside the ledger in plain tables
//! (profiles, clients, links to calendars, webhooks, jobs, leases, the signing key). Not here: what
//! an entry's body says, who may write it, and when; bodies and answers are opaque bytes, and no
//! clock is read.
//!
//! Start reading at [`Ledger`]; what may go wrong is in [`LedgerError`] and [`AppendError`]. The
//! engine behind it is chosen by the URL; no type of an engine appears in the interface.

mod aside;
mod backup;
mod clusters;
mod codec;
mod config;
mod entry;
mod error;
mod hold;
mod job;
mod known;
mod lease;
mod ledger;
pub mod limits;
mod page;
mod plain;
mod postgres;
mod private;
pub mod rival;
#[cfg(feature = "testing")]
pub mod sim;
mod snapshot;
mod sqlite;
mod subject;
mod transfer;
mod url;
mod verify;
mod webhook;
mod write;

pub use backup::{Copied, Copy};
pub use codec::{decode, encode, subjects};
pub use config::{Elsewhere, LedgerConfig, UnitPattern};
pub use entry::{Appended, Hash, NO_HASH, NewEntry, StoredCommand, StoredEntry};
pub use error::{AppendError, LedgerError, Unavailable};
pub use hold::Hold;
pub use job::{JobChange, JobProgress, JobRow};
pub use lease::Lease;
pub use ledger::{Created, Ledger, Migrated, Role, Stats};
pub use plain::{CalendarLink, ClientRow, Profile, SigningKey, Trust};
pub use snapshot::Snapshot;
pub use subject::{SubjectChange, SubjectKind, UnitKey};
pub use transfer::{
    Answered, Checked, Contents, ExportLines, Exported, Imported, Moved, Record, Selection, Source,
    TransferError, UnitHead, Until, export, import,
};
pub use verify::{Damage, DamageKind, VerifyProgress, VerifyReport};
pub use webhook::{Delivery, LoggedDelivery, WebhookMark, WebhookProgress, WebhookRow};
pub use write::{AgendaRow, Keyed, KeyedAnswer, PlainWrite, RowChange, WriteError};
