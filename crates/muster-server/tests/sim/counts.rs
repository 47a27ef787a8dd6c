//! How often what happened.

use std::collections::BTreeMap;
use std::fmt;

/// Numbers of events of all kinds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts(BTreeMap<&'static str, u64>);

/// What has to happen in any few hundred histories: otherwise they simulate less than they say.
const NEEDED: &[&str] = &[
    "answer lost",
    "answers: accepted",
    "answers: accepted, as before",
    "answers: belongs to another unit",
    "answers: nothing to do",
    "answers: refused",
    "append late",
    "append made, answer lost",
    "append not made, answer lost",
    "append refused",
    "clock jumps back",
    "clock jumps on",
    "database away",
    "held append late",
    "held append made, answer lost",
    "held append not made, answer lost",
    "held append refused",
    "held read refused",
    "hold lost",
    "hold refused",
    "late append made",
    "late append refused",
    "node crashes",
    "node dies at an operation",
    "node stands still",
    "other write failed",
    "read refused",
    "read of the newest state",
    "record moved",
    "request doubled",
    "request lost",
    "request sent again",
    "snapshot read",
    "snapshot stored",
];

impl Counts {
    pub(crate) fn count(&mut self, what: &'static str, times: u64) {
        *self.0.entry(what).or_default() += times;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        other.0.iter().for_each(|(what, times)| self.count(what, *times));
    }

    pub(crate) fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }

    /// Sees that so many histories simulated everything there is.
    pub(crate) fn check(&self, histories: u64) {
        assert_eq!(self.of("histories"), histories);
        let missing: Vec<_> = NEEDED.iter().filter(|what| self.of(what) == 0).collect();
        assert_eq!(missing, [&""; 0], "never happened in {histories} histories:\n{self}");
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(what, times)| writeln!(f, "{times:>12} {what}"))
    }
}
