//! `muster audit list`.

use std::fmt::Write as _;

use clap::Args;
use muster_api::client::{AuditActor, AuditChange, AuditEntry};

use crate::cli::server::{self, Server};
use crate::cli::table::{Table, counted};
use crate::cli::when::When;
use crate::print::Format;

/// Changes of one entry that a table names.
const NAMED: usize = 4;

/// Which entries.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// The unit.
    #[arg(long, value_parser = server::id)]
    unit: String,
    /// Only what was changed of this agent, or of something of theirs.
    #[arg(long, value_parser = server::id)]
    agent: Option<String>,
    /// Only what was changed of this shift.
    #[arg(long, value_parser = server::id)]
    shift: Option<String>,
    /// Only what was changed of this swap, and by it.
    #[arg(long, value_parser = server::id)]
    swap: Option<String>,
    /// Only what was changed of things of a kind, or of one: `rules`, `timeOff/t1`.
    #[arg(long, value_name = "KIND[/ID]")]
    entity: Option<String>,
    /// Only by this client or agent.
    #[arg(long, value_name = "ID")]
    actor: Option<String>,
    /// Not before this day or instant.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Before this day or instant.
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// The oldest first.
    #[arg(long)]
    oldest: bool,
    /// Most entries.
    #[arg(long, default_value_t = 100, value_name = "COUNT")]
    limit: usize,
}

pub(super) async fn run(server: Server, args: ListArgs, format: Format) -> anyhow::Result<()> {
    let ListArgs { unit, agent, shift, swap, entity, actor, from, to, oldest, limit } = args;
    let server = server.in_unit(&unit).await?;
    let query = [
        ("businessUnitId", Some(unit.as_str())),
        ("agentId", agent.as_deref()),
        ("shiftId", shift.as_deref()),
        ("swapId", swap.as_deref()),
        ("entity", entity.as_deref()),
        ("actor", actor.as_deref()),
        ("from", from.as_deref()),
        ("to", to.as_deref()),
        ("order", oldest.then_some("oldest")),
    ];
    let reply = server.first::<AuditEntry>("/audit", &query, limit).await?;
    format.answer(&reply.json, || table(&reply.value, server.when()));
    Ok(())
}

fn table(entries: &[AuditEntry], when: &When) -> String {
    let mut table = Table::new(["revision", "when", "by", "about", "changed", "reason"]);
    for entry in entries {
        let AuditEntry { revision, at, actor, about, reason, .. } = entry;
        let AuditActor { client_id, agent_id } = actor;
        let about = [&about["type"], &about["id"]].map(|part| part.as_str().unwrap_or_default());
        table.row([
            &revision.to_string(),
            &when.at(*at),
            agent_id.as_ref().unwrap_or(client_id),
            about.join(" ").trim(),
            &changed(entry),
            reason.as_deref().unwrap_or_default(),
        ]);
    }
    if table.is_empty() { "no entries".to_owned() } else { table.to_string() }
}

/// `+` for what is new, `-` for what is gone, `~` for what is another now.
fn changed(entry: &AuditEntry) -> String {
    let mut text = String::new();
    for AuditChange { kind, id, before, after, atoms } in entry.changes.iter().take(NAMED) {
        let way = match (before.is_null(), after.is_null()) {
            (true, _) => '+',
            (_, true) => '-',
            (false, false) => '~',
        };
        let separator = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{separator}{way}{kind} {id}");
        let atoms: Vec<&str> = atoms.iter().filter_map(|atom| atom["atom"].as_str()).collect();
        if !atoms.is_empty() {
            let _ = write!(text, " ({})", atoms.join(", "));
        }
    }
    let more = entry.changes.len().saturating_sub(NAMED);
    if more > 0 {
        let _ = write!(text, " and {}", counted(more, "more thing"));
    }
    text
}
