//! Entries, the commands they answered, and the hash chain that ties them together.

use muster_core::id::{CommandId, Revision};
use muster_core::instant::Instant;
use sha2::{Digest, Sha256};

use crate::subject::{SubjectChange, UnitKey};

/// A SHA-256.
pub type Hash = [u8; 32];

/// The hash that the first entry of a unit follows.
pub const NO_HASH: Hash = [0; 32];

/// An entry to append: what one accepted command changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// When it was decided. Not before the entry in front of it; the caller sees to that.
    pub at: Instant,
    /// The format of the body.
    pub format: u16,
    /// The command it answers; once per unit for as long as commands are kept.
    pub command: CommandId,
    /// The hash of the request, to tell a repeated command from another one of the same id.
    pub request_hash: Hash,
    /// The answer the command got, replayed when it is repeated.
    pub answer: Vec<u8>,
    /// What happened.
    pub body: Vec<u8>,
    /// The ids it takes and gives up, in order.
    pub subjects: Vec<SubjectChange>,
}

/// An entry as the ledger holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its place: 1 for the first.
    pub revision: Revision,
    /// When it was decided.
    pub at: Instant,
    /// The format of the body.
    pub format: u16,
    /// The command it answered.
    pub command: CommandId,
    /// Its hash, which covers the hash of the entry before it.
    pub hash: Hash,
    /// What happened.
    pub body: Vec<u8>,
}

/// A command that took effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCommand {
    /// The entry it became.
    pub revision: Revision,
    /// The hash of its request.
    pub request_hash: Hash,
    /// The answer it got.
    pub answer: Vec<u8>,
    /// When it was decided.
    pub at: Instant,
}

/// What an append left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The revision of the last entry.
    pub head: Revision,
    /// The hash of the last entry.
    pub hash: Hash,
}

/// What the hash of an entry covers, besides the unit.
#[derive(Clone, Copy)]
pub(crate) struct Link<'a> {
    pub(crate) revision: Revision,
    pub(crate) at: Instant,
    pub(crate) format: u16,
    pub(crate) command: &'a str,
    pub(crate) body: &'a [u8],
}

/// Hashes the entries of one unit.
pub(crate) struct Chain {
    /// The state of the hash after the parts that are the same for every entry of the unit.
    unit: Sha256,
}

impl Chain {
    pub(crate) fn new(unit: &UnitKey) -> Self {
        let mut hash = Sha256::new();
        part(&mut hash, b"muster entry 1");
        part(&mut hash, unit.organization.as_str().as_bytes());
        part(&mut hash, unit.unit.as_str().as_bytes());
        Self { unit: hash }
    }

    /// The hash of an entry that follows the one with hash `previous`.
    pub(crate) fn link(&self, previous: Hash, link: &Link<'_>) -> Hash {
        let mut hash = self.unit.clone();
        part(&mut hash, &previous);
        part(&mut hash, &link.revision.0.to_be_bytes());
        part(&mut hash, &link.at.ms().to_be_bytes());
        part(&mut hash, &link.format.to_be_bytes());
        part(&mut hash, link.command.as_bytes());
        part(&mut hash, link.body);
        hash.finalize().into()
    }

    /// The hash that a stored entry should have after the one with hash `previous`.
    pub(crate) fn of_stored(&self, previous: Hash, entry: &StoredEntry) -> Hash {
        let StoredEntry { revision, at, format, command, hash: _, body } = entry;
        let command = command.as_str();
        self.link(previous, &Link { revision: *revision, at: *at, format: *format, command, body })
    }

    /// The hashes of new entries after revision `after` with hash `previous`.
    pub(crate) fn links(&self, after: Revision, previous: Hash, entries: &[NewEntry]) -> Vec<Hash> {
        let mut last = (after, previous);
        let mut hashes = Vec::with_capacity(entries.len());
        for entry in entries {
            let revision = last.0.next();
            let link = Link {
                revision,
                at: entry.at,
                format: entry.format,
                command: entry.command.as_str(),
                body: &entry.body,
            };
            last = (revision, self.link(last.1, &link));
            hashes.push(last.1);
        }
        hashes
    }
}

/// One part of the preimage: its length, so that no two lists of parts look alike, and its bytes.
fn part(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}

#[cfg(test)]
mod tests {
    use muster_core::id::{OrganizationId, UnitId};

    use super::*;

    fn unit(organization: &str, unit: &str) -> UnitKey {
        UnitKey {
            organization: OrganizationId::parse(organization).unwrap(),
            unit: UnitId::parse(unit).unwrap(),
        }
    }

    fn entry(nth: i64, body: &str) -> NewEntry {
        NewEntry {
            at: Instant::from_ms(1_774_828_800_000 + nth - 1),
            format: u16::try_from(nth).unwrap(),
            command: CommandId::parse(&format!("c-{nth}")).unwrap(),
            request_hash: [7; 32],
            answer: b"not part of the chain".to_vec(),
            body: body.as_bytes().to_vec(),
            subjects: Vec::new(),
        }
    }

    fn hex(hash: &Hash) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn hashes_never_change_from_release_to_release() {
        let chain = Chain::new(&unit("acme", "u1"));
        let hashes = chain.links(Revision::ZERO, NO_HASH, &[entry(1, "first"), entry(2, "")]);
        let first = "b934b751a3ea683aebdddd2f13d2cd937ec827e48dd980bbb880e8ca5215d9ce";
        let second = "87edd86ad19b5586318564714101257293424854eff482eaa8c0fe58033d9b0b";
        assert_eq!(hashes.iter().map(hex).collect::<Vec<_>>(), [first, second]);
    }

    #[test]
    fn what_moves_from_one_part_to_the_next_changes_the_hash() {
        let first =
            |key: &UnitKey, body| Chain::new(key).links(Revision::ZERO, NO_HASH, &[entry(1, body)]);
        let here = first(&unit("acme", "u1"), "x");
        assert_ne!(here, first(&unit("acmeu", "1"), "x"));
        assert_ne!(here, first(&unit("acme", "u1"), "y"));
    }
}
