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
    all: &'a [Acknowledgement],
}

impl<'a> Answers<'a> {
    pub(crate) fn new(roster: &'a Roster, all: &'a [Acknowledgement]) -> Self {
        Self { roster, all }
    }

    /// Whether somebody answers for a finding, and can.
    pub(crate) fn covers(&self, finding: &Finding) -> bool {
        self.place(finding).is_some()
    }

    /// The place of the first acknowledgement that covers a finding.
    fn place(&self, finding: &Finding) -> Option<usize> {
        if self.all.is_empty() || finding.severity == Severity::Block {
            return None;
        }
        let fingerprint = finding.fingerprint();
        self.all.iter().position(|one| match one {
            Acknowledgement::Finding(known) => known.covers(&fingerprint),
            Acknowledgement::Rule(rule) => rule.speaks_of(self.roster, finding),
        })
    }

    /// What these findings were let pass by, as an event: each finding once.
    pub(crate) fn event<'f>(
        &self,
        findings: impl IntoIterator<Item = &'f Finding>,
        reason: Option<&Arc<str>>,
    ) -> Option<Event> {
        let mut used: BTreeMap<Fingerprint, (&Finding, usize)> = BTreeMap::new();
        for finding in findings {
            let place = self.place(finding);
            used.extend(place.map(|place| (finding.fingerprint(), (finding, place))));
        }
        if used.is_empty() {
            return None;
        }
        let (mut fingerprints, mut findings) = (Vec::new(), Vec::new());
        let mut rules = Vec::new();
        let mut places: BTreeMap<usize, usize> = BTreeMap::new();
        for (fingerprint, (finding, place)) in used {
            let rule = match &self.all[place] {
                Acknowledgement::Finding(_) => None,
                Acknowledgement::Rule(rule) => Some(*places.entry(place).or_insert_with(|| {
                    rules.push(Arc::new((**rule).clone()));
                    rules.len() - 1
                })),
            };
            fingerprints.push(fingerprint);
            findings.push(Answered { finding: finding.clone(), rule });
        }
        Some(Event::Acknowledged { fingerprints, findings, rules, reason: reason.cloned() })
    }
}

/// Has rules speak of what a plan asked to be answered for, no larger, and of nothing else.
/// `roster` is the state that was planned on.
pub fn narrow(all: &mut [Acknowledgement], roster: &Roster, plan: Option<&Plan>) {
    let mut rules: Vec<&mut AckRule> = Vec::new();
    for one in all {
        if let Acknowledgement::Rule(rule) = one {
            rules.push(rule);
        }
    }
    let agents = plan.into_iter().flat_map(|plan| plan.agents.values());
    let shown = agents.flat_map(|agent| &agent.findings);
    let asks = |finding: &&Finding| finding.severity == Severity::Ack && !finding.standing;
    let mut known = vec![BTreeSet::new(); rules.len()];
    for finding in shown.filter(asks) {
        // The first that speaks of it is the one that covers it.
        if let Some(place) = rules.iter().position(|rule| rule.speaks_of(roster, finding)) {
            known[place].insert(finding.fingerprint());
        }
    }
    for (rule, known) in rules.into_iter().zip(known) {
        rule.place.fingerprints = Some(known);
    }
}
