//! `--policy FILE`: what is done about conflicts by their kind.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use muster_api::client::{ConflictIn, REMEDIES, is_kind};
use serde::Deserialize;
use toml::Spanned;

/// Rules, the first that speaks of a conflict deciding it.
#[derive(Debug)]
pub(super) struct Policy {
    /// The file's name, as it is told.
    file: String,
    rules: Vec<Rule>,
    /// The groups that agents belong to, where a rule asks for them.
    groups: BTreeMap<String, String>,
}

/// What is done about conflicts of one kind.
#[derive(Debug, Deserialize)]
#[serde(try_from = "RuleText")]
pub(super) struct Rule {
    kind: String,
    /// The remedy's name.
    pub(super) remedy: String,
    /// Why, for the record.
    pub(super) reason: Option<String>,
    agents: Option<BTreeSet<String>>,
    management_units: Option<BTreeSet<String>>,
    /// Where it stands in the file, from 1.
    line: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    resolve: Vec<Spanned<Rule>>,
}

/// A rule as it is written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RuleText {
    kind: KindName,
    remedy: RemedyName,
    reason: Option<String>,
    agents: Option<BTreeSet<String>>,
    management_units: Option<BTreeSet<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct KindName(String);

impl TryFrom<String> for KindName {
    type Error = String;
    fn try_from(name: String) -> Result<Self, String> {
        if is_kind(&name) {
            return Ok(Self(name));
        }
        Err(format!("{name:?} is no kind of conflict; docs/ERRORS.md lists them"))
    }
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct RemedyName(String);

impl TryFrom<String> for RemedyName {
    type Error = String;
    fn try_from(name: String) -> Result<Self, String> {
        if REMEDIES.contains(&name.as_str()) {
            return Ok(Self(name));
        }
        Err(format!("{name:?} is no remedy; there are {}", REMEDIES.join(", ")))
    }
}

impl TryFrom<RuleText> for Rule {
    type Error = &'static str;
    fn try_from(text: RuleText) -> Result<Self, Self::Error> {
        let RuleText { kind, remedy, reason, agents, management_units } = text;
        let reason = reason.filter(|reason| !reason.trim().is_empty());
        if remedy.0 == "acknowledge" && reason.is_none() {
            return Err("who acknowledges says why: give a reason");
        }
        let (kind, remedy) = (kind.0, remedy.0);
        Ok(Self { kind, remedy, reason, agents, management_units, line: 0 })
    }
}

impl Policy {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or something in it is not known: then the line is named.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| format!("read {file}"))?;
        let rules = parsed(&text).with_context(|| format!("in {file}"))?;
        Ok(Self { file, rules, groups: BTreeMap::new() })
    }

    /// Whether a rule asks which group an agent belongs to.
    pub(super) fn asks_for_groups(&self) -> bool {
        self.rules.iter().any(|rule| rule.management_units.is_some())
    }

    /// Says which groups agents belong to.
    pub(super) fn with_groups(self, groups: BTreeMap<String, String>) -> Self {
        Self { groups, ..self }
    }

    /// The first rule that speaks of a conflict.
    pub(super) fn about(&self, finding: &ConflictIn) -> Option<&Rule> {
        let agent = finding.agent_id.as_ref();
        let group = agent.and_then(|agent| self.groups.get(agent));
        let holds = |names: &Option<BTreeSet<String>>, name: Option<&String>| {
            names.as_ref().is_none_or(|names| name.is_some_and(|name| names.contains(name)))
        };
        self.rules.iter().find(|rule| {
            rule.kind == finding.kind
                && holds(&rule.agents, agent)
                && holds(&rule.management_units, group)
        })
    }

    /// `rules.toml, line 4`
    pub(super) fn place(&self, rule: &Rule) -> String {
        format!("{}, line {}", self.file, rule.line)
    }
}

