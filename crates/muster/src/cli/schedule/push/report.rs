//! What is said of a push, week by week.

use std::path::Path;

use muster_api::client::{Plan, Published};
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
    format!("{table}{clocks}{}{held}", if is_draft { next } else { "" })
}
