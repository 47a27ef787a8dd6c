//! `muster webhook`: who outside is told of a unit's events.

use clap::{Args, Subcommand};
use muster_api::client::{Webhook, WebhookDelivery};
use serde_json::json;

use super::Outcome;
use super::server::{self, Server, ServerArgs};
use super::table::Table;
use super::when::When;
use crate::print::Format;

/// What to do with webhooks.
#[derive(Debug, Args)]
pub(crate) struct WebhookOptions {
    #[command(flatten)]
    pub(super) print: super::PrintArgs,
    #[command(flatten)]
    server: ServerArgs,
    #[command(subcommand)]
    command: WebhookCommand,
}

#[derive(Debug, Subcommand)]
enum WebhookCommand {
    /// Make a webhook; its secret is printed once.
    Create {
        /// Where events are sent.
        #[arg(value_name = "URL")]
        to: String,
        /// The business unit whose events.
        #[arg(long, value_parser = server::id)]
        unit: String,
        /// Its id; one is made up if there is none.
        #[arg(long, value_parser = server::id)]
        id: Option<String>,
        /// Only events of these types, such as `shift.changed` or `swap.*`.
        #[arg(long, value_delimiter = ',', value_name = "TYPE")]
        types: Vec<String>,
        /// Only events about these agents.
        #[arg(long, value_delimiter = ',', value_parser = server::id, value_name = "AGENT")]
        agents: Vec<String>,
    },
    /// List the webhooks of a unit.
    List {
        /// The business unit.
        #[arg(long, value_parser = server::id)]
        unit: String,
    },
    /// Show a webhook and how it does.
    Show(One),
    /// Send to it again what it is behind, after it was disabled.
    Enable(One),
    /// Send nothing to it.
    Disable(One),
    /// Remove a webhook with its log.
    Delete(One),
    /// List what was sent, the latest first.
    Deliveries {
        #[command(flatten)]
        one: One,
        /// Most lines.
        #[arg(long, default_value_t = 100, value_name = "COUNT")]
        limit: usize,
    },
    /// Send everything after a cursor again.
    Replay {
        #[command(flatten)]
        one: One,
        /// The cursor, as events and the webhook name it; 0 is the beginning.
        #[arg(long, value_name = "CURSOR")]
        after: String,
    },
    /// Make another secret; the one before is used beside it for a day.
    Rotate(One),
    /// Send something at once, and say what came of it.
    Ping(One),
}

/// Which webhook.
#[derive(Debug, Args)]
struct One {
    /// The webhook.
    #[arg(value_parser = server::id)]
    id: String,
}

impl One {
    fn path(&self, rest: &str) -> String {
        format!("/webhooks/{}{rest}", self.id)
    }
}

/// Does it.
pub(crate) async fn run(options: WebhookOptions, format: Format) -> anyhow::Result<Outcome> {
    let WebhookOptions { print: _, server, command } = options;
    let server = Server::connect(&server).await?;
    match command {
        WebhookCommand::Create { to, unit, id, types, agents } => {
            let some = |list: Vec<String>| (!list.is_empty()).then_some(list);
            let body = json!({ "id": id, "businessUnitId": unit, "url": to,
                "eventTypes": some(types), "agentIds": some(agents) });
            let reply = server.post::<Webhook>("/webhooks", &body).await?;
            format.answer(&reply.json, || made(&reply.value));
        }
        WebhookCommand::List { unit } => {
            let query = [("businessUnitId", Some(unit.as_str()))];
            let reply = server.list::<Webhook>("/webhooks", &query).await?;
            format.answer(&reply.json, || table(&reply.value));
        }
        WebhookCommand::Show(one) => {
            let reply = server.get::<Webhook>(&one.path(""), &[]).await?;
            let server = server.in_unit(&reply.value.business_unit_id).await?;
            format.answer(&reply.json, || shown(&reply.value, server.when()));
        }
        WebhookCommand::Enable(one) => enable(&server, &one, true, format).await?,
        WebhookCommand::Disable(one) => enable(&server, &one, false, format).await?,
        WebhookCommand::Delete(one) => {
            server.delete(&one.path("")).await?;
            format.answer(&json!({}), || format!("{} is gone", one.id));
        }
        WebhookCommand::Deliveries { one, limit } => {
            let path = one.path("/deliveries");
            let reply = server.first::<WebhookDelivery>(&path, &[], limit).await?;
            format.answer(&reply.json, || log(&reply.value));
        }
        WebhookCommand::Replay { one, after } => {
            let body = json!({ "after": after });
            let reply = server.post::<Webhook>(&one.path("/replay"), &body).await?;
            format.answer(&reply.json, || format!("{} goes on after {after}", one.id));
        }
        WebhookCommand::Rotate(one) => {
            let reply = server.post::<Webhook>(&one.path("/secret"), &json!({})).await?;
            format.answer(&reply.json, || made(&reply.value));
        }
        WebhookCommand::Ping(one) => {
            let reply = server.post::<WebhookDelivery>(&one.path("/ping"), &json!({})).await?;
            format.answer(&reply.json, || said(&reply.value));
            return Ok(if reply.value.taken { Outcome::Done } else { Outcome::Bad });
        }
    }
    Ok(Outcome::Done)
}

