//! What a unit has set: which rule, for whom, and from when to when.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::civil::{Date, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::conflict::{Kind, Severity};
use crate::id::ManagementUnitId;
use crate::limits;
use crate::rule::{Allowed, Rule};

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "RuleValue")]
pub enum Value {
    /// A number; the parameter's name says of what.
    Number(i64),
    /// One of a few words, or a time of day such as `22:00`.
    Word(Arc<str>),
}

/// Parameters by name; those that are absent have their defaults.
pub type Params = BTreeMap<Arc<str>, Value>;

/// Whom a rule holds for; what comes later is more particular and goes before.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// Everybody in the unit.
    #[default]
    Unit,
    /// The agents of a management unit.
    ManagementUnit(ManagementUnitId),
    /// Agents with a contract of that name.
    Contract(Arc<str>),
    /// Agents who are minors on the day.
    Minors,
}

/// What tells one setting of a unit from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleKey {
    /// What it finds.
    pub kind: Kind,
    /// Tells rules of one kind apart that hold beside each other; empty for the usual one.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub name: Arc<str>,
    /// Whom it holds for.
    #[serde(default, skip_serializing_if = "Scope::is_unit")]
    pub scope: Scope,
    /// The first day it holds, in the agent's zone; from ever, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
}

/// How a unit has set a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleSetting {
    /// Which one it is.
    #[serde(flatten)]
    pub key: RuleKey,
    /// The last day it holds; for ever, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// How much its findings matter.
    pub severity: Severity,
    /// Its parameters.
    #[serde(default, skip_serializing_if = "Params::is_empty")]
    pub params: Params,
    /// Whether the law asks for it: then somebody has to answer for every finding at least.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub statutory: bool,
    /// Where it comes from: the law, the agreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Arc<str>>,
}

/// A change of a unit's rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RulesChange {
    /// Settings that hold now, in place of those with the same key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub put: Vec<RuleSetting>,
    /// Settings that hold no longer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<RuleKey>,
    /// Whether a swap without findings is approved when it is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_approve: Option<bool>,
    /// Whether time off that has a place and breaks nothing is approved when it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_approve_time_off: Option<bool>,
}

/// A unit's rules: what it has set; everything else has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleSet {
    /// What was set, sorted by key; a key comes once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rules: Vec<RuleSetting>,
    /// Whether a swap without findings is approved when it is accepted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub auto_approve: bool,
    /// Whether time off that has a place and breaks nothing is approved when it is asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub auto_approve_time_off: bool,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Word(word) => f.write_str(word),
        }
    }
}

const NO_NAMES: &str = "is not a list of names such as early,late";

/// The names of a list; one that is empty has none.
pub(super) fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|_| !list.is_empty())
}

impl Allowed {
    /// What is wrong with a value, if anything is.
    #[must_use]
    pub fn problem(&self, value: &Value) -> Option<String> {
        match (self, value) {
            (Self::Number { range: (least, most), .. }, Value::Number(number)) => {
                let is_within = (least..=most).contains(&number);
                (!is_within).then(|| format!("is not within {least}..={most}"))
            }
            (Self::Word(words), Value::Word(word)) => {
                let is_known = words.contains(&&**word);
                (!is_known).then(|| format!("is not one of {}", words.join(", ")))
            }
            (Self::Names, Value::Word(word)) => {
                let all: Vec<&str> = names(word).collect();
                let is_name = |name: &&str| (1..=limits::NAME_LEN).contains(&name.chars().count());
                let are_names = all.len() <= limits::RULE_NAMES && all.iter().all(is_name);
                (!are_names && !word.is_empty()).then(|| NO_NAMES.to_owned())
            }
            (Self::Time { .. }, Value::Word(word)) => {
                let is_time = word.len() == 5 && word.parse::<Time>().is_ok();
                (!is_time).then(|| "is not a time of day such as 22:00".to_owned())
            }
            (Self::Date { .. }, Value::Word(word)) => {
                let is_date = word.len() == 10 && word.parse::<Date>().is_ok();
                (!is_date).then(|| "is not a date such as 2026-01-05".to_owned())
            }
            (Self::Number { .. }, Value::Word(_)) => Some("is not a number".to_owned()),
            (Self::Word(words), Value::Number(_)) => {
                Some(format!("is not one of {}", words.join(", ")))
            }
            (Self::Names, Value::Number(_)) => Some(NO_NAMES.to_owned()),
            (Self::Time { .. }, Value::Number(_)) => {
                Some("is not a time of day such as 22:00".to_owned())
            }
            (Self::Date { .. }, Value::Number(_)) => {
                Some("is not a date such as 2026-01-05".to_owned())
            }
        }
    }

