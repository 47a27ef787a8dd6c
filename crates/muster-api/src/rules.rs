//! A unit's rules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use muster_core::Revision;
use muster_core::conflict::{Kind, Severity};
use muster_core::id::{ManagementUnitId, UnitId};
use muster_core::rule::{RULES, Rule, RuleKey, RuleSet, RuleSetting, RulesChange, Scope, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ReadOnly;
use crate::input::{BadInput, Long, Short, double};

/// Whom a rule holds for: one of these, or everybody in the unit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScopeDoc {
    /// The agents of a management unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub management_unit_id: Option<ManagementUnitId>,
    /// The agents with a contract of that name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<Short>,
    /// Agents who are minors on the day.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub minors: bool,
}

/// The setting of a rule.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleIn {
    /// What it finds.
    pub kind: Kind,
    /// Tells rules of one kind apart that hold beside each other.
    #[serde(default)]
    pub name: Option<Short>,
    /// Whom it holds for; everybody, when absent.
    #[serde(default)]
    pub scope: Option<ScopeDoc>,
    /// The first day it holds.
    #[serde(default)]
    pub effective_from: Option<Date>,
    /// The last day it holds; `null` for no end.
    #[serde(default, deserialize_with = "double")]
    pub effective_until: Option<Option<Date>>,
    /// How much its findings matter; as it was, when absent.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// Its parameters; those that are absent stay as they were.
    #[serde(default)]
    pub params: BTreeMap<String, Value>,
    /// Whether the law asks for it.
    #[serde(default)]
    pub statutory: Option<bool>,
    /// The law or agreement it comes from; `null` for none.
    #[serde(default, deserialize_with = "double")]
    pub source: Option<Option<Long>>,
    /// Whether it is to be taken away.
    #[serde(default)]
    pub remove: bool,
}

/// `PUT /businessunits/{id}/rules`: sets what it lists.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RulesIn {
    /// The settings.
    #[schemars(length(max = muster_core::limits::RULES))]
    pub rules: Vec<RuleIn>,
    /// Whether a swap without findings is approved when it is accepted.
    pub auto_approve: Option<bool>,
    /// Whether time off that has a place and breaks nothing is approved when it is asked for.
    pub auto_approve_time_off: Option<bool>,
    #[serde(rename = "businessUnitId")]
    _business_unit_id: ReadOnly,
    #[serde(rename = "version")]
    _version: ReadOnly,
    #[serde(rename = "lastUpdated")]
    _last_updated: ReadOnly,
    #[serde(rename = "revision")]
    _revision: ReadOnly,
}

impl RulesIn {
    /// What changes of a unit's rules.
    ///
    /// # Errors
    /// [`BadInput`] names the kind, scope, severity or parameter that cannot be set.
    pub fn change(self, known: &RuleSet) -> Result<RulesChange, BadInput> {
        let mut change = RulesChange {
            auto_approve: self.auto_approve,
            auto_approve_time_off: self.auto_approve_time_off,
            ..RulesChange::default()
        };
        let mut keys = BTreeSet::new();
        for (n, rule) in self.rules.into_iter().enumerate() {
            let place = format!("/rules/{n}");
            let key = key(&rule).map_err(|bad| bad.within(&place))?;
            if !keys.insert(key.clone()) {
                let pointer = format!("{place}/kind");
                return Err(BadInput::invalid(pointer, &key.kind.name(), "is listed twice"));
            }
            if rule.remove {
                change.removed.push(key);
            } else {
                let setting = setting(key, rule, known).map_err(|bad| bad.within(&place))?;
                change.put.push(setting);
            }
        }
        Ok(change)
    }
}

fn key(input: &RuleIn) -> Result<RuleKey, BadInput> {
    let scope = input.scope.clone().unwrap_or_default();
    let scope = match (scope.management_unit_id, scope.contract, scope.minors) {
        (None, None, false) => Scope::Unit,
        (Some(id), None, false) => Scope::ManagementUnit(id),
        (None, Some(name), false) => Scope::Contract(name.0),
        (None, None, true) => Scope::Minors,
        (group, ..) => {
            let value = group.map_or_else(String::new, |id| id.to_string());
            let problem = "names more than one of managementUnitId, contract and minors";
            return Err(BadInput::invalid("/scope", &value, problem));
        }
    };
    let name = input.name.clone().map_or_else(Arc::default, |name| name.0);
    Ok(RuleKey { kind: input.kind, name, scope, from: input.effective_from })
}