fn parsed(text: &str) -> Result<Vec<Rule>, toml::de::Error> {
    let File { resolve } = toml::from_str(text)?;
    let rules = resolve.into_iter().map(|rule| {
        let line = 1 + text[..rule.span().start].matches('\n').count();
        Rule { line, ..rule.into_inner() }
    });
    Ok(rules.collect())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    const POLICY: &str = r#"
        [[resolve]]
        kind = "TIME_OFF_PENDING_OVERLAP"
        remedy = "decide_time_off"
        agents = ["ana"]

        [[resolve]]
        kind = "TIME_OFF_PENDING_OVERLAP"
        remedy = "acknowledge"
        reason = "agreed by phone"
        management-units = ["north"]
    "#;

    fn policy(text: &str) -> Policy {
        let groups = [("ana", "north"), ("ben", "north"), ("zoe", "south")];
        let groups = groups.map(|(agent, group)| (agent.to_owned(), group.to_owned()));
        let rules = parsed(text).unwrap();
        Policy { file: "p.toml".to_owned(), rules, groups: groups.into() }
    }

    #[track_caller]
    fn check_refused(text: &str, expect: Expect) {
        expect.assert_eq(&parsed(text).unwrap_err().to_string());
    }

    #[test]
    fn the_first_rule_that_speaks_of_a_conflict_decides_it() {
        let policy = policy(POLICY);
        let place = |agent: Option<&str>, kind: &str| {
            let finding = json!({ "fingerprint": "f", "kind": kind, "severity": "ack",
                "message": "", "agentId": agent });
            let finding = ConflictIn::deserialize(&finding).unwrap();
            policy.about(&finding).map(|rule| policy.place(rule))
        };
        let kind = "TIME_OFF_PENDING_OVERLAP";
        assert_eq!(place(Some("ana"), kind).unwrap(), "p.toml, line 2");
        assert_eq!(place(Some("ben"), kind).unwrap(), "p.toml, line 7");
        assert_eq!(place(Some("zoe"), kind), None);
        assert_eq!(place(None, kind), None);
        assert_eq!(place(Some("ana"), "REST_TIME_SHORT"), None);
    }

    #[test]
    fn unknown_kinds_remedies_and_keys_are_named_with_their_line() {
        check_refused(
            "[[resolve]]\nkind = \"FIELD_CHANGED_BOTH\"\nremedy = \"keep_mine\"",
            expect![[r#"
                TOML parse error at line 3, column 10
                  |
                3 | remedy = "keep_mine"
                  |          ^^^^^^^^^^^
                "keep_mine" is no remedy; there are acknowledge, add_break, agree_again, cancel_time_off, chain, decide_time_off, decline_swap, deny_swap, deny_time_off, keep_live, leave_out, merge, offer_again, request_again, revert_swap, take_yours, trim, update_existing, withdraw_availability
            "#]],
        );
        check_refused(
            "[[resolve]]\nkind = \"REST\"\nremedy = \"leave_out\"",
            expect![[r#"
                TOML parse error at line 2, column 8
                  |
                2 | kind = "REST"
                  |        ^^^^^^
                "REST" is no kind of conflict; docs/ERRORS.md lists them
            "#]],
        );
        check_refused(
            "[[resolve]]\nkind = \"NOTICE_SHORT\"\nremedy = \"leave_out\"\nagent = \"ana\"",
            expect![[r#"
                TOML parse error at line 4, column 1
                  |
                4 | agent = "ana"
                  | ^^^^^
                unknown field `agent`, expected one of `kind`, `remedy`, `reason`, `agents`, `management-units`
            "#]],
        );
        check_refused(
            "# why?\n[[resolve]]\nkind = \"NOTICE_SHORT\"\nremedy = \"acknowledge\"",
            expect![[r#"
                TOML parse error at line 2, column 1
                  |
                2 | [[resolve]]
                  | ^^^^^^^^^^^
                who acknowledges says why: give a reason
            "#]],
        );
        check_refused(
            "[[resolve]]\nkind = \"NOTICE_SHORT\"",
            expect![[r#"
                TOML parse error at line 1, column 1
                  |
                1 | [[resolve]]
                  | ^^^^^^^^^^^
                missing field `remedy`
            "#]],
        );
    }
}
