//! `muster ledger export` and `import`: ledgers from one engine to another.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use muster_ledger::{Exported, Imported, Ledger, Role, Selection, Source, UnitKey, Until};
use serde_json::{Value, json};

use super::verify::{self, Speed};
use super::{Outcome, Place, unit_key};
use crate::print::{Bar, Format};

/// What to write where.
#[derive(Debug, Args)]
pub(super) struct ExportOptions {
    /// The export: a file that is not there yet.
    file: PathBuf,
    /// One unit, as ORGANIZATION/UNIT, with the profiles and clients of its organization.
    #[arg(long, value_name = "UNIT", value_parser = unit_key)]
    unit: Option<UnitKey>,
}

/// What to read.
#[derive(Debug, Args)]
pub(super) struct ImportOptions {
    /// The export.
    file: PathBuf,
}

/// Writes an export.
pub(super) async fn export(
    ledger: &Place,
    options: ExportOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let ExportOptions { file, unit } = options;
    let began = Instant::now();
    let selection = Selection { unit, until: Until::Head };
    let source = Source::ledger(ledger.reading().await?, selection).await?;
    let bar = Bar::new("entries");
    let exported =
        muster_ledger::export(source, &file, |moved| bar.set(moved.entries, moved.entries_total));
    let exported = exported.await?;
    drop(bar);
    let Exported { units, entries, profiles, clients, calendars, size_bytes } = exported;
    let (file, speed) = (file.display().to_string(), Speed::of(entries, began));
    let mut answer = json!({
        "ledger": ledger.shown(), "export": file, "units": units, "entries": entries,
        "profiles": profiles, "clients": clients, "calendars": calendars,
        "sizeBytes": size_bytes,
    });
    speed.put(&mut answer);
    format.answer(&answer, || {
        format!(
            "{file}: entries {entries}, units {units}, profiles {profiles}, clients {clients}, \
             calendars {calendars}, {size_bytes} bytes\n{speed}"
        )
    });
    Ok(Outcome::Done)
}

/// Takes over an export, once all of it was read and is as it was written.
pub(super) async fn import(
    ledger: &Place,
    options: &ImportOptions,
    format: Format,
) -> anyhow::Result<Outcome> {
    let began = Instant::now();
    // The lock first: who has to wait for a server to stop need not wait for the file.
    let into = ledger.open(Role::Serve).await?;
    verify::check(&options.file).await?;
    let source = Source::file(&options.file, Selection::default())?;
    take(&ledger.shown(), &into, source, began, format).await
}

/// Takes over what a source holds, and says what that was.
pub(super) async fn take(
    url: &str,
    into: &Ledger,
    source: Source,
    began: Instant,
    format: Format,
) -> anyhow::Result<Outcome> {
    let bar = Bar::new("entries");
    let imported =
        muster_ledger::import(into, source, |moved| bar.set(moved.entries, moved.entries_total));
    let imported = imported.await?;
    drop(bar);
    let speed = Speed::of(imported.entries + imported.entries_there, began);
    format.answer(&imported_json(url, &imported, &speed), || imported_text(url, &imported, &speed));
    Ok(Outcome::Done)
}

fn imported_json(url: &str, imported: &Imported, speed: &Speed) -> Value {
    let Imported { units, units_new, entries, entries_there, .. } = imported;
    let units = units.iter().map(|(unit, revision)| {
        json!({
            "organizationId": unit.organization,
            "businessUnitId": unit.unit,
            "revision": revision,
        })
    });
    let mut json = json!({
        "ledger": url,
        "units": units.collect::<Vec<_>>(),
        "newUnits": units_new,
        "newEntries": entries,
        "entriesAlreadyThere": entries_there,
        "newProfiles": imported.profiles,
        "newClients": imported.clients,
        "newCalendars": imported.calendars,
    });
    speed.put(&mut json);
    json
}

fn imported_text(url: &str, imported: &Imported, speed: &Speed) -> String {
    let Imported { units, units_new, entries, entries_there, .. } = imported;
    let mut text = format!("ledger {url}: {entries} new entries, {units_new} new units");
    if *entries_there > 0 {
        text += &format!("; {entries_there} entries were there already");
    }
    let Imported { profiles, clients, calendars, .. } = imported;
    text += &format!("\n{profiles} new profiles, {clients} new clients, {calendars} new calendars");
    for (unit, revision) in units {
        text += &format!("\nunit {unit} stands at revision {revision}");
    }
    text + &format!("\n{speed}")
}
