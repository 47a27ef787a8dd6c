//! `muster schedule plan`

use clap::Args;
use muster_api::client::{Plan, Preferences, ScheduleHead};

use super::decisions::{Decider, DecisionArgs};
use super::{opened, titled};
use crate::cli::Outcome;
use crate::cli::clock;
use crate::cli::findings::Groups;
use crate::cli::server::{self, Server};
use crate::cli::table::counted;
use crate::cli::when::When;
use crate::print::Format;

/// Which draft, and what is decided about it.
#[derive(Debug, Args)]
pub(super) struct PlanOptions {
    /// The draft.
    #[arg(value_parser = server::id)]
    id: String,
    #[command(flatten)]
    decisions: DecisionArgs,
}

/// The outcomes an agent may have, worst first: how summaries and agents spell them, and how that
/// is said.
const OUTCOMES: [(&str, &str, &str); 5] = [
    ("blocked", "blocked", "blocked"),
    ("needsAck", "needs_ack", "to be acknowledged"),
    ("merged", "merged", "merged with other edits"),
    ("fastForward", "fast_forward", "as written"),
    ("unchanged", "unchanged", "live already"),
];

/// Shows what a publish would do, with what is decided about it; nothing is written.
pub(super) async fn run(
    server: Server,
    options: PlanOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let PlanOptions { id, decisions } = options;
    let (server, head) = opened(server, &id).await?;
    let decider = Decider::new(&server, &head, &decisions).await?;
    let open = decider.open();
    let groups = Groups::offered(&open);
    let is_settled = groups.conflicts().next().is_none();
    format.answer(&decider.json(), || {
        told(&head, &decider, &groups, server.when()) + &next(&decider, &groups, &decisions)
    });
    Ok(if is_settled { Outcome::Done } else { Outcome::NeedsDecision })
}

/// How an agent's outcome is said.
pub(super) fn said(outcome: &str) -> &str {
    let known = OUTCOMES.iter().find(|(_, name, _)| *name == outcome);
    known.map_or(outcome, |(_, _, said)| said)
}

fn is_held(outcome: &str) -> bool {
    matches!(outcome, "blocked" | "needs_ack")
}

fn count(plan: &Plan, outcome: &str) -> u64 {
    plan.summary.get(outcome).copied().unwrap_or(0)
}

/// `2 blocked, 498 as written`
pub(super) fn summary(plan: &Plan) -> String {
    let counts = OUTCOMES.iter().map(|(name, _, said)| (count(plan, name), said));
    let counts = counts.filter(|(count, _)| *count > 0);
    let parts: Vec<String> = counts.map(|(count, said)| format!("{count} {said}")).collect();
    if parts.is_empty() { "nothing in it".to_owned() } else { parts.join(", ") }
}

/// Of the people whose shifts change, those that are told at once: not those who are held back.
fn notified(plan: &Plan) -> usize {
    let held = plan.agents.iter().filter(|agent| is_held(&agent.outcome));
    let held: Vec<&str> = held.map(|agent| agent.agent_id.as_str()).collect();
    plan.notified.iter().filter(|agent| held.binary_search(&agent.as_str()).is_err()).count()
}

fn told(head: &ScheduleHead, decider: &Decider, groups: &Groups<'_>, when: &When) -> String {
    let plan = decider.plan();
    let found = groups.numbered(decider.numbers(), when);
    let left = match groups.conflicts().count() {
        0 => String::new(),
        count => format!("{} to be decided\n", counted(count, "conflict")),
    };
    format!(
        "plan of {}\non revision {}, times in {}\n\n{}: {}\n{} would be told\n\
         {}{left}{}{}{found}{}",
        titled(head),
        plan.revision,
        when.zone(),
        counted(plan.agents.len(), "agent"),
        summary(plan),
        counted(notified(plan), "agent"),
        unkept(&plan.preferences),
        decider.decided(),
        if found.is_empty() { "" } else { "\n" },
        clock::told(plan.clock_changes.as_ref()),
    )
}

/// `3 preferences would not be kept, by 360 min in all; new: 2`, or nothing.
fn unkept(preferences: &Preferences) -> String {
    let Preferences { violated, newly_violated, minutes } = preferences;
    if *violated == 0 {
        return String::new();
    }
    let count = counted(*violated, "preference");
    format!("{count} would not be kept, by {minutes} min in all; new: {newly_violated}\n")
}

/// What can be done next.
fn next(decider: &Decider, groups: &Groups<'_>, decisions: &DecisionArgs) -> String {
    let mut text = String::new();
    let cleared_by = decider.cleared_by();
    if !cleared_by.is_empty() {
        text += "\nwhat the publish sends first:\n";
        text.extend(cleared_by.iter().map(|command| format!("  {command}\n")));
    }
    let plan = decider.plan();
    let (id, token, words) = (&plan.schedule_id, decider.token(), decisions.words());
    let publish = format!("muster schedule publish {id} --plan-token {token}{words}");
    let Some(first) = groups.conflicts().next() else {
        return text + &format!("\nmake it live: {publish}\n");
    };
    let handle = decider.numbers().handle(first.finding);
    let such = format!("--resolve N:REMEDY (such as {handle}:1)");
    text += &if plan.agents.iter().all(|agent| is_held(&agent.outcome)) {
        format!("\ndecide and publish: {publish} {such}\n")
    } else {
        format!("\npublish the others: {publish}\nor decide: the same with {such}\n")
    };
    text + &format!("to try it: muster schedule plan {id} with the same, which writes nothing\n")
}

/// What is left of a draft of which a part went live, as a plan shows it.
pub(super) async fn left(
    server: &Server,
    head: &ScheduleHead,
    decisions: &DecisionArgs,
) -> anyhow::Result<String> {
    let undecided = decisions.undecided();
    let decider = Decider::new(server, head, &undecided).await?;
    let open = decider.open();
    let groups = Groups::offered(&open);
    let found = groups.numbered(decider.numbers(), server.when());
    Ok(found + &next(&decider, &groups, &undecided))
}
