//! Acknowledgements of a command, ready to be asked about findings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::acknowledge::{AckRule, Acknowledgement, Answered};
use crate::conflict::{Finding, Fingerprint, Severity};
use crate::decide::Plan;
use crate::event::Event;
use crate::roster::Roster;

/// Acknowledgements on the state on which they are given.
pub(crate) struct Answers<'a> {
    roster: &'a Roster,
    /// The largest magnitude that was answered for, by the key of the finding.
    named: BTreeMap<u64, Fingerprint>,
    rules: Vec<&'a AckRule>,
}

/// What covers a finding.
enum By {
    Fingerprint,
    /// The rule at this place.
    Rule(usize),
}

impl<'a> Answers<'a> {
    pub(crate) fn new(roster: &'a Roster, all: &'a [Acknowledgement]) -> Self {
        let mut named: BTreeMap<u64, Fingerprint> = BTreeMap::new();
        let mut rules = Vec::new();
        for one in all {
            match one {
                Acknowledgement::Rule(rule) => rules.push(rule),
                Acknowledgement::Finding(fingerprint) => {
                    let known =
                        named.entry(fingerprint.key()).or_insert_with(|| fingerprint.clone());
                    if !known.covers(fingerprint) {
                        *known = fingerprint.clone();
                    }
                }
            }
        }
        Self { roster, named, rules }
    }

    /// Whether somebody answers for a finding, and can.
    pub(crate) fn covers(&self, finding: &Finding) -> bool {
        self.by(finding).is_some()
    }

    fn by(&self, finding: &Finding) -> Option<By> {
        if finding.severity == Severity::Block {
            return None;
        }
        if !self.named.is_empty() {
            let fingerprint = finding.fingerprint();
            let known = self.named.get(&fingerprint.key());
            if known.is_some_and(|known| known.covers(&fingerprint)) {
                return Some(By::Fingerprint);
            }
        }
        self.rules.iter().position(|rule| rule.speaks_of(self.roster, finding)).map(By::Rule)
    }

    /// What these findings were let pass by, as an event: each finding once.
    pub(crate) fn event<'f>(
        &self,
        findings: impl IntoIterator<Item = &'f Finding>,
        reason: Option<&Arc<str>>,
    ) -> Option<Event> {
        let mut used: BTreeMap<Fingerprint, (&Finding, By)> = BTreeMap::new();
        for finding in findings {
            let by = self.by(finding);
            used.extend(by.map(|by| (finding.fingerprint(), (finding, by))));
        }
        if used.is_empty() {
            return None;
        }
        let mut rules: BTreeMap<usize, usize> = BTreeMap::new();
        let mut kept = Vec::new();
        let (mut fingerprints, mut all) = (Vec::new(), Vec::new());
        for (fingerprint, (finding, by)) in used {
            let rule = match by {
                By::Fingerprint => None,
                By::Rule(place) => Some(*rules.entry(place).or_insert_with(|| {
                    kept.push(Arc::new(self.rules[place].clone()));
                    kept.len() - 1
                })),
            };
            fingerprints.push(fingerprint);
            all.push(Answered { finding: finding.clone(), rule });
        }
        let reason = reason.cloned();
        Some(Event::Acknowledged { fingerprints, findings: all, rules: kept, reason })
    }
}

/// Has rules speak of what a plan showed, no larger, and of nothing else. `roster` is the state
/// that was planned on.
pub fn narrow(all: &mut [Acknowledgement], roster: &Roster, plan: Option<&Plan>) {
    let mut rules: Vec<&mut AckRule> = Vec::new();
    for one in all {
        if let Acknowledgement::Rule(rule) = one {
            rules.push(rule);
        }
    }
    let agents = plan.into_iter().flat_map(|plan| plan.agents.values());
    let shown = agents.flat_map(|agent| &agent.findings);
    let mut known = vec![BTreeSet::new(); rules.len()];
    for finding in shown {
        // The first that speaks of it is the one that covers it.
        if let Some(place) = rules.iter().position(|rule| rule.speaks_of(roster, finding)) {
            known[place].insert(finding.fingerprint());
        }
    }
    for (rule, known) in rules.into_iter().zip(known) {
        rule.place.fingerprints = Some(known);
    }
}
