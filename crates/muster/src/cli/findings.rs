//! Conflicts and findings as a planner reads them: grouped by what caused them, worst first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use muster_api::client::ConflictIn;
use serde::Deserialize;

use super::remedy;
use super::when::When;

/// Most conflicts that are written out for one cause; `--json` has them all.
const SHOWN: usize = 20;

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
    fn worst(&self) -> (u8, &str) {
        let weights = self.findings.iter().map(|(_, finding)| weight(&finding.severity));
        weights.max().unwrap_or((0, ""))
    }

    fn agents(&self) -> usize {
        self.findings.iter().filter_map(|(agent, _)| *agent).collect::<BTreeSet<_>>().len()
    }
}

/// Writes findings out, by cause: those that hold most back first.
pub(crate) fn grouped(findings: &[Owned<'_>], when: &When) -> String {
    let mut groups: BTreeMap<Key, Group<'_>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for &(agent, finding) in findings {
        // A finding without an agent holds many back; it is said once.
        if !seen.insert((finding.agent_id.as_deref(), &finding.fingerprint)) {
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
    groups.sort_by_key(|group| std::cmp::Reverse((group.worst().0, group.agents())));
    groups.iter().map(|group| written(group, when)).collect::<Vec<_>>().join("\n")
}

fn written(group: &Group<'_>, when: &When) -> String {
    let (_, worst) = group.worst();
    let agents = match group.agents() {
        0 => "nobody in particular".to_owned(),
        1 => "1 agent".to_owned(),
        count => format!("{count} agents"),
    };
    let mut text = match &group.cause {
        Some(Cause { summary, actor, at, revision, .. }) => {
            let at = when.said(Some(at), None);
            format!("{worst}, {agents}: {summary}\n  by {actor}, {at} (revision {revision})\n")
        }
        None => format!("{worst}, {agents}\n"),
    };
    for (agent, finding) in group.findings.iter().take(SHOWN) {
        text += &one(*agent, finding, when);
    }
    if let Some(more) = group.findings.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "\n  … and {more} more of this cause; --json lists them all");
    }
    text
}

fn one(agent: Option<&str>, finding: &ConflictIn, when: &When) -> String {
    let ConflictIn { fingerprint, kind, severity, start, end, message, causes, remedies, .. } =
        finding;
    let (_, severity) = weight(severity);
    let at = when.said(start.as_deref(), end.as_deref());
    let parts = [agent.unwrap_or_default(), &at, kind, severity];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let mut text = format!("\n  {}\n    {message}\n", parts.join("  "));
    for cause in causes.iter().skip(1).filter_map(|cause| Cause::deserialize(cause).ok()) {
        let Cause { summary, actor, at, revision, .. } = cause;
        let at = when.said(Some(&at), None);
        let _ = writeln!(text, "    also: {summary}, by {actor}, {at} (revision {revision})");
    }
    let _ = writeln!(text, "    fingerprint {fingerprint}");
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
