//! The rules that are measured: every kind that can be set, and a pack of a law beside them.

use anyhow::{Context as _, Result};
use muster_api::packs::packs;
use muster_api::rules::RulesIn;
use muster_core::conflict::{Kind, Severity};
use muster_core::rule::{self, RULES, Rule, RuleSet, RuleSetting, RulesChange};
use serde_json::{Value, json};

/// Whether a unit can set a kind to anything but block.
pub(in crate::bench) fn can_be_set(rule: &Rule) -> bool {
    rule.allowed.contains(&Severity::Off)
}

/// All rules on: those that a fresh unit has as they are, all others with limits that realistic
/// weeks keep, and the EU's pack beside them. Its 35 hours of rest in any seven days are a day
/// here: two days off that are the same every week do not make 35 hours in the seven days that
/// begin with the second.
pub(in crate::bench) fn all() -> Result<RulesChange> {
    let own = RULES.iter().filter(|rule| rule.default == Severity::Off).map(own);
    let pack = packs().into_iter().find(|pack| pack.id == "eu").context("there is no EU pack")?;
    let mut change = read(own.chain(pack.rules).collect())?;
    let rests = change.put.iter_mut().filter(|set| set.key.kind == Kind::WeeklyRestShort);
    rests.for_each(|set| {
        drop(set.params.insert("minRestMinutes".into(), rule::Value::Number(1_440)))
    });
    let rules = RuleSet::default().changed(&change);
    let off = RULES.iter().find(|rule| rules.severity(rule.kind) == Severity::Off);
    anyhow::ensure!(off.is_none(), "{off:?} is off");
    Ok(change)
}

/// What turns every rule off.
pub(in crate::bench) fn none() -> RulesChange {
    let off = |rule: &Rule| RuleSetting {
        severity: Severity::Off,
        ..RuleSet::default().usual(rule.kind)
    };
    let put = RULES.iter().filter(|rule| can_be_set(rule)).map(off).collect();
    RulesChange { put, ..RulesChange::default() }
}

/// All rules of one kind, the pack's too; every other is off.
pub(in crate::bench) fn only(kind: Kind, all: &RuleSet) -> RulesChange {
    let mut change = none();
    change.put.retain(|setting| setting.key.kind != kind);
    change.put.extend(all.all().iter().filter(|set| set.key.kind == kind).cloned());
    change
}

fn own(rule: &Rule) -> Value {
    let params = limits(rule.kind);
    let severity = if rule.kind == Kind::ForbiddenHours { "info" } else { "ack" };
    json!({ "kind": rule.kind.name(), "severity": severity, "params": params })
}

/// Limits that the measured weeks keep. Hours that are closed to nobody are noted, as for a
/// premium: every night is a finding.
fn limits(kind: Kind) -> Value {
    if kind == Kind::MinHoursWeek || kind == Kind::MinHoursPeriod {
        json!({ "minMinutes": 1_200 })
    } else if kind == Kind::MaxWeekends {
        json!({ "maxWeekends": 4 })
    } else if kind == Kind::SuccessionForbidden {
        json!({ "first": "night", "next": "early,day" })
    } else {
        json!({})
    }
}

fn read(rules: Vec<Value>) -> Result<RulesChange> {
    let body = json!({ "rules": rules }).to_string();
    let rules: RulesIn = muster_api::parse(body.as_bytes())?;
    Ok(rules.change(&RuleSet::default())?)
}
