//! What is said of a push, week by week.

use std::collections::BTreeSet;
use std::path::Path;

use muster_api::client::{ConflictIn, Plan, Published};
use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::clock;
use crate::cli::failure::Refused;
use crate::cli::schedule::{plan, publish};
use crate::cli::table::Table;
use crate::cli::when::When;
use crate::push::WeekPush;

/// A week that was pushed.
pub(super) struct Pushed {
    pub(super) week: WeekPush,
    pub(super) draft: String,
    pub(super) plan: Plan,
    /// What clock changes do to its shifts, as the plan's answer has it.
    pub(super) clocks: Value,
    /// What became of its publish, where it was published.
    pub(super) live: Option<Live>,
}

/// What became of a publish.
pub(super) enum Live {
    /// Some or all of it is live.
    Published(Box<Published>, Value),
    /// All of it is held back.
    Refused(Box<Refused>),
}

/// Whether a decision about somebody is still to be made. A draft alone asks for none.
pub(super) fn outcome(pushed: &[Pushed]) -> Outcome {
    let is_open = |week: &Pushed| match &week.live {
        None => false,
        Some(Live::Published(published, _)) => !published.held.is_empty(),
        Some(Live::Refused(_)) => true,
    };
    if pushed.iter().any(is_open) { Outcome::NeedsDecision } else { Outcome::Done }
}

/// For programs.
pub(super) fn json(file: &Path, pushed: &[Pushed]) -> Value {
    let weeks = pushed.iter().map(|Pushed { week, draft, plan, clocks, live }| {
        let mut shown = json!({
            "weekDate": week.week,
            "draftId": draft,
            "agents": week.agent_schedules.len(),
            "shifts": week.shifts,
            "summary": plan.summary,
            "planToken": plan.plan_token,
        });
        if !clocks.is_null() {
            shown["clockChanges"] = clocks.clone();
        }
        match live {
            None => {}
            Some(Live::Published(_, json)) => shown["published"] = json.clone(),
            Some(Live::Refused(refused)) => shown["refused"] = json!(refused.refusal),
        }
        shown
    });
    json!({ "file": file.display().to_string(), "weeks": weeks.collect::<Vec<_>>() })
}

/// For people.
pub(super) fn text(pushed: &[Pushed], when: &When) -> String {
    let mut table = Table::new(["week", "draft", "agents", "shifts", "plan", "published"]);
    let (mut held, mut clocks) = (String::new(), String::new());
    for Pushed { week, draft, plan, live, .. } in pushed {
        let (first, agents) = (week.week.to_string(), week.agent_schedules.len().to_string());
        let (said, conflicts) = match live {
            None => ("no".to_owned(), String::new()),
            Some(Live::Published(published, _)) => {
                (publish::summary(published), publish::held(published, when))
            }
            Some(Live::Refused(refused)) => ("all held back".to_owned(), refused.conflicts()),
        };
        if !conflicts.is_empty() {
            held += &format!("\nheld back in the week of {first}:\n\n{conflicts}");
        }
        clocks += &clock::told(plan.clock_changes.as_ref());
        let (shifts, summary) = (week.shifts.to_string(), plan::summary(plan));
        table.row([&first, draft, &agents, &shifts, &summary, &said]);
    }
    let next = "\nlook at a draft: muster schedule plan DRAFT\n\
                make it live:    muster schedule publish DRAFT\n";
    let is_draft = pushed.iter().any(|week| week.live.is_none());
    let next = if is_draft { next } else { "" };
    format!("{table}\n{}{clocks}{next}{held}", by_agent(pushed))
}

/// What happened, agent by agent.
fn by_agent(pushed: &[Pushed]) -> Table {
    let mut table = Table::new(["agent", "week", "shifts", "what happened"]);
    for week in pushed {
        let first = week.week.week.to_string();
        for schedule in &week.week.agent_schedules {
            let agent = schedule["agentId"].as_str().unwrap_or_default();
            let shifts = schedule["shifts"].as_array().map_or(0, Vec::len).to_string();
            table.row([agent, &first, &shifts, &what_happened(week, agent)]);
        }
    }
    table
}

fn what_happened(week: &Pushed, agent: &str) -> String {
    let kinds = |conflicts: &[ConflictIn]| -> String {
        let kinds: BTreeSet<&str> = conflicts.iter().map(|found| found.kind.as_str()).collect();
        kinds.into_iter().collect::<Vec<_>>().join(", ")
    };
    match &week.live {
        None => match week.plan.agents.iter().find(|plan| plan.agent_id == agent) {
            None => "nothing to change".to_owned(),
            Some(plan) if plan.findings.is_empty() => plan::said(&plan.outcome).to_owned(),
            Some(plan) => format!("{}: {}", plan::said(&plan.outcome), kinds(&plan.findings)),
        },
        Some(Live::Refused(refused)) => {
            let own = refused.refusal.conflicts.iter();
            let own = own.filter(|found| found.agent_id.as_deref() == Some(agent));
            let kinds = kinds(&own.cloned().collect::<Vec<_>>());
            if kinds.is_empty() { "held back".to_owned() } else { format!("held back: {kinds}") }
        }
        Some(Live::Published(published, _)) => {
            let is_in = |list: &[String]| list.iter().any(|known| known == agent);
            if let Some(held) = published.held.iter().find(|held| held.agent_id == agent) {
                format!("held back: {}", kinds(&held.conflicts))
            } else if is_in(&published.merged) {
                "live, merged with other edits".to_owned()
            } else if is_in(&published.notified) {
                "live".to_owned()
            } else {
                "live already".to_owned()
            }
        }
    }
}
