//! What was found, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use muster_api::client::ClockChanges;
use muster_api::clock_change::ClockChangesView;
use muster_api::conflict::{ConflictView, message};
use muster_core::clock_change;
use muster_core::conflict::{Finding, Kind, Severity};
use muster_core::id::AgentId;
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::cli::clock;
use crate::cli::table::counted;
use crate::cli::when::When;
use crate::local::Local;

/// Most findings of one kind that are written out; `--json` has them all.
const SHOWN: usize = 20;

/// A roster that the rules are asked about.
pub(super) struct Report {
    /// Where it comes from.
    pub(super) source: String,
    /// What the source calls agents whose ids it does not say.
    pub(super) names: BTreeMap<AgentId, String>,
    /// The roster.
    pub(super) local: Local,
}

impl Report {
    /// Whether nothing blocks and nothing has to be acknowledged.
    pub(super) fn is_clean(&self, findings: &[Finding]) -> bool {
        findings.iter().all(|finding| finding.severity < Severity::Ack)
    }

    /// For programs.
    pub(super) fn json(&self, findings: &[Finding]) -> Value {
        let all = findings.iter().map(|finding| {
            let mut view = json!(ConflictView::plain(finding));
            view["agentId"] = json!(finding.agent.as_ref().map(|agent| self.name(agent)));
            view
        });
        let mut report = json!({
            "source": self.source,
            "agents": self.local.roster().agents().count(),
            "shifts": self.local.roster().shift_count(),
            "clean": self.is_clean(findings),
            "findings": all.collect::<Vec<_>>(),
        });
        let clocks = self.clocks();
        if !clocks.is_null() {
            report["clockChanges"] = clocks;
        }
        report
    }

    /// For people: by kind, worst first.
    pub(super) fn text(&self, findings: &[Finding]) -> String {
        let roster = self.local.roster();
        let agents = counted(roster.agents().count(), "agent");
        let shifts = counted(usize::try_from(roster.shift_count()).unwrap_or(usize::MAX), "shift");
        let found = match findings.len() {
            0 => "the rules find nothing".to_owned(),
            count => counted(count, "finding"),
        };
        let mut text = format!("{}: {agents}, {shifts}; {found}\n", self.source);
        for ((kind, rule), group) in grouped(findings) {
            let name = rule.map(|rule| format!(" ({rule})")).unwrap_or_default();
            let head = said(group.iter().map(|finding| finding.severity).max());
            let _ = writeln!(text, "\n{head}: {} {}{name}", group.len(), kind.name());
            for finding in group.iter().take(SHOWN) {
                text += &self.written(finding);
            }
            if let Some(more) = group.len().checked_sub(SHOWN).filter(|more| *more > 0) {
                let _ = writeln!(text, "  … and {more} more; --json lists them all");
            }
        }
        let clocks = ClockChanges::deserialize(self.clocks()).ok();
        text + &clock::told(clocks.as_ref())
    }

    fn written(&self, finding: &Finding) -> String {
        let agent = finding.agent.as_ref();
        let when = agent.map_or_else(When::utc, |agent| self.when(agent));
        let place = finding.interval.map(|place| when.span(place.start(), place.end()));
        let agent = agent.map(|agent| self.name(agent)).unwrap_or_default();
        let place = place.unwrap_or_default();
        format!("  {agent}  {place}\n    {}\n", message(finding))
    }

    /// What clock changes do to all shifts, with the agents' names.
    fn clocks(&self) -> Value {
        let clocks = clock_change::everywhere(self.local.roster());
        let mut all = json!(ClockChangesView::new(&clocks));
        let parts = all.as_object_mut().into_iter().flat_map(|parts| parts.values_mut());
        for item in parts.filter_map(Value::as_array_mut).flatten() {
            let name = item["agentId"].as_str().and_then(|id| AgentId::parse(id).ok());
            item["agentId"] = json!(name.as_ref().map(|agent| self.name(agent)));
        }
        all
    }

    fn name<'a>(&'a self, agent: &'a AgentId) -> &'a str {
        self.names.get(agent).map_or(agent.as_str(), String::as_str)
    }

    /// The zone of an agent.
    fn when(&self, agent: &AgentId) -> When {
        let record = self.local.roster().agent(agent);
        record.map_or_else(When::utc, |record| When::of(record.agent.zone.name()))
    }
}

type Group<'a> = ((Kind, Option<&'a str>), Vec<&'a Finding>);

/// Findings by kind and rule: the worst kinds first, and those that are found most often.
fn grouped(findings: &[Finding]) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<(Kind, Option<&str>), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        groups.entry((finding.kind, finding.rule.as_deref())).or_default().push(finding);
    }
    let mut groups: Vec<Group<'_>> = groups.into_iter().collect();
    groups.sort_by_key(|(_, group)| {
        let worst = group.iter().map(|finding| finding.severity).max();
        std::cmp::Reverse((worst, group.len()))
    });
    groups
}

fn said(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Block) => "blocked",
        Some(Severity::Ack) => "needs acknowledgement",
        Some(Severity::Warn) => "warning",
        Some(Severity::Info | Severity::Off) | None => "for information",
    }
}
