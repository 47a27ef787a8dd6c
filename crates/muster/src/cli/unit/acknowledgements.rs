//! `muster unit acknowledgements`: what somebody answered for.

use clap::Args;
use muster_api::client::Acknowledgement;

use crate::cli::server::{self, Server};
use crate::cli::table::Table;
use crate::cli::when::When;
use crate::print::Format;

/// Which findings.
#[derive(Debug, Args)]
pub(super) struct AcknowledgementsArgs {
    /// The unit.
    #[arg(value_parser = server::id)]
    unit: String,
    /// Of this agent.
    #[arg(long, value_parser = server::id)]
    agent: Option<String>,
    /// Of this kind, such as `REST_TIME_SHORT`.
    #[arg(long)]
    kind: Option<String>,
    /// Not over before this day or instant.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// Beginning before this day or instant.
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
}

pub(super) async fn run(
    server: Server,
    args: AcknowledgementsArgs,
    format: Format,
) -> anyhow::Result<()> {
    let AcknowledgementsArgs { unit, agent, kind, from, to } = args;
    let server = server.in_unit(&unit).await?;
    let query = [
        ("agentId", agent.as_deref()),
        ("kind", kind.as_deref()),
        ("from", from.as_deref()),
        ("to", to.as_deref()),
    ];
    let path = format!("/businessunits/{unit}/acknowledgements");
    let reply = server.list::<Acknowledgement>(&path, &query).await?;
    format.answer(&reply.json, || table(&reply.value, server.when()));
    Ok(())
}

fn table(all: &[Acknowledgement], when: &When) -> String {
    let mut table =
        Table::new(["acknowledged", "by", "agent", "when", "finding", "stands", "reason"]);
    for one in all {
        let Acknowledgement { finding, acknowledged_by, at, reason, stands, .. } = one;
        table.row([
            &when.at(*at),
            acknowledged_by,
            finding.agent_id.as_deref().unwrap_or("(everybody)"),
            &when.said(finding.start.as_deref(), finding.end.as_deref()),
            &finding.kind,
            match stands {
                Some(true) => "yes",
                Some(false) => "no",
                None => "",
            },
            reason.as_deref().unwrap_or_default(),
        ]);
    }
    if table.is_empty() { "nothing was acknowledged".to_owned() } else { table.to_string() }
}
