//! `muster rules packs` and `muster rules apply`: what laws ask for.

use anyhow::Context as _;
use muster_api::packs::{Pack, packs};
use serde::Deserialize;
use serde_json::json;

use crate::cli::Outcome;
use crate::cli::server::{Server, ServerArgs};
use crate::cli::table::Table;
use crate::print::Format;

fn named(name: &str) -> anyhow::Result<Pack> {
    let all = packs();
    let names: Vec<String> = all.iter().map(|pack| pack.id.clone()).collect();
    let pack = all.into_iter().find(|pack| pack.id == name);
    pack.with_context(|| format!("there is no pack {name:?}, but {}", names.join(", ")))
}

/// Lists all packs, or prints one.
pub(super) fn show(name: Option<&str>, format: Format) -> anyhow::Result<Outcome> {
    match name {
        Some(name) => {
            let pack = named(name)?;
            format.answer(&json!({ "rules": pack.rules }), || table(&pack));
        }
        None => {
            let all = packs();
            format.answer(&all, || {
                let mut table = Table::new(["pack", "what", "rules"]);
                for pack in &all {
                    table.row([&pack.id, &pack.title, &pack.rules.len().to_string()]);
                }
                table.to_string()
            });
        }
    }
    Ok(Outcome::Done)
}

/// A rule, as far as it is shown.
#[derive(Debug, Deserialize)]
struct Shown {
    kind: String,
    #[serde(default)]
    name: String,
    severity: String,
    #[serde(default)]
    source: String,
}

fn table(pack: &Pack) -> String {
    let mut table = Table::new(["rule", "name", "severity", "source"]);
    for rule in &pack.rules {
        if let Ok(Shown { kind, name, severity, source }) = Shown::deserialize(rule) {
            table.row([&kind, &name, &severity, &source]);
        }
    }
    format!("{}\n\n{table}\n\n{}", pack.title, pack.note)
}

/// Sets a pack's rules in a unit.
pub(super) async fn apply(
    server: &ServerArgs,
    name: &str,
    unit: &str,
    format: Format,
) -> anyhow::Result<Outcome> {
    let pack = named(name)?;
    let server = Server::connect(server).await?;
    let path = format!("/businessunits/{unit}/rules");
    let body = json!({ "rules": pack.rules });
    let reply = server.put::<serde_json::Value>(&path, &body).await?;
    format.answer(&reply.json, || {
        format!("unit {unit} has the {} rules of {}: {}", pack.rules.len(), pack.id, pack.title)
    });
    Ok(Outcome::Done)
}
