//! Which findings belong together, and in which order they are shown.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use muster_api::client::ConflictIn;
use serde::Deserialize;

/// Findings of less weight are counted, not written out.
const WRITTEN_OUT: u8 = 2;
/// Findings of this weight or more are conflicts: they hold something back.
const HOLDS: u8 = 3;

/// A finding, and whose week it holds back.
pub(crate) type Owned<'a> = (Option<&'a str>, &'a ConflictIn);

/// How a severity is said, and its weight: more is worse.
pub(super) type Said = fn(&str) -> (u8, &str);

/// How much a finding matters.
pub(super) fn weight(severity: &str) -> (u8, &str) {
    match severity {
        "block" => (4, "blocked"),
        "ack" => (3, "needs acknowledgement"),
        "warn" => (2, "warning"),
        "info" => (1, "for information"),
        other => (0, other),
    }
}

/// The same of what is done.
pub(super) fn weight_settled(severity: &str) -> (u8, &str) {
    match severity {
        "ack" => (3, "acknowledged"),
        other => weight(other),
    }
}

/// An entry of the ledger that led to a conflict.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Cause {
    #[serde(rename = "type")]
    kind: String,
    pub(super) id: String,
    pub(super) revision: u64,
    pub(super) actor: String,
    pub(super) at: String,
    pub(super) summary: String,
}

/// What conflicts have in common.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// The revision of the newest entry behind them, if one is known.
    revision: u64,
    /// What that is about.
    id: String,
    /// Where no entry is known, or it is the draft itself: what clashes.
    kind: String,
}

/// A finding that is written out, and the agents it is told of.
#[derive(Debug)]
pub(crate) struct Item<'a> {
    pub(crate) finding: &'a ConflictIn,
    pub(crate) agents: BTreeSet<&'a str>,
}

impl Item<'_> {
    /// Whose it is: `ana`, or `12 agents` where it is nobody's own.
    pub(crate) fn whose(&self) -> String {
        match (&self.finding.agent_id, self.agents.len()) {
            (Some(agent), _) => agent.clone(),
            (None, 0) => String::new(),
            (None, count) => super::counted(count, "agent"),
        }
    }

    /// Whether it holds somebody back.
    pub(crate) fn is_conflict(&self) -> bool {
        !self.finding.standing && weight(&self.finding.severity).0 >= HOLDS
    }
}

/// Findings with one cause; those without one are of one kind. The worst come first.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    pub(super) cause: Option<Cause>,
    pub(crate) items: Vec<Item<'a>>,
}

impl Group<'_> {
    pub(super) fn worst(&self, said: Said) -> (u8, &str) {
        let weights = self.items.iter().map(|item| said(&item.finding.severity));
        weights.max().unwrap_or((0, ""))
    }

    pub(super) fn agents(&self) -> usize {
        self.items.iter().flat_map(|item| &item.agents).collect::<BTreeSet<_>>().len()
    }
}

/// Findings by cause, those that hold most back first; what asks nothing of anybody is counted.
#[derive(Debug)]
pub(crate) struct Groups<'a> {
    pub(crate) groups: Vec<Group<'a>>,
    /// How often which kind was found, by how that is said.
    pub(super) counts: BTreeMap<(&'a str, &'a str), usize>,
}

impl<'a> Groups<'a> {
    pub(super) fn new(findings: &[Owned<'a>], said: Said) -> Self {
        let mut groups: BTreeMap<Key, Group<'a>> = BTreeMap::new();
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for Item { finding, agents } in said_once(findings) {
            let (weight, said) = said(&finding.severity);
            if finding.standing || weight < WRITTEN_OUT {
                let said = if finding.standing { "there before" } else { said };
                *counts.entry((said, &finding.kind)).or_default() += 1;
                continue;
            }
            let cause = finding.causes.first().and_then(|cause| Cause::deserialize(cause).ok());
            // What a draft says is no news to those who publish it.
            let cause = cause.filter(|cause| cause.kind != "draft");
            let key = match &cause {
                Some(Cause { id, revision, .. }) => {
                    Key { revision: *revision, id: id.clone(), kind: String::new() }
                }
                None => Key { revision: 0, id: String::new(), kind: finding.kind.clone() },
            };
            let group = groups.entry(key).or_insert(Group { cause, items: Vec::new() });
            group.items.push(Item { finding, agents });
        }
        let mut groups: Vec<Group<'_>> = groups.into_values().collect();
        for group in &mut groups {
            group.items.sort_by_key(|item| Reverse(said(&item.finding.severity).0));
        }
        // Stable: equally bad ones stay in the order of the ledger.
        groups.sort_by_key(|group| Reverse((group.worst(said).0, group.agents())));
        Self { groups, counts }
    }

    /// What holds somebody back, in the order shown.
    pub(crate) fn conflicts(&self) -> impl Iterator<Item = &Item<'a>> {
        self.groups.iter().flat_map(|group| &group.items).filter(|item| item.is_conflict())
    }
}

/// A finding without an agent is told of all whom it holds back; here it stands once.
fn said_once<'a>(findings: &[Owned<'a>]) -> Vec<Item<'a>> {
    let mut places = BTreeMap::new();
    let mut items: Vec<Item<'a>> = Vec::new();
    for &(agent, finding) in findings {
        let own = finding.agent_id.as_deref();
        let place = *places.entry((own, finding.fingerprint.as_str())).or_insert_with(|| {
            items.push(Item { finding, agents: BTreeSet::new() });
            items.len() - 1
        });
        items[place].agents.extend(own.or(agent));
    }
    items
}
