//! Whether the entries that were read are the ones that were written.

use muster_core::id::Revision;

use crate::entry::{Chain, Hash, Link, NO_HASH, StoredEntry};
use crate::error::LedgerError;
use crate::subject::UnitKey;

/// Follows the chain from the entry at `after`, which has the hash `previous`, through a page.
///
/// # Errors
/// [`LedgerError::Corrupt`], naming the unit and the first revision that does not follow.
pub(crate) fn check(
    unit: &UnitKey,
    after: Revision,
    previous: Option<Hash>,
    entries: &[StoredEntry],
) -> Result<(), LedgerError> {
    if entries.is_empty() {
        return Ok(());
    }
    let damaged = |revision, what| {
        Err(LedgerError::Corrupt(format!("unit {unit}, revision {revision}: {what}")))
    };
    let Some(mut last_hash) = previous.or_else(|| (after == Revision::ZERO).then_some(NO_HASH))
    else {
        return damaged(after, "the entry is missing");
    };
    let chain = Chain::new(unit);
    let mut last = after;
    for entry in entries {
        let StoredEntry { revision, at, format, command, hash, body } = entry;
        if *revision != last.next() {
            return damaged(last.next(), "the entry is missing");
        }
        let command = command.as_str();
        let link = Link { revision: *revision, at: *at, format: *format, command, body };
        if chain.link(last_hash, &link) != *hash {
            return damaged(*revision, "the entry does not match its hash");
        }
        (last, last_hash) = (*revision, *hash);
    }
    Ok(())
}
