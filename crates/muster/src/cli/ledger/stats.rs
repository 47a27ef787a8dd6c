//! `muster ledger stats` and `migrate`.

use muster_ledger::{Ledger, Migrated, Stats};
use serde_json::json;

use super::super::table::Table;
use super::{Outcome, Place};
use crate::print::Format;

/// Says how much there is, and where each unit stands.
pub(super) async fn stats(ledger: &Place, format: Format) -> anyhow::Result<Outcome> {
    let opened = ledger.reading().await?;
    let Stats { units: _, entries: _, snapshots, size_bytes } = opened.stats().await?;
    let contents = opened.contents().await?;
    let (url, form, units) = (&ledger.shown(), opened.form(), contents.units);
    let entries: u64 = units.iter().map(|head| head.revision.0).sum();
    let shown = units.iter().map(|head| {
        json!({
            "organizationId": head.unit.organization,
            "businessUnitId": head.unit.unit,
            "revision": head.revision,
            "hash": hex(&head.hash),
            "ids": head.subjects,
        })
    });
    let answer = json!({
        "ledger": url,
        "form": form,
        "entries": entries,
        "snapshots": snapshots,
        "profiles": contents.profiles.len(),
        "clients": contents.clients.len(),
        "calendars": contents.calendars.len(),
        "sizeBytes": size_bytes,
        "units": shown.collect::<Vec<_>>(),
    });
    format.answer(&answer, || {
        let mut table = Table::new(["unit", "revision", "ids"]);
        for head in &units {
            let ids = head.subjects.to_string();
            table.row(
                [head.unit.to_string(), head.revision.to_string(), ids]
                    .each_ref()
                    .map(String::as_str),
            );
        }
        format!(
            "ledger {url}: entries {entries}, units {}, snapshots {snapshots}, {size_bytes} \
             bytes, tables of form {form}\n{table}",
            units.len()
        )
    });
    Ok(Outcome::Done)
}

/// Brings the tables to this release.
pub(super) async fn migrate(ledger: &Place, format: Format) -> anyhow::Result<Outcome> {
    // There is something to bring to this release only where there is a ledger.
    drop(ledger.reading().await?);
    let url = &ledger.shown();
    let Migrated { from, to } = Ledger::migrate(&ledger.0).await?;
    format.answer(&json!({ "ledger": url, "from": from, "to": to }), || match from == to {
        true => format!("ledger {url}: the tables have form {to}, that of this release"),
        false => format!("ledger {url}: the tables had form {from}, they have form {to} now"),
    });
    Ok(Outcome::Done)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