/// As it is set, with what is absent as it was: under the same key, or else as the usual rule has
/// it.
fn setting(key: RuleKey, input: RuleIn, known: &RuleSet) -> Result<RuleSetting, BadInput> {
    let kind = key.kind;
    let Some(rule) = Rule::of(kind) else {
        return Err(BadInput::invalid("/kind", &kind.name(), "cannot be set"));
    };
    let mut setting = known.get(&key).cloned().unwrap_or_else(|| RuleSetting {
        key,
        until: None,
        statutory: false,
        source: None,
        ..known.usual(kind)
    });
    if let Some(severity) = input.severity {
        if !rule.allowed.contains(&severity) {
            let allowed: Vec<_> = rule.allowed.iter().map(|severity| severity.name()).collect();
            let problem = format!("is not one {} can have: {}", kind.name(), allowed.join(", "));
            return Err(BadInput::invalid("/severity", &severity.name(), problem));
        }
        setting.severity = severity;
    }
    setting.until = input.effective_until.unwrap_or(setting.until);
    setting.statutory = input.statutory.unwrap_or(setting.statutory);
    if let Some(source) = input.source {
        setting.source = source.map(|source| source.0);
    }
    for (name, value) in input.params {
        let pointer = format!("/params/{name}");
        let Some(param) = rule.params.iter().find(|param| param.name == name) else {
            return Err(BadInput::unknown_field(pointer, &value));
        };
        if let Some(problem) = param.allowed.problem(&value) {
            return Err(BadInput::invalid(pointer, &value, problem));
        }
        setting.params.insert(name.into(), value);
    }
    Ok(setting)
}

/// The setting of a rule, as it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleView {
    /// What it finds.
    pub kind: Kind,
    /// Tells rules of one kind apart that hold beside each other.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub name: Arc<str>,
    /// Whom it holds for; everybody, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeDoc>,
    /// The first day it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<Date>,
    /// The last day it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_until: Option<Date>,
    /// How much its findings matter.
    pub severity: Severity,
    /// All its parameters.
    pub params: BTreeMap<&'static str, Value>,
    /// Whether the law asks for it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub statutory: bool,
    /// The law or agreement it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Arc<str>>,
}

impl RuleView {
    fn new(rule: &'static Rule, setting: RuleSetting) -> Self {
        let RuleSetting { key, until, severity, params, statutory, source } = setting;
        let whom = ScopeDoc::default();
        let scope = match key.scope {
            Scope::Unit => None,
            Scope::ManagementUnit(id) => Some(ScopeDoc { management_unit_id: Some(id), ..whom }),
            Scope::Contract(name) => Some(ScopeDoc { contract: Some(Short(name)), ..whom }),
            Scope::Minors => Some(ScopeDoc { minors: true, ..whom }),
        };
        let value = |name: &str| params.get(name).cloned();
        let params = rule.params.iter();
        Self {
            kind: rule.kind,
            name: key.name,
            scope,
            effective_from: key.from,
            effective_until: until,
            severity,
            params: params
                .map(|p| (p.name, value(p.name).unwrap_or_else(|| p.allowed.default())))
                .collect(),
            statutory,
            source,
        }
    }
}

/// A unit's rules: every kind that can be set, as it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RulesView<'a> {
    /// The unit.
    pub business_unit_id: &'a UnitId,
    /// The settings.
    pub rules: Vec<RuleView>,
    /// Whether a swap without findings is approved when it is accepted.
    pub auto_approve: bool,
    /// Whether time off that has a place and breaks nothing is approved when it is asked for.
    pub auto_approve_time_off: bool,
    /// The revision that last changed them.
    pub version: Revision,
}

impl<'a> RulesView<'a> {
    /// A unit's rules as of the revision that last changed them.
    #[must_use]
    pub fn new(unit: &'a UnitId, rules: &RuleSet, version: Revision) -> Self {
        // The usual setting of each kind, and then what is particular about it.
        let settings = RULES.iter().flat_map(|rule| {
            let usual = rules.usual(rule.kind);
            let others = rules.all().iter().filter(|other| other.key.kind == rule.kind);
            let others = others.filter(|other| other.key != usual.key).cloned().collect::<Vec<_>>();
            std::iter::once(usual).chain(others).map(|setting| RuleView::new(rule, setting))
        });
        Self {
            business_unit_id: unit,
            rules: settings.collect(),
            auto_approve: rules.auto_approve,
            auto_approve_time_off: rules.auto_approve_time_off,
            version,
        }
    }
}

#[cfg(test)]
mod tests;