async fn enable(server: &Server, one: &One, enabled: bool, format: Format) -> anyhow::Result<()> {
    let reply = server.patch::<Webhook>(&one.path(""), &json!({ "enabled": enabled })).await?;
    format.answer(&reply.json, || format!("{} is {}", one.id, reply.value.status));
    Ok(())
}

fn made(webhook: &Webhook) -> String {
    let Webhook { id, secret, .. } = webhook;
    match secret {
        Some(secret) => format!(
            "{id}\n{secret}\nthe receiver checks signatures with this secret; it is not shown again"
        ),
        None => format!("{id} is there already; its secret was shown when it was made"),
    }
}

fn table(webhooks: &[Webhook]) -> String {
    let mut table = Table::new(["id", "status", "cursor", "types", "url"]);
    for webhook in webhooks {
        let Webhook { id, status, cursor, event_types, url, .. } = webhook;
        table.row([id, status, cursor, &event_types.join(","), url]);
    }
    if table.is_empty() { "no webhooks".to_owned() } else { table.to_string() }
}

fn shown(webhook: &Webhook, when: &When) -> String {
    let Webhook { id, business_unit_id, url, event_types, agent_ids, .. } = webhook;
    let or_all = |list: &[String]| if list.is_empty() { "all".to_owned() } else { list.join(", ") };
    let mut lines = vec![
        format!("{id}: events of {business_unit_id} to {url}"),
        format!("types {}, agents {}", or_all(event_types), or_all(agent_ids)),
        format!("{}, all up to {} was taken", webhook.status, webhook.cursor),
    ];
    lines.extend(webhook.reason.clone());
    if let Some(at) = webhook.next_try_at.as_deref() {
        lines.push(format!("tried again {}", when.said(Some(at), None)));
    }
    if let Some(last) = &webhook.last_delivery {
        lines.push(format!("last: {}, {}", when.at(last.at), said(last)));
    }
    lines.join("\n")
}

fn said(delivery: &WebhookDelivery) -> String {
    let WebhookDelivery { event_id, kind, attempt, duration_ms, taken, status, error, .. } =
        delivery;
    let answer = match (status, error) {
        (Some(status), _) => status.to_string(),
        (None, error) => error.clone().unwrap_or_default(),
    };
    let taken = if *taken { "taken" } else { "not taken" };
    format!("{kind} {event_id}, try {attempt}: {taken}, {answer} after {duration_ms} ms")
}

fn log(deliveries: &[WebhookDelivery]) -> String {
    let mut table = Table::new(["at", "event", "type", "try", "taken", "answer", "ms"]);
    for delivery in deliveries {
        let WebhookDelivery { event_id, kind, attempt, at, duration_ms, taken, status, error } =
            delivery;
        let answer = status.map_or_else(|| error.clone().unwrap_or_default(), |s| s.to_string());
        table.row([
            &at.to_string(),
            event_id,
            kind,
            &attempt.to_string(),
            if *taken { "yes" } else { "no" },
            &answer,
            &duration_ms.to_string(),
        ]);
    }
    if table.is_empty() { "nothing was sent".to_owned() } else { table.to_string() }
}
