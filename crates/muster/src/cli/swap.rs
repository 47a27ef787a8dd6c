//! `muster swap`: looking at shift swaps and deciding them.

use clap::{Args, Subcommand};
use muster_api::client::{ClockChanges, ConflictIn, List, Swap, SwapSide};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Outcome;
use super::clock;
use super::findings;
use super::server::{self, Server, ServerArgs};
use super::table::Table;
use super::terms::VerdictArgs;
use super::when::When;
use crate::print::Format;

/// What to do with swaps.
#[derive(Debug, Args)]
pub(crate) struct SwapOptions {
    #[command(flatten)]
    pub(super) print: super::PrintArgs,
    #[command(flatten)]
    server: ServerArgs,
    #[command(subcommand)]
    command: SwapCommand,
}

#[derive(Debug, Subcommand)]
enum SwapCommand {
    /// List swaps.
    List {
        /// The business unit.
        #[arg(long, value_parser = server::id)]
        unit: String,
        /// Where they stand, such as PENDING_APPROVAL.
        #[arg(long)]
        status: Option<String>,
        /// Who gives or gets.
        #[arg(long, value_parser = server::id)]
        agent: Option<String>,
    },
    /// Let the shifts change hands.
    Approve(Decision),
    /// Refuse a swap.
    Deny(Decision),
    /// Give the shifts of an approved swap back.
    Revert(Decision),
    /// Say what approving would meet; nothing is written.
    Evaluate {
        /// Swaps that were offered.
        #[arg(value_parser = server::id, required_unless_present = "gives")]
        ids: Vec<String>,
        /// Of a swap that was not: the shift that is given,
        #[arg(long, value_parser = server::id, conflicts_with = "ids", requires = "gets")]
        gives: Option<String>,
        /// and the one that is got for it.
        #[arg(long, value_parser = server::id, requires = "gives")]
        gets: Option<String>,
    },
}

/// A decision on a swap.
#[derive(Debug, Args)]
struct Decision {
    /// The swap.
    #[arg(value_parser = server::id)]
    id: String,
    #[command(flatten)]
    verdict: VerdictArgs,
}

/// What a list says beside the swap.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Where {
    business_unit_id: String,
}

/// Lists swaps or decides one.
pub(crate) async fn run(options: SwapOptions, format: Format) -> anyhow::Result<Outcome> {
    let SwapOptions { print: _, server, command } = options;
    let server = Server::connect(&server).await?;
    match command {
        SwapCommand::List { unit, status, agent } => {
            let status = status.map(|status| status.to_uppercase());
            let query = [
                ("businessUnitId", Some(unit.as_str())),
                ("status", status.as_deref()),
                ("agentId", agent.as_deref()),
            ];
            let reply = server.list::<Swap>("/scheduling/shiftswaps", &query).await?;
            format.answer(&reply.json, || table(&reply.value));
        }
        SwapCommand::Approve(decision) => decide(server, decision, "approve", format).await?,
        SwapCommand::Deny(decision) => decide(server, decision, "deny", format).await?,
        SwapCommand::Revert(decision) => decide(server, decision, "revert", format).await?,
        SwapCommand::Evaluate { ids, gives, gets } => {
            let side = |shift: Option<String>| json!({ "shiftId": shift });
            let swaps = match gives {
                Some(gives) => {
                    vec![json!({ "initiator": side(Some(gives)), "receiver": side(gets) })]
                }
                None => ids.into_iter().map(|id| json!({ "id": id })).collect(),
            };
            evaluate(server, &swaps, format).await?;
        }
    }
    Ok(Outcome::Done)
}

/// What would happen to one swap.
#[derive(Debug, Deserialize)]
struct Evaluation {
    id: String,
    clean: bool,
    initiator: Vec<ConflictIn>,
    receiver: Vec<ConflictIn>,
    #[serde(default, rename = "clockChanges")]
    clock_changes: Option<ClockChanges>,
}

async fn evaluate(server: Server, swaps: &[Value], format: Format) -> anyhow::Result<()> {
    let path = "/scheduling/shiftswaps/evaluate";
    let reply = server.post::<List<Evaluation>>(path, &json!({ "swaps": swaps })).await?;
    let server = match swaps.first().and_then(|swap| swap["id"].as_str()) {
        Some(id) => {
            let path = format!("/scheduling/shiftswaps/{id}");
            let place = server.get::<Where>(&path, &[]).await?.value;
            server.in_unit(&place.business_unit_id).await?
        }
        None => server,
    };
    format.answer(&reply.json, || {
        let all = reply.value.entities.iter();
        all.map(|one| evaluated(one, server.when())).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

fn evaluated(evaluation: &Evaluation, when: &When) -> String {
    let Evaluation { id, clean, initiator, receiver, clock_changes } = evaluation;
    let found: Vec<ConflictIn> = initiator.iter().chain(receiver).cloned().collect();
    let text = match (clean, found.is_empty()) {
        (true, true) => format!("{id}: nothing stands in the way\n"),
        (true, false) => {
            format!("{id}: nothing stands in the way\n\n{}", findings::settled(&found, when))
        }
        (false, _) => format!(
            "{id}: cannot be approved as it is\n\n{}",
            findings::grouped(&findings::unowned(&found), when)
        ),
    };
    text + &clock::told(clock_changes.as_ref())
}

async fn decide(
    server: Server,
    decision: Decision,
    verb: &str,
    format: Format,
) -> anyhow::Result<()> {
    let path = format!("/scheduling/shiftswaps/{}", decision.id);
    let place = server.get::<Where>(&path, &[]).await?.value;
    let server = server.in_unit(&place.business_unit_id).await?;
    let reply = server.post::<Swap>(&format!("{path}/{verb}"), &decision.verdict.body()).await?;
    format.answer(&reply.json, || told(&reply.value, server.when()));
    Ok(())
}

fn told(swap: &Swap, when: &When) -> String {
    let Swap { id, status, initiator, receiver, findings, clock_changes, version } = swap;
    let receiver = receiver.as_ref().map_or_else(|| "the board".to_owned(), side);
    let mut text =
        format!("{status} {id}: {} with {receiver}, version {version}\n", side(initiator));
    if !findings.is_empty() {
        text.push('\n');
        text += &findings::settled(findings, when);
    }
    text + &clock::told(clock_changes.as_ref())
}

/// `ana (s1)`
fn side(side: &SwapSide) -> String {
    match &side.shift_id {
        Some(shift) => format!("{} ({shift})", side.agent_id),
        None => side.agent_id.clone(),
    }
}

fn table(swaps: &[Swap]) -> String {
    let mut table = Table::new(["swap", "status", "gives", "gets", "version"]);
    for swap in swaps {
        let receiver = swap.receiver.as_ref().map_or_else(|| "the board".to_owned(), side);
        let version = swap.version.to_string();
        table.row([&swap.id, &swap.status, &side(&swap.initiator), &receiver, &version]);
    }
    if table.is_empty() { "no swaps".to_owned() } else { table.to_string() }
}
