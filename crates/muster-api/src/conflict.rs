//! Conflicts and findings as they are answered: every value in a message is also a member.

mod message;
mod subject;
mod value;

use std::sync::Arc;

use muster_core::Roster;
use muster_core::conflict::{Finding, Fingerprint, Kind, Measure, Severity};
use muster_core::explain::{self, Explained};
use muster_core::id::AgentId;
use schemars::JsonSchema;
use serde::Serialize;

use crate::problem::{CauseView, Retry, RetryClass};
use crate::remedy::RemedyView;
use crate::time::At;

pub use message::message;
pub use subject::{CommitmentView, SubjectView, SubjectsView};
pub use value::AtomView;

/// A conflict, or a finding that stops nothing.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConflictView {
    /// Names it across requests: the same command on the same state gets the same.
    pub fingerprint: Fingerprint,
    /// What clashes.
    pub kind: Kind,
    /// The name of the rule, where several of one kind hold beside each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Arc<str>>,
    /// How much it matters.
    pub severity: Severity,
    /// Whose week it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// The stretch of time it is about starts here
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<At>,
    /// and ends here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<At>,
    /// The first of what it is about, by kind of thing.
    pub subject: SubjectView,
    /// All of what it is about.
    pub subjects: SubjectsView,
    /// What the edit started from, where values clash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<AtomView>,
    /// What the edit wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yours: Option<AtomView>,
    /// What is live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<AtomView>,
    /// What was observed.
    pub observed: i64,
    /// What the rule allows.
    pub limit: i64,
    /// The excess over the limit.
    pub magnitude: i64,
    /// What the three numbers count.
    pub unit: Measure,
    /// By how many minutes a clock change lengthens or shortens what was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_change_minutes: Option<i64>,
    /// Whether it would not be there if the clocks were left alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub because_of_clock_change: bool,
    /// What going ahead costs, in minutes of pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_minutes: Option<i64>,
    /// Whether it was there before the command, no smaller.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub standing: bool,
    /// Whether the terms that were planned with answer for it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub acknowledged: bool,
    /// The same for people.
    pub message: String,
    /// The entries behind it, newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<CauseView>,
    /// Whether sending the request again can help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Requests that resolve it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<RemedyView>,
}

impl ConflictView {
    /// A finding with its causes, and remedies as requests. Those too long to be said as one
    /// request are left out.
    #[must_use]
    pub fn explained(explained: &Explained, roster: &Roster) -> Self {
        let Explained { finding, causes, remedies, retry } = explained;
        let unit = roster.unit().map(|unit| &unit.id);
        let remedies = remedies.iter().filter_map(|remedy| RemedyView::new(remedy, roster));
        let class = match retry {
            explain::Retry::Rebase => RetryClass::Rebase,
            explain::Retry::Never => RetryClass::Never,
        };
        Self {
            causes: causes.iter().map(|cause| CauseView::explained(unit, cause)).collect(),
            retry: Some(class.into()),
            remedies: remedies.collect(),
            ..Self::plain(finding)
        }
    }

    /// A finding, with neither causes nor remedies.
    #[must_use]
    pub fn plain(finding: &Finding) -> Self {
        let clash = finding.clash.as_deref();
        let value = |value: &Option<muster_core::shift::AtomValue>| value.clone().map(AtomView);
        Self {
            fingerprint: finding.fingerprint(),
            kind: finding.kind,
            rule: finding.rule.clone(),
            severity: finding.severity,
            agent_id: finding.agent.clone(),
            start: finding.interval.map(|interval| At(interval.start())),
            end: finding.interval.map(|interval| At(interval.end())),
            subject: SubjectView::first(&finding.subjects, clash.map(|clash| clash.atom)),
            subjects: SubjectsView(finding.subjects.clone()),
            base: clash.and_then(|clash| value(&clash.base)),
            yours: clash.and_then(|clash| value(&clash.yours)),
            live: clash.and_then(|clash| value(&clash.live)),
            observed: finding.observed,
            limit: finding.limit,
            magnitude: finding.magnitude,
            unit: finding.measure,
            clock_change_minutes: finding.clock_change_min,
            because_of_clock_change: finding.is_because_of_clock_change(),
            cost_minutes: finding.cost_min,
            standing: finding.standing,
            acknowledged: false,
            message: message(finding),
            causes: Vec::new(),
            retry: None,
            remedies: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
