//! Conflicts and findings as a planner reads them: grouped by what caused them, worst first.

mod clash;
mod group;
mod number;

use std::fmt::Write as _;

use muster_api::client::{ConflictIn, RemedyIn};
use serde::Deserialize;

use super::remedy;
use super::table::counted;
use super::when::When;
use group::{Cause, Group, Said, weight, weight_settled};

pub(crate) use group::{Groups, Item, Owned};
pub(crate) use number::{Numbers, key};

/// Most conflicts that are written out for one cause; `--json` has them all.
const SHOWN: usize = 20;

/// Conflicts that name their agents themselves.
pub(crate) fn unowned(conflicts: &[ConflictIn]) -> Vec<Owned<'_>> {
    conflicts.iter().map(|conflict| (conflict.agent_id.as_deref(), conflict)).collect()
}

/// Writes findings out, by cause: those that hold most back first. What asks nothing of anybody
/// is counted.
pub(crate) fn grouped(findings: &[Owned<'_>], when: &When) -> String {
    Groups::offered(findings).written(when, weight, Remedies::Typed)
}

/// The same of what is done: nothing of it is to be decided any more.
pub(crate) fn settled(findings: &[ConflictIn], when: &When) -> String {
    let groups = Groups::new(&unowned(findings), weight_settled);
    groups.written(when, weight_settled, Remedies::Needless)
}

/// What is said of remedies.
#[derive(Debug, Clone, Copy)]
enum Remedies<'a> {
    /// The commands that send them.
    Typed,
    /// Their numbers and names, for `--resolve`.
    Numbered(&'a Numbers),
    /// They are of no use any more.
    Needless,
}

impl<'a> Groups<'a> {
    /// Groups what is not decided yet.
    pub(crate) fn offered(findings: &[Owned<'a>]) -> Self {
        Self::new(findings, weight)
    }

    /// Writes it out, every conflict with its number and every remedy with its own.
    pub(crate) fn numbered(&self, numbers: &Numbers, when: &When) -> String {
        self.written(when, weight, Remedies::Numbered(numbers))
    }

    fn written(&self, when: &When, said: Said, remedies: Remedies<'_>) -> String {
        let groups = self.groups.iter();
        let mut parts: Vec<String> =
            groups.map(|group| written(group, when, said, remedies)).collect();
        let counts = self.counts.iter();
        let rest: String =
            counts.map(|((said, kind), count)| format!("{said}: {count} {kind}\n")).collect();
        if !rest.is_empty() {
            parts.push(rest);
        }
        parts.join("\n")
    }
}

fn written(group: &Group<'_>, when: &When, said: Said, remedies: Remedies<'_>) -> String {
    let (_, worst) = group.worst(said);
    let agents = match group.agents() {
        0 => "nobody in particular".to_owned(),
        count => counted(count, "agent"),
    };
    let mut text = match (&group.cause, group.items.first()) {
        (Some(Cause { summary, actor, at, revision, .. }), _) => {
            let at = when.said(Some(at), None);
            format!("{worst}, {agents}: {summary}\n  by {actor}, {at} (revision {revision})\n")
        }
        (None, Some(Item { finding, .. })) => format!("{worst}, {agents}: {}\n", finding.kind),
        (None, None) => String::new(),
    };
    for item in group.items.iter().take(SHOWN) {
        text += &one(item, when, worst, said, remedies);
    }
    let hidden = group.items.get(SHOWN..).unwrap_or_default();
    if let (Some(first), Some(last)) = (hidden.first(), hidden.last()) {
        let (more, numbers) = (hidden.len(), numbers(first, last, remedies));
        let _ =
            writeln!(text, "\n  … and {more} more of this cause{numbers}, all of them in --json");
    }
    text
}

/// ` (21 to 33)`
fn numbers(first: &Item<'_>, last: &Item<'_>, remedies: Remedies<'_>) -> String {
    let Remedies::Numbered(numbers) = remedies else { return String::new() };
    match (numbers.get(&first.finding.fingerprint), numbers.get(&last.finding.fingerprint)) {
        (Some(first), Some(last)) => format!(" ({first} to {last})"),
        _ => String::new(),
    }
}

fn one(item: &Item<'_>, when: &When, worst: &str, said: Said, remedies: Remedies<'_>) -> String {
    let ConflictIn { kind, severity, start, end, message, causes, .. } = item.finding;
    let label = label(item.finding, remedies);
    let indent = " ".repeat(2 + label.chars().count());
    let at = when.said(start.as_deref(), end.as_deref());
    let severity = Some(said(severity).1).filter(|said| *said != worst).unwrap_or_default();
    let whose = item.whose();
    let parts = [&whose, &at, kind.as_str(), severity];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let mut lines = vec![message.clone()];
    lines.extend(clash::lines(item.finding, when));
    for cause in causes.iter().skip(1).filter_map(|cause| Cause::deserialize(cause).ok()) {
        let Cause { summary, actor, at, revision, .. } = cause;
        let at = when.said(Some(&at), None);
        lines.push(format!("also: {summary}, by {actor}, {at} (revision {revision})"));
    }
    lines.extend(offered(item.finding, remedies));
    let mut text = format!("\n  {label}{}\n", parts.join("  "));
    for line in lines {
        let _ = writeln!(text, "{indent}  {line}");
    }
    text
}

/// The number of a conflict, and the room that it takes.
fn label(finding: &ConflictIn, remedies: Remedies<'_>) -> String {
    let Remedies::Numbered(numbers) = remedies else { return String::new() };
    let width = numbers.len().to_string().len();
    let number =
        numbers.get(&finding.fingerprint).map(|number| number.to_string()).unwrap_or_default();
    format!("{number:>width$}  ")
}

/// What can be done about it.
fn offered(finding: &ConflictIn, remedies: Remedies<'_>) -> Vec<String> {
    let fingerprint = format!("fingerprint {}", finding.fingerprint);
    let mut lines = vec![fingerprint];
    let all = (1..).zip(&finding.remedies);
    match remedies {
        Remedies::Needless => lines.clear(),
        Remedies::Typed => {
            for (n, remedy) in all {
                lines.push(format!("{n}. {}", remedy.title));
                lines.push(format!("   {}", remedy::command(remedy)));
            }
        }
        Remedies::Numbered(numbers) => {
            let handle = numbers.handle(finding);
            let ids = finding.remedies.iter().map(|remedy| remedy.id.len());
            let width = ids.max().unwrap_or_default();
            for (n, remedy) in all {
                let RemedyIn { id, title, .. } = remedy;
                lines.push(format!("{handle}:{n}  {id:<width$}  {title}"));
            }
        }
    }
    lines
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
            "message": "shift s1 lies on a request", "causes": Vec::from_iter(cause),
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
                blocked, 1 agent: TIME_OFF_PENDING_OVERLAP

                  zoe  Tue 2026-03-31 10:00–14:00  TIME_OFF_PENDING_OVERLAP
                    shift s1 lies on a request
                    fingerprint f-zoe.240
                    1. deny the request
                       muster timeoff deny t1

                needs acknowledgement, 2 agents: vacation requested
                  by desk, Mon 2026-03-30 06:12 (revision 7)

                  ana  Tue 2026-03-31 10:00–14:00  TIME_OFF_PENDING_OVERLAP
                    shift s1 lies on a request
                    fingerprint f-ana.240
                    1. deny the request
                       muster timeoff deny t1

                  ben  Tue 2026-03-31 10:00–14:00  TIME_OFF_PENDING_OVERLAP
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
