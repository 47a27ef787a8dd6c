//! Rule packs: what laws ask for, as bodies of `PUT /businessunits/{id}/rules`, each rule with
//! where it comes from. What could not be checked in a source is left out, or is said to be
//! unverified.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A set of rules that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pack {
    /// What it is asked for by.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What it leaves out.
    pub note: String,
    /// The rules, as the API takes them.
    pub rules: Vec<Value>,
}

const PACKS: &[&str] = &[
    include_str!("packs/eu.json"),
    include_str!("packs/france.json"),
    include_str!("packs/chicago.json"),
    include_str!("packs/singapore.json"),
];

/// All packs.
#[must_use]
pub fn packs() -> Vec<Pack> {
    let read = |text: &&str| serde_json::from_str(text).expect("packs are checked by a test");
    PACKS.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use muster_core::rule::RuleSet;
    use serde_json::json;

    use super::*;
    use crate::parse;
    use crate::rules::RulesIn;

    #[test]
    fn every_pack_can_be_set_and_says_where_each_rule_comes_from() {
        let mut told = String::new();
        for pack in packs() {
            let body = json!({ "rules": pack.rules }).to_string();
            let rules = parse::<RulesIn>(body.as_bytes()).unwrap();
            let change = rules.change(&RuleSet::default()).unwrap();
            let rules = RuleSet::default().changed(&change);
            assert_eq!(rules.all().len(), pack.rules.len(), "{}: a rule is there twice", pack.id);
            for rule in rules.all() {
                let source = rule.source.as_deref().unwrap_or_default();
                assert!(rule.statutory && source.len() > 20, "{}: {source}", pack.id);
                let params = rule.params.iter().map(|(name, value)| format!(" {name}={value}"));
                let scope = format!("{:?}", rule.key.scope);
                let (kind, params) = (rule.key.kind.name(), params.collect::<String>());
                told += &format!("{} {} {kind} {}{params}\n", pack.id, scope, rule.severity.name());
            }
        }
        expect![[r#"
            eu Unit REST_TIME_SHORT block minRestMinutes=660
            eu Unit MAX_HOURS_AVERAGE ack counted=worked maxMinutes=2880 weeks=17
            eu Unit WEEKLY_REST_SHORT block days=7 minRestMinutes=2100 window=week
            eu Unit BREAK_MISSING ack breakMinutes=1 counting=sum fromMinutes=361
            eu Unit MAX_NIGHT_HOURS ack averageDays=119 counted=worked maxMinutes=480
            france Unit REST_TIME_SHORT block minRestMinutes=660
            france Minors REST_TIME_SHORT block minRestMinutes=720
            france Unit MAX_HOURS_WEEK block counted=worked maxMinutes=2880
            france Minors MAX_HOURS_WEEK block counted=worked maxMinutes=2100
            france Unit MAX_HOURS_DAY block counted=worked maxMinutes=600 window=civilDay
            france Minors MAX_HOURS_DAY block counted=worked maxMinutes=480 window=civilDay
            france Unit MAX_HOURS_AVERAGE block counted=worked maxMinutes=2640 weeks=12
            france Unit WEEKLY_REST_SHORT block days=7 minRestMinutes=2100 window=week
            france Minors WEEKLY_REST_SHORT block days=7 minRestMinutes=2880 window=week
            france Unit BREAK_MISSING block breakMinutes=20 fromMinutes=360
            france Minors BREAK_MISSING block breakMinutes=30 fromMinutes=271
            chicago Unit REST_TIME_SHORT ack minRestMinutes=600
            chicago Unit WEEKLY_REST_SHORT block days=7 minRestMinutes=1440
            chicago Unit BREAK_MISSING block breakMinutes=20 fromMinutes=450 latestMinutes=300
            chicago Unit BREAK_MISSING block breakMinutes=40 counting=sum fromMinutes=720
            chicago Unit NOTICE_SHORT ack noticeDays=14 premiumMinutes=60
            singapore Unit MAX_HOURS_WEEK ack counted=worked maxMinutes=2640
            singapore Unit MAX_HOURS_DAY block counted=worked maxMinutes=720 window=fromStart
            singapore Unit WEEKLY_REST_SHORT block days=7 minRestMinutes=1440
            singapore Unit BREAK_MISSING ack breakMinutes=1 counting=sum fromMinutes=361 latestMinutes=360
            singapore Unit BREAK_MISSING ack breakMinutes=45 counting=sum fromMinutes=480
        "#]].assert_eq(&told);
    }
}
