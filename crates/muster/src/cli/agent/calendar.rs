//! `muster agent calendar`: the secret link to an agent's calendar.

use clap::Args;
use muster_api::client::Calendar;
use serde_json::json;

use crate::cli::server::{self, Server};
use crate::print::Format;

#[derive(Debug, Args)]
pub(super) struct CalendarOptions {
    /// The agent.
    #[arg(value_parser = server::id)]
    id: String,
    /// Make another link; the one before leads nowhere from now on.
    #[arg(long, conflicts_with = "revoke")]
    rotate: bool,
    /// Make none; the one there is leads nowhere from now on.
    #[arg(long)]
    revoke: bool,
}

/// Makes a link if there is none, another one, or none.
pub(super) async fn run(
    server: Server,
    options: &CalendarOptions,
    format: Format,
) -> anyhow::Result<()> {
    let CalendarOptions { id, rotate, revoke } = options;
    let path = format!("/agents/{id}/calendar");
    if *revoke {
        server.delete(&path).await?;
        format.answer(&json!({}), || format!("no link leads to the calendar of {id}"));
        return Ok(());
    }
    let reply = server.post::<Calendar>(&path, &json!({ "rotate": rotate })).await?;
    format.answer(&reply.json, || told(&server, &reply.value));
    Ok(())
}

fn told(server: &Server, calendar: &Calendar) -> String {
    let Calendar { agent_id, created_at, path } = calendar;
    match path {
        Some(path) => format!(
            "{}{path}\nwhoever has this link can read the calendar of {agent_id}; it is not shown \
             again",
            server.url()
        ),
        None => format!(
            "{agent_id} has a link since {created_at}; it was shown when it was made\n--rotate \
             makes another, --revoke ends it"
        ),
    }
}
