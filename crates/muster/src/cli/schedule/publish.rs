//! `muster schedule publish` and `muster schedule revert`

use clap::Args;
use muster_api::client::Published;
use serde_json::{Value, json};

use super::{opened, path};
use crate::cli::Outcome;
use crate::cli::clock;
use crate::cli::findings::{self, Owned};
use crate::cli::server::{self, Server};
use crate::cli::terms::TermsArgs;
use crate::cli::when::When;
use crate::print::Format;

/// Which draft, and how.
#[derive(Debug, Args)]
pub(super) struct PublishOptions {
    /// The draft.
    #[arg(value_parser = server::id)]
    id: String,
    #[command(flatten)]
    terms: TermsArgs,
    /// The plan that was looked at, as `muster schedule plan` names it.
    #[arg(long, value_name = "TOKEN")]
    plan_token: Option<String>,
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

/// Makes a draft's edits live.
pub(super) async fn publish(
    server: Server,
    options: PublishOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let PublishOptions { id, terms, plan_token } = options;
    let mut body = terms.body();
    if let Some(token) = plan_token {
        body["planToken"] = json!(token);
    }
    done(server, &id, "publish", &body, format).await
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
    done(server, &id, "revert", &body, format).await
}

async fn done(
    server: Server,
    id: &str,
    verb: &str,
    body: &Value,
    format: Format,
) -> anyhow::Result<Outcome> {
    let (server, _) = opened(server, id).await?;
    let reply = server.post::<Published>(&format!("{}/{verb}", path(id)), body).await?;
    let published = reply.value;
    format.answer(&reply.json, || told(&published, server.when()));
    Ok(if published.held.is_empty() { Outcome::Done } else { Outcome::NeedsDecision })
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

fn told(published: &Published, when: &When) -> String {
    let Published { status, id, revision, notified, warnings, draft_id, .. } = published;
    let mut text = format!(
        "{status} as {id} at revision {revision}: {}; {} are told\n",
        summary(published),
        notified.len(),
    );
    if !warnings.is_empty() {
        text += "\nof what is live:\n\n";
        text += &findings::settled(warnings, when);
    }
    text += &clock::told(published.clock_changes.as_ref());
    if !published.held.is_empty() {
        let draft = draft_id.as_ref().map(|id| format!("; {id} keeps them")).unwrap_or_default();
        text += &format!("\nheld back{draft}:\n\n");
        text += &held(published, when);
    }
    text
}
