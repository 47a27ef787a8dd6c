//! Leases: which process does a piece of background work.

/// The right to do a piece of background work, as one holder has it.
///
/// It runs out, and a holder that stood still may not know that it has. So whatever is written on
/// the strength of it names it ([`PlainWrite`](crate::PlainWrite)), and is refused once somebody
/// else has taken it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The work.
    pub name: String,
    /// Raised by one each time that the work is taken, and never lowered. It stays the same while
    /// one holder renews it in time.
    pub fence: u64,
}
