//! Conflicts and findings as a planner reads them: grouped by what caused them, worst first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use muster_api::client::ConflictIn;
use serde::Deserialize;

use super::remedy;
use super::table::counted;
use super::when::When;

/// Most conflicts that are written out for one cause; `--json` has them all.
const SHOWN: usize = 20;

/// Findings of less weight are counted, not written out.
const WRITTEN_OUT: u8 = 2;

/// A finding, and whose week it holds back.
pub(crate) type Owned<'a> = (Option<&'a str>, &'a ConflictIn);

/// An entry of the ledger that led to a conflict.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cause {
    id: String,
    revision: u64,
    actor: String,
    at: String,
    summary: String,
}

/// Conflicts that name their agents themselves.
pub(crate) fn unowned(conflicts: &[ConflictIn]) -> Vec<Owned<'_>> {
    conflicts.iter().map(|conflict| (conflict.agent_id.as_deref(), conflict)).collect()
}

/// How much a finding matters, more being worse, and how that is said.
fn weight(severity: &str) -> (u8, &str) {
    match severity {
        "block" => (4, "blocked"),
        "ack" => (3, "needs acknowledgement"),
        "warn" => (2, "warning"),
        "info" => (1, "for information"),
        other => (0, other),
    }
}

/// The same of what is done.
fn weight_settled(severity: &str) -> (u8, &str) {
    match severity {
        "ack" => (3, "acknowledged"),
        other => weight(other),
    }
}

/// What conflicts have in common.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// The revision of the newest entry behind them, if one is known.
    revision: u64,
    /// What that is about.
    id: String,
    /// Where no entry is known: what clashes.
    kind: String,
}

struct Group<'a> {
    cause: Option<Cause>,
    findings: Vec<Owned<'a>>,
}

impl Group<'_> {
    fn worst(&self, said: Said) -> (u8, &str) {
        let weights = self.findings.iter().map(|(_, finding)| said(&finding.severity));
        weights.max().unwrap_or((0, ""))
    }

    fn agents(&self) -> usize {
        self.findings.iter().filter_map(|(agent, _)| *agent).collect::<BTreeSet<_>>().len()
    }
}

/// Writes findings out, by cause: those that hold most back first. What asks nothing of anybody
/// is counted.
pub(crate) fn grouped(findings: &[Owned<'_>], when: &When) -> String {
    by_cause(findings, when, weight, Remedies::Offered)
}

/// The same of what is done: nothing of it is to be decided any more.
pub(crate) fn settled(findings: &[ConflictIn], when: &When) -> String {
    by_cause(&unowned(findings), when, weight_settled, Remedies::Needless)
}

/// How a severity is said, and its weight.
type Said = fn(&str) -> (u8, &str);

/// Whether remedies are of any use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Remedies {
    Offered,
    Needless,
}

fn by_cause(findings: &[Owned<'_>], when: &When, said: Said, remedies: Remedies) -> String {
    let mut groups: BTreeMap<Key, Group<'_>> = BTreeMap::new();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for &(agent, finding) in findings {
        // A finding without an agent holds many back; it is said once.
        if !seen.insert((finding.agent_id.as_deref(), &finding.fingerprint)) {
            continue;
        }
        let (weight, said) = said(&finding.severity);
        if finding.standing || weight < WRITTEN_OUT {
            let said = if finding.standing { "there before" } else { said };
            *counts.entry((said, &finding.kind)).or_default() += 1;
            continue;
        }
        let cause = finding.causes.first().and_then(|cause| Cause::deserialize(cause).ok());
        let key = match &cause {
            Some(Cause { id, revision, .. }) => {
                Key { revision: *revision, id: id.clone(), kind: String::new() }
            }
            None => Key { revision: 0, id: String::new(), kind: finding.kind.clone() },
        };
        let agent = finding.agent_id.as_deref().or(agent);
        let group = groups.entry(key).or_insert(Group { cause, findings: Vec::new() });
        group.findings.push((agent, finding));
    }
    let mut groups: Vec<Group<'_>> = groups.into_values().collect();
    // Stable: equally bad ones stay in the order of the ledger.
    groups.sort_by_key(|group| std::cmp::Reverse((group.worst(said).0, group.agents())));
    let mut parts: Vec<String> =
        groups.iter().map(|group| written(group, when, said, remedies)).collect();
    let counts = counts.iter().map(|((said, kind), count)| format!("{said}: {count} {kind}\n"));
    let rest: String = counts.collect();
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts.join("\n")
}

fn written(group: &Group<'_>, when: &When, said: Said, remedies: Remedies) -> String {
    let (_, worst) = group.worst(said);
    let agents = match group.agents() {
        0 => "nobody in particular".to_owned(),
        count => counted(count, "agent"),
    };
    let mut text = match &group.cause {
        Some(Cause { summary, actor, at, revision, .. }) => {
            let at = when.said(Some(at), None);
            format!("{worst}, {agents}: {summary}\n  by {actor}, {at} (revision {revision})\n")
        }
        None => format!("{worst}, {agents}\n"),
    };
    for (agent, finding) in group.findings.iter().take(SHOWN) {
        text += &one(*agent, finding, when, said(&finding.severity).1);
        if remedies == Remedies::Offered {
            text += &offered(finding);
        }
    }
    if let Some(more) = group.findings.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "\n  … and {more} more of this cause; --json lists them all");
    }
    text
}

