//! What somebody answered for: the last word on each finding, until what it is about is long over.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};

use crate::acknowledge::{AckRule, Answered};
use crate::conflict::{Finding, Fingerprint};
use crate::entry::Origin;
use crate::event::Event;
use crate::instant::Instant;
use crate::limits;
use crate::roster::Roster;
use crate::rule;

/// A finding that somebody answered for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// Names the finding, as large as it was.
    pub fingerprint: Fingerprint,
    /// The finding as it was.
    pub finding: Finding,
    /// The entry it let pass.
    pub origin: Origin,
    /// Why.
    pub reason: Option<Arc<str>>,
    /// The rule that covered it; none if its fingerprint did.
    pub rule: Option<Arc<AckRule>>,
}

impl Acknowledged {
    /// Whether the finding is there in a state, no larger than it was. Nothing for what is no
    /// matter of an agent's weeks: what is asked of all agents together, or was true of a command.
    #[must_use]
    pub fn stands(&self, roster: &Roster) -> Option<bool> {
        if !rule::is_in_weeks(self.finding.kind) {
            return None;
        }
        let (agent, hull) = (self.finding.agent.as_ref()?, self.finding.interval?);
        let known = self.finding.fingerprint();
        let now = rule::findings(roster, agent, hull);
        Some(now.iter().any(|finding| known.covers(&finding.fingerprint())))
    }

    /// When what it is about is over, or was acknowledged after it.
    fn end(&self) -> Instant {
        self.finding.interval.map_or(self.origin.at, |interval| interval.end().max(self.origin.at))
    }
}

/// All that is kept, by the key of the finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Acknowledgements {
    by_key: OrdMap<u64, Arc<Acknowledged>>,
    by_end: OrdSet<(Instant, u64)>,
}

impl Acknowledgements {
    pub(super) fn all(&self) -> impl Iterator<Item = &Acknowledged> {
        self.by_key.values().map(|one| &**one)
    }

    /// Keeps what an event says, and forgets what is over for as long as no base reaches back; and
    /// what is over first, if there is too much.
    pub(super) fn take(&mut self, event: &Event, origin: &Origin) {
        let Event::Acknowledged { fingerprints, findings, rules, reason } = event else { return };
        for (fingerprint, Answered { finding, rule }) in fingerprints.iter().zip(findings) {
            let rule = rule.and_then(|place| rules.get(place)).cloned();
            let reason = rule.as_ref().map(|rule| rule.reason.clone()).or_else(|| reason.clone());
            let (fingerprint, finding) = (fingerprint.clone(), finding.clone());
            self.put(Acknowledged { fingerprint, finding, origin: origin.clone(), reason, rule });
        }
        let horizon = origin.at.plus_days(-limits::BASE_RETENTION_DAYS);
        while let Some((end, key)) = self.by_end.get_min().copied() {
            if end >= horizon && self.by_key.len() <= limits::ACKNOWLEDGED {
                break;
            }
            self.by_end.remove(&(end, key));
            self.by_key.remove(&key);
        }
    }

    fn put(&mut self, one: Acknowledged) {
        let (key, end) = (one.fingerprint.key(), one.end());
        if let Some(before) = self.by_key.insert(key, Arc::new(one)) {
            self.by_end.remove(&(before.end(), key));
        }
        self.by_end.insert((end, key));
    }
}

/// What one entry let pass, as plain data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AckImage {
    origin: u32,
    reason: Option<Arc<str>>,
    rules: Vec<Arc<AckRule>>,
    findings: Vec<(Fingerprint, Answered)>,
}

/// All that is kept, entry by entry. `place` numbers origins.
pub(super) fn image(roster: &Roster, mut place: impl FnMut(&Origin) -> u32) -> Vec<AckImage> {
    let mut entries: BTreeMap<_, Vec<&Acknowledged>> = BTreeMap::new();
    for one in roster.acknowledged() {
        entries.entry(one.origin.revision).or_default().push(one);
    }
    let mut images = Vec::new();
    for all in entries.into_values() {
        let Some(first) = all.first() else { continue };
        let mut rules: Vec<Arc<AckRule>> = Vec::new();
        let mut findings = Vec::new();
        for one in &all {
            let rule = one.rule.as_ref().map(|rule| {
                let known = rules.iter().position(|known| known == rule);
                known.unwrap_or_else(|| {
                    rules.push(rule.clone());
                    rules.len() - 1
                })
            });
            let answered = Answered { finding: one.finding.clone(), rule };
            findings.push((one.fingerprint.clone(), answered));
        }
        let reason = all.iter().find(|one| one.rule.is_none()).and_then(|one| one.reason.clone());
        images.push(AckImage { origin: place(&first.origin), reason, rules, findings });
    }
    images
}

/// What was kept; `None` when it points at origins that are not there.
pub(super) fn restored(
    images: Vec<AckImage>,
    at: impl Fn(u32) -> Option<Origin>,
) -> Option<Acknowledgements> {
    let mut all = Acknowledgements::default();
    for AckImage { origin, reason, rules, findings } in images {
        let (fingerprints, findings) = findings.into_iter().unzip();
        let event = Event::Acknowledged { fingerprints, findings, rules, reason };
        all.take(&event, &at(origin)?);
    }
    Some(all)
}
