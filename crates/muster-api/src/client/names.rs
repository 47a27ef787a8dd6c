//! Names that answers use, as far as this release knows them.

use muster_core::conflict::Kind;

pub use muster_core::conflict::Fingerprint;
/// The names of all remedies there are.
pub use muster_core::explain::REMEDIES;
/// Most conflicts of one answer that are told with remedies.
pub use muster_core::limits::EXPLAINED;

/// Whether conflicts of a kind may come up.
#[must_use]
pub fn is_kind(name: &str) -> bool {
    Kind::ALL.iter().any(|kind| kind.name() == name)
}
