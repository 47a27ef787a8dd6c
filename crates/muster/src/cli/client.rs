//! `muster client`: who may call the API. Works on the ledger, beside a running server.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use muster_core::id::{ClientId, OrganizationId};
use muster_ledger::{ClientRow, Ledger, Role};
use muster_server::access::{AccessError, NewClient, SCOPES, create_client};
use muster_server::clock::Clock;
use muster_server::limits;
use serde_json::{Value, json};

use super::Outcome;
use super::failure::Usage;
use super::ledger::LedgerArgs;
use super::table::Table;
use crate::print::{self, Format};

/// Who may call the API.
#[derive(Debug, Args)]
pub(crate) struct ClientOptions {
    #[command(flatten)]
    pub(super) print: super::PrintArgs,
    #[command(flatten)]
    ledger: LedgerArgs,
    /// The organization the client belongs to.
    #[arg(long, default_value = "default", global = true, value_parser = OrganizationId::parse)]
    organization: OrganizationId,
    #[command(subcommand)]
    command: ClientCommand,
}

#[derive(Debug, Subcommand)]
enum ClientCommand {
    /// Make a client and print its id and its secret, which is not shown again.
    Create {
        /// What people call it.
        name: String,
        /// What it may do: scopes separated by spaces, such as "wfm:schedule:read wfm:swap:read".
        #[arg(long)]
        scope: String,
        /// Further organizations, with commas between them. Requests name the one they are about
        /// in the header Muster-Organization.
        #[arg(long, value_delimiter = ',', value_parser = OrganizationId::parse)]
        also: Vec<OrganizationId>,
    },
    /// List clients.
    List,
    /// Take a client's access away.
    Revoke {
        /// The client's id.
        #[arg(value_parser = ClientId::parse)]
        id: ClientId,
    },
    /// Make a new key that signs tokens from now on. Servers that run take it up by themselves.
    RotateKey {
        /// Drop the older keys: every token that was handed out before ends within seconds.
        #[arg(long)]
        drop_older: bool,
    },
}

/// Makes, lists or revokes clients.
pub(crate) async fn run(options: ClientOptions, format: Format) -> anyhow::Result<Outcome> {
    let ClientOptions { print: _, ledger, organization, command } = options;
    let (ledger, clock) = (ledger.place()?, Clock::machine());
    match command {
        ClientCommand::Create { name, scope, also } => {
            let ledger = ledger.open(Role::Beside).await?;
            let client = create(&ledger, &clock, &organization, also, &name, &scope).await?;
            made(&client, &name, format);
        }
        ClientCommand::List => {
            let clients = ledger.existing().await?.list_clients(&organization).await?;
            let rows: Vec<Value> = clients.iter().map(shown).collect();
            format.answer(&rows, || table(&clients));
        }
        ClientCommand::Revoke { id } => {
            let ledger = ledger.existing().await?;
            let client = ledger.revoke_client(&organization, &id, clock.now()).await?;
            let client = client
                .ok_or_else(|| anyhow::anyhow!("organization {organization} has no client {id}"))?;
            format.answer(&shown(&client), || {
                format!(
                    "client {id} ({}) gets no new tokens, and those it has end within seconds",
                    client.name
                )
            });
        }
        ClientCommand::RotateKey { drop_older } => {
            let ledger = ledger.existing().await?;
            let key = ledger.rotate_signing_key(rand::random(), clock.now(), drop_older).await?;
            format.answer(&json!({ "key": key.id, "droppedOlder": drop_older }), || {
                let older = match drop_older {
                    true => "tokens of older keys end within seconds",
                    false => "tokens of older keys hold until they expire",
                };
                format!("key {} signs tokens from now on; {older}", key.id)
            });
        }
    }
    Ok(Outcome::Done)
}

async fn create(
    ledger: &Ledger,
    clock: &Clock,
    organization: &OrganizationId,
    also: Vec<OrganizationId>,
    name: &str,
    scope: &str,
) -> anyhow::Result<NewClient> {
    if scope.split_whitespace().next().is_none() {
        return Err(Usage(format!("say what it may do: {}", SCOPES.join(" "))).into());
    }
    let length = name.trim().chars().count();
    if !(1..=muster_core::limits::NAME_LEN).contains(&length) {
        let max = muster_core::limits::NAME_LEN;
        return Err(Usage(format!("a name has 1 to {max} characters")).into());
    }
    let mut also: BTreeSet<OrganizationId> = also.into_iter().collect();
    also.remove(organization);
    if also.len() > limits::ALSO {
        return Err(Usage(format!("a client has at most {} others", limits::ALSO)).into());
    }
    let client = create_client(ledger, clock, organization, also, name.trim(), scope).await;
    client.map_err(|error| match error {
        AccessError::NotItsScope(scope) => {
            Usage(format!("there is no scope {scope:?}; there are: {}", SCOPES.join(" "))).into()
        }
        other => other.into(),
    })
}

/// Prints what a shell can read; the remark about it goes elsewhere.
fn made(client: &NewClient, name: &str, format: Format) {
    let NewClient { client_id, client_secret } = client;
    format.answer(client, || {
        format!("MUSTER_CLIENT_ID={client_id}\nMUSTER_CLIENT_SECRET={client_secret}")
    });
    if format == Format::Text {
        print::remark(&format!("client {name} is made; its secret is not shown again"));
    }
}

fn shown(client: &ClientRow) -> Value {
    json!({
        "clientId": client.id,
        "name": client.name,
        "also": client.also,
        "scope": client.scopes,
        "createdAt": client.created_at.to_string(),
        "revokedAt": client.revoked_at.map(|at| at.to_string()),
    })
}

fn table(clients: &[ClientRow]) -> String {
    let mut table = Table::new(["client", "name", "made", "revoked", "also", "scope"]);
    for client in clients {
        let revoked = client.revoked_at.map(|at| at.to_string()).unwrap_or_default();
        let made = client.created_at.to_string();
        let also: Vec<&str> = client.also.iter().map(OrganizationId::as_str).collect();
        let also = also.join(",");
        table.row([client.id.as_str(), &client.name, &made, &revoked, &also, &client.scopes]);
    }
    if table.is_empty() { "no clients".to_owned() } else { table.to_string() }
}
