//! Numbers for the conflicts of a plan, in the order they are shown.

use std::collections::BTreeMap;

use muster_api::client::ConflictIn;
use sha2::{Digest, Sha256};

use super::Groups;

/// The numbers of conflicts: 1 for the one shown first, and so on.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    by_key: BTreeMap<String, usize>,
    digest: String,
}

impl Numbers {
    /// Numbers what holds somebody back.
    pub(crate) fn of(groups: &Groups<'_>) -> Self {
        let mut numbers = Self::default();
        let mut said = Sha256::new();
        for (n, item) in (1..).zip(groups.conflicts()) {
            let ConflictIn { fingerprint, remedies, .. } = item.finding;
            numbers.by_key.insert(key(fingerprint).to_owned(), n);
            said.update(format!("{fingerprint}\n"));
            for remedy in remedies {
                said.update(format!(" {} {}\n", remedy.id, remedy.title));
            }
        }
        let digest = said.finalize();
        numbers.digest = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        numbers
    }

    /// The number of a conflict, which it keeps when it gets bigger or smaller.
    pub(crate) fn get(&self, fingerprint: &str) -> Option<usize> {
        self.by_key.get(key(fingerprint)).copied()
    }

    /// What a decision names a conflict by: its number, or else its fingerprint.
    pub(crate) fn handle(&self, finding: &ConflictIn) -> String {
        let number = self.get(&finding.fingerprint).map(|number| number.to_string());
        number.unwrap_or_else(|| finding.fingerprint.clone())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Stands for which conflict and which remedy has which number: while it is the same, numbers
    /// mean the same, whatever else has changed.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }
}

/// What a fingerprint says beside how big the finding is.
pub(crate) fn key(fingerprint: &str) -> &str {
    fingerprint.split_once('.').map_or(fingerprint, |(key, _)| key)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;
    use crate::cli::findings::Groups;

    fn finding(fingerprint: &str, severity: &str, remedies: &[&str]) -> ConflictIn {
        let remedy = |id: &&str| json!({ "id": id, "title": id, "method": "POST", "href": "/" });
        let remedies: Vec<Value> = remedies.iter().map(remedy).collect();
        let finding = json!({ "fingerprint": fingerprint, "kind": "REST_TIME_SHORT",
            "severity": severity, "agentId": "ana", "message": "", "remedies": remedies });
        ConflictIn::deserialize(&finding).unwrap()
    }

    fn numbers(findings: &[ConflictIn]) -> Numbers {
        let owned: Vec<_> = findings.iter().map(|finding| (None, finding)).collect();
        Numbers::of(&Groups::offered(&owned))
    }

    #[test]
    fn conflicts_are_numbered_in_the_order_shown_and_nothing_else_is() {
        let all = [
            finding("a.1", "warn", &[]),
            finding("b.1", "ack", &[]),
            finding("c.1", "info", &[]),
            finding("d.1", "block", &[]),
        ];
        let numbers = numbers(&all);
        assert_eq!(
            all.each_ref().map(|one| numbers.get(&one.fingerprint)),
            [None, Some(2), None, Some(1)]
        );
        assert_eq!(numbers.len(), 2);
        assert_eq!(numbers.get("b.99"), Some(2));
    }

    #[test]
    fn the_digest_changes_with_conflicts_their_size_and_their_remedies_alone() {
        let plan = |magnitude: u32, remedies: &[&str], other: &str| {
            let conflict = finding(&format!("b.{magnitude}"), "ack", remedies);
            numbers(&[conflict, finding(other, "warn", &[])]).digest().to_owned()
        };
        let before = plan(60, &["acknowledge"], "x.1");
        assert_eq!(before, plan(60, &["acknowledge"], "y.1"));
        assert_ne!(before, plan(90, &["acknowledge"], "x.1"));
        assert_ne!(before, plan(60, &["leave_out", "acknowledge"], "x.1"));
        assert_eq!(before.len(), 8);
    }
}