    /// What it is in a fresh unit.
    #[must_use]
    pub fn default(&self) -> Value {
        match self {
            Self::Number { default, .. } => Value::Number(*default),
            Self::Word(words) => Value::Word(words.first().copied().unwrap_or_default().into()),
            Self::Names => Value::Word(Arc::default()),
            Self::Time { default } => Value::Word(default.strftime("%H:%M").to_string().into()),
            Self::Date { default } => Value::Word(default.to_string().into()),
        }
    }
}

impl Scope {
    fn is_unit(&self) -> bool {
        *self == Self::Unit
    }

    /// Whether it speaks of an agent, on some day at least.
    pub(super) fn speaks_of(&self, agent: &Agent) -> bool {
        match self {
            Self::Unit => true,
            Self::ManagementUnit(id) => agent.management_unit.as_ref() == Some(id),
            Self::Contract(name) => agent.contract.as_ref() == Some(name),
            Self::Minors => agent.minor_until.is_some(),
        }
    }
}

impl RuleKey {
    /// The usual rule of a kind, for everybody and for ever.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        Self { kind, name: Arc::default(), scope: Scope::Unit, from: None }
    }
}

impl RuleSetting {
    /// A rule with its defaults, for ever.
    #[must_use]
    pub fn new(key: RuleKey, severity: Severity) -> Self {
        Self { key, until: None, severity, params: Params::new(), statutory: false, source: None }
    }

    /// Whether it holds for an agent whatever the day.
    pub(super) fn is_always(&self, agent: &Agent) -> bool {
        self.days(agent) == (Date::MIN, Date::MAX)
    }

    /// The first and the last day on which it may hold for an agent.
    pub(super) fn days(&self, agent: &Agent) -> (Date, Date) {
        let until = self.until.unwrap_or(Date::MAX);
        let is_minor = agent.minor_until.filter(|_| self.key.scope == Scope::Minors);
        (self.key.from.unwrap_or(Date::MIN), is_minor.map_or(until, |last| last.min(until)))
    }
}

/// How much a kind matters in a fresh unit; those without a rule block.
fn default(kind: Kind) -> Severity {
    Rule::of(kind).map_or(Severity::Block, |rule| rule.default)
}

impl RuleSet {
    /// Everything that was set, by key.
    #[must_use]
    pub fn all(&self) -> &[RuleSetting] {
        &self.rules
    }

    /// What was set under a key.
    #[must_use]
    pub fn get(&self, key: &RuleKey) -> Option<&RuleSetting> {
        let place = self.rules.binary_search_by(|rule| rule.key.cmp(key)).ok()?;
        self.rules.get(place)
    }

    /// The rules after a change.
    #[must_use]
    pub fn changed(&self, change: &RulesChange) -> Self {
        let known = self.rules.iter().map(|rule| (&rule.key, rule));
        let mut rules: BTreeMap<&RuleKey, &RuleSetting> = known.collect();
        rules.retain(|key, _| !change.removed.contains(key));
        rules.extend(change.put.iter().map(|rule| (&rule.key, rule)));
        Self {
            rules: rules.into_values().cloned().collect(),
            auto_approve: change.auto_approve.unwrap_or(self.auto_approve),
            auto_approve_time_off: change
                .auto_approve_time_off
                .unwrap_or(self.auto_approve_time_off),
        }
    }

    /// How a unit has set the usual rule of a kind for everybody; kinds without a rule block.
    #[must_use]
    pub fn usual(&self, kind: Kind) -> RuleSetting {
        let known = self.of_kind(kind).iter().rfind(|rule| {
            rule.key.name.is_empty() && rule.key.scope.is_unit() && rule.until.is_none()
        });
        known.cloned().unwrap_or_else(|| RuleSetting::new(RuleKey::of(kind), default(kind)))
    }

    /// How much findings of a kind matter that commands find themselves.
    #[must_use]
    pub fn severity(&self, kind: Kind) -> Severity {
        match self.of_kind(kind) {
            [] => default(kind),
            [..] => self.usual(kind).severity,
        }
    }

    /// Whether what is found of a kind may hold anybody back.
    pub(crate) fn may_hold(&self, kind: Kind) -> bool {
        let mut set = self.of_kind(kind).iter().map(|setting| setting.severity);
        self.severity(kind) >= Severity::Ack || set.any(|severity| severity >= Severity::Ack)
    }

    /// What was set for a kind, by key.
    pub(super) fn of_kind(&self, kind: Kind) -> &[RuleSetting] {
        let from = self.rules.partition_point(|rule| rule.key.kind < kind);
        let count = self.rules[from..].partition_point(|rule| rule.key.kind == kind);
        &self.rules[from..from + count]
    }
}
