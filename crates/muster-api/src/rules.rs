//! A unit's rules.

use std::collections::BTreeMap;

use muster_core::Revision;
use muster_core::conflict::{Kind, Severity};
use muster_core::id::UnitId;
use muster_core::rule::{RULES, Rule, RuleSet, Setting};
use serde::{Deserialize, Serialize};

use crate::ReadOnly;
use crate::input::BadInput;

/// The setting of one kind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleIn {
    /// What it finds.
    pub kind: Kind,
    /// How much its findings matter; as it was, when absent.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// Its parameters; those that are absent stay as they were.
    #[serde(default)]
    pub params: BTreeMap<String, i64>,
    /// Whom it holds for; everybody, so far.
    #[serde(default)]
    pub scope: Option<serde_json::Value>,
}

/// `PUT /businessunits/{id}/rules`: sets the kinds it lists.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RulesIn {
    /// The settings.
    pub rules: Vec<RuleIn>,
    /// Whether a swap without findings is approved when it is accepted.
    pub auto_approve: Option<bool>,
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
    /// The settings of the kinds that are listed.
    ///
    /// # Errors
    /// [`BadInput`] names the kind, severity or parameter that cannot be set.
    pub fn rule_set(self, known: &RuleSet) -> Result<RuleSet, BadInput> {
        let auto_approve = self.auto_approve.unwrap_or(known.auto_approve);
        let mut settings = BTreeMap::new();
        for (n, rule) in self.rules.into_iter().enumerate() {
            let kind = rule.kind;
            let setting = setting(rule, known).map_err(|bad| bad.within(&format!("/rules/{n}")))?;
            if settings.insert(kind, setting).is_some() {
                let pointer = format!("/rules/{n}/kind");
                return Err(BadInput::invalid(pointer, &kind.name(), "is listed twice"));
            }
        }
        Ok(RuleSet { settings, auto_approve })
    }
}

fn setting(input: RuleIn, known: &RuleSet) -> Result<Setting, BadInput> {
    let kind = input.kind;
    if let Some(scope) = input.scope {
        let problem = "cannot be set: a rule holds for everybody in the unit";
        return Err(BadInput::invalid("/scope", &scope, problem));
    }
    let Some(rule) = Rule::of(kind) else {
        return Err(BadInput::invalid("/kind", &kind.name(), "cannot be set"));
    };
    let mut setting = known.setting(kind);
    if let Some(severity) = input.severity {
        if !rule.allowed.contains(&severity) {
            let allowed: Vec<_> = rule.allowed.iter().map(|severity| severity.name()).collect();
            let problem = format!("is not one {} can have: {}", kind.name(), allowed.join(", "));
            return Err(BadInput::invalid("/severity", &severity.name(), problem));
        }
        setting.severity = severity;
    }
    for (name, value) in input.params {
        let pointer = format!("/params/{name}");
        let Some(param) = rule.params.iter().find(|param| param.name == name) else {
            return Err(BadInput::unknown_field(pointer, &value));
        };
        let (least, most) = param.range;
        if !(least..=most).contains(&value) {
            return Err(BadInput::invalid(
                pointer,
                &value,
                format!("is not within {least}..={most}"),
            ));
        }
        setting.params.insert(name, value);
    }
    Ok(setting)
}

/// The setting of one kind, as it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleView {
    /// What it finds.
    pub kind: Kind,
    /// How much its findings matter.
    pub severity: Severity,
    /// All its parameters.
    pub params: BTreeMap<&'static str, i64>,
}

/// A unit's rules: every kind that can be set, as it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RulesView<'a> {
    /// The unit.
    pub business_unit_id: &'a UnitId,
    /// The settings.
    pub rules: Vec<RuleView>,
    /// Whether a swap without findings is approved when it is accepted.
    pub auto_approve: bool,
    /// The revision that last changed them.
    pub version: Revision,
}

impl<'a> RulesView<'a> {
    /// A unit's rules as of the revision that last changed them.
    #[must_use]
    pub fn new(unit: &'a UnitId, rules: &RuleSet, version: Revision) -> Self {
        let view = |rule: &Rule| {
            let setting = rules.setting(rule.kind);
            let value = |name| setting.params.get(name).copied();
            let params = rule.params.iter();
            RuleView {
                kind: rule.kind,
                severity: setting.severity,
                params: params.map(|p| (p.name, value(p.name).unwrap_or(p.default))).collect(),
            }
        };
        Self {
            business_unit_id: unit,
            rules: RULES.iter().map(view).collect(),
            auto_approve: rules.auto_approve,
            version,
        }
    }
}

#[cfg(test)]
mod tests;
