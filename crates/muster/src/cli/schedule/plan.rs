//! `muster schedule plan`

use clap::Args;
use muster_api::client::{Plan, ScheduleHead};

use super::{opened, path, titled};
use crate::cli::Outcome;
use crate::cli::clock;
use crate::cli::findings::{self, Owned};
use crate::cli::server::{self, Server};
use crate::cli::table::counted;
use crate::cli::when::When;
use crate::print::Format;

/// Which draft.
#[derive(Debug, Args)]
pub(super) struct PlanOptions {
    /// The draft.
    #[arg(value_parser = server::id)]
    id: String,
}

/// The outcomes an agent may have, worst first: how answers spell them, and how that is said.
const OUTCOMES: [(&str, &str); 5] = [
    ("blocked", "blocked"),
    ("needsAck", "to be acknowledged"),
    ("merged", "merged with other edits"),
    ("fastForward", "as written"),
    ("unchanged", "live already"),
];

/// Shows what a publish would do.
pub(super) async fn run(
    server: Server,
    options: PlanOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let PlanOptions { id } = options;
    let (server, head) = opened(server, &id).await?;
    let reply = server.post::<Plan>(&format!("{}/validate", path(&id)), &nothing()).await?;
    format.answer(&reply.json, || told(&head, &reply.value, server.when()));
    Ok(if holds_back(&reply.value) { Outcome::NeedsDecision } else { Outcome::Done })
}

/// The body that says nothing.
pub(super) fn nothing() -> serde_json::Value {
    serde_json::json!({})
}

/// Whether a publish would leave somebody out.
fn holds_back(plan: &Plan) -> bool {
    ["blocked", "needsAck"].iter().any(|outcome| count(plan, outcome) > 0)
}

fn count(plan: &Plan, outcome: &str) -> u64 {
    plan.summary.get(outcome).copied().unwrap_or(0)
}

/// `2 blocked, 498 as written`
pub(super) fn summary(plan: &Plan) -> String {
    let counts = OUTCOMES.iter().map(|(name, said)| (count(plan, name), said));
    let counts = counts.filter(|(count, _)| *count > 0);
    let parts: Vec<String> = counts.map(|(count, said)| format!("{count} {said}")).collect();
    if parts.is_empty() { "nothing in it".to_owned() } else { parts.join(", ") }
}

fn told(head: &ScheduleHead, plan: &Plan, when: &When) -> String {
    let agents = counted(plan.agents.len(), "agent");
    let findings = plan.agents.iter().flat_map(|agent| {
        agent.findings.iter().map(|finding| (Some(agent.agent_id.as_str()), finding))
    });
    let findings: Vec<Owned<'_>> = findings.collect();
    let mut text = format!(
        "plan of {}\non revision {}, times in {}\n\n{agents}: {}\n{} would be told\n",
        titled(head),
        plan.revision,
        when.zone(),
        summary(plan),
        plan.notified.len(),
    );
    if !findings.is_empty() {
        text.push('\n');
        text += &findings::grouped(&findings, when);
    }
    text += &clock::told(plan.clock_changes.as_ref());
    let next = if holds_back(plan) { "publish the others" } else { "make it live" };
    text + &format!(
        "\n{next}: muster schedule publish {} --plan-token {}\n",
        plan.schedule_id, plan.plan_token
    )
}
