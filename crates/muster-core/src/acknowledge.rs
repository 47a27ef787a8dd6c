//! Answering for findings: one by one, by fingerprint, or several by a rule that says which.
//!
//! Only findings that ask for it are covered (severity `ack`): what blocks cannot be answered for.
//! A fingerprint covers its finding as large as it was, or smaller. A rule covers findings of one
//! kind within a stated scope, as they are on the state on which the command is decided, unless it
//! says how large they may be (`upTo`) or which ones they are (`fingerprints`).

mod answers;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::conflict::{Finding, Fingerprint, Kind};
use crate::id::{AgentId, ManagementUnitId, ShiftId};
use crate::instant::{Instant, Interval};
use crate::roster::Roster;

pub(crate) use answers::Answers;
pub use answers::narrow;

/// Whether somebody answers for a finding, and can.
#[must_use]
pub fn covers(roster: &Roster, all: &[Acknowledgement], finding: &Finding) -> bool {
    Answers::new(roster, all).covers(finding)
}

/// What somebody answers for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Acknowledgement {
    /// One finding, no larger than it was.
    Finding(Fingerprint),
    /// All findings that a rule speaks of.
    Rule(Box<AckRule>),
}

impl From<Fingerprint> for Acknowledgement {
    fn from(fingerprint: Fingerprint) -> Self {
        Self::Finding(fingerprint)
    }
}

/// Which findings somebody answers for, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AckRule {
    /// Their kind.
    pub kind: Kind,
    /// Where they are: all that is said has to hold.
    #[serde(rename = "where")]
    pub place: AckWhere,
    /// The largest magnitude, in the unit of the kind; any, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<u32>,
    /// Why.
    #[schemars(length(min = 1, max = crate::limits::NOTE_LEN))]
    pub reason: Arc<str>,
}

/// Where the findings of a rule are. What is absent does not matter; an empty list is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AckWhere {
    /// With one of these agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_ids: Option<BTreeSet<AgentId>>,
    /// With an agent of this management unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub management_unit_id: Option<ManagementUnitId>,
    /// About one of these shifts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift_ids: Option<BTreeSet<ShiftId>>,
    /// Not before this civil day, in the agent's zone, or in the unit's where there is no agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Not after this civil day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// One of these findings, as large as it was there or smaller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprints: Option<BTreeSet<Fingerprint>>,
}

impl AckWhere {
    /// Whether it leaves everything open.
    #[must_use]
    pub fn is_anywhere(&self) -> bool {
        *self == Self::default()
    }

    /// How many things it names.
    #[must_use]
    pub fn names(&self) -> usize {
        self.agent_ids.as_ref().map_or(0, BTreeSet::len)
            + self.shift_ids.as_ref().map_or(0, BTreeSet::len)
            + self.fingerprints.as_ref().map_or(0, BTreeSet::len)
    }

    fn holds(&self, roster: &Roster, finding: &Finding) -> bool {
        let agent = finding.agent.as_ref();
        let is_one = |agents: &BTreeSet<AgentId>| agent.is_some_and(|id| agents.contains(id));
        let is_in = |unit: &ManagementUnitId| {
            let record = agent.and_then(|id| roster.agent(id));
            record.is_some_and(|record| record.agent.management_unit.as_ref() == Some(unit))
        };
        let is_about = |shifts: &BTreeSet<ShiftId>| finding.shifts().any(|id| shifts.contains(id));
        self.agent_ids.as_ref().is_none_or(is_one)
            && self.management_unit_id.as_ref().is_none_or(is_in)
            && self.shift_ids.as_ref().is_none_or(is_about)
            && self.is_then(roster, finding)
            && self.fingerprints.as_ref().is_none_or(|known| is_known(known, finding))
    }

    /// Whether all of a finding is on the days that are meant.
    fn is_then(&self, roster: &Roster, finding: &Finding) -> bool {
        if self.from.is_none() && self.until.is_none() {
            return true;
        }
        let Some((first, last)) = days(roster, finding) else { return false };
        self.from.is_none_or(|from| from <= first) && self.until.is_none_or(|until| last <= until)
    }
}

/// The first and last civil day of a finding.
fn days(roster: &Roster, finding: &Finding) -> Option<(Date, Date)> {
    let record = finding.agent.as_ref().and_then(|id| roster.agent(id));
    let zone = match record {
        Some(record) => &record.agent.zone,
        None => &roster.unit()?.zone,
    };
    let last = |interval: Interval| Instant::from_ms(interval.end().ms() - 1);
    finding.interval.map(|interval| (zone.date(interval.start()), zone.date(last(interval))))
}

/// Whether a finding is one of these and no larger.
fn is_known(known: &BTreeSet<Fingerprint>, finding: &Finding) -> bool {
    let fingerprint = finding.fingerprint();
    let larger = known.range(&fingerprint..).next();
    larger.is_some_and(|known| known.covers(&fingerprint))
}

impl AckRule {
    /// Whether it speaks of a finding, whatever its severity.
    #[must_use]
    pub fn speaks_of(&self, roster: &Roster, finding: &Finding) -> bool {
        self.kind == finding.kind
            && self.up_to.is_none_or(|most| finding.magnitude <= i64::from(most))
            && self.place.holds(roster, finding)
    }
}

/// A finding that somebody answered for, as an entry keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The finding.
    pub finding: Finding,
    /// The place of the rule that covered it among those of the event; none if its fingerprint did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<usize>,
}

impl<'de> Deserialize<'de> for Acknowledgement {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TextOrRule)
    }
}

struct TextOrRule;

impl<'de> Visitor<'de> for TextOrRule {
    type Value = Acknowledgement;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fingerprint, or a rule with kind, where and reason")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Acknowledgement, E> {
        text.parse().map(Acknowledgement::Finding).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Acknowledgement, A::Error> {
        Box::deserialize(MapAccessDeserializer::new(map)).map(Acknowledgement::Rule)
    }
}
