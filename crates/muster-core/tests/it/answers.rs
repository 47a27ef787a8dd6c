//! Answering for findings, one by one and by rule, and what is kept of it.

use muster_core::Roster;
use muster_core::acknowledge::{AckRule, AckWhere, Acknowledgement};
use muster_core::command::Action;
use muster_core::conflict::{Finding, Severity};
use muster_core::decide::Decision;
use muster_core::event::Event;
use proptest::prelude::*;

/// How findings are answered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    None,
    Findings,
    Rules,
}

pub(crate) fn answers() -> impl Strategy<Value = Answers> {
    prop_oneof![2 => Just(Answers::None), 1 => Just(Answers::Findings), 1 => Just(Answers::Rules)]
}

impl Answers {
    /// Answers for these findings.
    pub(crate) fn to(self, found: &[Finding]) -> Vec<Acknowledgement> {
        let answered = |finding: &Finding| match self {
            Self::None => None,
            Self::Findings => Some(finding.fingerprint().into()),
            Self::Rules => Some(rule(finding)),
        };
        found.iter().filter_map(answered).collect()
    }
}

/// A rule that covers a finding and others like it: of its agent, and no larger, or of its shifts.
fn rule(finding: &Finding) -> Acknowledgement {
    let is_odd = finding.magnitude % 2 == 1;
    let agent = finding.agent.iter().cloned().collect();
    let shifts = finding.shifts().cloned().collect();
    let place = match is_odd {
        true => AckWhere { agent_ids: Some(agent), ..AckWhere::default() },
        false => AckWhere { shift_ids: Some(shifts), ..AckWhere::default() },
    };
    let up_to = u32::try_from(finding.magnitude).ok().filter(|_| is_odd);
    let rule = AckRule { kind: finding.kind, place, up_to, reason: "agreed".into() };
    Acknowledgement::Rule(Box::new(rule))
}

/// What is kept of an entry's acknowledgements is what the command answered for, and nothing else;
/// says what is not so.
pub(crate) fn badly_kept(
    before: &Roster,
    action: &Action,
    decision: &Decision,
    after: &Roster,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let said = decision.events.iter().filter_map(|event| match event {
        Event::Acknowledged { fingerprints, findings, .. } => Some((fingerprints, findings)),
        _ => None,
    });
    for (fingerprints, findings) in said {
        if fingerprints.len() != findings.len() {
            wrong.push(format!("{} of {} are there", findings.len(), fingerprints.len()));
        }
        for (fingerprint, answered) in fingerprints.iter().zip(findings) {
            let finding = &answered.finding;
            let covers = |one: &Acknowledgement| match one {
                Acknowledgement::Finding(known) => known.covers(fingerprint),
                Acknowledgement::Rule(rule) => rule.speaks_of(before, finding),
            };
            let is_answered = action.acknowledged().iter().any(covers);
            if !is_answered || finding.severity != Severity::Ack {
                wrong.push(format!("nobody answered for {finding:?}"));
            }
            let kept = after.acknowledged().find(|kept| kept.fingerprint == *fingerprint);
            if kept.is_none_or(|kept| kept.origin.revision != after.revision()) {
                wrong.push(format!("not kept: {finding:?}"));
            }
        }
    }
    wrong
}