fn one(agent: Option<&str>, finding: &ConflictIn, when: &When, severity: &str) -> String {
    let ConflictIn { kind, start, end, message, causes, .. } = finding;
    let at = when.said(start.as_deref(), end.as_deref());
    let parts = [agent.unwrap_or_default(), &at, kind, severity];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let mut text = format!("\n  {}\n    {message}\n", parts.join("  "));
    for cause in causes.iter().skip(1).filter_map(|cause| Cause::deserialize(cause).ok()) {
        let Cause { summary, actor, at, revision, .. } = cause;
        let at = when.said(Some(&at), None);
        let _ = writeln!(text, "    also: {summary}, by {actor}, {at} (revision {revision})");
    }
    text
}

/// What can be done about it.
fn offered(finding: &ConflictIn) -> String {
    let ConflictIn { fingerprint, remedies, .. } = finding;
    let mut text = format!("    fingerprint {fingerprint}\n");
    for (n, remedy) in remedies.iter().enumerate() {
        let _ = writeln!(text, "    {}. {}", n + 1, remedy.title);
        let _ = writeln!(text, "       {}", remedy::command(remedy));
    }
    text
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::{Value, json};

    use super::*;

    fn check(findings: &[Value], expect: Expect) {
        let findings: Vec<ConflictIn> =
            findings.iter().map(|finding| ConflictIn::deserialize(finding).unwrap()).collect();
        let text = grouped(&unowned(&findings), &When::of("America/Chicago"));
        expect.assert_eq(&text);
    }

    fn finding(agent: &str, severity: &str, cause: Option<Value>) -> Value {
        json!({
            "fingerprint": format!("f-{agent}.240"), "kind": "TIME_OFF_PENDING_OVERLAP",
            "severity": severity, "agentId": agent,
            "start": "2026-03-31T15:00:00Z", "end": "2026-03-31T19:00:00Z",
            "message": "shift s1 lies on a request", "causes": cause.into_iter().collect::<Vec<_>>(),
            "remedies": [{ "id": "deny", "title": "deny the request", "method": "POST",
                "href": "/api/v2/wfm/timeoffrequests/t1/deny", "body": {} }],
        })
    }

    fn cause(revision: u64, summary: &str) -> Value {
        json!({ "type": "time_off_request", "id": "t1", "revision": revision, "actor": "desk",
            "at": "2026-03-30T11:12:00Z", "summary": summary })
    }

    #[test]
    fn what_one_cause_holds_back_stands_together_and_the_worst_comes_first() {
        check(
            &[
                finding("ana", "ack", Some(cause(7, "vacation requested"))),
                finding("ben", "ack", Some(cause(7, "vacation requested"))),
                finding("zoe", "block", None),
            ],
            expect![[r#"
                blocked, 1 agent

                  zoe  Tue 2026-03-31 10:00–14:00  TIME_OFF_PENDING_OVERLAP  blocked
                    shift s1 lies on a request
                    fingerprint f-zoe.240
                    1. deny the request
                       muster timeoff deny t1

                needs acknowledgement, 2 agents: vacation requested
                  by desk, Mon 2026-03-30 06:12 (revision 7)

                  ana  Tue 2026-03-31 10:00–14:00  TIME_OFF_PENDING_OVERLAP  needs acknowledgement
                    shift s1 lies on a request
                    fingerprint f-ana.240
                    1. deny the request
                       muster timeoff deny t1

                  ben  Tue 2026-03-31 10:00–14:00  TIME_OFF_PENDING_OVERLAP  needs acknowledgement
                    shift s1 lies on a request
                    fingerprint f-ben.240
                    1. deny the request
                       muster timeoff deny t1
            "#]],
        );
    }

    #[test]
    fn what_asks_nothing_of_anybody_is_counted() {
        let mut stood = finding("ana", "block", None);
        stood["standing"] = json!(true);
        check(
            &[finding("zoe", "info", None), finding("ben", "info", None), stood],
            expect![[r#"
                for information: 2 TIME_OFF_PENDING_OVERLAP
                there before: 1 TIME_OFF_PENDING_OVERLAP
            "#]],
        );
    }

    #[test]
    fn a_finding_of_nobody_is_said_once() {
        let mut finding = finding("x", "block", None);
        finding["agentId"] = Value::Null;
        finding["remedies"] = json!([]);
        let finding = ConflictIn::deserialize(&finding).unwrap();
        let twice = [(Some("ana"), &finding), (Some("ben"), &finding)];
        let text = grouped(&twice, &When::utc());
        assert_eq!(text.matches("fingerprint").count(), 1, "{text}");
    }
}
