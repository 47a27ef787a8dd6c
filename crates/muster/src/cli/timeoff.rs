//! `muster timeoff`: looking at time-off requests and deciding them.

use clap::{Args, Subcommand};
use muster_api::client::TimeOff;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Outcome;
use super::findings;
use super::server::{self, Server, ServerArgs};
use super::table::Table;
use super::terms::VerdictArgs;
use super::when::When;
use crate::print::Format;

/// What to do with time-off requests.
#[derive(Debug, Args)]
pub(crate) struct TimeOffOptions {
    #[command(flatten)]
    pub(super) print: super::PrintArgs,
    #[command(flatten)]
    server: ServerArgs,
    #[command(subcommand)]
    command: TimeOffCommand,
}

#[derive(Debug, Subcommand)]
enum TimeOffCommand {
    /// List requests.
    List(ListOptions),
    /// Grant a request.
    Approve(Decision),
    /// Refuse a request.
    Deny(Decision),
}

/// Which requests.
#[derive(Debug, Args)]
struct ListOptions {
    /// The business unit.
    #[arg(long, value_parser = server::id)]
    unit: String,
    /// Where they stand, such as PENDING; may come several times.
    #[arg(long)]
    status: Vec<String>,
    /// Who wants to be off; may come several times.
    #[arg(long, value_parser = server::id)]
    agent: Vec<String>,
    /// From this day or instant on.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this day or instant.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

impl ListOptions {
    fn body(&self) -> Value {
        let mut body = json!({ "businessUnitId": self.unit });
        if !self.status.is_empty() {
            let statuses = self.status.iter().map(|status| status.to_uppercase());
            body["statuses"] = statuses.collect::<Vec<_>>().into();
        }
        if !self.agent.is_empty() {
            body["agentIds"] = json!(self.agent);
        }
        for (name, bound) in [("from", &self.from), ("to", &self.to)] {
            if let Some(bound) = bound {
                body[name] = json!(bound);
            }
        }
        body
    }
}

/// A decision on a request.
#[derive(Debug, Args)]
struct Decision {
    /// The request.
    #[arg(value_parser = server::id)]
    id: String,
    #[command(flatten)]
    verdict: VerdictArgs,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Where {
    business_unit_id: String,
}

/// Lists requests or decides one.
pub(crate) async fn run(options: TimeOffOptions, format: Format) -> anyhow::Result<Outcome> {
    let TimeOffOptions { print: _, server, command } = options;
    let server = Server::connect(&server).await?;
    match command {
        TimeOffCommand::List(options) => {
            let server = server.in_unit(&options.unit).await?;
            let body = options.body();
            let reply = server.query::<TimeOff>("/timeoffrequests/query", &body).await?;
            format.answer(&reply.json, || table(&reply.value, server.when()));
        }
        TimeOffCommand::Approve(decision) => decide(server, decision, "approve", format).await?,
        TimeOffCommand::Deny(decision) => decide(server, decision, "deny", format).await?,
    }
    Ok(Outcome::Done)
}

async fn decide(
    server: Server,
    decision: Decision,
    verb: &str,
    format: Format,
) -> anyhow::Result<()> {
    let path = format!("/timeoffrequests/{}", decision.id);
    let place = server.get::<Where>(&path, &[]).await?.value;
    let server = server.in_unit(&place.business_unit_id).await?;
    let reply = server.post::<TimeOff>(&format!("{path}/{verb}"), &decision.verdict.body()).await?;
    format.answer(&reply.json, || told(&reply.value, server.when()));
    Ok(())
}

fn told(request: &TimeOff, when: &When) -> String {
    let TimeOff { id, agent_id, status, findings, version, .. } = request;
    let times = times(request, when);
    let mut text = format!("{status} {id}: {agent_id}, {times}, version {version}\n");
    if !findings.is_empty() {
        text.push('\n');
        text += &findings::settled(findings, when);
    }
    text
}

/// Whole days as days; anything else as times.
fn times(request: &TimeOff, when: &When) -> String {
    let parts: Vec<String> = match &request.full_days {
        Some(days) => days.iter().map(ToString::to_string).collect(),
        None => {
            let part =
                |interval: &Value| when.said(interval["start"].as_str(), interval["end"].as_str());
            request.intervals.iter().map(part).collect()
        }
    };
    match &parts[..] {
        [] => "no time".to_owned(),
        [only] => only.clone(),
        [first, .., last] => format!("{first} … {last} ({})", parts.len()),
    }
}

fn table(requests: &[TimeOff], when: &When) -> String {
    let mut table = Table::new(["request", "status", "agent", "when", "activity", "note"]);
    for request in requests {
        let note = request.note.as_deref().unwrap_or_default();
        let TimeOff { id, status, agent_id, activity_code_id, .. } = request;
        table.row([id, status, agent_id, &times(request, when), activity_code_id, note]);
    }
    if table.is_empty() { "no time-off requests".to_owned() } else { table.to_string() }
}
