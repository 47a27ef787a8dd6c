//! `muster schedule publish` and `muster schedule revert`

use clap::Args;
use muster_api::client::{Published, ScheduleHead, SincePlan};
use serde_json::{Value, json};

use super::decisions::{Decider, DecisionArgs};
use super::{opened, path, plan};
use crate::cli::Outcome;
use crate::cli::clock;
use crate::cli::findings::{self, Owned};
use crate::cli::remedy;
use crate::cli::server::{self, Reply, Server};
use crate::cli::terms::TermsArgs;
use crate::cli::when::When;
use crate::print::{self, Format};

/// Which draft, and how.
#[derive(Debug, Args)]
pub(super) struct PublishOptions {
    /// The draft.
    #[arg(value_parser = server::id)]
    id: String,
    #[command(flatten)]
    decisions: DecisionArgs,
}

/// Which publish, and how.
#[derive(Debug, Args)]
pub(super) struct RevertOptions {
    /// The live schedule.
    #[arg(value_parser = server::id)]
    id: String,
    /// The revision of the publish; the last one if none is given.
    #[arg(long)]
    revision: Option<u64>,
    #[command(flatten)]
    terms: TermsArgs,
}

/// Makes a draft's edits live, with what is decided about what stands in their way.
pub(super) async fn publish(
    server: Server,
    options: PublishOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let PublishOptions { id, decisions } = options;
    decisions.check_plan_is_named()?;
    let (server, head) = opened(server, &id).await?;
    let decider = match decisions.needs_plan() {
        true => Some(cleared(&server, &head, &decisions).await?),
        false => None,
    };
    let mut body = decider
        .as_ref()
        .map_or_else(|| decisions.terms().body(), |decider| decider.terms().clone());
    if let Some(plan) = decisions.plan() {
        body["planToken"] = json!(plan);
    }
    let mut reply = sent(&server, &id, "publish", &body).await?;
    if let Some(decider) = &decider {
        decider.add_decisions(&mut reply.json);
    }
    let decided = decider.as_ref().map(Decider::decided).unwrap_or_default();
    let left = match (reply.value.held.is_empty(), format) {
        (false, Format::Text) => plan::left(&server, &head, &decisions).await,
        (true, _) | (_, Format::Json) => Ok(String::new()),
    };
    // It is live, whatever became of looking at the rest.
    let left = left.unwrap_or_else(|_| held(&reply.value, server.when()));
    Ok(answered(&reply, (&decided, &left), server.when(), format))
}

/// Decides as the command line says, and sends what clears the way.
async fn cleared(
    server: &Server,
    head: &ScheduleHead,
    decisions: &DecisionArgs,
) -> anyhow::Result<Decider> {
    let mut decider = Decider::new(server, head, decisions).await?;
    loop {
        let firsts = decider.take_first();
        if firsts.is_empty() {
            return Ok(decider);
        }
        for first in firsts {
            let command = remedy::command(&first);
            let unpublished = |_: &_| print::remark("muster: the draft was not published");
            server.follow(&first).await.inspect_err(unpublished)?;
            print::remark(&format!("sent: {command}"));
        }
        decider.again(server).await?;
    }
}

/// Undoes a publish.
pub(super) async fn revert(
    server: Server,
    options: RevertOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let RevertOptions { id, revision, terms } = options;
    let mut body = terms.body();
    if let Some(revision) = revision {
        body["revision"] = json!(revision);
    }
    let (server, _) = opened(server, &id).await?;
    let reply = sent(&server, &id, "revert", &body).await?;
    let held = held(&reply.value, server.when());
    Ok(answered(&reply, ("", &held), server.when(), format))
}

async fn sent(
    server: &Server,
    id: &str,
    verb: &str,
    body: &Value,
) -> anyhow::Result<Reply<Published>> {
    server.post(&format!("{}/{verb}", path(id)), body).await
}

/// Prints an answer, with what was decided before it and what is left after it.
fn answered(
    reply: &Reply<Published>,
    (decided, left): (&str, &str),
    when: &When,
    format: Format,
) -> Outcome {
    let published = &reply.value;
    format.answer(&reply.json, || told(published, decided, left, when));
    if published.held.is_empty() { Outcome::Done } else { Outcome::NeedsDecision }
}

/// `498 live, 2 of them merged with other edits, 2 held back`
pub(super) fn summary(published: &Published) -> String {
    let Published { published, merged, held, .. } = published;
    let mut text = format!("{} live", published.len());
    if !merged.is_empty() {
        text += &format!(", {} of them merged with other edits", merged.len());
    }
    if !held.is_empty() {
        text += &format!(", {} held back", held.len());
    }
    text
}

/// What was held back, by cause.
pub(super) fn held(published: &Published, when: &When) -> String {
    let owned = published.held.iter().flat_map(|held| {
        held.conflicts.iter().map(|conflict| (Some(held.agent_id.as_str()), conflict))
    });
    findings::grouped(&owned.collect::<Vec<Owned<'_>>>(), when)
}

fn told(published: &Published, decided: &str, left: &str, when: &When) -> String {
    let Published { status, id, revision, notified, warnings, draft_id, since_plan, .. } =
        published;
    let mut text = format!(
        "{status} as {id} at revision {revision}: {}; {} are told\n",
        summary(published),
        notified.len(),
    );
    text += &since_plan.as_ref().map(since).unwrap_or_default();
    text += decided;
    if !warnings.is_empty() {
        text += "\nof what is live:\n\n";
        text += &findings::settled(warnings, when);
    }
    text += &clock::told(published.clock_changes.as_ref());
    if !published.held.is_empty() {
        let draft = draft_id.as_ref().map(|id| format!("; {id} keeps them")).unwrap_or_default();
        text += &format!("\nheld back{draft} (times in {}):\n\n{left}", when.zone());
    }
    text
}

/// What has moved since the plan that somebody looked at.
fn since(plan: &SincePlan) -> String {
    let SincePlan { revision, draft_changed, drifted } = plan;
    let draft = draft_changed.then(|| "the draft was edited".to_owned());
    let weeks = match &drifted[..] {
        [] => None,
        [agent] => Some(format!("the week of {agent} has changed")),
        [..] => Some(format!("the weeks of {} agents have changed", drifted.len())),
    };
    let moved: Vec<String> = draft.into_iter().chain(weeks).collect();
    if moved.is_empty() {
        return String::new();
    }
    format!("since the plan on revision {revision}, {}\n", moved.join(" and "))
}
